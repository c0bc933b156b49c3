//! What a struct of the DeepLearnToolbox says of its network beside its weights.
//!
//! Source: `nnsetup.m` and `nnff.m` of the toolbox, and the fork of it behind the published code on sleep replay, which has `relu`.

use super::{Numbers, Value};
use crate::base::legible::legible;
use crate::mlp::weight_file::{Dtype, KEEP, Problem, Tensor};

/// Fields that play a part; those that are left out are listed beside the network.
pub(super) const READ: [&str; 3] = ["activation_function", "output", "dropoutFraction"];

/// Checks that the struct `name` with these `fields` has ReLU between its layers, and at its end what keeps the order of its inputs,
/// where it says what it has.
///
/// # Errors
/// If there is something else.
pub(super) fn check(name: &str, fields: &[(String, Value)]) -> Result<(), Problem> {
    let [activation, output, _] = READ;
    let hidden = (activation, &["relu"][..], "relu between layers");
    let last = (
        output,
        &["relu", "linear", "softmax"][..],
        "linear, relu or softmax of the last layer",
    );
    for (field, known, expected) in [hidden, last] {
        let Some(value) = of(fields, field) else {
            continue;
        };
        let found = match value {
            Value::Text(text) if known.contains(&text.to_lowercase().as_str()) => continue,
            Value::Text(text) => text.clone(),
            Value::Numbers(_) => "numbers".into(),
            Value::Cells(_) => "a cell".into(),
            Value::Struct(_) => "a struct".into(),
            Value::Other(what) => (*what).into(),
        };
        return Err(part(name, field, found, expected));
    }
    Ok(())
}

/// The factor on hidden activations that the toolbox has outside training: what its dropout leaves, none where it says nothing.
///
/// # Errors
/// If the dropout is no share that leaves something.
pub(super) fn keep(name: &str, fields: &[(String, Value)]) -> Result<Option<Tensor>, Problem> {
    let [_, _, dropout] = READ;
    let expected = "one number from 0, below 1";
    let found = match of(fields, dropout) {
        None => return Ok(None),
        Some(Value::Numbers(Numbers { values, .. })) => match values[..] {
            [fraction] if (0.0..1.0).contains(&fraction) => {
                return Ok(Some(Tensor {
                    name: KEEP.into(),
                    shape: vec![1],
                    dtype: Dtype::F32,
                    values: vec![1.0 - fraction],
                }));
            }
            [fraction] => legible(fraction).to_string(),
            _ => "an array".into(),
        },
        Some(_) => "no number".into(),
    };
    Err(part(name, dropout, found, expected))
}

fn of<'a>(fields: &'a [(String, Value)], wanted: &str) -> Option<&'a Value> {
    let found = fields.iter().find(|(field, _)| field == wanted);
    found.map(|(_, value)| value)
}

fn part(name: &str, field: &str, found: String, expected: &'static str) -> Problem {
    Problem::Part {
        what: "field",
        name: format!("{name}.{field}"),
        found,
        expected,
        help: "",
    }
}

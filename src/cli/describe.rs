//! `describe`: neuron models and plasticity rules, as their registries know them.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::failure::Failure;
use super::shell::Shell;
use crate::base::parameter::{Dimension, ModelSpec, ParameterSpec, Range};
use crate::base::suggest::nearest;
use crate::{neuron, plasticity};

/// Columns that text is wrapped to.
const WIDTH: usize = 80;

/// What is listed: singular, plural, entries.
type Kind = (&'static str, &'static str, fn() -> Vec<&'static ModelSpec>);

const KINDS: [Kind; 2] = [
    ("neuron model", "Neuron models", neuron::specs),
    ("plasticity rule", "Plasticity rules", plasticity::specs),
];

/// Prints all models and rules, or the one called `name`.
pub(super) fn run(name: Option<&str>, shell: &Shell) -> Result<(), Failure> {
    match name {
        None if shell.json() => shell.print_json(&all().map(document).collect::<Vec<_>>()),
        None => shell.print(list),
        Some(name) => {
            let found = all()
                .find(|(_, spec)| spec.name == name)
                .ok_or_else(|| unknown(name))?;
            if shell.json() {
                shell.print_json(&document(found))
            } else {
                shell.print(|out| page(out, found))
            }
        }
    }
}

/// Every entry with its kind.
fn all() -> impl Iterator<Item = (&'static str, &'static ModelSpec)> {
    KINDS
        .iter()
        .flat_map(|&(kind, _, specs)| specs().into_iter().map(move |spec| (kind, spec)))
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = all().map(|(_, spec)| spec.name).collect();
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: `{}`", names.join("`, `")),
    };
    Failure::input(format!(
        "`{name}`: found no neuron model or plasticity rule of this name\n  help: {help}"
    ))
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    let widest = all().map(|(_, spec)| spec.name.len()).max().unwrap_or(0);
    for (_, title, specs) in KINDS {
        writeln!(out, "{title}")?;
        for spec in specs() {
            let indent = widest + 4;
            let text = wrap(spec.summary, indent);
            writeln!(out, "  {:widest$}  {text}", spec.name)?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "`sharpwave describe NAME` shows one with its equations and parameters."
    )
}

fn page(out: &mut dyn Write, (kind, spec): (&str, &ModelSpec)) -> io::Result<()> {
    writeln!(out, "{} ({kind})", spec.name)?;
    writeln!(out, "  {}", wrap(spec.summary, 2))?;
    writeln!(out, "\nEquations")?;
    for equation in spec.equations.split(";  ") {
        writeln!(out, "  {}", wrap(equation, 4))?;
    }
    writeln!(out, "\nParameters")?;
    let header = ["name", "unit", "default", "range", "meaning"].map(String::from);
    let rows: Vec<[String; 5]> = std::iter::once(header)
        .chain(spec.parameters.iter().map(row))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3].map(width);
    let indent = 2 + widths.iter().map(|width| width + 2).sum::<usize>();
    for row in &rows {
        write!(out, "  ")?;
        for (cell, width) in row.iter().zip(widths) {
            write!(out, "{cell:width$}  ")?;
        }
        writeln!(out, "{}", wrap(&row[4], indent))?;
    }
    let potentials = |parameter: &ParameterSpec| parameter.dimension == Dimension::Voltage;
    if spec.parameters.iter().any(potentials) {
        let note = "In a network made from an MLP potentials are bare numbers, without mV.";
        writeln!(out, "  {note}")?;
    }
    writeln!(out, "\nSource\n  {}", wrap(spec.source, 2))
}

fn row(parameter: &ParameterSpec) -> [String; 5] {
    let unit = match parameter.dimension.unit() {
        "" => "-",
        unit => unit,
    };
    let default = match parameter.default {
        Some(value) => value.to_string(),
        None => "required".into(),
    };
    [
        parameter.name.into(),
        unit.into(),
        default,
        parameter.range.describe(),
        parameter.doc.into(),
    ]
}

fn document((kind, spec): (&str, &ModelSpec)) -> Value {
    let parameters: Vec<Value> = spec.parameters.iter().map(parameter_document).collect();
    json!({
        "name": spec.name,
        "kind": kind,
        "summary": spec.summary,
        "equations": spec.equations,
        "parameters": parameters,
        "source": spec.source,
    })
}

fn parameter_document(parameter: &ParameterSpec) -> Value {
    let range = match parameter.range {
        Range::Finite => json!({}),
        Range::Positive => json!({ "above": 0.0 }),
        Range::NonNegative => json!({ "at_least": 0.0 }),
        Range::Between(low, high) => json!({ "at_least": low, "at_most": high }),
    };
    json!({
        "name": parameter.name,
        "unit": parameter.dimension.unit(),
        "default": parameter.default,
        "range": range,
        "meaning": parameter.doc,
    })
}

/// Breaks `text` between words so that no line passes [`WIDTH`]; lines after the first are indented.
fn wrap(text: &str, indent: usize) -> String {
    let mut wrapped = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if wrapped.is_empty() {
            column += length;
        } else if column + 1 + length <= WIDTH {
            wrapped.push(' ');
            column += 1 + length;
        } else {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            column = indent + length;
        }
        wrapped.push_str(word);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_wrapped_text_is_too_long_and_no_word_is_lost() {
        let text = "a bird in the hand ".repeat(30);
        let wrapped = wrap(&text, 30);
        let words = |text: &str| {
            text.split_whitespace()
                .map(String::from)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&wrapped), words(&text));
        let mut lines = wrapped.lines();
        assert!(lines.next().is_some_and(|line| line.len() <= 50));
        assert!(lines.all(|line| line.len() <= 80 && line.starts_with(&" ".repeat(30))));
    }
}

//! Values checked against the declaration of their parameters.

use super::{Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Value, Values};
use crate::base::legible::legible;
use crate::base::suggest;

/// Fills defaults into `given` and checks every value.
///
/// # Errors
/// If a parameter without default is missing, a value is out of range or of another kind, or a name is no parameter.
pub fn complete(spec: &'static Spec, given: &Values) -> Result<Values, ParameterError> {
    for (name, _) in given.iter() {
        if spec.parameter(name).is_none() {
            let names: Vec<&str> = spec.parameters.iter().map(|known| known.name).collect();
            let help = suggest::help(name, &names).map(|help| format!("\n  help: {help}"));
            return Err(ParameterError::Unknown {
                model: spec.name,
                found: name.into(),
                help: help.unwrap_or_default(),
            });
        }
    }
    let mut values = Values::new();
    for parameter in spec.parameters {
        if let Some(value) = one(spec, parameter, given.get(parameter.name))? {
            values.insert(parameter.name, value);
        }
    }
    Ok(values)
}

fn one(
    spec: &'static Spec,
    parameter: &'static ParameterSpec,
    given: Option<&Value>,
) -> Result<Option<Value>, ParameterError> {
    let Some(value) = given else {
        return match parameter.default {
            Default::Required => Err(ParameterError::Missing {
                model: spec.name,
                parameter: parameter.name,
                doc: parameter.doc,
            }),
            default => Ok(default.value()),
        };
    };
    match (parameter.kind, value) {
        (Kind::Quantity { range, .. }, Value::Number(number)) => {
            if !range.contains(*number) {
                return Err(out_of_range(spec, parameter, *number, range));
            }
        }
        (
            Kind::Quantity {
                range, drawn: true, ..
            },
            Value::Drawn(distribution),
        ) => {
            let (low, high) = distribution.reach();
            if let Some(outside) = [low, high].into_iter().find(|&x| !range.contains(x)) {
                return Err(out_of_range(spec, parameter, outside, range));
            }
        }
        (
            Kind::Quantity {
                range, drawn: true, ..
            },
            Value::Blocks(_) | Value::Listed(_),
        ) => {
            let blocks = value.blocks().unwrap_or_default();
            if let Some(&(_, outside)) = blocks.iter().find(|(_, x)| !range.contains(*x)) {
                return Err(out_of_range(spec, parameter, outside, range));
            }
        }
        (
            Kind::Quantity { drawn: false, .. },
            Value::Drawn(_) | Value::Blocks(_) | Value::Listed(_),
        ) => {
            return Err(ParameterError::Drawn {
                model: spec.name,
                parameter: parameter.name,
            });
        }
        (Kind::Count { least, most }, Value::Count(n)) => {
            if !(least..=most).contains(n) {
                let range = Range::Between(least as f64, most as f64);
                return Err(out_of_range(spec, parameter, *n as f64, range));
            }
        }
        (Kind::Word(words), Value::Word(_) | Value::Text(_)) => {
            let found = given.and_then(Value::as_text).unwrap_or_default();
            let Some(word) = words.iter().find(|word| **word == found) else {
                return Err(of_another_kind(spec, parameter, value));
            };
            return Ok(Some(Value::Word(word)));
        }
        (Kind::Flag, Value::Flag(_))
        | (Kind::Text | Kind::Population, Value::Text(_))
        | (Kind::Populations, Value::Names(_))
        | (Kind::File(_) | Kind::Folder, Value::File(_))
        | (Kind::Steps(_), Value::Steps(_))
        | (Kind::Instants, Value::Instants(_))
        | (Kind::Neurons, Value::Neurons(_)) => {}
        (Kind::Table(keys), Value::Table(table)) if table.keys().all(|key| keys.contains(key)) => {}
        _ => return Err(of_another_kind(spec, parameter, value)),
    }
    Ok(Some(value.clone()))
}

fn out_of_range(
    spec: &'static Spec,
    parameter: &'static ParameterSpec,
    value: f64,
    range: Range,
) -> ParameterError {
    let unit = match parameter.dimension().unit() {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    ParameterError::OutOfRange {
        model: spec.name,
        parameter: parameter.name,
        value,
        unit,
        expected: range.describe(),
    }
}

fn of_another_kind(
    spec: &'static Spec,
    parameter: &'static ParameterSpec,
    value: &Value,
) -> ParameterError {
    ParameterError::Kind {
        model: spec.name,
        parameter: parameter.name,
        found: value.describe(),
        expected: parameter.kind.describe(),
    }
}

impl Default {
    /// The value, if there is one.
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Required | Self::Absent(_) => None,
            Self::Number(value) => Some(Value::Number(value)),
            Self::Count(n) => Some(Value::Count(n)),
            Self::Flag(flag) => Some(Value::Flag(flag)),
            Self::Word(word) => Some(Value::Word(word)),
        }
    }

    /// In words, for people.
    pub fn describe(self) -> String {
        match self {
            Self::Required => "required".into(),
            Self::Absent(words) => words.into(),
            Self::Number(value) => legible(value).to_string(),
            Self::Count(n) => n.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Word(word) => word.into(),
        }
    }
}

impl Kind {
    /// What values are, in words: "a number in mV".
    pub fn describe(self) -> String {
        match self {
            Self::Quantity {
                dimension, drawn, ..
            } => {
                let unit = match dimension {
                    Dimension::Weight => " in the unit of the target's weights".into(),
                    dimension if dimension.unit().is_empty() => String::new(),
                    dimension => format!(" in {}", dimension.unit()),
                };
                let or = if drawn { " or a distribution" } else { "" };
                format!("a number{unit}{or}")
            }
            Self::Count { least, most } if most >= u32::MAX.into() => {
                format!("a whole number, {least} or more")
            }
            Self::Count { least, most } => format!("a whole number, {least} to {most}"),
            Self::Flag => "`true` or `false`".into(),
            Self::Word([word]) => format!("`{word}`"),
            Self::Word(words) => format!("one of {}", suggest::list(words)),
            Self::Text => "a text".into(),
            Self::Population => "the name of a population".into(),
            Self::Populations => "names of populations".into(),
            Self::File(endings) => {
                let dotted: Vec<String> =
                    endings.iter().map(|ending| format!(".{ending}")).collect();
                let dotted: Vec<&str> = dotted.iter().map(String::as_str).collect();
                format!("the path of a file that ends in {}", suggest::list(&dotted))
            }
            Self::Folder => "the path of a folder".into(),
            Self::Table(keys) => format!("a table of texts, with keys of {}", suggest::list(keys)),
            Self::Steps(_) => "an array of steps".into(),
            Self::Instants => "an array of instants".into(),
            Self::Neurons => "an array of neurons by number".into(),
        }
    }
}

impl Kind {
    /// Which values are allowed, in words: "greater than 0".
    pub fn range(self) -> String {
        match self {
            Self::Quantity { range, .. } => range.describe(),
            kind => kind.describe(),
        }
    }
}

impl Value {
    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

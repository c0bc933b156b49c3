//! Values of single parameters as typed on a command line: `bin=5 ms`.

use super::quantity;
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Kind, ParameterSpec, Value};
use crate::base::shown::shown;

/// A text that is no value of its parameter.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{name}`: found `{}`, expected {expected}{help}", shown(found))]
pub struct SettingError {
    /// The parameter.
    pub name: String,
    /// What was typed.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// A line of help behind a line feed, or nothing.
    pub help: String,
}

/// The value of `parameter` that `text` says. Whether it is in range is not looked at.
///
/// # Errors
/// If it says none.
pub fn setting(parameter: &ParameterSpec, text: &str) -> Result<Value, SettingError> {
    let refused = |expected: String| SettingError {
        name: parameter.name.to_owned(),
        found: text.to_owned(),
        expected,
        help: String::new(),
    };
    let kind = || refused(parameter.kind.describe());
    match parameter.kind {
        Kind::Quantity { dimension, .. } => {
            typed(parameter.name, text, dimension).map(Value::Number)
        }
        Kind::Count { .. } => text.trim().parse().map(Value::Count).map_err(|_| kind()),
        Kind::Flag => text.trim().parse().map(Value::Flag).map_err(|_| kind()),
        Kind::Word(_) | Kind::Text | Kind::Population => Ok(Value::Text(text.trim().to_owned())),
        Kind::File(_) | Kind::Folder => Ok(Value::File(text.into())),
        Kind::Populations => {
            let names = text.split(',').map(|name| name.trim().to_owned());
            Ok(Value::Names(names.collect()))
        }
        Kind::Instants => {
            let instants = text.split(',');
            let instants = instants.map(|one| typed(parameter.name, one, Dimension::Time));
            instants
                .collect::<Result<Vec<f64>, _>>()
                .map(Value::Instants)
        }
        Kind::Neurons => {
            let neurons = text.split(',').map(|one| one.trim().parse());
            let neurons: Result<Vec<u32>, _> = neurons.collect();
            neurons.map(Value::Neurons).map_err(|_| kind())
        }
        Kind::Table(_) | Kind::Steps(_) => Err(kind()),
    }
}

/// The quantity that `text` says, in the held unit of `dimension`; `name` is what it is the value of.
///
/// # Errors
/// If it says none.
pub fn typed(name: &str, text: &str, dimension: Dimension) -> Result<f64, SettingError> {
    // Quotes as in a model file are no slip.
    let text = text.trim().trim_matches('"');
    let refused = |help: String| SettingError {
        name: name.to_owned(),
        found: text.to_owned(),
        expected: quantity::expected(dimension).to_owned(),
        help,
    };
    if dimension.unit().is_empty() {
        let number = text.parse().ok().filter(|value: &f64| value.is_finite());
        return number.ok_or_else(|| refused(String::new()));
    }
    let units: Vec<&str> = dimension.units().iter().map(|(unit, _)| *unit).collect();
    let units = crate::base::suggest::list(&units);
    quantity::parse(text, dimension).map_err(|_| refused(format!("\n  help: units: {units}")))
}

/// `value` of `parameter` as it could be typed.
pub fn written(parameter: &ParameterSpec, value: &Value) -> String {
    match value {
        Value::Number(value) => match parameter.dimension().unit() {
            "" => legible(*value).to_string(),
            unit => format!("{} {unit}", legible(*value)),
        },
        Value::Word(word) => (*word).to_owned(),
        Value::Text(text) => text.clone(),
        Value::File(path) => path.display().to_string(),
        Value::Names(names) => names.join(","),
        other => other.describe(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Range;

    #[test]
    fn values_are_read_with_their_units() {
        let bin = ParameterSpec::quantity("bin", Dimension::Time, Range::Positive, "");
        assert_eq!(setting(&bin, "0.5 s"), Ok(Value::Number(500.0)));
        assert_eq!(setting(&bin, "\"5 ms\""), Ok(Value::Number(5.0)));
        assert_eq!(written(&bin, &Value::Number(5.0)), "5 ms");
        let message = setting(&bin, "5").unwrap_err().to_string();
        assert_eq!(
            message,
            "`bin`: found `5`, expected a time with its unit\n  help: units: `ms`, `s`, `us`, `µs`, `ns`, `ps`, `min`, `h`"
        );
        let n = ParameterSpec::new("n", Kind::Count { least: 1, most: 9 }, "");
        assert_eq!(setting(&n, "3"), Ok(Value::Count(3)));
        assert_eq!(
            setting(&n, "3.5").unwrap_err().to_string(),
            "`n`: found `3.5`, expected a whole number, 1 to 9"
        );
    }
}

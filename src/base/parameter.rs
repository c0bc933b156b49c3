//! Parameters as users see them: name, unit, range, default, meaning, source.
//!
//! Every neuron model and plasticity rule declares its parameters once with a [`ParameterSpec`]; reading a model file,
//! checking ranges, `describe` and error messages all come from that declaration.

use std::collections::BTreeMap;

/// What a quantity measures; fixes the units that a model file may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// A bare number.
    One,
    /// Held in milliseconds.
    Time,
    /// Held in hertz.
    Rate,
    /// Held in millivolts; in a network made from an MLP potentials are bare numbers.
    Voltage,
    /// Held in picoamperes.
    Current,
    /// Held in picofarads.
    Capacitance,
}

impl Dimension {
    /// The unit in which values of this dimension are held, `""` for bare numbers.
    pub const fn unit(self) -> &'static str {
        self.units()[0].0
    }

    /// Accepted units with the factor that takes each to the held unit; the held unit first.
    pub const fn units(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::One => &[("", 1.0)],
            Self::Time => &[
                ("ms", 1.0),
                ("s", 1e3),
                ("us", 1e-3),
                ("µs", 1e-3),
                ("ns", 1e-6),
                ("ps", 1e-9),
                ("min", 6e4),
                ("h", 3.6e6),
            ],
            Self::Rate => &[("Hz", 1.0), ("kHz", 1e3), ("MHz", 1e6), ("mHz", 1e-3)],
            Self::Voltage => &[("mV", 1.0), ("V", 1e3), ("uV", 1e-3), ("µV", 1e-3)],
            Self::Current => &[("pA", 1.0), ("nA", 1e3), ("uA", 1e6), ("fA", 1e-3)],
            Self::Capacitance => &[("pF", 1.0), ("nF", 1e3), ("uF", 1e6)],
        }
    }
}

/// Which finite values a parameter may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Any finite number.
    Finite,
    /// Greater than zero.
    Positive,
    /// Zero or more.
    NonNegative,
    /// Between two bounds, both allowed.
    Between(f64, f64),
}

impl Range {
    /// Whether `value` is finite and inside.
    pub fn contains(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Finite => true,
                Self::Positive => value > 0.0,
                Self::NonNegative => value >= 0.0,
                Self::Between(low, high) => (low..=high).contains(&value),
            }
    }

    /// The range in words, for messages: "greater than 0".
    pub fn describe(self) -> String {
        match self {
            Self::Finite => "a finite number".into(),
            Self::Positive => "greater than 0".into(),
            Self::NonNegative => "0 or more".into(),
            Self::Between(low, high) => format!("between {low} and {high}"),
        }
    }
}

/// One parameter of a model or rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterSpec {
    /// Name in model files, in the field's symbols (`tau_m`).
    pub name: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// Value when the model file is silent, in the held unit; `None` where the user must decide.
    pub default: Option<f64>,
    /// Values allowed, in the held unit.
    pub range: Range,
    /// One line on what it is.
    pub doc: &'static str,
}

/// A neuron model or plasticity rule as the registry knows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelSpec {
    /// Name in model files (`lif`).
    pub name: &'static str,
    /// One sentence on what it is.
    pub summary: &'static str,
    /// The equations, in plain text.
    pub equations: &'static str,
    /// Its parameters, in the order in which they are listed to users.
    pub parameters: &'static [ParameterSpec],
    /// Where it comes from.
    pub source: &'static str,
}

impl ModelSpec {
    /// The parameter called `name`.
    pub fn parameter(&self, name: &str) -> Option<&'static ParameterSpec> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }
}

/// Values for the parameters of one model, in held units, by name.
pub type Values = BTreeMap<&'static str, f64>;

/// A parameter that is missing, unknown or out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// No model or rule has this name.
    #[error("found `{0}`, expected the name of a registered model or rule")]
    UnknownModel(String),
    /// The model needs it and there is no default.
    #[error("`{model}` needs `{parameter}`: {doc}")]
    Missing {
        /// Model or rule.
        model: &'static str,
        /// Parameter.
        parameter: &'static str,
        /// Its meaning.
        doc: &'static str,
    },
    /// Outside the declared range.
    #[error("`{parameter}` of `{model}` is {value}{unit}, expected {expected}")]
    OutOfRange {
        /// Model or rule.
        model: &'static str,
        /// Parameter.
        parameter: &'static str,
        /// What was given, in the held unit.
        value: f64,
        /// The held unit, with a space before it, or nothing.
        unit: String,
        /// The range in words.
        expected: String,
    },
    /// Two parameters that contradict each other.
    #[error("`{model}`: {reason}")]
    Inconsistent {
        /// Model or rule.
        model: &'static str,
        /// What was found and what was expected.
        reason: String,
    },
}

/// Fills defaults into `given` and checks every range.
///
/// # Errors
/// If a parameter without default is missing or a value is out of range.
pub fn complete(spec: &'static ModelSpec, given: &Values) -> Result<Values, ParameterError> {
    spec.parameters
        .iter()
        .map(|parameter| {
            let value = given
                .get(parameter.name)
                .copied()
                .or(parameter.default)
                .ok_or(ParameterError::Missing {
                    model: spec.name,
                    parameter: parameter.name,
                    doc: parameter.doc,
                })?;
            if parameter.range.contains(value) {
                return Ok((parameter.name, value));
            }
            let unit = match parameter.dimension.unit() {
                "" => String::new(),
                unit => format!(" {unit}"),
            };
            Err(ParameterError::OutOfRange {
                model: spec.name,
                parameter: parameter.name,
                value,
                unit,
                expected: parameter.range.describe(),
            })
        })
        .collect()
}

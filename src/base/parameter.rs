//! Parameters as users see them: name, kind, unit, range, default, meaning, source.
//!
//! Whatever a table of a model file can name (a neuron model, a connection rule, a stimulus, a plasticity rule, a section)
//! declares its keys once, with a [`Spec`] of [`ParameterSpec`]s; reading and writing model files, checking, `describe` and
//! error messages all come from that declaration.

mod complete;
mod listed;
mod value;

use crate::base::legible::legible;

pub use complete::complete;
pub use listed::Listed;
pub use value::{Value, Values};

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
    /// Held in millimetres.
    Length,
    /// Held in millimetres per millisecond.
    Speed,
    /// What weights onto the target's neuron model are measured in: one of the others, once that model is known.
    Weight,
}

impl Dimension {
    /// The unit in which values of this dimension are held, `""` for bare numbers.
    pub const fn unit(self) -> &'static str {
        self.units()[0].0
    }

    /// `value` in one of the [`Self::units`] as the held unit has it; as it is where that is none of them.
    pub fn held(self, value: f64, unit: &str) -> f64 {
        let known = self.units().iter().find(|(name, _)| *name == unit);
        let factor = known.map_or(1.0, |(_, factor)| *factor);
        // A whole number of micrometres is the nearest number of millimetres, as a division makes it.
        match factor < 1.0 {
            true => value / factor.recip(),
            false => value * factor,
        }
    }

    /// What values are called: "potentials".
    pub const fn plural(self) -> &'static str {
        match self {
            Self::One | Self::Weight => "numbers",
            Self::Time => "times",
            Self::Rate => "rates",
            Self::Voltage => "potentials",
            Self::Current => "currents",
            Self::Capacitance => "capacitances",
            Self::Length => "lengths",
            Self::Speed => "speeds",
        }
    }

    /// Accepted units with the factor that takes each to the held unit; the held unit first.
    pub const fn units(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::One | Self::Weight => &[("", 1.0)],
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
            Self::Length => &[
                ("mm", 1.0),
                ("um", 1e-3),
                ("µm", 1e-3),
                ("cm", 10.0),
                ("m", 1e3),
            ],
            Self::Speed => &[
                ("mm/ms", 1.0),
                ("m/s", 1.0),
                ("mm/s", 1e-3),
                ("um/ms", 1e-3),
            ],
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
            Self::Between(low, high) => format!("between {} and {}", legible(low), legible(high)),
        }
    }
}

/// What a parameter's value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A number with a unit, or a bare one.
    Quantity {
        /// What it measures.
        dimension: Dimension,
        /// Values allowed, in the held unit.
        range: Range,
        /// Whether a distribution may stand in its place, from which every neuron or synapse draws its own.
        drawn: bool,
    },
    /// A whole number between two bounds.
    Count {
        /// The smallest allowed.
        least: u64,
        /// The largest allowed.
        most: u64,
    },
    /// True or false.
    Flag,
    /// One of several words.
    Word(&'static [&'static str]),
    /// Any text.
    Text,
    /// The name of a population.
    Population,
    /// Names of populations, at least one, none twice.
    Populations,
    /// The path of a file whose name has one of these endings.
    File(&'static [&'static str]),
    /// The path of a folder.
    Folder,
    /// A table of texts, with some of these keys.
    Table(&'static [&'static str]),
    /// Instants, ascending, none before 0, each with a quantity of this dimension.
    Steps(Dimension),
    /// Instants, ascending, none before 0, at least one.
    Instants,
    /// Numbers of neurons, in an order that means something.
    Neurons,
}

/// What a parameter is where the model file is silent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// The user must decide.
    Required,
    /// A number in the held unit.
    Number(f64),
    /// A whole number.
    Count(u64),
    /// True or false.
    Flag(bool),
    /// One of the words.
    Word(&'static str),
    /// It has no value; what that means, in words.
    Absent(&'static str),
}

/// One parameter of a model or rule, or key of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterSpec {
    /// Name in model files, in the field's symbols (`tau_m`).
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// What it is where the model file is silent.
    pub default: Default,
    /// One line on what it is.
    pub doc: &'static str,
}

impl ParameterSpec {
    /// A parameter whose value is of `kind`, and that the user must decide.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            default: Default::Required,
            doc,
        }
    }

    /// A number that the user must decide.
    pub const fn quantity(
        name: &'static str,
        dimension: Dimension,
        range: Range,
        doc: &'static str,
    ) -> Self {
        Self::new(name, Self::number(dimension, range, false), doc)
    }

    /// A number, or a distribution of numbers, that the user must decide.
    pub const fn drawn(
        name: &'static str,
        dimension: Dimension,
        range: Range,
        doc: &'static str,
    ) -> Self {
        Self::new(name, Self::number(dimension, range, true), doc)
    }

    const fn number(dimension: Dimension, range: Range, drawn: bool) -> Kind {
        Kind::Quantity {
            dimension,
            range,
            drawn,
        }
    }

    /// The same with a default.
    pub const fn or(mut self, default: Default) -> Self {
        self.default = default;
        self
    }

    /// The same with a number, in the held unit, as its default.
    pub const fn or_number(self, default: f64) -> Self {
        self.or(Default::Number(default))
    }

    /// Its default in words: long times in hours, what else has a unit in the held one, without it.
    pub fn described_default(&self) -> String {
        const HOUR_MS: f64 = 3.6e6;
        match (self.dimension(), self.default) {
            (Dimension::Time, Default::Number(ms)) if ms >= HOUR_MS => {
                format!("{} h", ms / HOUR_MS)
            }
            (_, default) => default.describe(),
        }
    }

    /// What it measures; bare numbers and what is no number have no dimension.
    pub const fn dimension(&self) -> Dimension {
        match self.kind {
            Kind::Quantity { dimension, .. } | Kind::Steps(dimension) => dimension,
            _ => Dimension::One,
        }
    }

    /// Numbers allowed, in the held unit.
    pub const fn range(&self) -> Range {
        match self.kind {
            Kind::Quantity { range, .. } => range,
            _ => Range::Finite,
        }
    }

    /// The number that it is where the model file is silent, if it is a number then.
    pub const fn default_number(&self) -> Option<f64> {
        match self.default {
            Default::Number(value) => Some(value),
            _ => None,
        }
    }
}

/// A neuron model, connection rule, stimulus, plasticity rule or section as the registries know it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spec {
    /// Name in model files (`lif`).
    pub name: &'static str,
    /// One sentence on what it is.
    pub summary: &'static str,
    /// The equations, in plain text; empty where there are none.
    pub equations: &'static str,
    /// Its parameters, in the order in which they are listed to users.
    pub parameters: &'static [ParameterSpec],
    /// Where it comes from; empty where it is common knowledge.
    pub source: &'static str,
}

impl Spec {
    /// The parameter called `name`.
    pub fn parameter(&self, name: &str) -> Option<&'static ParameterSpec> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }
}

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
    #[error("`{parameter}` of `{model}` is {}{unit}, expected {expected}", legible(*.value))]
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
    /// A value of another kind.
    #[error("`{parameter}` of `{model}` is {found}, expected {expected}")]
    Kind {
        /// Model or rule.
        model: &'static str,
        /// Parameter.
        parameter: &'static str,
        /// What was given.
        found: String,
        /// What it should have been.
        expected: String,
    },
    /// A name that is no parameter.
    #[error("`{model}` has no parameter `{found}`{help}")]
    Unknown {
        /// Model or rule.
        model: &'static str,
        /// What was given.
        found: String,
        /// What it may be a slip of, behind a line feed, or nothing.
        help: String,
    },
    /// A distribution where all neurons need one value.
    #[error("`{parameter}` of `{model}` is drawn, expected one value for all neurons")]
    Drawn {
        /// Model or rule.
        model: &'static str,
        /// Parameter.
        parameter: &'static str,
    },
    /// An entry of a list that contradicts another.
    #[error("`{model}`: `{parameter}.{at}` {reason}")]
    Entry {
        /// Model or rule.
        model: &'static str,
        /// Parameter.
        parameter: &'static str,
        /// Number of the entry, from 0.
        at: usize,
        /// What was found and what was expected, as the rest of a sentence that begins with the entry.
        reason: String,
    },
    /// Two parameters that contradict each other.
    #[error("`{model}`: {who}`{parameter}`{reason}", who = .neuron.map_or(String::new(), |j| format!("neuron {j}: ")))]
    Inconsistent {
        /// Model or rule.
        model: &'static str,
        /// The parameter to mend.
        parameter: &'static str,
        /// Which neuron has these values, where each has its own.
        neuron: Option<usize>,
        /// What was found and what was expected, as the rest of a sentence that begins with the parameter: " is 3, …".
        reason: String,
    },
}

impl ParameterError {
    /// The same of neurons that are counted from number `first` on.
    #[must_use]
    pub(crate) fn among(mut self, first: usize) -> Self {
        if let Self::Inconsistent {
            neuron: Some(neuron),
            ..
        } = &mut self
        {
            *neuron += first;
        }
        self
    }

    /// The parameter that it is about, if it is one alone.
    pub fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::UnknownModel(_) | Self::Unknown { .. } => None,
            Self::Missing { parameter, .. }
            | Self::OutOfRange { parameter, .. }
            | Self::Kind { parameter, .. }
            | Self::Drawn { parameter, .. }
            | Self::Entry { parameter, .. }
            | Self::Inconsistent { parameter, .. } => Some(parameter),
        }
    }
}

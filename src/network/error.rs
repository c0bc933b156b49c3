//! What does not fit in the description of a network, and where.

use std::fmt;

use crate::base::parameter::{Dimension, ParameterError};
use crate::base::suggest;
use crate::base::time::TimeRangeError;
use crate::connection::RuleError;
use crate::network::plan::dense::DenseError;

/// A part of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A population.
    Population,
    /// A projection.
    Projection,
    /// A stimulus.
    Stimulus,
}

impl Part {
    /// What it is called, also in model files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Projection => "projection",
            Self::Stimulus => "stimulus",
        }
    }
}

/// Where in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What kind of part.
    pub part: Part,
    /// Its name.
    pub name: String,
    /// The parameter or key, if it is one alone.
    pub key: Option<&'static str>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.part.name(), self.name)
    }
}

/// A network that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {problem}{help}", help = .problem.help().map_or(String::new(), |help| format!("\n  help: {help}")))]
pub struct NetworkError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub problem: Box<Problem>,
}

impl NetworkError {
    /// `problem` of the part called `name`.
    pub(super) fn new(part: Part, name: &str, problem: Problem) -> Self {
        Self {
            place: Place {
                part,
                name: name.into(),
                key: problem.key(),
            },
            problem: Box::new(problem),
        }
    }
}

/// What is wrong with a part of a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A name that files and figures cannot show.
    #[error("found the name {0:?}, expected letters, digits, `_` and `-`")]
    Name(String),
    /// Two parts of one name.
    #[error("found two of this name, expected each once")]
    Twice,
    /// No neurons, or more than are numbered.
    #[error("`size` is {0}, expected 1 to {most}", most = LARGEST)]
    Size(u32),
    /// A population that there is not.
    #[error("`{key}` names `{found}`, expected the name of a population")]
    UnknownPopulation {
        /// `source` or `target`.
        key: &'static str,
        /// What was named.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A model, rule or kind that there is not.
    #[error("found `{found}`, expected the name of a registered model, rule or kind")]
    UnknownEntry {
        /// What was named.
        found: String,
        /// What it may be a slip of.
        help: Option<String>,
    },
    /// No target.
    #[error("`target` names no population, expected at least one")]
    NoTarget,
    /// More targets than one where one is expected.
    #[error("`target` names {0} populations, expected one")]
    ManyTargets(usize),
    /// A target named twice.
    #[error("`target` names population `{0}` twice")]
    TargetTwice(String),
    /// More targets than 32 bits count.
    #[error("more targets than 32 bits count, expected at most {most}", most = u32::MAX)]
    TooManyTargets,
    /// A parameter.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A connection that no graph can meet.
    #[error("{}", .0.reason())]
    Rule(#[from] RuleError),
    /// A matrix of weights that does not fit.
    #[error(transparent)]
    Dense(#[from] DenseError),
    /// Neurons that nothing can reach.
    #[error(
        "`target` names population `{population}`, whose neurons (`{model}`) only send spikes; expected a population that \
         spikes can reach"
    )]
    OntoSource {
        /// The population.
        population: String,
        /// Its neuron model.
        model: &'static str,
    },
    /// Targets whose weights are measured in different units.
    #[error(
        "`target` names populations whose weights differ: {} onto `{}`, {} onto `{}`; expected one unit for all of them",
        unit(*.first), .population, unit(*.second), .other
    )]
    Units {
        /// One population.
        population: String,
        /// What weights onto it are measured in.
        first: Dimension,
        /// Another.
        other: String,
        /// What weights onto that are measured in.
        second: Dimension,
    },
    /// Neurons that a current would not move.
    #[error(
        "`target` names population `{population}`, whose neurons (`{model}`) have no capacitance that a current could charge"
    )]
    NoCapacitance {
        /// The population.
        population: String,
        /// Its neuron model.
        model: &'static str,
    },
    /// A potential for neurons that have none.
    #[error("`initial` is given, and neurons of the model `{0}` have no potential to start from")]
    NoPotential(&'static str),
    /// A weight that single precision does not hold, or no number.
    #[error("`weight` is {0:e}, expected a finite number, at most {most:e} in magnitude", most = f32::MAX)]
    Weight(f64),
    /// A delay beyond the clock, or negative.
    #[error("`{key}`: {cause}")]
    Delay {
        /// Which delay.
        key: &'static str,
        /// What the clock says.
        cause: TimeRangeError,
    },
    /// A key that the way of connecting needs.
    #[error("needs `{key}`: {what}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What it is.
        what: &'static str,
    },
    /// A key that does not go with the way of connecting.
    #[error("`{key}` does not go with {with}")]
    Unfit {
        /// The key.
        key: &'static str,
        /// What it does not go with.
        with: &'static str,
    },
    /// Data that are still in a file.
    #[error("`{file}` has not been read, expected the data of the network to be here")]
    NotRead {
        /// The file.
        file: String,
    },
    /// Spikes of neurons that there are not.
    #[error("a spike of neuron {neuron}, expected neurons below {size}")]
    Neuron {
        /// The neuron.
        neuron: u32,
        /// Neurons of the population.
        size: u32,
    },
}

/// Most neurons of a population: those of a network are numbered with 32 bits.
pub const LARGEST: u32 = 1 << 31;

impl Problem {
    /// The key that it is about, if it is one alone.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Size(_) => Some("size"),
            Self::UnknownPopulation { key, .. }
            | Self::Delay { key, .. }
            | Self::Missing { key, .. }
            | Self::Unfit { key, .. } => Some(key),
            Self::NoTarget
            | Self::ManyTargets(_)
            | Self::TargetTwice(_)
            | Self::OntoSource { .. }
            | Self::Units { .. }
            | Self::NoCapacitance { .. } => Some("target"),
            Self::NoPotential(_) => Some("initial"),
            Self::Weight(_) => Some("weight"),
            Self::NotRead { .. } => Some("file"),
            Self::Parameter(error) => error.parameter(),
            Self::Rule(error) => Some(error.key()),
            Self::Name(_)
            | Self::Twice
            | Self::TooManyTargets
            | Self::UnknownEntry { .. }
            | Self::Dense(_)
            | Self::Neuron { .. } => None,
        }
    }

    /// What may help.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownPopulation { found, known, .. } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                suggest::help(found, &known)
            }
            Self::UnknownEntry { help, .. } => help.clone(),
            Self::Rule(error) => error.help(),
            _ => None,
        }
    }
}

/// What weights are measured in, in words.
fn unit(dimension: Dimension) -> &'static str {
    match dimension.unit() {
        "" => "numbers without unit",
        unit => unit,
    }
}

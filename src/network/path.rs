//! What of a network may change while it runs, by its path: `population.e.b`.

mod changeable;
mod outside;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::alteration::Alteration;
use crate::base::parameter::ParameterError;
use crate::base::suggest;
use crate::network::{OscillationFault, Part};
pub use changeable::{Changeable, altered};
pub(crate) use changeable::{fixed, no_name, no_parameter};

/// Where a number of a network stands: part, name and parameter, such as `projection.e_e.weight`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ParameterPath {
    /// What kind of part.
    pub part: Part,
    /// Its name.
    pub name: String,
    /// The parameter; of a plasticity rule behind `plasticity.`.
    pub parameter: String,
}

/// What numbers of a network are altered, and how; others are as declared.
pub type Alterations = BTreeMap<ParameterPath, Alteration>;

/// In front of the parameters of a projection's plasticity rule.
const RULE: &str = "plasticity.";

/// The parameter of projections and stimuli that says what an arrival adds.
pub const WEIGHT: &str = "weight";

/// The parameter of modulators that may change.
pub const BASELINE: &str = "baseline";

/// The parameter of oscillations that says how far they go.
pub const AMPLITUDE: &str = "amplitude";

/// The parameter of oscillations that says how fast they are.
pub const FREQUENCY: &str = "frequency";

/// Parts whose numbers may change.
const PARTS: [Part; 6] = [
    Part::Population,
    Part::Projection,
    Part::Stimulus,
    Part::Modulator,
    Part::Oscillation,
    Part::Homeostasis,
];

impl ParameterPath {
    /// That of `parameter` of a part called `name`.
    pub fn new(part: Part, name: &str, parameter: &str) -> Self {
        Self {
            part,
            name: name.into(),
            parameter: parameter.into(),
        }
    }

    /// The parameter of the projection's plasticity rule, if it is one.
    pub fn of_rule(&self) -> Option<&str> {
        let is_projection = self.part == Part::Projection;
        is_projection.then(|| self.parameter.strip_prefix(RULE))?
    }
}

impl fmt::Display for ParameterPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.part.name(), self.name, self.parameter)
    }
}

impl FromStr for ParameterPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut words = text.splitn(3, '.');
        let part = words.next().unwrap_or_default();
        let Some(part) = PARTS.into_iter().find(|known| known.name() == part) else {
            return Err(PathError::Part(text.into()));
        };
        match (words.next(), words.next()) {
            (Some(name), Some(parameter)) => Ok(Self::new(part, name, parameter)),
            _ => Err(PathError::Form(text.into())),
        }
    }
}

/// A path that leads to nothing that may change.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// It does not begin with a part of a network whose numbers may change.
    #[error(
        "`{0}` does not begin with population, projection, stimulus, modulator, oscillation or homeostasis"
    )]
    Part(String),
    /// It is too short.
    #[error("`{0}` is no path to a number, such as `population.e.tau_m`")]
    Form(String),
    /// Nothing has this name.
    #[error("there is no {} `{name}`", part.name())]
    Name {
        /// What was looked for.
        part: Part,
        /// Under which name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// It has no such parameter.
    #[error("{} `{name}` has no parameter `{parameter}` that may change", part.name())]
    Parameter {
        /// What kind of part.
        part: Part,
        /// Its name.
        name: String,
        /// What was looked for.
        parameter: String,
        /// What may change of it.
        known: Vec<String>,
    },
    /// It cannot change while the network runs.
    #[error("`{path}` cannot change while the network runs: {reason}")]
    Fixed {
        /// The path.
        path: ParameterPath,
        /// Why.
        reason: &'static str,
    },
    /// What it would become is impossible.
    #[error("`{path}` would be {value}, expected {expected}")]
    Range {
        /// The path.
        path: ParameterPath,
        /// What it would become, with its unit.
        value: String,
        /// The range in words.
        expected: String,
    },
    /// An oscillation that a stimulus could not follow.
    #[error("stimulus `{stimulus}` could not follow it: {fault}")]
    Oscillation {
        /// The path.
        path: ParameterPath,
        /// Which stimulus.
        stimulus: String,
        /// Why not.
        fault: Box<OscillationFault>,
    },
    /// A slow force that could not be.
    #[error("homeostasis `{name}` would be impossible: {problem}")]
    Force {
        /// Which.
        name: String,
        /// Why not.
        problem: String,
    },
    /// Parameters that contradict each other then.
    #[error("{} `{name}` would be impossible: {error}", part.name())]
    Values {
        /// What kind of part.
        part: Part,
        /// Its name.
        name: String,
        /// What is wrong.
        error: ParameterError,
    },
}

impl PathError {
    /// What may help.
    pub fn help(&self) -> Option<String> {
        let near = |word: &str, known: &[String]| {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            suggest::help(word, &known)
        };
        match self {
            Self::Part(path) => {
                let word = path.split('.').next().unwrap_or_default();
                suggest::did_you_mean(word, &PARTS.map(Part::name))
            }
            Self::Name { name, known, .. } => near(name, known),
            Self::Parameter {
                parameter, known, ..
            } => near(parameter, known),
            _ => None,
        }
    }
}

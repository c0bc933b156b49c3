//! Where in a network something stands.

use std::fmt;

/// A part of a network.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Part {
    /// A population.
    Population,
    /// A projection.
    Projection,
    /// A stimulus.
    Stimulus,
    /// A modulator.
    Modulator,
    /// A slow force on weights.
    Homeostasis,
    /// What sets off pulses.
    Trigger,
    /// An oscillation that is imposed.
    Oscillation,
}

impl Part {
    /// What it is called, also in model files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Projection => "projection",
            Self::Stimulus => "stimulus",
            Self::Modulator => "modulator",
            Self::Homeostasis => "homeostasis",
            Self::Trigger => "trigger",
            Self::Oscillation => "oscillation",
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

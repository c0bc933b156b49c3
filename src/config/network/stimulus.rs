//! What drives a network from outside.

use std::path::PathBuf;

use crate::base::time::{Duration, Time};

/// One input. Names are unique among all.
#[derive(Debug, Clone, PartialEq)]
pub enum Stimulus {
    /// Random spikes.
    Poisson(Poisson),
    /// A current.
    Current(Current),
    /// Given spikes.
    Spikes(SpikeFile),
}

impl Stimulus {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Poisson(poisson) => &poisson.name,
            Self::Current(current) => &current.name,
            Self::Spikes(spikes) => &spikes.name,
        }
    }
}

/// Independent Poisson spikes onto every neuron of some populations.
#[derive(Debug, Clone, PartialEq)]
pub struct Poisson {
    /// Name.
    pub name: String,
    /// Names of the populations, at least one, none twice.
    pub targets: Vec<String>,
    /// Rate onto each neuron in hertz, 0 or more.
    pub rate_hz: f64,
    /// What an arrival adds, in the held unit of the targets' weights.
    pub weight: f64,
}

/// A current into every neuron of some populations, constant between steps. Several onto one population add up.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Name.
    pub name: String,
    /// Names of the populations, at least one, none twice; their neurons have a capacitance.
    pub targets: Vec<String>,
    /// From when on, ascending and not before 0, and how many picoamperes; at least one. Nothing flows before the
    /// first.
    pub steps: Vec<(Time, f64)>,
}

/// Spikes from a file, each onto the neuron that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeFile {
    /// Name.
    pub name: String,
    /// Name of the population.
    pub target: String,
    /// What a spike adds, in the held unit of the target's weights; single precision holds it.
    pub weight: f64,
    /// SONATA (HDF5) or CSV, an absolute path.
    pub file: PathBuf,
    /// Population of the file that is read; `None` for the only one.
    pub population: Option<String>,
    /// Spikes are moved by this, 0 or more.
    pub from: Duration,
}

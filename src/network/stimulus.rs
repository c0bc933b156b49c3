//! What drives a network from outside.

use std::sync::Arc;

use crate::network::projection::Choice;
use crate::stimulus::Spike;

/// One input onto some populations.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// Name, unique among stimuli.
    pub name: String,
    /// What it brings: an entry of the registry of stimuli.
    pub kind: Choice,
    /// Names of the populations, at least one, none twice.
    pub targets: Vec<String>,
    /// What an arrival adds, in the unit of the targets' neuron model; 0 for what brings no arrivals.
    pub weight: f64,
    /// Spikes by time in picoseconds and neuron, in place of those in the file that the stimulus names.
    pub spikes: Option<Arc<[Spike]>>,
}

//! What drives a network from outside.

use std::sync::Arc;

use crate::network::oscillation::Swings;
use crate::network::projection::Choice;
use crate::network::trigger::Pulses;
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
    /// When it comes, of a stimulus that comes in pulses.
    pub pulses: Pulses,
    /// What it goes up and down with.
    pub swings: Swings,
    /// What the file holds that the stimulus names, once it has been read.
    pub data: Option<Data>,
}

/// What a stimulus takes from a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Spikes in order, counted from when the stimulus is switched on.
    Spikes(Arc<[Spike]>),
    /// Numbers row by row: pixels, or what dreams are drawn from.
    Image(Arc<[f32]>),
}

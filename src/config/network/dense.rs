//! Projections whose weights are a layer of a trained network.

use std::path::PathBuf;

use crate::base::parameter::{Spec, Values};
use crate::base::time::Duration;

/// Synapses from every neuron of one population onto every neuron of another, with the weights of a layer in a weight
/// file.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseProjection {
    /// Name, unique among projections.
    pub name: String,
    /// Name of the source population.
    pub source: String,
    /// Name of the target population.
    pub target: String,
    /// `.safetensors`, `.npz`, `.pt` or `.pth`, an absolute path.
    pub file: PathBuf,
    /// Leave biases in the file out; otherwise they are an error.
    pub drop_bias: bool,
    /// Number of the layer in the file, from 1 for the one next to the input.
    pub layer: usize,
    /// What a weight of 1 adds, in the held unit of the target's weights.
    pub gain: f64,
    /// Time from a spike to its arrival, 0 or more.
    pub axonal_delay: Duration,
    /// What changes the weights.
    pub plasticity: Option<Plasticity>,
}

/// A plasticity rule and its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Plasticity {
    /// The rule.
    pub rule: &'static Spec,
    /// A value for every parameter, in range and in held units.
    pub values: Values,
}

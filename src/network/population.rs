//! Neurons of one model.

use crate::base::distribution::Distribution;
use crate::base::parameter::Values;
use crate::network::Layout;

/// Neurons of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name, unique among populations.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Name of the neuron model.
    pub model: &'static str,
    /// Values of its parameters, in held units. One that is drawn has a value of its own for each neuron, from a stream of
    /// its own; those that are missing take their defaults.
    pub values: Values,
    /// Membrane potential at the start; `None` for neurons that begin at rest, and for sources, which have none.
    pub v_m: Option<Distribution>,
    /// Where they lie; `None` for neurons of which that is not said.
    pub positions: Option<Layout>,
}

//! A named population: neurons of one model, or a source of spikes from outside.

use crate::neuron::Neurons;

/// What a population is made of.
pub enum Members {
    /// Units that spike when a stimulus says so.
    Source {
        /// Number of units.
        size: usize,
    },
    /// Neurons of one model.
    Neurons(Box<dyn Neurons>),
}

/// A named population.
pub struct Population {
    /// Name, unique in its network.
    pub name: String,
    /// Number made from the name: orders populations and enters the fingerprint, so that the order of declaration
    /// does not matter.
    pub id: u64,
    /// Longest zero-delay path that leads here: where in an instant this population is tested.
    pub level: usize,
    pub(crate) members: Members,
}

impl Population {
    /// Number of neurons or units.
    pub fn size(&self) -> usize {
        match &self.members {
            Members::Source { size } => *size,
            Members::Neurons(neurons) => neurons.size(),
        }
    }

    /// The neurons, or `None` for a source.
    pub fn neurons(&self) -> Option<&dyn Neurons> {
        match &self.members {
            Members::Source { .. } => None,
            Members::Neurons(neurons) => Some(neurons.as_ref()),
        }
    }
}

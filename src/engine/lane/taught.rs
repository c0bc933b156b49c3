//! Synapses that learn of a teacher's spikes.

use crate::base::time::Duration;

/// Synapses of one projection onto one group whose targets have a teacher each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pupils {
    /// Which synapses.
    pub synapses: Taught,
    /// The first neuron of the teacher that teaches one of them, and how many follow.
    pub first: u32,
    /// How many do.
    pub len: u32,
    /// The neuron of the group that the first one teaches.
    pub local: u32,
    /// From a spike of the teacher to the instant at which it counts.
    pub delay: Duration,
}

/// Where synapses are in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taught {
    /// The block of this number.
    Rows(usize),
    /// A matrix.
    Matrix {
        /// Number of its group.
        group: usize,
        /// Its number in the group.
        number: usize,
    },
}

impl Pupils {
    /// The neuron of the group that neuron `node` of the teacher teaches.
    pub(super) fn local(&self, node: u32) -> Option<u32> {
        let at = node.checked_sub(self.first)?;
        (at < self.len).then_some(self.local + at)
    }
}

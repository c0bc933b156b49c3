//! What drives a network from outside: images, spike lists.

pub mod image;
pub mod poisson;
pub mod spike_list;

use crate::base::time::Time;

/// A spike of one unit of the driven population.
pub type Spike = (Time, u32);

/// A source of spikes that does not depend on the network, and so can run ahead of it.
pub trait Stimulus: Send + Sync {
    /// Appends the spikes from `now` up to the next tick, in order of time and unit, and tells when that tick is;
    /// `None` when nothing will follow.
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time>;
}

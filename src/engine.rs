//! The event loop: instants, levels, windows, observers.
//!
//! An instant is everything that happens at one picosecond. Sources spike; then, level by level, every population
//! that something reaches takes all its arrivals, is tested once, and those that fire are reset; then plasticity sees
//! who arrived and who fired; projections without delay deliver to a later level of the same instant. So a network
//! whose inputs sit on a 1 ms grid goes step for step through the published time-stepped algorithm, and the same loop
//! with continuous input times is its spike-time-precise version.
//!
//! A network is [assembled](assembly::assemble) from its declaration into [lanes](lane), which [`simulation::Simulation`]
//! runs side by side on any number of threads.

pub mod assembly;
pub mod build;
pub mod division;
pub mod error;
pub mod fingerprint;
pub mod lane;
pub mod simulation;
pub mod spikes;
pub mod watch;

use crate::base::time::Time;

/// Sees every spike.
pub trait Observer {
    /// `nodes` of `population` (by index, ascending) spiked at `t`.
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]);

    /// Whether there is no point in going on: asked after each window.
    fn has_enough(&self) -> bool {
        false
    }
}

/// Sees nothing.
pub struct Unobserved;

impl Observer for Unobserved {
    fn spikes(&mut self, _population: usize, _t: Time, _nodes: &[u32]) {}
}

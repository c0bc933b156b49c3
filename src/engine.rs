//! The event loop: instants, levels, windows, observers.
//!
//! An instant is everything that happens at one picosecond. Sources spike; then, level by level, every population
//! that something reaches takes all its arrivals, is tested once, and those that fire are reset; then plasticity sees
//! who arrived and who fired; projections without delay deliver to a later level of the same instant. So a network
//! whose inputs sit on a 1 ms grid goes step for step through the published time-stepped algorithm, and the same loop
//! with continuous input times is its spike-time-precise version.
//!
//! # An instant of one group
//!
//! Groups of a lane are visited in the order of their levels; each goes through these steps once, and only if something
//! happens there.
//!
//! | step | what happens | where |
//! |---|---|---|
//! | advance | neurons move to the instant; steps of the current take hold | `Group::come_to` |
//! | arrive | sparse rows, by source population and neuron; then those without delay from earlier groups | `Lane::visit` |
//! | drive | spikes from outside, stimulus by stimulus; dense rows; noise | `Group::settle` |
//! | fire | each neuron is tested once, and reset if it fires | [`Neurons::fire`](crate::neuron::Neurons::fire) |
//! | learn | plasticity sees who arrived up to now and who fired | `DenseBlock::post_spikes` |
//! | send | spikes go to the outbox, and without delay to later groups of the same instant | `Lane::send` |
//!
//! # A window
//!
//! A window is as long as the shortest delay between lanes. [`Simulation::run`](simulation::Simulation::run) repeats:
//!
//! | step | needs | leaves |
//! |---|---|---|
//! | skip | spikes of the last step are known to the lanes | now is in the first window in which something may happen |
//! | draw | stimuli have ticked up to now | what they bring before the end of the step lies at its groups |
//! | take in | lanes stand at the start of the step; spikes of the last one are in order | these are on their way, none due before now |
//! | run | all that arrives before the end of the step is on its way or drawn | lanes stand at the end; their spikes are in their outboxes |
//! | exchange | every lane has run | spikes in order by time, name of the population, neuron; counted, hashed and observed |
//!
//! `take in` and `run` go on side by side, lane by lane; the others in one thread. Where a step ends, at the end of its
//! window or because the run is cut there, changes no bit. Between steps a network can be saved, sampled and changed.
//!
//! A network is [assembled](simulation::Simulation::of) from its description into [lanes](lane), which
//! [`simulation::Simulation`] runs side by side on any number of threads.

// From a plan with indices in place of names: public for tests that simulate it naively.
#[doc(hidden)]
pub mod assembly;
pub mod build;
#[doc(hidden)]
pub mod division;
pub mod error;
pub mod fingerprint;
pub mod lane;
mod neurons;
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

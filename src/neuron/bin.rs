//! Noise by the bin of time: what a population tells of it, and what it gets.

use super::Growth;
use crate::base::time::{Duration, Time};

/// For what noise it pays that a population takes it by the [`Bin`]. It is asked for as neurons are declared, so that whose noise
/// is binned, and how long bins are, follows from the model alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bins {
    /// What an event does as time goes on, beside which bins are short.
    pub growth: Growth,
    /// Stretches of time that the population looks over at once, of this length each, so that no bin reaches over the end of
    /// one (see [`Neurons::stretch_end`](super::Neurons::stretch_end)); none where there are no such ends.
    pub stretch: Option<Duration>,
    /// Heavier events would too often bring a neuron near its threshold within a bin.
    pub most_weight: f64,
    /// With as many picoamperes from outside, neurons fire by themselves, each at any instant.
    pub least_pa: f64,
}

/// External noise of one weight within a bin of time onto neurons side by side, all of it at once.
#[derive(Debug, Clone, Copy)]
pub struct Bin<'a> {
    /// Where it begins.
    pub start: Time,
    /// Where it ends: its events come before.
    pub end: Time,
    /// The first neuron.
    pub first: usize,
    /// The sum of e^((t − start)/τ) over the events of each neuron, with the rate of the population's [`Growth`].
    pub sums: &'a [f64],
    /// The sum of e^((t − start)/τ) (e^(δ (t − start)) − 1)/δ over the same, in picoseconds; empty where that has no δ.
    pub gathered: &'a [f64],
    /// What an event adds, more than 0.
    pub weight: f64,
}

/// Events of noise that a neuron has had ahead of their time: what they add up to, counted from an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Early {
    /// That instant.
    pub start: Time,
    /// The sum of the weight times e^((t − start)/τ), with the rate of the population's [`Growth`].
    pub amount: f64,
    /// The sum of that times (e^(δ (t − start)) − 1)/δ, in picoseconds; 0 where that has no δ.
    pub gathered: f64,
}

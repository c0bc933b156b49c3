//! The matrix of another projection, read the other way.

use std::collections::VecDeque;

use crate::base::time::{Duration, Time};
use crate::engine::lane::dense::DenseBlock;
use crate::neuron::Neurons;

/// Synapses onto the neurons of a group from those that they reach themselves through a [`DenseBlock`].
pub struct TiedBlock {
    /// Index among the network's tied projections.
    pub projection: usize,
    /// Index of the population whose spikes arrive.
    pub source: usize,
    /// Where the matrix is: group of the lane, number in it.
    pub owner: (usize, usize),
    /// Factor from weight to what the neurons add.
    pub gain: f64,
    /// How many times as much they add now.
    pub altered: f64,
    /// From a spike to its arrival.
    pub delay: Duration,
    /// Spikes under way, in the order in which they arrive.
    pub flying: VecDeque<(Time, u32)>,
    /// Weights of those that arrive at the instant at hand, one after the other.
    columns: Vec<f32>,
}

impl TiedBlock {
    /// From the population at index `source` through the matrix at `owner`, nothing under way.
    pub fn new(
        projection: usize,
        source: usize,
        owner: (usize, usize),
        gain: f64,
        delay: Duration,
    ) -> Self {
        Self {
            projection,
            source,
            owner,
            gain,
            altered: 1.0,
            delay,
            flying: VecDeque::new(),
            columns: Vec::new(),
        }
    }

    /// Nothing is under way any more.
    pub fn reset(&mut self) {
        self.flying.clear();
        self.columns.clear();
    }

    /// When the next spike under way arrives.
    #[inline]
    pub(super) fn next(&self) -> Time {
        self.flying.front().map_or(Time::MAX, |&(t, _)| t)
    }

    /// Takes in who arrives at `t`, with the weights of `owner` right before that.
    pub(super) fn land(&mut self, t: Time, owner: &mut DenseBlock) {
        owner.catch_up(t);
        let mut column = Vec::new();
        while let Some(&(time, node)) = self.flying.front()
            && time <= t
        {
            self.flying.pop_front();
            owner.weights.gather(node as usize, &mut column);
            self.columns.extend_from_slice(&column);
        }
    }

    /// Adds what has arrived to `neurons`.
    pub(super) fn deliver(&mut self, neurons: &mut dyn Neurons) {
        for column in self.columns.chunks_exact(neurons.size().max(1)) {
            neurons.receive(&[column], self.gain * self.altered);
        }
        self.columns.clear();
    }
}

//! All-to-all synapses onto a group, with what they need to learn.

use std::collections::VecDeque;

use crate::base::time::{Duration, Time};
use crate::neuron::Neurons;
use crate::plasticity::PlasticityRule;
use crate::synapse::dense::Dense;

/// Synapses from one population onto all neurons of a group, and their state.
pub struct DenseBlock {
    /// Index of the projection among the network's dense ones.
    pub projection: usize,
    /// Index of the source population.
    pub source: usize,
    /// Number of the group's first neuron in the target population.
    pub first: u32,
    /// Factor from weight to what the neurons add.
    pub gain: f64,
    /// From a spike to its arrival.
    pub delay: Duration,
    /// Weights onto the neurons of the group.
    pub weights: Dense,
    /// Whether the weights are not those of the assembly, though nothing learns.
    pub changed: bool,
    /// What changes the weights.
    pub plastic: Option<Plastic>,
    /// Spikes under way. All have the same delay, so they arrive in the order in which they were sent.
    pub flying: VecDeque<(Time, u32)>,
    /// Who arrives at the instant at hand.
    pub arrived: Vec<u32>,
}

/// What a plastic projection keeps beside its weights.
pub struct Plastic {
    /// What happens to a target's weights when it fires.
    pub rule: Box<dyn PlasticityRule>,
    /// When each source last arrived.
    pub last_arrival: Vec<Time>,
    /// The column being changed.
    pub column: Vec<f32>,
}

impl Plastic {
    /// A rule for weights from `n_source` neurons, none of which has spiked yet.
    pub fn new(rule: Box<dyn PlasticityRule>, n_source: usize) -> Self {
        Self {
            rule,
            last_arrival: vec![Time::NEVER; n_source],
            column: Vec::with_capacity(n_source),
        }
    }
}

impl DenseBlock {
    /// Forgets past and flying spikes; weights stay.
    pub fn reset(&mut self) {
        self.flying.clear();
        self.arrived.clear();
        if let Some(plastic) = &mut self.plastic {
            plastic.last_arrival.fill(Time::NEVER);
        }
    }

    /// When the next spike under way arrives.
    #[inline]
    pub(super) fn next(&self) -> Time {
        self.flying.front().map_or(Time::MAX, |&(t, _)| t)
    }

    /// Takes in who arrives at `t`.
    pub(super) fn land(&mut self, t: Time) {
        while let Some(&(time, node)) = self.flying.front()
            && time <= t
        {
            self.flying.pop_front();
            self.arrived.push(node);
        }
    }

    /// Adds the rows of all that have arrived at `t` to `neurons`. Weights are read before this instant changes them.
    pub(super) fn deliver(&mut self, neurons: &mut dyn Neurons, t: Time) {
        // A multiple of the rows that a neuron model takes at once; small enough to live in registers and stack.
        const ROWS: usize = 16;
        for chunk in self.arrived.chunks(ROWS) {
            let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
            for (row, &i) in rows.iter_mut().zip(chunk) {
                *row = self.weights.row(i as usize);
            }
            neurons.receive(&rows[..chunk.len()], self.gain);
        }
        if let Some(plastic) = &mut self.plastic {
            for &i in &self.arrived {
                plastic.last_arrival[i as usize] = t;
            }
        }
        self.arrived.clear();
    }

    /// Lets the rule see that `targets` fired at `t`.
    pub(super) fn post_spikes(&mut self, t: Time, targets: &[u32]) {
        let Some(Plastic {
            rule,
            last_arrival,
            column,
        }) = &mut self.plastic
        else {
            return;
        };
        for &j in targets {
            self.weights.gather(j as usize, column);
            rule.post_spike(t, column, last_arrival);
            self.weights.scatter(j as usize, column);
        }
    }
}

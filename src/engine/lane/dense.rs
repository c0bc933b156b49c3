//! All-to-all synapses onto a group, with what they need to learn.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::base::time::{Duration, Time};
use crate::neuron::Neurons;
use crate::plasticity::{ColumnRule, LearnMatrix};
use crate::synapse::dense::Dense;
use crate::synapse::short_term::ShortTermRows;

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
    /// How many times as much they add now.
    pub altered: f64,
    /// From a spike to its arrival.
    pub delay: Duration,
    /// Weights onto the neurons of the group.
    pub weights: Dense,
    /// Whether the weights are not those of the assembly, though nothing learns.
    pub changed: bool,
    /// What changes the weights.
    pub plastic: Option<Plastic>,
    /// How much of its weights each source passes on, if it depends on use.
    pub short_term: Option<ShortTermRows>,
    /// Spikes under way. All have the same delay, so they arrive in the order in which they were sent.
    pub flying: VecDeque<(Time, u32)>,
    /// Who arrives at the instant at hand.
    pub arrived: Vec<u32>,
}

/// What a plastic projection keeps beside its weights.
pub enum Plastic {
    /// Changes a target's column when it fires.
    Column {
        /// What happens to the column.
        rule: Box<dyn ColumnRule>,
        /// When each source last arrived.
        last_arrival: Vec<Time>,
        /// The column being changed.
        column: Vec<f32>,
        /// Whether anything does.
        learning: bool,
    },
    /// Changes rows when they arrive.
    Rows(Box<dyn LearnMatrix>),
}

impl Plastic {
    /// A rule for columns of weights from `n_source` neurons, none of which has spiked yet.
    pub fn column(rule: Box<dyn ColumnRule>, n_source: usize) -> Self {
        Self::Column {
            rule,
            last_arrival: vec![Time::NEVER; n_source],
            column: Vec::with_capacity(n_source),
            learning: true,
        }
    }
}

impl DenseBlock {
    /// Forgets past and flying spikes, and begins anew at `t`; weights stay as they are after what happened before `now`.
    pub fn reset(&mut self, now: Time, t: Time) {
        self.flying.clear();
        self.arrived.clear();
        self.short_term.iter_mut().for_each(ShortTermRows::reset);
        match &mut self.plastic {
            None => {}
            Some(Plastic::Column { last_arrival, .. }) => last_arrival.fill(Time::NEVER),
            Some(Plastic::Rows(learn)) => learn.reset(now, t, self.weights.values_mut()),
        }
    }

    /// Switches learning on or off from `t` on.
    pub fn set_learning(&mut self, t: Time, on: bool) {
        match &mut self.plastic {
            None => {}
            Some(Plastic::Column { learning, .. }) => *learning = on,
            Some(Plastic::Rows(learn)) => learn.set_learning(t, on, self.weights.values_mut()),
        }
    }

    /// Lets weights learn of all that happened before `t`.
    pub fn settle(&mut self, t: Time) {
        if let Some(Plastic::Rows(learn)) = &mut self.plastic {
            learn.settle(t, self.weights.values_mut());
        }
    }

    /// Lets every row learn of what reached it before `t`, as it would if it were looked at then.
    pub(super) fn catch_up(&mut self, t: Time) {
        if let Some(Plastic::Rows(learn)) = &mut self.plastic {
            learn.come_to(t, self.weights.values_mut());
            learn.settle(t, self.weights.values_mut());
        }
    }

    /// The weights right before `t`.
    pub fn look(&self, t: Time) -> Cow<'_, Dense> {
        match &self.plastic {
            None | Some(Plastic::Column { .. }) => Cow::Borrowed(&self.weights),
            Some(Plastic::Rows(learn)) => {
                let values = learn.look(t, self.weights.values());
                Cow::Owned(self.weights.like(values))
            }
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
        if let Some(Plastic::Rows(learn)) = &mut self.plastic
            && !self.arrived.is_empty()
        {
            learn.come_to(t, self.weights.values_mut());
            for &i in &self.arrived {
                learn.catch_up(t, i as usize, self.weights.row_mut(i as usize));
            }
        }
        match self.short_term {
            None => {
                for chunk in self.arrived.chunks(ROWS) {
                    let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
                    for (row, &i) in rows.iter_mut().zip(chunk) {
                        *row = self.weights.row(i as usize);
                    }
                    neurons.receive(&rows[..chunk.len()], self.gain * self.altered);
                }
            }
            Some(_) => self.deliver_shares(neurons, t),
        }
        match &mut self.plastic {
            None => {}
            Some(Plastic::Column { last_arrival, .. }) => {
                for &i in &self.arrived {
                    last_arrival[i as usize] = t;
                }
            }
            Some(Plastic::Rows(learn)) => {
                for &i in &self.arrived {
                    learn.arrive(t, i as usize, self.weights.row_mut(i as usize));
                }
            }
        }
        self.arrived.clear();
    }

    /// Adds so much of the rows of all that have arrived as is left of their resources.
    #[cold]
    fn deliver_shares(&mut self, neurons: &mut dyn Neurons, t: Time) {
        if let Some(used) = &mut self.short_term {
            for &i in &self.arrived {
                let share = used.arrive(t, i as usize);
                let gain = self.gain * self.altered;
                neurons.receive(&[self.weights.row(i as usize)], gain * share);
            }
        }
    }

    /// The teacher of `target` spikes so that it counts at `t`.
    pub(super) fn teach(&mut self, t: Time, target: u32) {
        if let Some(Plastic::Rows(learn)) = &mut self.plastic {
            learn.teach(t, target);
        }
    }

    /// Lets the rule see that `targets` fired at `t`.
    pub(super) fn post_spikes(&mut self, t: Time, targets: &[u32]) {
        match &mut self.plastic {
            Some(Plastic::Column {
                rule,
                last_arrival,
                column,
                learning: true,
            }) => {
                for &j in targets {
                    self.weights.gather(j as usize, column);
                    rule.post_spike(t, column, last_arrival);
                    self.weights.scatter(j as usize, column);
                }
            }
            Some(Plastic::Rows(learn)) => {
                learn.come_to(t, self.weights.values_mut());
                learn.fire(t, targets, self.weights.values_mut());
            }
            None | Some(Plastic::Column { .. }) => {}
        }
    }
}

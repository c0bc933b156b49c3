//! All synapses from one population to another under one rule.

use crate::base::time::{Duration, Time};
use crate::plasticity::PlasticityRule;
use crate::synapse::dense::Dense;

/// A projection and its state.
pub struct Projection {
    /// Name, unique in its network.
    pub name: String,
    /// Number made from the name, ordering projections that arrive at one instant.
    pub id: u64,
    /// Index of the source population.
    pub source: usize,
    /// Index of the target population.
    pub target: usize,
    /// Factor from weight to potential.
    pub gain: f64,
    /// Time from a spike of the source to its arrival at the synapse. There is no dendritic part here, so arrivals
    /// and the target's spikes are at the synapse when they are at the soma.
    pub axonal_delay: Duration,
    pub(crate) weights: Dense,
    pub(crate) plastic: Option<Plastic>,
}

/// What a plastic projection keeps beside its weights.
pub(crate) struct Plastic {
    pub(crate) rule: Box<dyn PlasticityRule>,
    /// When each source last arrived.
    last_arrival: Vec<Time>,
    /// The column being changed.
    column: Vec<f32>,
}

impl Plastic {
    pub(crate) fn new(rule: Box<dyn PlasticityRule>, n_source: usize) -> Self {
        Self {
            rule,
            last_arrival: vec![Time::NEVER; n_source],
            column: Vec::with_capacity(n_source),
        }
    }
}

impl Projection {
    /// The weights.
    pub fn weights(&self) -> &Dense {
        &self.weights
    }

    /// Forgets past arrivals; weights stay.
    pub(crate) fn reset(&mut self) {
        if let Some(plastic) = &mut self.plastic {
            plastic.last_arrival.fill(Time::NEVER);
        }
    }

    /// Notes that `sources` arrived at `t`.
    pub(crate) fn arrive(&mut self, t: Time, sources: &[u32]) {
        if let Some(plastic) = &mut self.plastic {
            for &i in sources {
                plastic.last_arrival[i as usize] = t;
            }
        }
    }

    /// Lets the rule see that `targets` fired at `t`.
    pub(crate) fn post_spikes(&mut self, t: Time, targets: &[u32]) {
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

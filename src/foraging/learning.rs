//! Spike-timing-dependent plasticity that acts once per epoch.
//!
//! Every pair of spikes of a synapse leaves a trace; at the end of an epoch all traces that are young enough act, the less
//! the older they are.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::function::exp;

/// What pairs of spikes leave, and how it acts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// What a pair at once would leave.
    pub amplitude: f64,
    /// In how many steps of difference that is e times less.
    pub tau: f64,
    /// Pairs further apart leave nothing.
    pub window: u64,
    /// How many steps a trace is kept.
    pub memory: u64,
    /// Steps that are added to the age of a trace.
    pub delay: u64,
    /// What a weight changes by at most in an epoch, as a share.
    pub most: f64,
}

/// What a pair of spikes left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Trace {
    synapse: u32,
    at: u64,
    size: f64,
}

/// Traces of the synapses between two layers, and the spikes of both that may still find a partner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    traces: VecDeque<Trace>,
    sources: VecDeque<(u64, u32)>,
    targets: VecDeque<(u64, u32)>,
    /// Running mean of the size of all traces.
    mean: f64,
}

/// Synapses: who is connected with whom.
pub trait Synapses {
    /// Synapse from `source` to `target`, if there is one.
    fn between(&self, source: u32, target: u32) -> Option<u32>;
}

impl Traces {
    /// Takes in the spikes of an epoch, each layer's in the order of their steps, which are counted from the beginning.
    pub fn see(
        &mut self,
        rule: &Rule,
        synapses: &impl Synapses,
        sources: &[(u64, u32)],
        targets: &[(u64, u32)],
    ) {
        let mut pairs: Vec<Trace> = Vec::new();
        let mut leave = |source: (u64, u32), target: (u64, u32)| {
            let apart = source.0.abs_diff(target.0);
            if apart == 0 || apart > rule.window {
                return;
            }
            if let Some(synapse) = synapses.between(source.1, target.1) {
                let size = rule.amplitude * exp(-(apart as f64) / rule.tau);
                let at = source.0.max(target.0);
                let size = if source.0 < target.0 { size } else { -size };
                pairs.push(Trace { synapse, at, size });
            }
        };
        for &target in targets {
            self.sources
                .iter()
                .chain(sources)
                .for_each(|&source| leave(source, target));
        }
        for &source in sources {
            self.targets
                .iter()
                .for_each(|&target| leave(source, target));
        }
        pairs.sort_by_key(|pair| (pair.at, pair.synapse));
        self.traces.extend(pairs);
        self.sources.extend(sources);
        self.targets.extend(targets);
    }

    /// Forgets what is too old at `now`: traces, and spikes that no later one pairs with.
    pub fn forget(&mut self, rule: &Rule, now: u64) {
        self.traces.retain(|trace| now - trace.at <= rule.memory);
        let pairs = |spike: &(u64, u32)| now - spike.0 < rule.window;
        self.sources.retain(pairs);
        self.targets.retain(pairs);
    }

    /// Size of all traces, over its running mean, which this is taken into with a weight of `rate`.
    pub fn salience(&mut self, rate: f64) -> f64 {
        let sum: f64 = self.traces.iter().map(|trace| trace.size.abs()).sum();
        self.mean = (self.mean + rate * (sum - self.mean)).max(1e-10);
        sum / self.mean
    }

    /// Changes weights at `now`: each in turn grows by the sum of its traces, aged, times `factor`, at most
    /// [`Rule::most`], times what `room` says of the synapse.
    pub fn act(
        &self,
        rule: &Rule,
        now: u64,
        factor: f64,
        weights: &mut [f64],
        room: impl Fn(u32) -> f64,
    ) {
        let mut changes: Vec<(u32, f64)> = Vec::new();
        let aged = |trace: &Trace| trace.size / (now - trace.at + rule.delay) as f64;
        changes.extend(self.traces.iter().map(|trace| (trace.synapse, aged(trace))));
        // A stable sort keeps the order of traces, which last bits depend on.
        changes.sort_by_key(|change| change.0);
        for same in changes.chunk_by(|one, other| one.0 == other.0) {
            let synapse = same[0].0;
            let sum: f64 = same.iter().map(|change| change.1).sum();
            let change = (factor * sum).clamp(-rule.most, rule.most);
            weights[synapse as usize] *= 1.0 + room(synapse) * change;
        }
    }
}

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
    /// What a trace changes a weight by at most in an epoch, as a share.
    pub most: f64,
}

/// What a pair of spikes left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Trace {
    at: u64,
    size: f64,
}

/// Traces of the synapses between two layers, and the spikes of both that may still find a partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    /// Of each synapse, the oldest first.
    traces: Vec<Vec<Trace>>,
    /// The synapses that have some, ascending: few of all.
    with_some: Vec<u32>,
    sources: VecDeque<(u64, u32)>,
    targets: VecDeque<(u64, u32)>,
}

/// Synapses: who is connected with whom.
pub trait Synapses {
    /// Synapse from `source` to `target`, if there is one.
    fn between(&self, source: u32, target: u32) -> Option<u32>;
}

impl Traces {
    /// Of so many synapses, none.
    pub fn new(synapses: usize) -> Self {
        Self {
            traces: vec![Vec::new(); synapses],
            with_some: Vec::new(),
            sources: VecDeque::new(),
            targets: VecDeque::new(),
        }
    }

    /// Takes in the spikes of an epoch, each layer's in the order of their steps, which are counted from the beginning.
    pub fn see(
        &mut self,
        rule: &Rule,
        synapses: &impl Synapses,
        sources: &[(u64, u32)],
        targets: &[(u64, u32)],
    ) {
        let traces = &mut self.traces;
        let mut touched: Vec<u32> = Vec::new();
        let mut leave = |source: (u64, u32), target: (u64, u32)| {
            let apart = source.0.abs_diff(target.0);
            if apart >= rule.window {
                return;
            }
            if let Some(synapse) = synapses.between(source.1, target.1) {
                let size = rule.amplitude * exp(-(apart as f64) / rule.tau);
                let at = source.0.max(target.0);
                // In one step the source spikes first.
                let size = if source.0 <= target.0 { size } else { -size };
                traces[synapse as usize].push(Trace { at, size });
                touched.push(synapse);
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
        touched.sort_unstable();
        touched.dedup();
        for &synapse in &touched {
            self.traces[synapse as usize].sort_by_key(|trace| trace.at);
        }
        // Two runs that ascend: a stable sort merges them.
        self.with_some.append(&mut touched);
        self.with_some.sort();
        self.with_some.dedup();
        self.sources.extend(sources);
        self.targets.extend(targets);
    }

    /// Forgets what is too old at `now`: traces, and spikes that no later one pairs with.
    pub fn forget(&mut self, rule: &Rule, now: u64) {
        let traces = &mut self.traces;
        self.with_some.retain(|&synapse| {
            let traces = &mut traces[synapse as usize];
            if traces
                .first()
                .is_some_and(|oldest| now - oldest.at > rule.memory)
            {
                traces.retain(|trace| now - trace.at <= rule.memory);
            }
            !traces.is_empty()
        });
        let pairs = |spike: &(u64, u32)| now - spike.0 < rule.window;
        self.sources.retain(pairs);
        self.targets.retain(pairs);
    }

    /// What each trace weighs at `now`, with its synapse: those of a synapse stand together, in the order of synapses.
    pub fn aged(&self, rule: &Rule, now: u64) -> Vec<(u32, f64)> {
        let aged = |trace: &Trace| trace.size / (now - trace.at + rule.delay) as f64;
        let mut all = Vec::new();
        for &k in &self.with_some {
            let traces = &self.traces[k as usize];
            all.extend(traces.iter().map(|trace| (k, aged(trace))));
        }
        all
    }
}

/// What is usual at each synapse: the running mean of the sum of its traces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Salience {
    mean: Vec<f64>,
}

impl Salience {
    /// Of so many synapses that have seen nothing.
    pub fn new(synapses: usize) -> Self {
        Self {
            mean: vec![0.0; synapses],
        }
    }

    /// Takes in the traces of an epoch, of all synapses, with a weight of `rate`.
    pub fn attend(&mut self, rate: f64, aged: &[(u32, f64)]) {
        // As in the published code: below this it is this, whatever its sign.
        const LEAST: f64 = 1e-10;
        let floor = |mean: f64| mean.abs().max(LEAST).copysign(mean);
        for mean in &mut self.mean {
            *mean *= 1.0 - rate;
        }
        for same in aged.chunk_by(|one, other| one.0 == other.0) {
            self.mean[same[0].0 as usize] += rate * sum(same);
        }
        for mean in &mut self.mean {
            *mean = floor(*mean);
        }
    }

    /// What is usual at this synapse; never 0 once something was taken in.
    pub fn usual(&self, synapse: u32) -> f64 {
        self.mean[synapse as usize]
    }
}

fn sum(same: &[(u32, f64)]) -> f64 {
    same.iter().map(|one| one.1).sum()
}

/// Changes weights: each trace lets that of its synapse grow by what it weighs times `factor`, which knows the sum of the
/// traces of the synapse, at most [`Rule::most`], times what `room` says of the synapse.
pub fn act(
    rule: &Rule,
    aged: &[(u32, f64)],
    weights: &mut [f64],
    factor: impl Fn(u32, f64) -> f64,
    room: impl Fn(u32) -> f64,
) {
    for same in aged.chunk_by(|one, other| one.0 == other.0) {
        let synapse = same[0].0;
        let factor = factor(synapse, sum(same));
        let (weight, room) = (&mut weights[synapse as usize], room(synapse));
        for (_, trace) in same {
            *weight *= 1.0 + room * (factor * trace).clamp(-rule.most, rule.most);
        }
    }
}

//! Synapses that come and go.

use std::collections::BTreeSet;
use std::fmt::Debug;

use crate::base::parameter::{Dimension, ParameterSpec, Range};
use crate::base::stream::Stream;

/// What a rule does to the wiring of one projection.
pub trait Rewiring: Debug + Send + Sync {
    /// The time constant in milliseconds with which rates are averaged that it goes by; `None` if it goes by none.
    fn average_ms(&self) -> Option<f64> {
        None
    }

    /// What to change at an instant; all that it draws is drawn from `stream`, which is of that instant alone.
    fn rewire(&mut self, wiring: &Wiring<'_>, stream: &mut Stream) -> Edit;

    /// All that it remembers.
    fn state(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Goes on from what [`state`](Self::state) gave in a network of so many sources and targets; whether it can.
    fn load(&mut self, state: Vec<f64>, n: (usize, usize)) -> bool {
        let _ = n;
        state.is_empty()
    }
}

/// A synapse of a projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Its source.
    pub source: u32,
    /// Its target: over the target populations one after the other.
    pub target: u32,
    /// How strong it is, without sign.
    pub strength: f64,
}

/// A neuron since the last instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Activity {
    /// Its average rate in hertz then.
    pub before_hz: f64,
    /// Its average rate in hertz now.
    pub now_hz: f64,
    /// Spikes in between.
    pub spikes: u32,
}

/// A projection at an instant.
#[derive(Debug, Clone, Copy)]
pub struct Wiring<'a> {
    /// Its synapses, by source, then target.
    pub edges: &'a [Edge],
    /// What each source did, if the rule goes by rates.
    pub sources: &'a [Activity],
    /// What each target did, if the rule goes by rates.
    pub targets: &'a [Activity],
    /// Number of sources and of targets.
    pub n: (u32, u32),
    /// Whether each source and each target is there; none means that all are.
    pub born: (&'a [bool], &'a [bool]),
    /// Where among the targets the source population's own neurons begin, if a neuron must not have a synapse onto itself.
    pub own: Option<u32>,
    /// Seconds since the last instant.
    pub elapsed_s: f64,
}

/// What is to change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    /// Indices of synapses that go, ascending.
    pub removed: Vec<u32>,
    /// Synapses that come.
    pub added: Vec<Edge>,
}

impl Wiring<'_> {
    /// Whether there may be a synapse from `source` onto `target`.
    pub(super) fn may_connect(&self, source: u32, target: u32) -> bool {
        let itself = self.own.and_then(|own| own.checked_add(source)) == Some(target);
        !itself && self.is_source(source) && self.is_target(target)
    }

    /// Whether a source is there.
    pub(super) fn is_source(&self, source: u32) -> bool {
        self.born.0.get(source as usize).is_none_or(|&born| born)
    }

    /// Whether a target is there.
    pub(super) fn is_target(&self, target: u32) -> bool {
        self.born.1.get(target as usize).is_none_or(|&born| born)
    }

    /// Pairs that are connected and stay so.
    pub(super) fn pairs(&self, removed: &[u32]) -> BTreeSet<(u32, u32)> {
        let mut gone = removed.iter().peekable();
        let kept = (0..)
            .zip(self.edges)
            .filter(|(k, _)| gone.next_if_eq(&k).is_none());
        kept.map(|(_, edge)| (edge.source, edge.target)).collect()
    }

    /// Synapses that each target keeps.
    pub(super) fn degrees(&self, removed: &[u32]) -> Vec<u32> {
        let mut degrees = vec![0; self.n.1 as usize];
        self.edges
            .iter()
            .for_each(|edge| degrees[edge.target as usize] += 1);
        for &k in removed {
            degrees[self.edges[k as usize].target as usize] -= 1;
        }
        degrees
    }
}

/// A parameter of rules by which synapses come.
pub(super) const NEW_WEIGHT: ParameterSpec = ParameterSpec::quantity(
    "new_weight",
    Dimension::Weight,
    Range::NonNegative,
    "strength of a new synapse, without sign",
);

/// Puts `values` into an order drawn from `stream`.
pub(super) fn shuffle<T>(values: &mut [T], stream: &mut Stream) {
    for k in (1..values.len()).rev() {
        values.swap(k, stream.below(k as u64 + 1) as usize);
    }
}

//! Synapses that come and go.

use std::fmt::Debug;

use crate::base::function::exp;
use crate::base::parameter::{
    Default, Dimension, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::stream::Stream;
use crate::position::Ends;

/// What a rule does to the wiring of one projection.
pub trait Rewiring: Debug + Send + Sync {
    /// The time constant in milliseconds with which rates are averaged that it goes by; `None` if it goes by none.
    fn average_ms(&self) -> Option<f64> {
        None
    }

    /// Whether it connects neurons that were not connected.
    fn connects(&self) -> bool {
        true
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
    /// How strong it is, without sign; of those that come, under a rule whose weights have either sign, with it.
    pub strength: f64,
    /// Milliseconds since a spike last came through it, or since it came or the network was last at rest, if that was later; 0 of
    /// those that come.
    pub unused_ms: f64,
}

/// A neuron since the last instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Activity {
    /// For how many seconds of that time it was there.
    pub here_s: f64,
    /// Its average rate in hertz then.
    pub before_hz: f64,
    /// Its average rate in hertz now.
    pub now_hz: f64,
    /// Spikes in between.
    pub spikes: u32,
}

/// How far new synapses reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    /// How fast they become rare with distance, in millimetres; `None` where distance does not count.
    length_mm: Option<f64>,
    /// Share of them that reach anywhere.
    long_range: f64,
}

impl Reach {
    /// Of the rule of `spec`, which has [`LENGTH`] and [`LONG_RANGE`].
    ///
    /// # Errors
    /// If some synapses are to reach anywhere and the others do not go by distance.
    pub(super) fn new(values: &Values, spec: &'static Spec) -> Result<Self, ParameterError> {
        let reach = Self {
            length_mm: values.number(LENGTH.name),
            long_range: values[LONG_RANGE.name],
        };
        if reach.length_mm.is_none() && reach.long_range > 0.0 {
            return Err(ParameterError::Inconsistent {
                model: spec.name,
                parameter: LONG_RANGE.name,
                neuron: None,
                reason: " is given without `length`, by which all others come".into(),
            });
        }
        Ok(reach)
    }

    /// Anywhere.
    #[cfg(test)]
    pub(super) const ANYWHERE: Self = Self {
        length_mm: None,
        long_range: 0.0,
    };

    /// Whether distance counts.
    pub(super) fn is_by_distance(self) -> bool {
        self.length_mm.is_some()
    }

    /// Whether the next synapse goes by distance; draws only where some do and others do not.
    pub(super) fn is_near(self, stream: &mut Stream) -> bool {
        let all = self.long_range == 0.0;
        self.length_mm.is_some() && (all || stream.uniform() >= self.long_range)
    }

    /// How likely a synapse of this length is, by one of no length.
    pub(super) fn share(self, mm: f64) -> f64 {
        self.length_mm.map_or(1.0, |length_mm| exp(-mm / length_mm))
    }

    /// How likely one of `n` sources is to be the next whose [share](Self::share) is this one of `all`.
    pub(super) fn chance(self, share: f64, all: f64, n: u32) -> f64 {
        if !self.is_by_distance() {
            return 1.0 / f64::from(n);
        }
        let near = if all > 0.0 { share / all } else { 0.0 };
        (1.0 - self.long_range) * near + self.long_range / f64::from(n)
    }
}

/// Picks one of several by weights that are added up.
#[derive(Debug, Default)]
pub(super) struct Lot(Vec<f64>);

impl Lot {
    /// Takes in weights, one after the other.
    pub(super) fn fill(&mut self, weights: impl Iterator<Item = f64>) {
        self.0.clear();
        let mut sum = 0.0;
        self.0.extend(weights.map(|weight| {
            sum += weight;
            sum
        }));
    }

    /// The sum of all weights.
    pub(super) fn total(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    /// The number of one of them, if any has a weight above zero.
    pub(super) fn draw(&self, stream: &mut Stream) -> Option<usize> {
        let all = self.0.last().filter(|all| **all > 0.0)?;
        let at = stream.uniform() * all;
        Some(
            self.0
                .partition_point(|sum| *sum <= at)
                .min(self.0.len() - 1),
        )
    }
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
    /// Where they lie, for rules by distance.
    pub ends: Option<&'a Ends>,
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

    /// How likely a synapse from `source` onto `target` is by its length, if it goes by `reach`; not at all if there must be
    /// none.
    pub(super) fn share(&self, reach: Reach, source: u32, target: u32) -> f64 {
        if !self.may_connect(source, target) {
            return 0.0;
        }
        let mm = self.ends.map(|ends| ends.distance_mm(source, target));
        mm.map_or(1.0, |mm| reach.share(mm))
    }

    /// Whether a source is there.
    pub(super) fn is_source(&self, source: u32) -> bool {
        self.born.0.get(source as usize).is_none_or(|&born| born)
    }

    /// Whether a target is there.
    pub(super) fn is_target(&self, target: u32) -> bool {
        self.born.1.get(target as usize).is_none_or(|&born| born)
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

/// A parameter of rules by which synapses come where neurons are near.
pub(super) const LENGTH: ParameterSpec = ParameterSpec::quantity(
    "length",
    Dimension::Length,
    Range::Positive,
    "a new synapse between neurons d apart is e^(-d / length) times as likely as one between neurons at one place",
)
.or(Default::Absent("distance does not count"));

/// A parameter of rules by which some synapses come anywhere.
pub(super) const LONG_RANGE: ParameterSpec = ParameterSpec::quantity(
    "long_range",
    Dimension::One,
    Range::Between(0.0, 1.0),
    "share of new synapses that come whatever the distance, beside `length`",
)
.or_number(0.0);

/// A parameter of rules by which synapses come.
pub(super) const NEW_WEIGHT: ParameterSpec = ParameterSpec::quantity(
    "new_weight",
    Dimension::Weight,
    Range::Finite,
    "strength of a new synapse, without sign; under a rule whose weights have either sign with it",
);

/// Puts `values` into an order drawn from `stream`.
pub(super) fn shuffle<T>(values: &mut [T], stream: &mut Stream) {
    for k in (1..values.len()).rev() {
        values.swap(k, stream.below(k as u64 + 1) as usize);
    }
}

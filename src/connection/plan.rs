//! All that decides the synapses of one projection.

use std::sync::Arc;

use crate::base::distribution::Distribution;
use crate::base::time::Duration;
use crate::connection::edges::Edges;
use crate::connection::profile::Profile;
use crate::connection::rule::Connect;
use crate::connection::space::Space;
use crate::synapse::weight::Weights;

/// All that decides the synapses of one projection.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name of the projection; names its random streams too.
    pub name: String,
    /// Seed of the network.
    pub seed: u64,
    /// The neurons that are paired.
    pub space: Space,
    /// Who is paired with whom.
    pub rule: Arc<dyn Connect>,
    /// Weight of each synapse, exact where it is one for all, in single precision where drawn; `None` for the weights of
    /// given edges.
    pub weight: Option<Distribution>,
    /// Delay of each synapse; `None` for the delays of given edges.
    pub delay: Option<Delay>,
    /// How much of the delay of given edges, which is from soma to soma, lies behind the synapse; `None` for what the edges say
    /// themselves.
    pub listed_dendritic: Option<Duration>,
    /// Grid of drawn delays, and the smallest of them that is allowed.
    pub delay_resolution: Duration,
    /// What weights are multiplied with, if they fall with distance.
    pub weight_profile: Option<Profile>,
}

/// Time from a spike to its arrival at the target's soma, in milliseconds: the sum of two, neither below 0. A part that is
/// the same for all synapses is taken as it is, to the picosecond; one that is drawn is rounded to the nearest multiple of
/// [`Plan::delay_resolution`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delay {
    /// From the source's soma to the synapse; with a `velocity`, that between neurons at one place.
    pub axonal: Distribution,
    /// From the synapse to the target's soma.
    pub dendritic: Distribution,
    /// Millimetres that a spike goes in a millisecond, above 0, where the axonal part grows with the distance between the
    /// two neurons; it is then rounded as if it were drawn.
    pub velocity: Option<f64>,
}

impl Delay {
    /// Both parts, each with the key that gives it.
    pub(super) fn parts(&self) -> [(&'static str, Distribution); 2] {
        [
            ("axonal_delay", self.axonal),
            ("dendritic_delay", self.dendritic),
        ]
    }

    /// The one delay of all synapses in milliseconds, if there is one.
    pub fn constant(&self) -> Option<f64> {
        if self.velocity.is_some() {
            return None;
        }
        Some(self.axonal.constant()? + self.dendritic.constant()?)
    }
}

impl Plan {
    /// Number of synapses on average.
    pub fn expected_synapses(&self) -> f64 {
        self.rule.expected_synapses(&self.space)
    }

    /// Distinct delays that nearly all synapses have: those of given edges; else as many steps as the bulk of the drawn
    /// ones covers, or one.
    pub fn expected_delays(&self) -> f64 {
        let Some(delay) = self.delay else {
            return self.given_delays().len().max(1) as f64;
        };
        let width = |part: &(&str, Distribution)| {
            let (low, high) = part.1.bulk();
            high - low
        };
        let drawn = delay.parts().into_iter();
        let drawn = drawn.filter(|(_, part)| part.constant().is_none());
        let width = drawn
            .map(|part| width(&part))
            .fold(self.longest_travel_ms(), |sum, width| sum + width);
        1.0 + width / self.delay_resolution.as_ms()
    }

    /// The one delay of all synapses in milliseconds, if there is one.
    pub fn one_delay_ms(&self) -> Option<f64> {
        match (self.delay, self.given_delays()) {
            (Some(delay), _) => delay.constant(),
            // One that has several dendritic parts stands there several times.
            (None, [first, .., last]) if first != last => None,
            (None, [first, ..]) => Some(first.as_ms()),
            (None, _) => None,
        }
    }

    /// A delay in the middle of those that synapses have, in milliseconds.
    pub fn typical_delay_ms(&self) -> f64 {
        let middle = |part: Distribution| {
            let (low, high) = part.bulk();
            0.5 * (low + high)
        };
        match (self.delay, self.given_delays()) {
            (Some(delay), _) => {
                let parts = delay.parts().map(|(_, part)| middle(part));
                parts.iter().sum::<f64>() + 0.5 * self.longest_travel_ms()
            }
            (None, [first, .., last]) => 0.5 * (first.as_ms() + last.as_ms()),
            (None, delays) => delays.first().map_or(0.0, |only| only.as_ms()),
        }
    }

    /// The longest delay that a synapse may have, in milliseconds.
    pub fn longest_delay_ms(&self) -> f64 {
        match self.delay {
            Some(delay) => {
                delay.axonal.reach().1 + self.longest_travel_ms() + delay.dendritic.reach().1
            }
            None => self.given_delays().last().map_or(0.0, |last| last.as_ms()),
        }
    }

    /// What the longest distance adds to a delay, in milliseconds.
    pub(super) fn longest_travel_ms(&self) -> f64 {
        let velocity = self.delay.and_then(|delay| delay.velocity);
        let longest = self.space.ends.as_deref().map(|ends| ends.longest_mm());
        velocity
            .zip(longest)
            .map_or(0.0, |(velocity, longest)| longest / velocity)
    }

    /// The one weight of all synapses, if there is one.
    pub fn one_weight(&self) -> Option<f64> {
        if self.weight_profile.is_some() {
            return None;
        }
        match (self.weight, self.edges().and_then(Edges::weights)) {
            (Some(_), _) if self.edges().and_then(Edges::counts).is_some() => None,
            (Some(weight), _) => weight.constant(),
            (None, Some(Weights::One(weight))) => Some(*weight),
            (None, _) => None,
        }
    }

    /// Whether the weights of synapses are kept one by one, in single precision.
    pub fn draws_weights(&self) -> bool {
        match self.weight.filter(|_| self.weight_profile.is_none()) {
            Some(weight) => weight.constant().is_none(),
            None if self.weight_profile.is_some() => true,
            None => matches!(
                self.edges().and_then(Edges::weights),
                Some(Weights::Each(_))
            ),
        }
    }

    /// The edges that are given, if they are.
    pub(super) fn edges(&self) -> Option<&Edges> {
        self.rule.edges()
    }

    fn given_delays(&self) -> &[Duration] {
        let edges = self.edges();
        edges.and_then(Edges::distinct_delays).unwrap_or(&[])
    }
}

//! Connection rules: which synapses a projection has, with which weights and delays.
//!
//! Every draw belongs to an entity: a target neuron under rules that count incoming synapses and where edges are given, a source and a tile of
//! targets under `fixed_out_degree`. Connectivity, weights and delays have streams of their own (`connect.NAME`,
//! `weight.NAME`, `delay.NAME`). So the same seed gives the same graph for any division into lanes and any number of
//! threads, and another weight distribution leaves the connectivity as it was.

mod bucket;
mod bundle;
mod check;
mod connect;
mod given;
mod sample;
mod share;
mod value;

pub use check::RuleError;
pub use given::{Column, EdgeFault, EdgeList, Edges};

use std::sync::Arc;

use crate::base::distribution::Distribution;
use crate::base::time::Duration;

/// How sources and targets are paired.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Source i to target i.
    OneToOne,
    /// Every source to every target.
    AllToAll,
    /// Every pair with this probability, independently of all others.
    FixedProbability(f64),
    /// This many synapses onto every target, from uniformly chosen sources.
    FixedInDegree(u32),
    /// This many synapses from every source, onto uniformly chosen targets.
    FixedOutDegree(u32),
    /// This many synapses in all, between uniformly chosen pairs.
    FixedTotal(u64),
    /// These edges. Weights and delays that they have stand in place of the plan's, which only tell their range. Autapses
    /// and multapses are as given, whatever the plan says.
    Given(Arc<Edges>),
}

impl Rule {
    /// The name in model files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OneToOne => "one_to_one",
            Self::AllToAll => "all_to_all",
            Self::FixedProbability(_) => "fixed_probability",
            Self::FixedInDegree(_) => "fixed_in_degree",
            Self::FixedOutDegree(_) => "fixed_out_degree",
            Self::FixedTotal(_) => "fixed_total",
            Self::Given(_) => "from_file",
        }
    }
}

/// All that decides the synapses of one projection.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Name of the projection; names its random streams too.
    pub name: String,
    /// Seed of the network.
    pub seed: u64,
    /// Number of sources.
    pub n_source: u32,
    /// Number of targets: the projection's target populations, one after the other.
    pub n_target: u32,
    /// Where among the targets the source population's own neurons begin, if it is one of the target populations.
    pub own: Option<u32>,
    /// Who is paired with whom.
    pub rule: Rule,
    /// Whether a neuron may have a synapse onto itself.
    pub autapses: bool,
    /// Whether a pair may have several synapses. Only rules with fixed numbers can give any.
    pub multapses: bool,
    /// Weight of each synapse, held as `f32`.
    pub weight: Distribution,
    /// Delay of each synapse in milliseconds. One delay for all is taken as it is, to the picosecond; drawn delays are
    /// rounded to the nearest multiple of [`Self::delay_resolution`].
    pub delay_ms: Distribution,
    /// Grid of drawn delays, and the smallest of them that is allowed.
    pub delay_resolution: Duration,
}

/// A range of a projection's targets that lies in one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The first, counted among the projection's targets.
    pub first: u32,
    /// How many.
    pub len: u32,
    /// Number within the lane of the first; the others follow it.
    pub local: u32,
}

impl Plan {
    /// Number of synapses on average; exact for all rules but `fixed_probability`.
    pub fn expected_synapses(&self) -> f64 {
        let pairs = self.pairs() as f64;
        match self.rule {
            Rule::OneToOne => match self.own {
                Some(0) if !self.autapses => 0.0,
                _ => f64::from(self.n_source),
            },
            Rule::AllToAll => pairs,
            Rule::FixedProbability(p) => p * pairs,
            Rule::FixedInDegree(degree) => f64::from(degree) * f64::from(self.n_target),
            Rule::FixedOutDegree(degree) => f64::from(degree) * f64::from(self.n_source),
            Rule::FixedTotal(total) => total as f64,
            Rule::Given(ref edges) => edges.len() as f64,
        }
    }

    /// Distinct delays that nearly all synapses have: one, or as many steps as the bulk of the drawn ones covers.
    pub fn expected_delays(&self) -> f64 {
        if self.delay_ms.constant().is_some() {
            return 1.0;
        }
        let (low, high) = self.delay_ms.bulk();
        1.0 + (high - low) / self.delay_resolution.as_ms()
    }

    /// Number of pairs that may be connected.
    fn pairs(&self) -> u64 {
        let barred = match self.own {
            Some(_) if !self.autapses => u64::from(self.n_source),
            _ => 0,
        };
        (u64::from(self.n_source) * u64::from(self.n_target)).saturating_sub(barred)
    }

    /// The one of `n_source` sources that is the neuron `target` itself and must not be paired with it.
    fn barred_source(&self, target: u32) -> Option<u32> {
        self.own
            .filter(|_| !self.autapses)
            .and_then(|own| target.checked_sub(own))
            .filter(|&source| source < self.n_source)
    }

    /// The target that is the neuron `source` itself and must not be paired with it.
    fn barred_target(&self, source: u32) -> Option<u32> {
        self.own.filter(|_| !self.autapses).map(|own| own + source)
    }
}

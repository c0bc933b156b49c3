//! The neurons that a rule pairs.

use std::sync::Arc;

use crate::connection::draw::sample::Candidates;
use crate::connection::error::RuleFault;
use crate::position::Ends;

/// The neurons that a rule pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// Number of sources.
    pub n_source: u32,
    /// Number of targets: the projection's target populations, one after the other.
    pub n_target: u32,
    /// Where among the targets the source population's own neurons begin, if it is one of the target populations.
    pub own: Option<u32>,
    /// Whether a neuron may have a synapse onto itself.
    pub autapses: bool,
    /// Where they lie, for rules and delays by distance.
    pub ends: Option<Arc<Ends>>,
}

impl Space {
    /// Number of pairs that may be connected.
    pub fn pairs(&self) -> u64 {
        let barred = if self.bars() { self.n_source } else { 0 };
        (u64::from(self.n_source) * u64::from(self.n_target)).saturating_sub(barred.into())
    }

    /// The sources that `target` may be paired with.
    pub fn sources(&self, target: u32) -> Candidates {
        Candidates::new(self.n_source, self.barred_source(target))
    }

    /// The one of the sources that is the neuron `target` itself and must not be paired with it.
    pub fn barred_source(&self, target: u32) -> Option<u32> {
        self.own
            .filter(|_| !self.autapses)
            .and_then(|own| target.checked_sub(own))
            .filter(|&source| source < self.n_source)
    }

    /// The target that is the neuron `source` itself and must not be paired with it.
    pub fn barred_target(&self, source: u32) -> Option<u32> {
        self.own.filter(|_| !self.autapses).map(|own| own + source)
    }

    /// Whether some pairs must not be connected.
    pub fn bars(&self) -> bool {
        self.own.is_some() && !self.autapses
    }

    /// Where the neurons lie.
    ///
    /// # Errors
    /// If that is not known of all of them.
    pub fn placed(&self) -> Result<&Ends, RuleFault> {
        let sizes = |ends: &&Ends| {
            let (sources, targets) = (ends.sources().at().len(), ends.targets().len());
            (sources, targets) == (self.n_source as usize, self.n_target as usize)
        };
        let ends = self.ends.as_deref().filter(sizes);
        ends.ok_or_else(|| self.not_placed())
    }

    /// What is wrong where that is not known.
    pub(super) fn not_placed(&self) -> RuleFault {
        RuleFault::NotPlaced {
            n_source: self.n_source,
            n_target: self.n_target,
        }
    }

    /// For messages: what lowers the number of partners.
    pub(super) fn without_self(&self) -> &'static str {
        if self.bars() {
            ", without autapses"
        } else {
            ""
        }
    }

    /// Checks that a neuron can have `degree` of the synapses that `key` counts, among `partners` called `word`.
    pub(super) fn check_degree(
        &self,
        key: &'static str,
        degree: u64,
        multapses: bool,
        (partners, word): (u32, &str),
    ) -> Result<(), RuleFault> {
        let possible = u64::from(partners.saturating_sub(u32::from(self.bars())));
        if degree == 0 || (possible > 0 && (multapses || degree <= possible)) {
            return Ok(());
        }
        Err(RuleFault::Degree {
            key,
            wanted: degree,
            possible,
            why: format!("{partners} {word}{}", self.without_self()),
            mendable: possible > 0,
        })
    }
}

//! Every pair.

use std::sync::Arc;

use crate::base::parameter::Spec;
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, Make, Rule};
use crate::connection::space::Space;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|_| Ok(Arc::new(AllToAll))),
};

static SPEC: Spec = Spec {
    name: "all_to_all",
    summary: "Every source to every target.",
    equations: "",
    parameters: &[],
    source: "",
};

/// Every source to every target.
#[derive(Debug)]
struct AllToAll;

impl Connect for AllToAll {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, _space: &Space) -> Result<(), RuleFault> {
        Ok(())
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        space.pairs() as f64
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        lane.by_target(visit, |target, sampler| {
            sampler.all(lane.space().sources(target));
        })
    }
}

//! Pairs by number.

use std::sync::Arc;

use crate::base::parameter::Spec;
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, Make, Rule};
use crate::connection::space::Space;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|_| Ok(Arc::new(OneToOne))),
};

static SPEC: Spec = Spec {
    name: "one_to_one",
    summary: "Source i to target i; as many sources as targets.",
    equations: "",
    parameters: &[],
    source: "",
};

/// Source i to target i.
#[derive(Debug)]
struct OneToOne;

impl Connect for OneToOne {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        if space.n_source != space.n_target {
            return Err(RuleFault::Unequal {
                n_source: space.n_source,
                n_target: space.n_target,
            });
        }
        if space.bars() {
            return Err(RuleFault::OnlyAutapses);
        }
        Ok(())
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        if space.bars() {
            0.0
        } else {
            space.n_source.into()
        }
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        lane.by_target(visit, |target, sampler| {
            sampler.partners.clear();
            sampler.partners.push(target);
        })
    }
}

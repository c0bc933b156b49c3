//! A number of synapses onto every target.

use std::sync::Arc;

use crate::base::parameter::Spec;
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, MULTAPSES, Make, Rule, count};
use crate::connection::space::Space;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        Ok(Arc::new(FixedInDegree {
            in_degree: values.count("in_degree").unwrap_or_default(),
            multapses: values.flag("multapses"),
        }))
    }),
};

static SPEC: Spec = Spec {
    name: "fixed_in_degree",
    summary: "The same number of synapses onto every target, from sources drawn at random.",
    equations: "",
    parameters: &[
        count(
            "in_degree",
            u32::MAX as u64,
            "the number of synapses onto each target",
        ),
        MULTAPSES,
    ],
    source: "",
};

/// This many synapses onto every target, from uniformly chosen sources.
#[derive(Debug)]
struct FixedInDegree {
    in_degree: u64,
    multapses: bool,
}

impl Connect for FixedInDegree {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        if space.n_target == 0 {
            return Ok(());
        }
        let among = (space.n_source, "sources");
        space.check_degree("in_degree", self.in_degree, self.multapses, among)
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        self.in_degree as f64 * f64::from(space.n_target)
    }

    fn certain_synapses(&self, lane: &Lane<'_>) -> u64 {
        self.in_degree.saturating_mul(lane.n_target())
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        lane.by_target(visit, |target, sampler| {
            let (of, mut stream) = (lane.space().sources(target), lane.stream(target.into()));
            sampler.some(&mut stream, of, self.in_degree, self.multapses);
        })
    }
}

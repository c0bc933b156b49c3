//! Every pair with the same probability.

use std::sync::Arc;

use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec};
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, Make, Rule};
use crate::connection::space::Space;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        let probability = values["probability"];
        Ok(Arc::new(FixedProbability { probability }))
    }),
};

static SPEC: Spec = Spec {
    name: "fixed_probability",
    summary: "Every pair with the same probability, independently of all others.",
    equations: "",
    parameters: &[ParameterSpec::quantity(
        "probability",
        Dimension::One,
        Range::Between(0.0, 1.0),
        "the probability of each pair, 0 to 1",
    )],
    source: "",
};

/// Every pair with this probability, independently of all others.
#[derive(Debug)]
struct FixedProbability {
    probability: f64,
}

impl Connect for FixedProbability {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, _space: &Space) -> Result<(), RuleFault> {
        Ok(())
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        self.probability * space.pairs() as f64
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        lane.by_target(visit, |target, sampler| {
            let of = lane.space().sources(target);
            sampler.each_with(&mut lane.stream(target.into()), of, self.probability);
        })
    }
}

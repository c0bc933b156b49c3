//! A number of synapses in all.

use std::ops::Range;
use std::sync::Arc;

use crate::base::parameter::Spec;
use crate::connection::draw::{Block, Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, MULTAPSES, Make, Rule, count};
use crate::connection::space::Space;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        Ok(Arc::new(FixedTotal {
            total: values.count("total").unwrap_or_default(),
            multapses: values.flag("multapses"),
        }))
    }),
};

static SPEC: Spec = Spec {
    name: "fixed_total",
    summary: "A number of synapses in all, between pairs drawn at random.",
    equations: "",
    parameters: &[
        count("total", i64::MAX as u64, "the number of synapses in all"),
        MULTAPSES,
    ],
    source: "",
};

/// This many synapses in all, between uniformly chosen pairs.
#[derive(Debug)]
struct FixedTotal {
    total: u64,
    multapses: bool,
}

impl FixedTotal {
    /// Calls `part` with each target of `block` that has synapses, in order, and their number.
    fn degrees(&self, lane: &Lane<'_>, block: &Block, mut part: impl FnMut(u32, u64)) {
        let space = lane.space();
        let pairs = |targets: Range<u32>| {
            let barred = match space.own.filter(|_| space.bars()) {
                Some(own) => overlap(&targets, own, space.n_source),
                None => 0,
            };
            u64::from(space.n_source) * targets.len() as u64 - u64::from(barred)
        };
        let share = lane.share(0, self.multapses, pairs);
        share.walk(space.n_target, self.total, &block.targets(), &mut part);
    }
}

impl Connect for FixedTotal {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        let pairs = space.pairs();
        let enough = if self.multapses {
            pairs > 0 || self.total == 0
        } else {
            self.total <= pairs
        };
        if enough {
            return Ok(());
        }
        Err(RuleFault::Degree {
            key: "total",
            wanted: self.total,
            possible: pairs,
            why: format!(
                "pairs of {} sources and {} targets{}",
                space.n_source,
                space.n_target,
                space.without_self()
            ),
            mendable: pairs > 0,
        })
    }

    fn expected_synapses(&self, _space: &Space) -> f64 {
        self.total as f64
    }

    fn certain_synapses(&self, lane: &Lane<'_>) -> u64 {
        let mut sum = 0;
        for block in lane.blocks() {
            self.degrees(lane, block, |_, degree| sum += degree);
        }
        sum
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        let mut degrees = Vec::new();
        for block in lane.blocks() {
            self.degrees(lane, block, |target, degree| degrees.push((target, degree)));
        }
        // In ascending order of targets, as the lane's.
        let mut degrees = degrees.into_iter().peekable();
        lane.by_target(visit, |target, sampler| {
            let degree = degrees.next_if(|&(at, _)| at == target);
            let (of, mut stream) = (lane.space().sources(target), lane.stream(target.into()));
            let degree = degree.map_or(0, |(_, degree)| degree);
            sampler.some(&mut stream, of, degree, self.multapses);
        })
    }
}

/// How much of `range` lies in `first..first + len`.
fn overlap(range: &Range<u32>, first: u32, len: u32) -> u32 {
    let end = range.end.min(first.saturating_add(len));
    end.saturating_sub(range.start.max(first))
}

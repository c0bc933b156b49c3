//! A number of synapses from every source.

use std::ops::Range;
use std::sync::Arc;

use crate::base::parameter::Spec;
use crate::connection::draw::sample::{Candidates, Sampler};
use crate::connection::draw::{Lane, Partners, Visit};
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, MULTAPSES, Make, Rule, count};
use crate::connection::space::Space;

/// Targets in a tile, the unit in which synapses are drawn: large enough that making a stream costs little per synapse,
/// small enough that a lane of a few thousand neurons draws few synapses that are not its own. Part of the draws: another
/// value gives other graphs.
const TILE: u32 = 4096;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        Ok(Arc::new(FixedOutDegree {
            out_degree: values.count("out_degree").unwrap_or_default(),
            multapses: values.flag("multapses"),
        }))
    }),
};

static SPEC: Spec = Spec {
    name: "fixed_out_degree",
    summary: "The same number of synapses from every source, onto targets drawn at random.",
    equations: "",
    parameters: &[
        count(
            "out_degree",
            u32::MAX as u64,
            "the number of synapses of each source",
        ),
        MULTAPSES,
    ],
    source: "",
};

/// This many synapses from every source, onto uniformly chosen targets. An entity is a source and a tile of targets.
#[derive(Debug)]
struct FixedOutDegree {
    out_degree: u64,
    multapses: bool,
}

impl Connect for FixedOutDegree {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        if space.n_source == 0 {
            return Ok(());
        }
        let among = (space.n_target, "targets");
        space.check_degree("out_degree", self.out_degree, self.multapses, among)
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        self.out_degree as f64 * f64::from(space.n_source)
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        let space = lane.space();
        let n_tile = space.n_target.div_ceil(TILE);
        let wanted = tiles(lane);
        let mut sampler = Sampler::default();
        let mut shares: Vec<(u32, u64)> = Vec::new();
        for source in 0..space.n_source {
            let barred = space.barred_target(source);
            let pairs = |tiles: Range<u32>| {
                let targets = tiles.start * TILE..tile(tiles.end - 1, space.n_target).end;
                let barred = barred.is_some_and(|target| targets.contains(&target));
                targets.len() as u64 - u64::from(barred)
            };
            let share = lane.share(u64::from(source) << 32, self.multapses, pairs);
            shares.clear();
            for run in &wanted {
                share.walk(n_tile, self.out_degree, run, &mut |number, k| {
                    shares.push((number, k));
                });
            }
            for &(number, k) in &shares {
                let targets = tile(number, space.n_target);
                let entity = u64::from(source) << 32 | u64::from(number);
                let of = Candidates::new(
                    targets.len() as u32,
                    barred
                        .filter(|target| targets.contains(target))
                        .map(|target| target - targets.start),
                );
                sampler.some(&mut lane.stream(entity), of, k, self.multapses);
                for target in &mut sampler.partners {
                    *target = lane.local(targets.start + *target);
                }
                visit(entity, Partners::From(source, &sampler.partners))?;
            }
        }
        Ok(())
    }
}

/// Targets of a tile.
fn tile(number: u32, n_target: u32) -> Range<u32> {
    let first = number * TILE;
    first..n_target.min(first.saturating_add(TILE))
}

/// Runs of tiles that the lane touches, each tile once.
fn tiles(lane: &Lane<'_>) -> Vec<Range<u32>> {
    let mut wanted: Vec<Range<u32>> = Vec::new();
    for block in lane.blocks() {
        let first = block.first / TILE;
        let end = (block.first + (block.len - 1)) / TILE + 1;
        match wanted.last_mut() {
            Some(run) if run.end >= first => run.end = run.end.max(end),
            _ => wanted.push(first..end),
        }
    }
    wanted
}

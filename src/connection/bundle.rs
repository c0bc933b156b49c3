//! The synapses of one lane in bundles: those that share an entity, and so its random streams.

use std::ops::Range;

use crate::base::stream::Stream;
use crate::connection::sample::{Candidates, Sampler};
use crate::connection::share::Share;
use crate::connection::{Block, Plan, Rule};

/// Targets in a tile, the unit in which `fixed_out_degree` draws: large enough that making a stream costs little per
/// synapse, small enough that a lane of a few thousand neurons draws few synapses that are not its own. Part of the
/// draws: another value gives other graphs.
const TILE: u32 = 4096;

/// A target that is not in the lane.
pub(super) const ELSEWHERE: u32 = u32::MAX;

/// Synapses of one entity, in the order in which they are drawn.
pub(super) enum Partners<'a> {
    /// Onto the neuron with this number in the lane, from these sources.
    Onto(u32, &'a [u32]),
    /// From this source, onto neurons with these numbers in the lane, or [`ELSEWHERE`].
    From(u32, &'a [u32]),
}

/// Walks over a projection's synapses onto one lane, the same ones each time.
pub(super) struct Bundles<'a> {
    plan: &'a Plan,
    /// In ascending order of targets, none empty.
    lane: &'a [Block],
    connect: String,
    share: String,
}

impl<'a> Bundles<'a> {
    /// `lane` must be in ascending order, without empty ranges.
    pub(super) fn new(plan: &'a Plan, lane: &'a [Block]) -> Self {
        Self {
            plan,
            lane,
            connect: format!("connect.{}", plan.name),
            share: format!("share.{}", plan.name),
        }
    }

    /// Number of targets in the lane.
    pub(super) fn n_target(&self) -> u64 {
        self.lane.iter().map(|block| u64::from(block.len)).sum()
    }

    /// Synapses onto the lane under `fixed_total`; 0 under other rules.
    pub(super) fn shared(&self) -> u64 {
        self.lane
            .iter()
            .flat_map(|block| self.shared_degrees(block))
            .sum()
    }

    /// Given edges onto the lane; 0 under other rules.
    pub(super) fn given(&self) -> u64 {
        let Rule::Given(edges) = &self.plan.rule else {
            return 0;
        };
        let onto = |block: &Block| edges.onto(block.first..block.first + block.len).len() as u64;
        self.lane.iter().map(onto).sum()
    }

    /// Calls `visit` with each entity and its synapses until it fails.
    pub(super) fn each<E>(
        &self,
        mut visit: impl FnMut(u64, Partners<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sampler = Sampler::default();
        if let Rule::FixedOutDegree(degree) = self.plan.rule {
            return self.each_source(degree, &mut sampler, &mut visit);
        }
        for block in self.lane {
            let degrees = self.shared_degrees(block);
            for i in 0..block.len {
                let target = block.first + i;
                if let Rule::Given(edges) = &self.plan.rule {
                    let sources = &edges.sources()[edges.onto(target..target + 1)];
                    visit(target.into(), Partners::Onto(block.local + i, sources))?;
                    continue;
                }
                self.afferents(target, degrees.get(i as usize).copied(), &mut sampler);
                visit(
                    target.into(),
                    Partners::Onto(block.local + i, &sampler.partners),
                )?;
            }
        }
        Ok(())
    }

    /// Draws the sources of `target`, `shared` of them under `fixed_total`.
    fn afferents(&self, target: u32, shared: Option<u64>, sampler: &mut Sampler) {
        let plan = self.plan;
        let of = Candidates::new(plan.n_source, plan.barred_source(target));
        let stream = || Stream::new(plan.seed, &self.connect, target.into());
        match plan.rule {
            Rule::OneToOne => {
                sampler.partners.clear();
                sampler.partners.push(target);
            }
            Rule::AllToAll => sampler.all(of),
            Rule::FixedProbability(p) => sampler.each_with(&mut stream(), of, p),
            Rule::FixedInDegree(degree) => {
                self.sample(sampler, &mut stream(), of, degree.into());
            }
            Rule::FixedTotal(_) => {
                self.sample(sampler, &mut stream(), of, shared.unwrap_or(0));
            }
            // Not drawn by target: see `each`.
            Rule::FixedOutDegree(_) | Rule::Given(_) => {}
        }
    }

    fn sample(&self, sampler: &mut Sampler, stream: &mut Stream, of: Candidates, k: u64) {
        if self.plan.multapses {
            sampler.with_replacement(stream, of, k as usize);
        } else {
            // Checked, or shared out among the pairs there are: no more than there are candidates.
            sampler.without_replacement(stream, of, k as u32);
        }
    }

    /// Synapses onto each target of `block` under `fixed_total`; empty under other rules.
    fn shared_degrees(&self, block: &Block) -> Vec<u64> {
        let plan = self.plan;
        let Rule::FixedTotal(total) = plan.rule else {
            return Vec::new();
        };
        let mut degrees = vec![0; block.len as usize];
        let share = Share {
            seed: plan.seed,
            purpose: &self.share,
            key: 0,
            multapses: plan.multapses,
            pairs: |targets: Range<u32>| {
                let barred = match plan.own {
                    Some(own) if !plan.autapses => overlap(&targets, own, plan.n_source),
                    _ => 0,
                };
                u64::from(plan.n_source) * targets.len() as u64 - u64::from(barred)
            },
        };
        let wanted = block.first..block.first + block.len;
        share.walk(plan.n_target, total, &wanted, &mut |target, degree| {
            degrees[(target - block.first) as usize] = degree;
        });
        degrees
    }

    fn each_source<E>(
        &self,
        degree: u32,
        sampler: &mut Sampler,
        visit: &mut impl FnMut(u64, Partners<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let plan = self.plan;
        let n_tile = plan.n_target.div_ceil(TILE);
        let tile = |number: u32| {
            let first = number * TILE;
            first..plan.n_target.min(first.saturating_add(TILE))
        };
        // Runs of tiles that the lane touches, each tile once.
        let mut wanted: Vec<Range<u32>> = Vec::new();
        for block in self.lane {
            let first = block.first / TILE;
            let end = (block.first + (block.len - 1)) / TILE + 1;
            match wanted.last_mut() {
                Some(run) if run.end >= first => run.end = run.end.max(end),
                _ => wanted.push(first..end),
            }
        }
        let mut shares: Vec<(u32, u64)> = Vec::new();
        for source in 0..plan.n_source {
            let barred = plan.barred_target(source);
            let share = Share {
                seed: plan.seed,
                purpose: &self.share,
                key: u64::from(source) << 32,
                multapses: plan.multapses,
                pairs: |tiles: Range<u32>| {
                    let targets = tiles.start * TILE..tile(tiles.end - 1).end;
                    let barred = barred.is_some_and(|target| targets.contains(&target));
                    targets.len() as u64 - u64::from(barred)
                },
            };
            shares.clear();
            for run in &wanted {
                share.walk(n_tile, degree.into(), run, &mut |number, k| {
                    shares.push((number, k));
                });
            }
            for &(number, k) in &shares {
                let targets = tile(number);
                let entity = u64::from(source) << 32 | u64::from(number);
                let of = Candidates::new(
                    targets.len() as u32,
                    barred
                        .filter(|target| targets.contains(target))
                        .map(|target| target - targets.start),
                );
                let mut stream = Stream::new(plan.seed, &self.connect, entity);
                self.sample(sampler, &mut stream, of, k);
                for target in &mut sampler.partners {
                    *target = self.local(targets.start + *target);
                }
                visit(entity, Partners::From(source, &sampler.partners))?;
            }
        }
        Ok(())
    }

    /// Number of `target` in the lane, or [`ELSEWHERE`].
    fn local(&self, target: u32) -> u32 {
        let after = self.lane.partition_point(|block| block.first <= target);
        match after.checked_sub(1).map(|i| self.lane[i]) {
            Some(block) if target - block.first < block.len => block.local + (target - block.first),
            _ => ELSEWHERE,
        }
    }
}

/// How much of `range` lies in `first..first + len`.
fn overlap(range: &Range<u32>, first: u32, len: u32) -> u32 {
    let end = range.end.min(first.saturating_add(len));
    end.saturating_sub(range.start.max(first))
}

//! From a plan to the synapses of one lane.
//!
//! With one delay for all, in two passes over the same draws: count, then fill. Beyond what it returns, this holds an array
//! of the sources and a list of one entity's partners. Where delays differ, in one pass and by way of buckets, which hold
//! 12 bytes a synapse (16 in a lane that 16 bits cannot count).

pub(super) mod bucket;
pub(super) mod delay;
mod together;
mod weight;

use crate::base::stop::Stop;
use crate::base::time::Duration;
use crate::connection::connect::bucket::{Buckets, MOST_DELAYS, Rows};
use crate::connection::connect::delay::Delays;
pub use crate::connection::connect::together::{connect_together, goes_together};
use crate::connection::connect::weight::{Falling, Weights};
use crate::connection::draw::{Block, ELSEWHERE, Lane, Partners};
use crate::connection::error::{RuleError, RuleFault};
use crate::connection::plan::Plan;
use crate::connection::stop::Pace;
use crate::synapse::layout::Layout;
use crate::synapse::sparse::{Index, Sparse};

/// Most numbers by which delays may be called: 128 MB of what each is called in the buckets.
const MOST_NUMBERS: usize = 1 << 26;

impl Plan {
    /// The synapses onto the neurons of one lane. Together the lanes' synapses are the projection's graph, which does
    /// not depend on the division.
    ///
    /// `lane` lists ranges of this projection's targets that do not overlap. Within a row, synapses are in a fixed
    /// order: by target, then as drawn; under `fixed_out_degree` by tile of targets, then as drawn.
    ///
    /// # Errors
    /// As [`Plan::check`], and if the lane is not part of the targets, is too large for `I`, or receives more synapses
    /// than 32-bit offsets can count.
    pub fn connect<I: Index>(&self, lane: &[Block]) -> Result<Sparse<I>, RuleError> {
        self.connect_until(lane, Stop::NEVER)
    }

    /// As [`connect`](Self::connect), until `stop` says so.
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and if it did.
    pub fn connect_until<I: Index>(
        &self,
        lane: &[Block],
        stop: Stop<'_>,
    ) -> Result<Sparse<I>, RuleError> {
        self.check()?;
        let rows = self.rows(lane, false, stop);
        rows.map_err(|fault| self.error(fault))
    }

    /// As [`connect_until`](Self::connect_until), with a row of its own for each pair of axonal and dendritic delay.
    ///
    /// # Errors
    /// As [`connect_until`](Self::connect_until), and if both delays are drawn from more pairs than numbers tell apart.
    pub fn connect_sides<I: Index>(
        &self,
        lane: &[Block],
        stop: Stop<'_>,
    ) -> Result<Sparse<I>, RuleError> {
        self.check()?;
        let rows = self.rows(lane, true, stop);
        rows.map_err(|fault| self.error(fault))
    }

    fn rows<I: Index>(
        &self,
        lane: &[Block],
        sides: bool,
        stop: Stop<'_>,
    ) -> Result<Sparse<I>, RuleFault> {
        let blocks = self.parts_of::<I>(lane)?;
        let lane = self.lane(&blocks)?;
        let (mut weights, mut delays) = (Weights::new(self), Delays::new(self, sides)?);
        if delays.limit() > MOST_NUMBERS {
            return Err(delays.too_many(MOST_DELAYS));
        }
        let pace = &mut Pace::new(stop);
        pace.ask()?;
        let rows = match delays {
            Delays::One { delay, dendritic } => {
                let starts = self.count(&lane, pace)?;
                self.fill::<I>(&lane, &mut weights, starts, (delay, dendritic), pace)?
            }
            _ => self.sort::<I>(&lane, &mut weights, &mut delays, pace)?,
        };
        Ok(Sparse {
            n_source: self.space.n_source as usize,
            delays: if rows.targets.is_empty() {
                Vec::new()
            } else {
                rows.delays
            },
            dendritic: rows.dendritic,
            layout: rows.layout,
            targets: rows.targets,
            weights: weights.finish(rows.weights),
        })
    }

    /// The parts of `lane` that are not empty, in order.
    fn parts_of<I: Index>(&self, lane: &[Block]) -> Result<Vec<Block>, RuleFault> {
        let mut blocks = lane.to_vec();
        blocks.retain(|block| block.len > 0);
        blocks.sort_by_key(|block| block.first);
        self.check_lane::<I>(&blocks)?;
        Ok(blocks)
    }

    /// The lane of these parts, which are in order.
    fn lane<'a>(&'a self, blocks: &'a [Block]) -> Result<Lane<'a>, RuleFault> {
        let lane = Lane::new(&self.name, self.seed, &self.space, blocks);
        // Before anything is drawn: a list of partners must fit in memory too.
        if self.rule.certain_synapses(&lane) > u32::MAX.into() {
            return Err(RuleFault::TooManySynapses);
        }
        Ok(lane)
    }

    fn check_lane<I: Index>(&self, blocks: &[Block]) -> Result<(), RuleFault> {
        let n_target = self.space.n_target;
        let mut end = 0;
        for block in blocks {
            if u64::from(block.first) < end {
                return Err(RuleFault::Lane { n_target });
            }
            end = u64::from(block.first) + u64::from(block.len);
            let local = u64::from(block.local) + u64::from(block.len);
            if local > I::LIMIT {
                return Err(RuleFault::LaneTooLarge {
                    local: local - 1,
                    limit: I::LIMIT,
                });
            }
        }
        if end > u64::from(n_target) {
            return Err(RuleFault::Lane { n_target });
        }
        Ok(())
    }

    /// Where each source's synapses begin, with their number at the end.
    fn count(&self, lane: &Lane<'_>, pace: &mut Pace<'_>) -> Result<Vec<u32>, RuleFault> {
        let mut counts = vec![0_u32; self.space.n_source as usize + 1];
        let mut total = 0_u64;
        self.rule.draw(lane, &mut |_, partners| {
            let (Partners::Onto(_, list) | Partners::From(_, list)) = &partners;
            pace.on(list.len())?;
            let here = match partners {
                Partners::Onto(_, sources) => sources.len() as u64,
                Partners::From(_, locals) => {
                    locals.iter().filter(|&&local| local != ELSEWHERE).count() as u64
                }
            };
            total += here;
            if total > u32::MAX.into() {
                return Err(RuleFault::TooManySynapses);
            }
            match partners {
                Partners::Onto(_, sources) => {
                    for &source in sources {
                        counts[source as usize + 1] += 1;
                    }
                }
                Partners::From(source, _) => counts[source as usize + 1] += here as u32,
            }
            Ok(())
        })?;
        let mut sum = 0;
        for count in &mut counts {
            sum += *count;
            *count = sum;
        }
        Ok(counts)
    }

    /// Rows of synapses that all have one delay and begin at `starts`.
    fn fill<I: Index>(
        &self,
        lane: &Lane<'_>,
        weights: &mut Weights<'_>,
        mut starts: Vec<u32>,
        (delay, dendritic): (Duration, Duration),
        pace: &mut Pace<'_>,
    ) -> Result<Rows<I>, RuleFault> {
        let n = starts.last().copied().unwrap_or(0) as usize;
        let weighted = !weights.is_one();
        let mut falling = Falling::new(self)?;
        let mut targets = vec![I::new(0); n];
        let mut placed = vec![0.0; if weighted { n } else { 0 }];
        let mut put = |source: u32, local: u32, weight: Option<&f32>| {
            let next = &mut starts[source as usize];
            let place = *next as usize;
            *next += 1;
            targets[place] = I::new(local);
            if let Some(&weight) = weight {
                placed[place] = weight;
            }
        };
        self.rule.draw(lane, &mut |entity, partners| {
            let (Partners::Onto(_, list) | Partners::From(_, list)) = &partners;
            pace.on(list.len())?;
            match partners {
                Partners::Onto(local, sources) => {
                    let mut weights = weights.of(entity, sources.len());
                    if let Some(falling) = &mut falling {
                        weights = falling.of(weights, partners, lane);
                    }
                    for (i, &source) in sources.iter().enumerate() {
                        put(source, local, weights.get(i));
                    }
                }
                Partners::From(source, locals) => {
                    let mut weights = weights.of(entity, locals.len());
                    if let Some(falling) = &mut falling {
                        weights = falling.of(weights, partners, lane);
                    }
                    for (i, &local) in locals.iter().enumerate() {
                        if local != ELSEWHERE {
                            put(source, local, weights.get(i));
                        }
                    }
                }
            }
            Ok(())
        })?;
        // Each start has moved along its row to the end, which is where the next source's row starts.
        starts.rotate_right(1);
        if let Some(first) = starts.first_mut() {
            *first = 0;
        }
        Ok(Rows {
            delays: vec![delay],
            dendritic: vec![dendritic],
            layout: Layout::One { offsets: starts },
            targets,
            weights: placed,
        })
    }

    /// Rows of synapses whose delays differ.
    fn sort<I: Index>(
        &self,
        lane: &Lane<'_>,
        weights: &mut Weights<'_>,
        delays: &mut Delays<'_>,
        pace: &mut Pace<'_>,
    ) -> Result<Rows<I>, RuleFault> {
        let mut buckets = Buckets::new(self.space.n_source, self.expected_onto(lane));
        self.put(lane, weights, delays, &mut buckets, pace)?;
        buckets.end_part(|number| (delays.delay(number), delays.dendritic(number)));
        buckets.into_rows(!weights.is_one(), pace)
    }

    /// How many synapses are expected onto `lane`.
    fn expected_onto(&self, lane: &Lane<'_>) -> f64 {
        let share = lane.n_target() as f64 / f64::from(self.space.n_target.max(1));
        (self.expected_synapses() * share).min(f64::from(u32::MAX))
    }

    /// Puts all synapses into `buckets`, where they are a part of their own.
    fn put<I: Index>(
        &self,
        lane: &Lane<'_>,
        weights: &mut Weights<'_>,
        delays: &mut Delays<'_>,
        buckets: &mut Buckets<I>,
        pace: &mut Pace<'_>,
    ) -> Result<(), RuleFault> {
        buckets.begin_part(delays.limit());
        let crowded = delays.too_many(MOST_DELAYS);
        let mut falling = Falling::new(self)?;
        self.rule.draw(lane, &mut |entity, partners| {
            let (Partners::Onto(_, list) | Partners::From(_, list)) = &partners;
            pace.on(list.len())?;
            let (mut weights, delays) = (
                weights.of(entity, list.len()),
                delays.of(entity, partners, lane),
            );
            if let Some(falling) = &mut falling {
                weights = falling.of(weights, partners, lane);
            }
            // Where one is for all, none is listed.
            let weight = |i: usize| weights.get(i).copied().unwrap_or(0.0);
            let delay = |i: usize| delays.get(i).copied().unwrap_or(0);
            match partners {
                Partners::Onto(local, sources) => {
                    for (i, &source) in sources.iter().enumerate() {
                        buckets.put(source, local, weight(i), delay(i));
                    }
                }
                Partners::From(source, locals) => {
                    for (i, &local) in locals.iter().enumerate() {
                        if local != ELSEWHERE {
                            buckets.put(source, local, weight(i), delay(i));
                        }
                    }
                }
            }
            if buckets.n_synapses() > u32::MAX.into() {
                return Err(RuleFault::TooManySynapses);
            }
            if buckets.is_full() {
                return Err(crowded.clone());
            }
            Ok(())
        })
    }
}

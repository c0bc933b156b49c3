//! From a plan to the synapses of one lane, in two passes over the same draws: count, then fill.
//!
//! Beyond what it returns, the build holds an array of the sources, a list of one entity's partners and, where delays
//! are drawn, 2 bytes a synapse.

use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS};
use crate::network::rule::bundle::{Bundles, ELSEWHERE, Partners};
use crate::network::rule::{Block, Plan, Rule, RuleError};
use crate::synapse::sparse::{Index, Sparse, Weights};

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
        self.check()?;
        let mut lane = lane.to_vec();
        lane.retain(|block| block.len > 0);
        lane.sort_by_key(|block| block.first);
        self.check_lane::<I>(&lane)?;
        let bundles = Bundles::new(self, &lane);
        let starts = self.count(&bundles)?;
        let delay = self.delay_ms.constant();
        let mut filled = self.fill::<I>(&bundles, starts, delay.is_none());
        let n_synapses = filled.targets.len();
        let (delays, offsets) = if n_synapses == 0 {
            (Vec::new(), vec![0])
        } else if let Some(ms) = delay {
            let delay = Duration::from_ms(ms).map_err(|cause| RuleError::DelayRange {
                projection: self.name.clone(),
                cause,
            })?;
            (vec![delay], filled.starts)
        } else {
            filled.sort_by_delay(self.delay_resolution)
        };
        Ok(Sparse {
            n_source: self.n_source as usize,
            delays,
            offsets,
            targets: filled.targets,
            weights: match self.weight.constant() {
                Some(weight) => Weights::One(weight as f32),
                None => Weights::Each(filled.weights),
            },
        })
    }

    fn check_lane<I: Index>(&self, lane: &[Block]) -> Result<(), RuleError> {
        let mut end = 0;
        for block in lane {
            if u64::from(block.first) < end {
                return Err(RuleError::Lane {
                    projection: self.name.clone(),
                    n_target: self.n_target,
                });
            }
            end = u64::from(block.first) + u64::from(block.len);
            let local = u64::from(block.local) + u64::from(block.len);
            if local > I::LIMIT {
                return Err(RuleError::LaneTooLarge {
                    projection: self.name.clone(),
                    local: local - 1,
                    limit: I::LIMIT,
                });
            }
        }
        if end > u64::from(self.n_target) {
            return Err(RuleError::Lane {
                projection: self.name.clone(),
                n_target: self.n_target,
            });
        }
        Ok(())
    }

    /// Where each source's synapses begin, with their number at the end.
    fn count(&self, bundles: &Bundles<'_>) -> Result<Vec<u32>, RuleError> {
        let too_many = || RuleError::TooManySynapses {
            projection: self.name.clone(),
        };
        // Before anything is drawn: a list of partners must fit in memory too.
        let certain = match self.rule {
            Rule::FixedInDegree(degree) => u64::from(degree) * bundles.n_target(),
            _ => bundles.shared(),
        };
        if certain > u32::MAX.into() {
            return Err(too_many());
        }
        let mut counts = vec![0_u32; self.n_source as usize + 1];
        let mut total = 0_u64;
        bundles.each(|_, partners| {
            let here = match partners {
                Partners::Onto(_, sources) => sources.len() as u64,
                Partners::From(_, locals) => {
                    locals.iter().filter(|&&local| local != ELSEWHERE).count() as u64
                }
            };
            total += here;
            if total > u32::MAX.into() {
                return Err(too_many());
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

    fn fill<I: Index>(
        &self,
        bundles: &Bundles<'_>,
        starts: Vec<u32>,
        delays_drawn: bool,
    ) -> Filled<I> {
        let n = starts.last().copied().unwrap_or(0) as usize;
        let weights_drawn = self.weight.constant().is_none();
        let drawn = |yes: bool| if yes { n } else { 0 };
        let mut filled = Filled {
            starts,
            targets: vec![I::new(0); n],
            weights: vec![0.0; drawn(weights_drawn)],
            steps: vec![0; drawn(delays_drawn)],
        };
        let weight_purpose = format!("weight.{}", self.name);
        let delay_purpose = format!("delay.{}", self.name);
        let steps_per_ms = PS_PER_MS as f64 / self.delay_resolution.ps() as f64;
        let done: Result<(), std::convert::Infallible> = bundles.each(|entity, partners| {
            let mut draws = Draws {
                plan: self,
                weight: weights_drawn.then(|| Stream::new(self.seed, &weight_purpose, entity)),
                delay: delays_drawn.then(|| Stream::new(self.seed, &delay_purpose, entity)),
                steps_per_ms,
            };
            match partners {
                Partners::Onto(local, sources) => {
                    for &source in sources {
                        filled.put(source, local, &mut draws);
                    }
                }
                Partners::From(source, locals) => {
                    for &local in locals {
                        if local == ELSEWHERE {
                            draws.pass();
                        } else {
                            filled.put(source, local, &mut draws);
                        }
                    }
                }
            }
            Ok(())
        });
        let Ok(()) = done;
        // Each start has moved along its row to the end, which is where the next source's row starts.
        filled.starts.rotate_right(1);
        if let Some(first) = filled.starts.first_mut() {
            *first = 0;
        }
        filled
    }
}

/// Streams of one entity from which its synapses' weights and delays are drawn, one after the other.
struct Draws<'a> {
    plan: &'a Plan,
    weight: Option<Stream>,
    delay: Option<Stream>,
    steps_per_ms: f64,
}

impl Draws<'_> {
    #[inline(always)]
    fn weight(&mut self) -> Option<f32> {
        let stream = self.weight.as_mut()?;
        Some(self.plan.weight.draw(stream) as f32)
    }

    /// The delay in steps of the resolution: at least 1 and within `u16`, both by [`Plan::check`].
    #[inline(always)]
    fn step(&mut self) -> Option<u16> {
        let stream = self.delay.as_mut()?;
        // `round` is a library call on plain x86-64.
        Some((self.plan.delay_ms.draw(stream) * self.steps_per_ms + 0.5) as u16)
    }

    /// Draws what belongs to a synapse in another lane.
    fn pass(&mut self) {
        let _ = (self.weight(), self.step());
    }
}

/// Synapses in rows by source.
struct Filled<I> {
    starts: Vec<u32>,
    targets: Vec<I>,
    /// Empty if there is one for all.
    weights: Vec<f32>,
    /// Delays in steps of the resolution; empty if there is one for all.
    steps: Vec<u16>,
}

impl<I: Index> Filled<I> {
    #[inline(always)]
    fn put(&mut self, source: u32, local: u32, draws: &mut Draws<'_>) {
        let next = &mut self.starts[source as usize];
        let place = *next as usize;
        *next += 1;
        self.targets[place] = I::new(local);
        if let Some(weight) = draws.weight() {
            self.weights[place] = weight;
        }
        if let Some(step) = draws.step() {
            self.steps[place] = step;
        }
    }

    /// Sorts each row by delay, keeping the order of synapses with one delay. Returns the distinct delays and the
    /// offsets of rows by source and delay.
    fn sort_by_delay(&mut self, resolution: Duration) -> (Vec<Duration>, Vec<u32>) {
        let mut number = vec![0_u16; usize::from(u16::MAX) + 1];
        for &step in &self.steps {
            number[usize::from(step)] = 1;
        }
        let mut delays = Vec::new();
        for (step, number) in (0_i64..).zip(&mut number) {
            if *number != 0 {
                // At most 65,535 of them: no delay has 0 steps.
                *number = delays.len() as u16;
                delays.push(Duration::from_ps(resolution.ps().saturating_mul(step)));
            }
        }
        let n_source = self.starts.len() - 1;
        let mut offsets = Vec::with_capacity(n_source * delays.len() + 1);
        let mut places = vec![0_u32; delays.len()];
        let (mut targets, mut weights) = (Vec::new(), Vec::new());
        for row in self.starts.windows(2) {
            let span = row[0] as usize..row[1] as usize;
            let steps = &self.steps[span.clone()];
            places.fill(0);
            for &step in steps {
                places[usize::from(number[usize::from(step)])] += 1;
            }
            let mut start = row[0];
            for place in &mut places {
                offsets.push(start);
                let count = *place;
                *place = start - row[0];
                start += count;
            }
            targets.clear();
            targets.extend_from_slice(&self.targets[span.clone()]);
            let weighted = !self.weights.is_empty();
            if weighted {
                weights.clear();
                weights.extend_from_slice(&self.weights[span.clone()]);
            }
            for (i, &step) in steps.iter().enumerate() {
                let next = &mut places[usize::from(number[usize::from(step)])];
                let place = span.start + *next as usize;
                *next += 1;
                self.targets[place] = targets[i];
                if weighted {
                    self.weights[place] = weights[i];
                }
            }
        }
        offsets.push(self.targets.len() as u32);
        (delays, offsets)
    }
}

//! From a plan to the synapses of one lane, in two passes over the same draws: count, then fill.
//!
//! Beyond what it returns, the build holds an array of the sources, a list of one entity's partners and, where delays
//! are drawn, 2 bytes a synapse.

use crate::base::stream::Stream;
use crate::base::time::Duration;
use crate::network::rule::bundle::{Bundles, ELSEWHERE, Partners};
use crate::network::rule::given::{Edges, steps, steps_per_ms};
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
            Rule::Given(_) => bundles.given(),
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
        let mut values = Values::new(self, weights_drawn, delays_drawn);
        let done: Result<(), std::convert::Infallible> = bundles.each(|entity, partners| {
            match partners {
                Partners::Onto(local, sources) => {
                    let (weights, steps) = values.of(entity, sources.len());
                    for (i, &source) in sources.iter().enumerate() {
                        filled.put(source, local, weights.get(i), steps.get(i));
                    }
                }
                Partners::From(source, locals) => {
                    let (weights, steps) = values.of(entity, locals.len());
                    for (i, &local) in locals.iter().enumerate() {
                        if local != ELSEWHERE {
                            filled.put(source, local, weights.get(i), steps.get(i));
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

/// Weights and delays of one entity's synapses after the other's.
struct Values<'a> {
    plan: &'a Plan,
    weights: Option<Column<'a, f32>>,
    steps: Option<Column<'a, u16>>,
}

/// One value for each synapse.
enum Column<'a, T> {
    /// From a stream of this purpose; the last entity's.
    Drawn(String, Vec<T>),
    /// In the order of the given edges.
    Given(&'a Edges, &'a [T]),
}

impl<'a> Values<'a> {
    fn new(plan: &'a Plan, weights: bool, delays: bool) -> Self {
        let given = match &plan.rule {
            Rule::Given(edges) => Some(edges.as_ref()),
            _ => None,
        };
        Self {
            plan,
            weights: weights.then(|| Column::new("weight", plan, given, Edges::weights)),
            steps: delays.then(|| Column::new("delay", plan, given, Edges::steps)),
        }
    }

    /// Weights of the `n` synapses of `entity` and their delays in steps of the resolution, at least 1 and within `u16`,
    /// both by [`Plan::check`]; nothing where one is for all.
    fn of(&mut self, entity: u64, n: usize) -> (&[f32], &[u16]) {
        let (plan, seed) = (self.plan, self.plan.seed);
        let per_ms = steps_per_ms(plan.delay_resolution);
        let weights = self
            .weights
            .as_mut()
            .map(|weights| weights.of(seed, entity, n, |stream| plan.weight.draw(stream) as f32));
        let delays = self.steps.as_mut().map(|delays| {
            delays.of(seed, entity, n, |stream| {
                steps(plan.delay_ms.draw(stream), per_ms)
            })
        });
        (weights.unwrap_or_default(), delays.unwrap_or_default())
    }
}

impl<'a, T> Column<'a, T> {
    fn new(
        purpose: &str,
        plan: &Plan,
        given: Option<&'a Edges>,
        values: impl Fn(&'a Edges) -> Option<&'a [T]>,
    ) -> Self {
        match given.and_then(|edges| Some((edges, values(edges)?))) {
            Some((edges, values)) => Self::Given(edges, values),
            None => Self::Drawn(format!("{purpose}.{}", plan.name), Vec::new()),
        }
    }

    /// The values of `entity`'s `n` synapses.
    fn of(
        &mut self,
        seed: u64,
        entity: u64,
        n: usize,
        mut draw: impl FnMut(&mut Stream) -> T,
    ) -> &[T] {
        match self {
            Self::Drawn(purpose, values) => {
                let mut stream = Stream::new(seed, purpose, entity);
                values.clear();
                values.extend((0..n).map(|_| draw(&mut stream)));
                values
            }
            // The entity is the target, whose number is within 32 bits.
            Self::Given(edges, values) => &values[edges.onto(entity as u32..entity as u32 + 1)],
        }
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
    fn put(&mut self, source: u32, local: u32, weight: Option<&f32>, step: Option<&u16>) {
        let next = &mut self.starts[source as usize];
        let place = *next as usize;
        *next += 1;
        self.targets[place] = I::new(local);
        if let Some(&weight) = weight {
            self.weights[place] = weight;
        }
        if let Some(&step) = step {
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

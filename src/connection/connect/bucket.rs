//! Synapses into rows by source and delay.
//!
//! The rows of all sources lie far apart in memory, and a synapse that is put straight into its row waits for it. So
//! synapses are first appended to buckets of neighbouring sources, then go bucket by bucket into their rows, which the
//! cache holds meanwhile: 0.6 of the time for 20,000 sources.

use std::ops::Range;

use crate::base::time::Duration;
use crate::connection::error::RuleFault;
use crate::connection::stop::Pace;
use crate::synapse::sparse::Index;

/// Most buckets: so many that the rows of one fit a second-level cache (1 MB for 5·10⁷ synapses onto four lanes), so few
/// that the ends of all stay in the first.
const MOST_BUCKETS: u32 = 256;

/// A synapse on its way.
#[derive(Clone, Copy)]
struct Entry<I> {
    source: u32,
    weight: f32,
    target: I,
    /// Delay in steps of the resolution.
    step: u16,
}

/// Synapses by ranges of sources, in the order in which they were put.
pub(super) struct Buckets<I> {
    n_source: u32,
    /// Sources in a bucket are 2 to this power.
    shift: u32,
    buckets: Vec<Vec<Entry<I>>>,
    /// Which delays there are.
    used: Vec<bool>,
    n_synapses: u64,
}

/// Synapses in rows by source and delay.
pub(super) struct Rows<I> {
    pub(super) delays: Vec<Duration>,
    pub(super) offsets: Vec<u32>,
    pub(super) targets: Vec<I>,
    pub(super) weights: Vec<f32>,
}

impl<I: Index> Buckets<I> {
    /// Empty buckets for about `expected` synapses.
    pub(super) fn new(n_source: u32, expected: f64) -> Self {
        // Above the mean by five deviations of a bucket of 10⁵.
        const MARGIN: f64 = 1.02;
        let shift = n_source.div_ceil(MOST_BUCKETS).next_power_of_two().ilog2();
        let n = n_source.div_ceil(1 << shift);
        let each = expected / f64::from(n_source) * f64::from(1_u32 << shift) * MARGIN;
        Self {
            n_source,
            shift,
            buckets: (0..n).map(|_| Vec::with_capacity(each as usize)).collect(),
            used: vec![false; usize::from(u16::MAX) + 1],
            n_synapses: 0,
        }
    }

    /// How many synapses were put.
    pub(super) fn n_synapses(&self) -> u64 {
        self.n_synapses
    }

    #[inline(always)]
    pub(super) fn put(&mut self, source: u32, target: u32, weight: f32, step: u16) {
        self.used[usize::from(step)] = true;
        self.n_synapses += 1;
        self.buckets[(source >> self.shift) as usize].push(Entry {
            source,
            weight,
            target: I::new(target),
            step,
        });
    }

    /// Puts all into rows, those of one row in their order; at most as many as 32 bits count. Weights only where they are
    /// `weighted`.
    ///
    /// # Errors
    /// If there is to be an end.
    pub(super) fn into_rows(
        self,
        weighted: bool,
        resolution: Duration,
        pace: &mut Pace<'_>,
    ) -> Result<Rows<I>, RuleFault> {
        let mut delays = Vec::new();
        let mut numbers = vec![0_u16; self.used.len()];
        for (step, number) in (0_i64..).zip(&mut numbers) {
            if self.used[step as usize] {
                // At most 65,535 of them: no delay has 0 steps.
                *number = delays.len() as u16;
                delays.push(Duration::from_ps(resolution.ps().saturating_mul(step)));
            }
        }
        let n = self.n_synapses as usize;
        let n_row = self.n_source as usize * delays.len();
        let mut rows = Rows {
            offsets: Vec::with_capacity(n_row + 1),
            targets: Vec::with_capacity(n),
            weights: Vec::with_capacity(if weighted { n } else { 0 }),
            delays,
        };
        for (first, bucket) in (0_u32..).step_by(1 << self.shift).zip(self.buckets) {
            pace.on(bucket.len())?;
            let end = self.n_source.min(first.saturating_add(1 << self.shift));
            rows.add(first..end, &bucket, &numbers, weighted);
        }
        rows.offsets.push(n as u32);
        Ok(rows)
    }
}

impl<I: Index> Rows<I> {
    /// Adds the rows of `sources`, whose synapses are in `bucket`.
    fn add(&mut self, sources: Range<u32>, bucket: &[Entry<I>], numbers: &[u16], weighted: bool) {
        let n_delay = self.delays.len();
        let row = |entry: &Entry<I>| {
            (entry.source - sources.start) as usize * n_delay
                + usize::from(numbers[usize::from(entry.step)])
        };
        let mut next = vec![0_u32; sources.len() * n_delay];
        for entry in bucket {
            next[row(entry)] += 1;
        }
        let start = self.targets.len();
        let mut sum = 0;
        for next in &mut next {
            self.offsets.push(start as u32 + sum);
            let count = *next;
            *next = sum;
            sum += count;
        }
        self.targets.resize(start + bucket.len(), I::new(0));
        let targets = &mut self.targets[start..];
        let weights = if weighted {
            self.weights.resize(start + bucket.len(), 0.0);
            &mut self.weights[start..]
        } else {
            &mut []
        };
        for entry in bucket {
            let next = &mut next[row(entry)];
            let place = *next as usize;
            *next += 1;
            targets[place] = entry.target;
            if weighted {
                weights[place] = entry.weight;
            }
        }
    }
}

//! Synapses into rows by source and delay.
//!
//! The rows of all sources lie far apart in memory, and a synapse that is put straight into its row waits for it. So
//! synapses are first appended to buckets of neighbouring sources, then go bucket by bucket into their rows, which the
//! cache holds meanwhile (`benches/connect.rs` times it).

use std::ops::Range;

use crate::base::time::Duration;
use crate::connection::error::RuleFault;
use crate::connection::stop::Pace;
use crate::synapse::layout::Layout;
use crate::synapse::sparse::Index;

/// Most buckets: so many that the rows of one fit a second-level cache (1 MB for 5·10⁷ synapses onto four lanes), so few
/// that the ends of all stay in the first.
const MOST_BUCKETS: u32 = 256;

/// Most distinct delays of the synapses in a lane: what 16 bits tell apart, but one.
pub(in crate::connection) const MOST_DELAYS: usize = UNMET as usize;

/// A delay that no synapse has had yet.
const UNMET: u16 = u16::MAX;

/// A synapse on its way.
#[derive(Clone, Copy)]
struct Entry<I> {
    source: u32,
    weight: f32,
    target: I,
    /// Number of its delay, in the order in which they were met.
    delay: u16,
}

/// Synapses by ranges of sources, in the order in which they were put.
pub(super) struct Buckets<I> {
    n_source: u32,
    /// Sources in a bucket are 2 to this power.
    shift: u32,
    buckets: Vec<Vec<Entry<I>>>,
    /// For each number that the part at hand calls a delay by, its own in the buckets, or [`UNMET`].
    own: Vec<u16>,
    /// What the part at hand calls the delays by that it has met, in the order of their own numbers.
    met: Vec<u32>,
    /// Delays of earlier parts by their own numbers, each with its dendritic part; some may be equal.
    delays: Vec<(Duration, Duration)>,
    full: bool,
    n_synapses: u64,
}

/// Synapses in rows by source and delay.
pub(super) struct Rows<I> {
    pub(super) delays: Vec<Duration>,
    /// The dendritic part of each.
    pub(super) dendritic: Vec<Duration>,
    pub(super) layout: Layout,
    pub(super) targets: Vec<I>,
    pub(super) weights: Vec<f32>,
}

/// Rows under way: where those of each source begin, the delay and the end of each, and what is in them.
struct Open<I> {
    n_delay: usize,
    /// Delays' numbers in the buckets to their places in ascending order.
    places: Vec<u16>,
    weighted: bool,
    first: Vec<u32>,
    delay: Vec<u16>,
    offsets: Vec<u32>,
    targets: Vec<I>,
    weights: Vec<f32>,
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
            own: Vec::new(),
            met: Vec::new(),
            delays: Vec::new(),
            full: false,
            n_synapses: 0,
        }
    }

    /// Begins a part whose delays are called by numbers below `limit`.
    pub(super) fn begin_part(&mut self, limit: usize) {
        self.own.clear();
        self.own.resize(limit, UNMET);
    }

    /// Ends it: `delay` tells what a number means, and the dendritic part of that.
    pub(super) fn end_part(&mut self, delay: impl Fn(u32) -> (Duration, Duration)) {
        self.delays.extend(self.met.drain(..).map(delay));
    }

    /// How many synapses were put.
    pub(super) fn n_synapses(&self) -> u64 {
        self.n_synapses
    }

    /// Whether there were more than [`MOST_DELAYS`] delays; what was put since is of no use.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    #[inline(always)]
    pub(super) fn put(&mut self, source: u32, target: u32, weight: f32, delay: u32) {
        let mut own = self.own[delay as usize];
        if own == UNMET {
            own = self.meet(delay);
        }
        self.n_synapses += 1;
        self.buckets[(source >> self.shift) as usize].push(Entry {
            source,
            weight,
            target: I::new(target),
            delay: own,
        });
    }

    #[cold]
    fn meet(&mut self, delay: u32) -> u16 {
        let n = self.delays.len() + self.met.len();
        if n >= MOST_DELAYS {
            self.full = true;
            return 0;
        }
        let own = n as u16;
        self.met.push(delay);
        self.own[delay as usize] = own;
        own
    }

    /// Puts all into rows, those of one row in their order, part after part; at most as many as 32 bits count. Weights only
    /// where they are `weighted`.
    ///
    /// # Errors
    /// If there is to be an end.
    pub(super) fn into_rows(
        self,
        weighted: bool,
        pace: &mut Pace<'_>,
    ) -> Result<Rows<I>, RuleFault> {
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        delays.dedup();
        let place = |own| delays.partition_point(|delay| delay < own) as u16;
        let places = self.delays.iter().map(place).collect();
        let n = self.n_synapses as usize;
        let mut open = Open {
            n_delay: delays.len().max(1),
            places,
            weighted,
            first: Vec::with_capacity(self.n_source as usize + 1),
            delay: Vec::new(),
            offsets: vec![0],
            targets: Vec::with_capacity(n),
            weights: Vec::with_capacity(if weighted { n } else { 0 }),
        };
        for (first, bucket) in (0_u32..).step_by(1 << self.shift).zip(self.buckets) {
            pace.on(bucket.len())?;
            let end = self.n_source.min(first.saturating_add(1 << self.shift));
            open.add(first..end, &bucket);
        }
        open.first.push(open.delay.len() as u32);
        Ok(Rows {
            delays: delays.iter().map(|&(delay, _)| delay).collect(),
            dendritic: delays.iter().map(|&(_, dendritic)| dendritic).collect(),
            layout: Layout::new(open.n_delay, open.first, open.delay, open.offsets),
            targets: open.targets,
            weights: open.weights,
        })
    }
}

impl<I: Index> Open<I> {
    /// Adds the rows of `sources`, whose synapses are in `bucket`.
    fn add(&mut self, sources: Range<u32>, bucket: &[Entry<I>]) {
        // Counting takes a place for each source and delay; where there are many more of them than synapses, sorting is
        // cheaper.
        const CROWDED: usize = 4;
        if sources.len() * self.n_delay <= CROWDED * bucket.len().max(sources.len()) {
            self.count(sources, bucket);
        } else {
            self.sort(sources, bucket);
        }
    }

    fn count(&mut self, sources: Range<u32>, bucket: &[Entry<I>]) {
        let (n_delay, places) = (self.n_delay, &self.places);
        let row = |entry: &Entry<I>| {
            let place = places[usize::from(entry.delay)];
            (entry.source - sources.start) as usize * n_delay + usize::from(place)
        };
        let mut next = vec![0_u32; sources.len() * n_delay];
        for entry in bucket {
            next[row(entry)] += 1;
        }
        let start = self.targets.len();
        let mut sum = 0;
        for of_source in next.chunks_mut(n_delay) {
            self.first.push(self.delay.len() as u32);
            for (delay, next) in (0_u16..).zip(of_source) {
                let count = *next;
                *next = sum;
                sum += count;
                if count > 0 {
                    self.delay.push(delay);
                    self.offsets.push(start as u32 + sum);
                }
            }
        }
        self.targets.resize(start + bucket.len(), I::new(0));
        let targets = &mut self.targets[start..];
        let weights = if self.weighted {
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
            if self.weighted {
                weights[place] = entry.weight;
            }
        }
    }

    fn sort(&mut self, sources: Range<u32>, bucket: &[Entry<I>]) {
        let mut bucket = bucket.to_vec();
        for entry in &mut bucket {
            entry.delay = self.places[usize::from(entry.delay)];
        }
        // Stable: those of one row keep their order.
        bucket.sort_by_key(|entry| (entry.source, entry.delay));
        let mut rows = bucket.chunk_by(|a, b| (a.source, a.delay) == (b.source, b.delay));
        let mut row = rows.next();
        for source in sources {
            self.first.push(self.delay.len() as u32);
            while let Some(entries) = row.filter(|entries| entries[0].source == source) {
                self.targets
                    .extend(entries.iter().map(|entry| entry.target));
                if self.weighted {
                    self.weights
                        .extend(entries.iter().map(|entry| entry.weight));
                }
                self.delay.push(entries[0].delay);
                self.offsets.push(self.targets.len() as u32);
                row = rows.next();
            }
        }
    }
}

//! Sparse synapses of one projection onto the neurons of one lane, in rows by source and delay.
//!
//! A spike's targets at one delay are one contiguous row of lane-local indices: 2 bytes a synapse (`u16`) while a lane
//! holds at most 65,536 neurons, and 2 or 4 bytes more where [weights](Weights) differ. Where delays differ, only those that
//! a source has are listed.

use crate::base::time::Duration;
use crate::neuron::RowWeights;
use crate::synapse::layout::{Layout, Row};
use crate::synapse::weight::Weights;

/// The number of a target within its lane: `u16` or `u32`.
pub trait Index: Copy + Ord + Send + Sync + std::fmt::Debug + 'static {
    /// Numbers are below this.
    const LIMIT: u64;

    /// From a number below [`Self::LIMIT`]; a larger one loses its high bits.
    fn new(local: u32) -> Self;

    /// As an index into the lane's state.
    fn get(self) -> usize;
}

impl Index for u16 {
    const LIMIT: u64 = 1 << 16;

    #[inline(always)]
    fn new(local: u32) -> Self {
        local as Self
    }

    #[inline(always)]
    fn get(self) -> usize {
        usize::from(self)
    }
}

impl Index for u32 {
    const LIMIT: u64 = u32::MAX as u64;

    #[inline(always)]
    fn new(local: u32) -> Self {
        local
    }

    #[inline(always)]
    fn get(self) -> usize {
        self as usize
    }
}

/// Synapses of one projection onto one lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse<I> {
    pub(crate) n_source: usize,
    pub(crate) delays: Vec<Duration>,
    /// The dendritic part of each, where that is told apart.
    pub(crate) dendritic: Vec<Duration>,
    pub(crate) layout: Layout,
    pub(crate) targets: Vec<I>,
    pub(crate) weights: Weights,
}

impl<I: Index> Sparse<I> {
    /// Number of sources.
    pub fn n_source(&self) -> usize {
        self.n_source
    }

    /// Distinct delays of these synapses, ascending; none if there are no synapses.
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// Targets of all rows, one row after the other.
    pub fn targets(&self) -> &[I] {
        &self.targets
    }

    /// Weights of all synapses.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Number of synapses.
    pub fn n_synapses(&self) -> usize {
        self.targets.len()
    }

    /// Rows of `source`, by ascending delay: the delay, targets, and their weights.
    pub fn of(&self, source: u32) -> impl Iterator<Item = (Duration, &[I], RowWeights<'_>)> {
        let rows = self.layout.of(source).filter(|row| row.end > row.start);
        rows.map(|row| {
            let (targets, weights) = self.span(row);
            (self.delays[usize::from(row.delay)], targets, weights)
        })
    }

    /// Shows every synapse: source, target, its delay with the dendritic part of it where that is told apart, weight; by source
    /// and delay.
    pub fn each(&self, see: &mut dyn FnMut(u32, u32, (Duration, Duration), f64)) {
        for source in 0..self.n_source as u32 {
            for row in self.layout.of(source).filter(|row| row.end > row.start) {
                let number = usize::from(row.delay);
                let dendritic = self.dendritic.get(number).copied();
                let delay = (self.delays[number], dendritic.unwrap_or(Duration::ZERO));
                let (targets, weights) = self.span(row);
                for (k, target) in targets.iter().enumerate() {
                    see(source, target.get() as u32, delay, weights.get(k));
                }
            }
        }
    }

    /// Keeps synapses of which `keep` says so, by source and target.
    pub(crate) fn retain(&mut self, keep: impl Fn(u32, u32) -> bool) {
        let mut kept = Vec::with_capacity(self.targets.len());
        let (mut ends, mut n) = (Vec::with_capacity(self.layout.n_rows()), 0);
        for source in 0..self.n_source as u32 {
            for row in self.layout.of(source) {
                let own = &self.targets[row.start as usize..row.end as usize];
                kept.extend(own.iter().map(|target| keep(source, target.get() as u32)));
                n += kept[row.start as usize..]
                    .iter()
                    .filter(|kept| **kept)
                    .count() as u32;
                ends.push(n);
            }
        }
        self.layout.shorten(&ends);
        let mut marks = kept.iter();
        self.targets.retain(|_| marks.next() == Some(&true));
        self.weights.retain(&kept);
    }

    /// Targets of a row and their weights.
    pub(crate) fn span(&self, row: Row) -> (&[I], RowWeights<'_>) {
        let (start, end) = (row.start as usize, row.end as usize);
        (&self.targets[start..end], self.weights.span(start, end))
    }

    /// Bytes held, offsets and delays included.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(self.delays.as_slice())
            + self.layout.bytes()
            + size_of_val(self.targets.as_slice())
            + self.weights.bytes()
    }
}

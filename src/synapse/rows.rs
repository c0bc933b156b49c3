//! Sparse synapses of one source population onto one block of neurons, in rows by source and delay.
//!
//! All projections from a population are merged here, so that a spike finds its targets at one delay in one contiguous
//! row: 2 bytes a synapse, and 2 or 4 more where weights differ. Where delays differ, only those that a source has are listed:
//! a spike costs as much as its own synapses, however many delays there are.

use crate::base::alteration::Alteration;
use crate::base::digest::fold;
use crate::base::stop::{Stop, Stopped};
use crate::base::stream::mix;
use crate::base::time::Duration;
use crate::base::vector::prefetch;
use crate::neuron::RowWeights;
use crate::synapse::layout::Layout;
pub use crate::synapse::layout::Row;
use crate::synapse::sparse::Sparse;
use crate::synapse::weight::{self, Given, Weights};

/// Merged synapses.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    delays: Vec<Duration>,
    layout: Layout,
    targets: Vec<u16>,
    weights: Weights,
    /// Weights as they were declared, where they are others now.
    declared: Option<Given>,
}

/// More from one population onto one block of neurons than the indices count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Synapses are counted with 32 bits.
    #[error("more than 4,294,967,295 synapses")]
    Synapses,
    /// Delays are numbered with 16 bits.
    #[error(
        "more than 65,536 distinct delays onto one lane\n  \
         help: use more lanes, or round the delays that files give"
    )]
    Delays,
}

/// Why synapses have not been merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmerged {
    /// There are too many.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// An end was asked for.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Synapses and sources between two questions whether to stop: a few milliseconds.
const OFTEN: usize = 1 << 18;

/// Synapses that are asked for where all of a source are about to be read: four cache lines of targets. Processors fetch
/// on by themselves what is read in a row.
const AT_FIRST: u32 = 128;

impl Rows {
    /// Merges the synapses of several projections, all of one source population and onto one block; rows keep the order
    /// of `parts`. `None` if there are none.
    ///
    /// # Errors
    /// If they are too many, or `stop` says so.
    pub fn merge(mut parts: Vec<Sparse<u16>>, stop: Stop<'_>) -> Result<Option<Self>, Unmerged> {
        parts.retain(|part| part.n_synapses() > 0);
        let mut delays: Vec<Duration> = parts
            .iter()
            .flat_map(|part| part.delays())
            .copied()
            .collect();
        delays.sort_unstable();
        delays.dedup();
        if delays.len() > usize::from(u16::MAX) + 1 {
            return Err(TooMany::Delays.into());
        }
        if parts.len() == 1
            && let Some(Sparse {
                layout,
                targets,
                weights,
                ..
            }) = parts.pop()
        {
            return Ok(Some(Self {
                delays,
                layout,
                targets,
                weights,
                declared: None,
            }));
        }
        let Some(first) = parts.first() else {
            return Ok(None);
        };
        let (n_source, n) = (
            first.n_source(),
            parts.iter().map(Sparse::n_synapses).sum::<usize>(),
        );
        if u32::try_from(n).is_err() {
            return Err(TooMany::Synapses.into());
        }
        let mut merged = Merge {
            targets: Vec::with_capacity(n),
            weights: weight::Merge::new(parts.iter().map(Sparse::weights), n),
        };
        let layout = merged.all(&parts, &delays, n_source as u32, stop)?;
        Ok(Some(Self {
            delays,
            layout,
            targets: merged.targets,
            weights: merged.weights.weights,
            declared: None,
        }))
    }

    /// Gives every synapse what `alteration` makes of the weight that it was declared with, as exactly as that is kept.
    pub fn alter(&mut self, alteration: Alteration) {
        if let Some(given) = self.declared.take() {
            self.weights.restore(given);
        }
        if !alteration.is_none() {
            self.declared = Some(self.weights.alter(alteration));
        }
    }

    /// Distinct delays, ascending.
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.layout.n_rows()
    }

    /// Number of the row that begins at `start` and is not empty.
    #[inline]
    pub fn number_at(&self, start: u32) -> usize {
        self.layout.number_at(start)
    }

    /// Number of synapses.
    pub fn n_synapses(&self) -> usize {
        self.targets.len()
    }

    /// The rows of `source`, by ascending delay; some may be empty where there is one delay for all.
    #[inline]
    pub fn of(&self, source: u32) -> impl Iterator<Item = Row> + '_ {
        self.layout.of(source)
    }

    /// Shows every row of `source` that is not empty, by ascending delay.
    #[inline(always)]
    pub fn each_of(&self, source: u32, see: impl FnMut(Row)) {
        self.layout.each_of(source, see);
    }

    /// Asks for where the rows of `source` are listed, and when that has come, for the list.
    #[inline]
    pub fn fetch(&self, source: u32, listed: bool) {
        if listed {
            self.layout.fetch_list(source);
        } else {
            self.layout.fetch_first(source);
        }
    }

    /// Asks for the first lines of all rows of `source`, which lie side by side; what follows them comes by itself.
    #[inline]
    pub fn fetch_all(&self, source: u32) {
        let (start, end) = self.layout.reach_of(source);
        let (targets, weights) = self.span(start, end.min(start.saturating_add(AT_FIRST)));
        prefetch(targets);
        match weights {
            RowWeights::One(_) => {}
            RowWeights::Listed { numbers, .. } => prefetch(numbers),
            RowWeights::Each(weights) => prefetch(weights),
        }
    }

    /// Targets and weights from `start` to `end`.
    #[inline(always)]
    pub fn span(&self, start: u32, end: u32) -> (&[u16], RowWeights<'_>) {
        let (start, end) = (start as usize, end as usize);
        (&self.targets[start..end], self.weights.span(start, end))
    }

    /// The weights of a row that lies elsewhere with its `numbers`, where weights are listed, and its `weights`, where each
    /// synapse has one.
    #[inline(always)]
    pub fn weights_of<'a>(
        &'a self,
        numbers: impl FnOnce() -> &'a [u16],
        weights: impl FnOnce() -> &'a [f32],
    ) -> RowWeights<'a> {
        match &self.weights {
            Weights::One(weight) => RowWeights::One(*weight),
            Weights::Listed { table, .. } => RowWeights::Listed {
                table,
                numbers: numbers(),
            },
            Weights::Each(_) => RowWeights::Each(weights()),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(self.delays.as_slice())
            + self.layout.bytes()
            + size_of_val(self.targets.as_slice())
            + self.weights.bytes()
            + self.declared.as_ref().map_or(0, Given::bytes)
    }

    /// A hash of every synapse, weight and delay, as they stand.
    pub fn hash(&self) -> u64 {
        let Self {
            delays,
            layout,
            targets,
            weights,
            declared: _,
        } = self;
        let delays: Vec<i64> = delays.iter().map(|delay| delay.ps()).collect();
        let hash = layout.hash(fold(0, &delays));
        let hash = fold(hash, targets);
        match weights {
            Weights::One(weight) => mix(hash ^ weight.to_bits()),
            // Equal networks are built in one way: they number their weights alike.
            Weights::Listed { table, numbers } => fold(fold(hash, table), numbers),
            Weights::Each(weights) => fold(hash, weights),
        }
    }
}

struct Merge {
    targets: Vec<u16>,
    weights: weight::Merge,
}

impl Merge {
    /// Appends a row of part `p`.
    fn add(&mut self, p: usize, part: &Sparse<u16>, row: Row) {
        let (targets, weights) = part.span(row);
        self.targets.extend_from_slice(targets);
        self.weights.add(p, weights, targets.len());
    }

    /// Appends the rows of all `parts`, whose delays are among `delays`: by source, delay and part.
    fn all(
        &mut self,
        parts: &[Sparse<u16>],
        delays: &[Duration],
        n_source: u32,
        stop: Stop<'_>,
    ) -> Result<Layout, Stopped> {
        // What each part's delays are called here; both are in ascending order.
        let numbers: Vec<Vec<u16>> = parts
            .iter()
            .map(|part| {
                let mut numbered = (0_u16..=u16::MAX).zip(delays);
                let number = |own| numbered.find(|(_, delay)| *delay == own);
                let found = part.delays().iter().filter_map(number);
                found.map(|(number, _)| number).collect()
            })
            .collect();
        let (mut first, mut delay, mut offsets) = (vec![0], Vec::new(), vec![0]);
        let mut open: Vec<(u16, usize, Row)> = Vec::new();
        let mut asked = 0;
        for source in 0..n_source {
            let done = self.targets.len() + source as usize;
            if done - asked >= OFTEN {
                stop.ask()?;
                asked = done;
            }
            open.clear();
            for (p, part) in parts.iter().enumerate() {
                let rows = part.layout.of(source).filter(|row| row.end > row.start);
                open.extend(rows.map(|row| (numbers[p][usize::from(row.delay)], p, row)));
            }
            // Stable: by part where delays are equal.
            open.sort_by_key(|&(number, ..)| number);
            for same in open.chunk_by(|one, other| one.0 == other.0) {
                delay.push(same[0].0);
                for &(_, p, row) in same {
                    self.add(p, &parts[p], row);
                }
                offsets.push(self.targets.len() as u32);
            }
            first.push(delay.len() as u32);
        }
        Ok(Layout::new(delays.len(), first, delay, offsets))
    }
}

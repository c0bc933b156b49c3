//! Where the synapses of each source lie, by delay.

use std::ops::Range;

use crate::base::digest::fold;
use crate::base::vector::prefetch;

/// Where each source's rows lie. Where delays differ, only those that a source has are listed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layout {
    /// One delay: the row of source i is `offsets[i]..offsets[i + 1]`.
    One { offsets: Vec<u32> },
    /// Source i has the rows `first[i]..first[i + 1]`; row r comes after the delay number `delay[r]` and is
    /// `offsets[r]..offsets[r + 1]`.
    Many {
        first: Vec<u32>,
        delay: Vec<u16>,
        offsets: Vec<u32>,
    },
}

/// One row: its delay by number, and where its targets lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Number of the delay.
    pub delay: u16,
    /// First target.
    pub start: u32,
    /// Behind the last.
    pub end: u32,
}

impl Layout {
    /// From the rows of all sources, none of them empty.
    pub(crate) fn new(
        n_delay: usize,
        first: Vec<u32>,
        mut delay: Vec<u16>,
        mut offsets: Vec<u32>,
    ) -> Self {
        if n_delay <= 1 {
            // The first row at or behind a source begins where its own would.
            let offsets = first.iter().map(|&row| offsets[row as usize]).collect();
            return Self::One { offsets };
        }
        delay.shrink_to_fit();
        offsets.shrink_to_fit();
        Self::Many {
            first,
            delay,
            offsets,
        }
    }

    /// Gives each delay another number, in the same order, among so many.
    pub(crate) fn renumber(&mut self, numbers: &[u16], n_delay: usize) {
        if n_delay <= 1 {
            return;
        }
        let one = match self {
            Self::Many { delay, .. } => {
                delay
                    .iter_mut()
                    .for_each(|own| *own = numbers[usize::from(*own)]);
                return;
            }
            Self::One { offsets } => std::mem::take(offsets),
        };
        let (mut first, mut offsets) = (vec![0], vec![0]);
        for &[start, end] in one.array_windows() {
            if start < end {
                offsets.push(end);
            }
            first.push(offsets.len() as u32 - 1);
        }
        let delay = vec![numbers.first().copied().unwrap_or(0); offsets.len() - 1];
        *self = Self::Many {
            first,
            delay,
            offsets,
        };
    }

    /// Gives rows other ends, ascending; where delays differ those that are empty then are no more.
    pub(crate) fn shorten(&mut self, ends: &[u32]) {
        match self {
            Self::One { offsets } => {
                offsets.truncate(1);
                offsets.extend(ends);
            }
            Self::Many {
                first,
                delay,
                offsets,
            } => {
                offsets.truncate(1);
                let (mut row, mut rows) = (0, Vec::with_capacity(delay.len()));
                for next in first.iter_mut().skip(1) {
                    for number in row..*next as usize {
                        if offsets.last() != Some(&ends[number]) {
                            offsets.push(ends[number]);
                            rows.push(delay[number]);
                        }
                    }
                    row = *next as usize;
                    *next = rows.len() as u32;
                }
                *delay = rows;
            }
        }
    }

    /// The rows of `source`, by ascending delay; the only one may be empty where there is one delay for all.
    #[inline]
    pub(crate) fn of(&self, source: u32) -> impl Iterator<Item = Row> + '_ {
        let source = source as usize;
        let (range, delay, offsets) = match self {
            Self::One { offsets } => (source..source + 1, None, offsets),
            Self::Many {
                first,
                delay,
                offsets,
            } => (
                first[source] as usize..first[source + 1] as usize,
                Some(delay),
                offsets,
            ),
        };
        range.map(move |r| Row {
            delay: delay.map_or(0, |delay| delay[r]),
            start: offsets[r],
            end: offsets[r + 1],
        })
    }

    /// Shows every row of `source` that is not empty, by ascending delay.
    #[inline(always)]
    pub(crate) fn each_of(&self, source: u32, mut see: impl FnMut(Row)) {
        let source = source as usize;
        match self {
            Self::One { offsets } => {
                let (start, end) = (offsets[source], offsets[source + 1]);
                if start < end {
                    see(Row {
                        delay: 0,
                        start,
                        end,
                    });
                }
            }
            Self::Many {
                first,
                delay,
                offsets,
            } => {
                let (first, last) = (first[source] as usize, first[source + 1] as usize);
                // None of these is empty.
                let ends = offsets[first..=last].array_windows();
                for (&delay, &[start, end]) in delay[first..last].iter().zip(ends) {
                    see(Row { delay, start, end });
                }
            }
        }
    }

    /// Number of sources.
    pub(crate) fn n_source(&self) -> usize {
        match self {
            Self::One { offsets: starts } | Self::Many { first: starts, .. } => {
                starts.len().saturating_sub(1)
            }
        }
    }

    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        let (Self::One { offsets } | Self::Many { offsets, .. }) = self;
        offsets.len().saturating_sub(1)
    }

    /// Numbers of the rows of `source`.
    #[inline]
    pub(crate) fn numbers_of(&self, source: u32) -> Range<u32> {
        match self {
            Self::One { .. } => source..source + 1,
            Self::Many { first, .. } => first[source as usize]..first[source as usize + 1],
        }
    }

    /// Number of the row that begins at `start` and is not empty.
    #[inline]
    pub(crate) fn number_at(&self, start: u32) -> usize {
        let (Self::One { offsets } | Self::Many { offsets, .. }) = self;
        offsets.partition_point(|&offset| offset <= start) - 1
    }

    /// Row number `row`.
    #[inline]
    pub(crate) fn row(&self, row: usize) -> Row {
        let (offsets, delay) = match self {
            Self::One { offsets } => (offsets, 0),
            Self::Many { delay, offsets, .. } => (offsets, delay[row]),
        };
        Row {
            delay,
            start: offsets[row],
            end: offsets[row + 1],
        }
    }

    /// From where to where all rows of `source` lie.
    #[inline]
    pub(crate) fn reach_of(&self, source: u32) -> (u32, u32) {
        let source = source as usize;
        match self {
            Self::One { offsets } => (offsets[source], offsets[source + 1]),
            Self::Many { first, offsets, .. } => (
                offsets[first[source] as usize],
                offsets[first[source + 1] as usize],
            ),
        }
    }

    /// A hash of all rows that goes on from `hash`.
    pub(crate) fn hash(&self, hash: u64) -> u64 {
        match self {
            Self::One { offsets } => fold(hash, offsets),
            Self::Many {
                first,
                delay,
                offsets,
            } => {
                let hash = fold(hash, first);
                let hash = fold(hash, delay);
                fold(hash, offsets)
            }
        }
    }

    /// Asks for where the rows of `source` are listed.
    #[inline]
    pub(crate) fn fetch_first(&self, source: u32) {
        let source = source as usize;
        match self {
            Self::One { offsets } => prefetch(&offsets[source..source + 2]),
            Self::Many { first, .. } => prefetch(&first[source..source + 2]),
        }
    }

    /// Asks for where row number `row` lies.
    #[inline]
    pub(crate) fn fetch_row(&self, row: usize) {
        let (Self::One { offsets } | Self::Many { offsets, .. }) = self;
        prefetch(&offsets[row..row + 2]);
        if let Self::Many { delay, .. } = self {
            prefetch(&delay[row..=row]);
        }
    }

    /// Asks for the list of the rows of `source`.
    #[inline]
    pub(crate) fn fetch_list(&self, source: u32) {
        if let Self::Many {
            first,
            delay,
            offsets,
        } = self
        {
            let source = source as usize;
            let (start, end) = (first[source] as usize, first[source + 1] as usize);
            prefetch(&delay[start..end]);
            prefetch(&offsets[start..=end]);
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::One { offsets } => size_of_val(offsets.as_slice()),
            Self::Many {
                first,
                delay,
                offsets,
            } => {
                size_of_val(first.as_slice())
                    + size_of_val(delay.as_slice())
                    + size_of_val(offsets.as_slice())
            }
        }
    }
}

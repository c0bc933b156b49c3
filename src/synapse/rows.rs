//! Sparse synapses of one source population onto one block of neurons, in rows by source and delay.
//!
//! All projections from a population are merged here, so that a spike finds its targets at one delay in one contiguous
//! row: 2 bytes a synapse, and 4 more where weights differ. Where delays differ, only those that a source has are listed:
//! a spike costs as much as its own synapses, however many delays there are.

use crate::base::stream::mix;
use crate::base::time::Duration;
use crate::neuron::RowWeights;
use crate::synapse::sparse::{Sparse, Weights};

/// Where each source's rows lie.
#[derive(Debug, Clone, PartialEq)]
enum Index {
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

/// Merged synapses.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    delays: Vec<Duration>,
    index: Index,
    targets: Vec<u16>,
    weights: Weights,
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

/// More from one population onto one block of neurons than the indices count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Synapses are counted with 32 bits.
    #[error("more than 4,294,967,295 synapses")]
    Synapses,
    /// Delays are numbered with 16 bits.
    #[error("more than 65,536 distinct delays")]
    Delays,
}

impl Rows {
    /// Merges the synapses of several projections, all of one source population and onto one block; rows keep the order
    /// of `parts`. `None` if there are none.
    ///
    /// # Errors
    /// If they are too many.
    pub fn merge(mut parts: Vec<Sparse<u16>>) -> Result<Option<Self>, TooMany> {
        parts.retain(|part| part.n_synapses() > 0);
        let mut delays: Vec<Duration> = parts
            .iter()
            .flat_map(|part| part.delays())
            .copied()
            .collect();
        delays.sort_unstable();
        delays.dedup();
        if let ([_], [_]) = (&parts[..], &delays[..])
            && let Some(Sparse {
                offsets,
                targets,
                weights,
                ..
            }) = parts.pop()
        {
            let index = Index::One { offsets };
            return Ok(Some(Self {
                delays,
                index,
                targets,
                weights,
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
            return Err(TooMany::Synapses);
        }
        if delays.len() > usize::from(u16::MAX) + 1 {
            return Err(TooMany::Delays);
        }
        let one = match first.weights() {
            Weights::One(weight) => parts
                .iter()
                .all(|part| *part.weights() == Weights::One(*weight))
                .then_some(*weight),
            Weights::Each(_) => None,
        };
        let mut merged = Merge {
            targets: Vec::with_capacity(n),
            weights: Vec::with_capacity(if one.is_some() { 0 } else { n }),
            one: one.is_some(),
        };
        let index = if delays.len() == 1 {
            let mut offsets = Vec::with_capacity(n_source + 1);
            offsets.push(0);
            for source in 0..n_source {
                parts.iter().for_each(|part| merged.add(part, source, 0));
                offsets.push(merged.targets.len() as u32);
            }
            Index::One { offsets }
        } else {
            merged.by_delay(&parts, &delays, n_source)
        };
        Ok(Some(Self {
            delays,
            index,
            targets: merged.targets,
            weights: match one {
                Some(weight) => Weights::One(weight),
                None => Weights::Each(merged.weights),
            },
        }))
    }

    /// Distinct delays, ascending.
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// Number of synapses.
    pub fn n_synapses(&self) -> usize {
        self.targets.len()
    }

    /// The rows of `source`, by ascending delay; some may be empty where there is one delay for all.
    #[inline]
    pub fn of(&self, source: u32) -> impl Iterator<Item = Row> + '_ {
        let source = source as usize;
        let (range, delay, offsets) = match &self.index {
            Index::One { offsets } => (source..source + 1, None, offsets),
            Index::Many {
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

    /// Targets and weights from `start` to `end`.
    #[inline(always)]
    pub fn span(&self, start: u32, end: u32) -> (&[u16], RowWeights<'_>) {
        let span = start as usize..end as usize;
        let weights = match &self.weights {
            Weights::One(weight) => RowWeights::One(*weight),
            Weights::Each(weights) => RowWeights::Each(&weights[span.clone()]),
        };
        (&self.targets[span], weights)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let index = match &self.index {
            Index::One { offsets } => size_of_val(offsets.as_slice()),
            Index::Many {
                first,
                delay,
                offsets,
            } => {
                size_of_val(first.as_slice())
                    + size_of_val(delay.as_slice())
                    + size_of_val(offsets.as_slice())
            }
        };
        let weights = match &self.weights {
            Weights::One(_) => 0,
            Weights::Each(weights) => size_of_val(weights.as_slice()),
        };
        size_of::<Self>()
            + size_of_val(self.delays.as_slice())
            + index
            + size_of_val(self.targets.as_slice())
            + weights
    }

    /// A hash of every synapse, weight and delay.
    pub fn hash(&self) -> u64 {
        let Self {
            delays,
            index,
            targets,
            weights,
        } = self;
        let mut hash = fold(0, delays, |delay| delay.ps() as u64);
        match index {
            Index::One { offsets } => hash = fold(hash, offsets, |&x| u64::from(x)),
            Index::Many {
                first,
                delay,
                offsets,
            } => {
                hash = fold(hash, first, |&x| u64::from(x));
                hash = fold(hash, delay, |&x| u64::from(x));
                hash = fold(hash, offsets, |&x| u64::from(x));
            }
        }
        hash = fold(hash, targets, |&x| u64::from(x));
        match weights {
            Weights::One(weight) => mix(hash ^ u64::from(weight.to_bits())),
            Weights::Each(weights) => fold(hash, weights, |weight| u64::from(weight.to_bits())),
        }
    }
}

/// A hash of `hash` and all `items` in order. Four chains side by side, because one would wait for its multiplications.
fn fold<T>(hash: u64, items: &[T], bits: impl Fn(&T) -> u64) -> u64 {
    // Odd, from the golden ratio: a multiplication by it is a bijection that reaches the high bits.
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut chains = [hash, !hash, hash.rotate_left(32), items.len() as u64];
    let (fours, rest) = items.as_chunks::<4>();
    for four in fours {
        for (chain, item) in chains.iter_mut().zip(four) {
            *chain = (*chain ^ bits(item)).wrapping_mul(FACTOR).rotate_left(29);
        }
    }
    for item in rest {
        chains[0] = (chains[0] ^ bits(item))
            .wrapping_mul(FACTOR)
            .rotate_left(29);
    }
    chains.into_iter().fold(0, |all, chain| mix(all ^ chain))
}

struct Merge {
    targets: Vec<u16>,
    weights: Vec<f32>,
    /// Whether all synapses have one weight.
    one: bool,
}

impl Merge {
    /// Appends the row of `source` at the `delay`-th delay of `part`.
    fn add(&mut self, part: &Sparse<u16>, source: usize, delay: usize) {
        let (targets, weights) = part.row(source, delay);
        self.targets.extend_from_slice(targets);
        if self.one {
            return;
        }
        match (weights, part.weights()) {
            (Some(weights), _) => self.weights.extend_from_slice(weights),
            (None, Weights::One(weight)) => {
                let weights = std::iter::repeat_n(*weight, targets.len());
                self.weights.extend(weights);
            }
            (None, Weights::Each(_)) => {}
        }
    }

    fn by_delay(&mut self, parts: &[Sparse<u16>], delays: &[Duration], n_source: usize) -> Index {
        // For each delay of the whole, which of its own each part calls so.
        let own: Vec<Vec<(usize, usize)>> = delays
            .iter()
            .map(|delay| {
                let find = |(p, part): (usize, &Sparse<u16>)| {
                    Some((p, part.delays().binary_search(delay).ok()?))
                };
                parts.iter().enumerate().filter_map(find).collect()
            })
            .collect();
        let (mut first, mut delay, mut offsets) = (vec![0], Vec::new(), vec![0]);
        for source in 0..n_source {
            for (number, own) in (0_u16..=u16::MAX).zip(&own) {
                let before = self.targets.len();
                for &(p, k) in own {
                    self.add(&parts[p], source, k);
                }
                if self.targets.len() > before {
                    delay.push(number);
                    offsets.push(self.targets.len() as u32);
                }
            }
            first.push(delay.len() as u32);
        }
        delay.shrink_to_fit();
        offsets.shrink_to_fit();
        Index::Many {
            first,
            delay,
            offsets,
        }
    }
}

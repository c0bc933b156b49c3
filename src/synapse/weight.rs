//! Weights of synapses, as exactly as they are given.
//!
//! What a user gives is kept in double precision, so that 0.7 mV reach a threshold of 0.7 mV: one weight for all takes no
//! memory per synapse, up to 65,536 different ones are numbered and take 2 bytes. Drawn ones, which nobody wrote down, are
//! kept in single precision and take 4.

use std::collections::HashMap;

use crate::base::alteration::Alteration;
use crate::neuron::RowWeights;

/// Weights of synapses, in the order of their targets.
#[derive(Debug, Clone, PartialEq)]
pub enum Weights {
    /// One weight for all: none is stored per synapse.
    One(f64),
    /// Few different ones, each of which may be that of many synapses.
    Listed {
        /// The different weights.
        table: Vec<f64>,
        /// For each synapse, which of them it has.
        numbers: Vec<u16>,
    },
    /// A weight for each synapse.
    Each(Vec<f32>),
}

impl Weights {
    /// Keeps those of synapses that are `kept`, a mark for each.
    pub(crate) fn retain(&mut self, kept: &[bool]) {
        let mut marks = kept.iter();
        let mut keep = || marks.next() == Some(&true);
        match self {
            Self::One(_) => {}
            Self::Listed { numbers, .. } => numbers.retain(|_| keep()),
            Self::Each(weights) => weights.retain(|_| keep()),
        }
    }

    /// Those of synapses `start` to `end`.
    #[inline(always)]
    pub fn span(&self, start: usize, end: usize) -> RowWeights<'_> {
        match self {
            Self::One(weight) => RowWeights::One(*weight),
            Self::Listed { table, numbers } => RowWeights::Listed {
                table,
                numbers: &numbers[start..end],
            },
            Self::Each(weights) => RowWeights::Each(&weights[start..end]),
        }
    }

    /// Makes of each weight what `alteration` does, rounded as it is kept; gives those that there were.
    pub(super) fn alter(&mut self, alteration: Alteration) -> Given {
        match self {
            Self::One(weight) => {
                let altered = alteration.of(*weight);
                Given::Exact(vec![std::mem::replace(weight, altered)])
            }
            Self::Listed { table, .. } => {
                let altered = table.iter().map(|&weight| alteration.of(weight)).collect();
                Given::Exact(std::mem::replace(table, altered))
            }
            Self::Each(weights) => {
                let altered = weights.iter();
                let altered = altered.map(|&weight| alteration.of(weight.into()) as f32);
                let altered = altered.collect();
                Given::Single(std::mem::replace(weights, altered))
            }
        }
    }

    /// Takes back what [`alter`](Self::alter) gave.
    pub(super) fn restore(&mut self, given: Given) {
        match (self, given) {
            (Self::One(weight), Given::Exact(values)) => {
                *weight = values.first().copied().unwrap_or(*weight);
            }
            (Self::Listed { table, .. }, Given::Exact(values)) => *table = values,
            (Self::Each(weights), Given::Single(values)) => *weights = values,
            _ => {}
        }
    }

    /// Bytes held beside the enumeration itself.
    pub fn bytes(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Listed { table, numbers } => {
                size_of_val(table.as_slice()) + size_of_val(numbers.as_slice())
            }
            Self::Each(weights) => size_of_val(weights.as_slice()),
        }
    }
}

/// Weights that others stand in for: those of a table, or of every synapse.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    Exact(Vec<f64>),
    Single(Vec<f32>),
}

impl Given {
    /// Bytes held beside the enumeration itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Exact(values) => size_of_val(values.as_slice()),
            Self::Single(values) => size_of_val(values.as_slice()),
        }
    }
}

/// Different weights and the number of each.
#[derive(Debug, Default)]
struct Table {
    values: Vec<f64>,
    /// By the bits of a weight.
    numbers: HashMap<u64, u16>,
    /// What was asked for last: files often repeat it.
    last: Option<(u64, u16)>,
}

impl Table {
    /// The number of `weight`; `None` if it is a new one beyond what 16 bits can number.
    fn number(&mut self, weight: f64) -> Option<u16> {
        let bits = weight.to_bits();
        if let Some((_, number)) = self.last.filter(|last| last.0 == bits) {
            return Some(number);
        }
        let number = match self.numbers.get(&bits) {
            Some(&number) => number,
            None => {
                let number = u16::try_from(self.values.len()).ok()?;
                self.values.push(weight);
                self.numbers.insert(bits, number);
                number
            }
        };
        self.last = Some((bits, number));
        Some(number)
    }
}

/// Collects weights in the order in which they are given.
#[derive(Debug)]
pub struct WeightList {
    table: Table,
    /// Until there are more different weights than numbers.
    numbers: Vec<u16>,
    /// From then on.
    each: Vec<f32>,
}

impl WeightList {
    /// An empty list.
    pub fn new() -> Self {
        Self {
            table: Table::default(),
            numbers: Vec::new(),
            each: Vec::new(),
        }
    }

    /// Adds a weight.
    pub fn push(&mut self, weight: f64) {
        if self.each.is_empty() {
            if let Some(number) = self.table.number(weight) {
                self.numbers.push(number);
                return;
            }
            let (numbers, values) = (std::mem::take(&mut self.numbers), &self.table.values);
            let single = numbers.iter().map(|&k| values[usize::from(k)] as f32);
            self.each = single.collect();
        }
        self.each.push(weight as f32);
    }

    /// The weights, with number i at `places[i]`.
    pub fn finish(self, places: &[usize]) -> Weights {
        let table = self.table.values;
        match &table[..] {
            _ if !self.each.is_empty() => Weights::Each(ordered(&self.each, places)),
            [] => Weights::One(0.0),
            [only] => Weights::One(*only),
            _ => Weights::Listed {
                table,
                numbers: ordered(&self.numbers, places),
            },
        }
    }
}

impl Default for WeightList {
    fn default() -> Self {
        Self::new()
    }
}

/// `values[i]` at `places[i]`.
pub(crate) fn ordered<T: Copy + Default>(values: &[T], places: &[usize]) -> Vec<T> {
    let mut ordered = vec![T::default(); values.len()];
    for (&value, &place) in values.iter().zip(places) {
        ordered[place] = value;
    }
    ordered
}

/// Weights of several parts' synapses on their way into one list.
pub(super) struct Merge {
    pub(super) weights: Weights,
    /// For each part, the new number of each weight in its table, or of its one weight.
    renumbered: Vec<Vec<u16>>,
}

impl Merge {
    /// Room for the weights of `parts`, of `n` synapses.
    pub(super) fn new<'a>(parts: impl Iterator<Item = &'a Weights>, n: usize) -> Self {
        let mut table = Table::default();
        let renumber = |part: &Weights| match part {
            Weights::One(weight) => Some(vec![table.number(*weight)?]),
            Weights::Listed { table: own, .. } => {
                own.iter().map(|weight| table.number(*weight)).collect()
            }
            Weights::Each(_) => None,
        };
        let renumbered: Option<Vec<Vec<u16>>> = parts.map(renumber).collect();
        let weights = match (&renumbered, &table.values[..]) {
            (None, _) => Weights::Each(Vec::with_capacity(n)),
            (Some(_), [only]) => Weights::One(*only),
            (Some(_), _) => Weights::Listed {
                table: table.values,
                numbers: Vec::with_capacity(n),
            },
        };
        Self {
            weights,
            renumbered: renumbered.unwrap_or_default(),
        }
    }

    /// Appends those of a row of `n` synapses of part `p`.
    pub(super) fn add(&mut self, p: usize, row: RowWeights<'_>, n: usize) {
        match (&mut self.weights, row) {
            (Weights::One(_), _) => {}
            (Weights::Listed { numbers, .. }, RowWeights::Listed { numbers: own, .. }) => {
                let new = &self.renumbered[p];
                numbers.extend(own.iter().map(|&number| new[usize::from(number)]));
            }
            (Weights::Listed { numbers, .. }, _) => {
                numbers.extend(std::iter::repeat_n(self.renumbered[p][0], n));
            }
            (Weights::Each(weights), RowWeights::Each(own)) => weights.extend_from_slice(own),
            (Weights::Each(weights), _) => weights.extend((0..n).map(|k| row.get(k) as f32)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(weights: impl IntoIterator<Item = f64>) -> Weights {
        let mut list = WeightList::new();
        let mut n = 0;
        for weight in weights {
            list.push(weight);
            n += 1;
        }
        list.finish(&(0..n).collect::<Vec<usize>>())
    }

    #[test]
    fn few_different_weights_are_kept_exactly_and_many_in_single_precision() {
        assert_eq!(list([]), Weights::One(0.0));
        assert_eq!(list([0.7; 3]), Weights::One(0.7));
        let few = list([0.7, 0.1, 0.7]);
        assert_eq!(
            few,
            Weights::Listed {
                table: vec![0.7, 0.1],
                numbers: vec![0, 1, 0]
            }
        );
        assert_eq!((few.span(1, 3).get(0), few.span(1, 3).get(1)), (0.1, 0.7));
        let many = |n: u32| list((0..n).map(|k| f64::from(k) * 0.1));
        let (full, over) = (many(1 << 16), many((1 << 16) + 1));
        assert_eq!(full.span(0, 1 << 16).get(65_535), 6553.5);
        assert!(matches!(over, Weights::Each(_)));
        let all = over.span(0, (1 << 16) + 1);
        assert_eq!(
            (all.get(3), all.get(65_536)),
            (f64::from(0.3_f32), f64::from(6553.6_f32))
        );
    }

    #[test]
    fn what_was_altered_comes_back_to_the_bit() {
        let few = list([0.7, 0.1, 0.7]);
        let many = list((0..(1 << 16) + 1).map(|k| f64::from(k) * 0.1));
        for declared in [list([0.3; 2]), few, many] {
            let mut weights = declared.clone();
            let given = weights.alter(Alteration::factor(3.0));
            let n = if matches!(declared, Weights::Each(_)) {
                9
            } else {
                2
            };
            for k in 0..n {
                let exact = 3.0 * declared.span(0, n).get(k);
                let found = weights.span(0, n).get(k);
                assert!((found - exact).abs() <= 1e-7 * exact, "{found} for {exact}");
            }
            weights.restore(given);
            assert_eq!(weights, declared);
        }
    }

    #[test]
    fn they_go_where_their_edges_go() {
        let mut numbered = WeightList::new();
        for weight in [0.5, 0.25, 0.125] {
            numbered.push(weight);
        }
        let weights = numbered.finish(&[2, 0, 1]);
        let all = weights.span(0, 3);
        assert_eq!([0, 1, 2].map(|k| all.get(k)), [0.25, 0.125, 0.5]);
    }
}

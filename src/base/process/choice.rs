//! How an event picks its entity and its class.

use super::bits::Bits;
use super::{BATCH, MOST_ENTITIES};
use crate::base::vector::vectorized;

/// How an event picks.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    /// Entities side by side share their rates: a run of them, then one of its entities. Both by 32-bit fractions: with
    /// n entities rates differ from what they should be by at most n/2³² of themselves.
    Runs(Vec<Run>),
    /// Rates differ: the alias method (Walker 1977, ACM TOMS 3:253) over all pairs of class and entity.
    Alias {
        /// Per column, the share (of 2³²) that is its own, and the column of the rest.
        columns: Vec<(u32, u32)>,
        /// Entity and class of each column.
        pairs: Vec<(u16, u8)>,
    },
}

/// Entities side by side that have one rate in one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Share (of 2³²) of the runs before.
    before: u32,
    /// The first entity; from the 17th bit on, the class.
    first: u32,
    len: u32,
}

/// Each run costs two selections per vector: with as many it is still faster than a table of all entities, which lies
/// in a slower cache.
const MOST_RUNS: usize = 32;

/// A run of a smaller share would get it too inaccurately.
const LEAST_SHARE: f64 = 1.0 / MOST_ENTITIES as f64;

impl Choice {
    /// Among the entities of every class, given their rates, not all 0.
    pub(super) fn new(classes: &[&[f64]]) -> Self {
        if let Some(runs) = runs(classes) {
            return Self::Runs(runs);
        }
        let rates: Vec<f64> = classes.concat();
        let pairs = classes
            .iter()
            .zip(0_u8..)
            .flat_map(|(class, number)| (0..class.len()).map(move |j| (j as u16, number)));
        Self::Alias {
            columns: alias_table(&rates),
            pairs: pairs.collect(),
        }
    }

    /// Picks entity and class of a batch of events; `bits` is room for random bits.
    pub(super) fn draw(
        &self,
        source: &mut Bits,
        bits: &mut [i64; BATCH],
        entities: &mut [u16; BATCH],
        class: &mut [u8; BATCH],
    ) {
        source.fill(bits);
        match self {
            Self::Runs(runs) => pick(entities, class, bits, runs),
            Self::Alias { columns, pairs } => {
                for ((entity, class), &x) in entities.iter_mut().zip(class).zip(bits.iter()) {
                    let product = (x as u64 >> 32) * columns.len() as u64;
                    let column = (product >> 32) as usize;
                    let (own, other) = columns[column];
                    let column = if (x as u32) < own {
                        column
                    } else {
                        other as usize
                    };
                    (*entity, *class) = pairs[column];
                }
            }
        }
    }
}

/// The runs of equal rates, if they are few and none is all too rare; those that never fire are left out.
fn runs(classes: &[&[f64]]) -> Option<Vec<Run>> {
    let total: f64 = classes.iter().copied().flatten().sum();
    let mut runs = Vec::new();
    let mut sum = 0.0;
    for (class, number) in classes.iter().zip(0_u32..) {
        let mut first = 0;
        for run in class.chunk_by(|a, b| a == b) {
            let len = run.len() as u32;
            let share = run[0] * f64::from(len) / total;
            if share > 0.0 {
                if share < LEAST_SHARE || runs.len() == MOST_RUNS {
                    return None;
                }
                runs.push(Run {
                    before: (sum * 2_f64.powi(32)).round() as u32,
                    first: first | number << 16,
                    len,
                });
                sum += share;
            }
            first += len;
        }
    }
    Some(runs)
}

vectorized! {
    /// Picks a run by one half of each event's bits and one of its entities by the other.
    fn pick(entities: &mut [u16; BATCH], class: &mut [u8; BATCH], bits: &[i64; BATCH], runs: &[Run]) {
        // As many 32-bit numbers as a vector of the widest kind holds.
        const WIDTH: usize = 16;
        let Some((start, rest)) = runs.split_first() else { return };
        let entities = entities.as_chunks_mut::<WIDTH>().0;
        let class = class.as_chunks_mut::<WIDTH>().0;
        let bits = bits.as_chunks::<WIDTH>().0;
        for ((entities, class), bits) in entities.iter_mut().zip(class).zip(bits) {
            let mut draw = [0_u32; WIDTH];
            for k in 0..WIDTH {
                draw[k] = bits[k] as u32;
            }
            let (mut first, mut len) = ([start.first; WIDTH], [start.len; WIDTH]);
            for run in rest {
                for k in 0..WIDTH {
                    // All ones from where the run begins: a selection that is never turned into a branch.
                    let beyond = u32::from(draw[k] >= run.before).wrapping_neg();
                    first[k] ^= (first[k] ^ run.first) & beyond;
                    len[k] ^= (len[k] ^ run.len) & beyond;
                }
            }
            for k in 0..WIDTH {
                let within = ((bits[k] as u64 >> 32) * u64::from(len[k])) >> 32;
                let picked = first[k] + within as u32;
                entities[k] = picked as u16;
                class[k] = (picked >> 16) as u8;
            }
        }
    }
}

/// The alias table of `rates` (Vose 1991, IEEE TSE 17:972).
fn alias_table(rates: &[f64]) -> Vec<(u32, u32)> {
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    let mut share: Vec<f64> = rates.iter().map(|rate| rate / mean).collect();
    let mut columns: Vec<(u32, u32)> = (0..rates.len()).map(|j| (u32::MAX, j as u32)).collect();
    let (mut poor, mut rich): (Vec<usize>, Vec<usize>) =
        (0..rates.len()).partition(|&j| share[j] < 1.0);
    while let (Some(small), Some(&large)) = (poor.pop(), rich.last()) {
        columns[small] = ((share[small] * 2_f64.powi(32)) as u32, large as u32);
        share[large] -= 1.0 - share[small];
        if share[large] < 1.0 {
            rich.pop();
            poor.push(large);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rates_side_by_side_are_a_run() {
        let classes: [&[f64]; 2] = [&[2.0, 2.0, 0.0, 4.0], &[0.0, 0.0, 0.0, 8.0]];
        let Choice::Runs(runs) = Choice::new(&classes) else {
            panic!("few runs");
        };
        let run = |before, first, len| Run { before, first, len };
        assert_eq!(
            runs,
            [
                run(0, 0, 2),
                run(1 << 30, 3, 1),
                run(1 << 31, 3 | 1 << 16, 1)
            ]
        );
    }

    #[test]
    fn rates_that_really_differ_take_the_alias_method() {
        let many: Vec<f64> = (1..100).map(f64::from).collect();
        assert!(matches!(Choice::new(&[&many]), Choice::Alias { .. }));
        let rare = [&[1e9; 60_000][..], &[1.0]].concat();
        assert!(matches!(Choice::new(&[&rare]), Choice::Alias { .. }));
    }
}

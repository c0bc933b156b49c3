//! How an event picks its entity and its class.

use super::BATCH;
use super::bits::Bits;
use crate::base::vector::vectorized;

/// How an event picks.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    /// One class, and all entities have one rate. A 32-bit fraction times n: rates differ by at most n/2³² of themselves.
    Uniform {
        /// Entities.
        n: u64,
    },
    /// Rates differ: the alias method (Walker 1977, ACM TOMS 3:253) over all pairs of class and entity.
    Alias {
        /// Per column, the share (of 2³²) that is its own, and the column of the rest.
        columns: Vec<(u32, u32)>,
        /// Entity and class of each column.
        pairs: Vec<(u16, u8)>,
    },
}

impl Choice {
    /// Among the entities of every class, given their rates.
    pub(super) fn new(classes: &[&[f64]]) -> Self {
        let rates: Vec<f64> = classes.concat();
        if classes.len() == 1 && rates.iter().all(|&rate| rate == rates[0]) {
            return Self::Uniform {
                n: rates.len() as u64,
            };
        }
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
            Self::Uniform { n } => pick(entities, bits, *n),
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

vectorized! {
    fn pick(entities: &mut [u16; BATCH], bits: &[i64; BATCH], n: u64) {
        for (entity, &x) in entities.iter_mut().zip(bits) {
            *entity = (((x as u64 >> 32) * n) >> 32) as u16;
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

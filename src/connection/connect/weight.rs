//! Weights of synapses, drawn or given.

use std::borrow::Cow;
use std::ops::Range;

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::connection::edges::Edges;
use crate::connection::plan::Plan;
use crate::synapse::weight;

/// Values drawn together.
pub(super) const TOGETHER: usize = 128;

/// Weights of one entity's synapses after the other's.
pub(super) enum Weights<'a> {
    /// One for all.
    One(f64),
    /// Drawn from streams of this purpose; those of the last entity.
    Drawn {
        distribution: Distribution,
        seed: u64,
        purpose: String,
        weights: Vec<f32>,
        /// How many synapses each of the given edges stands for, if not one.
        counts: Option<(&'a Edges, &'a [u32])>,
    },
    /// In the order of the given edges.
    Given(&'a Edges, &'a [f32]),
    /// The same, as numbers in a table; those of the last entity, which single precision holds exactly.
    Listed {
        edges: &'a Edges,
        table: Cow<'a, [f64]>,
        all: Numbers<'a>,
        numbers: Vec<f32>,
    },
}

/// For each given edge the place of its weight in a table.
#[derive(Clone, Copy)]
pub(super) enum Numbers<'a> {
    Listed(&'a [u16]),
    /// How many synapses it stands for, none more than 16 bits number.
    Counts(&'a [u32]),
}

impl<'a> Weights<'a> {
    /// Of the synapses of `plan`, which is checked.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let given = || {
            plan.edges()
                .and_then(|edges| Some((edges, edges.weights()?)))
        };
        let counts = || {
            plan.edges()
                .and_then(|edges| Some((edges, edges.counts()?)))
        };
        match plan.weight {
            Some(distribution) => match (distribution.constant(), counts()) {
                (Some(weight), None) => Self::One(weight),
                (Some(weight), Some((edges, counts))) if edges.most() <= u16::MAX.into() => {
                    let table = (0..=edges.most()).map(|n| weight * f64::from(n));
                    Self::Listed {
                        edges,
                        table: table.collect(),
                        all: Numbers::Counts(counts),
                        numbers: Vec::new(),
                    }
                }
                (_, counts) => Self::Drawn {
                    distribution,
                    seed: plan.seed,
                    purpose: format!("weight.{}", plan.name),
                    weights: Vec::new(),
                    counts,
                },
            },
            None => match given() {
                Some((edges, weight::Weights::Each(weights))) => Self::Given(edges, weights),
                Some((edges, weight::Weights::Listed { table, numbers })) => Self::Listed {
                    edges,
                    table: table.as_slice().into(),
                    all: Numbers::Listed(numbers),
                    numbers: Vec::new(),
                },
                Some((_, weight::Weights::One(weight))) => Self::One(*weight),
                None => Self::One(0.0),
            },
        }
    }

    /// Whether all synapses have one.
    pub(super) fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// Those of all synapses, of which [`of`](Self::of) told `each`.
    pub(super) fn finish(self, each: Vec<f32>) -> weight::Weights {
        match self {
            Self::One(weight) => weight::Weights::One(weight),
            Self::Listed { table, .. } => weight::Weights::Listed {
                table: table.into_owned(),
                numbers: each.iter().map(|&number| number as u16).collect(),
            },
            Self::Drawn { .. } | Self::Given(..) => weight::Weights::Each(each),
        }
    }

    /// Weights of the `n` synapses of `entity`, or their numbers in a list; nothing where one is for all.
    pub(super) fn of(&mut self, entity: u64, n: usize) -> &[f32] {
        match self {
            Self::One(_) => &[],
            Self::Drawn {
                distribution,
                seed,
                purpose,
                weights,
                counts,
            } => {
                let mut stream = Stream::new(*seed, purpose, entity);
                weights.clear();
                match counts {
                    None => {
                        weights.resize(n, 0.0);
                        let mut drawn = [0.0; TOGETHER];
                        for weights in weights.chunks_mut(TOGETHER) {
                            let drawn = &mut drawn[..weights.len()];
                            distribution.draw_each(&mut stream, drawn);
                            for (weight, &drawn) in weights.iter_mut().zip(&*drawn) {
                                *weight = drawn as f32;
                            }
                        }
                    }
                    // Within single precision, as the plan's check has made sure of the largest number.
                    Some((edges, counts)) => {
                        let counts = counts[onto(edges, entity)].iter().take(n);
                        let sum = |&n| distribution.draw(&mut stream) * f64::from(n);
                        weights.extend(counts.map(sum).map(|sum| sum as f32));
                    }
                }
                weights
            }
            Self::Given(edges, weights) => &weights[onto(edges, entity)],
            Self::Listed {
                edges,
                all,
                numbers,
                ..
            } => {
                numbers.clear();
                let own = onto(edges, entity);
                match all {
                    Numbers::Listed(all) => {
                        numbers.extend(all[own].iter().map(|&number| f32::from(number)));
                    }
                    // Within 16 bits, as the list of edges says.
                    Numbers::Counts(all) => {
                        numbers.extend(all[own].iter().map(|&number| number as f32));
                    }
                }
                numbers
            }
        }
    }
}

/// The given edges of `entity`, the target, whose number is within 32 bits.
fn onto(edges: &Edges, entity: u64) -> Range<usize> {
    edges.onto(entity as u32..entity as u32 + 1)
}

//! Weights of synapses, drawn or given.

use std::ops::Range;

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::connection::edges::Edges;
use crate::connection::plan::Plan;
use crate::synapse::sparse;

/// Weights of one entity's synapses after the other's.
pub(super) enum Weights<'a> {
    /// One for all.
    One(f32),
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
                (Some(weight), None) => Self::One(weight as f32),
                (_, counts) => Self::Drawn {
                    distribution,
                    seed: plan.seed,
                    purpose: format!("weight.{}", plan.name),
                    weights: Vec::new(),
                    counts,
                },
            },
            None => match given() {
                Some((edges, sparse::Weights::Each(weights))) => Self::Given(edges, weights),
                Some((_, sparse::Weights::One(weight))) => Self::One(*weight),
                None => Self::One(0.0),
            },
        }
    }

    /// The one weight of all synapses, if there is one.
    pub(super) fn one(&self) -> Option<f32> {
        match self {
            Self::One(weight) => Some(*weight),
            _ => None,
        }
    }

    /// Weights of the `n` synapses of `entity`; nothing where one is for all.
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
                let drawn = (0..n).map(|_| distribution.draw(&mut stream));
                weights.clear();
                match counts {
                    None => weights.extend(drawn.map(|weight| weight as f32)),
                    Some((edges, counts)) => {
                        let counts = &counts[onto(edges, entity)];
                        let sums = drawn.zip(counts).map(|(weight, &n)| weight * f64::from(n));
                        weights.extend(sums.map(|sum| sum as f32));
                    }
                }
                weights
            }
            Self::Given(edges, weights) => &weights[onto(edges, entity)],
        }
    }
}

/// The given edges of `entity`, the target, whose number is within 32 bits.
fn onto(edges: &Edges, entity: u64) -> Range<usize> {
    edges.onto(entity as u32..entity as u32 + 1)
}

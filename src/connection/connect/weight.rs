//! Weights of synapses, drawn or given.

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::connection::edges::Edges;
use crate::connection::plan::Plan;
use crate::synapse::weight;

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
    },
    /// In the order of the given edges.
    Given(&'a Edges, &'a [f32]),
    /// The same, as numbers in a table; those of the last entity, which single precision holds exactly.
    Listed {
        edges: &'a Edges,
        table: &'a [f64],
        all: &'a [u16],
        numbers: Vec<f32>,
    },
}

impl<'a> Weights<'a> {
    /// Of the synapses of `plan`, which is checked.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let given = || {
            plan.edges()
                .and_then(|edges| Some((edges, edges.weights()?)))
        };
        match plan.weight {
            Some(distribution) => match distribution.constant() {
                Some(weight) => Self::One(weight),
                None => Self::Drawn {
                    distribution,
                    seed: plan.seed,
                    purpose: format!("weight.{}", plan.name),
                    weights: Vec::new(),
                },
            },
            None => match given() {
                Some((edges, weight::Weights::Each(weights))) => Self::Given(edges, weights),
                Some((edges, weight::Weights::Listed { table, numbers })) => Self::Listed {
                    edges,
                    table,
                    all: numbers,
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
                table: table.to_vec(),
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
            } => {
                let mut stream = Stream::new(*seed, purpose, entity);
                weights.clear();
                weights.extend((0..n).map(|_| distribution.draw(&mut stream) as f32));
                weights
            }
            // The entity is the target, whose number is within 32 bits.
            Self::Given(edges, weights) => &weights[edges.onto(entity as u32..entity as u32 + 1)],
            Self::Listed {
                edges,
                all,
                numbers,
                ..
            } => {
                numbers.clear();
                let own = &all[edges.onto(entity as u32..entity as u32 + 1)];
                numbers.extend(own.iter().map(|&number| f32::from(number)));
                numbers
            }
        }
    }
}

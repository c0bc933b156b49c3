//! Weights of synapses, drawn or given.

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
        match plan.weight {
            Some(distribution) => match distribution.constant() {
                Some(weight) => Self::One(weight as f32),
                None => Self::Drawn {
                    distribution,
                    seed: plan.seed,
                    purpose: format!("weight.{}", plan.name),
                    weights: Vec::new(),
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
            } => {
                let mut stream = Stream::new(*seed, purpose, entity);
                weights.clear();
                weights.extend((0..n).map(|_| distribution.draw(&mut stream) as f32));
                weights
            }
            // The entity is the target, whose number is within 32 bits.
            Self::Given(edges, weights) => &weights[edges.onto(entity as u32..entity as u32 + 1)],
        }
    }
}

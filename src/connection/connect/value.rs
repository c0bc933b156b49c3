//! Weights and delays of synapses, drawn or given.

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::connection::edges::{Edges, steps, steps_per_ms};
use crate::connection::plan::Plan;

/// Weights and delays of one entity's synapses after the other's.
pub(super) struct Values<'a> {
    plan: &'a Plan,
    weights: Option<Column<'a, f32>>,
    steps: Option<Column<'a, u16>>,
}

/// One value for each synapse.
enum Column<'a, T> {
    /// From a stream of this purpose; the last entity's.
    Drawn(String, Vec<T>),
    /// In the order of the given edges.
    Given(&'a Edges, &'a [T]),
}

impl<'a> Values<'a> {
    /// Of the synapses of `plan`, where they are not all the same.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let given = plan.rule.edges();
        let differ = |values: &Distribution| values.constant().is_none();
        Self {
            plan,
            weights: differ(&plan.weight)
                .then(|| Column::new("weight", plan, given, Edges::weights)),
            steps: differ(&plan.delay_ms).then(|| Column::new("delay", plan, given, Edges::steps)),
        }
    }

    /// Weights of the `n` synapses of `entity` and their delays in steps of the resolution, at least 1 and within `u16`,
    /// both by [`Plan::check`]; nothing where one is for all.
    pub(super) fn of(&mut self, entity: u64, n: usize) -> (&[f32], &[u16]) {
        let (plan, seed) = (self.plan, self.plan.seed);
        let per_ms = steps_per_ms(plan.delay_resolution);
        let weights = self
            .weights
            .as_mut()
            .map(|weights| weights.of(seed, entity, n, |stream| plan.weight.draw(stream) as f32));
        let delays = self.steps.as_mut().map(|delays| {
            delays.of(seed, entity, n, |stream| {
                steps(plan.delay_ms.draw(stream), per_ms)
            })
        });
        (weights.unwrap_or_default(), delays.unwrap_or_default())
    }
}

impl<'a, T> Column<'a, T> {
    fn new(
        purpose: &str,
        plan: &Plan,
        given: Option<&'a Edges>,
        values: impl Fn(&'a Edges) -> Option<&'a [T]>,
    ) -> Self {
        match given.and_then(|edges| Some((edges, values(edges)?))) {
            Some((edges, values)) => Self::Given(edges, values),
            None => Self::Drawn(format!("{purpose}.{}", plan.name), Vec::new()),
        }
    }

    /// The values of `entity`'s `n` synapses.
    fn of(
        &mut self,
        seed: u64,
        entity: u64,
        n: usize,
        mut draw: impl FnMut(&mut Stream) -> T,
    ) -> &[T] {
        match self {
            Self::Drawn(purpose, values) => {
                let mut stream = Stream::new(seed, purpose, entity);
                values.clear();
                values.extend((0..n).map(|_| draw(&mut stream)));
                values
            }
            // The entity is the target, whose number is within 32 bits.
            Self::Given(edges, values) => &values[edges.onto(entity as u32..entity as u32 + 1)],
        }
    }
}

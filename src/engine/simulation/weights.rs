//! Weights of dense projections, read and set by name.

use std::sync::Arc;

use super::Simulation;
use crate::base::matrix::Matrix;
use crate::connection::{NewDelays, Profile};
use crate::engine::error::{Kind, SimulationError};
use crate::engine::lane::dense::Plastic;
use crate::network::plan::Plasticity;
use crate::position::Ends;

/// A projection as it is known from outside.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Projection {
    /// Name.
    pub(in crate::engine) name: String,
    /// Index of the source population.
    pub(in crate::engine) source: usize,
    /// If it is sparse, its number among the sparse ones.
    pub(in crate::engine) sparse: Option<usize>,
    /// Whether its synapses have rows of their own.
    pub(in crate::engine) is_apart: bool,
    /// The rule that changes its weights, with the values that it is declared with.
    pub(in crate::engine) rule: Option<Plasticity>,
    /// If it is dense, its number among the dense ones, targets and sources.
    pub(in crate::engine) dense: Option<(usize, usize, usize)>,
    /// If it reads the matrix of another, its number among such.
    pub(in crate::engine) tied: Option<usize>,
    /// If it is sparse and learns, its number among the sparse ones, and its target populations.
    pub(in crate::engine) learning: Option<(usize, Vec<usize>)>,
    /// If its weights learn under a modulator, the number of that.
    pub(in crate::engine) modulator: Option<usize>,
    /// Where its neurons lie, if rule, delay or rewiring go by that.
    pub(in crate::engine) ends: Option<Arc<Ends>>,
    /// What weights of synapses to come are multiplied with, if they fall with distance.
    pub(in crate::engine) profile: Option<Profile>,
    /// Delays of synapses to come, if synapses come and go.
    pub(in crate::engine) delays: Option<NewDelays>,
    /// Whether a neuron may be connected with itself.
    pub(in crate::engine) autapses: bool,
    /// Whether its weights learn.
    pub(in crate::engine) is_plastic: bool,
}

/// A weight that its rule has let grow too far.
#[derive(Debug, Clone, PartialEq)]
pub struct Exploded {
    /// The projection.
    pub projection: String,
    /// Source of the synapse.
    pub source: u32,
    /// Its target: over the target populations one after the other.
    pub target: u32,
    /// Its weight.
    pub weight: f64,
    /// The largest that is allowed, without sign.
    pub limit: f64,
}

impl Simulation {
    /// The weights of the dense projection called `projection` as they stand.
    ///
    /// # Errors
    /// If there is no such projection, or it is sparse.
    pub fn weights(&self, projection: &str) -> Result<Matrix, SimulationError> {
        let (number, n_target, n_source) = self.dense_projection(projection)?;
        let mut weights = Matrix::zeros(n_target, n_source);
        let mut column = Vec::with_capacity(n_source);
        for block in self.dense().filter(|block| block.projection == number) {
            let now = block.look(self.now);
            for j in 0..now.n_target() {
                now.gather(j, &mut column);
                let start = (block.first as usize + j) * n_source;
                weights.values_mut()[start..start + n_source].copy_from_slice(&column);
            }
        }
        Ok(weights)
    }

    /// Gives the dense projection called `projection` other weights; what its rule remembers of past spikes stays.
    ///
    /// # Errors
    /// If there is no such projection, it is sparse, or the weights are not finite, of another shape or outside the bounds of
    /// the rule, which keeps signs; then nothing has changed.
    pub fn set_weights(
        &mut self,
        projection: &str,
        weights: &Matrix,
    ) -> Result<(), SimulationError> {
        let (number, n_target, n_source) = self.dense_projection(projection)?;
        let found = weights.shape();
        if found != (n_target, n_source) {
            return Err(SimulationError::Shape {
                projection: projection.into(),
                found,
                target: n_target,
                source_size: n_source,
            });
        }
        if let Some(at) = weights
            .values()
            .iter()
            .position(|weight| !weight.is_finite())
        {
            return Err(SimulationError::NotFinite {
                projection: projection.into(),
                source_neuron: at % n_source,
                target_neuron: at / n_source,
                value: weights.values()[at],
            });
        }
        self.check_bounds(projection, number, weights)?;
        if self
            .dense()
            .any(|block| block.projection == number && block.plastic.is_none())
        {
            // It is that of the network as it was assembled.
            self.graph_hash();
        }
        let groups = self.lanes.iter_mut().flat_map(|lane| &mut lane.groups);
        let blocks = groups.flat_map(|group| &mut group.dense);
        let now = self.now;
        for block in blocks.filter(|block| block.projection == number) {
            block.settle(now);
            for j in 0..block.weights.n_target() {
                let start = (block.first as usize + j) * n_source;
                let column = &weights.values()[start..start + n_source];
                block.weights.scatter(j, column);
            }
            block.changed = block.plastic.is_none();
        }
        Ok(())
    }

    /// A weight beyond what is allowed where rules have no bounds, if there is one.
    pub fn exploded(&self) -> Option<Exploded> {
        let guarded = self.projections.iter();
        let mut guarded = guarded.filter_map(|known| Some((known, known.rule.as_ref()?.limit?)));
        guarded.find_map(|(known, limit)| {
            let (source, target, weight) = match &known.learning {
                Some((number, targets)) => self.synapse_beyond(*number, targets, limit)?,
                None => self.entry_beyond(known.dense?.0, limit)?,
            };
            Some(Exploded {
                projection: known.name.clone(),
                source,
                target,
                weight,
                limit,
            })
        })
    }

    /// Source, target and weight of the first entry of a matrix beyond `limit`. What rows have yet to catch up with is seen
    /// once they have.
    fn entry_beyond(&self, number: usize, limit: f64) -> Option<(u32, u32, f64)> {
        // Not a number is beyond as well.
        let limit = limit as f32;
        let is_within = |weight: &f32| weight.abs() <= limit;
        let mut own = self.dense().filter(|block| block.projection == number);
        own.find_map(|block| {
            let weights = &block.weights;
            // One pass without branches over all of them, first.
            let count = |n, weight| n + u32::from(!is_within(weight));
            if weights.values().iter().fold(0, count) == 0 {
                return None;
            }
            (0..weights.n_source()).find_map(|i| {
                let row = weights.row(i);
                let j = row.iter().position(|weight| !is_within(weight))?;
                Some((i as u32, block.first + j as u32, row[j].into()))
            })
        })
    }

    /// Checks that the rule of the dense projection of this number may have `weights`.
    ///
    /// # Errors
    /// If it may not.
    fn check_bounds(
        &self,
        projection: &str,
        number: usize,
        weights: &Matrix,
    ) -> Result<(), SimulationError> {
        let mut own = self.dense().filter(|block| block.projection == number);
        let bounds = own.find_map(|block| match &block.plastic {
            Some(Plastic::Rows(learn)) => Some(learn.bounds()),
            _ => None,
        });
        let Some((low, high)) = bounds else {
            return Ok(());
        };
        // As they are stored.
        let [least, most] = [low, high].map(|bound| bound as f32);
        let n_source = weights.columns();
        let outside = |weight: &f32| !(least..=most).contains(weight);
        match weights.values().iter().position(outside) {
            None => Ok(()),
            Some(at) => Err(SimulationError::OutOfBounds {
                projection: projection.into(),
                source_neuron: (at % n_source) as u32,
                target_neuron: (at / n_source) as u32,
                value: weights.values()[at].into(),
                low,
                high,
            }),
        }
    }

    fn dense_projection(&self, name: &str) -> Result<(usize, usize, usize), SimulationError> {
        match self.projections.iter().find(|known| known.name == name) {
            None => Err(SimulationError::Unknown {
                kind: Kind::Projection,
                name: name.into(),
                known: self
                    .projections
                    .iter()
                    .map(|known| known.name.clone())
                    .collect(),
            }),
            Some(Projection { dense: None, .. }) => Err(SimulationError::Sparse {
                projection: name.into(),
            }),
            Some(Projection {
                dense: Some(dense), ..
            }) => Ok(*dense),
        }
    }
}

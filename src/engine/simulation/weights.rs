//! Weights of dense projections, read and set by name.

use super::Simulation;
use crate::base::matrix::Matrix;
use crate::engine::error::{Kind, SimulationError};
use crate::network::plan::Plasticity;

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
    /// If it is sparse and learns, its number among the sparse ones, and its target populations.
    pub(in crate::engine) learning: Option<(usize, Vec<usize>)>,
    /// If its weights learn under a modulator, the number of that.
    pub(in crate::engine) modulator: Option<usize>,
    /// Whether a neuron may be connected with itself.
    pub(in crate::engine) autapses: bool,
    /// Whether its weights learn.
    pub(in crate::engine) is_plastic: bool,
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
    /// If there is no such projection, it is sparse, or the weights are not finite or of another shape; then nothing has
    /// changed.
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

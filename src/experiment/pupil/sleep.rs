//! A sleep that is kept for figures.

use serde::{Deserialize, Serialize};

use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::mlp::parameters::Parameters;

/// One sleep, kept for figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sleep {
    /// When it began.
    pub start: Time,
    /// When it ended.
    pub stop: Time,
    /// Per layer, its spikes.
    pub spikes: Vec<Vec<(Time, u32)>>,
    /// The network when it began.
    pub(super) before: Parameters,
    /// The network when it ended.
    pub(super) after: Parameters,
}

impl Sleep {
    /// Per projection, weights before and after, where `sizes` are the neurons of the layers; shape (n_target, n_source).
    pub fn weights(&self, sizes: &[usize]) -> Vec<(Matrix, Matrix)> {
        let shapes = sizes.windows(2).map(|pair| (pair[1], pair[0]));
        let matrices = self.before.matrices().zip(self.after.matrices());
        let shaped =
            |numbers: &[f32], (rows, columns)| Matrix::new(rows, columns, numbers.to_vec());
        shapes
            .zip(matrices)
            .filter_map(|(shape, (before, after))| {
                Some((shaped(before, shape)?, shaped(after, shape)?))
            })
            .collect()
    }
}

//! All-to-all weights, stored once, by source.
//!
//! A spike's row is contiguous and runs at memory speed. A firing target's column is strided, which is cheap because
//! firing is rare: a night of the published digit network fires 2,600 hidden spikes for 190,000 input spikes.

use ndarray::{Array2, ArrayView2};

use crate::base::digest::fold;
use crate::base::stream::mix;

/// Weights from every source to every target.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Dense {
    n_target: usize,
    /// Row of source i at `i * n_target..(i + 1) * n_target`.
    values: Vec<f32>,
}

impl Dense {
    /// From a matrix of shape (n_target, n_source), the orientation of MLP layers.
    pub fn from_matrix(matrix: ArrayView2<'_, f32>) -> Self {
        let (n_target, n_source) = matrix.dim();
        let mut values = Vec::with_capacity(n_target * n_source);
        for afferent in matrix.columns() {
            values.extend(afferent.iter());
        }
        Self { n_target, values }
    }

    /// As a matrix of shape (n_target, n_source).
    pub fn to_matrix(&self) -> Array2<f32> {
        Array2::from_shape_fn((self.n_target, self.n_source()), |(j, i)| {
            self.values[i * self.n_target + j]
        })
    }

    /// The weights onto `len` targets from the one numbered `first` on.
    pub fn onto(&self, first: usize, len: usize) -> Self {
        let rows = (0..self.n_source()).map(|i| &self.row(i)[first..first + len]);
        Self {
            n_target: len,
            values: rows.flatten().copied().collect(),
        }
    }

    /// Whether both are of one shape.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.n_target, self.values.len()) == (other.n_target, other.values.len())
    }

    /// A hash of every weight.
    pub fn hash(&self) -> u64 {
        fold(mix(self.n_target as u64), &self.values)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    /// Number of synapses.
    pub fn n_synapses(&self) -> usize {
        self.values.len()
    }

    /// Number of sources.
    pub fn n_source(&self) -> usize {
        self.values.len().checked_div(self.n_target).unwrap_or(0)
    }

    /// Number of targets.
    pub fn n_target(&self) -> usize {
        self.n_target
    }

    /// All weights, source by source.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All weights, source by source.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// One of this shape with other weights, of which there must be as many.
    pub fn like(&self, values: Vec<f32>) -> Self {
        debug_assert_eq!(values.len(), self.values.len());
        Self {
            n_target: self.n_target,
            values,
        }
    }

    /// Weights from source `i` to each target.
    #[inline]
    pub fn row_mut(&mut self, i: usize) -> &mut [f32] {
        &mut self.values[i * self.n_target..(i + 1) * self.n_target]
    }

    /// Weights from source `i` to each target.
    #[inline]
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.n_target..(i + 1) * self.n_target]
    }

    /// Copies the weights onto target `j`, one per source, into `column`.
    pub fn gather(&self, j: usize, column: &mut Vec<f32>) {
        column.clear();
        column.extend(self.values.iter().skip(j).step_by(self.n_target));
    }

    /// Writes `column` back as the weights onto target `j`.
    pub fn scatter(&mut self, j: usize, column: &[f32]) {
        let n_target = self.n_target;
        for (weight, &new) in self.values.iter_mut().skip(j).step_by(n_target).zip(column) {
            *weight = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn rows_are_sources_and_columns_are_targets() {
        // Two targets, three sources.
        let matrix = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let mut dense = Dense::from_matrix(matrix.view());
        assert_eq!((dense.n_source(), dense.n_target()), (3, 2));
        assert_eq!(dense.row(1), [2.0, 5.0]);
        let second = dense.onto(1, 1);
        assert_eq!(second.to_matrix(), array![[4.0, 5.0, 6.0]]);
        assert!(!second.is_like(&dense) && second.is_like(&dense.onto(0, 1)));
        let mut column = Vec::new();
        dense.gather(1, &mut column);
        assert_eq!(column, [4.0, 5.0, 6.0]);
        dense.scatter(1, &[7.0, 8.0, 9.0]);
        assert_eq!(dense.to_matrix(), array![[1.0, 2.0, 3.0], [7.0, 8.0, 9.0]]);
    }
}

//! Weights of the artificial network as the other layers take them.

use ndarray::ArrayView2;

use crate::base::matrix::Matrix;
use crate::mlp::perceptron::Layer;

impl From<ArrayView2<'_, f32>> for Matrix {
    /// Copies the values, in whatever order they lie in memory.
    fn from(values: ArrayView2<'_, f32>) -> Self {
        let (rows, columns) = values.dim();
        Self::from_fn(rows, columns, |row, column| values[[row, column]])
    }
}

impl Layer {
    /// Takes on `weights`, a row per neuron of the layer and a column per neuron below.
    ///
    /// # Panics
    /// If they are of another shape.
    pub fn set_weights(&mut self, weights: &Matrix) {
        assert_eq!(self.weights.dim(), weights.shape(), "the layer's shape");
        let places = self.weights.indexed_iter_mut();
        places.for_each(|((row, column), weight)| *weight = weights[(row, column)]);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_transposed_array_keeps_its_places() {
        let values = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let matrix = Matrix::from(values.t());
        assert_eq!(matrix.shape(), (3, 2));
        assert_eq!(matrix.values(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}

//! Weights of the artificial network as the other layers take them.

use ndarray::ArrayView2;

use crate::base::matrix::Matrix;

impl From<ArrayView2<'_, f32>> for Matrix {
    /// Copies the values, in whatever order they lie in memory.
    fn from(values: ArrayView2<'_, f32>) -> Self {
        let (rows, columns) = values.dim();
        Self::from_fn(rows, columns, |row, column| values[[row, column]])
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

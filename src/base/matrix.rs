//! Matrices of weights as every layer hands them on: plain numbers, of no other crate's type.

use std::fmt;
use std::ops::{Index, IndexMut};

/// A matrix of `f32`, row by row. Weights have a row per target and a column per source.
///
/// ```
/// use sharpwave::base::matrix::Matrix;
///
/// let weights = Matrix::from_fn(2, 3, |target, source| (10 * target + source) as f32);
/// assert_eq!(weights.shape(), (2, 3));
/// assert_eq!(weights.row(1), [10.0, 11.0, 12.0]);
/// assert_eq!(weights[(0, 2)], 2.0);
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// A matrix of these `values`, row by row; `None` if they are not `rows` × `columns`.
    pub fn new(rows: usize, columns: usize, values: Vec<f32>) -> Option<Self> {
        let fits = rows.checked_mul(columns) == Some(values.len());
        fits.then_some(Self {
            rows,
            columns,
            values,
        })
    }

    /// The matrix with `value(row, column)` at each place; called row by row.
    ///
    /// # Panics
    /// If no memory could hold it.
    pub fn from_fn(
        rows: usize,
        columns: usize,
        mut value: impl FnMut(usize, usize) -> f32,
    ) -> Self {
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        Self {
            rows,
            columns,
            values: places.map(|(row, column)| value(row, column)).collect(),
        }
    }

    /// A matrix of zeros.
    ///
    /// # Panics
    /// If no memory could hold it.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::from_fn(rows, columns, |_, _| 0.0)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, row by row, to change them.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// All values, row by row.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[f32] {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        &self.values[row * self.columns..][..self.columns]
    }

    /// Every row, from the first on.
    pub fn iter_rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        (0..self.rows).map(|row| self.row(row))
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f32;
    fn index(&self, (row, column): (usize, usize)) -> &f32 {
        &self.row(row)[column]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f32 {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        &mut self.values[row * self.columns..][..self.columns][column]
    }
}

impl fmt::Debug for Matrix {
    /// The shape and, of a small matrix, the values: a failed assertion should not print a million weights.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 64;
        write!(f, "{} × {}", self.rows, self.columns)?;
        if self.values.len() <= SHOWN {
            f.debug_list().entries(self.iter_rows()).finish()
        } else {
            f.write_str("[…]")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_row_by_row() {
        let mut matrix = Matrix::new(2, 3, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!(
            (matrix.row(0), matrix.row(1)),
            (&[0.0, 1.0, 2.0][..], &[3.0, 4.0, 5.0][..])
        );
        matrix[(1, 0)] = 9.0;
        assert_eq!(matrix.values(), [0.0, 1.0, 2.0, 9.0, 4.0, 5.0]);
        assert_eq!(
            format!("{matrix:?}"),
            "2 × 3[[0.0, 1.0, 2.0], [9.0, 4.0, 5.0]]"
        );
    }

    #[test]
    fn a_matrix_has_as_many_values_as_places() {
        assert_eq!(Matrix::new(2, 3, vec![0.0; 5]), None);
        assert_eq!(Matrix::new(usize::MAX, 2, vec![]), None);
        // Neither values nor a division by the number of columns.
        let flat = Matrix::zeros(3, 0);
        assert_eq!(flat.iter_rows().map(<[f32]>::len).sum::<usize>(), 0);
        assert_eq!(
            (
                flat.iter_rows().len(),
                Matrix::zeros(0, 3).iter_rows().len()
            ),
            (3, 0)
        );
    }

    #[test]
    #[should_panic(expected = "row 2 of 2")]
    fn a_place_outside_is_no_other_place() {
        let _ = Matrix::zeros(2, 0).row(2);
    }
}

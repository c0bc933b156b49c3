//! How far each neuron's incoming weights moved.

use crate::base::matrix::Matrix;

/// The Euclidean norm of the change of each target's incoming weights, one per row of the (targets × sources)
/// matrices; `None` if their shapes differ.
///
/// Sums are taken in f64. A row with a weight that is not finite has a norm that is not finite.
pub fn change_norms(before: &Matrix, after: &Matrix) -> Option<Vec<f64>> {
    let norm = |(before, after): (&[f32], &[f32])| {
        let changes = before
            .iter()
            .zip(after)
            .map(|(&b, &a)| f64::from(a) - f64::from(b));
        changes
            .fold(0.0, |sum, change| sum + change * change)
            .sqrt()
    };
    let same = before.shape() == after.shape();
    same.then(|| {
        before
            .iter_rows()
            .zip(after.iter_rows())
            .map(norm)
            .collect()
    })
}

/// The at most `n` targets whose incoming weights changed most (largest [`change_norms`] first, equal ones by index).
///
/// Targets that did not change, or whose change is not finite, are left out; matrices of different shapes have none.
pub fn most_changed(before: &Matrix, after: &Matrix, n: usize) -> Vec<usize> {
    let Some(norms) = change_norms(before, after) else {
        return Vec::new();
    };
    let mut targets: Vec<usize> = (0..norms.len())
        .filter(|&j| norms[j].is_finite() && norms[j] > 0.0)
        .collect();
    targets.sort_by(|&a, &b| norms[b].total_cmp(&norms[a]).then(a.cmp(&b)));
    targets.truncate(n);
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix<const N: usize>(rows: &[[f32; N]]) -> Matrix {
        Matrix::from_fn(rows.len(), N, |row, column| rows[row][column])
    }

    #[test]
    fn norms_by_hand() {
        let before = matrix(&[[0.0, 0.0], [1.0, 2.0], [5.0, 5.0]]);
        let after = matrix(&[[3.0, -4.0], [1.0, 2.0], [5.0, 6.0]]);
        assert_eq!(change_norms(&before, &after), Some(vec![5.0, 0.0, 1.0]));
    }

    #[test]
    fn most_changed_come_first_and_unchanged_ones_never() {
        let before = matrix(&[[0.0], [0.0], [0.0], [0.0], [0.0]]);
        let after = matrix(&[[1.0], [-3.0], [0.0], [1.0], [f32::NAN]]);
        assert_eq!(most_changed(&before, &after, 9), [1, 0, 3]);
        assert_eq!(most_changed(&before, &after, 2), [1, 0]);
    }

    #[test]
    fn different_shapes_have_no_change() {
        let (a, b) = (matrix(&[[0.0]]), matrix(&[[0.0, 1.0]]));
        assert_eq!(change_norms(&a, &b), None);
        assert!(most_changed(&a, &b, 1).is_empty());
    }
}

//! How far each neuron's incoming weights moved.

use ndarray::{ArrayView2, Zip};

/// The Euclidean norm of the change of each target's incoming weights, one per row of the (targets × sources)
/// matrices; `None` if their shapes differ.
///
/// Sums are taken in f64. A row with a weight that is not finite has a norm that is not finite.
pub fn change_norms(before: ArrayView2<'_, f32>, after: ArrayView2<'_, f32>) -> Option<Vec<f64>> {
    (before.dim() == after.dim()).then(|| {
        before
            .outer_iter()
            .zip(after.outer_iter())
            .map(|(b, a)| {
                Zip::from(&b)
                    .and(&a)
                    .fold(0.0, |sum, &b, &a| {
                        let change = f64::from(a) - f64::from(b);
                        sum + change * change
                    })
                    .sqrt()
            })
            .collect()
    })
}

/// The at most `n` targets whose incoming weights changed most (largest [`change_norms`] first, equal ones by index).
///
/// Targets that did not change, or whose change is not finite, are left out; matrices of different shapes have none.
pub fn most_changed(
    before: ArrayView2<'_, f32>,
    after: ArrayView2<'_, f32>,
    n: usize,
) -> Vec<usize> {
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
    use ndarray::array;

    #[test]
    fn norms_by_hand() {
        let before = array![[0.0, 0.0], [1.0, 2.0], [5.0, 5.0]];
        let after = array![[3.0, -4.0], [1.0, 2.0], [5.0, 6.0]];
        assert_eq!(
            change_norms(before.view(), after.view()),
            Some(vec![5.0, 0.0, 1.0])
        );
    }

    #[test]
    fn most_changed_come_first_and_unchanged_ones_never() {
        let before = array![[0.0], [0.0], [0.0], [0.0], [0.0]];
        let after = array![[1.0], [-3.0], [0.0], [1.0], [f32::NAN]];
        assert_eq!(most_changed(before.view(), after.view(), 9), [1, 0, 3]);
        assert_eq!(most_changed(before.view(), after.view(), 2), [1, 0]);
    }

    #[test]
    fn different_shapes_have_no_change() {
        let (a, b) = (array![[0.0_f32]], array![[0.0_f32, 1.0]]);
        assert_eq!(change_norms(a.view(), b.view()), None);
        assert!(most_changed(a.view(), b.view(), 1).is_empty());
    }
}

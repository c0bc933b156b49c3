//! Eigenvalues and eigenvectors of symmetric matrices.

/// Of the symmetric matrix `a`, given by rows: eigenvalues, the largest first, each with its eigenvector of length 1 whose largest
/// entry is positive. By Jacobi's rotations.
pub fn eigen(a: &[Vec<f64>]) -> Vec<(f64, Vec<f64>)> {
    /// Sweeps over the matrix; a dozen are enough for any.
    const SWEEPS: usize = 60;
    let n = a.len();
    let mut a = a.to_vec();
    // Rows are eigenvectors in the end.
    let mut v: Vec<Vec<f64>> = (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    let size: f64 = a.iter().flatten().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i][j] * a[i][j])
            .sum();
        // Nothing is left off the diagonal but the squares of rounding.
        if off <= 1e-30 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for row in &mut a {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[p][k], a[q][k]);
                    (a[p][k], a[q][k]) = (c * x - s * y, s * x + c * y);
                    let (x, y) = (v[p][k], v[q][k]);
                    (v[p][k], v[q][k]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    let mut found: Vec<(f64, Vec<f64>)> =
        (0..n).map(|k| (a[k][k], upright(v[k].clone()))).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found
}

/// A vector, turned around where its largest entry is negative.
pub fn upright(mut vector: Vec<f64>) -> Vec<f64> {
    let largest = vector.iter().copied().fold(
        0.0,
        |most: f64, x| if x.abs() > most.abs() { x } else { most },
    );
    if largest < 0.0 {
        vector.iter_mut().for_each(|x| *x = -*x);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::Stream;

    #[test]
    fn eigenvectors_are_turned_by_their_matrix_into_themselves() {
        let mut stream = Stream::new(1, "test", 0);
        let n = 12;
        let mut draws = vec![vec![0.0; n]; n];
        for row in &mut draws {
            row.fill_with(|| stream.uniform() - 0.5);
        }
        let of = |i: usize, j: usize| draws[i.max(j)][i.min(j)];
        let row = |i: usize| (0..n).map(|j| of(i, j)).collect();
        let a: Vec<Vec<f64>> = (0..n).map(row).collect();
        let found = eigen(&a);
        assert!(found.windows(2).all(|pair| pair[0].0 >= pair[1].0));
        for (value, vector) in &found {
            for i in 0..n {
                let product: f64 = (0..n).map(|j| a[i][j] * vector[j]).sum();
                assert!((product - value * vector[i]).abs() < 1e-12);
            }
        }
        let trace: f64 = found.iter().map(|pair| pair.0).sum();
        assert!((trace - (0..n).map(|i| a[i][i]).sum::<f64>()).abs() < 1e-12);
    }
}

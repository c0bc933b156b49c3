//! How far units are active together, and how much of that in one state another one explains.

use crate::base::stream::Stream;

/// Distances from the mean, and the root of the sum of their squares.
pub type Centred = (Vec<f64>, f64);

/// `values` as distances from their mean.
pub fn centred(values: &[f64]) -> Centred {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let distances: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let squares: f64 = distances.iter().map(|d| d * d).sum();
    (distances, squares.sqrt())
}

/// Pearson's correlation of what [`centred`] gives; undefined where one does not vary.
pub fn pearson(one: &Centred, other: &Centred) -> f64 {
    let products = one.0.iter().zip(&other.0).map(|(a, b)| a * b);
    products.sum::<f64>() / (one.1 * other.1)
}

/// The share of variance of `m` that `t` explains beyond `c`, from their correlations (Kudrimoti, Barnes and McNaughton 1999, J
/// Neurosci 19:4090).
///
/// ```
/// use sharpwave::analysis::coactivation::explained;
///
/// // Beyond what has nothing to do with either, the square of the correlation.
/// assert_eq!(explained(0.5, 0.0, 0.0), 0.25);
/// ```
pub fn explained(tm: f64, tc: f64, cm: f64) -> f64 {
    let partial = (tm - tc * cm) / ((1.0 - tc * tc) * (1.0 - cm * cm)).sqrt();
    partial * partial
}

/// Correlations of all pairs of units, each of which varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    units: usize,
    /// Of units i and j, i before j, row by row.
    correlations: Centred,
}

impl Pairs {
    /// Of `units`, the values of each as [`centred`] gives them.
    pub fn of(units: &[Centred]) -> Self {
        let n = units.len();
        let both = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let correlations: Vec<f64> = both.map(|(i, j)| pearson(&units[i], &units[j])).collect();
        Self {
            units: n,
            correlations: centred(&correlations),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.correlations.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The correlation of these correlations with those of the same units in another state.
    pub fn likeness(&self, other: &Self) -> f64 {
        pearson(&self.correlations, &other.correlations)
    }

    /// The same with the units of `other` exchanged at random.
    pub fn shuffled(&self, other: &Self, stream: &mut Stream) -> f64 {
        let n = self.units;
        let mut whose: Vec<usize> = (0..n).collect();
        stream.shuffle(&mut whose);
        let at = |i: usize, j: usize| {
            let (i, j) = (i.min(j), i.max(j));
            // Rows before it are one shorter each.
            i * (2 * n - i - 1) / 2 + j - i - 1
        };
        let both = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let products = both.zip(&self.correlations.0);
        let sum: f64 = products
            .map(|((i, j), own)| own * other.correlations.0[at(whose[i], whose[j])])
            .sum();
        sum / (self.correlations.1 * other.correlations.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_go_together_in_both_states_are_alike() {
        let state = |columns: [[f64; 4]; 4]| Pairs::of(&columns.map(|own| centred(&own)));
        // The first two together, the last two together, and these against those.
        let one = state([
            [1.0, 2.0, 3.0, 4.0],
            [1.0, 2.0, 3.0, 5.0],
            [4.0, 3.0, 2.0, 1.0],
            [5.0, 3.0, 2.0, 1.0],
        ]);
        let other = state([
            [0.0, 1.0, 0.0, 1.0],
            [0.0, 1.0, 0.5, 1.0],
            [1.0, 0.0, 1.0, 0.0],
            [1.0, 0.0, 0.5, 0.0],
        ]);
        assert_eq!(one.len(), 6);
        assert!(one.likeness(&other) > 0.9);
        assert!((one.likeness(&one) - 1.0).abs() < 1e-12);
        // Some exchanges leave it as it is, others do not; none makes more of it.
        let mut stream = Stream::new(1, "test", 0);
        let shuffled: Vec<f64> = (0..40).map(|_| one.shuffled(&one, &mut stream)).collect();
        assert!(shuffled.iter().all(|r| *r < 1.0 + 1e-12));
        assert!(shuffled.iter().any(|r| *r < 0.0));
    }
}

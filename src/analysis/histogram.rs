//! Counts per bin of a quantity, with every value accounted for.

/// Counts of values in equal bins over [low, high], the last bin closed, plus the values that fit nowhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    low: f64,
    high: f64,
    counts: Vec<u64>,
    below: u64,
    above: u64,
    not_finite: u64,
}

impl Histogram {
    /// Counts `values` in `n_bins` equal bins over [low, high].
    ///
    /// A range without width, or with an end that is not finite, has no bins: then every finite value is counted by
    /// [`Self::below`] or [`Self::above`], and equal ones as above.
    pub fn new(values: &[f32], low: f64, high: f64, n_bins: usize) -> Self {
        let sound = low.is_finite() && high.is_finite() && high > low && (high - low).is_finite();
        let n_bins = if sound { n_bins } else { 0 };
        let mut histogram = Self {
            low,
            high,
            counts: vec![0; n_bins],
            below: 0,
            above: 0,
            not_finite: 0,
        };
        let per_unit = n_bins as f64 / (high - low);
        for value in values.iter().map(|&v| f64::from(v)) {
            if !value.is_finite() {
                histogram.not_finite += 1;
            } else if value < low {
                histogram.below += 1;
            } else if value > high || n_bins == 0 {
                histogram.above += 1;
            } else {
                // Rounding may put a value just under `high` past the last bin; `high` itself belongs to it.
                let bin = (((value - low) * per_unit) as usize).min(n_bins - 1);
                histogram.counts[bin] += 1;
            }
        }
        histogram
    }

    /// Counts per bin, from `low` upwards.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The lower and upper edge of bin `k`.
    pub fn edges(&self, k: usize) -> (f64, f64) {
        let edge = |k: usize| {
            self.low + (self.high - self.low) * k as f64 / self.counts.len().max(1) as f64
        };
        (edge(k), edge(k + 1))
    }

    /// Finite values under the range.
    pub fn below(&self) -> u64 {
        self.below
    }

    /// Finite values over the range.
    pub fn above(&self) -> u64 {
        self.above
    }

    /// NaN and infinite values.
    pub fn not_finite(&self) -> u64 {
        self.not_finite
    }
}

/// The smallest and largest finite value; `None` if there is none.
pub fn finite_range<'a>(values: impl IntoIterator<Item = &'a f32>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|v| v.is_finite())
        .map(|&v| f64::from(v))
        .fold(None, |range, v| match range {
            None => Some((v, v)),
            Some((low, high)) => Some((v.min(low), v.max(high))),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bins_are_half_open_and_the_last_is_closed() {
        let h = Histogram::new(&[0.0, 0.4, 0.5, 0.9, 1.0, 1.1, -0.1, f32::NAN], 0.0, 1.0, 2);
        assert_eq!(h.counts(), [2, 3]);
        assert_eq!((h.below(), h.above(), h.not_finite()), (1, 1, 1));
        assert_eq!(h.edges(1), (0.5, 1.0));
    }

    #[test]
    fn a_range_without_width_has_no_bins() {
        let h = Histogram::new(&[2.0, 2.0, 1.0], 2.0, 2.0, 5);
        assert!(h.counts().is_empty());
        assert_eq!((h.below(), h.above()), (1, 2));
        assert!(Histogram::new(&[2.0], f64::NAN, 1.0, 5).counts().is_empty());
    }

    #[test]
    fn the_range_ignores_what_is_not_finite() {
        assert_eq!(
            finite_range(&[f32::NAN, 2.0, -1.0, f32::INFINITY]),
            Some((-1.0, 2.0))
        );
        assert_eq!(finite_range(&[f32::NAN]), None);
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once(
            values in proptest::collection::vec(any::<f32>(), 0..200),
            low in any::<f64>(), high in any::<f64>(), n_bins in 0_usize..50,
        ) {
            let h = Histogram::new(&values, low, high, n_bins);
            let total = h.counts().iter().sum::<u64>() + h.below() + h.above() + h.not_finite();
            prop_assert_eq!(total, values.len() as u64);
        }
    }
}

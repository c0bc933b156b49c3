//! Mean and standard deviation of a sample, and of scores over seeds.

/// Mean and spread of the finite values of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many finite values there were.
    pub n: usize,
    /// Their arithmetic mean.
    pub mean: f64,
    /// Their standard deviation with n − 1 in the denominator; `None` for a single value, which has no spread.
    pub sd: Option<f64>,
}

impl Summary {
    /// The summary of the finite values of `sample`; `None` if there is none.
    ///
    /// NaN and infinite values (a seed that was not run, a network that diverged) are left out and show in `n`.
    /// Two passes: the deviations are taken from the mean, so that nearly equal values lose no digits.
    pub fn of(sample: &[f64]) -> Option<Self> {
        let finite = || sample.iter().copied().filter(|x| x.is_finite());
        let n = finite().count();
        if n == 0 {
            return None;
        }
        let mean = finite().sum::<f64>() / n as f64;
        let sd = (n > 1).then(|| {
            let squares: f64 = finite().map(|x| (x - mean) * (x - mean)).sum();
            (squares / (n - 1) as f64).sqrt()
        });
        Some(Self { n, mean, sd })
    }
}

/// One summary per stage of `runs[seed][stage]`.
///
/// There are as many summaries as the longest run has stages; a shorter run counts for the stages it has. A stage
/// without a finite score is `None`.
pub fn over_seeds(runs: &[Vec<f64>]) -> Vec<Option<Summary>> {
    let n_stages = runs.iter().map(Vec::len).max().unwrap_or(0);
    (0..n_stages)
        .map(|stage| {
            let scores: Vec<f64> = runs
                .iter()
                .filter_map(|run| run.get(stage).copied())
                .collect();
            Summary::of(&scores)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_standard_deviation_by_hand() {
        // Deviations from 5: −3, −1, −1, −1, 0, 0, 2, 4; squares sum to 32; 32/7.
        let s = Summary::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!((s.n, s.mean), (8, 5.0));
        assert!((s.sd.unwrap() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn one_value_has_no_spread_and_none_has_no_mean() {
        assert_eq!(
            Summary::of(&[3.0]),
            Some(Summary {
                n: 1,
                mean: 3.0,
                sd: None
            })
        );
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[f64::NAN, f64::INFINITY]), None);
    }

    #[test]
    fn values_that_are_not_finite_are_left_out() {
        let s = Summary::of(&[1.0, f64::NAN, 3.0]).unwrap();
        assert_eq!((s.n, s.mean), (2, 2.0));
        assert!((s.sd.unwrap() - 2.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn nearly_equal_values_keep_their_spread() {
        // The one-pass formula gives 0 or a negative variance here.
        let s = Summary::of(&[1e9, 1e9 + 1.0, 1e9 + 2.0]).unwrap();
        assert_eq!(s.sd, Some(1.0));
    }

    #[test]
    fn seeds_are_summarised_per_stage() {
        let stages = over_seeds(&[vec![10.0, 20.0], vec![30.0], vec![50.0, 40.0, f64::NAN]]);
        assert_eq!(stages.len(), 3);
        assert_eq!(stages[0].unwrap().mean, 30.0);
        assert_eq!(stages[1].unwrap().n, 2);
        assert_eq!(stages[1].unwrap().mean, 30.0);
        assert_eq!(stages[2], None);
    }
}

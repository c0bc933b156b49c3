//! How likely a score is by chance, and over many events at once.

/// p of a score of which `reached` of `n` shuffles reach as much: (r + 1) / (n + 1), never 0 (Phipson and Smyth 2010).
pub fn p_value(reached: usize, n: usize) -> f64 {
    (reached + 1) as f64 / (n + 1) as f64
}

/// How p-values of many events are controlled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Each as it is.
    None,
    /// The share of false ones among those found (Benjamini and Hochberg 1995).
    BenjaminiHochberg,
    /// The chance of any false one (Holm 1979).
    Holm,
}

/// The p-values of many events, controlled; undefined ones stay so and do not count.
pub fn controlled(p: &[f64], control: Control) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&k| p[k].is_finite()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let m = order.len();
    let mut result = p.to_vec();
    match control {
        Control::None => {}
        Control::BenjaminiHochberg => {
            let mut least: f64 = 1.0;
            for (rank, &k) in order.iter().enumerate().rev() {
                least = least.min(p[k] * m as f64 / (rank + 1) as f64);
                result[k] = least;
            }
        }
        Control::Holm => {
            let mut most: f64 = 0.0;
            for (rank, &k) in order.iter().enumerate() {
                most = most.max((p[k] * (m - rank) as f64).min(1.0));
                result[k] = most;
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_by_hand() {
        let p = [0.01, 0.04, f64::NAN, 0.03, 0.5];
        let near = |found: Vec<f64>, expected: [f64; 5]| {
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-15 || found.is_nan() && expected.is_nan(),
                    "{found} {expected}"
                );
            }
        };
        near(
            controlled(&p, Control::BenjaminiHochberg),
            [0.04, 0.16 / 3.0, f64::NAN, 0.16 / 3.0, 0.5],
        );
        near(
            controlled(&p, Control::Holm),
            [0.04, 0.09, f64::NAN, 0.09, 0.5],
        );
        assert_eq!(p_value(0, 1_999), 1.0 / 2_000.0);
    }
}

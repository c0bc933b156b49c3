//! Exact draws of counts: how many of n synapses fall into one part of a whole.
//!
//! Inversion from the mode outwards, which takes about as many steps as the standard deviation. The probability of the
//! mode comes from Loader's saddle-point expansion (Loader 2000, "Fast and accurate computation of binomial
//! probabilities"), accurate to 1e-14 for any n; neighbours follow by their ratio.

use std::f64::consts::TAU;

use crate::base::function;
use crate::base::stream::Stream;

/// What is left of a uniform draw is below the rounding of the sum of all probabilities: draw again.
const NEGLIGIBLE: f64 = 1e-18;

/// How many of `n` draws with replacement fall into the left one of two parts that hold `left` and `right` items.
pub fn with_replacement(stream: &mut Stream, left: u64, right: u64, n: u64) -> u64 {
    if left == 0 || n == 0 {
        return 0;
    }
    if right == 0 {
        return n;
    }
    let (l, r) = (left as f64, right as f64);
    successes_of(stream, n, l / (l + r), r / (l + r))
}

/// How many of `n` independent trials succeed, each with probability `p`, which must lie between 0 and 1.
pub fn successes(stream: &mut Stream, n: u64, p: f64) -> u64 {
    if p <= 0.0 || n == 0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    successes_of(stream, n, p, 1.0 - p)
}

/// A binomial draw with 0 < `p` = 1 − `q` < 1.
fn successes_of(stream: &mut Stream, n: u64, p: f64, q: f64) -> u64 {
    let count = n as f64;
    let mode = (((count + 1.0) * p) as u64).min(n);
    let at_mode = binomial(mode as f64, count, p, q);
    let odds = p / q;
    outwards(stream, mode, at_mode, 0, n, |x| {
        (count - x) / (x + 1.0) * odds
    })
}

/// How many of `n` draws without replacement fall into the left one of two parts that hold `left` and `right` items.
/// `n` must not exceed their sum.
pub fn without_replacement(stream: &mut Stream, left: u64, right: u64, n: u64) -> u64 {
    let (low, high) = (n.saturating_sub(right), n.min(left));
    if low >= high {
        return high;
    }
    let (l, r, count) = (left as f64, right as f64, n as f64);
    let mode = (((count + 1.0) * ((l + 1.0) / (l + r + 2.0))) as u64).clamp(low, high);
    // Hypergeometric as three binomials with any one p; with this one none of them is small.
    let (p, q) = (count / (l + r), (l + r - count) / (l + r));
    let x = mode as f64;
    let at_mode =
        binomial(x, l, p, q) * binomial(count - x, r, p, q) / binomial(count, l + r, p, q);
    outwards(stream, mode, at_mode, low, high, |x| {
        ((l - x) / (x + 1.0)) * ((count - x) / (r - count + x + 1.0))
    })
}

/// Inversion that visits the mode first, then its neighbours on both sides. `ratio(x)` is P(x + 1) / P(x).
fn outwards(
    stream: &mut Stream,
    mode: u64,
    at_mode: f64,
    low: u64,
    high: u64,
    ratio: impl Fn(f64) -> f64,
) -> u64 {
    loop {
        let mut rest = stream.uniform() - at_mode;
        if rest < 0.0 {
            return mode;
        }
        let (mut below, mut above) = (mode, mode);
        let (mut p_below, mut p_above) = (at_mode, at_mode);
        while p_below + p_above > NEGLIGIBLE {
            if above < high {
                p_above *= ratio(above as f64);
                above += 1;
                rest -= p_above;
                if rest < 0.0 {
                    return above;
                }
            } else {
                p_above = 0.0;
            }
            if below > low {
                below -= 1;
                p_below /= ratio(below as f64);
                rest -= p_below;
                if rest < 0.0 {
                    return below;
                }
            } else {
                p_below = 0.0;
            }
        }
    }
}

/// Probability of `x` successes in `n` trials with probability `p` = 1 − `q`.
fn binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if x == 0.0 {
        return function::exp(n * libm::log1p(-p));
    }
    if x == n {
        return function::exp(n * libm::log1p(-q));
    }
    let exponent = stirling_error(n)
        - stirling_error(x)
        - stirling_error(n - x)
        - deviance(x, n * p)
        - deviance(n - x, n * q);
    function::exp(exponent) * (n / (TAU * x * (n - x))).sqrt()
}

/// ln n! minus Stirling's formula, for whole n ≥ 1.
fn stirling_error(n: f64) -> f64 {
    // Below 16 the factorial is exact in f64; from there on the first term left out is below 1e-15.
    if n < 16.0 {
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return function::ln(factorial) - (n + 0.5) * function::ln(n) + n - 0.5 * function::ln(TAU);
    }
    let square = n * n;
    let series = 1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0) / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - series / square) / square) / n
}

/// x ln(x / m) + m − x without cancellation near x = m.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * function::ln(x / m) - difference;
    }
    let v = difference / (x + m);
    let (mut sum, mut term) = (difference * v, 2.0 * x * v);
    let mut odd = 3.0;
    loop {
        term *= v * v;
        let next = sum + term / odd;
        if next == sum {
            return sum;
        }
        sum = next;
        odd += 2.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_all_counts_add_up_to_one() {
        for (n, p) in [(1.0, 0.3), (7.0, 0.5), (40.0, 0.02), (3000.0, 0.7)] {
            let sum: f64 = (0..=n as u32)
                .map(|x| binomial(f64::from(x), n, p, 1.0 - p))
                .sum();
            assert!((sum - 1.0).abs() < 1e-12, "{n} {p} {sum}");
        }
        // 10 choose 3 times 0.2³ 0.8⁷.
        assert!((binomial(3.0, 10.0, 0.2, 0.8) - 0.201326592).abs() < 1e-15);
        // R: dbinom(500000, 1e6, 0.5) = sqrt(2 / (pi 1e6)) (1 - 1 / 4e6 + ...).
        let expected = (2.0 / (std::f64::consts::PI * 1e6)).sqrt() * (1.0 - 0.25e-6);
        assert!((binomial(5e5, 1e6, 0.5, 0.5) / expected - 1.0).abs() < 1e-12);
    }

    /// Frequencies against exact probabilities, by χ².
    fn chi_squared(draws: impl Iterator<Item = u64>, probabilities: &[f64]) -> f64 {
        let mut counts = vec![0_u32; probabilities.len()];
        let mut n = 0.0;
        for x in draws {
            counts[x as usize] += 1;
            n += 1.0;
        }
        counts
            .iter()
            .zip(probabilities)
            .filter(|(_, p)| **p > 0.0)
            .map(|(&count, p)| (f64::from(count) - n * p).powi(2) / (n * p))
            .sum()
    }

    fn choose(n: u64, k: u64) -> f64 {
        (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
    }

    #[test]
    fn counts_with_replacement_are_binomial() {
        let mut stream = Stream::new(1, "test", 0);
        let exact: Vec<f64> = (0..=8)
            .map(|x| choose(8, x) * 0.375_f64.powi(x as i32) * 0.625_f64.powi(8 - x as i32))
            .collect();
        let chi = chi_squared(
            (0..100_000).map(|_| with_replacement(&mut stream, 3, 5, 8)),
            &exact,
        );
        // 8 degrees of freedom: 99.99 % lie below 31.8.
        assert!(chi < 31.8, "{chi}");
    }

    #[test]
    fn counts_without_replacement_are_hypergeometric() {
        let mut stream = Stream::new(1, "test", 1);
        // 6 on the left, 4 on the right, 5 drawn: between 1 and 5.
        let exact: Vec<f64> = (0..=5)
            .map(|x| {
                if x == 0 {
                    0.0
                } else {
                    choose(6, x) * choose(4, 5 - x) / choose(10, 5)
                }
            })
            .collect();
        let chi = chi_squared(
            (0..100_000).map(|_| without_replacement(&mut stream, 6, 4, 5)),
            &exact,
        );
        // 4 degrees of freedom: 99.99 % lie below 23.5.
        assert!(chi < 23.5, "{chi}");
    }

    #[test]
    fn large_counts_have_the_right_mean_and_variance() {
        let mut stream = Stream::new(1, "test", 2);
        let n = 4000;
        let moments = |draws: Vec<u64>| {
            let mean = draws.iter().map(|&x| x as f64).sum::<f64>() / f64::from(n);
            let square: f64 = draws.iter().map(|&x| (x as f64 - mean).powi(2)).sum();
            (mean, square / f64::from(n))
        };
        // 1e6 of a third: mean 333,333.3, variance 222,222. Five standard errors of each.
        let (mean, variance) = moments(
            (0..n)
                .map(|_| with_replacement(&mut stream, 10, 20, 1_000_000))
                .collect(),
        );
        assert!((mean - 1e6 / 3.0).abs() < 5.0 * (222_222.0_f64 / 4000.0).sqrt());
        assert!((variance / 222_222.0 - 1.0).abs() < 5.0 * (2.0_f64 / 4000.0).sqrt());
        // 1e6 of 3e6: the variance shrinks by 2/3.
        let (mean, variance) = moments(
            (0..n)
                .map(|_| without_replacement(&mut stream, 1_000_000, 2_000_000, 1_000_000))
                .collect(),
        );
        assert!((mean - 1e6 / 3.0).abs() < 5.0 * (148_148.0_f64 / 4000.0).sqrt());
        assert!((variance / 148_148.0 - 1.0).abs() < 5.0 * (2.0_f64 / 4000.0).sqrt());
    }

    #[test]
    fn certain_counts_need_no_draw() {
        let mut stream = Stream::new(1, "test", 3);
        assert_eq!(successes(&mut stream, 9, 0.0), 0);
        assert_eq!(successes(&mut stream, 9, 1.0), 9);
        assert_eq!(with_replacement(&mut stream, 0, 5, 9), 0);
        assert_eq!(with_replacement(&mut stream, 5, 0, 9), 9);
        assert_eq!(without_replacement(&mut stream, 5, 4, 9), 5);
        assert_eq!(without_replacement(&mut stream, 5, 0, 3), 3);
        assert_eq!(without_replacement(&mut stream, 0, 7, 3), 0);
    }
}

//! Counts, instants and what they add up to.

use super::*;
use crate::base::vector::{self, Width};

const TAU_PS: f64 = 20e9;

/// Counts of `bins` bins of 2^`exponent` ps, and the place within them (from 0 to 1) of every event.
fn draw(mean: f64, exponent: u32, bins: usize) -> (Vec<u32>, Vec<f64>) {
    let cumulative = Cumulative::new(mean);
    let terms = Terms::new(exponent, 1.0 / TAU_PS);
    let mut rows = Rows::new(&mut Stream::new(3, "test", 0));
    // Neither a whole number of blocks nor of what is counted together.
    const N: usize = COUNTED + 3 * BLOCK;
    let mut counts = vec![0; N];
    let mut instants = vec![[0; BLOCK]; N / BLOCK * MOST];
    let (mut begins, mut sums) = (vec![0; N / BLOCK], vec![0.0; N]);
    let (mut all, mut places) = (Vec::new(), Vec::new());
    for _ in 0..bins {
        cumulative.draw(&mut rows, &mut counts);
        scatter(
            &mut rows,
            &counts,
            &mut instants,
            &mut begins,
            &mut sums,
            terms,
        );
        for (slot, (&count, &sum)) in counts.iter().zip(&sums).enumerate() {
            let begin = begins[slot / BLOCK] as usize;
            let own = instants[begin..begin + count as usize].iter();
            let offsets: Vec<i64> = own.map(|row| terms.offset(row[slot % BLOCK])).collect();
            assert!(
                offsets
                    .iter()
                    .all(|offset| (0..1 << exponent).contains(offset))
            );
            let exact: f64 = offsets.iter().map(|&t| (t as f64 / TAU_PS).exp()).sum();
            assert!((sum - exact).abs() <= 2e-12 * exact, "{sum} for {exact}");
            let bin = (1_u64 << exponent) as f64;
            places.extend(offsets.iter().map(|&offset| (offset as f64 + 0.5) / bin));
        }
        all.extend_from_slice(&counts);
    }
    (all, places)
}

#[test]
fn counts_are_poisson_and_instants_uniform() {
    for (mean, exponent) in [(2.7, 27), (1.1, 27), (4.0, 20)] {
        let (counts, places) = draw(mean, exponent, 2_000);
        let n = counts.len() as f64;
        // χ² over the numbers that are expected five times at least; its mean is one less, its SD √(2 (k − 1)).
        let (mut share, mut chi2, mut classes) = ((-mean).exp(), 0.0, 0.0);
        for k in 0..MOST {
            let expected = n * share;
            let found = counts.iter().filter(|&&count| count as usize == k).count();
            if expected >= 5.0 {
                chi2 += (found as f64 - expected).powi(2) / expected;
                classes += 1.0;
            }
            share *= mean / (k + 1) as f64;
        }
        let freedom: f64 = classes - 1.0;
        assert!(
            chi2 < freedom + 5.0 * (2.0 * freedom).sqrt(),
            "{chi2} of {freedom}"
        );
        // Neighbours know nothing of each other, and neither do a neuron's counts in bins that follow.
        for lag in [1, COUNTED + 3 * BLOCK] {
            let products = counts
                .windows(lag + 1)
                .map(|w| (f64::from(w[0]) - mean) * (f64::from(w[lag]) - mean) / mean);
            let correlation = products.sum::<f64>() / n;
            assert!(
                correlation.abs() < 5.0 / n.sqrt(),
                "{correlation} after {lag}"
            );
        }
        let n = places.len() as f64;
        let mut classes = [0.0; 64];
        places
            .iter()
            .for_each(|place| classes[(place * 64.0) as usize] += 1.0);
        let expected = n / 64.0;
        let chi2: f64 = classes
            .iter()
            .map(|found| (found - expected).powi(2) / expected)
            .sum();
        assert!(chi2 < 63.0 + 5.0 * 126_f64.sqrt(), "{chi2}");
    }
}

#[test]
fn a_cumulative_distribution_ends_where_32_bits_do() {
    for mean in [1.0, 2.7, 4.0] {
        let Cumulative(bounds) = Cumulative::new(mean);
        assert!(bounds.is_sorted() && bounds.len() < MOST, "{bounds:?}");
        // What is left out is rarer than a unit: the mean of what is drawn is the sum of what lies above each bound.
        let above = bounds
            .iter()
            .map(|&bound| 0.5 - f64::from(bound) / 2_f64.powi(32));
        assert!((above.sum::<f64>() - mean).abs() < 1e-8);
    }
}

#[test]
fn vectors_of_every_width_add_up_to_the_same() {
    let run = |width| {
        vector::limit(width);
        draw(2.7, 27, 20)
    };
    let narrow = run(Width::Baseline);
    for width in [Width::W256, Width::W512] {
        assert!(run(width) == narrow, "{width:?}");
    }
}

#[test]
fn the_polynomial_holds_in_the_longest_bin() {
    let exponent = 27;
    let half = (1_i64 << (exponent - 1)) as f64;
    let terms = Terms::new(exponent, LONGEST / half);
    let [one, d, square, cube] = terms.factors;
    for k in -64..=64 {
        let t = f64::from(k) / 64.0 * half;
        let found = one + t * (d + t * (square + t * cube));
        let exact = (LONGEST * (1.0 + t / half)).exp();
        assert!((found / exact - 1.0).abs() < 2e-11, "{k}");
    }
}

//! Sums beside those of event by event.

use super::*;
use crate::base::stream::Stream;
use crate::base::vector::{self, Width};
use crate::stimulus::poisson::scatter::{Cumulative, MOST};

const N: usize = 11 * BLOCK;

struct Drawn {
    counts: Vec<u32>,
    instants: Vec<[i32; BLOCK]>,
    begins: Vec<u32>,
    sums: Vec<f64>,
    gathered: Vec<f64>,
}

fn draw(rows: &mut Rows, course: Course) -> Drawn {
    let mut drawn = Drawn {
        counts: vec![0; N],
        instants: vec![[0; BLOCK]; N / BLOCK * MOST],
        begins: vec![0; N / BLOCK],
        sums: vec![0.0; N],
        gathered: vec![0.0; N],
    };
    Cumulative::new(2.4).draw(rows, &mut drawn.counts);
    scatter_currents(
        rows,
        &drawn.counts,
        &mut drawn.instants,
        &mut drawn.begins,
        &mut drawn.sums,
        &mut drawn.gathered,
        course,
    );
    drawn
}

fn growth(tau_m_ms: f64, tau_syn_ms: f64) -> Growth {
    let rate = |tau_ms: f64| 1.0 / (tau_ms * 1e9);
    Growth {
        rate_per_ps: rate(tau_syn_ms),
        delta_per_ps: Some(rate(tau_m_ms) - rate(tau_syn_ms)),
    }
}

/// (e^x − 1)/x, to the last bits.
fn mean_growth(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.exp_m1() / x }
}

#[test]
fn sums_are_those_of_all_events() {
    let mut rows = Rows::new(&mut Stream::new(3, "test", 0));
    // The longest that holds, a short one, time constants that are (nearly) one, a membrane that is the faster.
    for (tau_m, tau_syn, length) in [
        (10.0, 0.5, 134_000_001),
        (10.0, 0.5, 1_000),
        (2.0, 2.0, 125_000_000),
        (2.0, 2.000_001, 125_000_000),
        (0.5, 5.0, 134_217_728),
    ] {
        let growth = growth(tau_m, tau_syn);
        let (rate, delta) = (growth.rate_per_ps, growth.delta_per_ps.unwrap_or(0.0));
        assert!(f64::from(length) / 2.0 * growth.fastest_sum() <= LONGEST);
        let course = Course::new(length, growth);
        let mut mean = 0.0;
        let mut n = 0.0;
        for _ in 0..20 {
            let drawn = draw(&mut rows, course);
            for (slot, &count) in drawn.counts.iter().enumerate() {
                let begin = drawn.begins[slot / BLOCK] as usize;
                let own = drawn.instants[begin..begin + count as usize].iter();
                let offsets = own.map(|row| course.offset(row[slot % BLOCK]));
                let offsets: Vec<i64> = offsets.collect();
                assert!(offsets.iter().all(|x| (0..i64::from(length)).contains(x)));
                let grown = |x: f64| (x * rate).exp();
                let gathers = |x: f64| grown(x) * x * mean_growth(x * delta);
                let sum: f64 = offsets.iter().map(|&x| grown(x as f64)).sum();
                let other: f64 = offsets.iter().map(|&x| gathers(x as f64)).sum();
                assert!((drawn.sums[slot] - sum).abs() <= 1e-11 * sum);
                let whole = f64::from(count) * f64::from(length);
                assert!((drawn.gathered[slot] - other).abs() <= 2.5e-11 * whole);
                mean += offsets.iter().sum::<i64>() as f64 / f64::from(length);
                n += f64::from(count);
            }
        }
        // Uniform: a mean of half a bin, with the standard error of 1/√12 each.
        assert!((mean / n - 0.5).abs() < 5.0 * (1.0 / 12.0_f64 / n).sqrt());
    }
}

#[test]
fn every_width_gives_the_same_bits() {
    let course = Course::new(125_000_000, growth(10.0, 0.5));
    let widest = vector::width();
    let mut all = Vec::new();
    for width in [Width::Baseline, Width::W256, Width::W512] {
        vector::limit(width);
        let mut rows = Rows::new(&mut Stream::new(5, "test", 0));
        let Drawn { sums, gathered, .. } = draw(&mut rows, course);
        let bits = sums.iter().chain(&gathered).map(|sum| sum.to_bits());
        all.push(bits.collect::<Vec<_>>());
    }
    vector::limit(widest);
    assert!(all.iter().all(|bits| *bits == all[0]));
}

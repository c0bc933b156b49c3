//! Gaps, choices, growth.

use super::*;

const TAU_PS: f64 = 20e9;

const GROWTH: Growth = Growth {
    rate_per_ps: 1.0 / TAU_PS,
    delta_per_ps: None,
};

fn class(weight: f64, rates_hz: &[f64]) -> Class {
    Class {
        weight,
        rates_hz: rates_hz.to_vec(),
    }
}

fn noise(classes: &[Class], growth: Growth) -> Option<Poisson> {
    Poisson::new(classes, growth, Time::ZERO, &mut Stream::new(1, "test", 0))
}

fn events(rates: &[f64], n: usize) -> (Vec<(i64, u16)>, Vec<f64>) {
    let mut poisson = noise(&[class(1.0, rates)], GROWTH).expect("some rate");
    let (mut all, mut growth_errors) = (Vec::new(), Vec::new());
    while all.len() < n {
        let t = poisson.next_time();
        let now = poisson.at(t);
        assert!(!now.targets.is_empty());
        for (&target, &growth) in now.targets.iter().zip(now.growth) {
            all.push((t.ps(), target));
            let exact = ((t.ps() - now.start.ps()) as f64 / TAU_PS).exp();
            growth_errors.push((growth / exact - 1.0).abs());
        }
        let k = now.targets.len();
        assert_eq!(poisson.pass(k), t);
    }
    (all, growth_errors)
}

#[test]
fn gaps_are_exponential_at_high_and_low_rates() {
    for rates in [vec![20_000.0; 5_000], vec![3.0; 10], vec![0.1; 2]] {
        let total: f64 = rates.iter().sum();
        let (all, growth_errors) = events(&rates, 200_000);
        assert!(all.is_sorted_by_key(|event| event.0));
        let gaps: Vec<f64> = all
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0) as f64 * 1e-12 * total)
            .collect();
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / n;
        let lag: f64 = gaps
            .windows(2)
            .map(|pair| (pair[0] - mean) * (pair[1] - mean))
            .sum::<f64>()
            / n;
        // Standard errors: 1/√n, √8/√n, 1/√n; five of each.
        let error = 5.0 / n.sqrt();
        assert!((mean - 1.0).abs() < error, "mean {mean}");
        assert!((variance - 1.0).abs() < 2.83 * error, "variance {variance}");
        assert!(lag.abs() < error, "correlation {lag}");
        // χ² over 20 classes of equal probability: 19 degrees of freedom, mean 19, SD 6.2.
        let mut classes = [0.0; 20];
        gaps.iter()
            .for_each(|gap| classes[((-(-gap).exp_m1() * 20.0) as usize).min(19)] += 1.0);
        let chi2: f64 = classes
            .iter()
            .map(|count| (count - n / 20.0).powi(2) / (n / 20.0))
            .sum();
        assert!(chi2 < 19.0 + 5.0 * 6.2, "{chi2}");
        assert!(growth_errors.iter().all(|&error| error < 1e-14));
    }
}

#[test]
fn every_neuron_gets_its_rate() {
    for rates in [
        vec![100.0; 50],
        (0..50).map(|j| f64::from(j % 7) * 30.0).collect::<Vec<_>>(),
    ] {
        let total: f64 = rates.iter().sum();
        let n = 500_000;
        let (all, _) = events(&rates, n);
        let mut counts = vec![0.0_f64; rates.len()];
        all.iter()
            .for_each(|event| counts[usize::from(event.1)] += 1.0);
        for (rate, count) in rates.iter().zip(counts) {
            let expected = rate / total * all.len() as f64;
            assert!(
                (count - expected).abs() <= 5.0 * expected.sqrt(),
                "{count} for {expected}"
            );
        }
    }
}

#[test]
fn silence_needs_no_generator() {
    assert!(noise(&[class(1.0, &[0.0; 3])], GROWTH).is_none());
}

#[test]
fn classes_share_a_process_and_keep_their_rates() {
    let classes = [
        class(1.25, &[100.0, 0.0, 300.0]),
        class(0.75, &[0.0, 500.0, 300.0]),
    ];
    let mut poisson = noise(&classes, GROWTH).expect("some rate");
    let mut counts = [[0.0_f64; 3]; 2];
    let n = 300_000;
    for _ in 0..n {
        let now = poisson.at(poisson.next_time());
        let class = usize::from(now.weight(0) == 0.75);
        counts[class][usize::from(now.targets[0])] += 1.0;
        poisson.pass(1);
    }
    for (class, counts) in classes.iter().zip(counts) {
        for (rate, count) in class.rates_hz.iter().zip(counts) {
            let expected = rate / 1_200.0 * f64::from(n);
            assert!(
                (count - expected).abs() <= 5.0 * expected.sqrt(),
                "{count} for {expected}"
            );
        }
    }
}

#[test]
fn what_a_current_has_brought_follows_the_closed_form() {
    // Batches of every length, and currents that decay as fast as the membrane or more slowly.
    for (rate_hz, tau_syn_ps) in [
        (2e5, 0.5e9),
        (1e6, 0.5e9),
        (3e6, 0.5e9),
        (1e8, 0.5e9),
        (2e7, 0.5e9),
        (3e5, 5e9),
        (3e5, TAU_PS),
        (3e4, 2.0 * TAU_PS),
    ] {
        let growth = Growth {
            rate_per_ps: 1.0 / tau_syn_ps,
            delta_per_ps: Some(1.0 / TAU_PS - 1.0 / tau_syn_ps),
        };
        let mut poisson = noise(&[class(1.0, &[rate_hz; 2])], growth).expect("some rate");
        assert!(poisson.is_dense());
        for _ in 0..2_000 {
            let now = poisson.at(poisson.next_time());
            let y = (poisson.next_time().ps() - now.start.ps()) as f64;
            let delta = 1.0 / TAU_PS - 1.0 / tau_syn_ps;
            let exact = if delta == 0.0 {
                y
            } else {
                (delta * y).exp_m1() / delta
            };
            assert!((now.psi[0] - exact).abs() <= 4e-15 * exact, "{y}");
            assert!((now.growth[0] / (y / tau_syn_ps).exp() - 1.0).abs() < 1e-14);
            poisson.pass(1);
        }
    }
}

#[test]
fn a_process_goes_on_from_its_state() {
    for rate in [1e6, 2.0] {
        let mut one = noise(&[class(1.0, &[rate; 5])], GROWTH).expect("some rate");
        for _ in 0..1_300 {
            one.pass(1);
        }
        let mut other = noise(&[class(1.0, &[rate; 5])], GROWTH).expect("some rate");
        assert!(other.go_on_from(one.state()));
        for _ in 0..2_000 {
            let (a, b) = (one.at(one.next_time()), other.at(other.next_time()));
            assert_eq!(
                (a.targets, a.growth, a.start),
                (b.targets, b.growth, b.start)
            );
            let n = a.targets.len();
            assert_eq!(one.pass(n), other.pass(n));
        }
    }
}

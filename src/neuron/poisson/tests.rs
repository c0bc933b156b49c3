//! Rates, intervals, independence; bouts and checkpoints.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::base::parameter::Values;
use crate::base::time::Duration;
use crate::neuron::alter;

fn sources(rates_hz: &[f64]) -> Poisson {
    let each = BTreeMap::from([("rate", rates_hz.to_vec())]);
    let setup = Setup {
        size: rates_hz.len(),
        values: &[("rate", 0.0)].into(),
        each: &each,
        stream: Stream::new(1, "test", 0),
    };
    Poisson::new(setup).expect("valid")
}

/// Spikes until `n` have come, each instant as an engine would go through it.
fn spikes(sources: &mut Poisson, n: usize) -> Vec<(Time, u32)> {
    let mut all = Vec::new();
    while all.len() < n {
        let t = sources.next_alone();
        sources.advance(t);
        let mut fired = Vec::new();
        sources.fire(&mut fired);
        assert!(!fired.is_empty() && sources.next_due() > t);
        assert!(
            fired.is_sorted_by(|a, b| a < b),
            "once per instant, in order"
        );
        all.extend(fired.into_iter().map(|j| (t, j)));
    }
    all
}

/// Intervals of every source in units of their mean, source by source.
fn intervals(spikes: &[(Time, u32)], rates_hz: &[f64]) -> Vec<Vec<f64>> {
    let mut last = vec![None; rates_hz.len()];
    let mut all = vec![Vec::new(); rates_hz.len()];
    for &(t, j) in spikes {
        let j = j as usize;
        if let Some(before) = last[j].replace(t) {
            all[j].push((t - before).ps() as f64 * 1e-12 * rates_hz[j]);
        }
    }
    all
}

#[test]
fn every_source_has_exponential_intervals_of_its_rate() {
    let high = vec![50_000.0; 20];
    let low = vec![0.01; 20];
    let mixed: Vec<f64> = (0..20).map(|j| f64::from(j) * 7.5).collect();
    for rates in [high, low, mixed] {
        let all = spikes(&mut sources(&rates), 200_000);
        let intervals = intervals(&all, &rates);
        for (rate, own) in rates.iter().zip(&intervals) {
            assert_eq!(*rate == 0.0, own.is_empty(), "{rate} Hz");
        }
        let (mut sum, mut squares, mut lag, mut n) = (0.0, 0.0, 0.0, 0.0);
        let mut classes = [0.0; 20];
        for own in intervals.iter().filter(|own| own.len() > 1) {
            let count = own.len() as f64;
            let mean = own.iter().sum::<f64>() / count;
            // The mean of n intervals has standard error 1/√n.
            assert!(
                (mean - 1.0).abs() < 5.0 / count.sqrt(),
                "mean {mean} of {count}"
            );
            n += count;
            sum += own.iter().sum::<f64>();
            squares += own.iter().map(|x| x * x).sum::<f64>();
            lag += own
                .windows(2)
                .map(|x| (x[0] - 1.0) * (x[1] - 1.0))
                .sum::<f64>();
            own.iter()
                .for_each(|x| classes[((-(-x).exp_m1() * 20.0) as usize).min(19)] += 1.0);
        }
        // Standard errors of the moments of an exponential: 1/√n, √20/√n, 1/√n; five of each.
        let error = 5.0 / n.sqrt();
        assert!((sum / n - 1.0).abs() < error);
        assert!((squares / n - 2.0).abs() < 4.48 * error);
        assert!((lag / n).abs() < error);
        // χ² over 20 classes of equal probability: 19 degrees of freedom, mean 19, SD 6.2.
        let chi2: f64 = classes
            .iter()
            .map(|count| (count - n / 20.0).powi(2) / (n / 20.0))
            .sum();
        assert!(chi2 < 19.0 + 5.0 * 6.2, "{chi2}");
    }
}

#[test]
fn sources_are_independent() {
    // Counts of two sources in windows of a mean of 5 spikes each.
    let all = spikes(&mut sources(&[500.0, 500.0, 1_000.0]), 400_000);
    let window = Duration::from_ps(10_000_000_000).ps();
    let windows = (all[all.len() - 1].0.ps() / window) as usize;
    let mut counts = vec![[0.0_f64; 3]; windows];
    for (t, j) in all {
        if let Some(counts) = counts.get_mut((t.ps() / window) as usize) {
            counts[j as usize] += 1.0;
        }
    }
    let n = windows as f64;
    let mean = [5.0, 5.0, 10.0];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let covariance: f64 = counts
            .iter()
            .map(|c| (c[a] - mean[a]) * (c[b] - mean[b]))
            .sum::<f64>()
            / n;
        let correlation = covariance / (mean[a] * mean[b]).sqrt();
        assert!(correlation.abs() < 5.0 / n.sqrt(), "{correlation}");
    }
    for j in 0..3 {
        // A Poisson count's variance is its mean; its standard error is √((2 + 1/m)/n) of it.
        let variance = counts.iter().map(|c| (c[j] - mean[j]).powi(2)).sum::<f64>() / n;
        let error = 5.0 * ((2.0 + 1.0 / mean[j]) / n).sqrt();
        assert!((variance / mean[j] - 1.0).abs() < error, "{variance}");
    }
}

#[test]
fn one_rate_for_all_is_as_each_its_own() {
    let setup = Setup {
        size: 5,
        values: &[("rate", 20.0)].into(),
        each: &BTreeMap::new(),
        stream: Stream::new(1, "test", 0),
    };
    let mut shared = Poisson::new(setup).expect("valid");
    assert_eq!(
        spikes(&mut shared, 2_000),
        spikes(&mut sources(&[20.0; 5]), 2_000)
    );
}

#[test]
fn a_bout_begins_anew_at_any_time() {
    let mut sources = sources(&[3.0, 800.0]);
    let first = spikes(&mut sources, 3_000);
    let night = Time::from_ps(8 * 3_600_000_000_000_000);
    sources.reset(night);
    let later = spikes(&mut sources, 3_000);
    for (a, b) in first.iter().zip(&later) {
        assert_eq!((a.0.ps() + night.ps(), a.1), (b.0.ps(), b.1));
    }
}

#[test]
fn nothing_fires_at_rate_zero() {
    let mut silent = sources(&[0.0; 3]);
    assert_eq!(silent.next_due(), Time::MAX);
    silent.advance(Time::MAX);
    let mut fired = Vec::new();
    silent.fire(&mut fired);
    assert!(fired.is_empty());
}

#[test]
fn sources_go_on_until_a_rate_is_another() {
    let mut one = sources(&[100.0, 0.0, 400.0]);
    let before = spikes(&mut one, 500);
    let changed = |rates_hz: &[f64], purpose| {
        let each = BTreeMap::from([("rate", rates_hz.to_vec())]);
        let setup = Setup {
            size: 3,
            values: &Values::new(),
            each: &each,
            stream: Stream::new(1, purpose, 0),
        };
        alter(&one, &MODEL, setup).expect("valid")
    };
    let mut same = changed(&[100.0, 0.0, 400.0], "later");
    assert_eq!(same.next_due(), one.next_due());
    assert_eq!(same.state().due, one.state().due);
    // Twice as fast in the mean, from the instant of the change on, and not as in the beginning.
    let mut faster = changed(&[200.0, 50.0, 750.0], "later");
    let (mut intervals, mut last) = (Vec::new(), before[499].0);
    for _ in 0..20_000 {
        let t = faster.next_due();
        faster.advance(t);
        faster.fire(&mut Vec::new());
        intervals.push((t - last).as_ms());
        last = t;
    }
    let mean = intervals.iter().sum::<f64>() / 20_000.0;
    // The mean of n intervals has standard error 1/√n.
    assert!((mean - 1.0).abs() < 5.0 / 20_000_f64.sqrt(), "{mean} ms");
    assert!(changed(&[0.0; 3], "later").next_due() == Time::MAX);
    for _ in 0..1_000 {
        let t = same.next_due();
        assert_eq!(t, one.next_due());
        for neurons in [&mut *same, &mut one] {
            neurons.advance(t);
            neurons.fire(&mut Vec::new());
        }
    }
}

#[test]
fn rates_out_of_range_are_refused() {
    let build = |values: Values, each: BTreeMap<&'static str, Vec<f64>>| {
        let setup = Setup {
            size: 2,
            values: &values,
            each: &each,
            stream: Stream::new(1, "test", 0),
        };
        Poisson::new(setup).map(|_| ())
    };
    for rate in [-1.0, f64::NAN, f64::INFINITY, 2e9] {
        let each = [("rate", vec![1.0, rate])].into();
        assert!(build(Values::new(), each).is_err(), "{rate}");
        let values = [("rate", rate)].into();
        assert!(build(values, BTreeMap::new()).is_err(), "{rate}");
    }
    let error = build(Values::new(), [("rate", vec![1.0])].into()).expect_err("too few");
    assert_eq!(
        error.to_string(),
        "`poisson`: `rate` has 1 values, expected 2"
    );
}

proptest! {
    #[test]
    fn it_goes_on_from_its_state(
        rates in proptest::collection::vec(0.0_f64..2_000.0, 1..20),
        before in 1_usize..1_500,
    ) {
        let mut one = sources(&rates);
        if one.next_due() < Time::MAX {
            spikes(&mut one, before);
            // Saved between the instant's beginning and its test.
            one.advance(one.next_due());
        }
        let mut other = sources(&rates);
        other.load(&one.save().expect("plain data")).expect("its own state");
        let (mut a, mut b) = (Vec::new(), Vec::new());
        one.fire(&mut a);
        other.fire(&mut b);
        prop_assert_eq!(a, b);
        if one.next_due() < Time::MAX {
            prop_assert_eq!(spikes(&mut one, 1_200), spikes(&mut other, 1_200));
        }
        let mut wrong = sources(&[1.0; 20]);
        prop_assert!(wrong.load(&one.save().expect("plain data")).is_err());
    }

    #[test]
    fn any_bytes_are_a_state_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = sources(&[1.0]).load(&bytes);
    }
}

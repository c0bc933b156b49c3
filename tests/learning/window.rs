//! What shipped models measure of plasticity rules is what the formulas of their publications say.

use sharpwave::Recording;

use super::setup::{Place, shipped};

/// The window of a rule: the interval between source and target in milliseconds, and the change of the weight.
fn window(rule: &str) -> Vec<(f64, f64)> {
    let place = Place::new();
    let model = shipped("stdp_window.toml");
    place.run(&format!(
        "--quiet run {model} --set projection.pairs.plasticity.rule={rule} --out r"
    ));
    assert_eq!(place.names("r/figures"), ["window.png", "window.svg"]);
    let run = Recording::open(&place.path("r")).expect("a run");
    let snapshots = run.synapses("pairs").expect("snapshots");
    let (first, last) = (&snapshots[0].synapses, &snapshots[1].synapses);
    let at = |population: &str| {
        let mut spikes = run.spikes(population, ..).expect("spikes");
        spikes.sort_by_key(|&(_, neuron)| neuron);
        let times = spikes.into_iter().map(|(time, _)| time.as_ms());
        times.collect::<Vec<f64>>()
    };
    let (sources, targets) = (at("source"), at("target"));
    assert_eq!(
        (sources.len(), targets.len()),
        (200, 200),
        "each fires once"
    );
    let window = first.iter().zip(last).map(|(before, after)| {
        let (source, target) = (before.source as usize, before.target as usize);
        assert_eq!(source, target);
        // An axonal delay of a millisecond.
        let interval = targets[target] - (sources[source] + 1.0);
        (interval, after.weight - before.weight)
    });
    window.collect()
}

/// Checks the window of `rule` against `formula`, to the rounding of a weight of up to 1 mV in single precision.
fn check(rule: &str, formula: impl Fn(f64) -> f64) {
    let window = window(rule);
    assert_eq!(window.len(), 200);
    for (interval, change) in window {
        let expected = formula(interval);
        assert!(
            (change - expected).abs() < 1e-6,
            "{rule} at {interval} ms: {change}, not {expected}"
        );
    }
}

fn decay(interval: f64, tau: f64) -> f64 {
    (-interval.abs() / tau).exp()
}

#[test]
fn pairs_of_song_miller_abbott() {
    check("stdp_pair", |interval| match interval > 0.0 {
        true => 0.01 * decay(interval, 20.0),
        false => -0.0105 * decay(interval, 20.0),
    });
}

#[test]
fn a_single_pairing_of_pfister_gerstner() {
    check("stdp_triplet", |interval| match interval > 0.0 {
        true => 5e-10 * decay(interval, 16.8),
        false => -7e-3 * decay(interval, 33.7),
    });
}

#[test]
fn either_order_in_ca3() {
    check("stdp_symmetric", |interval| 4e-3 * decay(interval, 62.5));
}

/// 60 pairings at `period` ms, the target `interval` ms after the source: what the triplet rule makes of a weight of 1.
fn triplets(period: f64, interval: f64) -> f64 {
    let mut events: Vec<(f64, bool)> = (0..60)
        .flat_map(|k| {
            [
                (k as f64 * period, true),
                (k as f64 * period + interval, false),
            ]
        })
        .collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut weight, mut last) = (1.0, events[0].0);
    let [mut x1, mut x2, mut y1, mut y2] = [0.0_f64; 4];
    for (t, is_source) in events {
        for (trace, tau) in [
            (&mut x1, 16.8),
            (&mut x2, 101.0),
            (&mut y1, 33.7),
            (&mut y2, 125.0),
        ] {
            *trace *= decay(t - last, tau);
        }
        last = t;
        if is_source {
            weight -= y1 * (7e-3 + 2.3e-4 * x2);
            x1 += 1.0;
            x2 += 1.0;
        } else {
            weight += x1 * (5e-10 + 6.2e-3 * y2);
            y1 += 1.0;
            y2 += 1.0;
        }
    }
    weight
}

#[test]
fn pairings_at_five_frequencies() {
    /// Period, and what Sjöström and others measured 10 ms after and 10 ms before, with standard errors.
    const MEASURED: [(f64, [(f64, f64); 2]); 5] = [
        (10_000.0, [(-0.04, 0.05), (-0.29, 0.08)]),
        (100.0, [(0.14, 0.10), (-0.41, 0.11)]),
        (50.0, [(0.29, 0.14), (-0.34, 0.10)]),
        (25.0, [(0.53, 0.11), (0.56, 0.32)]),
        (20.0, [(0.56, 0.26), (0.75, 0.19)]),
    ];
    let place = Place::new();
    let model = shipped("stdp_frequency.toml");
    place.run(&format!("--quiet run {model} --out r"));
    let run = Recording::open(&place.path("r")).expect("a run");
    let snapshots = run.synapses("pairs").expect("snapshots");
    let last = &snapshots[1].synapses;
    let mut distance = 0.0;
    for (k, (period, measured)) in MEASURED.into_iter().enumerate() {
        for (side, interval) in [(0, 10.0), (1, -10.0)] {
            let found = last[5 * side + k].weight;
            let expected = triplets(period, interval);
            // 120 roundings of a weight of about 1 mV in single precision.
            assert!(
                (found - expected).abs() < 1e-5,
                "{period} ms: {found}, not {expected}"
            );
            let (change, error) = measured[side];
            distance += ((found - 1.0 - change) / error).powi(2);
        }
    }
    // Pairs alone miss the measured values by several standard errors, triplets meet them.
    let mean = (distance / 10.0).sqrt();
    assert!(mean < 1.0, "{mean} standard errors");
}

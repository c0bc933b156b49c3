//! Oscillations that are imposed: against closed forms, against steps written by hand, and the same bits where a run is cut.

use std::f64::consts::TAU;

use sharpwave::base::alteration::Alteration;
use sharpwave::base::time::{Duration, Time};
use sharpwave::engine::simulation::{Bout, Ended, Keep, Ramp, Regime};
use sharpwave::network::oscillation::{Nest, Pace};
use sharpwave::network::path::Alterations;
use sharpwave::network::{Oscillation, Swings};
use sharpwave::{Network, Simulation, values};

use super::log::{Log, Spikes};

fn slow() -> Oscillation {
    Oscillation {
        name: "slow".into(),
        pace: Pace::Own(1.25),
        amplitude: 0.7,
        phase: 0.1,
        nest: None,
    }
}

fn spindle() -> Oscillation {
    Oscillation {
        name: "spindle".into(),
        pace: Pace::Locked {
            to: "slow".into(),
            cycles: 10,
        },
        amplitude: 0.6,
        phase: 0.3,
        nest: Some(Nest {
            within: "slow".into(),
            at: 0.25,
            width: 0.5,
        }),
    }
}

fn step(ps: i64) -> Swings {
    Swings {
        with: vec!["slow".into(), "spindle".into()],
        step: Duration::from_ps(ps),
    }
}

const MS: i64 = 1_000_000_000;

/// One neuron of `model` under a current of 300 pA that goes up and down.
fn alone(model: &str, swings: Option<Swings>, steps: Option<Vec<(f64, f64)>>) -> Network {
    let mut network = Network::new(1);
    let mut values = values! { tau_m: 20.0, v_th: 20.0, v_reset: 5.0, t_ref: 2.0, c_m: 250.0 };
    if model == "lif_exp" {
        values.insert("tau_syn_ex", 2.0);
        values.insert("tau_syn_in", 5.0);
    }
    if model == "lif_adaptive" {
        values.insert("b", 20.0);
        values.insert("tau_w", 120.0);
    }
    network.population("e", 1, model, values).unwrap();
    network.oscillate(slow()).unwrap();
    network.oscillate(spindle()).unwrap();
    let values = match steps {
        None => values! { amplitude: 300.0 },
        Some(steps) => [("steps", steps)].into_iter().collect(),
    };
    network
        .stimulate("drive", "current", ["e"], 0.0, values)
        .unwrap();
    if let Some(swings) = swings {
        network.swing("drive", swings).unwrap();
    }
    network
}

fn spikes(network: &Network, ms: i64) -> Spikes {
    let mut engine = Simulation::of(network).unwrap();
    let mut log = Log(Vec::new());
    assert_eq!(engine.run(Time::from_ps(ms * MS), &mut log), Ended::Reached);
    log.0
}

/// What both oscillations come to together at `s` seconds, written down again.
fn sum(s: f64) -> f64 {
    let phase = (1.25 * s + 0.1).fract();
    let near = (phase - 0.25).abs();
    let envelope = match near < 0.25 {
        true => 0.5 + 0.5 * (TAU * near / 0.5).cos(),
        false => 0.0,
    };
    0.7 * (TAU * phase).sin() + 0.6 * envelope * (TAU * (10.0 * phase + 0.3)).sin()
}

#[test]
fn a_current_that_oscillates_is_its_steps_to_the_picosecond() {
    for model in ["lif", "lif_exp", "lif_adaptive"] {
        let found = spikes(&alone(model, Some(step(MS / 2)), None), 3_500);
        let level = |k: i64| 300.0 * (1.0 + sum((k as f64 + 0.5) * 0.5e-3));
        let steps = (0..7_000).map(|k| (k as f64 * 0.5, level(k)));
        let expected = spikes(&alone(model, None, Some(steps.collect())), 3_500);
        assert!(found.len() > 40, "{model}: {}", found.len());
        assert_eq!(found.len(), expected.len(), "{model}");
        // Both sines are sums of a dozen roundings.
        let off = found.iter().zip(&expected).map(|(a, b)| (a.0 - b.0).abs());
        assert!(off.max() <= Some(2_000), "{model}");
        let still = spikes(&alone(model, None, None), 3_500);
        assert_ne!(found, still);
    }
}

/// Against the equation itself, by Runge and Kutta's method in steps of 10 µs: an error that falls with the square of the step.
#[test]
fn steps_come_near_to_the_sine_with_their_square() {
    let slope = |s: f64, v: f64| -v / 0.02 + 300.0 * (1.0 + sum(s)) / 0.25;
    let (h, mut s, mut v) = (1e-5, 0.0_f64, 0.0_f64);
    let first = loop {
        let a = slope(s, v);
        let b = slope(s + h / 2.0, v + h / 2.0 * a);
        let c = slope(s + h / 2.0, v + h / 2.0 * b);
        let d = slope(s + h, v + h * c);
        let last = v;
        (s, v) = (s + h, v + h / 6.0 * (a + 2.0 * b + 2.0 * c + d));
        if v >= 20.0 {
            break s - h * (v - 20.0) / (v - last);
        }
    };
    let off = |ps: i64| {
        let found = spikes(&alone("lif", Some(step(ps)), None), 1_000)[0].0;
        (found as f64 / 1e12 - first).abs()
    };
    let (coarse, fine) = (off(4 * MS), off(MS / 2));
    assert!(coarse < 1e-4, "{coarse} s");
    assert!(fine < coarse / 20.0 && fine < 2e-6, "{coarse} s, {fine} s");
}

/// Neurons that fire at every spike from outside: a rate in each twelfth of the slow oscillation.
#[test]
fn rates_follow_both_oscillations() {
    let mut network = Network::new(5);
    network.population("r", 200, "relay", values! {}).unwrap();
    network.oscillate(slow()).unwrap();
    network.oscillate(spindle()).unwrap();
    let rate = values! { rate: 50.0 };
    network
        .stimulate("noise", "poisson", ["r"], 1.0, rate)
        .unwrap();
    network.swing("noise", step(MS)).unwrap();
    const BINS: usize = 40;
    let mut counts = [0_u32; BINS];
    for (t, ..) in spikes(&network, 16_000) {
        counts[((1.25 * t as f64 / 1e12 + 0.1).fract() * BINS as f64) as usize] += 1;
    }
    // Means over each bin; a rate below 0 is 0.
    for (bin, &count) in counts.iter().enumerate() {
        const PARTS: usize = 50;
        let share = |k: usize| (bin as f64 + (k as f64 + 0.5) / PARTS as f64) / BINS as f64;
        let rates = (0..PARTS).map(|k| (1.0 + sum((share(k) - 0.1 + 1.0) / 1.25)).max(0.0));
        let mean = rates.sum::<f64>() / PARTS as f64;
        let expected = 50.0 * 200.0 * 16.0 / BINS as f64 * mean;
        let z = (f64::from(count) - expected) / expected.sqrt().max(1.0);
        assert!(z.abs() < 4.5, "bin {bin}: {count}, expected {expected}");
    }
    assert!(counts.iter().max() > Some(&(4 * counts.iter().min().unwrap())));
}

/// Two populations under noise, a rhythm and currents that follow oscillations, which change from bout to bout.
fn busy(lanes: u32) -> Network {
    let mut network = Network::new(3);
    network.lanes = Some(lanes);
    let values = values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, t_ref: 2.0, c_m: 250.0 };
    for name in ["a", "b"] {
        network.population(name, 20, "lif", values.clone()).unwrap();
    }
    network.oscillate(slow()).unwrap();
    network.oscillate(spindle()).unwrap();
    let all = ["a", "b"];
    network
        .project("p", "a", all)
        .rule("fixed_in_degree", values! { in_degree: 4_u32 })
        .weight(0.8)
        .axonal_delay_ms(1.5)
        .add()
        .unwrap();
    let rate = values! { rate: 700.0 };
    network
        .stimulate("noise", "poisson", all, 0.8, rate)
        .unwrap();
    let own = values! { rate: 200.0, frequency: 6.0, depth: 0.5 };
    network.stimulate("theta", "rhythm", all, 0.8, own).unwrap();
    let amplitude = values! { amplitude: 60.0 };
    network
        .stimulate("drive", "current", ["b"], 0.0, amplitude)
        .unwrap();
    network.swing("noise", step(MS)).unwrap();
    network.swing("drive", step(MS)).unwrap();
    network
}

/// Alterations by bout, and whether there is a way.
fn bouts() -> Vec<(i64, Alterations, bool)> {
    let all = |pairs: &[(&str, f64)]| {
        let pairs = pairs.iter();
        pairs
            .map(|&(path, factor)| (path.parse().unwrap(), Alteration::factor(factor)))
            .collect::<Alterations>()
    };
    vec![
        (0, all(&[("oscillation.slow.amplitude", 0.0)]), false),
        (313, all(&[]), true),
        (
            702,
            all(&[
                ("oscillation.slow.frequency", 1.7),
                ("stimulus.theta.rate", 2.0),
                ("stimulus.theta.depth", 0.5),
            ]),
            false,
        ),
        (1_003, all(&[("stimulus.noise.rate", 0.5)]), true),
    ]
}

fn begin(engine: &mut Simulation, number: usize, network: &Network) {
    let (t, alterations, ramp) = bouts().swap_remove(number);
    let bout = Bout {
        number: number as u64,
        name: format!("b{number}"),
        start: Time::from_ps(t * MS),
        keep: Keep::All,
        on: network.stimuli.iter().map(|own| own.name.clone()).collect(),
        regime: Regime {
            alterations,
            ramp: ramp.then_some(Ramp {
                length: Duration::from_ps(100 * MS),
                step: Duration::from_ps(30 * MS),
            }),
            ..Regime::default()
        },
    };
    engine.begin(&bout).unwrap();
}

/// Runs all bouts; what is saved every so often is gone on from in another network.
fn played(lanes: u32, cut: Option<i64>) -> Spikes {
    let network = busy(lanes);
    let mut engine = Simulation::of(&network).unwrap();
    let mut log = Log(Vec::new());
    let (mut now, stop) = (0, 1_400);
    let starts: Vec<i64> = bouts().iter().map(|bout| bout.0).collect();
    while now < stop {
        if let Some(number) = starts.iter().position(|&start| start == now) {
            begin(&mut engine, number, &network);
        }
        let next = starts
            .iter()
            .copied()
            .chain([stop])
            .filter(|&t| t > now)
            .min()
            .unwrap();
        let next = cut.map_or(next, |cut| next.min(now + cut));
        assert_eq!(
            engine.run(Time::from_ps(next * MS), &mut log),
            Ended::Reached
        );
        now = next;
        if cut.is_some() {
            let bytes = engine.save().unwrap();
            let mut fresh = Simulation::of(&network).unwrap();
            fresh.load(&bytes).unwrap();
            assert!(fresh.save().unwrap() == bytes);
            engine = fresh;
        }
    }
    log.0
}

#[test]
fn oscillations_go_on_where_a_run_is_cut_and_saved() {
    for lanes in [1, 3] {
        let whole = played(lanes, None);
        assert!(whole.len() > 1_000, "{}", whole.len());
        assert_eq!(played(lanes, Some(37)), whole);
    }
}

/// A phase goes on where a frequency changes, from bout to bout, and begins anew where neurons do.
#[test]
fn a_rate_changes_at_its_instant() {
    let network = {
        let mut network = Network::new(2);
        network.population("r", 500, "relay", values! {}).unwrap();
        let own = values! { rate: 20.0, frequency: 2.0, depth: 0.0 };
        network
            .stimulate("tone", "rhythm", ["r"], 1.0, own)
            .unwrap();
        network
    };
    let mut engine = Simulation::of(&network).unwrap();
    let mut log = Log(Vec::new());
    let mut halves = Vec::new();
    for (number, factor) in [1.0, 3.0, 1.0].into_iter().enumerate() {
        let mut alterations = Alterations::new();
        alterations.insert(
            "stimulus.tone.rate".parse().unwrap(),
            Alteration::factor(factor),
        );
        let bout = Bout {
            number: number as u64,
            name: format!("b{number}"),
            start: Time::from_ps(number as i64 * 2_000 * MS),
            keep: Keep::All,
            on: vec!["tone".into()],
            regime: Regime {
                alterations,
                ..Regime::default()
            },
        };
        engine.begin(&bout).unwrap();
        let before = log.0.len();
        let stop = Time::from_ps((number as i64 + 1) * 2_000 * MS);
        assert_eq!(engine.run(stop, &mut log), Ended::Reached);
        halves.push((log.0.len() - before) as f64);
    }
    // 20,000, 60,000 and 20,000 expected: within 4.5 standard deviations.
    for (found, expected) in halves.iter().zip([20e3, 60e3, 20e3_f64]) {
        assert!(
            (found - expected).abs() < 4.5 * expected.sqrt(),
            "{halves:?}"
        );
    }
    assert!(log.0.is_sorted());
}

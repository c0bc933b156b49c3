//! Thresholds that adapt to rates: against a simulator that knows nothing but decay, arrivals and the formula.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::Time;
use sharpwave::network::Homeostasis;
use sharpwave::{Network, Simulation, values};

use super::log::{Log, Spikes};
use super::{force, run, taken_up};

const N: u32 = 6;
const TAU_MS: f64 = 20.0;
const E_L: f64 = -70.0;
const V_RESET: f64 = -75.0;
const WEIGHT: f64 = 4.0;
const DECLARED: f64 = -58.0;
const UNTIL_MS: f64 = 2000.0;
const LONG_MS: f64 = 12_000.0;

/// Spikes onto each neuron: the higher its number the more.
fn input(seed: u64, until_ms: f64) -> Vec<(Time, u32)> {
    let mut spikes = Vec::new();
    for node in 0..N {
        let mut stream = Stream::new(seed, "input", node.into());
        let all = (0..(until_ms * (0.1 + 0.1 * f64::from(node))) as u32).map(|_| {
            (
                Time::from_ps(stream.below(until_ms as u64 * 1_000_000_000) as i64),
                node,
            )
        });
        spikes.extend(all);
    }
    spikes.sort_unstable();
    spikes
}

fn adapting(kind: &str, every: f64, values: Values) -> Homeostasis {
    Homeostasis {
        projections: Vec::new(),
        populations: vec!["out".into()],
        ..force(kind, every, values)
    }
}

fn network(seed: u64, of_neurons: impl Into<Values>, lanes: u32, force: Homeostasis) -> Network {
    let mut network = Network::new(seed);
    network.lanes = Some(lanes);
    network
        .population("out", N, "lif", of_neurons)
        .expect("neurons");
    network
        .give_spikes("input", "out", WEIGHT, input(seed, UNTIL_MS))
        .expect("spikes");
    network.homeostasis(force).expect("a force");
    network
}

fn neurons() -> Values {
    values! { tau_m: TAU_MS, v_th: DECLARED, v_reset: V_RESET, e_l: E_L, t_ref: 2.0 }
}

/// The force as its page has it.
struct Law {
    every_ms: f64,
    rate: f64,
    offset: f64,
    exponent: f64,
    tau_ms: Option<f64>,
    together: bool,
}

/// Spikes of the neurons and their thresholds at the end.
fn naive(seed: u64, law: &Law) -> (Spikes, Vec<f64>) {
    let n = N as usize;
    let (mut v, mut at, mut free) = (vec![E_L; n], vec![0_i64; n], vec![0_i64; n]);
    let (mut heights, mut spikes) = (vec![1.0; n], Spikes::new());
    let mut due_ms = law.every_ms;
    let adapt = |heights: &mut Vec<f64>, due_ms: f64, spikes: &Spikes| {
        let rate_of = |node: u32| {
            let own = spikes.iter().filter(|spike| spike.2 == node);
            let ages = own.map(|spike| due_ms - spike.0 as f64 / 1e9);
            match law.tau_ms {
                Some(tau) => ages.map(|age| (-age / tau).exp()).sum::<f64>() / tau * 1e3,
                None => ages.filter(|age| *age <= law.every_ms).count() as f64 / law.every_ms * 1e3,
            }
        };
        let mut rates: Vec<f64> = (0..N).map(rate_of).collect();
        if law.together {
            let mean = rates.iter().sum::<f64>() / n as f64;
            rates.fill(mean);
        }
        for (height, rate) in heights.iter_mut().zip(rates) {
            let ratio: f64 = (rate + law.offset) / (law.rate + law.offset);
            *height = (*height * ratio.powf(law.exponent)).clamp(0.1, 10.0);
        }
    };
    let mut by_time: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (t, node) in input(seed, UNTIL_MS) {
        by_time.entry(t.ps()).or_default().push(node as usize);
    }
    // A threshold that comes down to a potential makes it fire.
    while due_ms < UNTIL_MS {
        by_time.entry((due_ms * 1e9) as i64).or_default();
        due_ms += law.every_ms;
    }
    due_ms = law.every_ms;
    for (t, nodes) in by_time {
        if due_ms * 1e9 == t as f64 {
            adapt(&mut heights, due_ms, &spikes);
            due_ms += law.every_ms;
            for node in (0..n).filter(|&node| t >= free[node]) {
                let passed = (t - at[node]) as f64 / 1e9;
                v[node] = E_L + (v[node] - E_L) * (-passed / TAU_MS).exp();
                at[node] = t;
            }
        }
        for &node in &nodes {
            if t < free[node] {
                continue;
            }
            let passed = (t - at[node]) as f64 / 1e9;
            v[node] = E_L + (v[node] - E_L) * (-passed / TAU_MS).exp() + WEIGHT;
            at[node] = t;
        }
        for node in 0..n {
            let threshold = E_L + heights[node] * (DECLARED - E_L);
            if at[node] == t && t >= free[node] && v[node] >= threshold - 1e-12 {
                (v[node], free[node]) = (V_RESET, t + 2_000_000_000);
                at[node] = free[node];
                spikes.push((t, 0, node as u32));
            }
        }
    }
    let thresholds = heights.iter().map(|height| E_L + height * (DECLARED - E_L));
    (spikes, thresholds.collect())
}

fn thresholds(engine: &Simulation) -> Vec<f64> {
    let of = |node| engine.sample("out", node, "v_th").expect("a threshold");
    (0..N).map(of).collect()
}

#[test]
fn thresholds_and_spikes_are_those_of_the_formula() {
    for (tau_ms, together, lanes) in [
        (None, false, 1),
        (Some(300.0), false, 2),
        (None, true, 2),
        (Some(300.0), true, 1),
    ] {
        let law = Law {
            every_ms: 130.0,
            rate: 12.0,
            offset: 1.5,
            exponent: 0.3,
            tau_ms,
            together,
        };
        let mut values = values! { rate: law.rate, offset: law.offset, exponent: law.exponent };
        if let Some(tau_ms) = tau_ms {
            values.insert("tau", tau_ms);
        }
        if together {
            values.insert("per", "population");
        }
        let force = adapting("threshold", law.every_ms, values);
        let mut engine = Simulation::of(&network(7, neurons(), lanes, force)).expect("a network");
        let mut log = Log(Vec::new());
        run(&mut engine, UNTIL_MS, &mut log);
        let (spikes, expected) = naive(7, &law);
        assert!(spikes.len() > 100, "{}", spikes.len());
        let differ = log.0.iter().zip(&spikes).position(|(a, b)| a != b);
        let of = |all: &Spikes| differ.map(|at| all[at]);
        assert!(
            differ.is_none() && log.0.len() == spikes.len(),
            "{tau_ms:?} {together}: {:?} {:?}",
            of(&log.0),
            of(&spikes)
        );
        let found = thresholds(&engine);
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-11, "{found} {expected}");
        }
        let spread = expected[N as usize - 1] - expected[0];
        assert_eq!(spread == 0.0, together, "{expected:?}");
    }
}

#[test]
fn busy_and_quiet_neurons_come_to_the_rate() {
    let force = adapting(
        "threshold",
        50.0,
        values! { rate: 10.0, tau: 400.0, exponent: 0.1 },
    );
    let mut network = network(3, neurons(), 1, force);
    let more = input(3, LONG_MS);
    let more = more.into_iter().filter(|spike| spike.0.as_ms() >= UNTIL_MS);
    network
        .give_spikes("more", "out", WEIGHT, more.collect())
        .expect("spikes");
    let rates = |network: &Network| -> Vec<f64> {
        let mut engine = Simulation::of(network).expect("a network");
        let mut log = Log(Vec::new());
        run(&mut engine, LONG_MS, &mut log);
        let half = LONG_MS / 2.0;
        let late = log.0.iter().filter(|spike| spike.0 as f64 / 1e9 > half);
        let of = |node| late.clone().filter(|spike| spike.2 == node).count();
        (0..N).map(|node| of(node) as f64 / half * 1e3).collect()
    };
    for (node, hz) in rates(&network).into_iter().enumerate() {
        assert!((9.0..=11.0).contains(&hz), "neuron {node} at {hz} Hz");
    }
    network.homeostasis.clear();
    let unadapted = rates(&network);
    assert!(unadapted.iter().all(|hz| *hz > 11.5), "{unadapted:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn stops_change_nothing(seed in 0_u64..1_000_000, lanes in 1_u32..3, cut_us in 1_u32..2_000_000, model in 0_usize..3) {
        let of = || {
            let mut network = match model {
                0 => network(seed, neurons(), lanes, adapting("threshold", 130.0, values! { rate: 12.0 })),
                _ => {
                    let model = ["", "lif_exp", "lif_adaptive"][model];
                    let mut values = values! { tau_m: TAU_MS, v_th: DECLARED, v_reset: V_RESET, e_l: E_L };
                    let more: Values = match model {
                        "lif_exp" => values! { tau_syn_ex: 5.0, tau_syn_in: 5.0 },
                        _ => values! { tau_w: 100.0, b: 10.0 },
                    };
                    for (name, value) in more.iter() {
                        values.insert(name, value.clone());
                    }
                    let mut network = Network::new(seed);
                    network.lanes = Some(lanes);
                    network.population("out", N, model, values).expect("neurons");
                    let weight = if model == "lif_exp" { 300.0 } else { WEIGHT };
                    network.give_spikes("input", "out", weight, input(seed, UNTIL_MS)).expect("spikes");
                    let force = adapting("threshold", 130.0, values! { rate: 12.0 });
                    network.homeostasis(force).expect("a force");
                    network
                }
            };
            network.stimulate("noise", "poisson", ["out"], 1.0, values! { rate: 50.0 }).expect("noise");
            Simulation::of(&network).expect("a network")
        };
        let (mut whole, mut expected) = (of(), Log(Vec::new()));
        run(&mut whole, UNTIL_MS, &mut expected);
        prop_assert!(thresholds(&whole).iter().any(|v| *v != DECLARED));
        let (mut engine, mut log) = (of(), Log(Vec::new()));
        run(&mut engine, f64::from(cut_us) * 1e-3, &mut log);
        let mut engine = taken_up(&engine, of());
        run(&mut engine, UNTIL_MS, &mut log);
        prop_assert_eq!(&log.0, &expected.0);
        prop_assert_eq!(thresholds(&engine), thresholds(&whole));
    }
}

#[test]
fn what_cannot_adapt_is_refused() {
    let refused = |model: &str, values: Values, populations: &[&str], of_force: Values| {
        let mut network = Network::new(1);
        network
            .population("out", 2, model, values)
            .expect("neurons");
        let force = Homeostasis {
            populations: populations.iter().map(|&name| name.into()).collect(),
            ..adapting("threshold", 10.0, of_force)
        };
        network
            .homeostasis(force)
            .expect_err("it cannot be")
            .to_string()
    };
    let rate = || values! { rate: 10.0 };
    let message = refused("relay", values! {}, &["out"], rate());
    assert!(message.contains("have no threshold `v_th`"), "{message}");
    let message = refused("lif", neurons(), &["uot"], rate());
    assert!(message.contains("did you mean `out`"), "{message}");
    let message = refused("lif", neurons(), &[], rate());
    assert!(message.contains("names no population"), "{message}");
    // At a tenth of its height the threshold would lie below the reset potential.
    let near = values! { tau_m: 20.0, v_th: -50.0, v_reset: -60.0, e_l: -70.0 };
    let message = refused("lif", near, &["out"], rate());
    assert!(message.contains("0.1 times as high"), "{message}");
}

#[test]
fn heights_are_those_of_what_a_change_makes_of_thresholds() {
    use sharpwave::base::alteration::Alteration;
    use sharpwave::engine::simulation::Change;
    use sharpwave::network::{ParameterPath, Part};
    let of = |changes: bool| {
        let force = adapting(
            "threshold",
            130.0,
            values! { rate: 12.0, per: "population" },
        );
        let mut network = network(7, neurons(), 2, force);
        let path = ParameterPath::new(Part::Population, "out", "v_th");
        network.changing.insert(path.clone());
        let mut engine = Simulation::of(&network).expect("a network");
        run(&mut engine, 500.0, &mut Log(Vec::new()));
        if changes {
            let by = Alteration {
                factor: 1.0,
                offset: 6.0,
            };
            let now = Time::from_ms(500.0).expect("in range");
            engine
                .apply(now, &Change::Parameters([(path, by)].into()))
                .expect("a change");
        }
        thresholds(&engine)
    };
    for (as_it_was, changed) in of(false).iter().zip(of(true)) {
        let height = (as_it_was - E_L) / (DECLARED - E_L);
        let expected = E_L + height * (DECLARED + 6.0 - E_L);
        assert!(
            height != 1.0 && (changed - expected).abs() < 1e-11,
            "{changed} {expected}"
        );
    }
}

/// Thresholds of each neuron's own that a force would bring below the reset are refused before anything runs.
#[test]
fn drawn_thresholds_that_could_not_be_lowered_are_refused() {
    let of = |lowest: f64| {
        let shape = Shape::Uniform {
            low: DECLARED - 2.0,
            high: DECLARED,
        };
        let v_th = Distribution::new(shape).expect("a distribution");
        let values = values! { tau_m: TAU_MS, v_th: v_th, v_reset: -65.0, e_l: E_L, t_ref: 2.0 };
        let force = adapting("threshold", 130.0, values! { rate: 12.0, lowest: lowest });
        Simulation::of(&network(7, values, 1, force)).map(drop)
    };
    assert!(of(0.9).is_ok());
    let error = of(0.4)
        .expect_err("the reset lies 5 mV above rest")
        .to_string();
    assert!(error.contains("v_reset"), "{error}");
}

//! The state of the engine: saved at any moment, taken on by a network built alike, it goes on bit for bit; a network
//! that is not alike, and bytes that are no state, are refused.

#[path = "engine_state/bout.rs"]
mod bout;
#[path = "fixture/log.rs"]
mod log;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::time::{Duration, Time};
use sharpwave::connection::{self, Delay, Plan, Space};
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::{Ended, Simulation};
use sharpwave::network::plan::{
    Current, NetworkPlan, Noise, Population, Projection, SpikeInput, SpikeSource,
};

use log::{Log, Spikes};

fn constant(value: f64) -> Distribution {
    Distribution::new(Shape::Constant(value)).unwrap()
}

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::new(Shape::Uniform { low, high }).unwrap()
}

fn ms(ms: f64) -> Time {
    Time::from_ms(ms).unwrap()
}

const N: u32 = 60;
const MODELS: [&str; 3] = ["lif", "lif_adaptive", "lif_exp"];

/// Parameters of a population of `model`, and what a weight of 1 mV is in its unit.
fn parameters(model: &str) -> (Values, f64) {
    let mut values = Values::from([
        ("tau_m", 20.0),
        ("v_th", 20.0),
        ("v_reset", 10.0),
        ("e_l", 0.0),
        ("t_ref", 2.0),
        ("c_m", 200.0),
    ]);
    match model {
        "lif_exp" => {
            values.extend([("tau_syn_ex", 2.0), ("tau_syn_in", 5.0)]);
            // The peak of the potential is w τ_syn / c_m within a third.
            (values, 140.0)
        }
        "lif_adaptive" => {
            values.extend([("tau_w", 80.0), ("b", 20.0)]);
            (values, 1.0)
        }
        _ => (values, 1.0),
    }
}

/// Two populations of `model` in `lanes` lanes under noise of two weights, given spikes and a step of current; the first
/// has thresholds of its own per neuron if `each` says so, the second receives the first without delay if `sudden`.
fn network(seed: u64, model: &'static str, lanes: u32, each: bool, sudden: bool) -> NetworkPlan {
    let (values, mv) = parameters(model);
    let population = |name: &str, own: bool| {
        let mut values = values.clone();
        if own {
            values.insert("v_th", uniform(19.0, 21.0));
        }
        Population {
            name: name.into(),
            size: N,
            model,
            values,
            v_m: Some(uniform(0.0, 18.0).into()),
            positions: None,
        }
    };
    let projection = |name: &str, source: usize, target: usize, weight, delay_ms| Projection {
        source,
        targets: vec![target],
        plan: Plan {
            name: name.into(),
            seed,
            space: Space {
                n_source: N,
                n_target: N,
                own: (source == target).then_some(0),
                autapses: false,
                ends: None,
            },
            rule: connection::build(
                "fixed_in_degree",
                &Values::from([
                    ("in_degree", Value::from(12_u32)),
                    ("multapses", true.into()),
                ]),
            )
            .unwrap(),
            weight: Some(weight),
            delay: Some(Delay {
                axonal: delay_ms,
                dendritic: constant(0.0),
                velocity: None,
            }),
            delay_resolution: Duration::from_ps(100_000_000),
            weight_profile: None,
            listed_dendritic: None,
        },
        plasticity: None,
        short_term: None,
    };
    let noise = |name: &str, weight: f64, rate_hz: f64| Noise {
        name: name.into(),
        targets: vec![0, 1],
        rate_hz,
        weight: weight * mv,
    };
    let between = if sudden { constant(0.0) } else { constant(1.3) };
    NetworkPlan {
        seed,
        lanes: Some(lanes),
        populations: vec![population("a", each), population("b", false)],
        projections: vec![
            projection("a_a", 0, 0, uniform(0.2 * mv, 0.8 * mv), uniform(0.4, 4.0)),
            projection("a_b", 0, 1, constant(0.4 * mv), between),
            projection("b_a", 1, 0, constant(-0.3 * mv), constant(0.9)),
        ],
        dense: Vec::new(),
        tied: Vec::new(),
        noise: vec![
            noise("weak", 0.3, 4_000.0),
            noise("strong", 1.1, 400.0),
            noise("inhibitory", -0.5, 300.0),
        ],
        currents: vec![Current {
            name: "step".into(),
            targets: vec![1],
            steps: vec![(ms(20.0), 120.0), (ms(60.0), 0.0)],
            pulsed: false,
        }],
        spikes: vec![SpikeInput {
            name: "volley".into(),
            target: 0,
            weight: 4.0 * mv,
            spikes: SpikeSource::List(
                (0..N)
                    .map(|node| (ms(33.0), node))
                    .collect::<Vec<_>>()
                    .into(),
            ),
        }],
        modulators: Vec::new(),
        homeostasis: Vec::new(),
        changing: Default::default(),
        triggers: Vec::new(),
        pulses: Vec::new(),
        outside: Default::default(),
    }
}

/// The same under noise so dense that it comes by the bin, with inhibition between.
fn dense(mut network: NetworkPlan) -> NetworkPlan {
    network.noise.retain(|noise| noise.name != "weak");
    let strong = network
        .noise
        .iter_mut()
        .find(|noise| noise.name == "strong");
    let strong = strong.expect("one of the noises");
    (strong.rate_hz, strong.weight) = (17_000.0, strong.weight * 0.07);
    network
}

const END_MS: f64 = 90.0;

fn run_on(engine: &mut Simulation) -> Spikes {
    let mut log = Log(Vec::new());
    assert_eq!(engine.run(ms(END_MS), &mut log), Ended::Reached);
    log.0
}

/// Models that the registry has with their own path for parameters of single neurons.
fn cases() -> impl Strategy<Value = (&'static str, bool, bool, u32)> {
    (
        prop::sample::select(MODELS.to_vec()),
        any::<bool>(),
        any::<bool>(),
        1_u32..4,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn a_network_goes_on_from_its_state(
        seed in 0_u64..1_000, (model, each, sudden, lanes) in cases(), cut_us in 1_u32..90_000,
        again_us in 1_u32..90_000, by_bin in any::<bool>()
    ) {
        let mut network = network(seed, model, lanes, each, sudden);
        if by_bin {
            network = dense(network);
        }
        let mut whole = assemble(&network).unwrap();
        let expected = run_on(&mut whole);
        let mut log = Log(Vec::new());
        let mut engine = assemble(&network).unwrap();
        let hash = engine.graph_hash();
        let mut cuts = [cut_us, again_us];
        cuts.sort_unstable();
        for cut in cuts {
            assert_eq!(engine.run(ms(f64::from(cut) / 1e3), &mut log), Ended::Reached);
            let bytes = engine.save().unwrap();
            engine = assemble(&network).unwrap();
            prop_assert_eq!(engine.graph_hash(), hash);
            engine.load(&bytes).unwrap();
            prop_assert_eq!(&engine.save().unwrap(), &bytes);
        }
        assert_eq!(engine.run(ms(END_MS), &mut log), Ended::Reached);
        prop_assert_eq!(&log.0, &expected);
        prop_assert_eq!(engine.fingerprint(), whole.fingerprint());
        prop_assert_eq!(engine.counts(), whole.counts());

    }

    #[test]
    fn bytes_that_are_no_state_are_refused(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), keep in any::<prop::sample::Index>()
    ) {
        let network = dense(network(1, "lif", 2, false, false));
        let mut engine = assemble(&network).unwrap();
        assert_eq!(engine.run(ms(20.0), &mut Unobserved), Ended::Reached);
        let mut bytes = engine.save().unwrap();
        // Never a panic; what is read must be a state that can be run, or refused.
        let mut cut = assemble(&network).unwrap();
        let kept = keep.index(bytes.len());
        prop_assert!(cut.load(&bytes[..kept]).is_err());
        let i = at.index(bytes.len());
        bytes[i] = byte;
        let _ = assemble(&network).unwrap().load(&bytes);
    }
}

#[test]
fn the_networks_of_the_test_are_alive() {
    for model in MODELS {
        let spikes = run_on(&mut assemble(&network(1, model, 2, false, true)).unwrap());
        for population in 0..2 {
            let n = spikes.iter().filter(|spike| spike.1 == population).count();
            assert!(
                (50..3_000).contains(&n),
                "{model}: {n} spikes of {population}"
            );
        }
    }
}

#[test]
fn noise_by_the_bin_is_seen_at_its_own_instants() {
    let mut network = dense(network(1, "lif", 1, false, false));
    network.noise.retain(|noise| noise.name == "strong");
    network.projections.clear();
    network.currents.clear();
    network.spikes.clear();
    for population in &mut network.populations {
        population.values.extend([("v_th", 1e6)]);
    }
    let Noise {
        rate_hz, weight, ..
    } = network.noise[0];
    let mut engine = assemble(&network).unwrap();
    let (neurons, steps, step_ms) = (20, 1_000, 0.001);
    let v = |engine: &Simulation, j| engine.sample_at(0, j, 0, engine.now());
    let (mut events, mut most) = (0.0, 0.0_f64);
    for step in 1..=steps {
        let before: Vec<f64> = (0..neurons).map(|j| v(&engine, j)).collect();
        assert_eq!(
            engine.run(ms(f64::from(step) * step_ms), &mut Unobserved),
            Ended::Reached
        );
        for (j, before) in (0..).zip(before) {
            let left = before * (-step_ms / 20.0_f64).exp();
            let came = (v(&engine, j) - left) / weight;
            assert!((came - came.round()).abs() < 1e-3, "{came} events");
            events += came.round();
            most = most.max(came.round());
        }
    }
    let expected = f64::from(neurons * steps) * step_ms * 1e-3 * rate_hz;
    assert!(
        (events - expected).abs() < 5.0 * expected.sqrt(),
        "{events} for {expected}"
    );
    // In a bin of 134 µs two come to a neuron; within a microsecond hardly ever.
    assert!(most <= 2.0, "{most} at once");
}

#[test]
fn threads_and_declaration_order_change_nothing() {
    for (model, each) in [
        ("lif", false),
        ("lif_adaptive", true),
        ("lif_exp", false),
        ("lif_exp", true),
    ] {
        let network = network(2, model, 3, each, false);
        let expected = run_on(&mut assemble(&network).unwrap());
        for threads in [1, 2, 3, 8] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let spikes = pool.install(|| run_on(&mut assemble(&network).unwrap()));
            assert_eq!(spikes, expected, "{model}, {threads} threads");
        }
        let mut turned = network.clone();
        turned.projections.reverse();
        turned.noise.reverse();
        let spikes = run_on(&mut assemble(&turned).unwrap());
        assert_eq!(spikes, expected, "{model}, other order");
    }
}

#[test]
fn another_network_refuses_the_state() {
    let mut engine = assemble(&network(1, "lif", 2, false, false)).unwrap();
    assert_eq!(engine.run(ms(10.0), &mut Unobserved), Ended::Reached);
    let bytes = engine.save().unwrap();
    let mut fewer_lanes = assemble(&network(1, "lif", 1, false, false)).unwrap();
    let error = fewer_lanes.load(&bytes).unwrap_err().to_string();
    assert_eq!(
        error,
        "the state does not fit the network: 4 lanes, expected 2"
    );
    let other = assemble(&network(2, "lif", 2, false, false)).unwrap();
    assert_ne!(other.graph_hash(), engine.graph_hash());
}

#[test]
fn samples_follow_the_closed_form() {
    let mut network = network(1, "lif", 1, false, false);
    network.noise.clear();
    network.spikes.clear();
    network.currents.clear();
    network.projections.clear();
    let mut engine = assemble(&network).unwrap();
    let v = |engine: &Simulation, t: Time| engine.sample_at(1, 7, 0, t);
    let start = v(&engine, Time::ZERO);
    assert_eq!(engine.run(ms(50.0), &mut Unobserved), Ended::Reached);
    let expected = start * (-50.0_f64 / 20.0).exp();
    assert!((v(&engine, ms(50.0)) - expected).abs() < 1e-12 * expected);
    assert_eq!(engine.non_finite(), None);
}

/// How often it was asked whether it has enough.
#[derive(Default)]
struct Asked(std::cell::Cell<u32>);

impl sharpwave::engine::Observer for Asked {
    fn spikes(&mut self, _population: usize, _t: Time, _nodes: &[u32]) {}

    fn has_enough(&self) -> bool {
        self.0.set(self.0.get() + 1);
        false
    }
}

#[test]
fn a_window_full_of_input_is_run_in_parts() {
    let simulation = || {
        let mut network = sharpwave::Network::new(1);
        let values = Values::from([("tau_m", 10.0), ("v_th", 10.0), ("t_ref", 0.1)]);
        network.population("e", 20, "lif", values).unwrap();
        // 6 million spikes in 6 ms, in a network whose windows are longer.
        let rhythm = Values::from([("rate", 5e7), ("frequency", 3.0), ("depth", 0.5)]);
        network
            .stimulate("s", "rhythm", ["e"], 1.0, rhythm)
            .unwrap();
        Simulation::of(&network).unwrap()
    };
    let mut whole = simulation();
    let mut asked = Asked::default();
    assert_eq!(whole.run(ms(6.0), &mut asked), Ended::Reached);
    assert!((3..10).contains(&asked.0.get()), "{}", asked.0.get());
    let mut cut = simulation();
    for part in 1..=10 {
        let _ = cut.run(ms(0.6 * f64::from(part)), &mut Unobserved);
    }
    assert!(whole.counts()[0] > 100, "{:?}", whole.counts());
    assert_eq!(cut.counts(), whole.counts());
    assert_eq!(cut.fingerprint(), whole.fingerprint());
}

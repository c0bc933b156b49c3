//! Modulators, short-term plasticity, and learning switched by bout, in networks: against sums written by hand, and the same
//! bits where a run is cut, saved, and looked at.

#[path = "fixture/log.rs"]
mod log;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::time::{Duration, Time};
use sharpwave::connection::EdgeList;
use sharpwave::engine::simulation::{Bout, Change, Ended, Keep, Regime};
use sharpwave::network::{Choice, Homeostasis, Modulator};
use sharpwave::plasticity::Kinetics;
use sharpwave::synapse::dense::Dense;
use sharpwave::{Network, Simulation, values};

use log::Log;

fn ms(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

fn long(ms: f64) -> Duration {
    Duration::from_ms(ms).expect("in range")
}

fn run(engine: &mut Simulation, until: f64, log: &mut Log) {
    assert_eq!(engine.run(ms(until), log), Ended::Reached);
}

fn potential(engine: &Simulation, population: &str) -> f64 {
    let population = engine.index_of(population).expect("a population");
    engine.sample_at(population, 0, 0, engine.now())
}

const TIMES_MS: [f64; 6] = [10.0, 30.0, 35.0, 80.0, 400.0, 401.0];

/// Shares of its weight that a synapse passes on at these times, step by step.
fn shares(u_0: f64, tau_rec: f64, tau_fac: f64) -> Vec<f64> {
    let (mut x, mut u, mut last) = (1.0, u_0, None);
    TIMES_MS
        .iter()
        .map(|&t| {
            if let Some(last) = last {
                let h: f64 = t - last;
                x = 1.0 - (1.0 - x + x * u) * (-h / tau_rec).exp();
                u = u_0 + u * (1.0 - u_0) * (-h / tau_fac).exp();
            }
            last = Some(t);
            u * x
        })
        .collect()
}

/// Onto neurons that never fire, by sparse synapses that are static or learn, with one delay or two, and by a matrix.
#[test]
fn synapses_pass_on_what_resources_allow() {
    let (u_0, tau_rec, tau_fac) = (0.3, 120.0, 60.0);
    let short_term = || values! { u_0: u_0, tau_rec: tau_rec, tau_fac: tau_fac };
    let mut network = Network::new(1);
    network
        .population("in", 2, "relay", values! {})
        .expect("relays");
    let onto = ["one", "drawn", "learning", "dense"];
    for name in onto {
        let values = values! { tau_m: 20.0, v_th: 1e6, v_reset: 0.0, e_l: 0.0, t_ref: 0.0 };
        network.population(name, 1, "lif", values).expect("neurons");
    }
    let all = || values! {};
    let used = |network: &mut Network, name: &str| {
        network
            .project(name, "in", [name])
            .rule("all_to_all", all())
            .weight(2.0)
            .axonal_delay_ms(1.0)
            .short_term("tsodyks_markram", short_term())
            .add()
            .expect("a projection");
    };
    used(&mut network, "one");
    let mut edges = EdgeList::new(2, 1, true, true);
    for (source, weight, delay) in [(0, 1.5, 1.0), (1, 0.25, 1.0), (0, 0.5, 4.0)] {
        edges.push(source, 0, weight, delay).expect("an edge");
    }
    network
        .project("drawn", "in", ["drawn"])
        .edges(edges.finish())
        .short_term("tsodyks_markram", short_term())
        .add()
        .expect("edges");
    network
        .project("learning", "in", ["learning"])
        .rule("all_to_all", all())
        .weight(2.0)
        .axonal_delay_ms(1.0)
        .plasticity("stdp_pair", values! { w_max: 4.0 })
        .short_term("tsodyks_markram", short_term())
        .add()
        .expect("a projection");
    let weights = Dense::from_matrix(ndarray::arr2(&[[2.0_f32, 2.0]]).view());
    network
        .project("dense", "in", ["dense"])
        .matrix(weights, 1.0)
        .axonal_delay_ms(1.0)
        .short_term("tsodyks_markram", short_term())
        .add()
        .expect("a matrix");
    let spikes = TIMES_MS.iter().map(|&t| (ms(t), 0)).collect();
    network
        .give_spikes("list", "in", 1.0, spikes)
        .expect("spikes");
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    let end = 410.0;
    run(&mut engine, end, &mut log);
    let left = |delay: f64| -> f64 {
        let shares = shares(u_0, tau_rec, tau_fac);
        let each = shares.iter().zip(TIMES_MS);
        each.map(|(share, t)| share * (-(end - t - delay) / 20.0).exp())
            .sum()
    };
    for (name, expected) in [
        ("one", 2.0 * left(1.0)),
        ("drawn", 1.5 * left(1.0) + 0.5 * left(4.0)),
        ("learning", 2.0 * left(1.0)),
        ("dense", 2.0 * left(1.0)),
    ] {
        let found = potential(&engine, name);
        assert!(
            (found - expected).abs() < 1e-6,
            "{name}: {found}, expected {expected}"
        );
    }
}

/// A synapse that pairs once, and a reward later: by hand.
fn rewarded(lanes: u32) -> Network {
    let mut network = Network::new(1);
    network.lanes = Some(lanes);
    for name in ["in", "teacher", "reward"] {
        network
            .population(name, 1, "relay", values! {})
            .expect("relays");
    }
    let values = values! { tau_m: 20.0, v_th: 5.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    network
        .population("out", 1, "lif", values)
        .expect("neurons");
    network
        .project("learnt", "in", ["out"])
        .rule("all_to_all", values! {})
        .weight(1.0)
        .axonal_delay_ms(1.0)
        .plasticity(
            "reward_stdp",
            values! { w_max: 4.0, a_plus: 0.5, a_minus: 0.5 },
        )
        .modulator("dopamine")
        .add()
        .expect_err("there is no such modulator yet");
    network
        .modulate(Modulator {
            name: "dopamine".into(),
            kinetics: Kinetics {
                tau_ms: 200.0,
                baseline: 0.0,
            },
            released_by: vec!["reward".into()],
            amount: 0.5,
            delay: long(3.0),
        })
        .expect("a modulator");
    network
        .project("learnt", "in", ["out"])
        .rule("all_to_all", values! {})
        .weight(1.0)
        .axonal_delay_ms(1.0)
        .plasticity(
            "reward_stdp",
            values! { w_max: 4.0, a_plus: 0.5, a_minus: 0.5 },
        )
        .modulator("dopamine")
        .add()
        .expect("a projection that learns");
    network
        .project("teaches", "teacher", ["out"])
        .rule("all_to_all", values! {})
        .weight(50.0)
        .axonal_delay_ms(1.0)
        .add()
        .expect("a teacher");
    for (name, t) in [("in", 10.0), ("teacher", 15.0), ("reward", 500.0)] {
        network
            .give_spikes(&format!("{name}_spikes"), name, 1.0, vec![(ms(t), 0)])
            .expect("spikes");
    }
    network
}

/// What the synapse of [`rewarded`] weighs at `t_ms`: w' = c n from the release at 503 ms on.
fn by_hand(t_ms: f64) -> f64 {
    let c = 0.5 * 4.0 * (-5.0_f64 / 20.0).exp() * (-(503.0_f64 - 16.0) / 1000.0).exp();
    let tau = 1.0 / (1.0 / 1000.0 + 1.0 / 200.0);
    1.0 + 1e-3 * c * 0.5 * tau * (1.0 - (-(t_ms - 503.0) / tau).exp())
}

fn weight(engine: &Simulation) -> f64 {
    engine.synapses_of("learnt").expect("it learns")[0].weight
}

#[test]
fn a_reward_finds_the_synapse_that_earned_it() {
    for lanes in [1, 3] {
        let mut engine = Simulation::of(&rewarded(lanes)).expect("a network");
        let mut log = Log(Vec::new());
        run(&mut engine, 503.0, &mut log);
        assert_eq!(weight(&engine), 1.0);
        run(&mut engine, 600.0, &mut log);
        assert!((weight(&engine) - by_hand(600.0)).abs() < 1e-7);
        let dopamine = engine.modulator("dopamine").expect("it is there");
        assert!((dopamine - 0.5 * (-97.0_f64 / 200.0).exp()).abs() < 1e-12);
        run(&mut engine, 2000.0, &mut log);
        assert!((weight(&engine) - by_hand(2000.0)).abs() < 1e-6);
        assert!(weight(&engine) > 1.05);
    }
}

#[test]
fn a_program_can_reward_too() {
    let mut network = rewarded(1);
    network
        .stimuli
        .retain(|stimulus| stimulus.name != "reward_spikes");
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    run(&mut engine, 503.0, &mut log);
    let release = |modulator: &str, amount| Change::Release {
        modulator: modulator.into(),
        amount,
    };
    let refused = engine.apply(ms(503.0), &release("dopamin", 0.5));
    let message = refused.expect_err("there is none").to_string();
    assert!(message.contains("did you mean `dopamine`?"), "{message}");
    assert!(
        engine
            .apply(ms(503.0), &release("dopamine", f64::NAN))
            .is_err()
    );
    engine
        .apply(ms(503.0), &release("dopamine", 0.5))
        .expect("a reward");
    run(&mut engine, 600.0, &mut log);
    assert!((weight(&engine) - by_hand(600.0)).abs() < 1e-7);
}

#[test]
fn what_does_not_learn_in_a_bout_keeps_its_weight() {
    let mut engine = Simulation::of(&rewarded(1)).expect("a network");
    let bout = |number, name: &str, start, still: &[&str]| Bout {
        number,
        name: name.into(),
        start: ms(start),
        keep: Keep::All,
        on: ["in", "teacher", "reward"]
            .map(|name| format!("{name}_spikes"))
            .into(),
        regime: Regime {
            still: still.iter().map(|&name| name.into()).collect(),
            ..Regime::default()
        },
    };
    assert!(engine.begin(&bout(0, "day", 0.0, &["teaches"])).is_err());
    engine.begin(&bout(0, "day", 0.0, &[])).expect("a bout");
    let mut log = Log(Vec::new());
    run(&mut engine, 550.0, &mut log);
    engine
        .begin(&bout(1, "night", 550.0, &["learnt"]))
        .expect("a bout");
    run(&mut engine, 800.0, &mut log);
    let kept = weight(&engine);
    assert!((kept - by_hand(550.0)).abs() < 1e-6);
    engine
        .begin(&bout(2, "morning", 800.0, &[]))
        .expect("a bout");
    run(&mut engine, 900.0, &mut log);
    assert!(weight(&engine) > kept);
}

/// Targets that a relay makes fire at a steady rate, and forces on synapses that do not learn by themselves.
fn forced(forces: Vec<Homeostasis>) -> Simulation {
    let mut network = Network::new(1);
    network.lanes = Some(2);
    for (name, size) in [("in", 3), ("teacher", 2)] {
        network
            .population(name, size, "relay", values! {})
            .expect("relays");
    }
    let values = values! { tau_m: 20.0, v_th: 50.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    network
        .population("out", 2, "lif", values)
        .expect("neurons");
    let mut edges = EdgeList::new(3, 2, true, true);
    for (source, target, weight) in [
        (0, 0, 1.0),
        (1, 0, 2.0),
        (2, 0, 3.0),
        (0, 1, 4.0),
        (2, 1, 1.0),
    ] {
        edges.push(source, target, weight, 1.0).expect("an edge");
    }
    network
        .project("learnt", "in", ["out"])
        .edges(edges.finish())
        .plasticity("stdp_pair", values! { w_max: 5.0 })
        .add()
        .expect("a projection that learns");
    network
        .project("teaches", "teacher", ["out"])
        .rule("one_to_one", values! {})
        .weight(100.0)
        .axonal_delay_ms(1.0)
        .add()
        .expect("a teacher");
    // The first target at 20 Hz, the second at 5.
    let steady =
        |node, every: u32| (0..10_000 / every).map(move |k| (ms(f64::from(k * every)), node));
    let spikes = steady(0, 50).chain(steady(1, 200)).collect();
    network
        .give_spikes("steady", "teacher", 1.0, spikes)
        .expect("spikes");
    for force in forces {
        network.homeostasis(force).expect("a force");
    }
    Simulation::of(&network).expect("a network")
}

fn force(
    kind: &str,
    every: f64,
    values: impl Into<sharpwave::base::parameter::Values>,
) -> Homeostasis {
    let specs = sharpwave::plasticity::homeostasis::specs();
    let spec = specs
        .into_iter()
        .find(|spec| spec.name == kind)
        .expect("a kind");
    Homeostasis {
        name: kind.into(),
        kind: Choice {
            spec,
            values: values.into(),
        },
        projections: vec!["learnt".into()],
        every: long(every),
    }
}

/// By source, then target.
fn forced_weights(engine: &Simulation) -> Vec<f64> {
    let synapses = engine.synapses_of("learnt").expect("it learns");
    synapses.iter().map(|synapse| synapse.weight).collect()
}

fn near(found: &[f64], expected: &[f64]) {
    let close = found
        .iter()
        .zip(expected)
        .all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(
        close && found.len() == expected.len(),
        "found {found:?}, expected {expected:?}"
    );
}

#[test]
fn forces_act_at_their_instants_on_whole_neurons() {
    let mut log = Log(Vec::new());
    let mut engine = forced(vec![force("decay", 100.0, values! { share: 0.1 })]);
    run(&mut engine, 100.0, &mut log);
    near(&forced_weights(&engine), &[1.0, 4.0, 2.0, 3.0, 1.0]);
    // What is due at an instant happens before the rest of it.
    run(&mut engine, 100.1, &mut log);
    let once = (-0.1_f64).exp();
    near(
        &forced_weights(&engine),
        &[1.0, 4.0, 2.0, 3.0, 1.0].map(|w| w * once),
    );
    run(&mut engine, 1000.0, &mut log);
    near(
        &forced_weights(&engine),
        &[1.0, 4.0, 2.0, 3.0, 1.0].map(|w| w * once.powi(9)),
    );

    let mut engine = forced(vec![force("normalisation", 100.0, values! { mean: 1.0 })]);
    run(&mut engine, 150.0, &mut log);
    near(&forced_weights(&engine), &[0.5, 1.6, 1.0, 1.5, 0.4]);
    let of_sources = values! { mean: 1.0, per: "source" };
    let mut engine = forced(vec![force("normalisation", 100.0, of_sources)]);
    run(&mut engine, 150.0, &mut log);
    near(&forced_weights(&engine), &[0.4, 1.6, 1.0, 1.5, 0.5]);

    let spare = values! { factor: 0.5, spare: 0.34 };
    let mut engine = forced(vec![force("downscaling", 100.0, spare)]);
    run(&mut engine, 150.0, &mut log);
    near(&forced_weights(&engine), &[0.5, 4.0, 1.0, 3.0, 0.5]);
}

#[test]
fn scaling_goes_by_each_target_s_rate_and_within_bounds() {
    let mut log = Log(Vec::new());
    let values = values! { rate: 10.0, gain: 0.1, tau: 500.0 };
    let mut engine = forced(vec![force("scaling", 1000.0, values)]);
    run(&mut engine, 1000.5, &mut log);
    // Traces of spikes 1 ms after k · 50 ms and k · 200 ms, before the one at 1,001 ms.
    let rate = |every: f64| -> f64 {
        let n = (1000.0 / every) as u32;
        let times = (0..n).map(|k| f64::from(k) * every + 1.0);
        times.map(|t| (-(1000.0 - t) / 500.0).exp()).sum::<f64>() / 0.5
    };
    let factor = |every| 1.0 + 0.1 * (1.0 - rate(every) / 10.0);
    let (fast, slow) = (factor(50.0), factor(200.0));
    assert!(fast < 0.95 && slow > 1.05, "{fast} {slow}");
    near(
        &forced_weights(&engine),
        &[fast, 4.0 * slow, 2.0 * fast, 3.0 * fast, slow],
    );
    run(&mut engine, 9000.5, &mut log);
    // Not above `w_max`.
    assert_eq!(forced_weights(&engine)[1], 5.0);
}

/// Everything at once: rewards by spikes of the network itself, three rules, depression, several delays, noise.
fn busy(seed: u64, lanes: u32) -> Network {
    let uniform =
        |low, high| Distribution::new(Shape::Uniform { low, high }).expect("a distribution");
    let mut network = Network::new(seed);
    network.lanes = Some(lanes);
    for (name, size) in [("e", 40), ("i", 10), ("reward", 12)] {
        let values = values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
        network
            .population(name, size, "lif", values)
            .expect("neurons");
    }
    for (name, source, baseline, delay) in [
        ("dopamine", Some("reward"), 0.0, 2.5),
        ("acetylcholine", None, 0.6, 1.0),
    ] {
        network
            .modulate(Modulator {
                name: name.into(),
                kinetics: Kinetics {
                    tau_ms: 50.0,
                    baseline,
                },
                released_by: source.into_iter().map(String::from).collect(),
                amount: 0.02,
                delay: long(delay),
            })
            .expect("a modulator");
    }
    let degree = |n: u32| values! { in_degree: n };
    network
        .project("e_e", "e", ["e"])
        .rule("fixed_in_degree", degree(10))
        .weight(uniform(0.2, 1.2))
        .axonal_delay_ms(uniform(0.5, 3.0))
        .dendritic_delay_ms(uniform(0.5, 2.0))
        .plasticity(
            "reward_stdp",
            values! { w_max: 1.5, a_plus: 4.0, a_minus: 4.2 },
        )
        .modulator("dopamine")
        .short_term("tsodyks_markram", values! { u_0: 0.6, tau_rec: 100.0 })
        .add()
        .expect("e_e");
    network
        .project("e_reward", "e", ["reward"])
        .rule("fixed_in_degree", degree(10))
        .weight(0.6)
        .axonal_delay_ms(1.0)
        .plasticity(
            "stdp_pair",
            values! { w_max: 1.0, a_plus: 0.03, a_minus: 0.02 },
        )
        .modulator("acetylcholine")
        .add()
        .expect("e_reward");
    network
        .project("e_i", "e", ["i"])
        .rule("fixed_in_degree", degree(10))
        .weight(uniform(0.5, 1.5))
        .axonal_delay_ms(uniform(0.5, 3.0))
        .plasticity(
            "hebbian_rate",
            values! { w_max: 2.0, tau_u: 200.0, tau_w: 100.0 },
        )
        .add()
        .expect("e_i");
    network
        .project("e_grown", "e", ["e", "i"])
        .rule("fixed_in_degree", degree(2))
        .weight(0.5)
        .axonal_delay_ms(1.5)
        .plasticity(
            "stdp_pair",
            values! { w_max: 1.0, a_plus: 0.03, a_minus: 0.02 },
        )
        .add()
        .expect("e_grown");
    network
        .project("i_e", "i", ["e"])
        .rule("fixed_in_degree", degree(4))
        .weight(-2.0)
        .axonal_delay_ms(1.5)
        .short_term(
            "tsodyks_markram",
            values! { u_0: 0.5, tau_rec: 50.0, tau_fac: 20.0 },
        )
        .add()
        .expect("i_e");
    for (name, of, every, kind) in [
        (
            "a_scaling",
            "e_reward",
            7.0,
            force(
                "scaling",
                1.0,
                values! { rate: 20.0, gain: 0.01, tau: 50.0 },
            ),
        ),
        (
            "b_decay",
            "e_e",
            13.0,
            force("decay", 1.0, values! { share: 0.001 }),
        ),
        (
            "c_source",
            "e_e",
            90.0,
            force("normalisation", 1.0, values! { mean: 0.7, per: "source" }),
        ),
        (
            "d_turnover",
            "e_reward",
            31.0,
            force(
                "turnover",
                1.0,
                values! { prune_below: 0.58, in_degree: 12_u32, new_weight: 0.6 },
            ),
        ),
        (
            "e_structural",
            "e_grown",
            17.0,
            force(
                "structural",
                1.0,
                values! { rate: 12.0, growth: 60.0, tau: 60.0, new_weight: 0.4 },
            ),
        ),
    ] {
        network
            .homeostasis(Homeostasis {
                name: name.into(),
                projections: vec![of.into()],
                every: long(every),
                ..kind
            })
            .expect("a force");
    }
    network
        .stimulate(
            "noise",
            "poisson",
            ["e", "i", "reward"],
            3.0,
            values! { rate: 350.0 },
        )
        .expect("noise");
    network
}

fn all_weights(engine: &Simulation) -> Vec<f64> {
    let of = |name| engine.synapses_of(name).expect("it learns");
    let all = ["e_e", "e_reward", "e_i", "e_grown"]
        .into_iter()
        .flat_map(of);
    all.map(|synapse| synapse.weight).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn cuts_states_and_looks_change_nothing(
        seed in 0_u64..1_000_000, lanes in 1_u32..4, cut_us in 1_u32..300_000
    ) {
        let of = || Simulation::of(&busy(seed, lanes)).expect("a network");
        let (mut whole, mut expected) = (of(), Log(Vec::new()));
        run(&mut whole, 300.0, &mut expected);
        let edits = whole.take_edits();
        let (mut engine, mut log) = (of(), Log(Vec::new()));
        run(&mut engine, f64::from(cut_us) * 1e-3, &mut log);
        all_weights(&engine);
        let mut parts = engine.take_edits();
        let (bytes, graph) = (engine.save().expect("a state"), engine.graph_hash());
        let mut engine = of();
        engine.load(&bytes).expect("its own state");
        prop_assert_eq!(engine.graph_hash(), graph);
        prop_assert_eq!(&engine.save().expect("a state"), &bytes);
        run(&mut engine, 300.0, &mut log);
        prop_assert_eq!(&log.0, &expected.0);
        prop_assert_eq!(all_weights(&engine), all_weights(&whole));
        prop_assert_eq!(engine.modulator("dopamine"), whole.modulator("dopamine"));
        parts.extend(engine.take_edits());
        prop_assert_eq!(parts, edits);
    }
}

#[test]
fn the_networks_of_the_test_are_alive_and_learn() {
    let mut engine = Simulation::of(&busy(3, 2)).expect("a network");
    let before = all_weights(&engine);
    let mut log = Log(Vec::new());
    run(&mut engine, 300.0, &mut log);
    for p in 0..3 {
        assert!(log.0.iter().filter(|spike| spike.1 == p).count() > 50);
    }
    let edits = engine.take_edits();
    for name in ["e_reward", "e_grown"] {
        let own = edits.iter().filter(|edit| edit.projection == name);
        let (gone, new) = own.fold((0, 0), |(gone, new), edit| {
            (gone + edit.removed.len(), new + edit.added.len())
        });
        assert!(gone > 10 && new > 10, "{name}: {gone} went, {new} came");
    }
    let moved = before
        .iter()
        .zip(all_weights(&engine))
        .filter(|(a, b)| *a != b);
    assert!(moved.count() * 2 > before.len());
    assert!(engine.modulator("dopamine").expect("it is there") > 0.05);
}

/// The log of edits tells who is connected with whom, whatever the number of lanes.
#[test]
fn synapses_that_are_there_are_those_that_came_and_have_not_gone() {
    for lanes in 1..4 {
        let mut engine = Simulation::of(&busy(7, lanes)).expect("a network");
        let pairs = |engine: &Simulation, name| -> Vec<(u32, u32)> {
            let synapses = engine.synapses_of(name).expect("it learns");
            synapses
                .iter()
                .map(|synapse| (synapse.source, synapse.target))
                .collect()
        };
        let names = ["e_reward", "e_grown"];
        let mut known = names.map(|name| pairs(&engine, name));
        let mut log = Log(Vec::new());
        run(&mut engine, 300.0, &mut log);
        for edit in engine.take_edits() {
            let at = names
                .iter()
                .position(|&name| name == edit.projection)
                .expect("one of both");
            let known = &mut known[at];
            for (source, target, _) in edit.removed {
                let at = known.iter().position(|&pair| pair == (source, target));
                known.remove(at.expect("a synapse that there is"));
            }
            known.extend(
                edit.added
                    .iter()
                    .map(|&(source, target, _)| (source, target)),
            );
            assert!(
                edit.added.iter().all(|&(source, target, _)| {
                    edit.projection != "e_grown" || source != target
                })
            );
        }
        for (known, name) in known.iter_mut().zip(names) {
            known.sort_unstable();
            assert_eq!(*known, pairs(&engine, name));
        }
    }
}

//! Neurons that come while a network runs: against the same network cut by hand, and the same bits where it is stopped.

use proptest::prelude::*;
use sharpwave::network::Homeostasis;
use sharpwave::plasticity::Synapse;
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{force, ms, run, taken_up};

const SIZE: u32 = 30;

/// Neurons under noise with synapses that come and go; `birth` says when neurons do.
fn growing(seed: u64, lanes: u32, model: &str, birth: Option<(u32, u32, f64)>) -> Network {
    let mut network = Network::new(seed);
    network.lanes = Some(lanes);
    let shared = values! { tau_m: 20.0, v_th: 15.0, v_reset: 1.0, e_l: 0.0, t_ref: 2.0 };
    let mut values = shared.clone();
    if model == "lif_adaptive" {
        values.insert("tau_w", 100.0);
        values.insert("b", 5.0);
    }
    if model == "lif_exp" {
        values.insert("tau_syn_ex", 5.0);
        values.insert("tau_syn_in", 5.0);
    }
    let unit = if model == "lif_exp" { 30.0 } else { 1.0 };
    network
        .population("e", SIZE, model, values)
        .expect("neurons");
    network
        .project("e_e", "e", ["e"])
        .rule("fixed_in_degree", values! { in_degree: 4_u32 })
        .weight(0.5 * unit)
        .axonal_delay_ms(1.5)
        .plasticity(
            "stdp_pair",
            values! { w_max: unit, a_plus: 0.03, a_minus: 0.02 },
        )
        .add()
        .expect("e_e");
    network
        .stimulate(
            "noise",
            "poisson",
            ["e"],
            3.0 * unit,
            values! { rate: 350.0 },
        )
        .expect("noise");
    let named = |name: &str, kind: Homeostasis| Homeostasis {
        name: name.into(),
        ..kind
    };
    let wired = |kind: Homeostasis| Homeostasis {
        projections: vec!["e_e".into()],
        ..kind
    };
    let values = values! { rate: 40.0, growth: 60.0, tau: 60.0, new_weight: 0.4 * unit };
    network
        .homeostasis(named("grow", wired(force("structural", 17.0, values))))
        .expect("a force");
    if let Some((at_first, add, from)) = birth {
        let values = values! { at_first: at_first, add: add, from: from };
        let kind = Homeostasis {
            projections: Vec::new(),
            populations: vec!["e".into()],
            ..force("neurogenesis", 40.0, values)
        };
        network.homeostasis(named("birth", kind)).expect("a force");
    }
    network
}

/// How many neurons are there before each instant of 40 ms.
fn born(at_first: u32, add: u32, from: f64, t_ms: f64) -> u32 {
    let instants = (1..)
        .map(|k| f64::from(k) * 40.0)
        .take_while(|due| *due <= t_ms);
    let births = instants.filter(|due| *due >= from).count() as u32;
    (at_first + births * add).min(SIZE)
}

#[test]
fn who_is_not_there_neither_fires_nor_is_connected() {
    for model in ["lif", "lif_exp", "lif_adaptive"] {
        let network = growing(5, 2, model, Some((12, 3, 100.0)));
        let mut engine = Simulation::of(&network).expect("a network");
        let mut log = Log(Vec::new());
        let mut connected = Vec::new();
        for step in 0..80 {
            let t = f64::from(step) * 10.0 + 5.0;
            run(&mut engine, t, &mut log);
            let there = born(12, 3, 100.0, t);
            let synapses = engine.synapses_of("e_e").expect("it learns");
            let ends = synapses.iter().flat_map(|one| [one.source, one.target]);
            let last = ends.max().expect("synapses");
            assert!(last < there, "{model}: neuron {last} of {there} at {t} ms");
            connected.push(last + 1);
        }
        for &(ps, _, node) in &log.0 {
            let t = ps as f64 / 1e9;
            assert!(
                node < born(12, 3, 100.0, t),
                "{model}: neuron {node} at {t} ms"
            );
        }
        // All come in the end, and those that came fire and are wired.
        let fires = |node: &u32| log.0.iter().any(|spike| spike.2 == *node);
        let late = (12..SIZE).filter(fires).count();
        assert!(late >= 14, "{model}: {late} of 18 that came fire");
        assert!(connected[79] >= SIZE - 1, "{model}: {}", connected[79]);
    }
}

#[test]
fn a_neuron_comes_at_reset_at_its_instant_and_takes_what_arrives_then() {
    let mut network = Network::new(1);
    let values = values! { tau_m: 20.0, v_th: 10.0, v_reset: 4.0, e_l: 0.0, t_ref: 2.0 };
    network.population("e", 3, "lif", values).expect("neurons");
    // At 40 ms neuron 1 is at 4 mV and takes 7: it fires. Neuron 2 has lost what came before and takes 7 at 85 ms.
    let spikes = vec![
        (ms(10.0), 0),
        (ms(10.0), 1),
        (ms(40.0), 1),
        (ms(79.9), 2),
        (ms(85.0), 2),
    ];
    network
        .give_spikes("input", "e", 7.0, spikes)
        .expect("spikes");
    let birth = Homeostasis {
        projections: Vec::new(),
        populations: vec!["e".into()],
        ..force("neurogenesis", 40.0, values! { at_first: 1_u32 })
    };
    network.homeostasis(birth).expect("a force");
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    run(&mut engine, 84.0, &mut log);
    assert_eq!(log.0, [(40_000_000_000, 0, 1)]);
    let v = |engine: &Simulation, node| engine.sample("e", node, "v_m").expect("a potential");
    assert!((v(&engine, 2) - 4.0 * (-4.0_f64 / 20.0).exp()).abs() < 1e-12);
    assert!((v(&engine, 0) - 7.0 * (-74.0_f64 / 20.0).exp()).abs() < 1e-12);
    run(&mut engine, 86.0, &mut log);
    assert_eq!(log.0.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn stops_change_nothing(
        seed in 0_u64..1_000_000, lanes in 1_u32..4, cut_us in 1_u32..300_000, model in 0_usize..3
    ) {
        let model = ["lif", "lif_exp", "lif_adaptive"][model];
        let of = || Simulation::of(&growing(seed, lanes, model, Some((12, 3, 50.0)))).expect("a network");
        let (mut whole, mut expected) = (of(), Log(Vec::new()));
        run(&mut whole, 300.0, &mut expected);
        let (mut engine, mut log) = (of(), Log(Vec::new()));
        run(&mut engine, f64::from(cut_us) * 1e-3, &mut log);
        let mut engine = taken_up(&engine, of());
        run(&mut engine, 300.0, &mut log);
        prop_assert_eq!(&log.0, &expected.0);
        let weights = |engine: &Simulation| engine.synapses_of("e_e").expect("it learns");
        prop_assert!(weights(&engine) == weights(&whole));
    }
}

#[test]
fn births_that_cannot_be_are_refused() {
    let refused = |at_first: u32, populations: &[&str], twice: bool| {
        let mut network = growing(1, 1, "lif", twice.then_some((3, 1, 0.0)));
        network
            .population("relays", 5, "relay", values! {})
            .expect("relays");
        let birth = Homeostasis {
            projections: Vec::new(),
            populations: populations.iter().map(|&name| name.into()).collect(),
            ..force("neurogenesis", 40.0, values! { at_first: at_first })
        };
        network
            .homeostasis(birth)
            .expect_err("it cannot be")
            .to_string()
    };
    let message = refused(30, &["e"], false);
    assert!(
        message.contains("`at_first` is 30, expected at most 29"),
        "{message}"
    );
    let message = refused(3, &["relays"], false);
    assert!(message.contains("no threshold"), "{message}");
    let message = refused(3, &["e"], true);
    assert!(message.contains("another force"), "{message}");
}

#[test]
fn who_is_not_there_is_not_there_after_a_rest() {
    use sharpwave::engine::simulation::{Bout, Keep, Regime};
    let network = growing(5, 2, "lif", Some((12, 3, 1000.0)));
    let mut engine = Simulation::of(&network).expect("a network");
    run(&mut engine, 50.0, &mut Log(Vec::new()));
    let bout = Bout {
        number: 1,
        name: "again".into(),
        start: ms(50.0),
        keep: Keep::Weights,
        on: vec!["noise".into()],
        regime: Regime::default(),
    };
    engine.begin(&bout).expect("a bout");
    let mut log = Log(Vec::new());
    run(&mut engine, 300.0, &mut log);
    assert!(!log.0.is_empty() && log.0.iter().all(|spike| spike.2 < 12));
}

/// Slow forces leave synapses of neurons alone that are not there; a rule that connects nobody leaves the unborn theirs.
#[test]
fn synapses_that_wait_stay_as_they_are() {
    let mut network = growing(5, 2, "lif", Some((12, 3, 1000.0)));
    network.homeostasis.retain(|force| force.name == "birth");
    let decay = Homeostasis {
        name: "fade".into(),
        projections: vec!["e_e".into()],
        ..force("decay", 40.0, values! { share: 0.5 })
    };
    network.homeostasis(decay).expect("a force");
    let contacts = Homeostasis {
        name: "more".into(),
        projections: vec!["e_e".into()],
        ..force(
            "contacts",
            40.0,
            values! { grow_above: 1.0, new_weight: 0.5 },
        )
    };
    network.homeostasis(contacts).expect("a force");
    let mut engine = Simulation::of(&network).expect("a network");
    run(&mut engine, 200.0, &mut Log(Vec::new()));
    let synapses = engine.synapses_of("e_e").expect("it learns");
    assert_eq!(synapses.len(), 4 * SIZE as usize);
    // From a neuron that is to come, or onto one: of both kinds.
    let waits = |one: &&Synapse| one.source.max(one.target) >= 12;
    let mut waiting = synapses.iter().filter(waits);
    assert!(waiting.all(|one| one.weight == 0.5), "{synapses:?}");
    let mut there = synapses.iter().filter(|one| !waits(one));
    assert!(there.any(|one| one.weight < 0.2), "{synapses:?}");
}

/// A normalisation counts synapses alone whose ends are both there.
#[test]
fn synapses_that_wait_are_counted_nowhere() {
    for per in ["target", "source"] {
        let mut network = growing(5, 2, "lif", Some((12, 3, 1000.0)));
        network.homeostasis.retain(|force| force.name == "birth");
        let even = Homeostasis {
            projections: vec!["e_e".into()],
            ..force("normalisation", 40.0, values! { mean: 0.3, per: per })
        };
        network.homeostasis(even).expect("a force");
        let mut engine = Simulation::of(&network).expect("a network");
        run(&mut engine, 40.000_001, &mut Log(Vec::new()));
        let synapses = engine.synapses_of("e_e").expect("it learns");
        let mut means = std::collections::BTreeMap::<u32, Vec<f64>>::new();
        for one in &synapses {
            if one.source.max(one.target) >= 12 {
                assert_eq!(one.weight, 0.5);
                continue;
            }
            let own = if per == "target" {
                one.target
            } else {
                one.source
            };
            means.entry(own).or_default().push(one.weight);
        }
        assert!(means.len() > 5);
        for (node, weights) in means {
            let mean = weights.iter().sum::<f64>() / weights.len() as f64;
            assert!((mean - 0.3).abs() < 1e-6, "{per} {node}: {mean}");
        }
    }
}

/// A newborn grows from its birth on, wherever the instants of growth lie.
#[test]
fn a_newborn_grows_from_its_birth_on() {
    let values = values! { tau_m: 20.0, v_th: 20.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    let mut network = Network::new(1);
    network
        .population("pre", 50, "relay", values! {})
        .expect("relays");
    network
        .population("post", 2, "lif", values)
        .expect("neurons");
    network
        .project("s", "pre", ["post"])
        .rule("fixed_in_degree", values! { in_degree: 1_u32 })
        .weight(0.2)
        .axonal_delay_ms(1.0)
        .plasticity("stdp_pair", values! { w_max: 1.0 })
        .add()
        .expect("s");
    let grow = force(
        "structural",
        100.0,
        values! { rate: 20.0, growth: 100.0, new_weight: 0.1 },
    );
    let grow = Homeostasis {
        projections: vec!["s".into()],
        ..grow
    };
    let birth = Homeostasis {
        name: "birth".into(),
        projections: Vec::new(),
        populations: vec!["post".into()],
        ..force("neurogenesis", 495.0, values! { at_first: 1_u32 })
    };
    network.homeostasis(grow).expect("growth");
    network.homeostasis(birth).expect("a birth");
    let degrees = |engine: &Simulation| {
        let synapses = engine.synapses_of("s").expect("it learns");
        [0, 1].map(|target| synapses.iter().filter(|one| one.target == target).count())
    };
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    // One synapse, and 100 a second of those that are silent; born at 495 ms.
    for (t, expected) in [
        (450.0, [41, 0]),
        (550.0, [51, 0]),
        (650.0, [61, 10]),
        (750.0, [71, 20]),
    ] {
        run(&mut engine, t, &mut log);
        assert_eq!(degrees(&engine), expected, "{t} ms");
        engine = taken_up(&engine, Simulation::of(&network).expect("a network"));
    }
}

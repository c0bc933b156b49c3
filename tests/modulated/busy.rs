//! Networks with everything at once: the same bits where a run is cut, saved, and looked at.

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::network::{Homeostasis, Modulator};
use sharpwave::plasticity::{Kinetics, Synapse};
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{force, long, run, taken_up};

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
                triggers: Vec::new(),
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
        .axonal_delay_ms(uniform(0.5, 4.0))
        .dendritic_delay_ms(uniform(0.5, 0.9))
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
        let mut engine = taken_up(&engine, of());
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
        let place = |one: &Synapse| (one.source, one.target, one.delay, one.dendritic);
        let pairs = |engine: &Simulation, name| -> Vec<_> {
            let synapses = engine.synapses_of(name).expect("it learns");
            let mut places: Vec<_> = synapses.iter().map(place).collect();
            places.sort_unstable();
            places
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
            for gone in edit.removed {
                let at = known.iter().position(|&one| one == place(&gone));
                known.remove(at.expect("a synapse that there is"));
            }
            known.extend(edit.added.iter().map(place));
            let is_grown = edit.projection == "e_grown";
            let mut added = edit.added.iter();
            assert!(added.all(|one| !is_grown || one.source != one.target));
        }
        for (known, name) in known.iter_mut().zip(names) {
            known.sort_unstable();
            assert_eq!(*known, pairs(&engine, name));
        }
    }
}

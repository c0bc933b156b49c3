//! Neurons that store memory: only their synapses with each other learn, come and go.

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::network::Homeostasis;
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{force, run, taken_up};

const MEMORY: u32 = 12;

/// Neurons under noise, whose synapses learn by `a_plus`: all of them, or those of the first few alone.
fn network(lanes: u32, a_plus: f64, some: bool) -> Network {
    let uniform =
        |low, high| Distribution::new(Shape::Uniform { low, high }).expect("a distribution");
    let mut network = Network::new(9);
    network.lanes = Some(lanes);
    for (name, size) in [("e", 40), ("i", 10)] {
        let values = values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
        let neurons = network.population(name, size, "lif", values);
        neurons.expect("neurons");
    }
    // The first targets are the ten of `i`.
    let memory = |first: u32| some.then(|| (first..first + MEMORY).collect::<Vec<u32>>());
    network
        .project("learnt", "e", ["i", "e"])
        .rule("fixed_in_degree", values! { in_degree: 15_u32 })
        .weight(uniform(0.2, 0.8))
        .axonal_delay_ms(uniform(0.5, 3.0))
        .dendritic_delay_ms(uniform(0.5, 2.0))
        .plasticity(
            "stdp_pair",
            values! { w_max: 1.0, a_plus: a_plus, a_minus: 0.8 * a_plus },
        )
        .within(memory(0), memory(10))
        .add()
        .expect("a projection");
    network
        .stimulate("noise", "poisson", ["e", "i"], 3.0, values! { rate: 260.0 })
        .expect("noise");
    network
}

#[test]
fn others_are_static_and_go_on_as_before() {
    for lanes in [1, 3] {
        let of = |a_plus, some| {
            let mut engine = Simulation::of(&network(lanes, a_plus, some)).expect("a network");
            let before = engine.synapses_of("learnt").expect("it learns");
            let mut log = Log(Vec::new());
            run(&mut engine, 300.0, &mut log);
            let after = engine.synapses_of("learnt").expect("it learns");
            (before, after, log.0)
        };
        // Nothing changes: what is static adds the same at the same instants.
        let (all, _, spikes) = of(0.0, false);
        let (some, after, same) = of(0.0, true);
        assert!(spikes.len() > 500 && spikes == same);
        assert_eq!(some, after);
        let within = |s: u32, t: u32| s < MEMORY && (10..10 + MEMORY).contains(&t);
        let own: Vec<_> = all
            .iter()
            .filter(|one| within(one.source, one.target))
            .copied()
            .collect();
        assert!(own.len() > 20 && own == some);
        let (before, after, _) = of(0.05, true);
        assert_eq!(before, own);
        let moved = before
            .iter()
            .zip(&after)
            .filter(|(a, b)| a.weight != b.weight);
        assert!(2 * moved.count() > before.len());
    }
}

#[test]
fn synapses_come_and_go_among_them_alone() {
    let of = || {
        let mut network = network(2, 0.05, true);
        let values = values! { prune_below: 0.42, in_degree: 8_u32, new_weight: 0.5 };
        let turnover = Homeostasis {
            projections: vec!["learnt".into()],
            ..force("turnover", 17.0, values)
        };
        network.homeostasis(turnover).expect("a force");
        Simulation::of(&network).expect("a network")
    };
    let (mut engine, mut log) = (of(), Log(Vec::new()));
    run(&mut engine, 100.0, &mut log);
    let mut cut = taken_up(&engine, of());
    run(&mut engine, 200.0, &mut log);
    run(&mut cut, 200.0, &mut Log(Vec::new()));
    let synapses = |engine: &Simulation| engine.synapses_of("learnt").expect("it learns");
    assert_eq!(synapses(&engine), synapses(&cut));
    let mut onto = [0; MEMORY as usize];
    for one in synapses(&engine) {
        assert!(one.source < MEMORY);
        onto[one.target as usize - 10] += 1;
    }
    assert!(onto.iter().all(|&n| n >= 7), "{onto:?}");
    let edits = engine.take_edits();
    assert!(edits.iter().map(|edit| edit.removed.len()).sum::<usize>() > 20);
}

#[test]
fn memory_neurons_that_are_not_there_are_refused() {
    let mut network = network(1, 0.0, false);
    let mut add = |name: &str, sources: Option<Vec<u32>>| {
        let projection = network
            .project(name, "e", ["e"])
            .rule("all_to_all", values! {})
            .weight(0.5)
            .axonal_delay_ms(1.0)
            .plasticity("stdp_pair", values! { w_max: 1.0 });
        projection.within(sources, None).add()
    };
    add("fits", Some(vec![0, 39])).expect("neurons that there are");
    let message = add("beyond", Some(vec![0, 40])).expect_err("no such neuron");
    let message = message.to_string();
    assert!(
        message.contains("`sources` is 40, expected at most 39"),
        "{message}"
    );
}

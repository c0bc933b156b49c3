//! Slow forces on a few synapses, by hand.

use sharpwave::connection::EdgeList;
use sharpwave::network::Homeostasis;
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{force, ms, run};

/// Targets that a relay makes fire at a steady rate, and forces on synapses that do not learn by themselves.
fn forced(forces: Vec<Homeostasis>) -> Simulation {
    forced_in(2, forces)
}

/// The same in so many lanes.
fn forced_in(lanes: u32, forces: Vec<Homeostasis>) -> Simulation {
    forced_by(lanes, ["in", "teacher", "out"], forces)
}

/// The same with populations declared in this order.
fn forced_by(lanes: u32, order: [&str; 3], forces: Vec<Homeostasis>) -> Simulation {
    let mut network = Network::new(1);
    network.lanes = Some(lanes);
    for name in order {
        let values = values! { tau_m: 20.0, v_th: 50.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
        let added = match name {
            "in" => network.population(name, 3, "relay", values! {}),
            "teacher" => network.population(name, 2, "relay", values! {}),
            _ => network.population(name, 2, "lif", values),
        };
        added.expect("neurons");
    }
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

#[test]
fn shuffled_weights_stay_with_their_target_in_any_lanes() {
    let in_order = |order, lanes: u32, until: f64| {
        let mut engine = forced_by(lanes, order, vec![force("shuffle", 100.0, values! {})]);
        run(&mut engine, until, &mut Log(Vec::new()));
        forced_weights(&engine)
    };
    let shuffled = |lanes, until| in_order(["in", "teacher", "out"], lanes, until);
    let mut orders = std::collections::BTreeSet::new();
    for k in 1..=20 {
        let until = 100.0 * f64::from(k) + 0.5;
        let found = shuffled(2, until);
        assert_eq!(found, shuffled(1, until));
        assert_eq!(found, in_order(["out", "teacher", "in"], 2, until));
        // By source, then target.
        let [a, b, c, d, e] = found[..] else {
            panic!("{found:?}")
        };
        let sorted = |mut own: Vec<f64>| {
            own.sort_by(f64::total_cmp);
            own
        };
        assert_eq!(sorted(vec![a, c, d]), [1.0, 2.0, 3.0]);
        assert_eq!(sorted(vec![b, e]), [1.0, 4.0]);
        orders.insert(found.iter().map(|w| *w as u32).collect::<Vec<_>>());
    }
    // Of 3! 2! ways twenty draws hit all but one or two.
    assert!(orders.len() >= 6, "{orders:?}");
}

/// A stage may change how strong a force is: from then on it acts so, and after a checkpoint too.
#[test]
fn a_force_changes_with_the_stage() {
    use sharpwave::base::alteration::Alteration;
    use sharpwave::engine::simulation::{Bout, Keep, Regime};
    use sharpwave::network::path::Alterations;

    let decay = || {
        vec![force(
            "downscaling",
            100.0,
            values! { factor: 0.9, spare: 0.0 },
        )]
    };
    let mut engine = forced(decay());
    let mut log = Log(Vec::new());
    let first = forced_weights(&engine);
    let begin = |engine: &mut Simulation, number: u64, start: f64, factor: Option<f64>| {
        let mut alterations = Alterations::new();
        if let Some(factor) = factor {
            let path = "homeostasis.downscaling.factor".parse().expect("a path");
            alterations.insert(path, Alteration::value(factor));
        }
        let begun = engine.begin(&Bout {
            number,
            name: format!("b{number}"),
            start: ms(start),
            keep: Keep::All,
            on: Vec::new(),
            regime: Regime {
                alterations,
                ..Regime::default()
            },
        });
        begun.expect("a bout");
    };
    begin(&mut engine, 0, 0.0, None);
    run(&mut engine, 250.0, &mut log);
    let at = |factor: f64| {
        first
            .iter()
            .map(|weight| weight * factor)
            .collect::<Vec<_>>()
    };
    near(&forced_weights(&engine), &at(0.81));
    begin(&mut engine, 1, 250.0, Some(0.5));
    run(&mut engine, 350.0, &mut log);
    near(&forced_weights(&engine), &at(0.81 * 0.5));
    let mut again = forced(decay());
    again
        .load(&engine.save().expect("a state"))
        .expect("its own");
    for engine in [&mut engine, &mut again] {
        run(engine, 450.0, &mut log);
        near(&forced_weights(engine), &at(0.81 * 0.25));
    }
    begin(&mut again, 2, 450.0, None);
    run(&mut again, 550.0, &mut log);
    near(&forced_weights(&again), &at(0.81 * 0.25 * 0.9));
}

//! A factor that each neuron has of its own: strength that follows use, up to the importance of the neuron.

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::synapse::dense::Dense;
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{ms, run};

/// One source and three targets that fire 5 ms after it every 50 ms, with weights in rows or in a matrix.
fn network(lanes: u32, importance: impl Into<Value>, dense: bool) -> Network {
    let mut network = Network::new(4);
    network.lanes = Some(lanes);
    network
        .population("in", 1, "relay", values! {})
        .expect("a relay");
    let values = values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    network
        .population("out", 3, "lif", values)
        .expect("neurons");
    let mut values = Values::from([("w_max", 1.0), ("tau_w", 100.0), ("tau_u", 300.0)]);
    values.insert("importance", importance);
    let projection = network.project("used", "in", ["out"]);
    let projection = match dense {
        true => {
            let weights = ndarray::arr2(&[[0.0_f32], [0.0], [0.0]]);
            projection.matrix(Dense::from_matrix(weights.view()), 1.0)
        }
        false => projection.rule("all_to_all", values! {}).weight(0.0),
    };
    projection
        .axonal_delay_ms(1.0)
        .plasticity("hebbian_rate", values)
        .add()
        .expect("a projection");
    let spikes = |lag: f64, n: u32| {
        let times = (1..20).map(move |k| ms(50.0 * f64::from(k) + lag));
        times
            .flat_map(|t| (0..n).map(move |node| (t, node)))
            .collect()
    };
    network
        .give_spikes("use", "in", 1.0, spikes(0.0, 1))
        .expect("spikes");
    network
        .give_spikes("follow", "out", 100.0, spikes(5.0, 3))
        .expect("spikes");
    network
}

fn strengths(lanes: u32, importance: impl Into<Value>, dense: bool) -> Vec<f64> {
    let network = network(lanes, importance, dense);
    let mut engine = Simulation::of(&network).expect("a network");
    run(&mut engine, 990.0, &mut Log(Vec::new()));
    match dense {
        true => {
            let weights = engine.weights("used").expect("a matrix");
            (0..3).map(|j| weights[(j, 0)].into()).collect()
        }
        false => {
            let synapses = engine.synapses_of("used").expect("it learns");
            synapses.iter().map(|one| one.weight).collect()
        }
    }
}

#[test]
fn each_neuron_has_its_own_share() {
    let blocks = || Value::Blocks(vec![(1, 0.25), (2, 0.75)]);
    for dense in [false, true] {
        let one = strengths(1, 1.0, dense);
        assert!(
            one[0] > 0.05 && one[1] == one[0] && one[2] == one[0],
            "{one:?}"
        );
        for lanes in [1, 3] {
            let own = strengths(lanes, blocks(), dense);
            for (own, share) in own.iter().zip([0.25, 0.75, 0.75]) {
                assert!((own - share * one[0]).abs() < 1e-6, "{own} of {one:?}");
            }
        }
    }
}

#[test]
fn it_may_be_drawn() {
    let uniform = Shape::Uniform {
        low: 0.1,
        high: 0.9,
    };
    let drawn = || Value::Drawn(Distribution::new(uniform).expect("a distribution"));
    let (all, own) = (strengths(1, 1.0, false), strengths(1, drawn(), false));
    let shares: Vec<f64> = own.iter().zip(&all).map(|(own, all)| own / all).collect();
    assert!(
        shares.iter().all(|share| (0.1..0.9).contains(share)),
        "{shares:?}"
    );
    assert!(shares[0] != shares[1] && shares[1] != shares[2]);
    // It belongs to the neuron, wherever that lies and its weights are kept.
    for (lanes, dense) in [(3, false), (2, true)] {
        let same = strengths(lanes, drawn(), dense);
        assert!(
            own.iter().zip(&same).all(|(a, b)| (a - b).abs() < 1e-6),
            "{own:?} {same:?}"
        );
    }
}

#[test]
fn blocks_are_those_of_all_targets() {
    let mut network = network(1, 1.0, false);
    let mut values = Values::from([("w_max", 1.0)]);
    values.insert("importance", Value::Blocks(vec![(2, 0.5)]));
    let projection = network.project("other", "in", ["out"]);
    let added = projection
        .rule("all_to_all", values! {})
        .weight(0.0)
        .axonal_delay_ms(1.0)
        .plasticity("hebbian_rate", values)
        .add();
    let message = added.expect_err("one is missing").to_string();
    assert!(
        message.contains("blocks of 2 neurons, expected 3"),
        "{message}"
    );
}

//! A matrix with a dendritic delay is the same as a list of its synapses with that delay.

use ndarray::Array2;
use sharpwave::base::parameter::Values;
use sharpwave::connection::EdgeList;
use sharpwave::engine::simulation::Ended;
use sharpwave::synapse::dense::Dense;
use sharpwave::{Network, Simulation, values};

use super::{Log, Time};

const SOURCES: u32 = 12;
const TARGETS: u32 = 6;

fn weight(i: u32, j: u32) -> f32 {
    2.0 + 0.25 * ((5 * i + 3 * j) % 8) as f32
}

/// Spikes of all neurons, and weights by target, then source.
fn of(
    rule: &str,
    rule_values: Values,
    is_matrix: bool,
    delays: (f64, f64),
) -> (Vec<(i64, usize, u32)>, Vec<f64>) {
    let mut network = Network::new(4);
    let values = || values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    network
        .population("in", SOURCES, "lif", values())
        .expect("neurons");
    network
        .population("out", TARGETS, "lif", values())
        .expect("neurons");
    let project = network.project("learnt", "in", ["out"]);
    let project = match is_matrix {
        true => {
            let shape = (TARGETS as usize, SOURCES as usize);
            let matrix = Array2::from_shape_fn(shape, |(j, i)| weight(i as u32, j as u32));
            project.matrix(Dense::from_matrix(matrix.view()), 1.0)
        }
        false => {
            let mut edges = EdgeList::new(SOURCES, TARGETS, true, false);
            for (i, j) in (0..SOURCES).flat_map(|i| (0..TARGETS).map(move |j| (i, j))) {
                edges
                    .push(i.into(), j.into(), weight(i, j).into(), 0.0)
                    .expect("an edge");
            }
            project.edges(edges.finish())
        }
    };
    project
        .axonal_delay_ms(delays.0)
        .dendritic_delay_ms(delays.1)
        .plasticity(rule, rule_values)
        .add()
        .expect("a projection");
    network
        .stimulate("noise", "poisson", ["in"], 4.0, values! { rate: 300.0 })
        .expect("noise");
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    assert_eq!(
        engine.run(Time::from_ms(400.0).expect("in range"), &mut log),
        Ended::Reached
    );
    let weights = match is_matrix {
        true => {
            let weights = engine.weights("learnt").expect("a matrix");
            weights
                .values()
                .iter()
                .map(|&weight| weight.into())
                .collect()
        }
        false => {
            let mut synapses = engine.synapses_of("learnt").expect("it learns");
            synapses.sort_by_key(|one| (one.target, one.source));
            synapses.iter().map(|one| one.weight).collect()
        }
    };
    (log.0, weights)
}

#[test]
fn both_delays_reach_the_synapses_of_a_matrix() {
    for (rule, values) in [
        (
            "stdp_pair",
            values! { w_max: 5.0, a_plus: 0.02, a_minus: 0.015 },
        ),
        ("stdp_triplet", values! { w_max: 5.0 }),
    ] {
        let both = (0.5, 3.0);
        let (spikes, weights) = of(rule, values.clone(), true, both);
        let (expected, listed) = of(rule, values.clone(), false, both);
        let fired = spikes.iter().filter(|spike| spike.1 == 1).count();
        assert!(fired > 20, "{rule}: {fired}");
        assert_eq!(spikes, expected, "{rule}");
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-5;
        assert!(weights.iter().zip(&listed).all(near), "{rule}");
        // Spikes at the soma are the same where the whole delay is axonal, but synapses see others.
        let (_, along) = of(rule, values, true, (3.5, 0.0));
        assert!(
            weights
                .iter()
                .zip(&along)
                .any(|(a, b)| (a - b).abs() > 1e-3),
            "{rule}"
        );
    }
}

//! Synapses that come where neurons are near, in a network that wires itself.

use sharpwave::network::{Homeostasis, Layout};
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{force, run};

const SIZE: u32 = 90;

/// A ring of 90 neurons, a millimetre from each other, which grow synapses.
fn ring(kind: &str, placed: bool, length: Option<f64>) -> Result<Network, String> {
    let mut network = Network::new(3);
    let values = values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    let e = network
        .population("e", SIZE, "lif", values)
        .expect("neurons");
    e.positions = placed.then(|| Layout::Grid {
        shape: vec![SIZE],
        extent_mm: vec![SIZE.into()],
        wrap: true,
    });
    network
        .project("e_e", "e", ["e"])
        .rule("fixed_in_degree", values! { in_degree: 0_u32 })
        .weight(0.1)
        .axonal_delay_ms(1.5)
        .plasticity("stdp_pair", values! { w_max: 0.4 })
        .add()
        .expect("e_e");
    network
        .stimulate("noise", "poisson", ["e"], 2.0, values! { rate: 250.0 })
        .expect("noise");
    let mut values = match kind {
        "structural" => values! { rate: 60.0, growth: 40.0, tau: 100.0, new_weight: 0.1 },
        _ => values! { in_degree: 12_u32, at_once: 3_u32, new_weight: 0.1 },
    };
    if let Some(length) = length {
        values.insert("length", length);
    }
    let kind = Homeostasis {
        name: "grow".into(),
        projections: vec!["e_e".into()],
        ..force(kind, 50.0, values)
    };
    network
        .homeostasis(kind)
        .map_err(|error| error.to_string())?;
    Ok(network)
}

/// Synapses after 300 ms and their mean length.
fn grown(kind: &str, length: Option<f64>) -> (usize, f64) {
    let network = ring(kind, true, length).expect("a network");
    let mut engine = Simulation::of(&network).expect("a network");
    run(&mut engine, 300.0, &mut Log(Vec::new()));
    let synapses = engine.synapses_of("e_e").expect("it learns");
    let mm = synapses.iter().map(|one| {
        let apart = one.source.abs_diff(one.target);
        f64::from(apart.min(SIZE - apart))
    });
    (synapses.len(), mm.sum::<f64>() / synapses.len() as f64)
}

#[test]
fn synapses_come_between_neurons_that_are_near() {
    for kind in ["structural", "turnover"] {
        let (n, near) = grown(kind, Some(3.0));
        let (all, anywhere) = grown(kind, None);
        assert!(n > 300 && all > 300, "{kind}: {n} {all}");
        // A quarter of the ring, but for neurons themselves.
        assert!((anywhere - 22.75).abs() < 1.5, "{kind}: {anywhere}");
        assert!(near > 2.0 && near < 5.0, "{kind}: {near}");
    }
}

#[test]
fn distance_needs_positions() {
    let message = ring("turnover", false, Some(3.0)).expect_err("no positions");
    assert!(
        message.contains("`length` needs to know where neurons lie"),
        "{message}"
    );
    assert!(ring("turnover", false, None).is_ok());
}

#[test]
fn new_synapses_are_weaker_the_farther_they_reach() {
    let mut network = ring("turnover", true, None).expect("a network");
    let profile = values! { profile: "exponential", width: 10.0 };
    network.projections[0].weight_profile = Some(profile);
    let mut engine = Simulation::of(&network).expect("a network");
    run(&mut engine, 60.0, &mut Log(Vec::new()));
    let edits = engine.take_edits();
    let added: Vec<_> = edits.iter().flat_map(|edit| &edit.added).collect();
    assert!(added.len() > 100, "{}", added.len());
    for one in added {
        let apart = one.source.abs_diff(one.target);
        let mm = f64::from(apart.min(SIZE - apart));
        let expected = 0.1 * (-mm / 10.0).exp();
        assert!(
            (one.weight - expected).abs() < 1e-7,
            "{mm} mm: {}",
            one.weight
        );
    }
}

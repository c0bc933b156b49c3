//! What holds for every model, and that a model is easily added.

mod alter;
mod perfect;

use std::collections::BTreeMap;

use super::*;
use crate::base::time::Duration;

/// Populations of every model that has a potential, with shared parameters and with their own; at rest at 0 mV, with the
/// threshold at 20 mV.
fn populations(size: usize, i_e: f64) -> Vec<(String, Box<dyn Neurons>)> {
    let mut all = Vec::new();
    for model in REGISTRY.iter().filter(|model| !model.variables.is_empty()) {
        let mut values = Values::from([
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("c_m", 250.0),
            ("t_ref", 2.0),
        ]);
        match model.spec.name {
            "lif_adaptive" => values.extend([("tau_w", 100.0), ("b", 0.0)]),
            "lif_exp" => values.extend([("tau_syn_ex", 5.0), ("tau_syn_in", 5.0)]),
            _ => {}
        }
        values.insert("i_e", i_e);
        let own = BTreeMap::from([("tau_m", vec![20.0; size])]);
        for (way, each) in [("shared", BTreeMap::new()), ("own", own)] {
            let setup = Setup {
                size,
                values: &values,
                each: &each,
                stream: Stream::new(0, "test", 0),
            };
            let population = (model.build)(setup).expect("valid");
            all.push((format!("{}, {way}, {i_e} pA", model.spec.name), population));
        }
    }
    all
}

fn fired(neurons: &mut dyn Neurons) -> Vec<u32> {
    let mut fired = Vec::new();
    neurons.fire(&mut fired);
    fired
}

const START: Time = Time::from_ps(7_000_000_000);

#[test]
fn a_neuron_set_at_or_above_its_threshold_fires_at_once() {
    // Below the threshold, and carried above it.
    for i_e in [0.0, 300.0] {
        for (name, mut population) in populations(6, i_e) {
            let neurons = &mut *population;
            neurons.reset(START);
            for (j, v) in [20.0, 19.9, 45.0, 30.0, 22.0, 0.0].into_iter().enumerate() {
                neurons.set_potential(j, v);
            }
            // Set twice, the last holds.
            neurons.set_potential(3, -4.0);
            assert_eq!(
                [neurons.next_due(), neurons.next_alone()],
                [START; 2],
                "{name}"
            );
            // It is part of the state.
            let saved = neurons.save().expect("plain data");
            neurons.reset(START);
            neurons.load(&saved).expect("its own state");
            assert_eq!(neurons.next_due(), START, "{name}");
            neurons.advance(START);
            assert_eq!(fired(neurons), [0, 2, 4], "{name}");
            assert_eq!(neurons.potential(2), 0.0, "{name}");
            assert!((neurons.potential(3) + 4.0).abs() < 1e-12, "{name}");
            assert!(neurons.next_due() > START, "{name}");
        }
    }
}

#[test]
fn a_neuron_set_while_it_is_refractory_is_so_no_more() {
    for (name, mut population) in populations(2, 0.0) {
        let neurons = &mut *population;
        neurons.reset(START);
        neurons.set_potential(0, 25.0);
        neurons.advance(START);
        assert_eq!(fired(neurons), [0], "{name}");
        let later = START + Duration::from_ps(500_000_000);
        neurons.advance(later);
        neurons.set_potential(0, 10.0);
        assert!((neurons.potential(0) - 10.0).abs() < 1e-12, "{name}");
        let end = START + Duration::from_ps(20_500_000_000);
        while neurons.next_due() < end {
            neurons.advance(neurons.next_due());
            assert!(fired(neurons).is_empty(), "{name}");
        }
        neurons.advance(end);
        let expected = 10.0 * (-1.0_f64).exp();
        assert!((neurons.potential(0) - expected).abs() < 1e-12, "{name}");
    }
}

#[test]
fn a_population_at_rest_has_nothing_to_do() {
    for (name, mut population) in populations(3, 0.0) {
        assert_eq!(population.next_alone(), Time::MAX, "{name}");
        // A spike, and what follows it.
        let unit = if name.starts_with("lif_exp") {
            5_000.0
        } else {
            25.0
        };
        population.receive_row(&[1], RowWeights::One(unit));
        let mut spikes = fired(&mut *population).len();
        while population.next_alone() < Time::MAX {
            population.advance(population.next_due());
            spikes += fired(&mut *population).len();
        }
        assert!(spikes > 0, "{name}");
    }
}

#[test]
fn a_time_constant_is_a_thousand_ticks_at_least() {
    let model = |name| model(name).expect("registered");
    for (name, tau) in [
        ("lif", "tau_m"),
        ("lif_adaptive", "tau_w"),
        ("lif_exp", "tau_syn_in"),
    ] {
        let mut values = Values::from([("tau_m", 20.0), ("v_th", 20.0)]);
        match name {
            "lif_adaptive" => values.extend([("tau_w", 100.0), ("b", 10.0)]),
            "lif_exp" => values.extend([("tau_syn_ex", 5.0), ("tau_syn_in", 5.0)]),
            _ => {}
        }
        let mut build = |ms: f64| {
            values.insert(tau, ms);
            let setup = Setup {
                size: 1,
                values: &values,
                each: &BTreeMap::new(),
                stream: Stream::new(0, "test", 0),
            };
            (model(name).build)(setup)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        assert_eq!(build(1e-6), Ok(()));
        assert_eq!(
            build(9.99e-7),
            Err(format!(
                "`{name}`: `{tau}` is 0.000000999 ms, expected at least 0.000001 ms on a clock of picoseconds"
            ))
        );
    }
}

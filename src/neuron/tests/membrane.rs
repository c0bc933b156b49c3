//! What holds for every model with a membrane that leaks: a threshold, a reset, a refractory period.

use super::*;
use crate::base::parameter;

/// Populations of every model that has the parameters of a membrane, with shared parameters and with their own, and
/// their parameters; `drive` is where a constant current carries the potential, from rest (0) to threshold (1) and on.
fn membranes(size: usize, drive: f64) -> Vec<(String, Values, Box<dyn Neurons>)> {
    let mut all = Vec::new();
    let needed = ["tau_m", "v_th", "v_reset", "e_l", "t_ref", "i_e", "c_m"];
    let leaks = |model: &&Model| {
        needed
            .iter()
            .all(|name| model.spec.parameter(name).is_some())
    };
    for model in models().filter(leaks) {
        let given = model.example.values();
        let mut values = parameter::complete(model.spec, &given).expect("an example");
        if values.number("b").is_some() {
            values.insert("b", 0.0);
        }
        let lifted = drive * (values["v_th"] - values["e_l"]);
        values.insert("i_e", lifted * values["c_m"] / values["tau_m"]);
        for (way, own) in [("shared", false), ("own", true)] {
            let population = built(model, size, &values, own);
            let name = format!("{}, {way}, {drive}", model.spec.name);
            all.push((name, values.clone(), population));
        }
    }
    assert!(all.len() >= 6);
    all
}

#[test]
fn a_neuron_set_at_or_above_its_threshold_fires_at_once() {
    // Below the threshold, and carried above it.
    for drive in [0.0, 1.2] {
        for (name, values, mut population) in membranes(6, drive) {
            let neurons = &mut *population;
            let (v_th, e_l) = (values["v_th"], values["e_l"]);
            let at = |share: f64| e_l + share * (v_th - e_l);
            neurons.reset(START);
            for (j, share) in [1.0, 0.995, 2.25, 1.5, 1.1, 0.0].into_iter().enumerate() {
                neurons.set_potential(j, at(share));
            }
            // Set twice, the last holds.
            neurons.set_potential(3, at(-0.2));
            let next = [neurons.next_due(), neurons.next_alone()];
            assert_eq!(next, [START; 2], "{name}");
            // It is part of the state.
            let saved = neurons.save().expect("plain data");
            neurons.reset(START);
            neurons.load(&saved).expect("its own state");
            assert_eq!(neurons.next_due(), START, "{name}");
            neurons.advance(START);
            assert_eq!(fired(neurons), [0, 2, 4], "{name}");
            assert_eq!(neurons.potential(2), values["v_reset"], "{name}");
            assert!((neurons.potential(3) - at(-0.2)).abs() < 1e-12, "{name}");
            assert!(neurons.next_due() > START, "{name}");
        }
    }
}

#[test]
fn a_neuron_set_above_its_threshold_can_be_pulled_down() {
    for drive in [0.0, 1.2] {
        for (name, values, mut population) in membranes(2, drive) {
            // A weight that is a current does not pull at once.
            let model = models().find(|model| name.starts_with(&format!("{},", model.spec.name)));
            if model.is_none_or(|model| model.weight != Some(Dimension::Voltage)) {
                continue;
            }
            let neurons = &mut *population;
            let above = values["v_th"] + 1.0;
            for state in [false, true] {
                neurons.reset(START);
                (0..2).for_each(|j| neurons.set_potential(j, above));
                if state {
                    let set = neurons.state();
                    neurons.set_state(&set).expect("its own state");
                }
                neurons.advance(START);
                neurons.receive_row(&[1], RowWeights::One(-2.0));
                assert_eq!(fired(neurons), [0], "{name}");
                assert!((neurons.potential(1) - above + 2.0).abs() < 1e-12, "{name}");
                assert!(neurons.next_due() > START, "{name}");
            }
        }
    }
}

#[test]
fn a_neuron_set_while_it_is_refractory_is_so_no_more() {
    for (name, values, mut population) in membranes(2, 0.0) {
        let neurons = &mut *population;
        let (e_l, tau_m) = (values["e_l"], values["tau_m"]);
        let middle = e_l + 0.5 * (values["v_th"] - e_l);
        neurons.reset(START);
        neurons.set_potential(0, values["v_th"] + 5.0);
        neurons.advance(START);
        assert_eq!(fired(neurons), [0], "{name}");
        let ms = |ms: f64| Duration::from_ms(ms).expect("in range");
        let later = START + ms(0.25 * values["t_ref"]);
        neurons.advance(later);
        neurons.set_potential(0, middle);
        assert!((neurons.potential(0) - middle).abs() < 1e-12, "{name}");
        let end = later + ms(tau_m);
        while neurons.next_due() < end {
            neurons.advance(neurons.next_due());
            assert!(fired(neurons).is_empty(), "{name}");
        }
        neurons.advance(end);
        let expected = e_l + (middle - e_l) * (-1.0_f64).exp();
        assert!((neurons.potential(0) - expected).abs() < 1e-12, "{name}");
    }
}

//! What does not fit is refused with its place, by the builder as by a check of the whole.

use super::*;
use crate::base::parameter::{Value, Values};
use crate::base::time::Time;
use crate::synapse::dense::Dense;

/// Two populations of integrate-and-fire neurons and one of sources.
fn network() -> Network {
    let mut network = Network::new(1);
    let lif = || Values::from([("tau_m", 20.0), ("v_th", 20.0)]);
    network.population("a", 2, "lif", lif()).unwrap();
    network.population("b", 3, "lif", lif()).unwrap();
    network
        .population("noise", 2, "poisson", [("rate", 5.0)])
        .unwrap();
    network
}

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::new(Shape::Uniform { low, high }).unwrap()
}

#[test]
fn neurons_begin_at_a_number_and_below_their_threshold() {
    let error = |v_m: Distribution| {
        let mut network = network();
        network.populations[0].v_m = Some(v_m.into());
        network.check().map_err(|error| error.to_string())
    };
    assert_eq!(error(uniform(0.0, 20.0)), Ok(()));
    assert_eq!(
        error(uniform(0.0, 21.0)).unwrap_err(),
        "population `a`: `v_m` reaches 21 mV, expected at most the threshold `v_th`, 20 mV"
    );
    assert_eq!(
        error(Distribution::undefined()).unwrap_err(),
        "population `a`: `v_m` is NaN, expected a finite number"
    );
}

#[test]
fn bursts_that_fill_memory_are_refused() {
    let stimulate = |duration_ms: f64| {
        let mut network = Network::new(1);
        let lif = Values::from([("tau_m", 20.0), ("v_th", 20.0)]);
        network.population("a", 1000, "lif", lif).unwrap();
        let burst = [("rate", 1000.0), ("duration", duration_ms)];
        let added = network.stimulate("s", "burst", ["a"], 1.0, burst);
        added.map_err(|error| error.to_string())
    };
    assert_eq!(stimulate(2e4), Ok(()));
    let error = stimulate(4e4).unwrap_err();
    assert!(
        error.contains("`rate` brings 4.0e7 spikes at once, of 40000 for each of 1000 neurons"),
        "{error}"
    );
}

#[test]
fn spikes_come_at_zero_or_later_and_onto_neurons_that_there_are() {
    let ms = |ms: i64| Time::from_ps(ms * 1_000_000_000);
    let give = |spikes: &[(Time, u32)]| {
        let mut network = network();
        let given = network.give_spikes("s", "a", 1.0, spikes.to_vec());
        // What is refused is not part of the network.
        assert_eq!(network.stimuli.len(), usize::from(given.is_ok()));
        given.map_err(|error| error.to_string())
    };
    assert_eq!(give(&[(ms(0), 1), (ms(5), 0)]), Ok(()));
    assert_eq!(
        give(&[(ms(0), 1), (ms(-5), 0)]).unwrap_err(),
        "stimulus `s`: a spike of neuron 0 at -5 ms, expected times of 0 or more"
    );
    let error = give(&[(ms(0), 2)]).unwrap_err();
    assert!(error.contains("neurons below 2"), "{error}");
}

#[test]
fn a_current_has_a_pulse_or_steps() {
    let add = |from: Option<f64>| {
        let mut given = Values::new();
        given.insert("steps", Value::Steps(vec![(0.0, 50.0), (5.0, 0.0)]));
        given.extend(from.map(|from| ("from", from)));
        let mut network = network();
        let added = network.stimulate("c", "current", ["a"], 0.0, given);
        added.map_err(|error| error.to_string())
    };
    assert_eq!(add(None), Ok(()));
    let error = add(Some(3.0)).unwrap_err();
    assert!(
        error.contains("`from` and `steps` exclude each other"),
        "{error}"
    );
}

#[test]
fn a_part_that_does_not_fit_is_named_once() {
    let mut network = network();
    let two = Dense::from_matrix(ndarray::array![[0.5_f32, -0.5]].view());
    let added = network
        .project("p", "a", ["b"])
        .matrix(two.clone(), 1.0)
        .add();
    assert_eq!(
        added.unwrap_err().to_string(),
        "projection `p`: weights are 1 x 2 (targets x sources), expected 3 x 2"
    );
    let onto_source = network.project("p", "a", ["noise"]).matrix(two, 1.0).add();
    assert_eq!(
        onto_source.unwrap_err().to_string(),
        "projection `p`: `target` names population `noise`, whose neurons (`poisson`) only send spikes; expected a population \
         that spikes can reach"
    );
    let taken = network.population("a", 1, "lif", [("tau_m", 20.0), ("v_th", 20.0)]);
    assert_eq!(
        taken.unwrap_err().to_string(),
        "population `a`: found two of this name, expected each once"
    );
}

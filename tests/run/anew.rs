//! Bouts that keep weights alone, and neurons that come: what was before them is over.

use sharpwave::Recording;

use super::run_file::RunFile;
use super::setup::Place;

/// Weights of the projection `p` in the run file of `r`: of each snapshot those of all synapses.
fn weights(place: &Place) -> Vec<Vec<f64>> {
    let recording = Recording::open(&place.path("r/run.h5")).expect("a run");
    let all = recording.synapses("p").expect("weights");
    let weights = all
        .iter()
        .map(|own| own.synapses.iter().map(|one| one.weight));
    weights.map(Iterator::collect).collect()
}

/// A ramp that ends where its bout does has come to its end when the next one sets out.
#[test]
fn a_ramp_is_over_where_its_bout_ends() {
    for keep in ["all", "weights"] {
        let place = Place::with_model(&format!(
            r#"
schema = 1
experiment = "network"
[population.a]
neuron = "lif"
size = 1
tau_m = "20 ms"
v_th = "10 mV"
[[bout]]
duration = "400 ms"
factor = {{ "population.a.v_th" = 2.0 }}
ramp = "400 ms"
ramp_step = "100 ms"
[[bout]]
duration = "500 ms"
keep = "{keep}"
factor = {{ "population.a.v_th" = 3.0 }}
ramp = "400 ms"
ramp_step = "100 ms"
[record]
states = {{ population = "a", first = 1, variables = ["v_th"], every = "50 ms" }}
report = false
"#
        ));
        place.run("run model.toml --out r");
        let (_, values) = RunFile::open(&place.path("r/run.h5")).report("a");
        let at = |ms: usize| values[ms / 50];
        let found = [50, 350, 450, 550, 650, 750, 850].map(at);
        assert_eq!(found, [10.0, 17.5, 20.0, 22.5, 25.0, 27.5, 30.0], "{keep}");
    }
}

const GROWING: &str = r#"
schema = 1
experiment = "network"
duration = "1050 ms"
[population.a]
neuron = "lif"
size = 4
tau_m = "20 ms"
v_th = "20 mV"
[population.s]
neuron = "poisson"
size = 4
rate = "50 Hz"
[projection.p]
source = "s"
target = "a"
rule = "all_to_all"
weight = "1 mV"
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = "5 mV", a_plus = 0.0, a_minus = 0.0 }
[homeostasis.born]
kind = "neurogenesis"
population = "a"
every = "1 s"
at_first = 2
[homeostasis.th]
kind = "threshold"
population = "a"
every = "100 ms"
rate = "20 Hz"
lowest = 0.5
[homeostasis.upscaling]
kind = "scaling"
projection = "p"
every = "1 s"
rate = "20 Hz"
gain = 0.05
tau = "300 ms"
[record]
states = { population = "a", first = 4, variables = ["v_th"], every = "50 ms" }
weights = { projection = "p", at = ["1020 ms"] }
report = false
"#;

/// Forces of the instant at which a neuron comes, whatever they are called, go by those that were there before.
#[test]
fn a_neuron_that_comes_is_not_held_to_what_it_did_before() {
    let place = Place::with_model(GROWING);
    place.run("run model.toml --out r");
    let (_, values) = RunFile::open(&place.path("r/run.h5")).report("a");
    let last = &values[values.len() - 4..];
    // Silent neurons of the begin are as excitable as they can be; the third has come at 1 s.
    assert_eq!(last, [10.0, 10.0, 20.0, 20.0]);
    let scaled = &weights(&place)[0];
    let of_target = |target: usize| scaled[target];
    assert!(of_target(0) > 1.0 && of_target(1) > 1.0);
    assert_eq!([of_target(2), of_target(3)], [1.0, 1.0]);
}

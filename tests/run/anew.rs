//! Bouts that keep weights alone, and neurons that come: what was before them is over, and what they are told holds from their begin.

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

const FORCED: &str = r#"
schema = 1
experiment = "network"
[population.a]
neuron = "relay"
size = 1
[population.b]
neuron = "relay"
size = 1
threshold = 1000.0
[projection.p]
source = "a"
target = "b"
rule = "all_to_all"
weight = 1.0
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = 2.0 }
[homeostasis.d]
kind = "downscaling"
projection = "p"
every = "100 ms"
factor = 0.5
[[bout]]
duration = "100 ms"
[[bout]]
duration = "100 ms"
keep = "weights"
factor = { "homeostasis.d.factor" = 0.5 }
[[bout]]
duration = "50 ms"
homeostasis = []
keep = "weights"
[record]
weights = { projection = "p", at = ["50 ms", "150 ms", "249 ms"] }
report = false
"#;

/// Whether it acts there, and by how much.
#[test]
fn a_force_on_the_begin_goes_by_what_was() {
    let place = Place::with_model(FORCED);
    place.run("run model.toml --out r");
    assert_eq!(weights(&place), [[1.0], [0.5], [0.125]]);
}

const MODULATED: &str = r#"
schema = 1
experiment = "network"
[population.a]
neuron = "relay"
size = 1
[population.b]
neuron = "relay"
size = 1
threshold = 100.0
[stimulus.a]
kind = "spikes"
target = "a"
file = "a.csv"
weight = 1.0
[stimulus.b]
kind = "spikes"
target = "b"
file = "b.csv"
weight = 1000.0
[projection.p]
source = "a"
target = "b"
rule = "all_to_all"
weight = 1.0
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", modulator = "m", w_max = 10.0, a_plus = 0.1, a_minus = 0.0 }
[modulator.m]
tau = "1 s"
baseline = BASELINE
[[bout]]
name = "first"
duration = "10 s"
[[bout]]
name = "again"
keep = "weights"
duration = "10 s"
[record]
weights = { projection = "p", at = ["0 s", "9 s", "19 s"] }
report = false
"#;

/// Nothing has been released before, so that there is as much of it as the bout says.
#[test]
fn a_modulator_begins_at_the_baseline_of_its_bout() {
    let of_bouts = MODULATED.replace("BASELINE", "0.0");
    let of_bouts = of_bouts.replace(
        "duration = \"10 s\"",
        "duration = \"10 s\"\nmodulators = { m = 1.0 }",
    );
    let declared = MODULATED.replace("BASELINE", "1.0");
    let found = [of_bouts, declared].map(|text| {
        let place = Place::with_model(&text);
        place.write("a.csv", "node_id,timestamp_ms\n0,10\n");
        place.write("b.csv", "node_id,timestamp_ms\n0,25\n");
        place.run("run model.toml --out r");
        weights(&place)
    });
    assert_eq!(found[0], found[1]);
    // A pair that is 14 ms apart, by a concentration of 1, twice.
    let pair = 0.1 * 10.0 * (-14.0_f64 / 20.0).exp();
    let grown = [0.0, pair, 2.0 * pair];
    for (own, grown) in found[0].iter().zip(grown) {
        assert!(
            (own[0] - 1.0 - grown).abs() < 1e-6,
            "{own:?}, expected {grown}"
        );
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

//! What bouts say of learning, against closed forms: forces where neurons begin anew, memory that fades while nothing is learnt,
//! modulators that come by a ramp, and rewiring by positions from a file.

use sharpwave::Recording;

use super::setup::Place;

/// The weights of the first synapse of `p` in each snapshot of a run of `model`.
fn weights(model: &str) -> Vec<f64> {
    let place = Place::new();
    place.write("m.toml", model);
    place.run("--quiet run m.toml --out r");
    let run = Recording::open(&place.path("r")).expect("a run");
    let snapshots = run.synapses("p").expect("snapshots");
    let first = |snapshot: &sharpwave::record::recording::Synapses| snapshot.synapses[0].weight;
    snapshots.iter().map(first).collect()
}

/// Two neurons that never fire, and synapses of weight 1 that learn, recorded `at` some instants.
fn silent(at: &str, rest: &str) -> String {
    format!(
        r#"
schema = 1
experiment = "network"
population.a = {{ neuron = "relay", size = 2 }}
record.weights = {{ projection = "p", at = {at} }}
[projection.p]
source = "a"
target = "a"
rule = "all_to_all"
weight = 1.0
axonal_delay = "1 ms"
plasticity = {{ rule = "stdp_pair", w_max = 10.0 }}
{rest}"#
    )
}

fn check(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (one, other) in found.iter().zip(expected) {
        assert!((one - other).abs() < 1e-6, "{found:?}, not {expected:?}");
    }
}

#[test]
fn forces_act_where_neurons_begin_anew() {
    let at = r#"["0 s", "1.5 s", "2.5 s", "3.9 s"]"#;
    let rest = r#"
[homeostasis.d]
kind = "decay"
projection = "p"
every = "1 s"
share = 0.1
[[bout]]
repeat = 4
bouts = [{ duration = "1 s", keep = "weights" }]
"#;
    let model = silent(at, rest);
    let share = (-0.1_f64).exp();
    let expected = [0, 1, 2, 3].map(|n| share.powi(n));
    check(&weights(&model), &expected);
    let kept = model.replace("keep = \"weights\"", "keep = \"all\"");
    check(&weights(&kept), &expected);
}

/// Whether it acts there, and by how much.
#[test]
fn forces_on_a_begin_go_by_what_was() {
    let rest = r#"
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
"#;
    let model = silent(r#"["50 ms", "150 ms", "249 ms"]"#, rest);
    check(&weights(&model), &[1.0, 0.5, 0.125]);
}

/// Nothing has been released before, so that there is as much of it as the bout says, in the first one and where all begins anew;
/// where everything goes on it goes there with its time constant.
#[test]
fn modulators_begin_at_the_baseline_of_their_bout() {
    let model = |baseline: f64, said: &str| {
        format!(
            r#"
schema = 1
experiment = "network"
population.a = {{ neuron = "relay", size = 1 }}
population.b = {{ neuron = "relay", size = 1 }}
modulator.d = {{ tau = "1 s", baseline = {baseline:?} }}
stimulus.a = {{ kind = "volley", target = "a", trigger = "t", weight = 1.0 }}
stimulus.b = {{ kind = "volley", target = "b", trigger = "t", weight = 1.0, delay = "15 ms" }}
trigger.t = {{ kind = "rhythmic", period = "1 s", from = "10 ms" }}
record.weights = {{ projection = "p", at = ["0 ms", "500 ms", "1500 ms", "2500 ms"] }}
[projection.p]
source = "a"
target = "b"
rule = "all_to_all"
weight = 0.001
axonal_delay = "1 ms"
plasticity = {{ rule = "stdp_pair", modulator = "d", w_max = 10.0, a_plus = 0.1, a_minus = 0.0 }}
[[bout]]
duration = "1 s"
{said}
[[bout]]
duration = "1 s"
keep = "weights"
{said}
[[bout]]
duration = "1 s"
modulators = {{ d = 0.0 }}
"#
        )
    };
    let pair = 0.1 * 10.0 * (-14.0_f64 / 20.0).exp();
    let told = |baseline, said| {
        let found = weights(&model(baseline, said));
        let grown = found.windows(2).map(|pair| pair[1] - pair[0]);
        grown.collect::<Vec<f64>>()
    };
    // The third pairing is at 2.025 s.
    let expected = [pair, pair, pair * (-0.025_f64).exp()];
    check(&told(1.0, ""), &expected);
    check(&told(0.0, "modulators = { d = 1.0 }"), &expected);
}

/// What a pairing of 9 ms adds where nothing is learnt for a second before dopamine comes: by rows, or by a matrix.
fn rewarded(connection: &str) -> Recording {
    let place = Place::new();
    place.write("pre.csv", "node_id,timestamp_ms\n0,50.0\n");
    place.write("post.csv", "node_id,timestamp_ms\n0,60.0\n");
    let header = r#"{"layer.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    let weight = 0.5_f32.to_le_bytes();
    place.write(
        "w.safetensors",
        [&length, header.as_bytes(), &weight].concat(),
    );
    let model = format!(
        r#"
schema = 1
experiment = "network"
population.pre = {{ neuron = "relay", size = 1, threshold = 1e6 }}
population.post = {{ neuron = "relay", size = 1, threshold = 1e6 }}
stimulus.pre = {{ kind = "spikes", target = "pre", file = "pre.csv", weight = 1e9 }}
stimulus.post = {{ kind = "spikes", target = "post", file = "post.csv", weight = 1e9 }}
modulator.dop = {{ tau = "1 ms" }}
record.weights = {{ projection = "p", at = ["0 ms", "6.1 s"] }}
[projection.p]
source = "pre"
target = "post"
{connection}
axonal_delay = "1 ms"
plasticity = {{ rule = "reward_stdp", modulator = "dop", w_max = 10.0, a_plus = 0.05, tau_c = "1 s" }}
[[bout]]
duration = "100 ms"
[[bout]]
duration = "1 s"
learning = []
[[bout]]
duration = "5 s"
modulators = {{ dop = 1.0 }}
"#
    );
    place.write("m.toml", model);
    place.run("--quiet run m.toml --out r");
    Recording::open(&place.path("r")).expect("a run")
}

#[test]
fn what_is_eligible_fades_while_nothing_is_learnt() {
    // Eligible at 60 ms, dopamine from 1.1 s on, which comes with 1 ms: seconds.
    let eligible = 0.5 * (-9.0_f64 / 20.0).exp() * (-1.04_f64).exp();
    let expected = 0.5 + eligible * ((1.0 - (-5.0_f64).exp()) - 1.0 / 1001.0);
    let rows = rewarded("rule = \"one_to_one\"\nweight = 0.5");
    let rows = rows.synapses("p").expect("snapshots")[1].synapses[0].weight;
    let matrix = rewarded("rule = \"weights\"\nfile = \"w.safetensors\"\nlayer = 1\ngain = 1.0");
    let matrix = f64::from(matrix.weights("p").expect("snapshots")[1].weights.values()[0]);
    check(&[rows, matrix], &[expected; 2]);
}

#[test]
fn modulators_of_a_bout_come_by_its_ramp() {
    let model = |how: &str| {
        format!(
            r#"
schema = 1
experiment = "network"
population.a = {{ neuron = "relay", size = 1 }}
population.b = {{ neuron = "relay", size = 1 }}
modulator.d = {{ tau = "1 ms", baseline = 1.0 }}
stimulus.a = {{ kind = "volley", target = "a", trigger = "t", weight = 1.0 }}
stimulus.b = {{ kind = "volley", target = "b", trigger = "t", weight = 1.0, delay = "3 ms" }}
trigger.t = {{ kind = "rhythmic", period = "20 ms", from = "5 ms" }}
record.weights = {{ projection = "p", every = "20 ms" }}
[projection.p]
source = "a"
target = "b"
rule = "all_to_all"
weight = 1.0
axonal_delay = "1 ms"
plasticity = {{ rule = "stdp_pair", w_max = 400.0, a_plus = 0.0001, a_minus = 0.0, tau_plus = "2 ms", modulator = "d" }}
[[bout]]
duration = "100 ms"
{how}
[[bout]]
duration = "200 ms"
factor = {{ "modulator.d.baseline" = 0.5 }}
ramp = "100 ms"
ramp_step = "20 ms"
"#
        )
    };
    let by_name = weights(&model("modulators = { d = 3.0 }"));
    let by_path = weights(&model("value = { \"modulator.d.baseline\" = 3.0 }"));
    assert_eq!(by_name, by_path);
    // Twice as much a pairing as at the ramp's end, halfway down from 3 to 0.5.
    let gains: Vec<f64> = by_name.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((gains[3] / gains[14] - 6.0).abs() < 0.01, "{gains:?}");
    assert!(gains[6] / gains[14] > 4.0, "{gains:?}");
}

#[test]
fn synapses_come_by_distance_between_positions_of_a_file() {
    let place = Place::new();
    let lines = (0..12).map(|k| (0.05 * f64::from(k)).to_string());
    let lines: Vec<String> = lines.collect();
    place.write("pa.csv", format!("x\n{}\n", lines.join("\n")));
    let model = r#"
schema = 1
experiment = "network"
duration = "1 s"
record.weights = { projection = "p", at = ["1 s"] }
[population.a]
neuron = "relay"
size = 12
positions = { layout = "file", file = "pa.csv", unit = "mm" }
[projection.p]
source = "a"
target = "a"
rule = "fixed_in_degree"
in_degree = 1
weight = 1.0
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = 10.0 }
[homeostasis.t]
kind = "turnover"
projection = "p"
every = "100 ms"
in_degree = 2
new_weight = 0.5
length = "0.05 mm"
"#;
    place.write("m.toml", model);
    place.run("--quiet check m.toml");
    place.run("--quiet run m.toml --out r");
    let run = Recording::open(&place.path("r")).expect("a run");
    let last = &run.synapses("p").expect("snapshots")[0].synapses;
    assert_eq!(last.len(), 24);
}

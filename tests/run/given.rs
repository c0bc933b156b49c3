//! A given network and given input spikes: what the program makes of them is what naive programs make of them.

use std::path::Path;
use std::process::Command;

use ndarray::Array2;
use sharpwave::base::stream::Stream;
use sharpwave::mlp::perceptron::{Layer, Mlp, Output};
use sharpwave::mlp::weight_file::{write_npz, write_safetensors};

use super::naive;
use super::python::python;
use super::run_file::{RunFile, bits};
use super::setup::{Place, root};
use super::time_stepped;

pub const PS_PER_MS: i64 = 1_000_000_000;
pub const NAMES: [&str; 4] = ["input", "hidden1", "hidden2", "output"];
const SIZES: [usize; 4] = [30, 20, 15, 5];
const GAINS: [f64; 3] = [40.0, 55.0, 60.0];
const THRESHOLDS: [f64; 3] = [1.5, 1.2, 1.1];
/// hidden2 does not learn.
const PLASTIC: [bool; 3] = [true, false, true];

pub fn model(weights: &str, spikes: &str, grid: &str) -> String {
    format!(
        r#"
schema = 1
experiment = "sleep_replay"

[mlp]
layers = [30, 20, 15, 5]
weights = "{weights}"

[conversion]
gain = [40.0, 55, 60]

[neuron]
model = "lif"
tau_m = "999.5 ms"
v_th = {{ hidden1 = 1.5, hidden2 = 1.2, output = 1.1 }}

[plasticity]
rule = "sleep_replay"
onto = ["hidden1", "output"]
increment = 0.03
decrement = 0.004
window = "1 ms"

[sleep]
duration = "300 ms"
grid = "{grid}"

[sleep.input]
spikes = "{spikes}"

[output]
weights = ["safetensors", "npz"]
figures = false
"#
    )
}

fn network() -> Vec<Array2<f32>> {
    let mut stream = Stream::new(11, "network", 0);
    SIZES
        .windows(2)
        .map(|pair| {
            Array2::from_shape_simple_fn((pair[1], pair[0]), || {
                ((stream.uniform() - 0.3) * 0.05) as f32
            })
        })
        .collect()
}

pub fn write_network(place: &Place) {
    let layers = network()
        .into_iter()
        .map(|weights| Layer {
            weights,
            bias: None,
        })
        .collect();
    let mlp = Mlp {
        layers,
        output: Output::Relu,
        keep: 1.0,
    };
    write_npz(&place.path("mlp.npz"), &mlp).unwrap();
    write_safetensors(&place.path("mlp.safetensors"), &mlp).unwrap();
}

/// Input spikes, (picosecond, unit): on the millisecond, or anywhere, some of them at one time.
pub fn input(on_grid: bool) -> Vec<(i64, usize)> {
    let mut stream = Stream::new(12, "input", u64::from(on_grid));
    let mut spikes = Vec::new();
    for step in 0..300 {
        for unit in 0..SIZES[0] {
            if stream.uniform() < 0.1 {
                // Quarters of a millisecond are often shared.
                let fraction = match stream.uniform() {
                    _ if on_grid => 0,
                    x if x < 0.3 => PS_PER_MS / 4 * (x * 13.0) as i64,
                    x => (x * 1e6) as i64 * 1000,
                };
                spikes.push((step * PS_PER_MS + fraction, unit));
            }
        }
    }
    spikes.sort_unstable();
    spikes.dedup();
    spikes
}

/// As a table, in reverse order: the reader sorts.
pub fn write_table(place: &Place, name: &str, spikes: &[(i64, usize)]) {
    let rows: Vec<String> = spikes
        .iter()
        .rev()
        .map(|(t, unit)| format!("{unit},{}\n", *t as f64 / PS_PER_MS as f64))
        .collect();
    place.write(name, format!("node_id,timestamp_ms\n{}", rows.concat()));
}

/// As SONATA, written with the HDF5 library alone.
fn write_sonata(place: &Place, name: &str, population: &str, spikes: &[(i64, usize)]) {
    let file = hdf5::File::create(place.path(name)).unwrap();
    let group = file
        .create_group("spikes")
        .unwrap()
        .create_group(population)
        .unwrap();
    let times: Vec<f64> = spikes
        .iter()
        .map(|(t, _)| *t as f64 / PS_PER_MS as f64)
        .collect();
    let nodes: Vec<u64> = spikes.iter().map(|(_, unit)| *unit as u64).collect();
    let timestamps = group
        .new_dataset_builder()
        .with_data(&times)
        .create("timestamps")
        .unwrap();
    let units: hdf5::types::VarLenUnicode = "ms".parse().unwrap();
    let attribute = timestamps
        .new_attr::<hdf5::types::VarLenUnicode>()
        .create("units")
        .unwrap();
    attribute.write_scalar(&units).unwrap();
    group
        .new_dataset_builder()
        .with_data(&nodes)
        .create("node_ids")
        .unwrap();
    file.close().unwrap();
}

/// (layer, picosecond, neuron) of a run, and its weights before and after.
fn outcome(path: &Path) -> (naive::Spikes, [Vec<Vec<u32>>; 2]) {
    let file = RunFile::open(path);
    let mut spikes: naive::Spikes = Vec::new();
    for (layer, name) in NAMES.iter().enumerate() {
        let of = file.spikes_of(name).into_iter();
        spikes.extend(
            of.map(|(t, node)| (layer, (t * PS_PER_MS as f64).round() as i64, node as usize)),
        );
    }
    spikes.sort_unstable();
    let weights = |index: usize, label: &str| {
        NAMES
            .windows(2)
            .map(|pair| {
                let snapshots = file.weights_of(&format!("{}_{}", pair[0], pair[1]));
                assert_eq!(snapshots[index].0, label);
                bits(&snapshots[index].1)
            })
            .collect()
    };
    (
        spikes,
        [weights(0, "before sleep 1"), weights(1, "after sleep 1")],
    )
}

fn all_bits(weights: &[Array2<f32>]) -> Vec<Vec<u32>> {
    weights.iter().map(bits).collect()
}

pub fn exact_case(input: &[(i64, usize)]) -> naive::Case {
    naive::Case {
        weights: network(),
        gains: GAINS.to_vec(),
        thresholds: THRESHOLDS.to_vec(),
        plastic: PLASTIC.to_vec(),
        increment: 0.03,
        decrement: 0.004,
        tau_ms: 999.5,
        window_ps: PS_PER_MS,
        input: input.to_vec(),
    }
}

#[test]
fn on_the_grid_it_is_the_published_algorithm() {
    let place = Place::new();
    write_network(&place);
    let input = input(true);
    write_table(&place, "raster.csv", &input);
    write_sonata(&place, "raster.h5", "input", &input);
    write_sonata(&place, "other.h5", "thalamus", &input);
    let mut raster = vec![Vec::new(); 300];
    for &(t, unit) in &input {
        raster[(t / PS_PER_MS) as usize].push(unit);
    }
    let case = time_stepped::Case {
        weights: network(),
        gains: GAINS.to_vec(),
        thresholds: THRESHOLDS.to_vec(),
        plastic: PLASTIC.to_vec(),
        increment: 0.03,
        decrement: 0.004,
        raster,
    };
    let (spikes, weights) = time_stepped::naive(&case);
    let mut expected: naive::Spikes = spikes
        .iter()
        .map(|&(step, layer, neuron)| (layer, step as i64 * PS_PER_MS, neuron))
        .collect();
    expected.sort_unstable();
    for layer in 0..4 {
        let count = expected.iter().filter(|spike| spike.0 == layer).count();
        assert!(count > 10, "layer {layer} has {count} spikes");
    }
    let runs = [
        ("mlp.npz", "raster.csv", "1 ms"),
        ("mlp.safetensors", "raster.h5", "1 ms"),
        ("mlp.npz", "other.h5", "off"),
    ];
    for (index, (network_file, spike_file, grid)) in runs.into_iter().enumerate() {
        place.write("model.toml", model(network_file, spike_file, grid));
        place.run(&format!("run model.toml --out r{index}"));
        let (spikes, [before, after]) = outcome(&place.path(&format!("r{index}/run.h5")));
        assert_eq!(spikes, expected, "{spike_file}");
        assert_eq!(before, all_bits(&network()));
        assert_eq!(after, all_bits(&weights));
        assert_ne!(before[0], after[0]);
        assert_eq!(before[1], after[1], "hidden2 was not to learn");
    }
}

#[test]
fn at_exact_times_it_is_the_naive_event_loop() {
    let place = Place::new();
    write_network(&place);
    let input = input(false);
    let (expected, weights) = naive::simulate(&exact_case(&input));
    let count = |layer| expected.iter().filter(|spike| spike.0 == layer).count();
    assert!(
        (1..4).all(|layer| count(layer) > 10),
        "{} {} {}",
        count(1),
        count(2),
        count(3)
    );
    write_table(&place, "raster.csv", &input);
    write_sonata(&place, "raster.h5", "input", &input);
    for (index, file) in ["raster.csv", "raster.h5"].into_iter().enumerate() {
        place.write("model.toml", model("mlp.npz", file, "off"));
        place.run(&format!("run model.toml --out r{index}"));
        let (spikes, [_, after]) = outcome(&place.path(&format!("r{index}/run.h5")));
        assert_eq!(spikes, expected, "{file}");
        assert_eq!(after, all_bits(&weights));
    }
}

#[test]
fn off_grid_spikes_on_a_grid_are_an_error() {
    let place = Place::new();
    write_network(&place);
    place.write("raster.csv", "node_id,timestamp_ms\n3,1\n7,12.25\n");
    place.write("model.toml", model("mlp.npz", "raster.csv", "1 ms"));
    let file = place.path("raster.csv");
    assert_eq!(
        place.refused("run model.toml --out r"),
        format!(
            "error: `{}`: spike of unit 7 at 12.25 ms lies off the grid of 1 ms\n  help: set `sleep.grid = \"off\"` for \
             exact times, or round the spikes\n",
            file.display()
        )
    );
    assert!(!place.path("r").exists());
}

#[test]
fn weights_after_sleep_are_those_of_the_run_file_and_sleep_again() {
    let place = Place::new();
    write_network(&place);
    write_table(&place, "raster.csv", &input(true));
    place.write("model.toml", model("mlp.npz", "raster.csv", "1 ms"));
    let listed = place.run("run model.toml --out r");
    assert_eq!(
        listed,
        "no network was tested\n\nWritten to r/: accuracy.csv, report.html, run.h5, weights.npz, weights.safetensors\n"
    );
    let (_, [_, after]) = outcome(&place.path("r/run.h5"));
    for (name, out) in [("weights.npz", "second"), ("weights.safetensors", "third")] {
        place.write(
            "again.toml",
            model(&format!("r/{name}"), "raster.csv", "1 ms"),
        );
        place.run(&format!("run again.toml --out {out}"));
        let (_, [before, _]) = outcome(&place.path(&format!("{out}/run.h5")));
        assert_eq!(before, after, "{name}");
    }
    // From elsewhere, with the paths as the run file has them.
    let second = RunFile::open(&place.path("second/run.h5"));
    std::fs::create_dir(place.path("elsewhere")).unwrap();
    place.write("elsewhere/resolved.toml", second.resolved());
    place.run("run elsewhere/resolved.toml --out fourth");
    let fourth = RunFile::open(&place.path("fourth/run.h5"));
    assert_eq!(second.fingerprint(), fourth.fingerprint());

    let Some(python) = python() else { return };
    let script = "import sys, h5py, numpy\n\
                  from safetensors.numpy import load_file\n\
                  run = h5py.File('r/run.h5')\n\
                  names = ['input_hidden1', 'hidden1_hidden2', 'hidden2_output']\n\
                  for arrays in dict(numpy.load('r/weights.npz')), load_file('r/weights.safetensors'):\n    \
                      for l, name in enumerate(names, 1):\n        \
                          after = run['weights'][name]['values'][1]\n        \
                          assert arrays[f'layer{l}.weight'].tobytes() == after.tobytes(), name\n";
    let mut command = Command::new(python);
    command.args(["-c", script]).current_dir(place.path(""));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", super::setup::said(&output));
}

#[test]
fn results_in_json_are_one_document() {
    let place = Place::new();
    write_network(&place);
    write_table(&place, "raster.csv", &input(true));
    place.write("model.toml", model("mlp.npz", "raster.csv", "1 ms"));
    let output = place
        .command("--json run model.toml --out r")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["complete"], true);
    assert_eq!(document["directory"], "r");
    let file = RunFile::open(&place.path("r/run.h5"));
    assert_eq!(document["summary"]["fingerprints"][0], file.fingerprint());
    for line in super::setup::text(&output.stderr).lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn a_pytorch_network_sleeps_and_is_tested_before_and_after() {
    let place = Place::new();
    place.run(&format!(
        "train {} --seeds 1 --out digits.npz",
        small(&place)
    ));
    let weights = root().join("tests/weights/linear.pt");
    let model = format!(
        r#"
schema = 1
experiment = "sleep_replay"
[mlp]
layers = [4, 3, 2]
weights = "{}"
[conversion]
gain = [3, 5]
[neuron]
model = "lif"
tau_m = "20 ms"
v_th = 1.0
[plasticity]
rule = "sleep_replay"
onto = ["output"]
increment = 0.01
decrement = 0.001
[sleep]
duration = "1 s"
[sleep.input]
pattern = "mean.npy"
max_rate = "50 Hz"
"#,
        weights.display()
    );
    place.write("model.toml", model);
    let image = ndarray::array![[0.5_f32, 1.0], [0.25, 0.0]];
    ndarray_npy::write_npy(place.path("mean.npy"), &image).unwrap();
    place.run("run model.toml --out torch");
    assert!(
        RunFile::open(&place.path("torch/run.h5"))
            .spikes_of("input")
            .len()
            > 10
    );

    let given = super::setup::SMALL;
    let (start, end) = (
        given.find("[mlp.training]").unwrap(),
        given.find("[conversion]").unwrap(),
    );
    let given = format!("{}{}", &given[..start], &given[end..]).replace(
        "layers = [784, 40, 10]",
        "layers = [784, 40, 10]\nweights = \"digits.npz\"",
    );
    place.write("given.toml", given);
    let table = place.run("run given.toml --seeds 1 --out given");
    assert!(
        table.contains("\n  as given  ") && table.contains("\n  after sleep 1  "),
        "{table}"
    );
    let rows = RunFile::open(&place.path("given/run.h5")).accuracy();
    let stages: Vec<&str> = rows
        .iter()
        .map(|row| row.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(
        stages,
        ["given", "given", "given", "sleep 1", "sleep 1", "sleep 1"]
    );
}

fn small(place: &Place) -> &'static str {
    place.write("small.toml", super::setup::SMALL);
    "small.toml"
}

#[test]
fn the_sleep_as_a_network_has_the_same_spikes() {
    let place = Place::new();
    write_network(&place);
    write_table(&place, "raster.csv", &input(false));
    place.write("model.toml", model("mlp.npz", "raster.csv", "off"));
    place.run("run model.toml --out sleep");
    let checked: serde_json::Value =
        serde_json::from_str(&place.run("check model.toml --json")).expect("JSON");
    place.write(
        "network.toml",
        checked["network"].as_str().expect("a model"),
    );
    place.run("run network.toml --out network");
    let [sleep, network] =
        ["sleep", "network"].map(|out| RunFile::open(&place.path(&format!("{out}/run.h5"))));
    assert_eq!(sleep.fingerprint(), network.fingerprint());
    for layer in NAMES {
        let spikes = sleep.spikes_of(layer);
        assert!(spikes.len() > 10, "{layer}");
        assert_eq!(spikes, network.spikes_of(layer), "{layer}");
    }
}

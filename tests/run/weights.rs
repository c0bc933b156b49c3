//! Weights at times: what the run file holds is what a naive program has learnt by then.

use std::process::Stdio;
use std::time::Duration;

use super::given::{NAMES, PS_PER_MS, exact_case, input, model, write_network, write_table};
use super::naive;
use super::run_file::{RunFile, bits};
use super::setup::{Place, said};
use super::stop::{end_soon, signal, start, wait_until};

/// 300 ms of a plastic network as `network.toml`, and its input.
fn network() -> (Place, Vec<(i64, usize)>) {
    let place = Place::new();
    let input = input(false);
    write_network(&place);
    write_table(&place, "raster.csv", &input);
    place.write("model.toml", model("mlp.npz", "raster.csv", "off"));
    let checked: serde_json::Value =
        serde_json::from_str(&place.run("check model.toml --json")).expect("JSON");
    let network = checked["network"].as_str().expect("a model");
    place.write("network.toml", network);
    (place, input)
}

fn projections() -> Vec<String> {
    let pairs = NAMES.windows(2);
    pairs
        .map(|pair| format!("{}_{}", pair[0], pair[1]))
        .collect()
}

#[test]
fn snapshots_are_what_was_learnt_up_to_and_at_their_instant() {
    let (place, input) = network();
    let learnt = |ps: i64| {
        let before: Vec<_> = input.iter().copied().filter(|&(t, _)| t <= ps).collect();
        naive::simulate(&exact_case(&before))
    };
    let end = 300 * PS_PER_MS;
    let (spikes, _) = learnt(end);
    // A spike of the output in the middle of the run, off the grid: it changes weights.
    let (_, spike, _) = *spikes
        .iter()
        .filter(|&&(layer, t, _)| layer == 3 && t > end / 2 && t % PS_PER_MS != 0)
        .min_by_key(|spike| spike.1)
        .expect("a spike");
    let instants = [0, end / 3, spike - 1, spike, end];
    let at: Vec<String> = instants
        .iter()
        .rev()
        .map(|&ps| format!("'{}ms'", ps as f64 / PS_PER_MS as f64))
        .collect();
    let names = projections();
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    // In an order of its own.
    let (at, quoted) = (
        at.join(","),
        [&quoted[2], &quoted[0], &quoted[1]]
            .map(|name| &name[..])
            .join(","),
    );
    let weights = format!("record.weights={{projection=[{quoted}],at=[{at}]}}");
    place.run("run network.toml --out without");
    place.run(&format!("run network.toml --set {weights} --out r"));
    let [without, with] =
        ["without", "r"].map(|out| RunFile::open(&place.path(&format!("{out}/run.h5"))));
    assert_eq!(with.fingerprint(), without.fingerprint());
    for (l, name) in names.iter().enumerate() {
        let snapshots = with.weights_of(name);
        assert_eq!(snapshots.len(), instants.len(), "{name}");
        for (&ps, (label, found)) in instants.iter().zip(&snapshots) {
            assert_eq!(bits(found), bits(&learnt(ps).1[l]), "{name} at {label}");
        }
    }
    let output = with.weights_of("hidden2_output");
    let labels: Vec<&str> = output.iter().map(|(label, _)| &label[..]).collect();
    assert_eq!(
        (labels[0], labels[1], labels[4]),
        ("0 ms", "100 ms", "300 ms")
    );
    for pair in output.windows(2) {
        assert_ne!(bits(&pair[0].1), bits(&pair[1].1), "{}", pair[1].0);
    }
    let fixed = with.weights_of("hidden1_hidden2");
    assert_eq!(
        bits(&fixed[0].1),
        bits(&fixed[4].1),
        "hidden2 does not learn"
    );
}

#[test]
fn regular_snapshots_have_start_and_end() {
    let (place, _) = network();
    let weights = "record.weights={projection='input_hidden1',every='70ms'}";
    place.run(&format!("run network.toml --set {weights} --out r"));
    let file = RunFile::open(&place.path("r/run.h5"));
    assert_eq!(file.projections(), ["input_hidden1"]);
    let labels = file
        .weights_of("input_hidden1")
        .into_iter()
        .map(|(label, _)| label);
    let labels: Vec<String> = labels.collect();
    assert_eq!(
        labels,
        ["0 ms", "70 ms", "140 ms", "210 ms", "280 ms", "300 ms"]
    );
}

#[test]
fn stopped_and_killed_a_run_has_each_snapshot_once() {
    let (place, _) = network();
    let run = |out: &str| {
        format!(
            "--quiet run network.toml --set record.weights={{projection=['hidden2_output','input_hidden1'],\
             every='0.05ms'}} --set checkpoint.every=5ms --out {out}"
        )
    };
    place.run(&run("whole"));
    let whole = RunFile::open(&place.path("whole/run.h5"));
    let whole = (whole.fingerprint(), whole.weights());
    assert_eq!(whole.1.len(), 2 * 6001);

    let stopped = |arguments: &str| {
        let output = place.command(arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    };
    // Soon after it began, then after some more, then without warning.
    let mut child = start(&place, &run("r"));
    wait_until(|| place.path("r/run.h5").exists());
    signal(&child, "TERM");
    assert_eq!(end_soon(&mut child), Some(3));
    stopped("--quiet resume r --max-wall 10ms");
    let mut child = place.command("--quiet resume r");
    let mut child = child.stdout(Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(100));
    child.kill().expect("killed");
    child.wait().expect("ended");
    place.run("--quiet resume r");
    let file = RunFile::open(&place.path("r/run.h5"));
    assert!(file.complete());
    assert!((file.fingerprint(), file.weights()) == whole);
}

//! Guards: networks that are stopped, where and why.

use std::process::Stdio;
use std::time::{Duration, Instant};

use ndarray::Array2;
use sharpwave::mlp::perceptron::{Layer, Mlp, Output};
use sharpwave::mlp::weight_file::write_npz;
use sharpwave::record::checkpoint::Checkpoint;

use super::run_file::RunFile;
use super::setup::{Place, said, shipped};

fn tripped(place: &Place, sets: &str) -> String {
    let model = shipped("brunel_balanced.toml");
    let arguments = format!(
        "--quiet run {model} --set parameter.n=1000 --set duration=1s --set figure.raster.from=100ms {sets}"
    );
    let output = place.command(&arguments).output().expect("it starts");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    // What there was up to then is shown all the same.
    let printed = super::setup::text(&output.stdout);
    assert!(
        printed.contains("CV of intervals") && printed.contains("Written to"),
        "{printed}"
    );
    super::setup::text(&output.stderr)
}

#[test]
fn a_network_that_runs_away_is_stopped_with_a_readable_file() {
    let place = Place::new();
    let error = tripped(
        &place,
        "--set guard.max_rate=20Hz --set guard.window=50ms --out r",
    );
    assert!(
        error.starts_with("error: population `e` runs away: 802 spikes within "),
        "{error}"
    );
    assert!(
        error.contains("more than 20 Hz allow in a whole window of 50 ms"),
        "{error}"
    );
    assert!(error.contains("raise `guard.max_rate`"), "{error}");
    let file = RunFile::open(&place.path("r/run.h5"));
    assert!(!file.complete());
    // As many as the limit allows, and no more however long it takes to stop.
    let n = file.spikes_of("e").len();
    assert!((600..=800).contains(&n), "{n}");
    assert_eq!(place.names("r"), ["checkpoint", "report.html", "run.h5"]);

    // The same spike on any number of threads.
    let again = tripped(
        &place,
        "--threads 1 --set guard.max_rate=20Hz --set guard.window=50ms --out again",
    );
    assert_eq!(again, error.replace("resume r", "resume again"));
}

#[test]
fn a_sleep_that_runs_away_is_stopped_if_that_is_asked_for() {
    let place = Place::with_model(super::setup::SMALL);
    let command = "--quiet run model.toml --seeds 1 --set guard.max_rate=2Hz --out r";
    let output = place.command(command).output().expect("it starts");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let [printed, error] = [&output.stdout, &output.stderr].map(|text| super::setup::text(text));
    assert!(
        error.starts_with("error: population `hidden1` runs away: "),
        "{error}"
    );
    // What there was up to then is shown all the same.
    assert!(printed.contains("with sleep\n  after task 1"), "{printed}");
    let file = RunFile::open(&place.path("r/run.h5"));
    assert!(!file.complete());
    assert_eq!(file.bouts(), ["task 1", "test after task 1", "sleep 1"]);
    assert_eq!(place.names("r"), ["checkpoint", "report.html", "run.h5"]);

    // Under another limit it goes on as if it had had that from the start.
    let table = place.run("--quiet resume r --set guard.max_rate=off");
    let whole = place.run("--quiet run model.toml --seeds 1 --set guard.max_rate=off --out whole");
    let numbers = |text: &str| text.split("Written").next().map(str::to_owned);
    assert_eq!(numbers(&table), numbers(&whole));
    assert_same(&place, "r", "whole");
}

#[test]
fn a_network_that_falls_silent_is_stopped() {
    let place = Place::new();
    let error = tripped(
        &place,
        "--set parameter.eta=0.1 --set guard.min_rate=1Hz --out r",
    );
    assert_eq!(
        error,
        "error: population `e` falls silent: 0.000 Hz per neuron from 0 ms to 100 ms, expected at least 1 Hz\n  help: \
         lower `guard.min_rate` or set it to \"off\" if that is meant\n  help: `sharpwave resume r --set guard.min_rate=VALUE` \
         goes on from the last checkpoint under another limit\n"
    );
}

/// Two run files hold the same run, of the same model.
fn assert_same(place: &Place, one: &str, other: &str) {
    let open = |folder: &str| RunFile::open(&place.path(&format!("{folder}/run.h5")));
    let (one, other) = (open(one), open(other));
    assert!(one.complete() && other.complete());
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert_eq!(one.resolved(), other.resolved());
    assert_eq!(one.bouts(), other.bouts());
}

#[test]
fn a_run_that_a_guard_stopped_goes_on_under_another_limit() {
    let model = "schema = 1\nexperiment = \"network\"\nduration = \"500 ms\"\n\
                 [population.e]\nneuron = \"poisson\"\nsize = 40\nrate = \"5 Hz\"\n\
                 [population.late]\nneuron = \"poisson\"\nsize = 40\nrate = \"20 Hz\"\n\
                 [population.t]\nneuron = \"lif\"\nsize = 10\ntau_m = \"20 ms\"\nv_th = \"15 mV\"\n\
                 [projection.p]\nsource = \"late\"\ntarget = \"t\"\nrule = \"all_to_all\"\nweight = \"2 mV\"\n\
                 axonal_delay = \"1 ms\"\n[projection.p.plasticity]\nrule = \"covariance\"\neta = \"0.5 mV\"\n\
                 event = \"20 ms\"\nmax_weight = 4\n\
                 [guard]\nwindow = \"50 ms\"\nmax_rate = \"off\"\n[record]\nspikes = [\"e\", \"t\"]\n\
                 weights = { projection = \"p\", at = [\"100 ms\", \"400 ms\"] }\n";
    let place = Place::with_model(model);
    let stopped = |arguments: &str| {
        let output = place.command(arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        super::setup::text(&output.stderr)
    };
    let error = stopped("--quiet run model.toml --set guard.min_rate=9Hz --out r");
    assert!(error.contains("population `e` falls silent"), "{error}");
    assert!(
        error.ends_with(
            "help: `sharpwave resume r --set guard.min_rate=VALUE` goes on from the last checkpoint under another limit\n"
        ),
        "{error}"
    );
    // It stands where it stood, not where it began.
    let saved = Checkpoint::read(&place.path("r")).expect("a checkpoint");
    assert_eq!(saved.slots.len(), 1);
    assert_eq!(stopped("--quiet resume r"), error);
    let before = RunFile::open(&place.path("r/run.h5")).spikes_of("e").len();
    // Then a weight is too large; and that of another limit, too.
    let error = stopped("--quiet resume r --set guard.min_rate=off");
    let key = "--set projection.p.plasticity.max_weight=";
    assert!(
        error.starts_with("error: projection `p`: the weight from ")
            && error.contains(&format!("resume r {key}VALUE")),
        "{error}"
    );
    assert!(RunFile::open(&place.path("r/run.h5")).spikes_of("e").len() > before);
    // It is too large for as long as nothing else is said.
    assert_eq!(stopped("--quiet resume r"), error);
    place.run(&format!("--quiet resume r {key}1e3"));
    place.run(&format!(
        "--quiet run model.toml --set guard.min_rate=off {key}1e3 --out whole"
    ));
    assert_same(&place, "r", "whole");
    let overrides = RunFile::open(&place.path("r/run.h5")).overrides();
    assert_eq!(
        overrides,
        [
            "guard.min_rate=9Hz",
            "guard.min_rate=off",
            "projection.p.plasticity.max_weight=1e3"
        ]
    );
}

#[test]
fn nothing_but_limits_changes_on_the_way() {
    let place = Place::new();
    tripped(
        &place,
        "--set guard.max_rate=20Hz --set guard.window=50ms --out r",
    );
    let whole = std::fs::read(place.path("r/run.h5")).expect("a file");
    for (set, expected) in [
        ("duration=2s", "`--set duration=2s`: expected another limit"),
        (
            "guard.window=1s",
            "`--set guard.window=1s`: expected another limit",
        ),
        ("guard.max_rate=2Hx", "guard.max_rate"),
        ("projection.x.plasticity.max_weight=2", "projection.x"),
    ] {
        let refused = place.refused(&format!("--quiet resume r --set {set}"));
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(
            std::fs::read(place.path("r/run.h5")).expect("a file"),
            whole
        );
    }
    place.run("--quiet resume r --set guard.max_rate=off");
    let model = shipped("brunel_balanced.toml");
    place.run(&format!(
        "--quiet run {model} --set parameter.n=1000 --set duration=1s --set figure.raster.from=100ms --set guard.window=50ms \
         --set guard.max_rate=off --out whole"
    ));
    assert_same(&place, "r", "whole");
    let refused = place.refused("--quiet resume r --set guard.max_rate=off");
    assert!(refused.contains("the run has come to its end"), "{refused}");
}

#[test]
fn an_explosion_within_one_window_ends_by_itself() {
    let place = Place::new();
    // A neuron without refractoriness under a vast current fires at every tick; the only delay is a second.
    place.write(
        "model.toml",
        "schema = 1\nexperiment = \"network\"\nduration = \"10 s\"\n\
         [population.e]\nneuron = \"lif_exp\"\nsize = 2\ntau_m = \"10 ms\"\ntau_syn_ex = \"5 ms\"\n\
         tau_syn_in = \"5 ms\"\nv_th = \"10 mV\"\n\
         [projection.p]\nsource = \"e\"\ntarget = \"e\"\nrule = \"all_to_all\"\nweight = \"1 pA\"\n\
         axonal_delay = \"1 s\"\n\
         [stimulus.s]\nkind = \"current\"\ntarget = \"e\"\namplitude = \"1e15 pA\"\nfrom = \"300 ms\"\n\
         [guard]\nmax_rate = \"off\"\n[record]\nspikes = [\"e\"]\n",
    );
    let output = place
        .command("--quiet run model.toml --out r")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let error = super::setup::text(&output.stderr);
    assert!(
        error.starts_with("error: the network explodes: ")
            && error.contains("population `e` fires most")
            && error.contains("`t_ref`"),
        "{error}"
    );
    assert!(!RunFile::open(&place.path("r/run.h5")).complete());
}

#[test]
fn a_sleep_that_explodes_ends_with_the_guard_and_gives_no_weights_back() {
    let place = Place::new();
    // Gains a million times too large, and no refractoriness: every spike of the input makes every neuron fire, more
    // than twenty thousand times in a slice of 100 ms.
    place.write(
        "model.toml",
        "schema = 1\nexperiment = \"sleep_replay\"\n\
         [mlp]\nlayers = [100, 200, 5]\nweights = \"mlp.npz\"\n\
         [conversion]\ngain = [1e6, 1e6]\n\
         [neuron]\nmodel = \"lif\"\ntau_m = \"20 ms\"\nv_th = 1\n\
         [plasticity]\nrule = \"sleep_replay\"\nonto = [\"output\"]\nincrement = 0.01\ndecrement = 0.001\n\
         [sleep]\nduration = \"1 s\"\ngrid = \"off\"\n\
         [sleep.input]\npattern = \"image.npy\"\nmax_rate = \"1200 Hz\"\n\
         [record]\nspikes = []\nweights = \"around_sleep\"\n\
         [output]\nweights = [\"npz\"]\nfigures = false\n",
    );
    let layer = |shape| Layer {
        weights: Array2::from_elem(shape, 0.1_f32),
        bias: None,
    };
    let mlp = Mlp {
        layers: vec![layer((200, 100)), layer((5, 200))],
        output: Output::Relu,
        keep: 1.0,
    };
    write_npz(&place.path("mlp.npz"), &mlp).unwrap();
    ndarray_npy::write_npy(
        place.path("image.npy"),
        &Array2::from_elem((10, 10), 1.0_f32),
    )
    .unwrap();
    let mut command = place.command("--quiet run model.toml --out r");
    let mut run = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let began = Instant::now();
    while run.try_wait().expect("it runs").is_none() {
        if began.elapsed() > Duration::from_secs(120) {
            run.kill().expect("it runs");
            panic!("the sleep does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = run.wait_with_output().expect("it ran");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let error = super::setup::text(&output.stderr);
    assert!(
        error.starts_with("error: the network explodes: ")
            && error.contains("population `hidden1` fires most"),
        "{error}"
    );
    assert!(!place.names("r").iter().any(|name| name.ends_with(".npz")));
    let file = RunFile::open(&place.path("r/run.h5"));
    let labels: Vec<String> = file
        .weights_of("hidden1_output")
        .into_iter()
        .map(|(label, _)| label)
        .collect();
    assert_eq!(labels, ["before sleep 1"]);
}

/// Of three seeds one trips: the others come to their ends, on any number of threads.
#[test]
fn a_seed_that_trips_leaves_the_others_alone() {
    let place = Place::new();
    let model = shipped("vogels_abbott_delta.toml");
    let run = |threads: usize| {
        let arguments = format!(
            "--quiet run {model} --set parameter.n=400 --set parameter.p=0.2 --set duration=2s --set figure.raster=off --set \
             guard.max_rate=13Hz --set guard.window=200ms --seeds 3 --keep-seeds --threads {threads} --out r{threads}"
        );
        let output = place.command(&arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        let error = super::setup::text(&output.stderr);
        assert!(error.starts_with("error: seed 2: population "), "{error}");
        let files = ["run.h5", "run-seed-2.h5", "run-seed-3.h5"];
        let files = files.map(|name| RunFile::open(&place.path(&format!("r{threads}/{name}"))));
        assert_eq!(files.each_ref().map(RunFile::complete), [true, false, true]);
        assert!(!place.path(&format!("r{threads}/checkpoint")).exists());
        (
            error,
            super::setup::text(&output.stdout),
            files.map(|file| file.spikes_of("e")),
        )
    };
    let alone = run(1);
    let printed = alone.1.split("Written").next().expect("a table");
    assert!(printed.starts_with("2 s simulated"), "{printed}");
    let beside = run(3);
    assert!(alone.0 == beside.0 && alone.2 == beside.2);
    assert!(beside.1.starts_with(printed), "{}", beside.1);
}

/// A control that sleeps without the memory is a network like any other.
#[test]
fn a_control_that_trips_leaves_other_seeds_alone() {
    let place = Place::with_model(super::setup::SMALL);
    let run = |threads: usize| {
        let arguments = format!(
            "--quiet run model.toml --set memory.encode=20 --set memory.capacity=100 --set compare.models=['without_memory'] --set \
             guard.max_rate=100Hz --seeds 6 --threads {threads} --out r{threads}"
        );
        let output = place.command(&arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        let printed = super::setup::text(&output.stdout);
        let table = printed.split("Written").next().expect("a table");
        (super::setup::text(&output.stderr), table.to_owned())
    };
    let alone = run(1);
    assert!(
        alone.0.contains("error: seed 5: population ") && alone.0.contains(" runs away"),
        "{}",
        alone.0
    );
    assert!(
        alone.1.contains("mean over ") && !alone.1.contains("6 seeds"),
        "{}",
        alone.1
    );
    assert_eq!(run(3), alone);
}

//! Guards: networks that are stopped, where and why.

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
        error.starts_with("error: population `i` runs away: 201 spikes within "),
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
    let n = file.spikes_of("i").len();
    assert!((150..=200).contains(&n), "{n}");
    assert_eq!(place.names("r"), ["run.h5"]);

    // The same spike on any number of threads.
    let again = tripped(
        &place,
        "--threads 1 --set guard.max_rate=20Hz --set guard.window=50ms --out again",
    );
    assert_eq!(again, error);
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
         lower `guard.min_rate` or set it to \"off\" if that is meant\n"
    );
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

//! Run files: everything that is read back from one.

use sharpwave::Recording;
use sharpwave::config::{Options, parse};
use sharpwave::experiment::run;
use sharpwave::run::progress::Silent;

use super::harness::{Target, as_it_is, fuzz};

const NETWORK: &str = r#"
schema = 1
experiment = "network"
[population.e]
neuron = "lif"
size = 3
tau_m = "20 ms"
v_th = "15 mV"
[stimulus.world]
kind = "poisson"
target = "e"
rate = "2 kHz"
weight = "1 mV"
[[bout]]
name = "one"
duration = "20 ms"
[[bout]]
duration = "20 ms"
[record]
spikes = "e"
states = { population = "e", first = 2, variables = "v_m", every = "5 ms" }
"#;

/// The run file of a small run.
fn made() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let model = parse("m.toml", NETWORK, folder.path(), &Options::default());
    let options = run::Options {
        out: Some(folder.path().join("r")),
        source: NETWORK.into(),
        ..Default::default()
    };
    run::run(model.expect("a model"), &options, &Silent).expect("a run");
    std::fs::read(folder.path().join("r/run.h5")).expect("written")
}

fn read(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.h5");
    std::fs::write(&path, bytes).expect("written");
    let all = || {
        let run = Recording::open(&path)?;
        let mut n = run.bouts()?.len() + run.fingerprints()?.len() + run.accuracies()?.len();
        for population in run.populations() {
            n += run.spikes(&population.name, ..)?.len();
        }
        for report in run.reports()? {
            n += run.states(&report.name, ..)?.values.shape().0;
        }
        run.reached()?;
        Ok(n)
    };
    let said = |read: Result<usize, sharpwave::record::recording::RecordingError>| match read {
        Ok(n) => format!("{n} things"),
        Err(error) => error.to_string(),
    };
    said(all()).replace(&folder.path().display().to_string(), "here")
}

#[test]
fn any_bytes_are_a_run_or_refused() {
    let whole = made();
    assert!(read(&whole).ends_with("things"), "{}", read(&whole));
    fuzz(&Target {
        name: "run_file",
        corpus: vec![whole],
        words: &["TREE", "HEAP", "SNOD", "spikes", "bouts", "report", "data"],
        repair: as_it_is,
        parse: read,
        room: 16 << 20,
    });
}

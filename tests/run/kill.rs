//! Runs killed without warning: what is recovered is the beginning of the run that was not killed.

use std::process::Stdio;
use std::time::Duration;

use super::python::python;
use super::run_file::RunFile;
use super::setup::{Place, SMALL, said};

/// A long first sleep and a long second training, so that kills fall into both; no controls after them.
fn model() -> String {
    SMALL
        .replace("epochs = 2", "epochs = [40, 3000]")
        .replace("\"400 ms\"", "[\"200 s\", \"20 s\"]")
        .replace("[output]", "[compare]\nmodels = []\n\n[output]")
}

const COMMAND: &str = "--quiet run model.toml --seeds 1 --threads 1 --out";

#[test]
fn whatever_is_recovered_is_the_beginning_of_the_run() {
    const KILLS: u32 = 24;
    let place = Place::with_model(&model());
    let began = std::time::Instant::now();
    place.run(&format!("{COMMAND} whole"));
    let whole_s = began.elapsed().as_secs_f64();
    let whole = RunFile::open(&place.path("whole/run.h5"));
    let (bouts, weights, accuracy) = (whole.bouts(), whole.weights(), whole.accuracy());
    let mut recovered = Vec::new();
    let mut refused = 0;
    for round in 0..KILLS {
        let mut command = place.command(&format!("{COMMAND} r{round}"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        // 0.6180 spreads the moments evenly over the run and over its very beginning.
        let moment = (f64::from(round) * 0.618_034).fract();
        let share = if round % 4 == 0 {
            0.05 * moment
        } else {
            moment
        };
        std::thread::sleep(Duration::from_secs_f64(share * whole_s));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let run = format!("r{round}/run.h5");
        if !place.path(&run).exists() {
            continue;
        }
        let output = place
            .command(&format!("recover {run}"))
            .output()
            .expect("it runs");
        let copy = place.path(&format!("r{round}/run.recovered.h5"));
        if output.status.code() == Some(2) {
            refused += 1;
            let error = said(&output);
            assert!(
                error.contains("`: holds nothing that can be recovered: "),
                "{error}"
            );
            assert!(!copy.exists());
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let file = RunFile::open(&copy);
        for name in whole.populations() {
            let (part, all) = (file.spikes_of(&name), whole.spikes_of(&name));
            assert_eq!(part, all[..part.len()], "round {round}, {name}");
        }
        let part = file.bouts();
        assert_eq!(part, bouts[..part.len()]);
        let part = file.accuracy();
        assert_eq!(part, accuracy[..part.len()]);
        for snapshot in file.weights() {
            assert!(
                weights.contains(&snapshot),
                "round {round}: {} {}",
                snapshot.0,
                snapshot.1
            );
        }
        let (spikes, ended) = (file.spikes_of("input").len(), file.bouts().len());
        drop(file);
        std::fs::remove_file(&copy).expect("removed");
        recovered.push((run, spikes, ended));
    }
    eprintln!("{refused} of {KILLS} killed before the file was laid out; recovered: {recovered:?}");
    assert!(recovered.len() > KILLS as usize / 2, "{recovered:?}");
    let partly = |(_, spikes, ended): &&(String, usize, usize)| *spikes > 0 && *ended < bouts.len();
    assert!(recovered.iter().filter(partly).count() > 2, "{recovered:?}");
    assert!(refused < 5, "{refused}");

    let Some(python) = python() else { return };
    let script = "import sys, h5py\n\
                  for path in sys.argv[1:]:\n    \
                      with h5py.File(path, 'r', swmr=True) as run:\n        \
                          times, nodes = run['spikes/input/timestamps'][:], run['spikes/input/node_ids'][:]\n        \
                          print(len(times), (times[1:] >= times[:-1]).all(), (nodes < 784).all())\n";
    let mut command = std::process::Command::new(python);
    command.args(["-c", script]).current_dir(place.path(""));
    command.args(recovered.iter().map(|(run, ..)| run));
    let output = command.output().expect("Python");
    let seen = said(&output);
    assert!(output.status.success(), "{seen}");
    for line in seen.lines() {
        assert!(line.ends_with(" True True"), "{seen}");
    }
}

#[test]
fn while_the_next_task_is_learnt_the_last_sleep_is_safe() {
    let slow = SMALL.replace("epochs = 2", "epochs = [2, 100000]");
    let place = Place::with_model(&slow);
    let mut command = place.command(&format!("{COMMAND} r"));
    let mut child = command.spawn().expect("it starts");
    // The first task and the first sleep take a tenth, a flush comes within one.
    std::thread::sleep(Duration::from_secs(3));
    child.kill().expect("killed");
    child.wait().expect("ended");
    let summary = place.run("recover r/run.h5");
    assert!(
        summary.starts_with("Recovered to r/run.recovered.h5:\n"),
        "{summary}"
    );
    let file = RunFile::open(&place.path("r/run.recovered.h5"));
    assert_eq!(
        file.bouts(),
        [
            "task 1",
            "test after task 1",
            "sleep 1",
            "test after sleep 1"
        ]
    );
    assert_eq!(file.accuracy().len(), 6, "{:?}", file.accuracy());
    assert_eq!(file.weights().len(), 4);
    let last = file.spikes_of("input").last().expect("spikes").0;
    assert!((398.0..400.0).contains(&last), "{last}");

    let again = place.refused("recover r/run.h5");
    assert_eq!(
        again,
        "error: `r/run.recovered.h5`: exists already, and nothing is overwritten\n  help: name another file, or move \
         this one away\n"
    );
}

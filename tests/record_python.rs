//! What Python sees of a finished run file: every object by h5py, the spikes by libsonata.

#[path = "python/interpreter.rs"]
mod python;

use std::path::Path;
use std::process::Command;

use python::python;
use sharpwave::base::matrix::Matrix;
use sharpwave::base::time::{Duration, Time};
use sharpwave::record::layout::{Layout, Population, Projection, Report};
use sharpwave::record::recover::recover;
use sharpwave::record::run_file::RunFile;
use sharpwave::record::sink::{Bout, Sink};
use sharpwave::record::spike_file;
use sharpwave::record::table::Accuracy;
use sharpwave::stimulus::spike_list::SpikeFile;

fn ms(value: f64) -> Time {
    Time::from_ms(value).unwrap()
}

fn run_python(script: &str, arguments: &[&str]) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let output = Command::new(python()?)
        .arg(folder.join(script))
        .args(arguments)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {stderr}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn population(name: &str, size: usize, recorded: usize) -> Population {
    Population {
        name: name.to_owned(),
        size,
        recorded,
    }
}

fn layout() -> Layout {
    Layout {
        data: None,
        is_validated: false,
        scores_training: false,
        nodes: Vec::new(),
        seed: 42,
        resolved: "schema = 1\n# μ\n".to_owned(),
        source: "schema = 1\n".to_owned(),
        overrides: vec!["seed=42".to_owned(), "a.μ=1".to_owned()],
        warnings: vec!["too short".to_owned()],
        tasks: vec!["0, 1".to_owned(), "2, 3".to_owned()],
        populations: vec![
            population("input", 5, 5),
            population("hidden 1", 3, 0),
            population("output", 2, 1),
        ],
        projections: vec![Projection {
            name: "input to output".to_owned(),
            n_target: 2,
            n_source: 5,
        }],
        synapses: Vec::new(),
        triggers: Vec::new(),
        pulsed: Vec::new(),
        observed: Vec::new(),
        compress_weights: true,
        reports: [("input", vec![4, 0], "mV"), ("input.i_syn", vec![1], "pA")]
            .map(|(name, nodes, unit)| Report {
                name: name.to_owned(),
                variable: ["v_m", "i_syn"][usize::from(unit == "pA")].to_owned(),
                unit: unit.to_owned(),
                nodes,
                every: Duration::from_ps(500_000_000),
            })
            .into(),
    }
}

/// Writes a bit of everything; `tests/python/check_run.py` knows the same values.
fn write_run(path: &Path) {
    let mut file = RunFile::create(path, layout()).unwrap();
    assert!(file.is_live());
    let first = Matrix::from_fn(2, 5, |i, j| (5 * i + j) as f32);
    file.weights(0, "before sleep 1", Time::ZERO, &first)
        .unwrap();
    file.spikes(2, ms(1.5), &[1]).unwrap();
    for step in 0..100_000_u32 {
        let time = ms(f64::from(step) * 0.25);
        file.spikes(0, time, &[step % 5, (step + 1) % 5]).unwrap();
        file.spikes(1, time, &[step % 3]).unwrap();
        if step.is_multiple_of(2) {
            let v_m = step as f32 / 8.0;
            file.frame(0, &mut [v_m, -v_m].into_iter()).unwrap();
            file.frame(1, &mut [0.25].into_iter()).unwrap();
        }
    }
    // Instants that milliseconds merge.
    let late = [1, 2].map(|ps| ms(8.0 * 3_600_000.0) + Duration::from_ps(ps));
    for time in late {
        file.spikes(2, time, &[0]).unwrap();
    }
    let end = ms(25_000.0);
    for (name, kind, start) in [("sleep 1", "N3", Time::ZERO), ("prüfung", "test", end)] {
        let bout = Bout {
            name: name.to_owned(),
            kind: kind.to_owned(),
            start,
            stop: end,
        };
        file.bout(&bout).unwrap();
    }
    let second = Matrix::from_fn(2, 5, |i, j| first[(i, j)] + 100.0);
    file.weights(0, "after sleep 1", end, &second).unwrap();
    for (seed, network, stage, after_task, task, accuracy) in [
        (42, "sleep", "sleep 1", 0, None, 0.5),
        (43, "joint", "task 2", 1, Some(1), 0.25),
    ] {
        let score = Accuracy {
            validation: None,
            training: None,
            seed,
            network: network.to_owned(),
            stage: stage.to_owned(),
            after_task,
            task,
            accuracy,
        };
        file.accuracy(&score).unwrap();
    }
    file.fingerprint(42, "00ff00ff00ff00ff").unwrap();
    file.fingerprint(43, "0123456789abcdef").unwrap();
    file.finish("00ff00ff00ff00ff").unwrap();
}

#[test]
fn python_reads_a_finished_run_and_its_recovered_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    write_run(&path);
    let copy = folder.path().join("copy.h5");
    let recovered = recover(&path, &copy).unwrap();
    assert_eq!(
        recovered.spikes,
        [("input".to_owned(), 200_000), ("output".to_owned(), 3)]
    );
    assert_eq!(
        (recovered.bouts, recovered.snapshots, recovered.scores),
        (2, 2, 2)
    );
    assert_eq!(recovered.frames, 100_000);
    assert!(recovered.complete);

    for file in [&path, &copy] {
        let file = file.to_str().unwrap();
        if let Some(printed) = run_python("check_run.py", &[file]) {
            assert_eq!(printed, "ok\n");
        }
        if let Some(printed) = run_python("read_run.py", &[file, "input"]) {
            // 2 Σ 0.25 k and Σ (k mod 5 + (k + 1) mod 5) over 100,000 steps.
            assert_eq!(printed, "200000 2499975000.0 400000\n");
        }
    }
}

#[test]
fn a_run_file_is_a_spike_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    write_run(&path);
    let read = |name: &str, size| spike_file::read(&SpikeFile::new(&path).of(name), size);
    let spikes = read("input", 5).unwrap();
    assert_eq!(spikes.len(), 200_000);
    assert_eq!(spikes[..3], [(ms(0.0), 0), (ms(0.0), 1), (ms(0.25), 1)]);

    let spikes_at_8_h = read("output", 2).unwrap();
    let after_8_h = spikes_at_8_h[1..]
        .iter()
        .map(|&(t, _)| (t - ms(8.0 * 3_600_000.0)).ps());
    assert_eq!(after_8_h.collect::<Vec<_>>(), [1, 2]);

    let error = read("imput", 5).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}`: has no population `imput`; the file has `input`, `output`\n  help: did you mean `input`?",
            path.display()
        )
    );
    let table = folder.path().join("spikes.csv");
    spike_file::write_csv(&table, &spikes).unwrap();
    assert_eq!(
        spike_file::read(&SpikeFile::new(&table), 5).unwrap(),
        spikes
    );
}

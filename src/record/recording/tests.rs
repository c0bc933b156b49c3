//! What was written is read, to the picosecond; what is damaged is refused, with its place.

mod damage;

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::base::matrix::Matrix;
use crate::base::time::Duration;
use crate::plasticity::Synapse;
use crate::record::layout::{Layout, Projection, Report, SynapseTable};
use crate::record::recover::recover;
use crate::record::run_file::RunFile;
use crate::record::sink::{Bout, Detected, Pulsed, Sink};
use crate::record::table::Accuracy;
use crate::record::weight_statistics::{ObservedProjection, Tracked, WeightStatistics};

const HOUR: i64 = 3_600_000_000_000_000;

fn ps(ps: i64) -> Time {
    Time::from_ps(ps)
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
        is_validated: true,
        scores_training: true,
        nodes: Vec::new(),
        seed: 42,
        resolved: "a = 1 # μ\n".to_owned(),
        source: "as typed\n".to_owned(),
        overrides: vec!["a=1".to_owned(), "b.μ=\"2 ms\"".to_owned()],
        warnings: vec!["a bout too short".to_owned()],
        data: Some("00ff".to_owned()),
        tasks: vec!["0 1".to_owned()],
        populations: vec![
            population("input", 5, 5),
            population("hidden", 3, 0),
            population("output", 4, 2),
        ],
        projections: vec![Projection {
            name: "input to output".to_owned(),
            n_target: 4,
            n_source: 5,
        }],
        synapses: vec![SynapseTable {
            name: "e_e".to_owned(),
            is_rewired: false,
            about: 3,
        }],
        triggers: vec!["up".to_owned()],
        pulsed: vec!["cue".to_owned(), "tone".to_owned()],
        observed: vec![ObservedProjection {
            name: "e_e".to_owned(),
            bins: 3,
        }],
        compress_weights: true,
        reports: vec![Report {
            name: "input".to_owned(),
            variable: "v_m".to_owned(),
            unit: "mV".to_owned(),
            nodes: vec![4, 0],
            every: Duration::from_ps(500),
        }],
    }
}

/// Spikes of `input` 1 ps apart after eight hours, where milliseconds cannot tell four of them apart.
fn spike(k: i64) -> (Time, u32) {
    (ps(8 * HOUR + k / 2), (k % 5) as u32)
}

fn bouts() -> [Bout; 2] {
    [
        ("sleep 1", "N3", 0, 8 * HOUR),
        ("prüfung", "test", 8 * HOUR + 1, 8 * HOUR + 3),
    ]
    .map(|(name, kind, start, stop)| Bout {
        name: name.to_owned(),
        kind: kind.to_owned(),
        start: ps(start),
        stop: ps(stop),
    })
}

fn score() -> Accuracy {
    Accuracy {
        validation: Some(0.5),
        training: Some(0.75),
        seed: 43,
        network: "joint".to_owned(),
        stage: "task 2".to_owned(),
        after_task: 1,
        task: None,
        accuracy: 0.25,
    }
}

/// Label, time and first weight of snapshots of synapses.
const SYNAPSES: [(&str, i64, f64); 2] = [("begin", 0, 0.5), ("end", HOUR + 3, -2.0)];

fn synapses(start: f64) -> Vec<Synapse> {
    let synapse = |k: u32| Synapse {
        source: k / 3,
        target: 10 * k,
        delay: Duration::from_ps(1_500_000_000 + i64::from(k)),
        dendritic: Duration::from_ps(500_000_000),
        weight: start + f64::from(k),
    };
    (0..7).map(synapse).collect()
}

fn detected() -> Detected {
    Detected {
        event: ps(HOUR + 1),
        told: ps(HOUR + 3),
    }
}

fn pulses() -> [Pulsed; 2] {
    [(4, true), (5, false)].map(|(k, is_delivered)| Pulsed {
        event: ps(HOUR + 1),
        time: ps(8 * HOUR + k),
        is_delivered,
    })
}

/// Statistics at two instants.
fn statistics() -> [(Time, WeightStatistics); 2] {
    [(0, 0.0), (HOUR + 3, 0.5)].map(|(time, more)| {
        let tracked = |k: u8| Tracked {
            source: k.into(),
            target: 100 + u32::from(k),
            weight: f32::from(k) + more as f32,
        };
        let statistics = WeightStatistics {
            n: 7,
            mean: 1.5 + more,
            sd: 0.25,
            min: more as f32,
            max: 3.0,
            quantiles: [0.1, 0.5, 1.0, 2.0, 2.5].map(|quantile| quantile + more),
            edges: vec![0.0, 1.0, 2.0, 3.0],
            histogram: vec![1, 4, 2],
            tracked: (0..4).map(tracked).collect(),
        };
        (ps(time), statistics)
    })
}

fn matrix(start: f32) -> Matrix {
    Matrix::from_fn(4, 5, |i, j| start + (5 * i + j) as f32)
}

/// A run file with a bit of everything and `n` spikes, still open.
fn begin(path: &Path, n: i64) -> RunFile {
    let mut file = RunFile::create(path, layout()).unwrap();
    for (time, node) in (0..n).map(spike) {
        file.spikes(0, time, &[node]).unwrap();
    }
    for frame in 0..4_u8 {
        let v_m = f32::from(frame);
        file.frame(0, &mut [v_m, -v_m].into_iter()).unwrap();
    }
    for (label, time, start) in SYNAPSES {
        file.synapses(0, label, ps(time), synapses(start)).unwrap();
    }
    file.detection(0, detected()).unwrap();
    for pulse in pulses() {
        file.pulse(0, pulse).unwrap();
    }
    for (time, now) in statistics() {
        file.weight_statistics(0, time, now).unwrap();
    }
    for (label, start, time) in [("before", 0.0, 0), ("after", 100.0, 8 * HOUR + 1)] {
        file.weights(0, label, ps(time), &matrix(start)).unwrap();
    }
    bouts().iter().for_each(|bout| file.bout(bout).unwrap());
    file.accuracy(&score()).unwrap();
    file.fingerprint(42, "00ff").unwrap();
    file.fingerprint(43, "ff00").unwrap();
    file
}

fn write(folder: &Path, n: i64) -> PathBuf {
    let path = folder.join(FILE);
    begin(&path, n).finish("00ff").unwrap();
    path
}

/// All that [`begin`] wrote.
fn check_all(run: &Recording, n: i64) {
    assert_eq!(run.seed(), 42);
    assert_eq!(run.version(), env!("CARGO_PKG_VERSION"));
    let Layout {
        is_validated: _,
        scores_training: _,
        nodes: _,
        resolved,
        source,
        overrides,
        warnings,
        data,
        tasks,
        populations,
        projections,
        synapses: learning,
        triggers,
        pulsed,
        observed,
        reports,
        compress_weights: _,
        seed: _,
    } = layout();
    assert_eq!((run.model(), run.source()), (&resolved[..], &source[..]));
    assert_eq!((run.overrides(), run.tasks()), (&overrides[..], &tasks[..]));
    assert_eq!(run.data(), data.as_deref());
    let learning: Vec<String> = learning.into_iter().map(|table| table.name).collect();
    assert_eq!(run.learning().unwrap(), learning);
    let found = run.synapses("e_e").unwrap();
    assert_eq!(found.len(), 2);
    for (found, (label, time, start)) in found.iter().zip(SYNAPSES) {
        assert_eq!((found.label.as_str(), found.time), (label, ps(time)));
        assert_eq!(found.synapses, synapses(start));
    }
    assert_eq!(
        (run.triggers().unwrap(), run.pulsed().unwrap()),
        (triggers, pulsed)
    );
    assert_eq!(run.detections("up").unwrap(), [detected()]);
    assert_eq!(run.pulses("cue").unwrap(), pulses());
    assert_eq!(run.pulses("tone").unwrap(), []);
    let names = observed.iter().map(|projection| projection.name.clone());
    assert_eq!(run.observed().unwrap(), names.collect::<Vec<_>>());
    assert_eq!(run.weight_statistics("e_e").unwrap(), statistics());
    assert_eq!(run.warnings(), warnings);
    assert_eq!(run.populations(), populations);
    assert_eq!(run.bouts().unwrap(), bouts());
    let spikes: Vec<_> = (0..n).map(spike).collect();
    assert_eq!(run.spikes("input", ..).unwrap(), spikes);
    assert_eq!(run.spikes("output", ..).unwrap(), []);
    assert_eq!(run.projections().unwrap(), projections);
    let snapshots = [("before", 0.0, 0), ("after", 100.0, 8 * HOUR + 1)];
    let snapshots = snapshots.map(|(label, start, time)| Snapshot {
        label: label.to_owned(),
        time: ps(time),
        weights: matrix(start),
    });
    assert_eq!(run.weights("input to output").unwrap(), snapshots);
    assert_eq!(run.snapshot("input to output", 1).unwrap(), snapshots[1]);
    assert_eq!(run.reports().unwrap(), reports);
    let states = run.states("input", ps(500)..ps(1_500)).unwrap();
    assert_eq!((states.first, states.every.ps()), (ps(500), 500));
    assert_eq!(states.values.values(), [1.0, -1.0, 2.0, -2.0]);
    assert_eq!(run.states("input", ..).unwrap().values.rows(), 4);
    assert_eq!(run.states("input", ps(9_999)..).unwrap().values.rows(), 0);
    assert_eq!(run.accuracies().unwrap(), [score()]);
    let hashes = [(42, "00ff".to_owned()), (43, "ff00".to_owned())];
    assert_eq!(run.fingerprints().unwrap(), hashes);
    assert_eq!(run.reached().unwrap(), ps(8 * HOUR + 3).max(spike(n - 1).0));
}

#[test]
fn what_was_written_is_read_from_the_file_and_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), 70_001);
    for path in [&path, folder.path()] {
        let run = Recording::open(path).unwrap();
        assert!(run.is_complete());
        assert_eq!(run.fingerprint(), Some("00ff"));
        check_all(&run, 70_001);
    }
}

#[test]
fn a_run_that_is_written_was_killed_or_stopped_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.h5");
    let mut file = begin(&live, 40_000);
    file.flush().unwrap();
    let killed = folder.path().join("killed.h5");
    std::fs::copy(&live, &killed).unwrap();
    check_all(&Recording::open(&live).unwrap(), 40_000);
    file.spikes(0, spike(40_000).0, &[0]).unwrap();
    file.stop().unwrap();
    let recovered = folder.path().join("recovered.h5");
    recover(&killed, &recovered).unwrap();
    for (path, n) in [(&live, 40_001), (&killed, 40_000), (&recovered, 40_000)] {
        let run = Recording::open(path).unwrap();
        assert_eq!((run.is_complete(), run.fingerprint()), (false, None));
        check_all(&run, n);
    }
}

#[test]
fn a_run_reaches_as_far_as_whatever_came_last() {
    let folder = tempfile::tempdir().unwrap();
    let last = |name: &str, fill: &dyn Fn(&mut RunFile)| {
        let path = folder.path().join(name);
        let mut file = RunFile::create(&path, layout()).unwrap();
        fill(&mut file);
        file.finish("00ff").unwrap();
        Recording::open(&path).unwrap().reached().unwrap()
    };
    let bout = |file: &mut RunFile| file.bout(&bouts()[1]).unwrap();
    let weights = |file: &mut RunFile| file.weights(0, "a", ps(77), &matrix(0.0)).unwrap();
    let frame = |file: &mut RunFile| file.frame(0, &mut [1.0, 2.0].into_iter()).unwrap();
    let spike = |file: &mut RunFile| file.spikes(0, ps(55), &[1]).unwrap();
    assert_eq!(last("none", &|_| {}), Time::ZERO);
    assert_eq!(last("bout", &bout), ps(8 * HOUR + 3));
    assert_eq!(last("weights", &weights), ps(77));
    // The first frame is the state at the start of the report.
    assert_eq!(
        last("frames", &|file| (0..3).for_each(|_| frame(file))),
        ps(2 * 500)
    );
    assert_eq!(last("spike", &spike), ps(55));
}

#[test]
fn chunks_of_spikes_are_bounded_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let run = Recording::open(&write(folder.path(), 70_001)).unwrap();
    let chunks = run.spike_chunks("input", spike(3).0..).unwrap();
    assert_eq!(chunks.remaining(), 70_001 - 2);
    let lengths: Vec<usize> = chunks.map(|chunk| chunk.unwrap().len()).collect();
    assert_eq!(lengths, [32_768 - 2, 32_768, 70_001 - 2 * 32_768]);
}

#[test]
fn names_that_are_not_there_are_answered_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), 10);
    let run = Recording::open(&path).unwrap();
    let said = |error: RecordingError| {
        let text = error.to_string();
        text.replace(&format!("`{}`: ", path.display()), "")
    };
    assert_eq!(
        said(run.spikes("imput", ..).unwrap_err()),
        "has no population `imput`\n  help: did you mean `input`?"
    );
    assert_eq!(
        said(run.spikes("x", ..).unwrap_err()),
        "has no population `x`\n  help: known here: `input`, `hidden`, `output`"
    );
    assert_eq!(
        said(run.spikes("hidden", ..).unwrap_err()),
        "the spikes of `hidden` were not recorded\n  help: name it in `record.spikes` of the model file"
    );
    assert_eq!(
        said(run.weights("input to out").unwrap_err()),
        "has no recorded projection `input to out`\n  help: did you mean `input to output`?"
    );
    assert_eq!(
        said(run.states("inptu", ..).unwrap_err()),
        "has no report `inptu`\n  help: did you mean `input`?"
    );
    assert_eq!(
        said(run.snapshot("input to output", 2).unwrap_err()),
        "/weights/input to output: found 2 snapshots, expected one of number 2, counted from 0"
    );
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(
        Recording::open(empty.path()).unwrap_err().to_string(),
        format!(
            "`{}`: holds no run, expected a folder with `run.h5`",
            empty.path().display()
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_span_holds_what_lies_in_it(
        times in prop::collection::vec(0_i64..2_000, 1..80),
        from in -5_i64..2_005, length in -5_i64..2_005, hours in 0_i64..9,
    ) {
        let mut times = times;
        times.sort_unstable();
        let at = |t: i64| ps(hours * HOUR + t);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mut file = RunFile::create(&path, layout()).unwrap();
        for &time in &times {
            file.spikes(0, at(time), &[(time % 5) as u32]).unwrap();
        }
        file.finish("").unwrap();
        let run = Recording::open(&path).unwrap();
        let (start, stop) = (at(from), at(from.saturating_add(length)));
        let expected = |keep: &dyn Fn(Time) -> bool| -> Vec<(Time, u32)> {
            let spikes = times.iter().map(|&time| (at(time), (time % 5) as u32));
            spikes.filter(|&(time, _)| keep(time)).collect()
        };
        prop_assert_eq!(run.spikes("input", start..stop).unwrap(), expected(&|t| start <= t && t < stop));
        prop_assert_eq!(run.spikes("input", start..=stop).unwrap(), expected(&|t| start <= t && t <= stop));
        prop_assert_eq!(run.spikes("input", ..=stop).unwrap(), expected(&|t| t <= stop));
    }
}

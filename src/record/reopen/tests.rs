//! Run files that are gone on with, whole, killed or stopped.

use super::*;
use crate::base::time::{Duration, Time};
use crate::record::checkpoint::{self, Checkpoint, Slot};
use crate::record::layout::{Population, Report};
use crate::record::recover::{Damage, recover};
use crate::record::run_file::RunFile;
use crate::record::sink::{Bout, Sink};

fn layout() -> Layout {
    Layout {
        seed: 7,
        resolved: "a = 1\n".into(),
        source: "as typed".into(),
        populations: ["a", "b"]
            .map(|name| Population {
                name: name.into(),
                size: 10,
                recorded: 10,
            })
            .into(),
        reports: vec![Report {
            name: "a".into(),
            variable: "v_m".into(),
            unit: "mV".into(),
            nodes: vec![3, 1],
            every: Duration::from_ps(500_000_000),
        }],
        ..Layout::default()
    }
}

/// Everything that happens in steps `from` to `to`; odd numbers, so that chunks are cut anywhere.
fn write(run: &mut RunFile, from: i64, to: i64) {
    for step in from..to {
        let time = Time::from_ps(step * 1000);
        run.spikes(0, time, &[1, 2, 3]).unwrap();
        if step % 7 == 0 {
            run.spikes(1, time, &[(step % 10) as u32]).unwrap();
        }
        run.frame(0, &mut [step as f32, -(step as f32)].into_iter())
            .unwrap();
    }
}

type Content = (Vec<f64>, Vec<u64>, Vec<u64>, Vec<f32>, Vec<f64>);

fn content(path: &Path) -> Content {
    let file = File::open(path).unwrap();
    fn read<T: hdf5::H5Type>(file: &File, name: &str) -> Vec<T> {
        file.dataset(name).unwrap().read_raw().unwrap()
    }
    (
        read(&file, "spikes/a/timestamps"),
        read(&file, "spikes/a/node_ids"),
        read(&file, "spikes/b/node_ids"),
        read(&file, "report/a/data"),
        read(&file, "report/a/mapping/time"),
    )
}

const STEPS: i64 = 40_000;

fn whole(folder: &Path) -> Content {
    let path = folder.join("whole.h5");
    let mut run = RunFile::create(&path, layout()).unwrap();
    write(&mut run, 0, STEPS);
    run.finish("ab").unwrap();
    content(&path)
}

#[test]
fn killed_stopped_and_whole_files_go_on_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    assert_eq!(whole.4, [0.0, 20_000.0, 0.5]);
    for kind in ["killed", "stopped", "finished"] {
        let path = folder.path().join(format!("{kind}.h5"));
        let live = folder.path().join(format!("{kind}-live.h5"));
        let mut run = RunFile::create(&live, layout()).unwrap();
        write(&mut run, 0, 12_345);
        let lengths = run.secure().unwrap();
        // What came after the checkpoint is not to be seen again.
        write(&mut run, 12_345, 15_000);
        let bout = Bout {
            name: "run".into(),
            kind: "run".into(),
            start: Time::ZERO,
            stop: Time::ZERO,
        };
        run.bout(&bout).unwrap();
        match kind {
            "killed" => {
                run.flush().unwrap();
                std::fs::copy(&live, &path).unwrap();
                drop(run);
            }
            "stopped" => run.stop().unwrap(),
            _ => run.finish("ab").unwrap(),
        }
        if kind != "killed" {
            std::fs::rename(&live, &path).unwrap();
        }
        // Killed again right after the copy was made, then once more on the way.
        drop(RunFile::reopen(&path, layout(), &[], &lengths).unwrap());
        let mut run = RunFile::reopen(&path, layout(), &[], &lengths).unwrap();
        assert!(run.is_live());
        write(&mut run, 12_345, 30_001);
        let later = run.secure().unwrap();
        write(&mut run, 30_001, 30_500);
        run.flush().unwrap();
        let copy = folder.path().join("copy.h5");
        std::fs::copy(&path, &copy).unwrap();
        drop(run);
        std::fs::rename(&copy, &path).unwrap();
        let mut run = RunFile::reopen(&path, layout(), &[], &later).unwrap();
        write(&mut run, 30_001, STEPS);
        run.bout(&bout).unwrap();
        run.finish("ab").unwrap();
        assert!(content(&path) == whole, "{kind}");
        let file = File::open(&path).unwrap();
        assert_eq!(file.dataset("bouts/start").unwrap().size(), 1, "{kind}");
        let source: hdf5::types::VarLenUnicode = file
            .dataset("config/source")
            .unwrap()
            .read_scalar()
            .unwrap();
        assert_eq!(source.as_str(), "as typed");
        assert!(!part_of(&path).exists());
    }
}

#[test]
fn a_file_that_does_not_fit_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut run = RunFile::create(&path, layout()).unwrap();
    write(&mut run, 0, 100);
    let few = run.secure().unwrap();
    write(&mut run, 100, 200);
    let many = run.secure().unwrap();
    run.stop().unwrap();
    RunFile::reopen(&path, layout(), &[], &few)
        .unwrap()
        .stop()
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = |layout: Layout| {
        RunFile::reopen(&path, layout, &[], &many)
            .unwrap_err()
            .to_string()
    };
    let shown = path.display();
    assert_eq!(
        refused(layout()),
        format!(
            "`{shown}`: `/report/a/data` holds 100 values, expected at least 200, which the checkpoint counts\n  help: \
             the file is older than its checkpoint, or of another run"
        )
    );
    let other = Layout {
        resolved: "a = 2\n".into(),
        ..layout()
    };
    assert!(refused(other).starts_with(&format!("`{shown}`: holds a run of another model")));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        refused(layout()),
        format!("`{shown}`: cannot read: No such file or directory (os error 2)")
    );
    std::fs::write(&path, "text").unwrap();
    assert!(refused(layout()).contains("is not an HDF5 file"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn recovered_reports_say_how_many_frames_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.h5");
    let mut run = RunFile::create(&live, layout()).unwrap();
    write(&mut run, 0, 1001);
    run.flush().unwrap();
    let killed = folder.path().join("killed.h5");
    std::fs::copy(&live, &killed).unwrap();
    let copy = folder.path().join("copy.h5");
    assert_eq!(recover(&killed, &copy).unwrap().frames, 1001);
    let (.., data, time) = content(&copy);
    assert_eq!(data.len(), 2002);
    assert_eq!(data[2000..], [1000.0, -1000.0]);
    assert_eq!(time, [0.0, 500.5, 0.5]);
}

#[test]
fn a_changed_byte_of_what_was_written_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut run = RunFile::create(&path, layout()).unwrap();
    write(&mut run, 0, 30_000);
    let lengths = run.secure().unwrap();
    write(&mut run, 30_000, 30_100);
    run.stop().unwrap();
    let good = std::fs::read(&path).unwrap();
    let shown = path.display();
    let slot = Slot {
        state: Vec::new(),
        lengths: Some(lengths.clone()),
    };
    let checkpoint = Checkpoint {
        slots: [("7/sleep".to_owned(), slot)].into(),
        ..Checkpoint::default()
    };
    checkpoint::write(folder.path(), checkpoint.bytes()).unwrap();
    for (dataset, row, bytes, rows) in [
        ("/spikes/a/node_ids", 70_000, 8, Some((65_536, 89_999))),
        ("/spikes/a/timestamps", 5, 8, Some((0, 32_767))),
        (
            "/spikes/a/timestamps_rest",
            40_000,
            2,
            Some((32_768, 65_535)),
        ),
        ("/report/a/data", 20_000, 8, Some((16_384, 29_999))),
        // Behind the checkpoint, where all is dropped.
        ("/spikes/a/node_ids", 90_100, 8, None),
    ] {
        std::fs::write(&path, &good).unwrap();
        let file = File::open(&path).unwrap();
        let found = file.dataset(dataset).unwrap();
        let rows_per_chunk = found.chunk().unwrap()[0];
        let mut address = 0;
        found
            .chunks_visit(|chunk| {
                if chunk.offset[0] as usize == row / rows_per_chunk * rows_per_chunk {
                    address = chunk.addr as usize + row % rows_per_chunk * bytes;
                }
                0
            })
            .unwrap();
        drop((found, file));
        let mut changed = good.clone();
        changed[address] ^= 4;
        std::fs::write(&path, &changed).unwrap();
        // What can be taken out is taken out, and what is wrong with it said.
        let copy = folder.path().join("copy.h5");
        let damages = recover(&path, &copy).unwrap().damages;
        std::fs::remove_file(&copy).unwrap();
        let expected = rows.map(|(first, last)| Damage {
            dataset: dataset.to_owned(),
            rows: first..last + 1,
            missing: false,
        });
        assert_eq!(damages, Vec::from_iter(expected));
        let reopened = RunFile::reopen(&path, layout(), &[], &lengths);
        let Some((first, last)) = rows else {
            reopened.unwrap().stop().unwrap();
            continue;
        };
        let error = reopened.unwrap_err().to_string();
        let message =
            format!("`{shown}`: `{dataset}` is damaged: values from {first} to {last} differ");
        assert!(error.starts_with(&message), "{error}");
        assert!(std::fs::read(&path).unwrap() == changed);
    }
}

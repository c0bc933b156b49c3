//! Creating, refusing, stopping: what a run file does at its ends.

use super::*;
use crate::record::layout::{Population, Projection};

fn layout(population: &str) -> Layout {
    Layout {
        populations: vec![Population {
            name: population.to_owned(),
            size: 3,
            recorded: 3,
        }],
        projections: vec![Projection {
            name: "all".to_owned(),
            n_target: 3,
            n_source: 2,
        }],
        ..Layout::default()
    }
}

#[test]
fn an_existing_file_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    std::fs::write(&path, b"mine").unwrap();
    let error = RunFile::create(&path, layout("a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}`: exists already, and a run overwrites nothing\n  help: name another file with `--out`, or move \
             this one away",
            path.display()
        )
    );
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

#[test]
fn a_folder_that_is_not_there_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/run.h5");
    let error = RunFile::create(&path, layout("a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}`: cannot create the run file: No such file or directory",
            path.display()
        )
    );
}

#[test]
fn a_name_that_is_a_path_is_refused_before_a_file_appears() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    for name in ["", ".", "a/b", "a\0"] {
        let error = RunFile::create(&path, layout(name)).unwrap_err();
        assert!(
            matches!(
                error,
                RecordError::Name {
                    what: "population",
                    ..
                }
            ),
            "{error}"
        );
    }
    assert!(!path.exists());
}

#[test]
fn a_layout_that_cannot_be_written_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut twice = layout("a");
    twice.populations.extend(layout("a").populations);
    let error = RunFile::create(&path, twice).unwrap_err();
    assert!(matches!(error, RecordError::Create { .. }), "{error}");
    assert!(!path.exists());
}

#[test]
fn weights_of_another_shape_are_refused_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut file = RunFile::create(&path, layout("a")).unwrap();
    let transposed = Matrix::zeros(2, 3);
    let error = file.weights(0, "now", Time::ZERO, &transposed);
    assert_eq!(
        error.unwrap_err().to_string(),
        "run file: weights of `all` have shape (2, 3) (target, source), expected (3, 2)"
    );
    file.weights(0, "now", Time::ZERO, &Matrix::zeros(3, 2))
        .unwrap();
    file.stop().unwrap();
    let file = hdf5::File::open(&path).unwrap();
    assert_eq!(
        file.dataset("weights/all/values").unwrap().shape(),
        [1, 3, 2]
    );
}

#[test]
fn a_dropped_file_holds_everything_and_is_not_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut run = RunFile::create(&path, layout("a")).unwrap();
    run.spikes(0, Time::from_ps(1), &[0, 2]).unwrap();
    drop(run);
    let file = hdf5::File::open(&path).unwrap();
    let nodes = file.dataset("spikes/a/node_ids").unwrap();
    assert_eq!(nodes.read_raw::<u64>().unwrap(), [0, 2]);
    assert_eq!(
        file.attr("complete").unwrap().read_scalar::<u8>().unwrap(),
        0
    );
}

#[test]
fn long_labels_are_cut_at_a_character() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut run = RunFile::create(&path, layout("a")).unwrap();
    let name = "µ".repeat(40);
    let bout = Bout {
        name: format!("x{name}"),
        kind: "N3".to_owned(),
        start: Time::ZERO,
        stop: Time::ZERO,
    };
    run.bout(&bout).unwrap();
    run.stop().unwrap();
    let file = hdf5::File::open(&path).unwrap();
    let names = file.dataset("bouts/name").unwrap();
    let names = names.read_raw::<crate::record::column::Label>().unwrap();
    assert_eq!(names[0].as_str(), format!("x{}", "µ".repeat(31)));
}

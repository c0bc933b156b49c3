//! Files that are no run, or no whole one: read as far as they are right, else refused; never a panic.

use hdf5::File;
use hdf5::types::VarLenUnicode;

use super::*;

/// Reads all of a file, if it opens.
fn read_all(path: &Path) -> Result<(), RecordingError> {
    let run = Recording::open(path)?;
    run.bouts()?;
    run.accuracies()?;
    run.fingerprints()?;
    for population in run.populations().iter().filter(|p| p.recorded > 0) {
        run.spikes(&population.name, ..)?;
        run.spikes(&population.name, ps(8 * HOUR)..spike(7).0)?;
    }
    for projection in run.projections()? {
        run.weights(&projection.name)?;
    }
    for report in run.reports()? {
        run.states(&report.name, ..)?;
    }
    run.reached().map(drop)
}

/// What reading `path` ends with, without its path.
fn message(path: &Path) -> String {
    let error = read_all(path).unwrap_err().to_string();
    error.replace(&format!("`{}`: ", path.display()), "")
}

/// The message after `change` was done to a whole file.
fn after(change: impl FnOnce(&File)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), 10);
    let file = File::open_rw(&path).unwrap();
    change(&file);
    file.close().unwrap();
    message(&path)
}

/// Puts `values` in place of the dataset at `place`.
fn replace<T: hdf5::H5Type>(file: &File, place: &str, values: &[T]) {
    file.unlink(place).unwrap();
    let dataset = file.new_dataset::<T>().shape(values.len());
    dataset.create(place).unwrap().write_raw(values).unwrap();
}

#[test]
fn a_file_from_before_rests_counts_and_overrides_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), 10);
    let file = File::open_rw(&path).unwrap();
    replace(&file, "/populations/recorded", &[1_u8, 0, 1]);
    for place in [
        "/config/overrides",
        "/config/warnings",
        "/spikes/input/timestamps_rest",
        "/spikes/output/timestamps_rest",
        "/bouts/start_rest",
        "/bouts/stop_rest",
        "/weights/input to output/time_rest",
    ] {
        file.unlink(place).unwrap();
    }
    file.close().unwrap();
    read_all(&path).unwrap();
    let run = Recording::open(&path).unwrap();
    assert_eq!((run.overrides(), run.warnings()), (&[][..], &[][..]));
    let recorded: Vec<usize> = run.populations().iter().map(|p| p.recorded).collect();
    assert_eq!(recorded, [5, 0, 4]);
    // Milliseconds after eight hours are right to some picoseconds.
    let spikes = run.spikes("input", ..).unwrap();
    assert_eq!(spikes.len(), 10);
    for (k, (time, node)) in (0..).zip(spikes) {
        let (exact, expected) = spike(k);
        assert!(node == expected && (time - exact).ps().abs() <= 4);
    }
}

#[test]
fn parts_that_are_missing_are_named() {
    for (place, expected) in [
        (
            "/config/resolved",
            "/config/resolved: found nothing, expected a dataset",
        ),
        (
            "/populations",
            "/populations/name: found nothing, expected a dataset",
        ),
        (
            "/spikes",
            "/spikes/input/timestamps: found nothing, expected a dataset",
        ),
        (
            "/spikes/input/node_ids",
            "/spikes/input/node_ids: found nothing, expected a dataset",
        ),
        (
            "/bouts/start",
            "/bouts/start: found nothing, expected a dataset",
        ),
        (
            "/report/input/mapping",
            "/report/input/mapping/node_ids: found nothing, expected a dataset",
        ),
    ] {
        assert_eq!(after(|file| file.unlink(place).unwrap()), expected);
    }
}

#[test]
fn values_of_other_types_and_shapes_are_named() {
    let text: VarLenUnicode = "one".parse().unwrap();
    assert_eq!(
        after(|file| replace(file, "/spikes/input/timestamps", &vec![text.clone(); 10])),
        "/spikes/input/timestamps: found values of type unicode (var len), expected float64"
    );
    assert_eq!(
        after(|file| replace(file, "/spikes/input/node_ids", &[1_i64; 10])),
        "/spikes/input/node_ids: found values of type int64, expected uint64"
    );
    assert_eq!(
        after(|file| replace(file, "/bouts/name", &[1.0, 2.0])),
        "/bouts/name: found values of type float64, expected unicode (len 64)"
    );
    assert_eq!(
        after(|file| replace(file, "/config/source", std::slice::from_ref(&text))),
        "/config/source: found 1 axes, expected 0"
    );
    assert_eq!(
        after(|file| replace(file, "/weights/input to output/values", &[1.0_f32])),
        "/weights/input to output/values: found 1 axes, expected 3"
    );
}

#[test]
fn lengths_that_disagree_are_named() {
    assert_eq!(
        after(|file| replace(file, "/spikes/input/node_ids", &[1_u64; 9])),
        "/spikes/input: found columns of 10, 9, 10 values, expected columns of equal length"
    );
    assert_eq!(
        after(|file| replace(file, "/populations/size", &[1_u64; 2])),
        "/populations: found columns of 3, 2, 3 values, expected columns of equal length"
    );
    assert_eq!(
        after(|file| replace(file, "/report/input/mapping/node_ids", &[1_u64; 3])),
        "/report/input/mapping/node_ids: found 3 neurons, expected 2, a column each"
    );
}

#[test]
fn values_that_no_run_holds_are_named() {
    let place = "/spikes/input/timestamps";
    for (time, found) in [
        (f64::NAN, "NaN"),
        (-1.0, "-1"),
        (1e300, &format!("{}", 1e300)),
    ] {
        assert_eq!(
            after(|file| replace(file, place, &[time; 10])),
            format!("{place}[5]: found {found}, expected a time from 0 to 106 days")
        );
    }
    // The rests of the whole file's times stand beside them.
    let times: Vec<f64> = [1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0].into();
    assert_eq!(
        after(|file| replace(file, place, &times)),
        format!("{place}[2]: found 2.000000001 ms, expected times that never decrease")
    );
    assert_eq!(
        after(|file| replace(file, "/spikes/input/node_ids", &[5_u64; 10])),
        "/spikes/input/node_ids[0]: found 5, expected a neuron below 5"
    );
    assert_eq!(
        after(|file| replace(file, "/populations/recorded", &[5_u64, 0, 5])),
        "/populations[2]: found 5 recorded neurons of 4, expected at most as many as there are"
    );
    assert_eq!(
        after(|file| replace(file, "/report/input/mapping/time", &[0.0, 1.0, 0.0])),
        "/report/input/mapping/time[2]: found 0, expected a step above 0"
    );
}

#[test]
fn files_of_something_else_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.h5");
    File::create(&path).unwrap().create_group("spikes").unwrap();
    assert_eq!(
        message(&path),
        "is an HDF5 file, but not of a Sharpwave run: it has no attribute `format` = \"sharpwave run\""
    );
    std::fs::write(&path, "no HDF5 at all").unwrap();
    assert_eq!(
        message(&path),
        "is not an HDF5 file; expected the `.h5` file of a run"
    );
    assert_eq!(
        message(&folder.path().join("none.h5")),
        "cannot read: No such file or directory (os error 2)"
    );
}

#[test]
fn a_heap_that_the_library_would_never_leave_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), 10);
    let mut bytes = std::fs::read(&path).unwrap();
    let heap = bytes.windows(4).position(|four| four == b"GCOL").unwrap();
    // Number and size of the first text.
    bytes[heap + 16..heap + 32].fill(0);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(
        message(&path),
        format!(
            "holds nothing that can be recovered: the heap at byte {heap} has an object without a size\n  help: the run \
             was killed before it began to record, or the file is damaged; run it again"
        )
    );
}

#[test]
fn a_group_that_holds_itself_is_refused() {
    let said = after(|file| file.link_hard("/spikes", "/spikes/again").unwrap());
    assert!(said.contains("is nested too deep"), "{said}");
}

#[test]
fn a_file_without_its_end_is_refused_whether_killed_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.h5");
    let mut file = begin(&live, 40_000);
    file.flush().unwrap();
    let killed = std::fs::read(&live).unwrap();
    drop(file);
    let whole = std::fs::read(&live).unwrap();
    let path = folder.path().join("cut.h5");
    for bytes in [killed, whole] {
        for share in 0..64 {
            std::fs::write(&path, &bytes[..bytes.len() * share / 64]).unwrap();
            assert!(read_all(&path).is_err(), "{share}/64 of {}", bytes.len());
        }
        std::fs::write(&path, &bytes).unwrap();
        read_all(&path).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Metadata stand at the file's start and behind its chunks, so places are drawn near values that are not zero.
    #[test]
    fn a_file_with_other_bytes_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        killed in any::<bool>(),
    ) {
        thread_local! {
            static BYTES: [Vec<u8>; 2] = {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join(FILE);
                let mut file = begin(&path, 10);
                file.flush().unwrap();
                let killed = std::fs::read(&path).unwrap();
                file.finish("00ff").unwrap();
                [std::fs::read(&path).unwrap(), killed]
            };
        }
        let mut bytes = BYTES.with(|bytes| bytes[usize::from(killed)].clone());
        let set: Vec<usize> = (0..bytes.len()).filter(|&place| bytes[place] != 0).collect();
        for (place, byte) in changes {
            bytes[set[place.index(set.len())]] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changed.h5");
        std::fs::write(&path, &bytes).unwrap();
        let _ = read_all(&path);
    }
}

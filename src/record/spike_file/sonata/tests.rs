use hdf5::types::FixedUnicode;
use std::path::PathBuf;

use hdf5::File;
use proptest::prelude::*;

use super::*;
use crate::base::time::Time;
use crate::record::spike_file::{SpikeFileError, read};
use crate::stimulus::spike_list::SpikeFile;

fn read_any(
    path: &Path,
    population: Option<&str>,
    size: usize,
) -> Result<Vec<(Time, u32)>, SpikeFileError> {
    let population = population.map(str::to_owned);
    let file = SpikeFile {
        population,
        ..SpikeFile::new(path)
    };
    read(&file, size)
}

/// A file with one population; `units` is left out if empty.
fn spike_file(folder: &Path, times: &[f64], nodes: &[i64], units: &str) -> PathBuf {
    let path = folder.join("spikes.h5");
    let file = File::create(&path).unwrap();
    let group = file
        .create_group("spikes")
        .unwrap()
        .create_group("a")
        .unwrap();
    let times = group
        .new_dataset_builder()
        .with_data(times)
        .create("timestamps")
        .unwrap();
    group
        .new_dataset_builder()
        .with_data(nodes)
        .create("node_ids")
        .unwrap();
    if !units.is_empty() {
        let text: FixedUnicode<8> = units.parse().unwrap();
        let attribute = times.new_attr::<FixedUnicode<8>>().create("units").unwrap();
        attribute.write_scalar(&text).unwrap();
    }
    path
}

fn message(path: &Path) -> String {
    let error = read_any(path, None, 10).unwrap_err().to_string();
    let (_, rest) = error.split_once("`: ").unwrap();
    rest.to_owned()
}

#[test]
fn spikes_are_sorted_and_seconds_become_milliseconds() {
    let folder = tempfile::tempdir().unwrap();
    for (units, scale) in [("", 1.0), ("ms", 1.0), ("s", 1000.0)] {
        let path = spike_file(folder.path(), &[2.0, 0.5, 0.5], &[3, 9, 4], units);
        let ms = |value: f64| Time::from_ms(value * scale).unwrap();
        assert_eq!(
            read_any(&path, None, 10).unwrap(),
            [(ms(0.5), 4), (ms(0.5), 9), (ms(2.0), 3)]
        );
    }
}

#[test]
fn errors_name_the_dataset_and_the_value() {
    let folder = tempfile::tempdir().unwrap();
    for (times, nodes, units, expected) in [
        (
            &[1.0, -2.0][..],
            &[1, 2][..],
            "ms",
            "/spikes/a/timestamps[1]: found -2, expected a time from 0 to 106 days",
        ),
        (
            &[f64::NAN],
            &[1],
            "ms",
            "/spikes/a/timestamps[0]: found NaN, expected a time from 0 to 106 days",
        ),
        (
            &[1.0],
            &[10],
            "ms",
            "/spikes/a/node_ids[0]: found 10, expected a neuron from 0 to 9",
        ),
        (
            &[1.0],
            &[-1],
            "ms",
            "/spikes/a/node_ids[0]: found -1, expected a whole number, not negative",
        ),
        (
            &[1.0, 2.0],
            &[1],
            "ms",
            "/spikes/a: found 2 timestamps and 1 node_ids, expected as many of each",
        ),
        (
            &[1.0],
            &[1],
            "h",
            "/spikes/a/timestamps: attribute `units`: found `h`, expected `ms` or `s`",
        ),
        (
            &[1.0, 1.0],
            &[7, 7],
            "ms",
            "neuron 7 spikes twice at 1 ms, expected at most one spike of a neuron at a time",
        ),
    ] {
        let path = spike_file(folder.path(), times, nodes, units);
        assert_eq!(message(&path), expected);
    }
}

#[test]
fn a_length_without_values_is_refused_before_memory_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forged.h5");
    let file = File::create(&path).unwrap();
    let group = file
        .create_group("spikes")
        .unwrap()
        .create_group("a")
        .unwrap();
    for name in ["timestamps", "node_ids"] {
        let values = group.new_dataset::<u64>().chunk(16).shape(1_usize << 50);
        values.create(name).unwrap();
    }
    file.close().unwrap();
    assert_eq!(
        message(&path),
        format!(
            "/spikes/a/timestamps: found {} values in 0 bytes, expected a dataset that is all there",
            1_u64 << 50
        )
    );
}

#[test]
fn files_without_spikes_say_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.h5");
    let file = File::create(&path).unwrap();
    assert_eq!(
        message(&path),
        "/: found neither `spikes` nor `units`, expected the SONATA layout `/spikes/<population>`, or the `/units` of NWB"
    );
    file.create_group("spikes").unwrap();
    assert_eq!(
        message(&path),
        "no population is named; the file has none\n  help: set `population` to the one to read"
    );
    std::fs::write(folder.path().join("text.h5"), "node_id,timestamp_ms\n").unwrap();
    assert_eq!(
        message(&folder.path().join("text.h5")),
        "cannot read: is not an HDF5 file"
    );
}

#[test]
fn rests_belong_to_milliseconds() {
    let folder = tempfile::tempdir().unwrap();
    for (units, expected) in [("ms", 2_000_000_007), ("s", 2_000_000_000_000)] {
        let path = spike_file(folder.path(), &[2.0], &[1], units);
        let file = File::open_rw(&path).unwrap();
        let rests = file.new_dataset::<i16>().shape(1);
        let rests = rests.create("/spikes/a/timestamps_rest").unwrap();
        rests.write_raw(&[7_i16]).unwrap();
        drop(rests);
        file.close().unwrap();
        let spikes = read_any(&path, Some("a"), 10).unwrap();
        assert_eq!(spikes, [(Time::from_ps(expected), 1)]);
    }
}

#[test]
fn an_empty_population_has_no_spikes() {
    let folder = tempfile::tempdir().unwrap();
    let path = spike_file(folder.path(), &[], &[], "ms");
    assert_eq!(read_any(&path, Some("a"), 10).unwrap(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_after_the_signature_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any");
        std::fs::write(&path, [b"\x89HDF\r\n\x1a\n", bytes.as_slice()].concat()).unwrap();
        let _ = read_any(&path, None, 10);
    }

    #[test]
    fn a_file_cut_anywhere_is_read_or_refused(part in 0.0..1.0_f64) {
        let folder = tempfile::tempdir().unwrap();
        let path = spike_file(folder.path(), &[1.0, 2.0, 3.0], &[1, 2, 3], "ms");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..(bytes.len() as f64 * part) as usize]).unwrap();
        let _ = read_any(&path, None, 10);
    }
}

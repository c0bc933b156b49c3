use std::fs;

use super::*;
use crate::base::time::Time;
use crate::record::spike_file::read;

static GO: AtomicBool = AtomicBool::new(false);

/// Spikes of two populations, not in order, some of them at times that milliseconds merge.
fn table() -> String {
    let mut text = "timestamps population node_ids\n".to_owned();
    for i in 0..10_000_u64 {
        let (ms, population) = ((i * 7919) % 10_007, ["a", "b"][usize::from(i % 3 == 0)]);
        text += &format!("{}.{i:06} {population} {}\n", ms, i % 100);
    }
    text
}

fn of(path: &Path, population: &str) -> SpikeFile {
    SpikeFile {
        population: Some(population.into()),
        ..SpikeFile::new(path)
    }
}

#[test]
fn spikes_come_back_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("in.csv"), table()).unwrap();
    let all = SpikeFile::new(path("in.csv"));
    let done = convert(&all, &path("a.h5"), "x", &GO).unwrap();
    let counts = [("b".to_owned(), 3334), ("a".to_owned(), 6666)];
    assert_eq!(done.populations, counts);
    let back = convert(&SpikeFile::new(path("a.h5")), &path("b.csv"), "x", &GO).unwrap();
    assert_eq!(back.populations.len(), 2);
    let named = of(&path("a.h5"), "b");
    let one = convert(&named, &path("c.csv"), "x", &GO).unwrap();
    assert_eq!(one.populations, counts[..1]);
    for population in ["a", "b"] {
        let spikes = read(&of(&path("in.csv"), population), 100).unwrap();
        for name in ["a.h5", "b.csv"] {
            assert_eq!(
                read(&of(&path(name), population), 100).unwrap(),
                spikes,
                "{name}"
            );
        }
        if population == "b" {
            assert_eq!(read(&SpikeFile::new(path("c.csv")), 100).unwrap(), spikes);
        }
    }
    assert!(
        fs::read_to_string(path("c.csv"))
            .unwrap()
            .starts_with("node_id,timestamp_ms\n")
    );
    let again = convert(&all, &path("a.h5"), "x", &GO).unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
}

#[test]
fn late_times_keep_their_picoseconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let hours = 8 * 3_600_000_000_000_000_i64;
    // Between two milliseconds of f64.
    let times: Vec<Time> = (0..40).map(|ps| Time::from_ps(hours + ps)).collect();
    let mut target = target::Target::new(&path("a.h5"), "x", false).unwrap();
    for (neuron, &time) in times.iter().enumerate() {
        target.put("", time, neuron as u64).unwrap();
    }
    target.finish().unwrap();
    convert(&SpikeFile::new(path("a.h5")), &path("b.h5"), "y", &GO).unwrap();
    let spikes = read(&of(&path("b.h5"), "x"), 40).unwrap();
    assert!(spikes.iter().map(|(time, _)| *time).eq(times));
}

#[test]
fn a_failure_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("in.csv"), "node_id,timestamp_ms\n1,1\n2,-1\n").unwrap();
    let all = SpikeFile::new(path("in.csv"));
    let message = |out: &str, stop: bool| {
        let stop = AtomicBool::new(stop);
        convert(&all, &path(out), "x", &stop)
            .unwrap_err()
            .to_string()
    };
    assert!(
        message("a.h5", false)
            .ends_with("line 3: found time -1, expected a time from 0 to 106 days")
    );
    assert!(message("a.csv", true).starts_with("stopped early"));
    assert!(message("a.dat", false).ends_with("expected .h5 (SONATA), .csv, or of a run .nwb"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    fs::write(path("in.csv"), "timestamps population node_ids\n1 a/b 1\n").unwrap();
    assert!(
        message("a.h5", false).starts_with("population `a/b`: has a name that HDF5 cannot use")
    );
}

#[test]
fn silent_populations_stay_and_runs_without_spikes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, populations: &[(&str, &[f64])]| {
        let file = hdf5::File::create(path(name)).unwrap();
        let spikes = file.create_group("spikes").unwrap();
        for (population, times) in populations {
            let group = spikes.create_group(population).unwrap();
            let n = times.len();
            let timestamps = group.new_dataset::<f64>().shape(n).create("timestamps");
            let node_ids = group.new_dataset::<u64>().shape(n).create("node_ids");
            timestamps.unwrap().write_raw(times).unwrap();
            node_ids.unwrap().write_raw(&vec![0_u64; n]).unwrap();
        }
    };
    write("in.h5", &[("a", &[1.0, 2.0]), ("silent", &[])]);
    let counts = [("a".to_owned(), 2), ("silent".to_owned(), 0)];
    for name in ["out.h5", "out.csv"] {
        let done = convert(&SpikeFile::new(path("in.h5")), &path(name), "x", &GO).unwrap();
        assert_eq!(done.populations, counts, "{name}");
    }
    let back = hdf5::File::open(path("out.h5")).unwrap();
    assert_eq!(
        back.group("spikes").unwrap().member_names().unwrap(),
        ["a", "silent"]
    );
    let one = convert(&of(&path("in.h5"), "silent"), &path("one.h5"), "x", &GO).unwrap();
    assert_eq!(one.populations, counts[1..]);
    write("none.h5", &[]);
    let refused = convert(&SpikeFile::new(path("none.h5")), &path("n.csv"), "x", &GO).unwrap_err();
    assert!(
        refused.to_string().contains("`[record] spikes`"),
        "{refused}"
    );
    assert!(!path("n.csv").exists());
    fs::write(path("t.csv"), b"\x1f\x8b\x08rest").unwrap();
    let refused = convert(&SpikeFile::new(path("t.csv")), &path("n.csv"), "x", &GO).unwrap_err();
    assert!(
        refused.to_string().contains("compressed by gzip"),
        "{refused}"
    );
}

//! A text of an HDF5 file that claims to be longer than the file takes no memory, wherever a user may meet one.
//!
//! The library's own memory is no allocation of this program: what counts is the peak of the process.

use std::fs;
use std::path::Path;

use hdf5::File;
use hdf5::types::VarLenUnicode;
use sharpwave::Recording;
use sharpwave::config::{Options, parse};
use sharpwave::experiment::{nir, run};
use sharpwave::record::{circuit_file, probe, recover, spike_file, weight_file};
use sharpwave::run::progress::Silent;
use sharpwave::stimulus::spike_list::SpikeFile;

/// What a text claims: 3 GiB.
const CLAIMED: u32 = 3 << 30;

/// Far above what such files take, far below what is claimed.
const MOST_KB: u64 = 400_000;

/// The largest amount of memory that this process has held, in kB.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.map_or(0, |kb| kb.parse().unwrap())
}

/// Where the lengths of texts stand in a file: before the address of a heap and the number of an object on it.
fn lengths(bytes: &[u8]) -> Vec<usize> {
    let at = |place: usize| {
        Some(u32::from_le_bytes(
            bytes.get(place..place + 4)?.try_into().ok()?,
        ))
    };
    let mut found = Vec::new();
    let heaps = bytes.windows(4).enumerate();
    for (heap, _) in heaps.filter(|(_, four)| *four == b"GCOL") {
        let address = (heap as u64).to_le_bytes();
        for place in 4..bytes.len().saturating_sub(8) {
            let is_length = at(place - 4).is_some_and(|length| (1..10_000).contains(&length));
            let is_object = at(place + 8).is_some_and(|object| (1..1_000).contains(&object));
            if is_length && is_object && bytes[place..].starts_with(&address) {
                found.push(place - 4);
            }
        }
    }
    found
}

/// Reads `bytes` with each text of it, one after the other, claiming more than the file has: refused, without memory.
fn forge(name: &str, bytes: &[u8], least: usize, read: impl Fn(&Path) -> Result<(), String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path).unwrap_or_else(|said| panic!("{name} as it is: {said}"));
    let places = lengths(bytes);
    let mut refused = 0;
    for &place in &places {
        let mut forged = bytes.to_vec();
        forged[place..place + 4].copy_from_slice(&CLAIMED.to_le_bytes());
        fs::write(&path, forged).unwrap();
        let said = read(&path).err();
        let peak = peak_kb();
        assert!(peak < MOST_KB, "{name}, byte {place}: {peak} kB; {said:?}");
        // Beside those of other texts; where metadata have a checksum, that is what is wrong.
        refused += usize::from(said.is_some_and(|said| said.contains("texts of 32212")));
        probe::walk(&path, &mut || {});
        let peak = peak_kb();
        assert!(peak < MOST_KB, "{name}, byte {place}, looked at: {peak} kB");
    }
    assert!(
        refused >= least,
        "{name}: {refused} of {} texts refused",
        places.len()
    );
}

fn said<T>(read: Result<T, impl std::fmt::Display>) -> Result<(), String> {
    read.map(drop).map_err(|error| error.to_string())
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/weights")
            .join(name),
    )
    .unwrap()
}

#[test]
fn networks_of_nir() {
    let whole = fixture("chain.nir");
    forge("chain.nir", &whole, 16, |path| {
        said(nir::import(path, Path::new("."), 0.1, true))
    });
    forge("chain.nir", &whole, 16, |path| {
        said(weight_file::read(path))
    });
}

#[test]
fn models_of_keras_and_matlab() {
    forge("linear.h5", &fixture("linear.h5"), 1, |path| {
        said(weight_file::read(path))
    });
    forge("linear_73.mat", &fixture("linear_73.mat"), 0, |path| {
        said(weight_file::read(path))
    });
}

const NETWORK: &str = r#"
schema = 1
experiment = "network"
duration = "20 ms"
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
[record]
spikes = "e"
"#;

#[test]
fn run_files() {
    let folder = tempfile::tempdir().unwrap();
    let model = parse("m.toml", NETWORK, folder.path(), &Options::default());
    let options = run::Options {
        out: Some(folder.path().join("r")),
        source: NETWORK.into(),
        ..Default::default()
    };
    run::run(model.unwrap(), &options, &Silent).unwrap();
    let whole = fs::read(folder.path().join("r/run.h5")).unwrap();
    forge("run.h5", &whole, 3, |path| said(Recording::open(path)));
    forge("run.h5", &whole, 3, |path| {
        let copy = path.with_file_name("copy.h5");
        let _ = fs::remove_file(&copy);
        said(recover::recover(path, &copy))
    });
    forge("run.h5", &whole, 0, |path| {
        said(spike_file::read(&SpikeFile::new(path), 3))
    });
}

#[test]
fn edges_of_sonata() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    let file = File::create(&path).unwrap();
    let edges = file.create_group("edges/e_to_e").unwrap();
    for column in ["source_node_id", "target_node_id"] {
        let ids = edges
            .new_dataset_builder()
            .with_data(&[0_u64, 1])
            .create(column)
            .unwrap();
        let name: VarLenUnicode = "e".parse().unwrap();
        let attribute = ids
            .new_attr::<VarLenUnicode>()
            .create("node_population")
            .unwrap();
        attribute.write_scalar(&name).unwrap();
    }
    drop(edges);
    file.close().unwrap();
    let whole = fs::read(&path).unwrap();
    forge("edges.h5", &whole, 0, |path| {
        said(circuit_file::edges(path))
    });
}

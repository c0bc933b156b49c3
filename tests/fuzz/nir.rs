//! Networks in the Neuromorphic Intermediate Representation.

use sharpwave::experiment::nir::{NirError, import};

use super::harness::{Target, as_it_is, fuzz, weight_files};
use super::keras::import_file;

/// What becomes of `bytes` as weights, and as a network.
fn parse(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.nir");
    std::fs::write(&path, bytes).expect("written");
    let network = match import(&path, folder.path(), 0.1, true) {
        Ok(circuit) => format!("{} lines", circuit.mapped.len()),
        Err(NirError::File(error)) => error.problem.to_string(),
        Err(error) => error.to_string(),
    };
    format!("{network} {}", import_file("net.nir", bytes))
}

#[test]
fn any_bytes_are_a_network_or_refused() {
    fuzz(&Target {
        name: "nir",
        corpus: weight_files(&["nir"]),
        words: &[
            "TREE", "HEAP", "SNOD", "GCOL", "LIF", "Linear", "Affine", "Input", "weight", "tau",
            "lif.1",
        ],
        repair: as_it_is,
        parse,
        room: 64 << 20,
    });
}

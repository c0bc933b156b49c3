//! Files as other programs write them: each gives its right value, or a message that says what is wrong.

#[path = "foreign_files/circuit.rs"]
mod circuit;
#[path = "foreign_files/edges.rs"]
mod edges;
#[path = "foreign_files/hdf5.rs"]
mod hdf5_files;
#[path = "foreign_files/place.rs"]
mod place;
#[path = "python/interpreter.rs"]
mod python;
#[path = "foreign_files/spikes.rs"]
mod spikes;

use std::path::{Path, PathBuf};

/// A file of the corpus.
fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/foreign_files")
        .join(name)
}

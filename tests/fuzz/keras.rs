//! Models that Keras saved: HDF5, and zip archives with HDF5 inside.

use sharpwave::record::weight_file::read;

use super::harness::{Target, as_it_is, fuzz, weight_files};
use super::safetensors::mapped;
use super::zip_sums::repair;

/// Small files may hold more than their size: whatever is packed, and the library's buffers.
const ROOM: usize = 64 << 20;

/// What becomes of `bytes` in a file called `name` on disk, where the HDF5 library reads it.
pub fn import_file(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    mapped(read(&path))
}

#[test]
fn any_bytes_are_a_model_of_before_or_refused() {
    fuzz(&Target {
        name: "keras_hdf5",
        corpus: weight_files(&["h5"]),
        words: &[
            "TREE",
            "HEAP",
            "SNOD",
            "GCOL",
            "kernel",
            "\"relu\"",
            "\"Dense\"",
            "\"config\": {",
            "model_config",
        ],
        repair: as_it_is,
        parse: |bytes| import_file("m.h5", bytes),
        room: ROOM,
    });
}

#[test]
fn any_bytes_are_an_archive_of_a_model_or_refused() {
    fuzz(&Target {
        name: "keras_zip",
        corpus: weight_files(&["keras"]),
        words: &[
            "PK\u{1}\u{2}",
            "config.json",
            "model.weights.h5",
            "\"activation\": null",
            "\"use_bias\": true",
            "\"layers\": [",
            "\"Dense\"",
            "TREE",
            "GCOL",
        ],
        repair,
        parse: |bytes| import_file("m.keras", bytes),
        room: ROOM,
    });
}

//! NumPy archives, with their checksums put right.

use super::harness::{Target, fuzz, weight_files};
use super::safetensors::import;
use super::zip_sums::repair;

fn parse(bytes: &[u8]) -> String {
    import("w.npz", bytes)
}

#[test]
fn any_bytes_are_arrays_or_refused() {
    fuzz(&Target {
        name: "npz",
        corpus: weight_files(&["npz"]),
        words: &[
            "PK\u{1}\u{2}",
            "PK\u{3}\u{4}",
            "PK\u{5}\u{6}",
            "PK\u{6}\u{6}",
            ".npy",
            "arr_0",
            "fc1_weight",
            "NUMPY",
        ],
        repair,
        parse,
        // Archives may hold a hundred times their size, and small ones more.
        room: 64 << 20,
    });
}

//! MATLAB files.

use super::harness::{Target, fuzz, weight_files};
use super::safetensors::import;

fn parse(bytes: &[u8]) -> String {
    import("w.mat", bytes)
}

#[test]
fn any_bytes_are_matrices_or_refused() {
    fuzz(&Target {
        name: "matlab",
        corpus: weight_files(&["mat"]),
        words: &[
            "MATLAB 5.0 MAT-file, ",
            "\u{0}\u{1}IM",
            "\u{1}\u{0}MI",
            "\u{e}\u{0}\u{0}\u{0}",
            "\u{f}\u{0}\u{0}\u{0}",
            "\u{6}\u{0}\u{0}\u{0}\u{8}\u{0}\u{0}\u{0}",
            "\u{1}\u{0}\u{1}\u{0}W",
            "size",
            "nn",
        ],
        repair: |_| (),
        parse,
        // Compressed parts may hold a hundred times their size, and small files more.
        room: 64 << 20,
    });
}

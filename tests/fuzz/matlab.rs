//! MATLAB files.

use super::harness::{Target, fuzz, weight_files};
use super::keras::import_file;
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

#[test]
fn any_bytes_are_matrices_of_version_7_3_or_refused() {
    let corpus = weight_files(&["mat"]).into_iter();
    fuzz(&Target {
        name: "matlab_hdf5",
        corpus: corpus
            .filter(|file| file.starts_with(b"MATLAB 7.3"))
            .collect(),
        words: &[
            "TREE",
            "HEAP",
            "SNOD",
            "MATLAB_class",
            "MATLAB_empty",
            "double",
            "struct",
            "cell",
            "#refs#",
        ],
        repair: |_| (),
        parse: |bytes| import_file("w.mat", bytes),
        room: 64 << 20,
    });
}

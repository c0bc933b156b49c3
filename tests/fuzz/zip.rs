//! PyTorch archives: directory, names of entries, storages, with their checksums put right.

use super::harness::{Target, fuzz, weight_files};
use super::safetensors::import;
use super::zip_sums::repair;

fn parse(bytes: &[u8]) -> String {
    import("mlp.pt", bytes)
}

#[test]
fn any_bytes_are_a_state_dict_or_refused() {
    fuzz(&Target {
        name: "zip",
        corpus: weight_files(&["pt", "pth"]),
        words: &[
            "PK\u{1}\u{2}",
            "PK\u{3}\u{4}",
            "PK\u{5}\u{6}",
            "PK\u{6}\u{6}",
            "PK\u{6}\u{7}",
            "/data.pkl",
            "/data/0",
            "byteorder",
        ],
        repair,
        parse,
        room: 64 << 20,
    });
}

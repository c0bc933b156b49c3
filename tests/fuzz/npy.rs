//! NumPy arrays: the header is a Python literal.

use std::path::Path;

use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Stated, parse, to_mlp};

use super::harness::{ROOM, Target, fuzz, weight_files};
use super::safetensors::import;

/// Every array of the archives, by its own beginning.
fn corpus() -> Vec<Vec<u8>> {
    let mut corpus = weight_files(&["npy"]);
    for descr in ["<f4", ">f8", "<f2", "|O", "<i4"] {
        let header = format!("{{'descr': '{descr}', 'fortran_order': True, 'shape': (2, 3), }}\n");
        let length = (header.len() as u16).to_le_bytes();
        corpus.push([b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &[0; 24]].concat());
    }
    corpus
}

fn parse_bytes(bytes: &[u8]) -> String {
    let said = import("w.npy", bytes);
    if let Ok(file) = parse(Path::new("w.npy"), bytes) {
        let values = file.tensors.iter().map(|tensor| tensor.values.len());
        assert!(values.sum::<usize>() <= bytes.len());
        let _ = to_mlp(&file, &Stated::nothing_but(Bias::Drop), Output::Relu);
    }
    said
}

/// Makes the announced length that of the header as it now ends.
fn repair(bytes: &mut [u8]) {
    if let Some(end) = bytes.iter().position(|&byte| byte == b'\n')
        && let Some(length) = (end + 1).checked_sub(10)
        && let Ok(length) = u16::try_from(length)
    {
        bytes[8..10].copy_from_slice(&length.to_le_bytes());
    }
}

#[test]
fn any_bytes_are_an_array_or_refused() {
    fuzz(&Target {
        name: "npy",
        corpus: corpus(),
        words: &[
            "'descr': ",
            "'fortran_order': ",
            "'shape': ",
            "True",
            "False",
            "None",
            "(",
            ")",
            "(1,)",
            "[",
            "{",
            "b'x'",
            "'<f4'",
            "'|O'",
            "0x",
            "1j",
            "-",
            "+",
            "é",
            "\\x00",
            "\n",
        ],
        repair,
        parse: parse_bytes,
        room: ROOM,
    });
}

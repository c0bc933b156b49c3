//! Weights in safetensors files, and the layers that they make.

use std::path::Path;

use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{
    Bias, Stated, WeightFile, WeightFileError, describe, parse, to_mlp,
};

use super::harness::{ROOM, Target, fuzz, weight_files};

/// What becomes of `bytes` in a file called `name`: read, described, mapped to layers.
pub fn import(name: &str, bytes: &[u8]) -> String {
    mapped(parse(Path::new(name), bytes))
}

/// What becomes of what was read.
pub fn mapped(read: Result<WeightFile, WeightFileError>) -> String {
    let file = match read {
        Ok(file) => file,
        Err(error) => return error.problem.to_string(),
    };
    let stated = Stated::nothing_but(Bias::Keep);
    let summary = describe(&file, &stated);
    let table = summary.to_string();
    assert!(
        !table.contains(|c: char| c.is_control() && c != '\n'),
        "{table:?}"
    );
    assert!(table.len() < 100_000, "a table of {} bytes", table.len());
    let mlp = to_mlp(&file, &stated, Output::Relu);
    match mlp {
        Ok(mlp) => {
            assert_eq!(mlp.sizes(), summary.sizes);
            let biases = mlp.layers.iter().filter(|layer| layer.bias.is_some());
            format!("{:?} layers {:?}", summary.order, biases.count())
        }
        Err(error) => {
            let said = error.problem.to_string();
            assert!(said.len() < 10_000, "{said}");
            said
        }
    }
}

/// What the library's error says, without the file's name.
fn parse_bytes(bytes: &[u8]) -> String {
    import("mlp.safetensors", bytes)
}

#[test]
fn any_bytes_are_weights_or_refused() {
    fuzz(&Target {
        name: "safetensors",
        corpus: weight_files(&["safetensors"]),
        words: &[
            "\"F32\"",
            "\"BF16\"",
            "\"F64\"",
            "\"I64\"",
            "\"F4\"",
            "\"shape\":[",
            "\"dtype\":",
            "\"data_offsets\":[0,0]",
            "\"__metadata__\":{",
            "[[[[[[[[",
            "{\"a\":",
            "\"fc1.bias\":",
            "\\u001b",
            ",",
            "]",
            "}",
            "\"",
        ],
        repair: repair_length,
        parse: parse_bytes,
        room: ROOM,
    });
}

/// Makes the announced length that of the header as it now ends.
fn repair_length(bytes: &mut [u8]) {
    if let Some(end) = bytes.iter().rposition(|&byte| byte == b'}')
        && let Some(length) = (end + 1).checked_sub(8)
    {
        bytes[..8].copy_from_slice(&(length as u64).to_le_bytes());
    }
}

//! ONNX models.

use super::harness::{ROOM, Target, as_it_is, fuzz, weight_files};
use super::safetensors::import;

#[test]
fn any_bytes_are_a_graph_or_refused() {
    fuzz(&Target {
        name: "onnx",
        corpus: weight_files(&["onnx"]),
        words: &[
            "\u{a}\u{1}x",
            "\u{12}\u{1}y",
            "\"\u{6}MatMul",
            "\"\u{4}Gemm",
            "\"\u{3}Add",
            "\"\u{4}Relu",
            "\"\u{8}Identity",
            "\"\u{8}Constant",
            "transB",
            "B\u{2}W1",
        ],
        repair: as_it_is,
        parse: |bytes| import("net.onnx", bytes),
        // Small files may use one array again and again.
        room: 16 * ROOM,
    });
}

//! Models that others wrote as ONNX.

use ndarray::Array1;
use sharpwave::mlp::weight_file::{Bias, Order, Stated, describe};
use sharpwave::record::weight_file::read;

use super::{complaint, fixture, load, matrix, ramp, said};

#[test]
fn gemm_and_matmul_with_their_biases() {
    for (name, names) in [
        ("pytorch.onnx", ["1.weight", "4.weight"]),
        ("biased.onnx", ["fc1.weight", "fc2.weight"]),
    ] {
        let mlp = load(&fixture(name), Bias::Keep);
        assert_eq!(mlp.layers[0].weights, matrix(3, 4), "{name}");
        assert_eq!(mlp.layers[1].weights, matrix(2, 3), "{name}");
        assert_eq!(mlp.layers[0].bias, Some(Array1::from(ramp(3))), "{name}");
        assert_eq!(mlp.layers[1].bias, Some(Array1::from(ramp(2))), "{name}");
        let file = read(&fixture(name)).unwrap();
        assert_eq!(file.beside, ["what follows the last layer: none"], "{name}");
        let summary = describe(&file, &Stated::nothing_but(Bias::Keep));
        assert_eq!(summary.order, Some(Order::File), "{name}");
        assert_eq!(summary.layer_names(), names, "{name}");
    }
    let file = read(&fixture("linear.onnx")).unwrap();
    assert_eq!(file.beside, ["what follows the last layer: Softmax"]);
}

/// `old` in the fixture `name` made `new`, of the same length.
fn altered(name: &str, old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut bytes = std::fs::read(fixture(name)).unwrap();
    let place = bytes
        .windows(old.len())
        .position(|found| found == old.as_bytes());
    let place = place.expect("what is to be altered");
    bytes[place..place + new.len()].copy_from_slice(new.as_bytes());
    bytes
}

#[test]
fn other_graphs_are_refused_by_the_name_of_a_node() {
    let operations = "MatMul, Gemm, Add, Relu, Softmax, Flatten, Reshape, Identity or Dropout";
    assert_eq!(
        said(&fixture("convolution.onnx")),
        format!("node `conv`: found Conv, expected {operations}")
    );
    assert_eq!(
        said(&fixture("external.onnx")),
        "initialiser `W1`: found values in another file, expected them in this one\n  \
         help: onnx.save(onnx.load(\"net.onnx\"), \"one.onnx\")"
    );
    assert_eq!(
        said(&fixture("pytorch.onnx")),
        "`1.bias` is a bias; the spiking network has none\n  \
         help: `bias = \"drop\"` leaves biases out (check the accuracy); of a network that is to sleep, `bias = true` keeps them as they are beside it"
    );
    for (old, new, expected) in [
        (
            "\"\x04Relu",
            "\"\x04Tanh",
            format!("node `relu`: found Tanh, expected {operations}"),
        ),
        (
            "\"\x04Relu",
            "\"\x04Soft",
            format!("node `relu`: found Soft, expected {operations}"),
        ),
        (
            "\n\x01r\n\x02W2",
            "\n\x01q\n\x02W2",
            "node `readout`: found MatMul of another value, expected one chain, in which each node takes what the one \
             before gives"
                .into(),
        ),
        (
            "\n\x01r\n\x02W2",
            "\n\x01r\n\x02W9",
            "node `readout`: found MatMul with weights that are computed, expected initialisers".into(),
        ),
        (
            "\n\x01r\n\x02W2",
            "\n\x01r\n\x02W1",
            "holds `W1` twice".into(),
        ),
    ] {
        let bytes = altered("linear.onnx", old, new);
        assert_eq!(complaint("a.onnx", &bytes), expected, "{new:?}");
    }
}

#[test]
fn numbers_that_are_none_and_layers_that_do_not_chain() {
    let bytes = std::fs::read(fixture("linear.onnx")).unwrap();
    // The first weight of `W1`: -1/2, as its raw data begin.
    let half = (-0.5_f32).to_le_bytes();
    let place = bytes.windows(4).position(|found| found == half).unwrap();
    let mut infinite = bytes.clone();
    infinite[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(
        complaint("a.onnx", &infinite),
        "`W1`[0, 0] is NaN, expected a finite number"
    );
    // `W2` of 3 x 2 becomes one of 2 x 3, (in, out).
    let turned = altered(
        "linear.onnx",
        "\x08\x03\x08\x02\x10",
        "\x08\x02\x08\x03\x10",
    );
    assert_eq!(
        complaint("a.onnx", &turned),
        "`W2` takes 2 inputs, but `W1` before it has 3 outputs\n  \
         help: layers are taken in the order in which the file has them follow each other"
    );
    let short = altered(
        "linear.onnx",
        "\x08\x03\x08\x02\x10",
        "\x08\x03\x08\x05\x10",
    );
    assert_eq!(
        complaint("a.onnx", &short),
        "damaged or incomplete ONNX file: initialiser `W2` holds 24 bytes, expected 3 x 5 of F32"
    );
}

#[test]
fn content_of_other_formats_and_cut_files() {
    let of = |name: &str| std::fs::read(fixture(name)).unwrap();
    assert_eq!(
        complaint("a.onnx", &of("linear.npz")),
        "expected an ONNX file, found a zip archive (NumPy .npz, PyTorch or Keras)"
    );
    let whole = of("linear.onnx");
    assert_eq!(
        complaint("a.onnx", &whole[..whole.len() - 1]),
        "damaged or incomplete ONNX file: it ends within a field"
    );
}

#[test]
fn nodes_without_anything_in_them_are_counted() {
    // Field 1 of the graph, empty, again and again; the graph is field 7.
    let graph = b"\x0a\x00".repeat(100_001);
    let mut model = vec![0x3a];
    let mut length = graph.len();
    while length > 0x7f {
        model.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    model.push(length as u8);
    model.extend(graph);
    assert_eq!(
        complaint("a.onnx", &model),
        "damaged or incomplete ONNX file: more than 100000 nodes"
    );
}

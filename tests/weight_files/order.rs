//! Names and orders of layers as other people's scripts leave them, and what lies beside the weights.

use std::io::{Cursor, Write};
use std::path::Path;

use ndarray::Array1;
use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Stated, describe, parse, to_mlp};
use sharpwave::record::weight_file::read;

use super::{fixture, load, matrix};

#[test]
fn numpy_biases_with_underscores_and_without_names() {
    for name in ["underscore_bias.npz", "unnamed.npz"] {
        let mlp = load(&fixture(name), Bias::Keep);
        assert_eq!(mlp.layers[0].weights, matrix(3, 4), "{name}");
        assert_eq!(mlp.layers[1].weights, matrix(2, 3), "{name}");
        assert_eq!(mlp.layers[0].bias, Some(Array1::zeros(3)), "{name}");
        assert_eq!(mlp.layers[1].bias, Some(Array1::zeros(2)), "{name}");
    }
}

#[test]
fn harmless_objects_are_left_out_and_said() {
    let file = read(&fixture("beside.pt")).unwrap();
    let expected = [
        "the state dict is `model_state`",
        "`note` is left out: a text",
    ];
    assert_eq!(file.beside, expected);
    let file = read(&fixture("net.pt")).unwrap();
    assert_eq!(file.beside, ["the state dict is `net`"]);
}

/// An order that neither shapes nor names settle is asked for, and taken as it is given.
#[test]
fn an_order_that_nothing_settles_is_asked_for() {
    let first = |name: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let stated = Stated {
            sizes: Some(&[8; 4][..]).filter(|_| name == "rev.pt"),
            names: Some(&names[..]).filter(|names| !names.is_empty()),
            bias: Bias::Refuse,
        };
        let file = read(&fixture(name)).unwrap();
        let mlp = to_mlp(&file, &stated, Output::Relu);
        mlp.map(|mlp| {
            let layers = mlp.layers.iter();
            layers
                .map(|layer| layer.weights[[0, 0]])
                .collect::<Vec<_>>()
        })
        .map_err(|error| error.problem.to_string())
    };
    assert_eq!(
        first("square_names.safetensors", &[]).unwrap_err(),
        "neither names nor shapes say which comes first of `extra.weight` and `first.weight`, both 8 x 8\n  \
         help: name the layers from input to output, such as layer_names = [\"extra.weight\", \"first.weight\", \
         \"readout.weight\", \"second.weight\"]"
    );
    assert_eq!(
        first(
            "square_names.safetensors",
            &["first", "second", "extra.weight", "readout"]
        ),
        Ok(vec![1.0, 2.0, 0.5, 3.0])
    );
    assert_eq!(
        first("rev.pt", &[]).unwrap_err(),
        "the numbers in the names and the file's own order contradict each other\n  \
         help: name the layers from input to output, such as layer_names = [\"fc1.weight\", \"fc2.weight\", \
         \"fc3.weight\"]"
    );
    assert_eq!(
        first("rev.pt", &["fc1", "fc2", "fc3"]),
        Ok(vec![1.0, 2.0, 3.0])
    );
    for (names, said) in [
        (
            &["fc1", "fc2"][..],
            "`layer_names` leaves out `fc3.weight`, expected every layer of the file",
        ),
        (
            &["fc1", "fc2", "fc2.weight"],
            "`layer_names` names `fc2.weight` twice",
        ),
        (
            &["fc1", "fc2", "fc3.wieght"],
            "`layer_names`: no layer is called `fc3.wieght`\n  help: did you mean `fc3.weight`?",
        ),
    ] {
        assert_eq!(first("rev.pt", names).unwrap_err(), said);
    }
}

/// 100,000 tensors with hostile names: described at once, in a table of bounded length, without control characters.
#[test]
fn a_hundred_thousand_tensors_are_described_in_a_page() {
    let mut header = String::from("{");
    for n in 0..100_000 {
        let comma = if n == 0 { "" } else { "," };
        header.push_str(&format!(
            "{comma}\"\\u001b[2J\\n{n}.weight\":{{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[{},{}]}}",
            4 * n,
            4 * n + 4
        ));
    }
    header.push('}');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + 400_000, 0);
    let file = parse(Path::new("many.safetensors"), &bytes).unwrap();
    let summary = describe(&file, &Stated::nothing_but(Bias::Refuse));
    assert_eq!(summary.layer_names().len(), 100_000);
    let text = summary.to_string();
    assert!(text.len() < 10_000, "{} bytes", text.len());
    assert!(text.contains("and 99940 more"));
    assert!(text.contains(r"  \u001B[2J\n0.weight   F32"), "{text}");
    assert!(!text.contains('\u{1b}'));
}

/// An archive of arrays of zeros in NumPy's format.
fn archive(arrays: &[(&str, &[usize])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, shape) in arrays {
        let shape_text: String = shape.iter().map(|n| format!("{n}, ")).collect();
        let header =
            format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape_text}), }}\n");
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(format!("{name}.npy"), options).unwrap();
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes());
        let count: usize = shape.iter().product();
        bytes.extend(vec![2.0_f32; count].iter().flat_map(|x| x.to_le_bytes()));
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// What an array is called says less than its shape, and than what the user says.
#[test]
fn a_matrix_called_b_is_a_layer() {
    let order = |arrays: &[(&str, &[usize])], names: Option<&[&str]>| {
        let file = parse(Path::new("a.npz"), &archive(arrays)).unwrap();
        let names = names.map(|names| names.iter().map(|name| name.to_string()).collect());
        let names: Option<Vec<String>> = names;
        let stated = Stated {
            names: names.as_deref(),
            ..Stated::nothing_but(Bias::Refuse)
        };
        let mlp = to_mlp(&file, &stated, Output::Relu);
        mlp.map(|mlp| mlp.sizes())
            .map_err(|error| error.problem.to_string())
    };
    let chain: [(&str, &[usize]); 3] = [("a", &[2, 5]), ("b", &[6, 8]), ("c", &[5, 6])];
    assert_eq!(order(&chain, None).unwrap(), [8, 6, 5, 2]);
    assert_eq!(order(&chain, Some(&["b", "c", "a"])).unwrap(), [8, 6, 5, 2]);
    let square: [(&str, &[usize]); 2] = [("a", &[8, 8]), ("b", &[8, 8])];
    assert!(
        order(&square, None)
            .unwrap_err()
            .contains("`a` and `b`, both 8 x 8")
    );
    assert_eq!(order(&square, Some(&["b", "a"])).unwrap(), [8, 8, 8]);
    // A row may be a bias, unless it is said to be a layer.
    let row: [(&str, &[usize]); 2] = [("a", &[5, 8]), ("b", &[1, 5])];
    assert!(
        order(&row, None)
            .unwrap_err()
            .contains("no weights belong to it")
    );
    assert_eq!(order(&row, Some(&["a", "b"])).unwrap(), [8, 5, 1]);
    let named: [(&str, &[usize]); 2] = [("a", &[5, 8]), ("bias", &[2, 5])];
    assert_eq!(order(&named, Some(&["a", "bias"])).unwrap(), [8, 5, 2]);
}

/// Silence would leave its activations as they are.
#[test]
fn a_keep_that_is_no_share_is_refused() {
    let error = parse(
        Path::new("a.npz"),
        &archive(&[("a", &[2, 3]), ("keep", &[1])]),
    );
    assert_eq!(
        error.unwrap_err().problem.to_string(),
        "`keep`, the factor on hidden activations outside training, is 2, expected above 0 and at most 1"
    );
}

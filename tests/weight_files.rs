//! Weight files of other programs come in, ours go out, and bad ones are named.

#[path = "weight_files/keras.rs"]
mod keras;
#[path = "weight_files/matlab.rs"]
mod matlab;
#[path = "weight_files/nir.rs"]
mod nir;
#[path = "weight_files/nir_graph.rs"]
mod nir_graph;
#[path = "weight_files/onnx.rs"]
mod onnx;
#[path = "weight_files/order.rs"]
mod order;
#[path = "python/interpreter.rs"]
mod python;

use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::{Array1, Array2, ShapeBuilder};
use python::python;
use sharpwave::mlp::perceptron::{Layer, Mlp, Output};
use sharpwave::mlp::weight_file::{
    Bias, Dtype, Role, Stated, describe, read_image, to_mlp, write_matlab, write_npz,
    write_safetensors,
};
use sharpwave::record::weight_file::read;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/weights")
        .join(name)
}

/// The values of the fixtures: 0, 1/8, 2/8, ... minus 1/2 in C order.
fn ramp(count: usize) -> Vec<f32> {
    (0..count).map(|n| n as f32 / 8.0 - 0.5).collect()
}

fn matrix(n_out: usize, n_in: usize) -> Array2<f32> {
    Array2::from_shape_vec((n_out, n_in), ramp(n_out * n_in)).unwrap()
}

fn load(path: &Path, bias: Bias) -> Mlp {
    let file = read(path).unwrap();
    to_mlp(&file, &Stated::nothing_but(bias), Output::Relu).unwrap()
}

fn same_bits(a: &Mlp, b: &Mlp) -> bool {
    let bits = |mlp: &Mlp| -> Vec<Vec<u32>> {
        let layers = mlp.layers.iter();
        layers
            .flat_map(|layer| {
                let bias = layer.bias.iter().flatten().map(|b| b.to_bits()).collect();
                [layer.weights.iter().map(|w| w.to_bits()).collect(), bias]
            })
            .collect()
    };
    a.sizes() == b.sizes() && bits(a) == bits(b) && a.keep.to_bits() == b.keep.to_bits()
}

#[test]
fn one_network_from_every_program() {
    let files = [
        "linear.pt",
        "checkpoint.pt",
        "recent.pt",
        "big_endian.pt",
        "linear.npz",
        "linear.safetensors",
        "linear.mat",
        // Inner names of any length, names with underscores or none, layers under other keys and out of order.
        "mnist_mlp_best_weight.pt",
        "underscore.pt",
        "unordered.safetensors",
        "beside.pt",
        "net.pt",
        "linear.keras",
        "linear.h5",
        "linear.onnx",
    ];
    for name in files {
        let mlp = load(&fixture(name), Bias::Refuse);
        assert_eq!(mlp.sizes(), [4, 3, 2], "{name}");
        assert_eq!(mlp.layers[0].weights, matrix(3, 4), "{name}");
        assert_eq!(mlp.layers[1].weights, matrix(2, 3), "{name}");
    }
}

#[test]
fn pytorch_biases_come_with_their_layers() {
    let mlp = load(&fixture("bias.pth"), Bias::Keep);
    assert_eq!(mlp.layers[0].bias, Some(Array1::from(ramp(3))));
    assert_eq!(mlp.layers[1].bias, Some(Array1::from(ramp(2))));
}

#[test]
fn pytorch_views_formats_and_parameters() {
    let file = read(&fixture("views.pt")).unwrap();
    let found: Vec<_> = file
        .tensors
        .iter()
        .map(|tensor| (&tensor.dtype, tensor.values.clone()))
        .collect();
    // The second half of 6 x 4; the transpose of 3 x 2; a parameter; columns 1 to 3 of rows 0 and 1; 4 x 2.
    let expected = [
        (&Dtype::F32, ramp(24)[12..].to_vec()),
        (&Dtype::F32, vec![-0.5, -0.25, 0.0, -0.375, -0.125, 0.125]),
        (&Dtype::F64, ramp(6)),
        (&Dtype::F16, vec![-0.375, -0.25, -0.125, 0.125, 0.25, 0.375]),
        (&Dtype::Bf16, ramp(8)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn numpy_orders_of_bytes_and_axes() {
    let file = read(&fixture("orders.npz")).unwrap();
    let found: Vec<_> = file
        .tensors
        .iter()
        .map(|tensor| (tensor.name.as_str(), tensor.shape.clone(), &tensor.dtype))
        .collect();
    let expected = [
        ("W1", vec![2, 4], &Dtype::F16),
        ("W2", vec![3, 2], &Dtype::F64),
        ("W10", vec![2, 3], &Dtype::F32),
    ];
    assert_eq!(found, expected);
    for tensor in &file.tensors {
        assert_eq!(tensor.values, ramp(tensor.values.len()), "{}", tensor.name);
    }
}

#[test]
fn a_mean_image() {
    let image = read_image(&fixture("mean.npy")).unwrap();
    assert_eq!(image.pixels, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    assert_eq!(image.shape, Some((2, 3)));
}

#[test]
fn the_table_for_people() {
    let summary = describe(
        &read(&fixture("bias.pth")).unwrap(),
        &Stated::nothing_but(Bias::Keep),
    );
    assert_eq!(summary.sizes, [4, 3, 2]);
    assert_eq!(summary.tensors[3].role, Role::Bias { layer: 2 });
    let text = summary.to_string();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  tensor      format  shape  smallest  largest  maps to",
            "  fc1.weight  F32     3 x 4   -0.5000   0.8750  weights of layer 1",
            "  fc1.bias    F32         3   -0.5000  -0.2500  bias of layer 1",
            "  fc2.weight  F32     2 x 3   -0.5000   0.1250  weights of layer 2",
            "  fc2.bias    F32         2   -0.5000  -0.3750  bias of layer 2",
            "neurons per layer: 4, 3, 2",
            "order of the layers: that of the numbers in the names",
        ]
    );
    let summary = describe(
        &read(&fixture("objects.npz")).unwrap(),
        &Stated::nothing_but(Bias::Keep),
    );
    assert!(summary.to_string().ends_with("cannot be mapped to layers"));
    assert_eq!(
        summary.problem.as_deref(),
        Some("`note` (2) is not the weights or bias of a layer: only linear layers can be mapped")
    );
}

/// A network with values that only an exact copy keeps: subnormal, negative zero, neighbours of 1. One layer in
/// Fortran order, as a transposed view would be.
fn delicate() -> Mlp {
    let values = [
        f32::from_bits(1),
        -0.0,
        f32::MAX,
        1.0 + f32::EPSILON,
        -0.1,
        f32::MIN_POSITIVE,
    ];
    let fortran = Array2::from_shape_vec((3, 2).f(), values.to_vec()).unwrap();
    let mut layers = vec![Layer {
        weights: fortran,
        bias: Some(Array1::from(vec![0.1, 0.2, 0.3])),
    }];
    // Enough layers that names sort wrongly as text.
    layers.extend((0..10).map(|_| Layer {
        weights: Array2::from_shape_fn((3, 3), |(j, i)| 0.1 * (j as f32) - 0.7 * (i as f32)),
        bias: None,
    }));
    Mlp {
        layers,
        output: Output::Relu,
        keep: 1.0,
    }
}

#[test]
fn what_is_written_is_read_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let mlp = Mlp {
        keep: 1.0 - 0.3,
        ..delicate()
    };
    let (safetensors, npz) = (
        folder.path().join("a.safetensors"),
        folder.path().join("a.npz"),
    );
    write_safetensors(&safetensors, &mlp).unwrap();
    write_npz(&npz, &mlp).unwrap();
    let mat = folder.path().join("a.mat");
    write_matlab(&mat, &mlp).unwrap();
    assert!(same_bits(&load(&mat, Bias::Keep), &mlp));
    assert!(same_bits(&load(&safetensors, Bias::Keep), &mlp));
    assert!(same_bits(&load(&npz, Bias::Keep), &mlp));
    // One network is one file, whatever the process: metadata stand in their order.
    let metadata = format!(r#"{{"format":"pt","keep":"{}"}}"#, mlp.keep);
    let header = format!(r#"{{"__metadata__":{metadata},"#);
    assert!(std::fs::read(&safetensors).unwrap()[8..].starts_with(header.as_bytes()));
    // Nothing else is left in the folder, and nothing is overwritten.
    assert_eq!(folder.path().read_dir().unwrap().count(), 3);
    for refused in [
        write_safetensors(&npz, &mlp).unwrap_err(),
        write_npz(&npz, &mlp).unwrap_err(),
    ] {
        assert_eq!(
            refused.to_string(),
            format!(
                "`{}`: exists already; choose another name or remove it",
                npz.display()
            )
        );
    }
    let nowhere = folder.path().join("missing/a.npz");
    assert_eq!(
        write_npz(&nowhere, &mlp).unwrap_err().to_string(),
        format!(
            "`{}`: cannot be written: its folder does not exist",
            nowhere.display()
        )
    );
}

#[test]
fn numpy_and_pytorch_load_what_is_written() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mlp = delicate();
    write_safetensors(&folder.path().join("a.safetensors"), &mlp).unwrap();
    write_npz(&folder.path().join("a.npz"), &mlp).unwrap();
    // Prints name, shape and bits of every array, by each loader in turn.
    let script = r#"
import sys
import numpy
from safetensors.numpy import load_file
loaded = [("npz", dict(numpy.load("a.npz"))), ("safetensors", load_file("a.safetensors"))]
try:
    import torch
    from safetensors.torch import load_file as load_torch
    loaded.append(("torch", {name: t.numpy() for name, t in load_torch("a.safetensors").items()}))
except ImportError:
    print("no PyTorch in this Python: NumPy and safetensors only", file=sys.stderr)
for loader, arrays in loaded:
    for name in sorted(arrays):
        array = arrays[name]
        assert array.dtype == numpy.float32
        bits = numpy.ascontiguousarray(array).view(numpy.uint32).ravel()
        print(loader, name, *array.shape, ":", *bits)
"#;
    let run = Command::new(python)
        .args(["-c", script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
    eprint!("{errors}");
    let mut expected: Vec<String> = Vec::new();
    for (l, layer) in (1..).zip(&mlp.layers) {
        let bits = |values: Vec<f32>| {
            let words: Vec<String> = values.iter().map(|x| x.to_bits().to_string()).collect();
            words.join(" ")
        };
        let (rows, columns) = layer.weights.dim();
        let weights = bits(layer.weights.iter().copied().collect());
        expected.push(format!("layer{l}.weight {rows} {columns} : {weights}"));
        if let Some(bias) = &layer.bias {
            let values = bits(bias.to_vec());
            expected.push(format!("layer{l}.bias {} : {values}", bias.len()));
        }
    }
    expected.sort();
    let output = String::from_utf8(run.stdout).unwrap();
    let mut loaders = std::collections::BTreeSet::new();
    for line in output.lines() {
        loaders.insert(line.split_once(' ').unwrap().0);
    }
    assert!(loaders.len() >= 2);
    for loader in loaders {
        let mut found: Vec<&str> = output
            .lines()
            .filter_map(|line| line.strip_prefix(loader)?.strip_prefix(' '))
            .collect();
        found.sort();
        assert_eq!(found, expected, "{loader}");
    }
}

/// What is said about `content` in a file called `name`, without the file's name.
fn complaint(name: &str, content: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    said(&path)
}

fn said(path: &Path) -> String {
    let error = match read(path) {
        Ok(file) => to_mlp(&file, &Stated::nothing_but(Bias::Refuse), Output::Relu)
            .map(|mlp| mlp.sizes())
            .expect_err("a bad file"),
        Err(error) => error,
    };
    let text = error.to_string();
    let start = format!("`{}`: ", path.display());
    text.strip_prefix(&start)
        .expect("the file's name")
        .to_string()
}

#[test]
fn bad_files_of_other_programs() {
    let cases = [
        ("missing.pt", "no such file"),
        (
            "legacy.pt",
            "PyTorch file in the layout from before version 1.6\n  \
             help: load it in PyTorch and save it again: torch.save(torch.load(\"old.pt\"), \"new.pt\")",
        ),
        (
            "executable.pt",
            // The module that `os.system` lives in on the system where the file was made.
            "contains executable pickle code: `posix.system`",
        ),
        (
            "whole_model.pt",
            "contains executable pickle code: `torch.nn.modules.container.Sequential`\n  \
             help: save the state dict alone: torch.save(model.state_dict(), \"weights.pt\")",
        ),
        (
            "convolution.pt",
            "`0.weight` (2 x 1 x 3 x 3) is the kernel of a convolution: only linear layers can be mapped",
        ),
        (
            "bias.pth",
            "`fc1.bias` is a bias; the spiking network has none\n  \
             help: `bias = \"drop\"` leaves biases out (check the accuracy); of a network that is to sleep, `bias = true` keeps them as they are beside it",
        ),
        (
            "objects.npz",
            "`note` (2) is not the weights or bias of a layer: only linear layers can be mapped",
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(said(&fixture(name)), expected, "{name}");
    }
}

#[test]
fn bad_content() {
    let of = |name: &str| std::fs::read(fixture(name)).unwrap();
    let cut = |name: &str, length: usize| of(name)[..length].to_vec();
    let cases: [(&str, Vec<u8>, &str); 17] = [
        ("a.safetensors", vec![], "is empty (0 bytes)"),
        ("a.npz", vec![], "is empty (0 bytes)"),
        ("a.pt", vec![], "is empty (0 bytes)"),
        (
            "a",
            of("linear.pt"),
            "no extension, expected .safetensors, .npz, .npy, .pt, .pth, .mat, .keras, .h5, .hdf5, .onnx or .nir",
        ),
        (
            "a.npx",
            of("linear.npz"),
            "unknown extension `.npx`, expected .safetensors, .npz, .npy, .pt, .pth, .mat, .keras, .h5, .hdf5, .onnx or .nir\n  \
             help: did you mean `.npy`?",
        ),
        (
            "a.safetensors",
            of("linear.pt"),
            "expected a safetensors file, found a zip archive (NumPy .npz, PyTorch or Keras)",
        ),
        ("a.npz", of("linear.pt"), "expected a NumPy .npz file, found a PyTorch file"),
        (
            "a.pt",
            of("linear.npz"),
            "expected a PyTorch file, found a zip archive without `data.pkl`",
        ),
        (
            "a.npz",
            of("linear.safetensors"),
            "expected a NumPy .npz file, found a safetensors file",
        ),
        (
            "a.npy",
            b"not an array".to_vec(),
            "expected a NumPy .npy file, found an unknown format",
        ),
        (
            "a.pt",
            b"\x80\x02}q\x00.".to_vec(),
            "a pickle that torch.save did not write, expected a state dict: names with their tensors\n  \
             help: save the state dict alone: torch.save(model.state_dict(), \"weights.pt\")",
        ),
        (
            "a.safetensors",
            cut("linear.safetensors", 200),
            "damaged or incomplete safetensors file: `2.weight` ends at byte 72 of the data, of which there are 64",
        ),
        (
            "a.safetensors",
            cut("linear.safetensors", 5),
            "damaged or incomplete safetensors file: ends after byte 5",
        ),
        (
            "a.safetensors",
            cut("linear.safetensors", 100),
            "damaged or incomplete safetensors file: a header of 128 bytes is announced, 92 bytes follow",
        ),
        (
            "a.npy",
            cut("mean.npy", 170),
            "damaged or incomplete NumPy .npy file: array `a`: 42 bytes of data, expected 48 (2 x 3 of F64)",
        ),
        (
            "a.pt",
            cut("linear.pt", 900),
            "damaged or incomplete PyTorch file: invalid Zip archive: Could not find EOCD (is the file complete?)",
        ),
        (
            "a.safetensors",
            b"\x3f\0\0\0\0\0\0\0{\"0.weight\":{\"dtype\":\"I32\",\"shape\":[1,1],\"data_offsets\":[0,4]}}\0\0\0\0".to_vec(),
            "`0.weight` holds I32, expected F16, BF16, F32 or F64",
        ),
    ];
    for (name, content, expected) in cases {
        assert_eq!(complaint(name, &content), expected);
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(said(folder.path()), "is a directory, expected a file");
}

#[test]
fn bad_images() {
    let said = |name: &str, array: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        array(&path);
        let text = read_image(&path).unwrap_err().to_string();
        text.replace(&format!("`{}`: ", path.display()), "")
    };
    let with = |pixel: f32| {
        move |path: &Path| {
            let image = ndarray::arr2(&[[0.0, 0.5], [pixel, 1.0]]);
            ndarray_npy::write_npy(path, &image).unwrap();
        }
    };
    assert_eq!(
        said("a.npy", &with(f32::NAN)),
        "pixel [1, 0] is NaN, expected between 0 and 1"
    );
    assert_eq!(
        said("a.npy", &with(255.0)),
        "pixel [1, 0] is 255, expected between 0 and 1"
    );
    assert_eq!(said("a.png", &with(1.0)), "expected a NumPy array (.npy)");
    assert_eq!(
        said("a.npy", &|path| {
            ndarray_npy::write_npy(path, &ndarray::arr1(&[0u8, 255])).unwrap();
        }),
        "holds |u1, expected F32 or F64"
    );
    assert_eq!(
        said("a.npy", &|path| {
            ndarray_npy::write_npy(path, &ndarray::Array3::<f32>::zeros((2, 2, 1))).unwrap();
        }),
        "is 2 x 2 x 1, expected 1 or 2 dimensions"
    );
}

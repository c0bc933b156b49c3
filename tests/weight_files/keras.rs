//! Models that Keras saved.

use std::io::{Read, Write};
use std::path::Path;

use ndarray::Array1;
use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Order, Stated, describe, to_mlp};
use sharpwave::record::weight_file::read;

use super::{complaint, fixture, load, matrix, ramp, said};

#[test]
fn kernels_come_turned_and_with_their_biases() {
    for (name, last) in [
        ("biased.keras", "linear"),
        ("biased.h5", "linear"),
        ("keras_2.keras", "softmax"),
        ("keras_2.h5", "softmax"),
    ] {
        let mlp = load(&fixture(name), Bias::Keep);
        assert_eq!(mlp.layers[0].weights, matrix(3, 4), "{name}");
        assert_eq!(mlp.layers[1].weights, matrix(2, 3), "{name}");
        assert_eq!(mlp.layers[0].bias, Some(Array1::from(ramp(3))), "{name}");
        assert_eq!(mlp.layers[1].bias, Some(Array1::from(ramp(2))), "{name}");
        let file = read(&fixture(name)).unwrap();
        let summary = describe(&file, &Stated::nothing_but(Bias::Keep));
        assert_eq!(summary.order, Some(Order::File), "{name}");
        let names = ["hidden.kernel", "readout.kernel"];
        assert_eq!(summary.layer_names(), names, "{name}");
        let expected = [
            "kernels are shown turned, as (out, in)",
            "`dropout` (Dropout) plays no part",
            &format!("the last layer's activation is {last}"),
        ];
        assert_eq!(file.beside, expected, "{name}");
    }
}

#[test]
fn biases_are_refused_as_of_other_formats() {
    assert_eq!(
        said(&fixture("biased.keras")),
        "`hidden.bias` is a bias; the spiking network has none\n  \
         help: `bias = \"drop\"` leaves biases out (check the accuracy); of a network that is to sleep, `bias = true` keeps them as they are beside it"
    );
    let mlp = load(&fixture("biased.h5"), Bias::Drop);
    assert!(mlp.layers.iter().all(|layer| layer.bias.is_none()));
}

#[test]
fn models_of_other_layers_are_refused_by_name() {
    for (name, expected) in [
        (
            "tanh.keras",
            "layer `hidden`: found activation tanh, expected relu between layers",
        ),
        (
            "functional.keras",
            "model `net`: found Functional, expected Sequential\n  \
             help: save its layers as one chain: keras.Sequential(model.layers).save(\"new.keras\")",
        ),
        (
            "convolution.keras",
            "layer `conv2d`: found Conv2D, expected Dense, ReLU, Softmax, Activation, Dropout, Flatten or InputLayer",
        ),
        (
            "alone.weights.h5",
            "HDF5 file without `model_config`, expected a model that Keras saved as a whole\n  \
             help: model.save(\"model.keras\"); weights alone do not say what the layers do",
        ),
    ] {
        assert_eq!(said(&fixture(name)), expected, "{name}");
    }
}

/// `linear.keras` with `old` in the entry `config.json` made `new`, or with the entry left out where `new` is none.
fn altered(old: &str, new: Option<&str>, path: &Path) {
    let bytes = std::fs::read(fixture("linear.keras")).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        match new {
            None if name == old => continue,
            Some(new) if name == "config.json" => {
                let text = String::from_utf8(content).unwrap();
                assert!(text.contains(old), "{text}");
                content = text.replacen(old, new, 1).into_bytes();
            }
            _ => {}
        }
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn archives_that_lack_or_contradict_something() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.keras");
    for (old, new, expected) in [
        (
            "\"use_bias\": false",
            Some("\"use_bias\": true"),
            "damaged or incomplete Keras file: layer `hidden` has no bias",
        ),
        (
            "\"activation\": \"softmax\"",
            Some("\"activation\": \"elu\""),
            "layer `readout`: found activation elu, expected linear, relu or softmax of the last layer",
        ),
        (
            "\"Dense\"",
            Some("\"BatchNormalization\""),
            "layer `hidden`: found BatchNormalization, expected Dense, ReLU, Softmax, Activation, Dropout, Flatten or \
             InputLayer",
        ),
        (
            "{",
            Some("["),
            "damaged or incomplete Keras file: the model's description: expected `,` or `]` at line 1 column 10",
        ),
        (
            "config.json",
            None,
            "damaged or incomplete Keras file: entry `config.json`: specified file not found in archive",
        ),
        (
            "model.weights.h5",
            None,
            "damaged or incomplete Keras file: entry `model.weights.h5`: specified file not found in archive",
        ),
    ] {
        altered(old, new, &path);
        assert_eq!(said(&path), expected);
    }
}

/// Files of Keras 2 by its `hdf5_format.py`, kernels called `kernel:0`; layers as given, (in, out).
fn of_version_2(path: &Path, layers: &[(&str, &str, ndarray::Array2<f64>)]) {
    let file = hdf5::File::create(path).unwrap();
    let described: Vec<_> = layers
        .iter()
        .map(|(name, activation, _)| {
            let config =
                format!(r#""name": "{name}", "use_bias": false, "activation": "{activation}""#);
            format!(r#"{{"class_name": "Dense", "config": {{{config}}}}}"#)
        })
        .collect();
    let config = format!(
        r#"{{"class_name": "Sequential", "config": {{"name": "net", "layers": [{}]}}}}"#,
        described.join(", ")
    );
    let text = hdf5::types::VarLenAscii::from_ascii(&config).unwrap();
    let attribute = file.new_attr::<hdf5::types::VarLenAscii>();
    let attribute = attribute.create("model_config").unwrap();
    attribute.write_scalar(&text).unwrap();
    let weights = file.create_group("model_weights").unwrap();
    for (name, _, kernel) in layers {
        let group = weights.create_group(name).unwrap();
        let group = group.create_group(name).unwrap();
        let dataset = group.new_dataset_builder().deflate(6).with_data(kernel);
        dataset.create("kernel:0").unwrap();
    }
}

#[test]
fn files_of_version_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let turned = |n_out, n_in| {
        let turned = matrix(n_out, n_in).t().mapv(f64::from);
        turned.as_standard_layout().into_owned()
    };
    let relu = |rows, columns| ("a", "relu", turned(rows, columns));
    of_version_2(&path, &[relu(3, 4), ("b", "softmax", turned(2, 3))]);
    let mlp = load(&path, Bias::Refuse);
    assert_eq!(mlp.layers[0].weights, matrix(3, 4));
    assert_eq!(mlp.layers[1].weights, matrix(2, 3));
    of_version_2(&path, &[relu(3, 4), ("b", "relu", turned(2, 5))]);
    assert_eq!(
        said(&path),
        "`b.kernel` takes 5 inputs, but `a.kernel` before it has 3 outputs\n  \
         help: layers are taken in the order in which the file has them follow each other"
    );
    let mut infinite = turned(3, 4);
    infinite[[1, 2]] = f64::NAN;
    of_version_2(&path, &[("a", "relu", infinite)]);
    assert_eq!(
        said(&path),
        "`a.kernel`[2, 1] is NaN, expected a finite number"
    );
}

#[test]
fn sizes_that_are_stated_are_compared() {
    let file = read(&fixture("linear.h5")).unwrap();
    let sizes = |sizes: &[usize]| {
        let stated = Stated {
            sizes: Some(sizes),
            ..Stated::nothing_but(Bias::Refuse)
        };
        let mlp = to_mlp(&file, &stated, Output::Relu);
        mlp.map(|mlp| mlp.sizes())
            .map_err(|error| error.problem.to_string())
    };
    assert_eq!(sizes(&[4, 3, 2]), Ok(vec![4, 3, 2]));
    let expected = "the layers have 4-3-2 neurons, expected 2-3-4";
    assert_eq!(sizes(&[2, 3, 4]).unwrap_err(), expected);
}

#[test]
fn content_of_other_formats_and_cut_files() {
    let of = |name: &str| std::fs::read(fixture(name)).unwrap();
    assert_eq!(
        complaint("a.h5", &of("linear.safetensors")),
        "expected a Keras file, found a safetensors file"
    );
    assert_eq!(
        complaint("a.keras", &of("linear.pt")),
        "damaged or incomplete Keras file: entry `config.json`: specified file not found in archive"
    );
    let whole = of("linear.h5");
    let said = complaint("a.h5", &whole[..whole.len() / 2]);
    assert!(
        said.starts_with("damaged or incomplete Keras file: "),
        "{said}"
    );
    let whole = of("linear.keras");
    let said = complaint("a.keras", &whole[..whole.len() / 2]);
    assert!(
        said.starts_with("damaged or incomplete Keras file: "),
        "{said}"
    );
}

/// Each level of a group that holds itself would multiply what is looked at.
#[test]
fn a_group_that_holds_itself_many_times_comes_to_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.h5");
    of_version_2(&path, &[("a", "relu", ndarray::Array2::zeros((4, 3)))]);
    let file = hdf5::File::open_rw(&path).unwrap();
    let group = file.group("model_weights/a").unwrap();
    group.unlink("a").unwrap();
    for number in 0..100 {
        let place = "/model_weights/a";
        group.link_hard(place, &format!("l{number}")).unwrap();
    }
    drop(group);
    file.close().unwrap();
    assert_eq!(
        said(&path),
        "damaged or incomplete Keras file: layer `a` has no kernel"
    );
}

//! Networks that MATLAB wrote.

use std::path::Path;

use ndarray::Array1;
use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Stated, parse, to_mlp};
use sharpwave::record::weight_file::read;

use super::{complaint, fixture, load, matrix, ramp, said};

#[test]
fn matlab_networks_have_their_biases_as_first_columns_or_have_none() {
    let file = read(&fixture("network.mat")).unwrap();
    let mlp = to_mlp(&file, &Stated::nothing_but(Bias::Refuse), Output::Relu).unwrap();
    let counted: Vec<f32> = (0..12_u8).map(f32::from).collect();
    assert_eq!(mlp.layers[0].weights.as_slice(), Some(&counted[..]));
    assert_eq!(mlp.layers[1].weights, matrix(2, 3));
    let beside = file.beside.join("; ");
    for said in [
        "`nn` also has",
        "`vW`",
        "`note` is text",
        "`epochs` is a single number",
    ] {
        assert!(beside.contains(said), "{beside}");
    }
    let mlp = load(&fixture("biased.mat"), Bias::Keep);
    assert_eq!(mlp.sizes(), [4, 3, 2]);
    // Columns 1 to 4 of 3 x 5, and column 0.
    let all = ramp(15);
    for (row, weights) in mlp.layers[0].weights.outer_iter().enumerate() {
        assert_eq!(weights.to_vec(), all[5 * row + 1..5 * row + 5]);
    }
    let bias = mlp.layers[0].bias.as_ref().unwrap();
    assert_eq!(bias.to_vec(), [all[0], all[5], all[10]]);
    assert_eq!(
        mlp.layers[1].bias,
        Some(Array1::from(vec![ramp(8)[0], ramp(8)[4]]))
    );
    let refused = to_mlp(
        &read(&fixture("whole.mat")).unwrap(),
        &Stated::nothing_but(Bias::Keep),
        Output::Relu,
    );
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("`W1` holds int16, expected F16"), "{said}");
    assert!(complaint("w.mat", &[b' '; 200]).contains("expected a MATLAB .mat file"));
}

/// As HDF5: the same variables, and what a struct of that version adds.
#[test]
fn files_of_version_7_3() {
    for (name, biased) in [
        ("linear_73.mat", false),
        ("network_73.mat", false),
        ("biased_73.mat", true),
    ] {
        let mlp = load(&fixture(name), Bias::Keep);
        assert_eq!(mlp.sizes(), [4, 3, 2], "{name}");
        if biased {
            let all = ramp(15);
            let bias = mlp.layers[0].bias.as_ref().unwrap();
            assert_eq!(bias.to_vec(), [all[0], all[5], all[10]]);
            assert_eq!(mlp.layers[0].weights[[2, 3]], all[14]);
            continue;
        }
        assert_eq!(mlp.layers[0].weights, matrix(3, 4), "{name}");
        assert_eq!(mlp.layers[1].weights, matrix(2, 3), "{name}");
    }
    let file = read(&fixture("network_73.mat")).unwrap();
    assert_eq!(
        file.beside,
        [
            "`epochs` is a single number or empty",
            "`nn` also has `n`, `size`, `vW`",
            "`note` is text",
        ]
    );
    assert_eq!(
        said(&fixture("whole_73.mat")),
        "`W1` holds int16, expected F16, BF16, F32 or F64"
    );
}

/// A file of version 7.3 with what `fill` makes, behind an empty header.
fn of_version_7_3(fill: impl FnOnce(&hdf5::File)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mat");
    let mut builder = hdf5::File::with_options();
    builder.fcpl().userblock(512);
    let file = builder.create(&path).unwrap();
    fill(&file);
    file.close().unwrap();
    std::fs::read(&path).unwrap()
}

#[test]
fn faults_of_version_7_3() {
    let class = |of: &hdf5::Location, class: &str| {
        let class = hdf5::types::FixedAscii::<16>::from_ascii(class).unwrap();
        let attribute = of.new_attr::<hdf5::types::FixedAscii<16>>();
        let attribute = attribute.create("MATLAB_class").unwrap();
        attribute.write_scalar(&class).unwrap();
    };
    assert_eq!(
        complaint("a.mat", &of_version_7_3(|_| ())),
        "holds no tensors"
    );
    let cell_of_itself = of_version_7_3(|file| {
        let cell = file.new_dataset::<hdf5::ObjectReference1>().shape(100);
        let cell = cell.create("W").unwrap();
        class(&cell, "cell");
        let itself: hdf5::ObjectReference1 = file.reference("W").unwrap();
        cell.write_raw(&[itself; 100]).unwrap();
    });
    assert_eq!(
        complaint("a.mat", &cell_of_itself),
        "damaged or incomplete MATLAB .mat file: more than 10000 arrays, cells and structs"
    );
    let nowhere = of_version_7_3(|file| {
        let cell = file.new_dataset::<hdf5::ObjectReference1>().shape(1);
        class(&cell.create("W").unwrap(), "cell");
    });
    assert_eq!(
        complaint("a.mat", &nowhere),
        "damaged or incomplete MATLAB .mat file: `W`: found 1 values in 0 bytes"
    );
    let infinite = of_version_7_3(|file| {
        let array = ndarray::arr2(&[[0.5, f64::NAN], [1.0, 2.0]]);
        let dataset = file.new_dataset_builder().with_data(&array);
        class(&dataset.create("W1").unwrap(), "double");
    });
    // Row 0 of column 1 lies in row 1 of column 0: shapes are reversed.
    assert_eq!(
        complaint("a.mat", &infinite),
        "`W1`[1, 0] is NaN, expected a finite number"
    );
    let network = |activation: &'static str, fraction: i64| {
        of_version_7_3(|file| {
            let group = file.create_group("nn").unwrap();
            class(&group, "struct");
            let values = ndarray::arr2(&[[0.5, 1.0], [1.0, 2.0]]);
            let fraction = [fraction];
            let references = file.create_group("#refs#").unwrap();
            let weights = references.new_dataset_builder().with_data(&values);
            class(&weights.create("a").unwrap(), "double");
            let cell = group.new_dataset::<hdf5::ObjectReference1>().shape(1);
            let cell = cell.create("W").unwrap();
            class(&cell, "cell");
            let reference: hdf5::ObjectReference1 = file.reference("#refs#/a").unwrap();
            cell.write_raw(&[reference]).unwrap();
            let units: Vec<u16> = activation.encode_utf16().collect();
            let text = group.new_dataset_builder().with_data(&units);
            class(&text.create("activation_function").unwrap(), "char");
            let number = group.new_dataset_builder().with_data(&fraction);
            class(&number.create("dropoutFraction").unwrap(), "int64");
        })
    };
    assert_eq!(
        complaint("a.mat", &network("sigm", 0)),
        "field `nn.activation_function`: found sigm, expected relu between layers"
    );
    assert_eq!(
        complaint("a.mat", &network("relu", 2)),
        "field `nn.dropoutFraction`: found 2, expected one number from 0, below 1"
    );
    let cut = &infinite[..infinite.len() - 8];
    let said = complaint("a.mat", cut);
    assert!(
        said.starts_with("damaged or incomplete MATLAB .mat file: "),
        "{said}"
    );
}

/// Each level of a struct that holds itself would multiply what is looked at.
#[test]
fn a_struct_that_holds_itself_many_times_comes_to_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mat");
    let made = hdf5::File::with_options()
        .with_fcpl(|list| list.userblock(512))
        .create(&path);
    let file = made.unwrap();
    let group = file.create_group("nn").unwrap();
    let class = hdf5::types::FixedAscii::<6>::from_ascii("struct").unwrap();
    let attribute = group.new_attr::<hdf5::types::FixedAscii<6>>();
    let attribute = attribute.create("MATLAB_class").unwrap();
    attribute.write_scalar(&class).unwrap();
    for number in 0..30 {
        group.link_hard("/nn", &format!("f{number}")).unwrap();
    }
    drop((attribute, group));
    file.close().unwrap();
    let said = said(&path);
    assert_eq!(
        said,
        "damaged or incomplete MATLAB .mat file: more than 10000 arrays, cells and structs"
    );
}

/// An element of a file of version 5, little-endian.
fn part(kind: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn words(kind: u32, words: &[u32]) -> Vec<u8> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    part(kind, &bytes)
}

/// The file of version 5 whose only array is `array`.
fn of_version_5(array: &[u8]) -> Vec<u8> {
    let mut file = vec![b' '; 124];
    file.extend([0, 1, b'I', b'M']);
    file.extend(part(14, array));
    file
}

/// Names of a byte each would take many times their room before the first missing value is noticed.
#[test]
fn a_struct_has_no_more_names_than_values() {
    let names = vec![b'a'; 1_000];
    let array = [
        words(6, &[2, 0]),
        words(5, &[1, 1]),
        part(1, b"nn"),
        words(5, &[1]),
        part(1, &names),
        part(14, &[]),
    ];
    assert_eq!(
        complaint("a.mat", &of_version_5(&array.concat())),
        "damaged or incomplete MATLAB .mat file: a struct has more names than values"
    );
}

/// An array of version 5: its class, shape and name, and what `content` says.
fn array(class: u32, dims: &[u32], name: &[u8], content: &[u8]) -> Vec<u8> {
    let head = [words(6, &[class, 0]), words(5, dims), part(1, name)];
    [&head.concat(), content].concat()
}

/// A text as MATLAB stores it, in units of 16 bits.
fn text(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    array(4, &[1, text.len() as u32], b"", &part(4, &units))
}

/// A network of 4, 3 and 2 neurons with more fields.
fn network(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const NAME: usize = 24;
    let matrix = |dims: [u32; 2]| {
        let values = ramp((dims[0] * dims[1]) as usize);
        let values: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        part(14, &array(7, &dims, b"", &part(7, &values)))
    };
    let cell = array(1, &[1, 2], b"", &[matrix([3, 4]), matrix([2, 3])].concat());
    let fields = [&[("W", cell)], fields].concat();
    let names = fields.iter().flat_map(|(name, _)| {
        let mut name = name.as_bytes().to_vec();
        name.resize(NAME, 0);
        name
    });
    let mut content = words(5, &[NAME as u32]);
    content.extend(part(1, &names.collect::<Vec<u8>>()));
    for (_, value) in &fields {
        content.extend(part(14, value));
    }
    of_version_5(&array(2, &[1, 1], b"nn", &content))
}

/// What the toolbox says of layers beside their weights counts, or is refused.
#[test]
fn activations_and_dropout_of_the_toolbox() {
    let double = |value: f64| array(6, &[1, 1], b"", &part(9, &value.to_le_bytes()));
    // As others store a whole number.
    let whole = |value: i64| array(14, &[1, 1], b"", &part(12, &value.to_le_bytes()));
    let said = |fields: &[(&str, Vec<u8>)]| complaint("a.mat", &network(fields));
    for word in ["sigm", "tanh_opt"] {
        assert_eq!(
            said(&[("activation_function", text(word))]),
            format!("field `nn.activation_function`: found {word}, expected relu between layers")
        );
    }
    assert_eq!(
        said(&[
            ("activation_function", text("relu")),
            ("output", text("sigm"))
        ]),
        "field `nn.output`: found sigm, expected linear, relu or softmax of the last layer"
    );
    for (fraction, found) in [
        (double(1.5), "1.5"),
        (double(-0.5), "-0.5"),
        (whole(1), "1"),
    ] {
        assert_eq!(
            said(&[("dropoutFraction", fraction)]),
            format!(
                "field `nn.dropoutFraction`: found {found}, expected one number from 0, below 1"
            )
        );
    }
    assert_eq!(
        said(&[("dropoutFraction", text("half"))]),
        "field `nn.dropoutFraction`: found no number, expected one number from 0, below 1"
    );
    let keep = |fields: &[(&str, Vec<u8>)]| {
        let file = parse(Path::new("a.mat"), &network(fields)).unwrap();
        let mlp = to_mlp(&file, &Stated::nothing_but(Bias::Refuse), Output::Relu).unwrap();
        assert_eq!(mlp.layers[1].weights.dim(), (2, 3));
        mlp.keep
    };
    let relu = ("activation_function", text("relu"));
    let output = ("output", text("softmax"));
    assert_eq!(keep(&[]), 1.0);
    assert_eq!(keep(&[relu.clone(), ("dropoutFraction", whole(0))]), 1.0);
    assert_eq!(
        keep(&[relu, output, ("dropoutFraction", double(0.25))]),
        0.75
    );
}

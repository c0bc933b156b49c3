//! Networks that MATLAB wrote.

use ndarray::Array1;
use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Stated, to_mlp};
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
            "`nn` also has `activation_function`, `n`, `size`, `vW`",
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

/// Names of a byte each would take many times their room before the first missing value is noticed.
#[test]
fn a_struct_has_no_more_names_than_values() {
    let part = |kind: u32, data: &[u8]| {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    };
    let words = |kind: u32, words: &[u32]| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        part(kind, &bytes)
    };
    let names = vec![b'a'; 1_000];
    let array = [
        words(6, &[2, 0]),
        words(5, &[1, 1]),
        part(1, b"nn"),
        words(5, &[1]),
        part(1, &names),
        part(14, &[]),
    ];
    let mut file = vec![b' '; 124];
    file.extend([0, 1, b'I', b'M']);
    file.extend(part(14, &array.concat()));
    assert_eq!(
        complaint("a.mat", &file),
        "damaged or incomplete MATLAB .mat file: a struct has more names than values"
    );
}

use std::io::{Cursor, Write};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::mlp::dataset::DataSet;

/// A NumPy array as `np.save` writes it.
fn npy(descriptor: &str, is_fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if is_fortran { "True" } else { "False" };
    let header =
        format!("{{'descr': '{descriptor}', 'fortran_order': {order}, 'shape': ({shape}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A folder with a file of these bytes.
fn file(bytes: &[u8]) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn images(bytes: &[u8]) -> Result<ImageFile, String> {
    let (_folder, path) = file(bytes);
    let shown = path.display().to_string();
    read_images(&path).map_err(|error| error.to_string().replace(&shown, "x"))
}

fn labels(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (_folder, path) = file(bytes);
    let shown = path.display().to_string();
    read_labels(&path).map_err(|error| error.to_string().replace(&shown, "x"))
}

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Two images of two rows and three columns, in each of the ways in which they are kept.
#[test]
fn images_are_the_same_in_every_form() {
    let pixels: Vec<u8> = (1..=12).map(|k| 20 * k).collect();
    let expected = ImageFile {
        width: 3,
        height: 2,
        pixels: pixels.clone(),
    };
    for shape in ["2, 2, 3", "2, 2, 3, 1", "2, 1, 2, 3"] {
        let found = images(&npy("|u1", false, shape, &pixels)).unwrap();
        assert_eq!(found, expected, "{shape}");
    }
    // The first index fastest: pixel (image, row, column) is number image + 2 · row + 4 · column.
    let at = |k: usize| pixels[k % 2 * 6 + k / 2 % 2 * 3 + k / 4];
    let turned: Vec<u8> = (0..12).map(at).collect();
    assert_eq!(
        images(&npy("|u1", true, "2, 2, 3", &turned)).unwrap(),
        expected
    );
    let wide: Vec<u8> = turned
        .iter()
        .flat_map(|&byte| i64::from(byte).to_le_bytes())
        .collect();
    assert_eq!(
        images(&npy("<i8", true, "2, 2, 3", &wide)).unwrap(),
        expected
    );
    let shares: Vec<f32> = pixels.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    assert_eq!(
        images(&npy("<f4", false, "2, 2, 3", &floats(&shares))).unwrap(),
        expected
    );
    let archive = npz(&[("arr_0", npy("|u1", false, "2, 2, 3", &pixels))]);
    assert_eq!(images(&archive).unwrap(), expected);
    let rows = images(&npy("|u1", false, "2, 6", &pixels)).unwrap();
    assert_eq!((rows.width, rows.height, rows.pixels), (6, 1, pixels));
    let square = images(&npy("|u1", false, "3, 4", &[9; 12])).unwrap();
    assert_eq!((square.width, square.height), (2, 2));
}

#[test]
fn zeros_and_ones_are_black_and_white() {
    for (descriptor, data) in [
        ("|u1", vec![0, 1, 1, 0]),
        ("|b1", vec![0, 1, 1, 0]),
        ("<f4", floats(&[0.0, 1.0, 1.0, 0.0])),
    ] {
        let found = images(&npy(descriptor, false, "1, 2, 2", &data)).unwrap();
        assert_eq!(found.pixels, [0, 255, 255, 0], "{descriptor}");
    }
}

#[test]
fn labels_are_whole_numbers_of_any_size() {
    let wide: Vec<u8> = [3_i64, 0, 9].iter().flat_map(|k| k.to_le_bytes()).collect();
    assert_eq!(labels(&npy("<i8", false, "3,", &wide)).unwrap(), [3, 0, 9]);
    assert_eq!(
        labels(&npy("<i8", false, "3, 1", &wide)).unwrap(),
        [3, 0, 9]
    );
    assert_eq!(
        labels(&npy("|u1", false, "3,", &[3, 0, 9])).unwrap(),
        [3, 0, 9]
    );
    let real = floats(&[3.0, 0.0]);
    assert_eq!(labels(&npy("<f4", false, "2,", &real)).unwrap(), [3, 0]);
}

#[test]
fn what_is_no_image_or_label_is_refused_with_a_way_out() {
    let refused = |bytes: &[u8]| images(bytes).unwrap_err();
    let real = floats(&[0.5, -1.25, 0.0, 2.0]);
    assert!(
        refused(&npy("<f4", false, "1, 2, 2", &real))
            .starts_with("`x`: image 0 has a pixel of 0.5, expected bytes from 0 to 255")
    );
    // Between two bytes.
    let between = floats(&[0.0, 1.0, 0.5, 0.25]);
    assert!(
        refused(&npy("<f4", false, "2, 1, 2", &between)).contains("image 1 has a pixel of 0.5")
    );
    let coloured = refused(&npy("|u1", false, "1, 2, 2, 3", &[0; 12]));
    assert!(coloured.contains("found 1 × 2 × 2 × 3, expected images × rows × columns"));
    assert!(coloured.contains("array.mean(-1)"));
    let first = refused(&npy("|u1", false, "1, 3, 2, 2", &[0; 12]));
    assert!(first.contains("array.mean(1)"), "{first}");
    assert!(refused(&npy("|u1", false, "4,", &[0; 4])).contains("found an axis of 4"));
    assert!(refused(&npy("|u1", false, "0, 2, 2", &[])).contains("found 0 × 2 × 2"));
    // Data that end early, and texts.
    assert!(refused(&npy("|u1", false, "2, 2, 2", &[0; 7])).contains("found values of type `|u1`"));
    assert!(refused(&npy("<U1", false, "1, 1, 1", &[0; 4])).contains("`<U1`, expected bytes"));
    let two = npz(&[
        ("a", npy("|u1", false, "1, 1, 1", &[0])),
        ("b", npy("|u1", false, "1, 1, 1", &[0])),
    ]);
    assert_eq!(refused(&two), "`x`: found 2 arrays, expected one");

    let refused = |bytes: &[u8]| labels(bytes).unwrap_err();
    let one_hot = refused(&npy("|u1", false, "2, 3", &[0, 1, 0, 1, 0, 0]));
    assert!(one_hot.contains("found 2 × 3, expected one label") && one_hot.contains("argmax"));
    let wide: Vec<u8> = [3_i64, 256].iter().flat_map(|k| k.to_le_bytes()).collect();
    assert_eq!(
        refused(&npy("<i8", false, "2,", &wide)),
        "`x`: label 1 is 256, expected a class from 0 to 255"
    );
    let half = floats(&[0.5]);
    assert!(refused(&npy("<f4", false, "1,", &half)).contains("label 0 is 0.5"));
}

#[test]
fn an_archive_is_a_data_set_under_either_names() {
    let pixels: Vec<u8> = (0..12).collect();
    let set = |names: [&str; 4]| {
        let [images, labels, test_images, test_labels] = names;
        npz(&[
            (test_labels, npy("<i8", false, "1,", &1_i64.to_le_bytes())),
            (images, npy("|u1", false, "3, 2, 2", &pixels)),
            ("val_images", npy("|u1", false, "1, 1, 1", &[0])),
            (labels, npy("|u1", false, "3, 1", &[0, 1, 0])),
            (test_images, npy("|u1", false, "1, 2, 2", &pixels[4..8])),
        ])
    };
    for names in NAMES {
        let (_folder, path) = file(&set(names));
        let read = DataSet::from_path(&path).unwrap();
        assert_eq!((read.train.len(), read.test.len()), (3, 1));
        assert_eq!((read.train.width(), read.train.height()), (2, 2));
        assert_eq!(read.train.image(2), &pixels[8..]);
        assert_eq!(
            (0..3).map(|i| read.train.label(i)).collect::<Vec<_>>(),
            [0, 1, 0]
        );
        assert_eq!((read.test.image(0), read.test.label(0)), (&pixels[4..8], 1));
    }
    let refused = |bytes: &[u8]| {
        let (_folder, path) = file(bytes);
        let shown = path.display().to_string();
        let error = DataSet::from_path(&path).unwrap_err().to_string();
        error.replace(&shown, "x")
    };
    let partly = npz(&[("x_train", npy("|u1", false, "3, 2, 2", &pixels))]);
    assert_eq!(
        refused(&partly),
        "`x`: found `x_train`, expected `x_train`, `y_train`, `x_test`, `y_test` or `train_images`, `train_labels`, \
         `test_images`, `test_labels`"
    );
    let short = npz(&[
        ("x_train", npy("|u1", false, "3, 2, 2", &pixels)),
        ("y_train", npy("|u1", false, "2,", &[0, 1])),
        ("x_test", npy("|u1", false, "1, 2, 2", &pixels[4..8])),
        ("y_test", npy("|u1", false, "1,", &[1])),
    ]);
    assert_eq!(
        refused(&short),
        "`x/y_train`: found 2 labels, expected 3, one for each image of `x/x_train`"
    );
    assert!(
        refused(b"neither").starts_with("`x`: this is neither a directory nor a NumPy archive")
    );
    let nowhere = DataSet::from_path(Path::new("no/mnist.npz")).unwrap_err();
    assert!(
        nowhere
            .to_string()
            .starts_with("`no/mnist.npz`: there is no such file, expected")
    );
}

use proptest::prelude::*;

use super::*;

/// A fixture of `tests/weights/`.
fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weights");
    std::fs::read(folder.join(name)).expect("a fixture")
}

/// Puts `bytes` through every parser. What they say does not matter, only that they return.
fn parse_as_everything(bytes: &[u8]) {
    let _ = safetensors::read(bytes);
    let _ = numpy::read_npz(bytes);
    let _ = numpy::read_npy("array", bytes);
    let _ = numpy::read_image(bytes);
    let _ = pytorch::read(bytes);
    let _ = pickle::read(bytes);
    let _ = matlab::read(bytes);
}

const FIXTURES: [&str; 17] = [
    "linear.pt",
    "bias.pth",
    "checkpoint.pt",
    "views.pt",
    "convolution.pt",
    "whole_model.pt",
    "legacy.pt",
    "recent.pt",
    "big_endian.pt",
    "executable.pt",
    "linear.npz",
    "orders.npz",
    "mean.npy",
    "linear.safetensors",
    "linear.mat",
    "network.mat",
    "biased.mat",
];

#[test]
fn every_truncation_of_every_fixture_is_handled() {
    for name in FIXTURES {
        let bytes = fixture(name);
        for length in 0..bytes.len() {
            parse_as_everything(&bytes[..length]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_handled(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse_as_everything(&bytes);
    }

    #[test]
    fn any_bytes_after_a_true_beginning_are_handled(
        beginning in prop::sample::select(vec![
            &b"\x93NUMPY\x01\0\x80\0"[..],
            b"\x93NUMPY\x01\0\x40\0{'descr': '<f4', 'fortran_order': True, 'shape': (",
            b"\x20\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[",
            b"\x80\x02ccollections\nOrderedDict\n)R(",
            b"PK\x03\x04",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        parse_as_everything(&[beginning, &bytes].concat());
    }

    /// Headers of `.npy` are Python literals: words of that language in any order.
    #[test]
    fn any_numpy_header_is_handled(
        words in prop::collection::vec(prop::sample::select(vec![
            "1", "-", "+", "1e999", "-1e-999", "1j", "0x1F", "99999999999999999999999", "4294967296", ",", ", ", "(",
            ")", "(1,)", "[", "]", "{", "}", ":", "'<f4'", "'|O'", "''", "\"", "b'x'", "True", "None", "é", " ",
        ]), 0..12),
        key in 0..3usize,
        version in 1..4u8,
    ) {
        let mut values = ["'<f4'", "False", "(3, 4)"];
        let soup = words.concat();
        values[key] = &soup;
        let [descr, order, shape] = values;
        let header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = (header.len() as u32).to_le_bytes();
        let length = if version == 1 { &length[..2] } else { &length[..] };
        let bytes = [b"\x93NUMPY", &[version, 0][..], length, header.as_bytes(), &[0; 48]].concat();
        parse_as_everything(&bytes);
    }

    #[test]
    fn changed_fixtures_are_handled(
        name in prop::sample::select(FIXTURES.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = fixture(name);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        parse_as_everything(&bytes);
    }

    /// Changes inside an archive are caught by its checksum, so the pickle is also changed on its own.
    #[test]
    fn changed_pickles_are_handled(
        name in prop::sample::select(vec!["views.pt", "checkpoint.pt", "bias.pth"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let original = fixture(name);
        let mut archive = archive::Archive::open(&original, Format::PyTorch).unwrap();
        let entries = archive.names();
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for entry in entries {
            let mut content = archive.read(&entry).unwrap();
            if entry.ends_with("data.pkl") {
                for (place, byte) in &changes {
                    let place = place.index(content.len());
                    content[place] = *byte;
                }
            }
            let options = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored);
            writer.start_file(entry, options).unwrap();
            std::io::Write::write_all(&mut writer, &content).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        if let Ok((tensors, _)) = pytorch::read(&bytes) {
            let values: usize = tensors.iter().map(|tensor| tensor.values.len()).sum();
            prop_assert!(values <= bytes.len());
        }
    }
}

#[test]
fn a_small_archive_does_not_become_gigabytes() {
    // 64 MiB of zeros deflate to 64 KiB.
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file("W1.npy", options).unwrap();
    std::io::Write::write_all(&mut writer, &vec![0; 64 << 20]).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert!(matches!(
        numpy::read_npz(&bytes),
        Err(Problem::Expands { .. })
    ));
}

#[test]
fn the_nearest_extension_is_named() {
    let problem = Format::of(Path::new("weights.safetensor")).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "unknown extension `.safetensor`, expected .safetensors, .npz, .npy, .pt, .pth, .mat, .keras, .h5, .hdf5, .onnx or .nir\n  \
         help: did you mean `.safetensors`?"
    );
    let problem = Format::of(Path::new("weights.tflite")).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "unknown extension `.tflite`, expected .safetensors, .npz, .npy, .pt, .pth, .mat, .keras, .h5, .hdf5, .onnx or .nir"
    );
    assert_eq!(Format::of(Path::new("A.PTH")).unwrap(), Format::PyTorch);
}

#[test]
fn model_files_take_every_ending_of_weights() {
    // A single array is no network.
    let known = Format::EXTENSIONS.map(|(ending, _)| ending);
    let known: HashSet<&str> = known
        .into_iter()
        .filter(|ending| *ending != "npy")
        .collect();
    let taken = crate::network::projection::WEIGHT_ENDINGS;
    assert_eq!(known, HashSet::from(taken));
}

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::Write;

/// Two images of 2 rows and 3 columns.
fn images() -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    bytes.extend(0..12);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn refused(bytes: &[u8]) -> String {
    parse_images("f", bytes).unwrap_err().to_string()
}

#[test]
fn plain_and_gzipped_read_the_same() {
    let plain = parse_images("f", images().as_slice()).unwrap();
    assert_eq!((plain.width, plain.height, plain.count()), (3, 2, 2));
    assert_eq!(plain.pixels, (0..12).collect::<Vec<u8>>());
    assert_eq!(
        parse_images("f", gzip(&images()).as_slice()).unwrap(),
        plain
    );
    let labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9];
    assert_eq!(parse_labels("f", labels.as_slice()).unwrap(), [7, 8, 9]);
}

/// QMNIST: a class and seven other numbers for each image; its predecessors also have `i32` alone.
#[test]
fn labels_may_be_integers_with_more_columns() {
    let integers = |dimensions: &[u32], values: &[i32]| {
        let mut bytes = vec![0, 0, 12, dimensions.len() as u8];
        bytes.extend(dimensions.iter().flat_map(|n| n.to_be_bytes()));
        bytes.extend(values.iter().flat_map(|n| n.to_be_bytes()));
        bytes
    };
    let mut values = vec![0; 16];
    (values[0], values[1], values[8]) = (5, 4, 46);
    let qmnist = integers(&[2, 8], &values);
    assert_eq!(parse_labels("f", qmnist.as_slice()).unwrap(), [5, 46]);
    let gzipped = gzip(&qmnist);
    assert_eq!(parse_labels("f", gzipped.as_slice()).unwrap(), [5, 46]);
    let single = integers(&[3], &[7, 8, 9]);
    assert_eq!(parse_labels("f", single.as_slice()).unwrap(), [7, 8, 9]);
    values[8] = -1;
    let refused = parse_labels("f", integers(&[2, 8], &values).as_slice()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`f`: label 1 is -1, expected a class from 0 to 255"
    );
    let cut = &qmnist[..qmnist.len() - 1];
    assert_eq!(
        parse_labels("f", cut).unwrap_err().to_string(),
        "`f`: data: found 63 bytes, expected 64 (2 x 8)"
    );
}

#[test]
fn every_truncation_is_an_error() {
    for whole in [images(), gzip(&images())] {
        for length in 0..whole.len() {
            assert!(
                parse_images("f", &whole[..length]).is_err(),
                "{length} of {} bytes",
                whole.len()
            );
        }
    }
}

#[test]
fn messages_name_file_place_found_and_expected() {
    let mut wrong = images();
    wrong[3] = 1;
    assert_eq!(
        refused(&wrong),
        "`f`: header: found magic number 0x00000801, expected 0x00000803 (unsigned bytes, 3 dimensions)"
    );
    assert_eq!(
        parse_labels("f", images().as_slice())
            .unwrap_err()
            .to_string(),
        "`f`: header: found magic number 0x00000803, expected 0x00000801 (unsigned bytes, 1 dimension)"
    );
    assert_eq!(
        refused(&images()[..9]),
        "`f`: header: the file ends after 9 bytes, expected 16"
    );
    assert_eq!(
        refused(&images()[..20]),
        "`f`: data: found 4 bytes, expected 12 (2 x 2 x 3)"
    );
    let mut long = images();
    long.push(0);
    let trailing = "`f`: data: found more than the expected 12 bytes (2 x 2 x 3)";
    assert_eq!(refused(&long), trailing);
    assert_eq!(refused(&gzip(&long)), trailing);
    let mut empty = images();
    empty[11] = 0;
    assert_eq!(
        refused(&empty),
        "`f`: header: found dimensions 2 x 0 x 3, expected none of them to be 0"
    );
    assert_eq!(
        refused(b"<!DOCTYPE html>"),
        "`f`: header: found bytes 3c 21, expected a gzip file (1f 8b) or an IDX file (00 00)\n  \
         help: this is a web page, not the data; download the file itself"
    );
    let mut damaged = gzip(&images());
    let crc = damaged.len() - 8;
    damaged[crc] ^= 1;
    assert!(refused(&damaged).starts_with("`f`: gzip data: "));
    let missing = read_images(Path::new("no/such/file")).unwrap_err();
    assert!(missing.to_string().starts_with("`no/such/file`: "));
}

#[test]
fn a_forged_header_is_refused_without_its_memory() {
    let mut forged = images();
    forged[4..8].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF]);
    assert!(refused(&forged).contains("expected at most 2147483648 bytes"));
    forged[4..16].copy_from_slice(&[0xFF; 12]);
    assert!(refused(&forged).contains("expected at most"));
    // 2 GiB announced, 12 bytes there.
    forged[4..16].copy_from_slice(&[0x08, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4]);
    assert!(refused(&forged).contains("found 12 bytes, expected 2147483648"));
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_images("f", bytes.as_slice());
        let _ = parse_labels("f", bytes.as_slice());
    }

    #[test]
    fn any_header_never_panics(header in any::<[u8; 12]>(), data in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut bytes = vec![0, 0, 8, 3];
        bytes.extend(header);
        bytes.extend(data);
        let _ = parse_images("f", bytes.as_slice());
        let _ = parse_images("f", gzip(&bytes).as_slice());
    }
}

//! Images and labels in IDX files, plain and gzipped.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use sharpwave::mlp::idx::{parse_images, parse_labels};

use super::harness::{ROOM, Target, as_it_is, fuzz};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn parse(bytes: &[u8]) -> String {
    let images = match parse_images("f", bytes) {
        Ok(images) => {
            assert_eq!(
                images.count() * images.width * images.height,
                images.pixels.len()
            );
            format!("{} images", images.count())
        }
        Err(error) => error.to_string(),
    };
    let labels = match parse_labels("f", bytes) {
        Ok(labels) => format!("{} labels", labels.len()),
        Err(error) => error.to_string(),
    };
    // The checksum of a gzip file hides what is inside from mutants of the file itself.
    if !bytes.starts_with(&[0x1F, 0x8B]) && bytes.len().is_multiple_of(8) {
        let gzipped = parse_images("f", gzip(bytes).as_slice());
        assert_eq!(gzipped.is_ok(), images.ends_with(" images"));
    }
    format!("{images} {labels}")
}

#[test]
fn any_bytes_are_images_or_refused() {
    let images = [
        &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3][..],
        &[7; 12],
    ]
    .concat();
    let labels = vec![0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9];
    let integers = [&[0, 0, 12, 2, 0, 0, 0, 2, 0, 0, 0, 8][..], &[0; 64]].concat();
    let gzipped = [gzip(&images), gzip(&labels), gzip(&integers)];
    fuzz(&Target {
        name: "idx",
        corpus: [vec![images, labels, integers], gzipped.to_vec()].concat(),
        words: &[
            "\0\0\u{8}\u{3}",
            "\0\0\u{8}\u{1}",
            "\0\0\u{c}\u{2}",
            "<html",
        ],
        repair: as_it_is,
        parse,
        room: ROOM,
    });
}

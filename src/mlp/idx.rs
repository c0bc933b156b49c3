//! IDX files, the format of MNIST: a magic number, the dimensions as big-endian `u32`, then the values; plain or gzipped.
//!
//! The magic number is two zero bytes, the type of the values (8: unsigned bytes) and the number of dimensions.
//! Whether a file is gzipped is read from its first bytes, not from its name.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// The type code of unsigned bytes, the only one that image sets use.
const UNSIGNED_BYTES: u8 = 0x08;

/// Files that claim more values than this (2 GiB) are refused: 45 times the size of MNIST.
const LARGEST: u64 = 1 << 31;

/// Images as an IDX file holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFile {
    /// Pixels per row.
    pub width: usize,
    /// Rows per image.
    pub height: usize,
    /// `width · height` bytes per image, row by row, 0 is background.
    pub pixels: Vec<u8>,
}

impl ImageFile {
    /// The number of images.
    pub fn count(&self) -> usize {
        self.pixels.len() / (self.width * self.height)
    }
}

/// Why an IDX file was refused.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// The file cannot be opened or read.
    #[error("`{file}`: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// A gzipped file is cut short or damaged.
    #[error(
        "`{file}`: gzip data: {source}\n  help: the file is truncated or damaged; download it again"
    )]
    Gzip {
        /// The file.
        file: String,
        /// What the decoder says.
        source: io::Error,
    },
    /// Neither gzip nor IDX.
    #[error(
        "`{file}`: header: found bytes {found}, expected a gzip file (1f 8b) or an IDX file (00 00){}",
        if *.looks_like_a_page { "\n  help: this is a web page, not the data; download the file itself" } else { "" }
    )]
    Format {
        /// The file.
        file: String,
        /// The first bytes in hexadecimal.
        found: String,
        /// It begins with `<`.
        looks_like_a_page: bool,
    },
    /// An IDX file with another type or number of dimensions.
    #[error(
        "`{file}`: header: found magic number {found:#010x}, expected {expected:#010x} (unsigned bytes, {dimensions} dimension{})",
        if *.dimensions == 1 { "" } else { "s" }
    )]
    Magic {
        /// The file.
        file: String,
        /// The magic number of the file.
        found: u32,
        /// The magic number of images or of labels.
        expected: u32,
        /// The number of dimensions in `expected`.
        dimensions: u8,
    },
    /// The file ends inside its header.
    #[error("`{file}`: header: the file ends after {found} bytes, expected {expected}")]
    Header {
        /// The file.
        file: String,
        /// Bytes present.
        found: usize,
        /// Bytes of the header.
        expected: usize,
    },
    /// A dimension is zero.
    #[error("`{file}`: header: found dimensions {found}, expected none of them to be 0")]
    Empty {
        /// The file.
        file: String,
        /// The dimensions, `10 x 28 x 28`.
        found: String,
    },
    /// The header claims more values than any image set has (2 GiB).
    #[error(
        "`{file}`: header: found dimensions {found}, expected at most {LARGEST} bytes in one file"
    )]
    TooLarge {
        /// The file.
        file: String,
        /// The dimensions, `10 x 28 x 28`.
        found: String,
    },
    /// Fewer values than the header says.
    #[error("`{file}`: data: found {found} bytes, expected {expected} ({dimensions})")]
    Truncated {
        /// The file.
        file: String,
        /// Bytes present.
        found: usize,
        /// Bytes that the header announces.
        expected: u64,
        /// The dimensions, `10 x 28 x 28`.
        dimensions: String,
    },
    /// More values than the header says.
    #[error("`{file}`: data: found more than the expected {expected} bytes ({dimensions})")]
    Trailing {
        /// The file.
        file: String,
        /// Bytes that the header announces.
        expected: u64,
        /// The dimensions, `10 x 28 x 28`.
        dimensions: String,
    },
}

/// Reads images (magic number 0x00000803) from a file.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn read_images(path: &Path) -> Result<ImageFile, IdxError> {
    let (file, reader) = open(path)?;
    parse_images(&file, reader)
}

/// Reads labels (magic number 0x00000801) from a file.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn read_labels(path: &Path) -> Result<Vec<u8>, IdxError> {
    let (file, reader) = open(path)?;
    parse_labels(&file, reader)
}

/// Reads images from the bytes of a file, plain or gzipped; `file` names them in errors.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn parse_images(file: &str, bytes: impl Read) -> Result<ImageFile, IdxError> {
    let ([_, height, width], pixels) = parse(file, bytes)?;
    Ok(ImageFile {
        width,
        height,
        pixels,
    })
}

/// Reads labels from the bytes of a file, plain or gzipped; `file` names them in errors.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn parse_labels(file: &str, bytes: impl Read) -> Result<Vec<u8>, IdxError> {
    let ([_], labels) = parse(file, bytes)?;
    Ok(labels)
}

fn open(path: &Path) -> Result<(String, BufReader<File>), IdxError> {
    let file = path.display().to_string();
    match File::open(path) {
        Ok(open) => Ok((file, BufReader::new(open))),
        Err(source) => Err(IdxError::Read { file, source }),
    }
}

/// Tells gzip from plain by the first two bytes, then reads `D` dimensions and the values.
fn parse<const D: usize>(
    file: &str,
    mut bytes: impl Read,
) -> Result<([usize; D], Vec<u8>), IdxError> {
    let read_error = |source| IdxError::Read {
        file: file.into(),
        source,
    };
    let mut start = Vec::with_capacity(2);
    (&mut bytes)
        .take(2)
        .read_to_end(&mut start)
        .map_err(read_error)?;
    let whole = start.as_slice().chain(bytes);
    match start.as_slice() {
        [0x1F, 0x8B] => values(file, MultiGzDecoder::new(whole), |source| IdxError::Gzip {
            file: file.into(),
            source,
        }),
        [] | [0] | [0, 0] => values(file, whole, read_error),
        _ => Err(IdxError::Format {
            file: file.into(),
            found: start
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .join(" "),
            looks_like_a_page: start.starts_with(b"<"),
        }),
    }
}

fn values<const D: usize>(
    file: &str,
    mut bytes: impl Read,
    failed: impl Fn(io::Error) -> IdxError,
) -> Result<([usize; D], Vec<u8>), IdxError> {
    let length = 4 + 4 * D;
    let mut header = Vec::with_capacity(length);
    (&mut bytes)
        .take(length as u64)
        .read_to_end(&mut header)
        .map_err(&failed)?;
    let mut words = header
        .chunks_exact(4)
        .map(|word| word.iter().fold(0_u32, |n, &b| n << 8 | u32::from(b)));
    let expected = u32::from(UNSIGNED_BYTES) << 8 | D as u32;
    if let Some(found) = words.next()
        && found != expected
    {
        return Err(IdxError::Magic {
            file: file.into(),
            found,
            expected,
            dimensions: D as u8,
        });
    }
    if header.len() < length {
        return Err(IdxError::Header {
            file: file.into(),
            found: header.len(),
            expected: length,
        });
    }
    let mut dimensions = [0_u32; D];
    for (dimension, word) in dimensions.iter_mut().zip(words) {
        *dimension = word;
    }
    let shape = dimensions.map(|n| n.to_string()).join(" x ");
    if dimensions.contains(&0) {
        return Err(IdxError::Empty {
            file: file.into(),
            found: shape,
        });
    }
    let expected = dimensions
        .iter()
        .try_fold(1_u64, |product, &n| product.checked_mul(u64::from(n)))
        .filter(|&product| product <= LARGEST);
    let Some(expected) = expected else {
        return Err(IdxError::TooLarge {
            file: file.into(),
            found: shape,
        });
    };
    // The header may lie, so memory grows with what is really there; one byte more shows a file that is too long,
    // and makes the decoder reach the checksum at the end of a gzip file.
    let mut data = Vec::new();
    bytes
        .take(expected + 1)
        .read_to_end(&mut data)
        .map_err(&failed)?;
    let found = data.len() as u64;
    if found < expected {
        return Err(IdxError::Truncated {
            file: file.into(),
            found: data.len(),
            expected,
            dimensions: shape,
        });
    }
    if found > expected {
        return Err(IdxError::Trailing {
            file: file.into(),
            expected,
            dimensions: shape,
        });
    }
    data.shrink_to_fit();
    Ok((dimensions.map(|n| n as usize), data))
}

#[cfg(test)]
mod tests {
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
}

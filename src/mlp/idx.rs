//! IDX files, the format of MNIST: a magic number, the dimensions as big-endian `u32`, then the values; plain or gzipped.
//!
//! The magic number is two zero bytes, the type of the values (8: unsigned bytes, 12: big-endian `i32`) and the number of
//! dimensions. Labels are bytes as in MNIST and EMNIST, or `i32` as in QMNIST, which keeps eight numbers for each image,
//! the class first. Whether a file is gzipped is read from its first bytes, not from its name.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::base::file;

/// The type code of unsigned bytes.
const UNSIGNED_BYTES: u8 = 0x08;

/// The type code of big-endian `i32`.
const INTEGERS: u8 = 0x0C;

/// Types and numbers of dimensions of images, and of labels; the first is what messages expect.
const IMAGES: &[(u8, u8)] = &[(UNSIGNED_BYTES, 3)];
const LABELS: &[(u8, u8)] = &[(UNSIGNED_BYTES, 1), (INTEGERS, 2), (INTEGERS, 1)];

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
    /// A label that is no class.
    #[error("`{file}`: label {index} is {found}, expected a class from 0 to 255")]
    Label {
        /// The file.
        file: String,
        /// Which label, from 0.
        index: usize,
        /// What it is.
        found: i32,
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

/// Reads labels (magic number 0x00000801, or 0x00000c02 as in QMNIST) from a file.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn read_labels(path: &Path) -> Result<Vec<u8>, IdxError> {
    let (file, reader) = open(path)?;
    parse_labels(&file, reader)
}

/// The number of images or labels that the header of a file speaks of, before anything is unpacked.
///
/// # Errors
/// As [`read_images`], of the header alone.
pub fn announced(path: &Path, what: Content) -> Result<usize, IdxError> {
    let (file, reader) = open(path)?;
    let Values { shape, .. } = parse(&file, reader, what.forms(), Extent::Header)?;
    Ok(shape.first().copied().unwrap_or(0))
}

/// Reads images from the bytes of a file, plain or gzipped; `file` names them in errors.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn parse_images(file: &str, bytes: impl Read) -> Result<ImageFile, IdxError> {
    let Values { shape, data, .. } = parse(file, bytes, IMAGES, Extent::All)?;
    // Images have three dimensions.
    let (height, width) = (shape.get(1), shape.get(2));
    Ok(ImageFile {
        width: width.copied().unwrap_or(1),
        height: height.copied().unwrap_or(1),
        pixels: data,
    })
}

/// Reads labels from the bytes of a file, plain or gzipped; `file` names them in errors.
///
/// # Errors
/// Every variant of [`IdxError`].
pub fn parse_labels(file: &str, bytes: impl Read) -> Result<Vec<u8>, IdxError> {
    let values = parse(file, bytes, LABELS, Extent::All)?;
    if values.kind == UNSIGNED_BYTES {
        return Ok(values.data);
    }
    let columns = values.shape.get(1).copied().unwrap_or(1);
    let (numbers, _) = values.data.as_chunks::<4>();
    let classes = numbers.iter().step_by(columns).enumerate();
    classes
        .map(|(index, &class)| {
            let found = i32::from_be_bytes(class);
            u8::try_from(found).map_err(|_| IdxError::Label {
                file: file.into(),
                index,
                found,
            })
        })
        .collect()
}

fn open(path: &Path) -> Result<(String, BufReader<File>), IdxError> {
    let file = path.display().to_string();
    match file::open(path) {
        Ok(open) => Ok((file, BufReader::new(open))),
        Err(source) => Err(IdxError::Read { file, source }),
    }
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Images.
    Images,
    /// Labels.
    Labels,
}

impl Content {
    fn forms(self) -> &'static [(u8, u8)] {
        match self {
            Self::Images => IMAGES,
            Self::Labels => LABELS,
        }
    }
}

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Header,
    All,
}

/// The values of a file.
struct Values {
    /// Their type.
    kind: u8,
    /// The dimensions, none of them 0.
    shape: Vec<usize>,
    /// The values as they are stored.
    data: Vec<u8>,
}

/// Tells gzip from plain by the first two bytes, then reads the values, which must be of one of the forms `expected`.
fn parse(
    file: &str,
    mut bytes: impl Read,
    expected: &[(u8, u8)],
    extent: Extent,
) -> Result<Values, IdxError> {
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
        [0x1F, 0x8B] => {
            let unpacked = MultiGzDecoder::new(whole);
            values(file, unpacked, expected, extent, |source| IdxError::Gzip {
                file: file.into(),
                source,
            })
        }
        [] | [0] | [0, 0] => values(file, whole, expected, extent, read_error),
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

/// What a file says of its values before they come.
struct Header {
    /// Their type.
    kind: u8,
    /// The dimensions, none of them 0.
    dimensions: Vec<u32>,
    /// Bytes of them all.
    bytes: u64,
}

impl Header {
    /// The dimensions, `10 x 28 x 28`.
    fn shape(&self) -> String {
        let shape: Vec<String> = self.dimensions.iter().map(u32::to_string).collect();
        shape.join(" x ")
    }
}

fn header(
    file: &str,
    bytes: &mut impl Read,
    expected: &[(u8, u8)],
    failed: &impl Fn(io::Error) -> IdxError,
) -> Result<Header, IdxError> {
    let magic = |(kind, dimensions): (u8, u8)| u32::from(kind) << 8 | u32::from(dimensions);
    let mut header = Vec::with_capacity(16);
    let mut read = |header: &mut Vec<u8>, length: usize| {
        let missing = length.saturating_sub(header.len()) as u64;
        bytes.take(missing).read_to_end(header).map_err(failed)
    };
    read(&mut header, 4)?;
    let usual = expected.first().copied().unwrap_or_default();
    let (kind, dimensions) = match header.first_chunk().copied().map(u32::from_be_bytes) {
        None => usual,
        Some(found) => expected
            .iter()
            .copied()
            .find(|&form| magic(form) == found)
            .ok_or_else(|| IdxError::Magic {
                file: file.into(),
                found,
                expected: magic(usual),
                dimensions: usual.1,
            })?,
    };
    let length = 4 + 4 * usize::from(dimensions);
    read(&mut header, length)?;
    if header.len() < length {
        return Err(IdxError::Header {
            file: file.into(),
            found: header.len(),
            expected: length,
        });
    }
    let (words, _) = header.as_chunks::<4>();
    let dimensions: Vec<u32> = words[1..].iter().copied().map(u32::from_be_bytes).collect();
    let mut header = Header {
        kind,
        dimensions,
        bytes: 0,
    };
    if header.dimensions.contains(&0) {
        return Err(IdxError::Empty {
            file: file.into(),
            found: header.shape(),
        });
    }
    let size = if kind == INTEGERS { 4 } else { 1 };
    let bytes = header
        .dimensions
        .iter()
        .try_fold(size, |product: u64, &n| product.checked_mul(u64::from(n)))
        .filter(|&product| product <= LARGEST);
    header.bytes = bytes.ok_or_else(|| IdxError::TooLarge {
        file: file.into(),
        found: header.shape(),
    })?;
    Ok(header)
}

fn values(
    file: &str,
    mut bytes: impl Read,
    expected: &[(u8, u8)],
    extent: Extent,
    failed: impl Fn(io::Error) -> IdxError,
) -> Result<Values, IdxError> {
    let header = header(file, &mut bytes, expected, &failed)?;
    let (expected, shape) = (header.bytes, header.shape());
    let sizes = header.dimensions.iter().map(|&n| n as usize).collect();
    if extent == Extent::Header {
        return Ok(Values {
            kind: header.kind,
            shape: sizes,
            data: Vec::new(),
        });
    }
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
    Ok(Values {
        kind: header.kind,
        shape: sizes,
        data,
    })
}

#[cfg(test)]
mod tests;

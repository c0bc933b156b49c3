//! Images and labels in NumPy arrays: `.npy` files, and `.npz` archives of one array or of a whole data set.
//!
//! Pixels are bytes, as in IDX files. Floats are taken where each is a byte over 255, so that nothing is rounded.

use std::path::Path;

use super::idx::ImageFile;
use super::weight_file::{RawArray, raw_array, raw_arrays};
use crate::base::{file, suggest};

/// Names of training images and labels, test images and labels, as archives of data sets have them.
const NAMES: [[&str; 4]; 2] = [
    // Keras, `mnist.npz`.
    ["x_train", "y_train", "x_test", "y_test"],
    // MedMNIST.
    ["train_images", "train_labels", "test_images", "test_labels"],
];

/// By so much a float may differ from a byte over 255: some roundings of single precision.
const NEAR: f64 = 1e-6;

/// Why an array is refused.
#[derive(Debug, thiserror::Error)]
#[error("`{file}`: {problem}")]
pub struct ArrayError {
    /// The file, and in it the array.
    file: String,
    problem: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("{0}")]
    Read(std::io::Error),
    #[error("{0}")]
    Unreadable(String),
    #[error(
        "found {found}, expected {} or {}", NAMES[0].map(|name| format!("`{name}`")).join(", "),
        NAMES[1].map(|name| format!("`{name}`")).join(", ")
    )]
    NotASet { found: String },
    #[error("found {0} arrays, expected one")]
    Several(usize),
    #[error(
        "found {found}, expected bytes (uint8)\n  help: np.save(\"images.npy\", array.astype(\"uint8\"))"
    )]
    ImageType { found: String },
    #[error(
        "found {found}, expected images × rows × columns{}",
        .channels.map_or_else(String::new, |axis| format!(
            "\n  help: images have one channel: array.mean({axis}).round().astype(\"uint8\")"
        ))
    )]
    ImageShape {
        found: String,
        /// The axis of colours, if it looks like one.
        channels: Option<i8>,
    },
    #[error(
        "image {image} has a pixel of {value}, expected bytes from 0 to 255, or each of them over 255\n  \
         help: (255 * (array - array.min()) / np.ptp(array)).round().astype(\"uint8\")"
    )]
    Pixel { image: usize, value: f64 },
    #[error(
        "found {found}, expected one label for each image{}",
        if *.is_one_hot { "\n  help: array.argmax(1) makes labels of a column for each class" } else { "" }
    )]
    LabelShape { found: String, is_one_hot: bool },
    #[error("label {index} is {value}, expected a class from 0 to 255")]
    Label { index: usize, value: f64 },
    #[error("found {found}, expected whole numbers")]
    LabelType { found: String },
}

/// Whether a file begins as an array or as an archive, which IDX files do not.
pub fn is_array(path: &Path) -> bool {
    use std::io::Read;
    let mut start = Vec::new();
    let read = file::open(path).and_then(|file| file.take(6).read_to_end(&mut start));
    read.is_ok() && (start.starts_with(b"PK\x03\x04") || start == b"\x93NUMPY")
}

/// Images with their labels, and what messages call both.
pub struct Half {
    /// Where the images are.
    pub images_file: String,
    /// The images.
    pub images: ImageFile,
    /// Where the labels are.
    pub labels_file: String,
    /// The labels.
    pub labels: Vec<u8>,
}

/// The training half and the test half of the archive at `path`.
///
/// # Errors
/// Every kind of [`ArrayError`].
pub fn read_set(path: &Path) -> Result<[Half; 2], ArrayError> {
    let shown = path.display().to_string();
    let mut arrays = arrays(path)?;
    let named = |arrays: &[RawArray], name: &str| {
        let mut names = arrays.iter();
        names.position(|array| array.name.eq_ignore_ascii_case(name))
    };
    let names = NAMES.into_iter();
    let mut names = names.filter(|names| names.iter().all(|name| named(&arrays, name).is_some()));
    let Some([images, labels, test_images, test_labels]) = names.next() else {
        let found: Vec<_> = arrays.iter().map(|array| array.name.as_str()).collect();
        let found = match found[..] {
            [] => "no arrays".to_owned(),
            [""] => "one array".to_owned(),
            _ => suggest::list(&found),
        };
        let problem = Problem::NotASet { found };
        return Err(ArrayError {
            file: shown,
            problem,
        });
    };
    let mut half = |images: &str, labels: &str| {
        let mut take = |name: &str| {
            let at = named(&arrays, name).unwrap_or_default();
            (format!("{shown}/{name}"), arrays.swap_remove(at))
        };
        let ((images_file, images), (labels_file, labels)) = (take(images), take(labels));
        Ok(Half {
            images: pixels_of(&images_file, images)?,
            images_file,
            labels: classes_of(&labels_file, labels)?,
            labels_file,
        })
    };
    Ok([half(images, labels)?, half(test_images, test_labels)?])
}

/// The images of a file that holds one array.
///
/// # Errors
/// Every kind of [`ArrayError`].
pub fn read_images(path: &Path) -> Result<ImageFile, ArrayError> {
    pixels_of(&path.display().to_string(), only(path)?)
}

/// The labels of a file that holds one array.
///
/// # Errors
/// Every kind of [`ArrayError`].
pub fn read_labels(path: &Path) -> Result<Vec<u8>, ArrayError> {
    classes_of(&path.display().to_string(), only(path)?)
}

fn only(path: &Path) -> Result<RawArray, ArrayError> {
    let mut arrays = arrays(path)?;
    match (arrays.pop(), arrays.len()) {
        (Some(only), 0) => Ok(only),
        (_, others) => Err(ArrayError {
            file: path.display().to_string(),
            problem: Problem::Several(others + 1),
        }),
    }
}

/// All arrays of a file.
fn arrays(path: &Path) -> Result<Vec<RawArray>, ArrayError> {
    let refused = |problem| ArrayError {
        file: path.display().to_string(),
        problem,
    };
    let bytes = file::read(path).map_err(|error| refused(Problem::Read(error)))?;
    let arrays = match bytes.starts_with(b"\x93NUMPY") {
        true => raw_array(&bytes).map(|array| vec![array]),
        false => raw_arrays(&bytes),
    };
    arrays.map_err(|problem| refused(Problem::Unreadable(problem)))
}

/// What an array is, in words.
fn described(array: &RawArray) -> String {
    let sizes: Vec<String> = array.shape.iter().map(usize::to_string).collect();
    match sizes.len() {
        0 => "a single number".into(),
        1 => format!("an axis of {}", sizes[0]),
        _ => sizes.join(" × "),
    }
}

fn pixels_of(file: &str, array: RawArray) -> Result<ImageFile, ArrayError> {
    let refused = |problem| ArrayError {
        file: file.into(),
        problem,
    };
    let (height, width) = match array.shape[..] {
        [_, rows, columns] | [_, rows, columns, 1] | [_, 1, rows, columns] => (rows, columns),
        // Images as rows of pixels: squares where they can be.
        [_, pixels] => match pixels.isqrt() {
            side if side * side == pixels => (side, side),
            _ => (1, pixels),
        },
        _ => {
            let problem = Problem::ImageShape {
                found: described(&array),
                channels: match array.shape[..] {
                    [_, _, _, 3 | 4] => Some(-1),
                    [_, 3 | 4, _, _] => Some(1),
                    _ => None,
                },
            };
            return Err(refused(problem));
        }
    };
    if array.shape.contains(&0) {
        let (found, channels) = (described(&array), None);
        return Err(refused(Problem::ImageShape { found, channels }));
    }
    let found = format!("values of type `{}`", array.descriptor);
    let pixels = match array.into_bytes() {
        // Black and white, as nothing of one part in 255 can be seen.
        Ok(bytes) if bytes.iter().all(|&byte| byte <= 1) => {
            bytes.iter().map(|&byte| byte * 255).collect()
        }
        Ok(bytes) => bytes,
        Err(array) => {
            let numbers = array.numbers();
            let numbers = numbers.ok_or_else(|| refused(Problem::ImageType { found }))?;
            as_bytes(&numbers).map_err(|at| {
                let (image, value) = (at / (width * height), numbers[at]);
                refused(Problem::Pixel { image, value })
            })?
        }
    };
    Ok(ImageFile {
        width,
        height,
        pixels,
    })
}

/// Numbers as bytes: whole ones up to 255, or all of them from 0 to 1 and a byte over 255; or the first that is neither.
fn as_bytes(numbers: &[f64]) -> Result<Vec<u8>, usize> {
    let is_share = numbers.iter().all(|value| (0.0..=1.0).contains(value));
    let full = if is_share { 255.0 } else { 1.0 };
    let bytes = numbers.iter().enumerate().map(|(at, &value)| {
        let near = (value * full).round();
        let is_near = (value - near / full).abs() <= if is_share { NEAR } else { 0.0 };
        match is_near && (0.0..=255.0).contains(&near) {
            true => Ok(near as u8),
            false => Err(at),
        }
    });
    bytes.collect()
}

fn classes_of(file: &str, array: RawArray) -> Result<Vec<u8>, ArrayError> {
    let refused = |problem| ArrayError {
        file: file.into(),
        problem,
    };
    if !matches!(array.shape[..], [_] | [_, 1]) {
        let problem = Problem::LabelShape {
            found: described(&array),
            is_one_hot: array.shape.len() == 2,
        };
        return Err(refused(problem));
    }
    let found = format!("values of type `{}`", array.descriptor);
    let numbers = array.numbers();
    let numbers = numbers.ok_or_else(|| refused(Problem::LabelType { found }))?;
    let classes = numbers.iter().enumerate().map(|(index, &value)| {
        match value.fract() == 0.0 && (0.0..=255.0).contains(&value) {
            true => Ok(value as u8),
            false => Err(refused(Problem::Label { index, value })),
        }
    });
    classes.collect()
}

#[cfg(test)]
mod tests;

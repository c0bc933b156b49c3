//! Weights of a trained network from files and back: safetensors, NumPy, PyTorch and MATLAB.
//!
//! [`read`] takes a file apart into named [`Tensor`]s without executing anything that it holds; [`to_mlp`] maps them to
//! the layers of an [`Mlp`](super::perceptron::Mlp) or says what it cannot map; [`describe`] tells a user what is
//! inside; [`write_safetensors`], [`write_npz`] and [`write_matlab`] write a network so that others load it unchanged.

mod archive;
mod element;
mod error;
mod layer;
mod matlab;
mod numpy;
mod pickle;
mod pytorch;
mod safetensors;
mod summary;
mod write;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub use element::Dtype;
pub use error::{Problem, WeightFileError};
pub use layer::{Bias, Order, Stated, to_mlp};
pub(crate) use numpy::{RawArray, raw_arrays};
pub use summary::{Role, Summary, TensorSummary, describe};
pub use write::{check_writable, write_matlab, write_npz, write_safetensors};

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.safetensors`.
    Safetensors,
    /// NumPy archive, `.npz`, plain or compressed.
    Npz,
    /// One NumPy array, `.npy`.
    Npy,
    /// PyTorch state dict, `.pt` or `.pth`, as written since version 1.6.
    PyTorch,
    /// MATLAB file of versions 5 to 7, `.mat`.
    Matlab,
}

impl Format {
    /// Extensions with their formats.
    const EXTENSIONS: [(&'static str, Self); 6] = [
        ("safetensors", Self::Safetensors),
        ("npz", Self::Npz),
        ("npy", Self::Npy),
        ("pt", Self::PyTorch),
        ("pth", Self::PyTorch),
        ("mat", Self::Matlab),
    ];

    /// The format in words, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Npz => "NumPy .npz",
            Self::Npy => "NumPy .npy",
            Self::PyTorch => "PyTorch",
            Self::Matlab => "MATLAB .mat",
        }
    }

    /// The format that the extension of `path` announces; capitals do not matter.
    fn of(path: &Path) -> Result<Self, Problem> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        Self::EXTENSIONS
            .iter()
            .find(|(known, _)| *known == extension)
            .map(|&(_, format)| format)
            .ok_or_else(|| Problem::extension(&extension, Self::EXTENSIONS.map(|(known, _)| known)))
    }
}

/// A named array of a weight file.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Name in the file; of a `.npy` file its name without extension.
    pub name: String,
    /// Length of each dimension, outermost first.
    pub shape: Vec<usize>,
    /// Number format in the file.
    pub dtype: Dtype,
    /// The values in C order (last index fastest), rounded to f32; empty where `dtype` is [`Dtype::Unsupported`].
    pub values: Vec<f32>,
}

/// What a weight file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// Its format.
    pub format: Format,
    /// Its tensors: in the order of the state dict for PyTorch; for the others, whose files keep no order that means
    /// anything, sorted by name with numbers compared as numbers (`W2` before `W10`).
    pub tensors: Vec<Tensor>,
    /// What else the file holds, and where in it the tensors were found, a sentence each.
    pub beside: Vec<String>,
}

/// Reads a weight file of the format that its extension announces.
///
/// Memory stays within a small multiple of the file's size, whatever its headers claim.
///
/// # Errors
/// If there is no such file, the extension is unknown, the content is of another format, damaged, or holds pickled
/// code. Tensors of integers and other formats are no error here; [`to_mlp`] refuses them.
pub fn read(path: &Path) -> Result<WeightFile, WeightFileError> {
    read_bytes(path, || Format::of(path).map(|_| ()))
        .map_err(|problem| problem.in_file(path))
        .and_then(|bytes| parse(path, &bytes))
}

/// Reads a weight file from its content; `path` says which format it has and is named in errors, but not opened.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<WeightFile, WeightFileError> {
    parse_bytes(path, bytes).map_err(|problem| problem.in_file(path))
}

fn parse_bytes(path: &Path, bytes: &[u8]) -> Result<WeightFile, Problem> {
    let format = Format::of(path)?;
    let (mut tensors, beside) = match format {
        Format::Safetensors => (safetensors::read(bytes)?, Vec::new()),
        Format::Npz => (numpy::read_npz(bytes)?, Vec::new()),
        Format::Npy => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            (vec![numpy::read_npy(&name, bytes)?], Vec::new())
        }
        Format::PyTorch => pytorch::read(bytes)?,
        Format::Matlab => matlab::read(bytes)?,
    };
    let mut names = HashSet::new();
    if let Some(again) = tensors.iter().find(|tensor| !names.insert(&tensor.name)) {
        return Err(Problem::Twice {
            tensor: again.name.clone(),
        });
    }
    if format != Format::PyTorch {
        tensors.sort_by(|a, b| layer::natural_order(&a.name, &b.name));
    }
    Ok(WeightFile {
        path: path.to_path_buf(),
        format,
        tensors,
        beside,
    })
}

/// The content of the file at `path`, which must be a plain file, pass `check` and not be empty.
fn read_bytes(
    path: &Path,
    check: impl FnOnce() -> Result<(), Problem>,
) -> Result<Vec<u8>, Problem> {
    let metadata = std::fs::metadata(path).map_err(Problem::read)?;
    if metadata.is_dir() {
        return Err(Problem::Directory);
    }
    check()?;
    if !metadata.is_file() {
        return Err(Problem::NotAFile);
    }
    let bytes = std::fs::read(path).map_err(Problem::read)?;
    if bytes.is_empty() {
        return Err(Problem::ZeroLength);
    }
    Ok(bytes)
}

/// Reads an image of pixel intensities, such as the mean of a training set, from a `.npy` file of one or two
/// dimensions. Values are in C order.
///
/// # Errors
/// If the file cannot be read, is not such an array of floating-point numbers, or a value is not between 0 and 1.
pub fn read_image(path: &Path) -> Result<Vec<f32>, WeightFileError> {
    let read = || {
        let bytes = read_bytes(path, || match Format::of(path) {
            Ok(Format::Npy) => Ok(()),
            _ => Err(Problem::ImageExtension),
        })?;
        numpy::read_image(&bytes)
    };
    read().map_err(|problem| problem.in_file(path))
}

/// The numbers of the `.npy` array at `path`, in C order.
///
/// # Errors
/// If the file cannot be read, is no array of finite floating-point numbers, or has more than two dimensions.
pub fn read_numbers(path: &Path) -> Result<Vec<f32>, WeightFileError> {
    let read = || {
        let bytes = read_bytes(path, || match Format::of(path) {
            Ok(Format::Npy) => Ok(()),
            _ => Err(Problem::ImageExtension),
        })?;
        numpy::read_numbers(&bytes)
    };
    read().map_err(|problem| problem.in_file(path))
}

#[cfg(test)]
mod tests;

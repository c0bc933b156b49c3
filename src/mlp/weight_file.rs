//! Weights of a trained network from files and back: safetensors, NumPy, PyTorch, MATLAB, Keras, ONNX and NIR.
//!
//! [`parse`] takes a file apart into named [`Tensor`]s without executing anything that it holds, and
//! [`record::weight_file`](crate::record::weight_file) those that are HDF5 too; [`to_mlp`] maps them to
//! the layers of an [`Mlp`](super::perceptron::Mlp) or says what it cannot map; [`describe`] tells a user what is
//! inside; [`write_safetensors`], [`write_npz`] and [`write_matlab`] write a network so that others load it unchanged.

mod archive;
mod element;
mod error;
mod layer;
pub(crate) mod matlab;
mod npy_header;
mod numpy;
mod onnx;
mod pickle;
mod pytorch;
mod safetensors;
mod summary;
mod write;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub(crate) use archive::{Archive, Budget};
pub use element::Dtype;
use element::{count, gather};

use crate::base::file;
pub(crate) use error::looks_like;
pub use error::{Problem, WeightFileError};
pub use layer::{Bias, Order, Stated, to_mlp};
pub(crate) use numpy::{RawArray, raw_array, raw_arrays};
pub use summary::{Role, Summary, TensorSummary, describe};
pub use write::{check_writable, write_matlab, write_npz, write_safetensors};

/// The name under which files of ours hold the factor on hidden activations outside training, where that is not 1.
pub(super) const KEEP: &str = "keep";

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
    /// MATLAB file of versions 5 to 7.3, `.mat`.
    Matlab,
    /// Model that Keras saved, `.keras`, or `.h5` from before.
    Keras,
    /// ONNX model, `.onnx`.
    Onnx,
    /// Network in the Neuromorphic Intermediate Representation, `.nir`.
    Nir,
}

/// What a file is taken apart into: its tensors, and what else it holds, a sentence each.
pub(crate) type Parts = (Vec<Tensor>, Vec<String>);

impl Format {
    /// Extensions with their formats.
    const EXTENSIONS: [(&'static str, Self); 11] = [
        ("safetensors", Self::Safetensors),
        ("npz", Self::Npz),
        ("npy", Self::Npy),
        ("pt", Self::PyTorch),
        ("pth", Self::PyTorch),
        ("mat", Self::Matlab),
        ("keras", Self::Keras),
        ("h5", Self::Keras),
        ("hdf5", Self::Keras),
        ("onnx", Self::Onnx),
        ("nir", Self::Nir),
    ];

    /// The format in words, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Npz => "NumPy .npz",
            Self::Npy => "NumPy .npy",
            Self::PyTorch => "PyTorch",
            Self::Matlab => "MATLAB .mat",
            Self::Keras => "Keras",
            Self::Onnx => "ONNX",
            Self::Nir => "NIR",
        }
    }

    /// "a" or "an".
    const fn article(self) -> &'static str {
        match self {
            Self::Onnx => "an",
            _ => "a",
        }
    }

    /// Whether its files say themselves how layers follow each other, so that their tensors are in that order.
    const fn has_order(self) -> bool {
        matches!(self, Self::Keras | Self::Onnx | Self::Nir)
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
    /// Its tensors: in the order of the state dict for PyTorch and from input to output for Keras, ONNX and NIR; for the others, whose
    /// files keep no order that means anything, sorted by name with numbers compared as numbers (`W2` before `W10`).
    pub tensors: Vec<Tensor>,
    /// Factor on hidden activations outside training, 1 where the file says nothing: see [`Mlp`](crate::mlp::perceptron::Mlp).
    pub keep: f32,
    /// What else the file holds, and where in it the tensors were found, a sentence each.
    pub beside: Vec<String>,
}

impl WeightFile {
    /// What is in the file at `path`.
    pub(crate) fn new(
        path: &Path,
        format: Format,
        (mut tensors, mut beside): Parts,
    ) -> Result<Self, Problem> {
        let mut names = HashSet::new();
        if let Some(again) = tensors.iter().find(|tensor| !names.insert(&tensor.name)) {
            return Err(Problem::Twice {
                tensor: again.name.clone(),
            });
        }
        let keep = take_keep(&mut tensors)?;
        if keep < 1.0 {
            beside.push(format!(
                "trained with plain dropout: outside training hidden activations are taken times {keep}"
            ));
        }
        if format != Format::PyTorch && !format.has_order() {
            tensors.sort_by(|a, b| layer::natural_order(&a.name, &b.name));
        }
        Ok(Self {
            path: path.to_path_buf(),
            format,
            tensors,
            keep,
            beside,
        })
    }
}

/// Takes the factor on hidden activations out of `tensors`, if one of them is that.
///
/// # Errors
/// If it is no share.
fn take_keep(tensors: &mut Vec<Tensor>) -> Result<f32, Problem> {
    let is_keep = |tensor: &Tensor| tensor.name == KEEP && count(&tensor.shape) == Some(1);
    let Some(at) = tensors.iter().position(is_keep) else {
        return Ok(1.0);
    };
    let Tensor { dtype, values, .. } = tensors.remove(at);
    match values.first() {
        Some(&keep) if keep > 0.0 && keep <= 1.0 => Ok(keep),
        Some(&value) => Err(Problem::Keep { value }),
        None => Err(Problem::Dtype {
            tensor: KEEP.into(),
            dtype,
        }),
    }
}

impl Tensor {
    /// A matrix turned, so that its columns are rows; anything else as it is.
    pub(crate) fn turned(self) -> Self {
        let [rows, columns] = self.shape[..] else {
            return self;
        };
        let shape = vec![columns, rows];
        let values = gather(&self.values, 0, &shape, &[1, columns], self.values.len());
        Self {
            shape,
            values,
            ..self
        }
    }
}

/// The format that the name of the file at `path` announces; it must be a plain file that is not empty.
///
/// # Errors
/// If it is not, or the extension is unknown.
pub(crate) fn announced(path: &Path) -> Result<Format, Problem> {
    plain(path, || Format::of(path))
}

/// The content of the file at `path`.
///
/// # Errors
/// If the system refuses.
pub(crate) fn content(path: &Path) -> Result<Vec<u8>, Problem> {
    file::read(path).map_err(Problem::read)
}

/// Reads a weight file from its content; `path` says which format it has and is named in errors, but not opened.
///
/// Memory stays within a small multiple of the content's size, whatever its headers claim.
///
/// # Errors
/// If the extension is unknown, the content is of another format, damaged, or holds pickled code, or if the file is HDF5,
/// which [`record::weight_file`](crate::record::weight_file) reads. Tensors of integers and other formats are no error
/// here; [`to_mlp`] refuses them.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<WeightFile, WeightFileError> {
    Format::of(path)
        .and_then(|format| WeightFile::new(path, format, parts(format, path, bytes)?))
        .map_err(|problem| problem.in_file(path))
}

/// Takes the content of a file of `format` apart.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parts(format: Format, path: &Path, bytes: &[u8]) -> Result<Parts, Problem> {
    Ok(match format {
        Format::Safetensors => (safetensors::read(bytes)?, Vec::new()),
        Format::Npz => (numpy::read_npz(bytes)?, Vec::new()),
        Format::Npy => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            (vec![numpy::read_npy(&name, bytes)?], Vec::new())
        }
        Format::PyTorch => pytorch::read(bytes)?,
        Format::Matlab => matlab::read(bytes)?,
        Format::Onnx => onnx::read(bytes)?,
        Format::Keras | Format::Nir => return Err(Problem::OnDisk { format }),
    })
}

/// What `check` says of the file at `path`, which must be a plain file that is not empty.
fn plain<T>(path: &Path, check: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    let metadata = std::fs::metadata(path).map_err(Problem::read)?;
    if metadata.is_dir() {
        return Err(Problem::Directory);
    }
    let checked = check()?;
    if !metadata.is_file() {
        return Err(Problem::NotAFile);
    }
    if metadata.len() == 0 {
        return Err(Problem::ZeroLength);
    }
    Ok(checked)
}

/// The content of the `.npy` array at `path`.
fn array(path: &Path) -> Result<Vec<u8>, Problem> {
    plain(path, || match Format::of(path) {
        Ok(Format::Npy) => Ok(()),
        _ => Err(Problem::ImageExtension),
    })?;
    content(path)
}

/// An image.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Pixel intensities, row by row.
    pub pixels: Vec<f32>,
    /// Rows and columns, if the file says so: more than one of each.
    pub shape: Option<(usize, usize)>,
}

/// Reads an image of pixel intensities, such as the mean of a training set, from a `.npy` file of one or two
/// dimensions. Values are in C order.
///
/// # Errors
/// If the file cannot be read, is not such an array of floating-point numbers, or a value is not between 0 and 1.
pub fn read_image(path: &Path) -> Result<Image, WeightFileError> {
    array(path)
        .and_then(|bytes| numpy::read_image(&bytes))
        .map_err(|problem| problem.in_file(path))
}

/// The numbers of the `.npy` array at `path`, in C order.
///
/// # Errors
/// If the file cannot be read, is no array of finite floating-point numbers, or has more than two dimensions.
pub fn read_numbers(path: &Path) -> Result<Vec<f32>, WeightFileError> {
    array(path)
        .and_then(|bytes| numpy::read_numbers(&bytes))
        .map_err(|problem| problem.in_file(path))
}

#[cfg(test)]
mod tests;

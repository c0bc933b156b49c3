//! Arrays of weights in HDF5 files.

use std::path::Path;

use hdf5::Dataset;
use hdf5::types::TypeDescriptor;

use crate::mlp::weight_file::{Budget, Dtype, Format, Problem, Tensor};
use crate::record::cause::cause;
use crate::record::dataset::{Fault, readable};
use crate::record::whole;

/// Bytes of a number once it is read.
const NUMBER: u64 = size_of::<f32>() as u64;

/// The HDF5 file that a weight file is, and what may still be read from it.
pub(super) struct Source<'a> {
    /// Where it lies.
    pub(super) path: &'a Path,
    /// What it is, for messages.
    pub(super) format: Format,
    budget: Budget,
}

impl<'a> Source<'a> {
    /// The file of `format` at `path`.
    pub(super) fn new(path: &'a Path, format: Format) -> Self {
        let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        Self {
            path,
            format,
            budget: Budget::of(usize::try_from(length).unwrap_or(usize::MAX)),
        }
    }

    /// A fault of the file's structure.
    pub(super) fn damaged(&self, detail: impl Into<String>) -> Problem {
        Problem::damaged(self.format, detail)
    }

    /// What the library says against the file.
    pub(super) fn refused(&self, error: &hdf5::Error) -> Problem {
        self.damaged(cause(error))
    }

    /// The array `dataset` at `place` as the tensor `name`, in C order. Numbers that are not floating-point are left out.
    ///
    /// # Errors
    /// If the file does not hold its values, they are packed in a way that is not built in, or they are too many.
    pub(super) fn tensor(
        &mut self,
        dataset: &Dataset,
        place: &str,
        name: String,
    ) -> Result<Tensor, Problem> {
        let kind = dataset.dtype().and_then(|kind| kind.to_descriptor());
        let dtype = match kind {
            Ok(TypeDescriptor::Float(size)) if size as usize == 4 => Dtype::F32,
            Ok(TypeDescriptor::Float(_)) => Dtype::F64,
            Ok(other) => Dtype::Unsupported(other.to_string()),
            // Half precision among them.
            Err(error) => Dtype::Unsupported(cause(&error)),
        };
        let mut tensor = Tensor {
            name,
            shape: dataset.shape(),
            dtype,
            values: Vec::new(),
        };
        if matches!(tensor.dtype, Dtype::Unsupported(_)) {
            return Ok(tensor);
        }
        self.check(dataset, place, NUMBER)?;
        tensor.values = dataset
            .read_raw()
            .map_err(|error| self.damaged(format!("`{place}`: {}", cause(&error))))?;
        Ok(tensor)
    }

    /// Takes the room that the values of `dataset` need, of `bytes` each once they are read.
    ///
    /// # Errors
    /// If the file does not hold them, they are packed in a way that is not built in, or they are too many.
    pub(super) fn check(
        &mut self,
        dataset: &Dataset,
        place: &str,
        bytes: u64,
    ) -> Result<(), Problem> {
        readable(dataset, place).map_err(|fault| match fault {
            Fault::Content {
                place,
                found,
                expected,
            } => self.damaged(format!("`{place}`: found {found}, expected {expected}")),
            _ => self.damaged(format!("`{place}`")),
        })?;
        let file_bytes = || std::fs::metadata(self.path).map_or(0, |metadata| metadata.len());
        whole::check(dataset, file_bytes, &mut Vec::new())
            .map_err(|found| self.damaged(format!("`{place}`: found {found}")))?;
        // A chunk is unpacked as a whole, however little of it is in use.
        let chunk = dataset.chunk().unwrap_or_default();
        let unpacked = chunk
            .iter()
            .fold(bytes, |bytes, &n| bytes.saturating_mul(n as u64));
        let values = (dataset.size() as u64).saturating_mul(bytes);
        self.budget.take(values.saturating_add(unpacked))
    }
}

//! Weights of a trained network from files of every format, those that are HDF5 included.
//!
//! What needs no HDF5 is read by [`mlp::weight_file`](crate::mlp::weight_file), which also makes layers of what is found.

mod keras;
mod matlab;

use std::path::Path;

use crate::mlp::weight_file::{
    Format, Problem, WeightFile, WeightFileError, announced, content, parts,
};
use crate::record::nir_file;

/// Reads a weight file of the format that its extension announces.
///
/// Memory stays within a small multiple of the file's size, whatever its headers claim.
///
/// # Errors
/// If there is no such file, the extension is unknown, the content is of another format, damaged, holds pickled code, or
/// describes a network of other than linear layers with ReLU between them. Tensors of integers and other formats are no
/// error here; [`to_mlp`](crate::mlp::weight_file::to_mlp) refuses them.
pub fn read(path: &Path) -> Result<WeightFile, WeightFileError> {
    take_apart(path).map_err(|problem| problem.in_file(path))
}

/// The layers of the network in a NIR file, which need not follow each other: each as a weight file of one.
///
/// # Errors
/// As [`read`], and if a node has no counterpart here.
pub fn nir_layers(path: &Path) -> Result<Vec<WeightFile>, WeightFileError> {
    let layers = || {
        let layers = nir_file::layers(path)?.into_iter();
        let file = |tensors| WeightFile::new(path, Format::Nir, (tensors, Vec::new()));
        layers.map(file).collect::<Result<_, Problem>>()
    };
    layers().map_err(|problem: Problem| problem.in_file(path))
}

fn take_apart(path: &Path) -> Result<WeightFile, Problem> {
    let format = announced(path)?;
    let parts = match format {
        Format::Keras => keras::read(path)?,
        Format::Nir => nir_file::weights(path)?,
        Format::Matlab if matlab::is_hdf5(path)? => matlab::read(path)?,
        _ => parts(format, path, &content(path)?)?,
    };
    WeightFile::new(path, format, parts)
}

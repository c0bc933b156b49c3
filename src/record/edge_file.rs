//! Synapses in files: SONATA HDF5 of any program, a sparse matrix of SciPy, or a table in CSV.

mod attribute;
mod csv;
mod npz;
mod sonata;
#[cfg(test)]
mod tests;
mod types;
pub mod write;

use std::path::{Path, PathBuf};

use super::dataset::{Fault, listing};
use super::open::is_hdf5;
use crate::connection::{EdgeList, Edges};
use crate::network::EdgeFile;
use types::EdgeTypes;

/// Why synapses cannot be read from a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EdgeFileError {
    /// The file cannot be opened or read.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system or the HDF5 library says.
        cause: String,
    },
    /// Something in the file is not as it must be.
    #[error("`{}`: {place}: found {found}, expected {expected}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Line, or dataset and index.
        place: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// No edge population of the name asked for, or none was asked for and there is not exactly one.
    #[error("`{}`: {problem}; the file has {}\n  help: {help}", path.display(), listing(found))]
    Population {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// Edge populations in the file.
        found: Vec<String>,
        /// A way out.
        help: String,
    },
}

/// Reads all edges of `file` into `list`, which is empty and says between how many neurons they are and whether their
/// weights and delays are wanted.
///
/// An HDF5 file must hold `/edges/<population>/{source_node_id, target_node_id}` as in the SONATA developer guide; the
/// population may be left out if there is only one. `syn_weight`, `delay` and `dendritic_delay` (ms) are read where they are wanted, `nsyns`
/// always, each from the group that `edge_group_id` names, else from the edge's type in `file.types`; an edge with `nsyns`
/// acts as so many synapses. What may change the meaning of an edge and is not read is warned about by name. The names of
/// node populations are not looked at.
///
/// A file that ends in `.npz` is a sparse matrix of sources × targets as `scipy.sparse.save_npz` writes it: weights are its
/// entries, delays an array `delay` (ms) beside them, and what of each lies behind the synapse an array `dendritic_delay`.
///
/// Anything else is read as a table: a header `source,target`, `source,target,weight`, `source,target,delay_ms` or
/// `source,target,weight,delay_ms`, or one with the columns that `file` names, between commas, semicolons, tabs or spaces; then
/// a row per edge; populations and types are ignored, because such a table has none.
/// Weights are in the unit of the projection, ids count from 0.
///
/// # Errors
/// With file and line, or dataset and index: unreadable or malformed files, ids of no neuron, weights that are not finite,
/// and delays that are not above 0.
pub fn read(file: &EdgeFile, list: EdgeList) -> Result<Edges, EdgeFileError> {
    let mut unused = Vec::new();
    let edges = read_told(file, list, &mut unused)?;
    unused.iter().for_each(|told| tracing::warn!("{told}"));
    Ok(edges)
}

/// As [`read`]; adds what it would warn about to `unused`, a line each.
///
/// # Errors
/// As [`read`].
pub fn read_told(
    file: &EdgeFile,
    list: EdgeList,
    unused: &mut Vec<String>,
) -> Result<Edges, EdgeFileError> {
    let path = &file.path;
    let wrong = |fault| EdgeFileError::new(path, fault);
    if is_npz(path) {
        return npz::read(path, list, unused).map_err(wrong);
    }
    match is_hdf5(path) {
        Err(cause) => Err(wrong(Fault::Unreadable(cause))),
        Ok(false) => csv::read(path, file.columns.as_ref(), list).map_err(wrong),
        Ok(true) if file.columns.is_some() => Err(wrong(Fault::content(
            "columns",
            "names of columns",
            "none: they belong to a table, and the file is HDF5",
        ))),
        Ok(true) => {
            let (table, models) = (file.types.as_deref(), file.synapse_models.as_deref());
            let types = table.map(|table| EdgeTypes::read(table, models, list.weighted()));
            let types = types.transpose()?;
            let population = file.population.as_deref();
            sonata::read((path, population), types.as_ref(), list, unused).map_err(wrong)
        }
    }
}

/// That the file at `path` has parts of delays in place of which `list` takes what the model file gives.
fn unused_dendritic(path: &Path, list: &EdgeList) -> String {
    let key = match list.delayed() {
        true => "dendritic_delay",
        false => "axonal_delay",
    };
    format!(
        "`{}`: `dendritic_delay` is not used: the model file gives `{key}`",
        path.display()
    )
}

/// Whether the name of the file says that it is an archive of NumPy arrays.
fn is_npz(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("npz"))
}

/// Every file that decides what [`read`] reads.
pub fn files(file: &EdgeFile) -> Vec<PathBuf> {
    let models = file.synapse_models.iter().filter_map(|folder| {
        let entries = std::fs::read_dir(folder).ok()?;
        Some(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())))
    });
    let models = models.flatten();
    let models = models.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let own = std::iter::once(file.path.clone()).chain(file.types.clone());
    own.chain(models).collect()
}

impl EdgeFileError {
    fn new(path: &Path, fault: Fault) -> Self {
        let path = path.to_owned();
        match fault {
            Fault::Unreadable(cause) => Self::Unreadable { path, cause },
            Fault::Content {
                place,
                found,
                expected,
            } => Self::Content {
                path,
                place,
                found,
                expected,
            },
            Fault::Population {
                problem,
                found,
                help,
            } => Self::Population {
                path,
                problem,
                found,
                help,
            },
        }
    }
}

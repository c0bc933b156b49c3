//! Going on with a run file that a stopped or killed run left: a file killed in single-writer-multiple-reader mode
//! cannot be opened for writing again, so it is copied, and the copy takes its place.

use std::path::{Path, PathBuf};

use hdf5::File;

use super::cause::cause;
use super::contents::{Contents, file_builder};
use super::frame::align_times;
use super::header::Header;
use super::layout::Layout;
use super::length::Lengths;
use super::model;
use super::output::{part_of, replace};
use super::recover::{RecoverError, copy_groups, damaged_or_full, open_run};
use super::sum::block_rows;

/// Why a run file cannot be gone on with. It is left as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReopenError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RecoverError),
    /// The file of another run.
    #[error(
        "`{}`: holds a run of another model than the checkpoint beside it\n  help: a run file and its checkpoint go \
         together; put back the one that belongs to the other", path.display()
    )]
    Model {
        /// The file.
        path: PathBuf,
    },
    /// Less in the file than there should be.
    #[error(
        "`{}`: `{dataset}` holds {found} values, expected at least {expected}, which the checkpoint counts\n  help: the \
         file is older than its checkpoint, or of another run", path.display()
    )]
    Short {
        /// The file.
        path: PathBuf,
        /// Path of the dataset in it.
        dataset: String,
        /// Rows it has.
        found: u64,
        /// Rows that the checkpoint counts.
        expected: u64,
    },
    /// Other values in the file than were written.
    #[error(
        "`{}`: `{dataset}` is damaged: values from {first} to {last} differ from those that were written, by the sums in \
         the checkpoint\n  help: put back a copy of the run's folder from before, or run anew; `sharpwave recover` takes out \
         what the file holds", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Path of the dataset in it.
        dataset: String,
        /// The first row that may be meant.
        first: usize,
        /// The last.
        last: usize,
    },
    /// The copy cannot be written.
    #[error("`{}`: cannot write: {cause}", path.display())]
    Write {
        /// The copy, or the file whose name it should take.
        path: PathBuf,
        /// What the system or the HDF5 library says.
        cause: String,
    },
}

/// Copies the first `lengths` of the run file `path` and puts the copy in its place, open for writing; whether it can
/// be read meanwhile.
///
/// # Errors
/// As [`RunFile::reopen`](super::run_file::RunFile::reopen).
pub(super) fn reopen(
    path: &Path,
    layout: &Layout,
    before: &[String],
    lengths: &Lengths,
) -> Result<(Contents, bool), ReopenError> {
    let source = open_run(path)?;
    check(path, &source, (layout, before), lengths)?;
    let part = part_of(path);
    let opened = copy(path, &source, &part, layout, lengths);
    let failed = |cause| ReopenError::Write {
        path: part.clone(),
        cause,
    };
    let placed = opened.and_then(|opened| {
        replace(&part, path).map_err(|error| failed(error.to_string()))?;
        Ok(opened)
    });
    if placed.is_err() {
        // What is left of the copy is of no use; the original is untouched.
        let _ = std::fs::remove_file(&part);
    }
    placed
}

fn check(
    path: &Path,
    source: &File,
    (layout, before): (&Layout, &[String]),
    lengths: &Lengths,
) -> Result<(), ReopenError> {
    let is_own = |text| text == layout.resolved || before.contains(&text);
    if !model::resolved(source).is_ok_and(is_own) {
        return Err(ReopenError::Model {
            path: path.to_owned(),
        });
    }
    for (dataset, expected) in lengths.iter() {
        let rows = source.dataset(dataset).map(|found| found.shape());
        let found = rows.map_or(0, |shape| shape.first().copied().unwrap_or(0)) as u64;
        if found < expected {
            return Err(ReopenError::Short {
                path: path.to_owned(),
                dataset: dataset.to_owned(),
                found,
                expected,
            });
        }
    }
    Ok(())
}

/// The copy, cut, flushed and open.
fn copy(
    path: &Path,
    source: &File,
    part: &Path,
    layout: &Layout,
    lengths: &Lengths,
) -> Result<(Contents, bool), ReopenError> {
    let failed = |cause: String| ReopenError::Write {
        path: part.to_owned(),
        cause,
    };
    let copy = file_builder()
        .create(part)
        .map_err(|error| failed(cause(&error)))?;
    let filled = Header::read(source).and_then(|header| {
        let unfinished = Header {
            complete: false,
            fingerprint: String::new(),
            ..header
        };
        unfinished.write(&copy)?;
        copy_groups(source, &copy)?;
        model::replace(&copy, layout)?;
        cut(&copy, lengths)
    });
    filled.map_err(|error| damaged_or_full(path, part, &error))?;
    let opened = Contents::go_live(copy, layout).map_err(|error| failed(cause(&error)))?;
    undamaged(path, source, lengths, &opened.0.lengths())?;
    opened.0.flush().map_err(|error| failed(cause(&error)))?;
    Ok(opened)
}

/// Compares what was `copied` with what the checkpoint counts.
fn undamaged(
    path: &Path,
    source: &File,
    lengths: &Lengths,
    copied: &Lengths,
) -> Result<(), ReopenError> {
    let Some((dataset, block)) = lengths.first_difference(copied) else {
        return Ok(());
    };
    let shape = source.dataset(dataset).map(|dataset| dataset.shape());
    let width = shape.map_or(1, |shape| shape.iter().skip(1).product());
    let rows = block_rows(width);
    Err(ReopenError::Damaged {
        path: path.to_owned(),
        dataset: dataset.to_owned(),
        first: block * rows,
        last: ((block + 1) * rows)
            .min(lengths.of(dataset))
            .saturating_sub(1),
    })
}

/// Cuts every dataset to its length.
fn cut(copy: &File, lengths: &Lengths) -> hdf5::Result<()> {
    for (path, rows) in lengths.iter() {
        let dataset = copy.dataset(path)?;
        let mut shape = dataset.shape();
        if let Some(length) = shape.first_mut() {
            *length = rows as usize;
            dataset.resize(shape)?;
        }
    }
    align_times(copy).map(drop)
}

#[cfg(test)]
mod tests;

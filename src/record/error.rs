//! What can go wrong while a run is recorded.

use std::path::PathBuf;

/// Why a run file cannot be made or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file is there already.
    #[error(
        "`{}`: exists already, and a run overwrites nothing\n  help: name another file with `--out`, or move this one \
         away", path.display()
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be made.
    #[error("`{}`: cannot create the run file: {cause}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system or the HDF5 library says.
        cause: String,
    },
    /// A name that HDF5 cannot use as the name of one object.
    #[error(
        "run file: {what} is named `{name}`; expected a name without `/`, other than `.` or nothing"
    )]
    Name {
        /// `population` or `projection`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A write failed, now or earlier.
    #[error(
        "`{}`: cannot write: {cause}\n  help: what was flushed before is kept; if the file does not open, \
         `sharpwave recover` makes an ordinary file of it", path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system or the HDF5 library says.
        cause: String,
    },
    /// Weights of another shape than the layout's.
    #[error(
        "run file: weights of `{projection}` have shape {found:?} (target, source), expected {expected:?}"
    )]
    Shape {
        /// Name of the projection.
        projection: String,
        /// Shape given.
        found: (usize, usize),
        /// Shape of the layout.
        expected: (usize, usize),
    },
}

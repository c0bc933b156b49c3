//! Why a run cannot be read.

use std::fmt;
use std::path::PathBuf;

use crate::base::suggest;
use crate::record::recover::RecoverError;

/// Why a run, or a part of it, cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It is no run file, or damaged as a whole.
    #[error(transparent)]
    Open(#[from] RecoverError),
    /// A folder without a run.
    #[error("`{}`: holds no run, expected a folder with `{}`", path.display(), super::FILE)]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// Something in the file is not as a run leaves it.
    #[error("`{}`: {place}: found {found}, expected {expected}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Path of the dataset in it, and index if it is one value.
        place: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// The HDF5 library cannot read a part of the file.
    #[error("`{}`: {place}: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Path of the dataset in it.
        place: String,
        /// What the library says.
        cause: String,
    },
    /// A name that the run does not know.
    #[error("`{}`: has no {kind} `{name}`{}", path.display(), help(name, known))]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        kind: Kind,
        /// Under which name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A population whose spikes were not recorded.
    #[error(
        "`{}`: the spikes of `{population}` were not recorded\n  help: name it in `record.spikes` of the model file",
        path.display()
    )]
    NotRecorded {
        /// The file.
        path: PathBuf,
        /// The population.
        population: String,
    },
}

/// What a [`RecordingError::Unknown`] name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A population.
    Population,
    /// A projection whose weights are recorded.
    Projection,
    /// A trigger.
    Trigger,
    /// A stimulus that comes in pulses.
    Stimulus,
    /// A report of sampled states.
    Report,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Population => "population",
            Self::Projection => "recorded projection",
            Self::Trigger => "trigger",
            Self::Stimulus => "stimulus with pulses",
            Self::Report => "report",
        })
    }
}

fn help(name: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    suggest::help(name, &known).map_or_else(String::new, |help| format!("\n  help: {help}"))
}

//! What ends a run before its time, and why one cannot go on.

use std::path::PathBuf;

use crate::base::stop::Stopped;
use crate::engine::error::SimulationError;
use crate::record::error::RecordError;
use crate::run::guard::Tripped;

/// Why a run ended before its time.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The run file.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Something asked of a network that it does not have.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The run was to stop while a network was looked at.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// A guard.
    #[error(transparent)]
    Tripped(#[from] Tripped),
    /// A run that cannot go on.
    #[error(transparent)]
    Resume(#[from] ResumeError),
}

/// Why a run cannot go on though its checkpoint is whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// Neither a run's folder nor a file in one.
    #[error(
        "`{}`: found no run, expected the folder of one, or its `checkpoint` or `run.h5`", path.display()
    )]
    NoRun {
        /// What was named.
        path: PathBuf,
    },
    /// A file that the model reads has another content.
    #[error(
        "`{}`: the file has changed since the run began, expected what it held then\n  help: put back the file as it was, \
         or run the model again from the start", path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
    },
    /// A file that the model reads cannot be read.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// Another limit of a run that needs none.
    #[error("`{}`: the run has come to its end, expected one that a guard stopped, as `--set` is given", path.display())]
    Ended {
        /// The run's folder.
        path: PathBuf,
    },
    /// A change of something that stays as it was.
    #[error(
        "`--set {0}`: expected another limit of a guard, `guard.max_rate`, `guard.min_rate` or \
         `projection.NAME.plasticity.max_weight`\n  help: all else stays as it was when the run began; run a changed model anew, \
         into another folder"
    )]
    Limit(String),
    /// A change to a run of several seeds.
    #[error(
        "`--set`: found a run of {0} seeds, expected one\n  help: run each seed by itself, or a changed model anew, into another \
         folder"
    )]
    Seeds(u64),
    /// The model resolves to something else.
    #[error(
        "`{}`: its model file does not read back as the same model\n  help: go on with the build of sharpwave that \
         wrote it", path.display()
    )]
    Model {
        /// The checkpoint.
        path: PathBuf,
    },
    /// Another network is built from the same model.
    #[error(
        "the network built from the checkpoint's model is not the one that ran\n  help: go on with the build of sharpwave \
         that wrote it"
    )]
    Graph,
    /// A state that does not fit the model.
    #[error("the checkpoint's state does not fit its model: {0}")]
    State(String),
}

//! How a command may end, and the exit code of each way.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::config::ConfigError;
use crate::experiment::error::ExperimentError;
use crate::experiment::sweep::error::SweepError;
use crate::mlp::conversion::ConversionError;
use crate::mlp::dataset::DataError;
use crate::mlp::weight_file::WeightFileError;
use crate::record::recover::RecoverError;
use crate::run::guard::Tripped;

/// Exit code of a bug.
pub(super) const BUG: u8 = 1;
/// Exit code of bad input and of anything else that the user can mend; clap uses the same.
pub(super) const INPUT: u8 = 2;
/// Exit code of a run that was stopped early and left a readable file.
pub(super) const STOPPED: u8 = 3;
/// Exit code of a run that a guard stopped.
pub(super) const GUARD: u8 = 4;

/// Why a command did not end as it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Something that the user can mend: input, a full disk, an output path.
    #[error(transparent)]
    Input(Box<dyn Error + Send + Sync>),
    /// A run, stopped with a checkpoint.
    #[error(
        "stopped early; `{0}/run.h5` is readable up to where the run stood\n  help: `sharpwave resume {0}` goes on from \
         there", directory.display()
    )]
    Stopped {
        /// Folder of the run.
        directory: PathBuf,
    },
    /// A run that was to go on, stopped before it did.
    #[error(
        "stopped early, before the run went on: its checkpoint is as it was\n  help: `sharpwave resume {}` goes on with it",
        directory.display()
    )]
    Unmoved {
        /// Folder of the run.
        directory: PathBuf,
    },
    /// A sweep, stopped with some of its rows done.
    #[error(
        "stopped early; {done} of {of} runs are done\n  help: the same command with `--out {}` goes on with the others", folder.display()
    )]
    Unswept {
        /// Folder of the sweep.
        folder: PathBuf,
        /// Rows that are done.
        done: usize,
        /// Rows in all.
        of: usize,
    },
    /// A guard stopped the run.
    #[error("{0}")]
    Guard(Tripped),
    /// A guard stopped the run, which can go on under another limit.
    #[error(
        "{tripped}\n  help: `sharpwave resume {} --set {limit}=VALUE` goes on from the last checkpoint under another limit", directory.display()
    )]
    Guarded {
        /// What tripped.
        tripped: Tripped,
        /// The key of its limit.
        limit: String,
        /// Folder of the run.
        directory: PathBuf,
    },
    /// Stopped by a signal before there was anything to keep.
    #[error("stopped early; nothing was written")]
    Nothing,
    /// Results could not be printed.
    #[error("stdout: {0}")]
    Output(#[from] io::Error),
}

/// Errors of the layers below: all are the user's to mend.
macro_rules! from_input {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::input(error)
            }
        }
    )*};
}

from_input!(
    ConfigError,
    ConversionError,
    DataError,
    RecoverError,
    WeightFileError
);

impl From<ExperimentError> for Failure {
    fn from(error: ExperimentError) -> Self {
        match error {
            ExperimentError::Tripped(tripped) => Self::Guard(tripped),
            stopped if stopped.is_stop() => Self::Nothing,
            other => Self::input(other),
        }
    }
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Run(error) => (*error).into(),
            other => Self::input(other),
        }
    }
}

impl Failure {
    /// Something that the user can mend.
    pub(super) fn input(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Input(error.into())
    }

    /// The exit code; `None` where there is nothing to complain about: whoever read our output has read enough.
    pub(super) fn exit_code(&self) -> Option<u8> {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Self::Input(_) | Self::Output(_) => Some(INPUT),
            Self::Stopped { .. } | Self::Unmoved { .. } | Self::Unswept { .. } | Self::Nothing => {
                Some(STOPPED)
            }
            Self::Guard(_) | Self::Guarded { .. } => Some(GUARD),
        }
    }
}

/// Adds to every panic's message that it is a bug and what to report.
pub(super) fn announce_bugs() {
    let standard = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        standard(panic);
        eprintln!(
            "This is a bug in sharpwave {} ({} {}). Please report it with the lines above, the command and the \
             model file.",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_the_help() {
        let stopped = Failure::Stopped {
            directory: "run-001".into(),
        };
        let guard = Failure::from(ExperimentError::Tripped(Tripped::NonFinite {
            population: "e".into(),
            neuron: 0,
            time: crate::base::time::Time::ZERO,
        }));
        let closed = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        let full = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(Failure::input("x").exit_code(), Some(2));
        assert_eq!(stopped.exit_code(), Some(3));
        assert_eq!(guard.exit_code(), Some(4));
        assert_eq!(closed.exit_code(), None);
        assert_eq!(full.exit_code(), Some(2));
    }
}

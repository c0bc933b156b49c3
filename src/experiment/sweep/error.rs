//! Why a sweep cannot begin, or go on.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::experiment::error::ExperimentError;
use crate::experiment::sweep::axis::AxisError;
use crate::experiment::sweep::measure::MeasureError;
use crate::record::lock::Busy;
use crate::record::output::OutputError;

/// Anything that stops a sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Values of a key.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// What is measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The model file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The model file at one of the points.
    #[error("{error}\n  help: at the point {point}")]
    Point {
        /// What is wrong.
        error: ConfigError,
        /// Keys and values.
        point: String,
    },
    /// A key that sweeps have their own way for.
    #[error("`{key}` cannot be swept: {instead}")]
    Key {
        /// The key.
        key: String,
        /// What to do.
        instead: &'static str,
    },
    /// More points than anybody has time for.
    #[error(
        "found {found} points, expected at most {most}\n  help: `--random N` draws some of them"
    )]
    TooMany {
        /// Points asked for.
        found: usize,
        /// What is taken.
        most: usize,
    },
    /// More runs than anybody has time for.
    #[error(
        "found {seeds} seeds of {points} points, expected at most {most_seeds} seeds and {most} runs in all"
    )]
    TooManyRuns {
        /// Points.
        points: usize,
        /// Seeds of each.
        seeds: u64,
        /// Most seeds.
        most_seeds: u64,
        /// Most runs.
        most: usize,
    },
    /// Of what it was begun with something is another.
    #[error(
        "`{}`: this sweep was begun with {what} {then}, found {now}\n  help: rows of two models make no table; name another folder \
         with `--out`", folder.display()
    )]
    Changed {
        /// The sweep's folder.
        folder: PathBuf,
        /// What it is.
        what: &'static str,
        /// As it was.
        then: String,
        /// As it is.
        now: String,
    },
    /// A folder with something else in it.
    #[error(
        "`{}`: exists already and holds no sweep, and nothing is overwritten\n  help: name another folder with `--out`",
        folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
    },
    /// A file of a sweep that nobody can make sense of.
    #[error("`{}`: line {line} is not as a sweep writes it: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        cause: String,
    },
    /// Something cannot be read or written.
    #[error("`{}`: cannot {verb}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// `read` or `write`.
        verb: &'static str,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Threads that the system does not give.
    #[error("cannot start threads: {cause}")]
    Threads {
        /// What it says.
        cause: String,
    },
    /// A folder or a file that cannot be made.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Another program works on the same part.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A run.
    #[error(transparent)]
    Run(Box<ExperimentError>),
}

impl From<ExperimentError> for SweepError {
    fn from(error: ExperimentError) -> Self {
        Self::Run(Box::new(error))
    }
}

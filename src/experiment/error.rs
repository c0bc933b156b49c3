//! Why an experiment cannot run or go on.

use std::path::{Path, PathBuf};

use crate::base::parameter::ParameterError;
use crate::base::stop::Stopped;
use crate::base::time::{Duration, Time};
use crate::config::ConfigError;
use crate::engine::assembly::AssemblyError;
use crate::engine::error::SimulationError;
use crate::experiment::bound::Bound;
use crate::experiment::night::error::NightError;
use crate::mlp::conversion::ConversionError;
use crate::mlp::dataset::DataError;
use crate::mlp::selection::SelectionError;
use crate::mlp::training::TrainingError;
use crate::mlp::weight_file::WeightFileError;
use crate::network::NetworkError;
use crate::protocol::hypnogram::TooLong;
use crate::record::checkpoint::CheckpointError;
use crate::record::edge_file::EdgeFileError;
use crate::record::error::RecordError;
use crate::record::lock::Busy;
use crate::record::output::OutputError;
use crate::record::position_file::PositionFileError;
use crate::record::recording::RecordingError;
use crate::record::reopen::ReopenError;
use crate::record::spike_file::SpikeFileError;
use crate::report::FigureError;
use crate::run::error::{ResumeError, RunError};
use crate::run::guard::Tripped;

/// Anything that stops an experiment: bad input, or a file that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The model file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data set.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The choice of images.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The weight file, or an image file.
    #[error(transparent)]
    WeightFile(#[from] WeightFileError),
    /// The spike file.
    #[error(transparent)]
    SpikeFile(#[from] SpikeFileError),
    /// The edge file.
    #[error(transparent)]
    EdgeFile(#[from] EdgeFileError),
    /// The file of positions.
    #[error(transparent)]
    PositionFile(#[from] PositionFileError),
    /// Training.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// A night that dreams.
    #[error(transparent)]
    Night(#[from] NightError),
    /// Conversion to a spiking network.
    #[error(transparent)]
    Conversion(#[from] ConversionError),
    /// A parameter.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The description of the network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// What a file says of a network, which cannot be.
    #[error("`{}`: {error}", path.display())]
    OfFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: NetworkError,
    },
    /// The network.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
    /// Something asked of a network that it does not have.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// What a bout makes of a network, which cannot be.
    #[error("bout `{bout}`: {error}")]
    Bout {
        /// Its name.
        bout: String,
        /// What cannot be.
        error: Box<SimulationError>,
    },
    /// The bouts.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The run file.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The run file of a run to go on with.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
    /// A run that cannot go on.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// A folder that another program writes.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A guard stopped the run; its file is whole up to there.
    #[error(transparent)]
    Tripped(#[from] Tripped),
    /// A run that failed and has a checkpoint.
    #[error(
        "{error}\n  help: once that is mended, `sharpwave resume {}` goes on from the last checkpoint",
        directory.display()
    )]
    Resumable {
        /// What went wrong.
        error: Box<ExperimentError>,
        /// Folder of the run.
        directory: PathBuf,
    },
    /// A run that failed and would fail again.
    #[error(
        "{error}\n  help: `{}` holds the run up to there; it cannot go on, and is in the way of another of this name",
        directory.display()
    )]
    Left {
        /// What went wrong.
        error: Box<ExperimentError>,
        /// Folder of the run.
        directory: PathBuf,
    },
    /// It was told to stop before there was anything to go on with.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// A run file that is read back.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// Another output file.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A figure.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A run file of a run that has not begun.
    #[error("`{}`: holds no simulated time and no scores: there is nothing to report", path.display())]
    EmptyRun {
        /// The run file.
        path: PathBuf,
    },
    /// A time that a run has not come to.
    #[error("`{option}`: found {at}, expected a time within `{}`, which ends at {stop}", path.display())]
    BeyondRun {
        /// What gave the time.
        option: &'static str,
        /// The time.
        at: Time,
        /// The run file.
        path: PathBuf,
        /// Its end.
        stop: Time,
    },
    /// A run file without spikes, weights and scores.
    #[error(
        "`{}`: holds no spikes, weights or scores: there is nothing to report\n  help: name what is to be recorded under \
         [record] in the model file", path.display()
    )]
    NothingRecorded {
        /// The run file.
        path: PathBuf,
    },
    /// Input spikes off the grid of a time-stepped run.
    #[error(
        "`{file}`: spike of unit {unit} at {time_ms} ms lies off the grid of {grid_ms} ms\n  help: set `sleep.grid = \"off\"` \
         for exact times, or round the spikes"
    )]
    OffGrid {
        /// The spike file.
        file: String,
        /// The unit.
        unit: u32,
        /// When it spikes.
        time_ms: f64,
        /// The grid.
        grid_ms: f64,
    },
    /// Spikes from a file that are moved too far.
    #[error(
        "`{file}`: a spike at {last}, moved by `stimulus.{stimulus}.from`, {from}, expected all within 106 days, the clock's range"
    )]
    SpikesBeyondClock {
        /// The spike file.
        file: String,
        /// The stimulus.
        stimulus: String,
        /// The last spike in the file.
        last: Time,
        /// How far they are moved.
        from: Duration,
    },
    /// A layer that the weight file does not have.
    #[error(
        "`{file}`: found {layers} layers, expected at least {layer}, the one that `projection.{projection}.layer` names"
    )]
    NoLayer {
        /// The weight file.
        file: String,
        /// The projection.
        projection: String,
        /// The layer, from 1.
        layer: usize,
        /// How many there are.
        layers: usize,
    },
    /// An image whose shape is not known.
    #[error(
        "[sleep.input] patch: a window needs an image of known shape; found {pixels} input units and no data set\n  \
         help: name a data set in [data], give the pattern as an array of two dimensions, or set `patch = \"off\"`"
    )]
    NoShape {
        /// Units of the input layer.
        pixels: usize,
    },
    /// What became of one seed.
    #[error("seed {seed}: {error}")]
    Seed {
        /// The seed.
        seed: u64,
        /// What happened.
        error: Box<ExperimentError>,
    },
    /// A window that is larger than the images.
    #[error(
        "[sleep.input] patch: found a window of {side} x {side} pixels, expected at most {}, the shorter side of images of \
         {height} x {width}",
        .width.min(.height)
    )]
    Window {
        /// Pixels along its sides.
        side: usize,
        /// Pixels along a row of an image.
        width: usize,
        /// Rows of an image.
        height: usize,
    },
    /// A pattern of another size than the input layer.
    #[error("`{file}`: found {found} pixels, expected {expected}, one per unit of the input layer")]
    PatternSize {
        /// The pattern file.
        file: String,
        /// Its pixels.
        found: usize,
        /// Units of the input layer.
        expected: usize,
    },
    /// A pattern of another shape than the images.
    #[error(
        "[sleep.input] pattern: `{file}` has {} rows of {} pixels, expected {} of {}, as the images have that the network learns\n  \
         help: `.T` turns an array round; an array of one dimension is taken pixel by pixel",
        .found.0, .found.1, .expected.0, .expected.1
    )]
    PatternShape {
        /// The pattern file.
        file: String,
        /// Its rows and columns.
        found: (usize, usize),
        /// Those of the images.
        expected: (usize, usize),
    },
    /// A model larger than the memory that there is for it.
    #[error(
        "the model needs {needed_gb:.1} GB of memory ({what}), expected at most {left_gb:.1} GB, all that is {bound}\n  help: `sharpwave check` shows what a model takes"
    )]
    Memory {
        /// What the model takes, in 10⁹ bytes.
        needed_gb: f64,
        /// What there is, in 10⁹ bytes.
        left_gb: f64,
        /// What holds it down.
        bound: Bound,
        /// Where its bytes go.
        what: String,
    },
}

impl From<RunError> for ExperimentError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Record(error) => error.into(),
            RunError::Tripped(tripped) => tripped.into(),
            RunError::Resume(error) => error.into(),
            RunError::Simulation(error) => error.into(),
            RunError::Stopped(stopped) => stopped.into(),
        }
    }
}

impl ExperimentError {
    /// Whether a run that went on would end in the same way, whatever is mended outside of it.
    pub(super) fn would_recur(&self) -> bool {
        !self.is_stop()
            && matches!(
                self.cause(),
                Self::Training(_)
                    | Self::Night(_)
                    | Self::Seed { .. }
                    | Self::Conversion(_)
                    | Self::Tripped(_)
                    | Self::Assembly(_)
            )
    }

    /// Adds where the run is that failed for good.
    pub(super) fn left_in(self, directory: &Path) -> Self {
        match self {
            // What a guard leaves is there to be looked at.
            Self::Tripped(_) => self,
            other => Self::Left {
                error: Box::new(other),
                directory: directory.to_owned(),
            },
        }
    }

    /// What went wrong, without a word on the folder.
    pub(super) fn cause(&self) -> &Self {
        match self {
            Self::Left { error, .. } => error.cause(),
            other => other,
        }
    }

    /// Says which seed it is of, where another might do better.
    pub(super) fn of_seed(self, seed: u64) -> Self {
        match self {
            Self::Training(_) | Self::Night(_) | Self::Conversion(_) => Self::Seed {
                seed,
                error: Box::new(self),
            },
            other => other,
        }
    }

    /// Whether it was told to stop while it read files or built a network.
    pub(crate) fn is_stop(&self) -> bool {
        matches!(
            self,
            Self::Stopped(_) | Self::Assembly(AssemblyError::Stopped(_))
        )
    }

    /// Adds how to go on with the run in `directory`, where that is of use.
    pub(super) fn resumable(self, directory: &Path) -> Self {
        match self {
            Self::Record(_) | Self::Output(_) | Self::Figure(_) | Self::WeightFile(_) => {
                Self::Resumable {
                    error: Box::new(self),
                    directory: directory.to_owned(),
                }
            }
            other => other,
        }
    }
}

/// `done`, or nothing if that was told to stop.
pub(super) fn unless_stopped<T>(
    done: Result<T, ExperimentError>,
) -> Result<Option<T>, ExperimentError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.is_stop() => Ok(None),
        Err(error) => Err(error),
    }
}

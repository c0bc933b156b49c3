//! What may be typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use crate::base::parameter::Dimension;
use crate::base::time::Time;
use crate::config::typed;
use crate::experiment::sweep::Shard;
use crate::experiment::sweep::measure::On;
use crate::stimulus::spike_list::Columns;
use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  a bug in this program
  2  bad input, or something else that you can mend
  3  stopped early (Ctrl-C, a signal, --max-wall); the run file is readable, and `resume` goes on; where
     nothing was written yet, as it says then, the same command begins anew
  4  a guard stopped a network that ran away, fell silent or left the numbers; the run file is readable,
     and `resume --set` goes on under another limit
  130  ended at once by a second Ctrl-C or signal; `resume` goes on from the last checkpoint";

/// What `--version` prints; `-V` prints the number alone.
const LONG_VERSION: &str = if cfg!(feature = "static-hdf5") {
    concat!(env!("CARGO_PKG_VERSION"), "\nHDF5: built in")
} else {
    concat!(env!("CARGO_PKG_VERSION"), "\nHDF5: the system's library")
};

/// Event-driven spiking networks for sleep, replay and memory consolidation.
#[derive(Debug, Parser)]
#[command(version, long_version = LONG_VERSION, after_help = EXIT_CODES, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Arguments {
    /// Show no progress; errors and results are still printed
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print results as one JSON document on stdout (accuracies in percent), progress and log as JSON lines on stderr (accuracies as
    /// shares from 0 to 1)
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a model file: train, sleep, test, write the run file and the figures
    Run(RunArguments),
    /// Go on with a run that was stopped or killed
    Resume(ResumeArguments),
    /// Run a model at many points: all values of keys, or some drawn; one table, the best on validation tested once
    Sweep(SweepArguments),
    /// Turn the run file of a killed run into an ordinary one
    Recover(RecoverArguments),
    /// Write an HTML page about a run, also one that was stopped or killed; several side by side
    Report(ReportArguments),
    /// Print what a model file resolves to and what it will take; run nothing
    Check(ModelArguments),
    /// List neuron models and plasticity rules, or show one with equations and parameters
    Describe {
        /// Model or rule; all are listed without it
        name: Option<String>,
    },
    /// Train the model file's network without sleep and write its weights
    Train(TrainArguments),
    /// Print what a weight file holds and how it maps to a network; or make a model file of a SONATA circuit
    Import(ImportArguments),
    /// Write the spikes of a file (SONATA, NWB, bmtk, NEST, table) as another (SONATA, CSV)
    Convert(ConvertArguments),
    /// Write the synapses of a projection as a sparse matrix (SciPy) or as SONATA edges
    Export(ExportArguments),
    /// Take measures of a run or of any file of spikes: rates, synchrony, distances; `describe` lists them
    Analyse(AnalyseArguments),
    /// Look at an HDF5 file; what other commands do ahead of reading one
    #[command(hide = true)]
    Probe {
        /// The file.
        file: PathBuf,
    },
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// A model file and changes to it.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// Model file (TOML)
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Set a key of the model file, such as sleep.grid='"1 ms"'; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// First seed, in place of the model file's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Repetitions (seed, seed + 1, …), in place of the model file's
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = some)]
    pub seeds: Option<NonZeroUsize>,
    /// Folder with the data set's files, or a NumPy archive, in place of what the model file names
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// How work is spread over the machine; never changes results.
#[derive(Debug, Args)]
pub struct ThreadArguments {
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = some)]
    pub threads: Option<NonZeroUsize>,
}

/// A number of which there is one at least.
fn some(text: &str) -> Result<NonZeroUsize, String> {
    let expected = |_| "expected a whole number from 1 on".to_owned();
    text.trim().parse().map_err(expected)
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// What to run.
    #[command(flatten)]
    pub model: ModelArguments,
    /// Threads.
    #[command(flatten)]
    pub threads: ThreadArguments,
    /// Folder to write, which must not exist yet [default: a new one with the next free number]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Keep a full run file of every seed, not of the first alone; the model in each runs its own seed, also in run.h5, which has the
    /// accuracies of all
    #[arg(long)]
    pub keep_seeds: bool,
    /// When to stop.
    #[command(flatten)]
    pub wall: WallArguments,
}

/// When to stop a run that takes long.
#[derive(Debug, Clone, Copy, Args)]
pub struct WallArguments {
    /// Stop after this much time by the clock, such as 90s, 30min or 2h, as Ctrl-C does; `resume` goes on with a
    /// run, the same command with --out with a sweep
    #[arg(long, value_name = "TIME", value_parser = wall_time, allow_hyphen_values = true)]
    pub max_wall: Option<Duration>,
}

/// A time by the clock, as in `2h` or `1.5 h`.
fn wall_time(text: &str) -> Result<Duration, String> {
    let expected =
        || "expected a time above 0 with its unit (ms, s, min, h), such as 2h".to_owned();
    let ms = typed("time", text, Dimension::Time).map_err(|_| expected())?;
    let length = Duration::try_from_secs_f64(ms / 1e3).ok();
    length
        .filter(|length| !length.is_zero())
        .ok_or_else(expected)
}

/// A time of the simulation, as in `20s`.
fn model_time(text: &str) -> Result<Time, String> {
    if text.trim() == "0" {
        return Ok(Time::ZERO);
    }
    let ms = typed("time", text, Dimension::Time).ok();
    let ms = ms.filter(|ms| *ms >= 0.0);
    let ms = ms.ok_or("expected a time from 0 on with its unit (ms, s, min, h), such as 20s")?;
    Time::from_ms(ms).map_err(|_| "expected a time of at most 106 days".into())
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// Folder of the run, or its checkpoint or run file
    #[arg(value_name = "DIR")]
    pub run: PathBuf,
    /// Another limit for a guard that stopped it: guard.max_rate, guard.min_rate or projection.NAME.plasticity.max_weight;
    /// repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Threads.
    #[command(flatten)]
    pub threads: ThreadArguments,
    /// When to stop.
    #[command(flatten)]
    pub wall: WallArguments,
}

/// Which images accuracies are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnChoice {
    /// Training images held out by `data.validation`.
    Validation,
    /// Test images: the best is then no promise.
    Test,
}

impl From<OnChoice> for On {
    fn from(choice: OnChoice) -> Self {
        match choice {
            OnChoice::Validation => Self::Validation,
            OnChoice::Test => Self::Test,
        }
    }
}

/// Arguments of `sweep`.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// What to run.
    #[command(flatten)]
    pub model: ModelArguments,
    /// Keys of the model file and their values: a list, mlp.training.epochs=1,2,5; a range with how many values, sleep.duration=1:5 s:3, in
    /// equal ratios with :log, rounded with :int
    #[arg(value_name = "KEY=VALUES", required = true)]
    pub over: Vec<String>,
    /// Draw so many points, in place of every combination; ranges then need no number of values
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = some)]
    pub random: Option<NonZeroUsize>,
    /// What the best point has most of: sleep, joint, … (accuracies), NAME_hz (rates of networks) [default: sleep]
    #[arg(long, value_name = "NAME")]
    pub measure: Option<String>,
    /// The best point has the least of it
    #[arg(long)]
    pub lowest: bool,
    /// Images that accuracies are of, and points are chosen on [default: validation]
    #[arg(long, value_enum, value_name = "IMAGES")]
    pub on: Option<OnChoice>,
    /// Do every Nth run from the Ith on, such as 3/16, while others do the rest; without it the command puts all together
    #[arg(long, value_name = "I/N", default_value = "1/1", value_parser = shard)]
    pub shard: Shard,
    /// Seeds with which the best point is tested, those behind the sweep's [default: as many as each point has]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = some)]
    pub test_seeds: Option<NonZeroUsize>,
    /// Folder of the sweep: made, or gone on with [default: a new one with the next free number]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Keep the folder of every run
    #[arg(long)]
    pub keep_runs: bool,
    /// Threads.
    #[command(flatten)]
    pub threads: ThreadArguments,
    /// When to stop.
    #[command(flatten)]
    pub wall: WallArguments,
}

/// A part of a sweep, as in `3/16`.
fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/');
    let parts = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    parts
        .map(|(number, of)| Shard { number, of })
        .filter(|shard| (1..=shard.of).contains(&shard.number))
        .ok_or_else(|| "expected which part of how many, from 1/N to N/N, such as 3/16".into())
}

/// Arguments of `recover`.
#[derive(Debug, Args)]
pub struct RecoverArguments {
    /// Run file of a killed run
    pub file: PathBuf,
    /// File to write, which must not exist yet [default: beside FILE]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Folders or files of runs
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Page to write, which must not exist yet [default: report.html beside the run; of several here]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where single spikes begin to be in the page, where there are too many for all of the run, such as 20s
    #[arg(long, value_name = "TIME", value_parser = model_time)]
    pub from: Option<Time>,
    /// Where they end
    #[arg(long, value_name = "TIME", value_parser = model_time)]
    pub to: Option<Time>,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// What to train.
    #[command(flatten)]
    pub model: ModelArguments,
    /// Threads.
    #[command(flatten)]
    pub threads: ThreadArguments,
    /// Train on all tasks at once instead of one after the other
    #[arg(long)]
    pub joint: bool,
    /// Weight file to write (.safetensors, .npz or .mat), which must not exist yet [default: weights.safetensors]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What becomes of biases, which the spiking network does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BiasChoice {
    /// Refuse a file that has any.
    Error,
    /// Leave them out.
    Drop,
    /// Keep them as they are beside the sleep.
    Keep,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Weight file (.safetensors, .npz, .pt, .pth, .mat, .keras, .h5, .onnx, .nir), or the description of a SONATA circuit (.json)
    pub file: PathBuf,
    /// Model file to write of a circuit or of a .nir, which must not exist yet [default: circuit.toml, none of a .nir]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How long a spike of a .nir lasts: the time step of the program that wrote it
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub dt: Option<String>,
    /// What to do with biases
    #[arg(long, value_enum, default_value = "error")]
    pub bias: BiasChoice,
    /// Layers from input to output, where names and shapes do not say (fc1,fc2,out)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub layer_names: Option<Vec<String>>,
    /// Folder or NumPy archive with a data set, for conversion factors from activations
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// File of spikes: SONATA or NWB (HDF5), or a table of bmtk, of NEST, or of columns that are named
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// File to write, which must not exist yet: .h5 (SONATA) or .csv, which of several populations is bmtk's (timestamps population
    /// node_ids, with spaces) and of one that --population names node_id,timestamp_ms; of a run .nwb, with its bouts as epochs
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// Convert one population alone
    #[arg(long, value_name = "NAME")]
    pub population: Option<String>,
    /// What a population without a name is called
    #[arg(long, value_name = "NAME", default_value = "population")]
    pub name: String,
    /// Columns of a table by name or number, and the unit of time: time=t,neuron=id,unit=s
    #[arg(long, value_name = "KEY=NAME", value_delimiter = ',', value_parser = column)]
    pub columns: Vec<(&'static str, String)>,
    /// Number that the file gives to the first neuron; NEST counts from 1 over all nodes
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub first_neuron: Option<u64>,
    /// Who made a .nwb, "Last, First"; may be repeated
    #[arg(long, value_name = "NAME")]
    pub experimenter: Vec<String>,
    /// Laboratory that a .nwb comes from
    #[arg(long, value_name = "NAME")]
    pub lab: Option<String>,
    /// Institution that a .nwb comes from
    #[arg(long, value_name = "NAME")]
    pub institution: Option<String>,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Folder or file of a run; or a model file (.toml), whose synapses are those that it builds
    #[arg(value_name = "RUN_OR_MODEL")]
    pub from: PathBuf,
    /// The projection; not of a .nir, which has them all
    #[arg(long, value_name = "NAME")]
    pub projection: Option<String>,
    /// File to write, which must not exist yet: .npz (a matrix of sources by targets for SciPy) or .h5 (SONATA); or .nir, of
    /// the network that a model file builds
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How long a spike of a .nir lasts: the time step of the program that will read it [default: 0.1 ms]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub dt: Option<String>,
    /// When a run's snapshot was taken, such as "1 s", or what it is called [default: the last one]
    #[arg(long, value_name = "LABEL")]
    pub at: Option<String>,
    /// Set a key of the model file; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed, in place of the model file's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
}

/// Arguments of `analyse`.
#[derive(Debug, Args)]
pub struct AnalyseArguments {
    /// Folder or file of a run; or a file of spikes: SONATA, NWB, bmtk, NEST, CSV
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Measures, such as rate or correlation; `describe` lists them and shows one with its parameters
    #[arg(value_name = "MEASURE", required = true)]
    pub measures: Vec<String>,
    /// Where to begin, such as "1 s" [default: at the start]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Where to end; an event at this very time is left out. Of a table, which says no more than its last spike, it may be later
    /// [default: at the end]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Look at the bouts of this name or kind alone; N3 takes "N3 2" and so on too, "N3 1" the first alone; may be repeated
    #[arg(long, value_name = "NAME")]
    pub bout: Vec<String>,
    /// Look at this population alone; may be repeated
    #[arg(long, value_name = "NAME")]
    pub population: Vec<String>,
    /// Set a parameter, such as bin="5 ms", of all measures that have it, or of one: correlation.bin="5 ms"; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of shuffles and of what else is drawn at random
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    pub seed: u64,
    /// Neurons of each population in a file of spikes, which does not say [default: those that fire]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub size: Option<u32>,
    /// File to write, which must not exist yet: .h5, .json or .csv; of several tables, a.csv is one file for each, such as
    /// a-replay.csv and a-replay_event.csv [default: the next analysis-001.h5 beside FILE]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Threads.
    #[command(flatten)]
    pub threads: ThreadArguments,
}

/// The name of a column, `time=t`.
fn column(text: &str) -> Result<(&'static str, String), String> {
    let known = |key: &str| Columns::KEYS.iter().find(|known| **known == key);
    let pair = text.split_once('=');
    let pair = pair.and_then(|(key, name)| Some((*known(key)?, name.to_owned())));
    pair.ok_or_else(|| "expected time=NAME, neuron=NAME or unit=s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_by_the_clock_have_a_unit() {
        for (text, ms) in [
            ("90s", 90_000),
            ("30min", 1_800_000),
            ("2h", 7_200_000),
            ("1 h", 3_600_000),
            (" 1.5 min ", 90_000),
            ("2e1ms", 20),
        ] {
            assert_eq!(wall_time(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "", "2", "h", "2 d", "-1s", "0s", "nan s", "inf h", "1e300h", "2h30min",
        ] {
            assert!(wall_time(text).is_err(), "{text}");
        }
    }
}

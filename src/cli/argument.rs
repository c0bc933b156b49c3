//! What may be typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  a bug in this program
  2  bad input, or something else that you can mend
  3  stopped early (Ctrl-C or a signal); the run file is readable";

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
    /// Print results as one JSON document on stdout, progress and log as JSON lines on stderr
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
    /// Turn the run file of a killed run into an ordinary one
    Recover(RecoverArguments),
    /// Print what a model file resolves to and what it will take; run nothing
    Check(ModelArguments),
    /// List neuron models and plasticity rules, or show one with equations and parameters
    Describe {
        /// Model or rule; all are listed without it
        name: Option<String>,
    },
    /// Train the model file's network without sleep and write its weights
    Train(TrainArguments),
    /// Print what a weight file holds and how it maps to a network
    Import(ImportArguments),
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
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seeds: Option<NonZeroUsize>,
    /// Folder with the data set's files, in place of the model file's source
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// How work is spread over the machine; never changes results.
#[derive(Debug, Args)]
pub struct ThreadArguments {
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<NonZeroUsize>,
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
    /// Keep a full run file of every seed, not of the first alone
    #[arg(long)]
    pub keep_seeds: bool,
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
    /// Weight file to write (.safetensors or .npz), which must not exist yet [default: weights.safetensors]
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
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Weight file (.safetensors, .npz, .pt, .pth)
    pub file: PathBuf,
    /// What to do with biases
    #[arg(long, value_enum, default_value = "error")]
    pub bias: BiasChoice,
    /// Folder with a data set, for conversion factors from activations
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

//! The command line: a thin shell over [`experiment`](crate::experiment).
//!
//! Results go to stdout, progress and log to stderr. Every command takes a `Shell` and returns a `Failure` or
//! nothing; only [`main`] turns that into an exit code.

mod allocator;
mod analyse;
pub mod argument;
mod check;
mod completion;
mod convert;
mod describe;
mod export;
mod failure;
mod import;
mod interrupt;
mod log;
mod model_file;
mod progress;
mod recover;
mod report;
mod resume;
mod run;
mod shell;
mod sweep;
mod text;
mod thread;
mod train;
mod wall;

use std::io::{self, Write};
use std::path::Path;
use std::process::{self, ExitCode};
use std::sync::atomic::Ordering;

use clap::Parser;

pub use allocator::Allocator;
use argument::{Arguments, Command};
pub use describe::described;
use failure::Failure;
use shell::Shell;

use crate::base::vector;
use crate::record::ahead::scout;

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    failure::announce_bugs();
    interrupt::let_writes_fail();
    let outcome = std::panic::catch_unwind(|| {
        let asks_for_json = || std::env::args_os().any(|it| it == "--json");
        let arguments = match Arguments::try_parse() {
            Ok(arguments) => arguments,
            // Help is a result: a full disk is no success.
            Err(error) if !error.use_stderr() => {
                let printed = error.print().and_then(|()| io::stdout().flush());
                return printed
                    .or_else(|cause| Shell::new(true, asks_for_json()).report(&cause.into()));
            }
            // Who asked for JSON reads nothing else.
            Err(error) if asks_for_json() => {
                let text = error.render().to_string();
                let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
                return Shell::new(true, true).report(&Failure::input(text));
            }
            Err(error) => error.exit(),
        };
        if let Command::Probe { file } = &arguments.command {
            // Ahead of everything: it has no results, and a signal ends it.
            return scout::look(file);
        }
        let shell = Shell::new(arguments.quiet, arguments.json);
        if let Err(error) = vector::asked() {
            return shell.report(&Failure::input(error.to_string()));
        }
        allocator::advise(&arguments.command);
        scout::install(scouting, || interrupt::flag().load(Ordering::Relaxed));
        dispatch(&arguments.command, &shell).or_else(|failure| shell.report(&failure))
    });
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(code)) => code.into(),
        Err(_) => failure::BUG.into(),
    }
}

/// This program, to look at an HDF5 file ahead.
fn scouting(path: &Path) -> Option<process::Command> {
    let mut command = process::Command::new(std::env::current_exe().ok()?);
    command.arg("probe").arg("--").arg(path);
    Some(command)
}

fn dispatch(command: &Command, shell: &Shell) -> Result<(), Failure> {
    match command {
        Command::Describe { name } => describe::run(name.as_deref(), shell),
        Command::Completions { shell: kind } => completion::run(*kind, shell),
        Command::Run(arguments) => run::run(arguments, shell),
        Command::Check(arguments) => check::run(arguments, shell),
        Command::Train(arguments) => train::run(arguments, shell),
        Command::Sweep(arguments) => sweep::run(arguments, shell),
        Command::Resume(arguments) => resume::run(arguments, shell),
        Command::Recover(arguments) => recover::run(arguments, shell),
        Command::Report(arguments) => report::run(arguments, shell),
        Command::Import(arguments) => import::run(arguments, shell),
        Command::Probe { .. } => Ok(()),
        Command::Convert(arguments) => convert::run(arguments, shell),
        Command::Export(arguments) => export::run(arguments, shell),
        Command::Analyse(arguments) => analyse::run(arguments, shell),
    }
}

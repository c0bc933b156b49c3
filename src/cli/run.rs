//! `run`: a model file from beginning to end.

use std::fmt::Display;

use serde::Serialize;
use serde_json::json;

use super::argument::RunArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use super::thread;
use super::wall::Limited;
use crate::config::Model;
use crate::experiment::run::{Finished, Options};
use crate::experiment::{recurrent, run};

/// Runs the model and prints its table.
pub(super) fn run(arguments: &RunArguments, shell: &Shell) -> Result<(), Failure> {
    let (model, typed) = model_file::read(&arguments.model)?;
    if arguments.keep_seeds && matches!(model, Model::Network(_)) {
        return Err(Failure::input(
            "`--keep-seeds`: a network runs once, and its run file is always kept",
        ));
    }
    let options = Options {
        out: arguments.out.clone(),
        keep_seeds: arguments.keep_seeds,
        source: typed.source,
        overrides: typed.overrides,
    };
    let threads = arguments.threads.threads;
    let watcher = Limited::new(shell.watch(), arguments.wall.max_wall);
    match model {
        Model::SleepReplay(model) => {
            let done = thread::with(threads, || run::run(&model, &options, &watcher))??;
            drop(watcher);
            print(shell, &done)?;
            if done.complete {
                return Ok(());
            }
            let file = done.directory.join("run.h5");
            Err(Failure::Stopped { file })
        }
        Model::Network(model) => {
            let done = thread::with(threads, || recurrent::run(&model, &options, &watcher))??;
            drop(watcher);
            finish_network(shell, done)
        }
    }
}

/// Prints what the run of a network left, and how to go on with it if it was stopped.
pub(super) fn finish_network(
    shell: &Shell,
    done: Finished<impl Display + Serialize>,
) -> Result<(), Failure> {
    print(shell, &done)?;
    if done.complete {
        return Ok(());
    }
    if let Some(tripped) = done.tripped {
        return Err(Failure::Guard(tripped));
    }
    let directory = done.directory;
    Err(Failure::Resumable { directory })
}

/// Prints what a run left.
fn print(shell: &Shell, done: &Finished<impl Display + Serialize>) -> Result<(), Failure> {
    let Finished {
        directory,
        files,
        summary,
        complete,
        tripped: _,
    } = done;
    if shell.json() {
        shell.print_json(&json!({
            "directory": directory,
            "files": files,
            "complete": complete,
            "summary": summary,
        }))?;
    } else {
        shell.print(|out| {
            write!(out, "{summary}")?;
            writeln!(
                out,
                "\nWritten to {}/: {}",
                directory.display(),
                files.join(", ")
            )
        })?;
    }
    Ok(())
}

//! `run`: a model file from beginning to end.

use serde_json::json;

use super::argument::RunArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use super::thread;
use super::wall::Limited;
use crate::experiment::run::{self, Finished, Options};
use crate::record::checkpoint;

/// Runs the model and prints its table.
pub(super) fn run(arguments: &RunArguments, shell: &Shell) -> Result<(), Failure> {
    let (model, typed) = model_file::read(&arguments.model)?;
    let options = Options {
        out: arguments.out.clone(),
        keep_seeds: arguments.keep_seeds,
        source: typed.source,
        overrides: typed.overrides,
    };
    let threads = arguments.threads.threads;
    let watcher = Limited::new(shell.watch(), arguments.wall.max_wall);
    let done = thread::with(threads, || run::run(model, &options, &watcher))??;
    drop(watcher);
    finish(shell, done)
}

/// Prints what a run left, and how to go on with it if it was stopped.
pub(super) fn finish(shell: &Shell, done: Finished) -> Result<(), Failure> {
    print(shell, &done)?;
    if done.complete {
        return Ok(());
    }
    let directory = done.directory;
    if let Some(tripped) = done.tripped {
        let has_checkpoint = directory.join(checkpoint::FILE).is_file();
        return Err(match tripped.limit().filter(|_| has_checkpoint) {
            Some(limit) => Failure::Guarded {
                tripped,
                limit,
                directory,
            },
            None => Failure::Guard(tripped),
        });
    }
    Err(Failure::Stopped { directory })
}

/// Prints what a run left.
fn print(shell: &Shell, done: &Finished) -> Result<(), Failure> {
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

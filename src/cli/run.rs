//! `run`: a model file from beginning to end.

use serde_json::json;

use super::argument::RunArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use super::thread;
use crate::experiment::run::{self, Options};

/// Runs the model and prints its table.
pub(super) fn run(arguments: &RunArguments, shell: &Shell) -> Result<(), Failure> {
    let (model, source) = model_file::read_sleep_replay(&arguments.model)?;
    let options = Options {
        out: arguments.out.clone(),
        keep_seeds: arguments.keep_seeds,
        source,
    };
    let watcher = shell.watch();
    let finished = thread::with(arguments.threads.threads, || {
        run::run(&model, &options, &watcher)
    })??;
    drop(watcher);
    let directory = finished.directory.display();
    if shell.json() {
        shell.print_json(&json!({
            "directory": finished.directory,
            "files": finished.files,
            "complete": finished.complete,
            "summary": finished.summary,
        }))?;
    } else {
        shell.print(|out| {
            write!(out, "{}", finished.summary)?;
            writeln!(
                out,
                "\nWritten to {directory}/: {}",
                finished.files.join(", ")
            )
        })?;
    }
    if finished.complete {
        Ok(())
    } else {
        Err(Failure::Stopped {
            file: finished.directory.join("run.h5"),
        })
    }
}

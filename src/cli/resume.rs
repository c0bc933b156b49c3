//! `resume`: the rest of a run that was stopped or killed.

use serde_json::json;

use super::argument::ResumeArguments;
use super::failure::Failure;
use super::run::finish;
use super::shell::Shell;
use super::thread;
use super::wall::Limited;
use crate::experiment::run::{self, Resumed};
use crate::experiment::sweep::manifest;

/// Goes on with the run and prints its table; of one that is complete, only that.
pub(super) fn run(arguments: &ResumeArguments, shell: &Shell) -> Result<(), Failure> {
    if arguments.run.join(manifest::FILE).is_file() {
        let folder = arguments.run.display();
        return Err(Failure::input(format!(
            "`{folder}`: found a sweep, expected the folder of a run\n  help: the same `sharpwave sweep` command with `--out \
             {folder}` goes on"
        )));
    }
    let watcher = Limited::new(shell.watch(), arguments.wall.max_wall);
    let resumed = thread::with(arguments.threads.threads, || {
        run::resume(&arguments.run, &arguments.set, &watcher)
    })??;
    drop(watcher);
    match resumed {
        Resumed::Finished(done) => finish(shell, *done),
        Resumed::Stopped(directory) => Err(Failure::Unmoved { directory }),
        Resumed::Complete(directory) if shell.json() => {
            shell.print_json(&json!({ "directory": directory, "complete": true }))
        }
        Resumed::Complete(directory) => shell.print(|out| {
            let shown = directory.display();
            writeln!(
                out,
                "`{shown}`: the run is complete, there is nothing to go on with"
            )
        }),
    }
}

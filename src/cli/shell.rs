//! What every command shares: where results go, how progress is shown, whether to stop.

use std::io::{self, Write};

use indicatif::MultiProgress;

use super::failure::Failure;
use super::progress::Watcher;
use super::{interrupt, log};
use crate::base::shown::{Plain, plain};

/// The surroundings of a command.
pub(super) struct Shell {
    quiet: bool,
    json: bool,
    bars: MultiProgress,
}

impl Shell {
    /// Sets up the log.
    pub(super) fn new(quiet: bool, json: bool) -> Self {
        let bars = MultiProgress::new();
        log::install(quiet, json, bars.clone());
        Self { quiet, json, bars }
    }

    /// Whether results are to be JSON.
    pub(super) fn json(&self) -> bool {
        self.json
    }

    /// Writes results to stdout, with every character escaped that a terminal would act on: names come from files.
    ///
    /// # Errors
    /// If stdout cannot be written; a closed pipe is no failure in the end ([`Failure::exit_code`]).
    pub(super) fn print(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut out = Plain(io::BufWriter::new(io::stdout().lock()));
        write(&mut out)?;
        Ok(out.flush()?)
    }

    /// Writes `results` to stdout as one JSON document.
    ///
    /// # Errors
    /// As [`Self::print`].
    pub(super) fn print_json(&self, results: &impl serde::Serialize) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        serde_json::to_writer_pretty(&mut out, results).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// Someone to watch a run, whom signals tell to stop: bars on a terminal, lines elsewhere. Without one a signal ends the
    /// program.
    pub(super) fn watch(&self) -> Watcher {
        let stop = interrupt::install();
        Watcher::new(self.quiet, self.json, self.bars.clone(), stop)
    }

    /// Says on stderr what went wrong; the exit code as error, or nothing where all is well.
    pub(super) fn report(&self, failure: &Failure) -> Result<(), u8> {
        let Some(code) = failure.exit_code() else {
            return Ok(());
        };
        let line = if self.json {
            let message = failure.to_string();
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            serde_json::json!({ "event": "error", "message": message, "exit_code": code })
                .to_string()
        } else {
            // A model file's problems come as a list that says so itself.
            let message = plain(&failure.to_string());
            match message.starts_with("error: ") {
                true => message,
                false => format!("error: {message}"),
            }
        };
        // Nobody is left to be told where stderr is gone too.
        let _ = self
            .bars
            .suspend(|| writeln!(io::stderr().lock(), "{line}"));
        Err(code)
    }
}

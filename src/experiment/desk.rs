//! What the jobs of a run share: the folder, the checkpoint, and whether to go on.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::stop::Stopped;
use crate::experiment::error::ExperimentError;
use crate::record::layout::Layout;
use crate::record::reopen::ReopenError;
use crate::record::run_file::RunFile;
use crate::run::act::Act;
use crate::run::crew::Crew;
use crate::run::guard::Tripped;
use crate::run::ledger::Ledger;
use crate::run::{Ended, Run};

/// Where the jobs of a run are done.
pub struct Desk<'a> {
    /// The run's folder.
    pub directory: &'a Path,
    /// Whether every seed leaves a run file, not the first alone.
    pub keep_seeds: bool,
    /// The model file as typed.
    pub source: &'a str,
    /// What was given beside it in place of its values.
    pub overrides: &'a [String],
    /// Models that it had before it went on under others, as their run files hold them.
    pub before: &'a [String],
    /// Who watches, and whether to stop.
    pub crew: Crew<'a>,
    /// The checkpoint.
    pub ledger: Ledger<'a>,
    /// Whether of any job it is known where it stands: not if all were told to stop before what they had saved was read.
    pub is_known: AtomicBool,
}

/// Numbers and seeds of the `n` repetitions of a model whose seed is `first`.
pub fn seeds(first: u64, n: u64) -> Vec<(usize, u64)> {
    let seeds = (0..n).map(|k| first.wrapping_add(k));
    seeds.enumerate().collect()
}

impl Desk<'_> {
    /// Which model a run file holds so that it runs again what is in it: that of one seed `alone`, or that of `all` of the
    /// `seeds` where one file holds the table of all.
    pub fn held<'m, M>(&self, seeds: u64, all: &'m M, alone: &'m M) -> &'m M {
        match self.keep_seeds || seeds == 1 {
            true => alone,
            false => all,
        }
    }

    /// The run file of the seed at `index`, the first of which leaves `run.h5`; `None` if it leaves none. It holds what the
    /// job called `job` had recorded when it last saved itself.
    ///
    /// # Errors
    /// If it cannot be written, or is of another run, or the run is to stop meanwhile.
    pub fn file(
        &self,
        job: &str,
        index: usize,
        seed: u64,
        layout: impl FnOnce() -> Layout,
    ) -> Result<Option<RunFile>, ExperimentError> {
        let name = match index {
            0 => RUN_FILE.to_owned(),
            _ if self.keep_seeds => format!("run-seed-{seed}.h5"),
            _ => return Ok(None),
        };
        let path = self.directory.join(name);
        let slot = self.ledger.slot(job);
        let file = match slot.and_then(|slot| slot.lengths) {
            Some(lengths) => match RunFile::reopen(&path, layout(), self.before, &lengths) {
                // Nothing reads a file at which nobody has had the time to look.
                Err(ReopenError::Unreadable(_)) if self.crew.is_told_to_stop() => {
                    return Err(Stopped.into());
                }
                reopened => reopened?,
            },
            None => {
                // Of a run that was killed before it first saved itself: it comes again from the start.
                let _ = std::fs::remove_file(&path);
                RunFile::create(&path, layout())?
            }
        };
        Ok(Some(file))
    }

    /// Runs the job called `name`, from where it last saved itself, to its end or until the run is to stop.
    ///
    /// # Errors
    /// If it fails: then the others are told to stop.
    pub fn carry_out<A>(&self, name: &str, run: &mut Run<'_, A>) -> Result<Ended, ExperimentError>
    where
        A: Act<Error = ExperimentError>,
    {
        match self.carry_out_guarded(name, run)? {
            (ended, None) => Ok(ended),
            (_, Some(tripped)) => self.crew.share(Err(tripped.into())),
        }
    }

    /// The same, where a guard that stops it is no failure: what there was up to then is worth a look, and others go on, so that
    /// what they come to does not depend on where they were.
    ///
    /// # Errors
    /// As [`carry_out`](Self::carry_out).
    pub fn carry_out_guarded<A>(
        &self,
        name: &str,
        run: &mut Run<'_, A>,
    ) -> Result<(Ended, Option<Tripped>), ExperimentError>
    where
        A: Act<Error = ExperimentError>,
    {
        match self.go_on(name, run) {
            Err(ExperimentError::Tripped(tripped)) => Ok((Ended::Stopped, Some(tripped))),
            // Told to stop before it had gone on: what it had saved stays.
            Err(error) if error.is_stop() => Ok((Ended::Stopped, None)),
            done => Ok((self.crew.share(done)?, None)),
        }
    }

    fn go_on<A>(&self, name: &str, run: &mut Run<'_, A>) -> Result<Ended, ExperimentError>
    where
        A: Act<Error = ExperimentError>,
    {
        let slot = self.ledger.slot(name);
        let was_complete = match &slot {
            Some(slot) => run.was_complete(&slot.state)?,
            None => false,
        };
        if !was_complete && !self.crew.may_begin() {
            return Ok(Ended::Stopped);
        }
        if let Some(slot) = slot {
            run.restore(&slot.state, &self.crew)?;
        }
        self.is_known.store(true, Ordering::Relaxed);
        if was_complete {
            return Ok(Ended::Complete);
        }
        let mut place = self.ledger.begin(name);
        let ended = run.run(&self.crew, Some(&mut place))?;
        if ended == Ended::Complete {
            // Others may still run, and ask for what it found after a break.
            place.put(run.save()?);
        }
        Ok(ended)
    }
}

/// Name of the run file in a run's folder.
pub use crate::record::run_file::FILE as RUN_FILE;

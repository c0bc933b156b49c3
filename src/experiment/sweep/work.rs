//! Runs of a sweep side by side, each on threads of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tracing::subscriber::{NoSubscriber, with_default};

use crate::config::Model;
use crate::config::network::Figures;
use crate::experiment::error::ExperimentError;
use crate::experiment::run::{self, Finished, Resumed};
use crate::experiment::sweep::error::SweepError;
use crate::experiment::sweep::measure::values;
use crate::experiment::sweep::plan::{Item, Plan};
use crate::experiment::sweep::row::{Row, Rows};
use crate::record::checkpoint::{self, Checkpoint};
use crate::run::progress::{Progress, Watch};

/// Where runs are done.
pub struct Work<'a> {
    /// What is to be done.
    pub plan: &'a Plan,
    /// Runs that lack, of those that this program is to do.
    pub pending: Vec<&'a Item>,
    /// How many it has done before.
    pub done: usize,
    /// Folder of the folders of runs.
    pub runs: PathBuf,
    /// Whether these stay, with all that a run leaves.
    pub keep: bool,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// Watches one run: passes on that it is to stop.
struct Inner<'a> {
    watch: &'a dyn Watch,
    halt: &'a AtomicBool,
}

impl Watch for Inner<'_> {
    fn show(&self, _: &Progress<'_>) {}

    fn stopped(&self) -> bool {
        self.halt.load(Ordering::Relaxed) || self.watch.stopped()
    }
}

impl Work<'_> {
    /// Does all of it, or what can be done until it is told to stop: what is left is in the rows.
    ///
    /// # Errors
    /// If a run fails for a reason that can be mended, or a row cannot be written.
    pub fn carry_out(&self, rows: Rows) -> Result<(), SweepError> {
        let threads = rayon::current_num_threads();
        let workers = threads.min(self.pending.len());
        if workers == 0 {
            return Ok(());
        }
        let (halt, next) = (AtomicBool::new(false), AtomicUsize::new(0));
        let rows = Mutex::new((rows, self.done));
        let inner = Inner {
            watch: self.watch,
            halt: &halt,
        };
        let worker = || -> Result<(), SweepError> {
            // No run waits for a piece of another one.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads / workers);
            let pool = pool.build().map_err(|error| SweepError::Threads {
                cause: error.to_string(),
            })?;
            while !inner.stopped()
                && let Some(item) = self.pending.get(next.fetch_add(1, Ordering::Relaxed))
            {
                // What a model warns of it would warn of once for each run.
                let quiet = || with_default(NoSubscriber::new(), || self.one(item, &inner));
                let Some(row) = pool.install(quiet)? else {
                    continue;
                };
                let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
                rows.0.add(&row)?;
                rows.1 += 1;
                let measure = self.plan.measure.as_ref();
                self.watch.show(&Progress::Swept {
                    done: rows.1,
                    of: self.done + self.pending.len(),
                    point: &self.plan.describe(item.point),
                    seed: item.seed,
                    measured: measure.and_then(|name| *row.values.get(name)?),
                });
                drop(rows);
                if !self.keep {
                    // What stays behind is in the way of nobody.
                    let _ = std::fs::remove_dir_all(self.runs.join(&item.id));
                }
            }
            Ok(())
        };
        let worker = || worker().inspect_err(|_| halt.store(true, Ordering::Relaxed));
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
            let ended = workers.into_iter().map(|worker| match worker.join() {
                Ok(ended) => ended,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            // All are waited for; the first error is the one to report.
            let ended: Vec<Result<(), SweepError>> = ended.collect();
            ended.into_iter().collect()
        })
    }

    /// The row of `item`; nothing if it was told to stop before.
    fn one(&self, item: &Item, watch: &dyn Watch) -> Result<Option<Row>, SweepError> {
        let mut model = self.plan.model(item.point, item.seed, 1)?;
        if !self.keep {
            bare(&mut model);
        }
        let (source, overrides) = self.plan.typed(item.point, item.seed, 1);
        let options = run::Options {
            out: Some(self.runs.join(&item.id)),
            keep_seeds: false,
            source,
            overrides,
        };
        let failed = |error: String| Row {
            id: item.id.clone(),
            values: Default::default(),
            fingerprint: String::new(),
            error: Some(error),
        };
        match go_on_or_begin(model, &options, watch) {
            Ok(Some(finished)) if finished.complete => {
                let measured = values(&self.plan.names, &finished.summary, self.plan.on);
                let names = self.plan.names.iter().cloned();
                Ok(Some(Row {
                    id: item.id.clone(),
                    values: names.zip(measured).collect(),
                    fingerprint: finished.summary.fingerprint(),
                    error: None,
                }))
            }
            Ok(Some(Finished {
                tripped: Some(tripped),
                ..
            })) => Ok(Some(failed(tripped.to_string()))),
            Ok(_) => Ok(None),
            Err(error) if error.is_stop() => Ok(None),
            Err(error) if error.would_recur() => Ok(Some(failed(error.cause().to_string()))),
            // The sweep goes on with it, nobody else.
            Err(ExperimentError::Resumable { error, .. }) => Err((*error).into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Runs `model` into the folder of `options`, from where an earlier program left it; nothing if it is to stop before it goes on.
///
/// # Errors
/// As [`run::run`].
pub fn go_on_or_begin(
    model: Model,
    options: &run::Options,
    watch: &dyn Watch,
) -> Result<Option<Finished>, ExperimentError> {
    let folder = options.out.as_deref().unwrap_or(Path::new(""));
    // Of another model, such as that of a point that was the best before, or one that leaves less behind: it is not gone on with.
    let is_own = || match Checkpoint::read(folder) {
        Ok(checkpoint) => checkpoint.model == model.resolved(),
        Err(_) => false,
    };
    if folder.join(checkpoint::FILE).is_file() && is_own() {
        match run::resume(folder, &[], watch) {
            Ok(Resumed::Finished(finished)) => return Ok(Some(*finished)),
            Ok(Resumed::Stopped(_)) => return Ok(None),
            // It ended, but nobody took note: it comes again.
            Ok(Resumed::Complete(_))
            // So does one that cannot be gone on with.
            | Err(
                ExperimentError::Checkpoint(_)
                | ExperimentError::Reopen(_)
                | ExperimentError::Resume(_),
            ) => {}
            Err(error) => return Err(error),
        }
    }
    // Where it is in the way, the run says so.
    let _ = std::fs::remove_dir_all(folder);
    run::run(model, options, watch).map(Some)
}

/// Leaves out of `model` what nobody looks at where its folder goes.
fn bare(model: &mut Model) {
    match model {
        Model::SleepReplay(model) => {
            model.record.report = false;
            model.record.weights_around_sleep = false;
            model.output.figures = false;
        }
        Model::Network(model) => {
            model.record.report = false;
            model.figures = Figures::default();
        }
        Model::Night(model) => model.record.report = false,
        Model::Foraging(_) => {}
    }
}

//! The loop of a run: cuts it where something is looked at, writes checkpoints, and ends it.
//!
//! Where a run is cut changes no bit of it, so looks from outside (by wall time), samples, snapshots and guards (by
//! simulated time), checkpoints and stops share one loop.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time;

use crate::base::time::{Duration, Time};
use crate::config::network::NetworkModel;
use crate::engine::Observer;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::progress::{LayerActivity, Progress, Watch};
use crate::experiment::recurrent::activity::Activity;
use crate::experiment::recurrent::guard::{Guard, Tripped};
use crate::experiment::recurrent::sampling::Sampling;
use crate::experiment::recurrent::snapshot::Snapshots;
use crate::experiment::recurrent::state;
use crate::record::error::RecordError;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;

/// Biology between the first two looks from outside; doubled or halved until a look comes as often as [`OFTEN`] says.
/// A nanosecond is short enough even for samples or guards at every tick, and a run of a second is only 30 doublings
/// long.
const FIRST_SLICE: Duration = Duration::from_ps(1_000);

/// How often to look: rare enough to cost nothing, often enough that Ctrl-C is answered at once.
const OFTEN: RangeInclusive<time::Duration> =
    time::Duration::from_millis(5)..=time::Duration::from_millis(50);

/// A network, everything that watches it, and where its results go.
pub(super) struct Drive<'a> {
    pub(super) model: &'a NetworkModel,
    /// Files that the model reads, as they were when it was built.
    pub(super) files: Vec<(PathBuf, u128)>,
    pub(super) engine: Simulation,
    pub(super) watchers: Watchers,
    sampling: Sampling,
    snapshots: Snapshots,
    pub(super) directory: PathBuf,
    /// The last checkpoint, if there is one.
    resumable: Option<Time>,
}

/// What sees every spike.
pub(super) struct Watchers {
    pub(super) file: RunFile,
    failed: Option<RecordError>,
    pub(super) activity: Activity,
    pub(super) guard: Guard,
}

impl Observer for Watchers {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        // A network that explodes fills neither disk nor memory.
        if !self.guard.spikes(population, t, nodes.len()) || self.failed.is_some() {
            return;
        }
        let recorded = self.activity.recorded(population, nodes);
        self.failed = self.file.spikes(population, t, &recorded).err();
        self.activity.spikes(population, t, nodes);
    }

    fn has_enough(&self) -> bool {
        self.guard.has_tripped() || self.failed.is_some()
    }
}

impl<'a> Drive<'a> {
    /// A run at its start.
    pub(super) fn new(
        model: &'a NetworkModel,
        files: Vec<(PathBuf, u128)>,
        engine: Simulation,
        file: RunFile,
        directory: PathBuf,
    ) -> Self {
        Self {
            model,
            files,
            engine,
            watchers: Watchers {
                file,
                failed: None,
                activity: Activity::new(model),
                guard: Guard::new(model),
            },
            sampling: Sampling::new(model),
            snapshots: Snapshots::new(model),
            directory,
            resumable: None,
        }
    }

    /// Goes on after a checkpoint: takes on what its watchers had seen.
    ///
    /// # Errors
    /// If that does not fit the model.
    pub(super) fn restore(&mut self, driver: &[u8]) -> Result<(), ExperimentError> {
        state::restore(driver, &mut self.watchers)?;
        self.resumable = Some(self.engine.now());
        Ok(())
    }

    /// Runs to the end, or until `watch` says to stop: then a checkpoint is left, and false returned. Something is
    /// simulated each time, so that a run stopped again and again comes to its end.
    ///
    /// # Errors
    /// If an output cannot be written or a guard trips: the run file holds what there was.
    pub(super) fn run(&mut self, watch: &dyn Watch) -> Result<bool, ExperimentError> {
        let stop = Time::ZERO + self.model.duration;
        let every = self.model.checkpoint_every;
        let mut last = time::Instant::now();
        let mut layers = self.layers();
        let mut slice = FIRST_SLICE;
        while self.engine.now() < stop {
            let until = self.engine.now().checked_add(slice);
            let until = until.map_or(stop, |next| next.min(stop));
            let began = time::Instant::now();
            self.advance(until).map_err(|error| self.explain(error))?;
            slice = next_slice(slice, began.elapsed());
            self.show(watch, &mut layers);
            if self.engine.now() == stop {
                break;
            }
            if watch.stopped() {
                self.checkpoint().map_err(|error| self.explain(error))?;
                return Ok(false);
            }
            if every.is_some_and(|every| last.elapsed() >= every) {
                self.checkpoint_or_warn()?;
                last = time::Instant::now();
            }
        }
        // The last window may not have come to its end.
        Tripped::check_finite(&self.engine)?;
        Ok(true)
    }

    /// Runs up to `until`, with a cut at every sample, every snapshot and every end of a guard's window.
    fn advance(&mut self, until: Time) -> Result<(), ExperimentError> {
        while self.engine.now() < until {
            let now = self.engine.now();
            let sample = self.sampling.next_cut(now);
            let snapshot = self.snapshots.next_cut(now);
            let window = self.watchers.guard.next_end(now);
            let cut = until.min(sample).min(snapshot).min(window);
            let ended = self.engine.run(cut, &mut self.watchers);
            if let Some(error) = self.watchers.failed.take() {
                return Err(error.into());
            }
            self.watchers.guard.check(cut, &self.engine, ended)?;
            if cut == sample {
                self.sampling
                    .sample(&self.engine, &mut self.watchers.file)?;
            }
            if cut == snapshot {
                self.snapshots.take(&self.engine, &mut self.watchers.file)?;
            }
        }
        Ok(())
    }

    /// Writes a checkpoint.
    fn checkpoint(&mut self) -> Result<(), ExperimentError> {
        let lengths = self.watchers.file.secure()?;
        let checkpoint = state::checkpoint(self, lengths)?;
        checkpoint.write(&self.directory)?;
        self.resumable = Some(self.engine.now());
        Ok(())
    }

    /// As [`Self::checkpoint`] while a run goes on: that there is no room for one is no reason to end it.
    fn checkpoint_or_warn(&mut self) -> Result<(), ExperimentError> {
        match self.checkpoint() {
            Err(ExperimentError::Output(error)) => {
                tracing::warn!("no checkpoint at {}: {error}", self.engine.now());
                Ok(())
            }
            done => done.map_err(|error| self.explain(error)),
        }
    }

    /// Adds to an error of the run file from where the run can go on.
    fn explain(&self, error: ExperimentError) -> ExperimentError {
        match (error, self.resumable) {
            (ExperimentError::Tripped(tripped), _) => ExperimentError::Tripped(tripped),
            (error, Some(at)) => ExperimentError::Resumable {
                error: Box::new(error),
                directory: self.directory.clone(),
                at,
            },
            (error, None) => error,
        }
    }

    fn layers(&self) -> Vec<LayerActivity> {
        let populations = self.engine.populations().iter();
        populations
            .map(|population| LayerActivity {
                name: population.name.clone(),
                spikes: 0,
                size: population.size,
            })
            .collect()
    }

    fn show(&self, watch: &dyn Watch, layers: &mut [LayerActivity]) {
        for (layer, &spikes) in layers.iter_mut().zip(self.engine.counts()) {
            layer.spikes = spikes;
        }
        watch.show(&Progress::Sleeping {
            seed: self.model.network.seed,
            sleep: 1,
            sleeps: 0,
            simulated: self.engine.now() - Time::ZERO,
            total: self.model.duration,
            layers,
        });
    }
}

/// The slice after one of this length, which took so long.
fn next_slice(slice: Duration, took: time::Duration) -> Duration {
    let ps = slice.ps();
    Duration::from_ps(if took < *OFTEN.start() {
        ps.saturating_mul(2)
    } else if took > *OFTEN.end() {
        (ps / 2).max(1)
    } else {
        ps
    })
}

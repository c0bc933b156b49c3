//! A run of a protocol: bouts one after the other, each simulated or acted, watched, and cut wherever that is of use.
//!
//! Where a simulation is cut changes no bit of it, so looks from outside (by wall time), samples, snapshots and guards (by
//! simulated time), checkpoints and stops share one loop. What a run is for is the business of its [`Act`]: the
//! loop knows nothing of model files, training or tables. The guide has [one that adapts a network between
//! bouts](crate::guide::sleep#a-run-with-steps-of-your-own).

pub mod act;
pub mod activity;
pub mod aside;
mod counts;
pub mod crew;
pub mod error;
pub mod guard;
pub mod instant;
pub mod ledger;
pub mod population;
pub mod progress;
pub mod sampling;
pub mod selection;
mod slice;
pub mod snapshot;
pub mod source;
mod timetable;
pub mod watched;
mod watchers;
pub mod weight_statistics;

use std::time;

use serde::{Deserialize, Serialize};

use crate::base::bytes;
use crate::base::stop::Stopped;
use crate::base::time::{Duration, Time};
use crate::engine::fingerprint::Fingerprint;
use crate::engine::simulation::{self, Simulation};
use crate::engine::watch::Watch as _;
use crate::protocol::hypnogram::Bout;
use crate::record::checkpoint::Slot;
use crate::record::run_file::RunFile;
use crate::record::sink::{self, Sink};
use act::{Act, pack, unpack, unpack_first};
use error::{ResumeError, RunError};
use guard::{Counts, Guard, Tripped};
use ledger::Place;
use progress::{Building, PopulationActivity, Progress, Watch};
use slice::{FIRST_SLICE, next_slice};
use timetable::Timetable;
use watched::Watched;
use watchers::Watchers;

/// A run, where it stands, and where its results go.
pub struct Run<'a, A> {
    seed: u64,
    bouts: Timetable<'a>,
    watched: &'a Watched,
    act: A,
    file: Option<RunFile>,
    guard: Guard,
    /// Number of the bout at hand.
    cursor: usize,
    /// The network of that bout, once it has begun.
    live: Option<Simulation>,
    /// Spikes of each population before that bout.
    before: Vec<u64>,
    /// Hash over the spikes of bouts that have ended.
    fingerprint: Fingerprint,
    /// Whether a guard stopped it where it stands, at the end of a window.
    is_tripped: bool,
    slice: Duration,
}

/// Whether a run came to its end.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every bout is over.
    Complete,
    /// It was told to stop before.
    Stopped,
}

/// All that changes while a run goes on, but for what is in its file.
#[derive(Serialize, Deserialize)]
struct State {
    /// First, to be read alone.
    cursor: usize,
    #[serde(with = "bytes")]
    act: Vec<u8>,
    guard: Counts,
    fingerprint: Fingerprint,
    before: Vec<u64>,
    early: Vec<(usize, Time)>,
    /// Whether a guard stopped it, at the end of a window.
    is_tripped: bool,
    live: Option<Live>,
}

/// A network within a bout.
#[derive(Serialize, Deserialize)]
struct Live {
    /// Hash over the network as built, by which it is known again.
    graph: u128,
    #[serde(with = "bytes")]
    simulation: Vec<u8>,
}

impl<'a, A: Act> Run<'a, A> {
    /// A run of `bouts` at its start, written to `file`, which has the populations of `watched`; `seed` names it.
    pub fn new(
        seed: u64,
        bouts: &'a [Bout],
        watched: &'a Watched,
        act: A,
        file: Option<RunFile>,
    ) -> Self {
        let populations = watched.populations.iter();
        let populations = populations.map(|population| (population.name.clone(), population.size));
        Self {
            seed,
            bouts: Timetable::new(bouts),
            watched,
            act,
            file,
            guard: Guard::new(watched.limits.clone(), populations),
            cursor: 0,
            live: None,
            before: Vec::new(),
            fingerprint: Fingerprint::default(),
            is_tripped: false,
            slice: FIRST_SLICE,
        }
    }

    /// Whether a run of the same bouts had come to its end when it saved `state`.
    ///
    /// # Errors
    /// If it is of something else.
    pub fn was_complete(&self, state: &[u8]) -> Result<bool, RunError> {
        let cursor: usize = unpack_first(state)?;
        Ok(cursor == self.bouts.len())
    }

    /// Goes on from what a run of the same bouts saved.
    ///
    /// # Errors
    /// If it is of another run, or `watch` says to stop meanwhile.
    pub fn restore(&mut self, state: &[u8], watch: &dyn Watch) -> Result<(), A::Error> {
        let State {
            cursor,
            act,
            guard,
            fingerprint,
            before,
            early,
            is_tripped,
            live,
        } = unpack(state).map_err(RunError::from)?;
        self.act.load(&act).map_err(RunError::from)?;
        (self.cursor, self.fingerprint, self.before) = (cursor, fingerprint, before);
        self.is_tripped = is_tripped;
        let are_known = early
            .iter()
            .all(|&(at, stop)| self.bouts.end_early(at, stop));
        let bout = self.bouts.get(cursor).cloned();
        let bout = bout.filter(|bout| bout.kind.is_simulated());
        let begun = self.bouts.begun(cursor).unwrap_or(Time::ZERO);
        self.guard.begin(begun);
        if !are_known
            || !self.guard.restore(guard)
            || cursor > self.bouts.len()
            || live.is_some() && bout.is_none()
        {
            let other = ResumeError::State("found other populations or bouts".into());
            return Err(RunError::from(other).into());
        }
        if let (Some(Live { graph, simulation }), Some(bout)) = (live, bout) {
            let mut network = loop {
                match self.act.build(&bout, watch)? {
                    Some(network) => break network,
                    None if watch.stopped() => return Err(RunError::from(Stopped).into()),
                    None => {}
                }
            };
            check_graph(&network, graph, watch, self.seed)?;
            network
                .load(&simulation)
                .map_err(|error| RunError::from(ResumeError::State(error.to_string())))?;
            self.live = Some(network);
        }
        Ok(())
    }

    /// Everything that [`restore`](Self::restore) needs, with what is recorded so far safe in the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&mut self) -> Result<Slot, RunError> {
        let lengths = self.file.as_mut().map(RunFile::secure).transpose()?;
        let live = self.live.as_ref().map(|network| {
            let simulation = network.save();
            let simulation = simulation.map_err(|error| ResumeError::State(error.to_string()))?;
            let graph = network.graph_hash();
            Ok::<_, ResumeError>(Live { graph, simulation })
        });
        let state = State {
            cursor: self.cursor,
            act: self.act.save()?,
            guard: self.guard.counts().clone(),
            fingerprint: self.fingerprint,
            before: self.before.clone(),
            early: self.bouts.early().to_vec(),
            is_tripped: self.is_tripped,
            live: live.transpose()?,
        };
        let state = pack(&state)?;
        Ok(Slot { state, lengths })
    }

    /// Runs to the end, or until `watch` says to stop: then it saves itself in `place`, as it does when a checkpoint is
    /// due. Something is done each time, so that a run stopped again and again comes to its end.
    ///
    /// # Errors
    /// If an act fails, an output cannot be written or a guard trips: the file holds what there was.
    pub fn run(
        &mut self,
        watch: &dyn Watch,
        mut place: Option<&mut Place<'_>>,
    ) -> Result<Ended, A::Error> {
        while let Some(bout) = self.bouts.get(self.cursor) {
            let mut bout = bout.clone();
            let over = match bout.kind.is_simulated() {
                true => self.simulate(&mut bout, watch, place.as_deref_mut())?,
                false => {
                    let stepped = self.act.step(&bout, self.file.as_mut(), watch)?;
                    stepped.is_break()
                }
            };
            if over {
                self.write_bout(&bout, bout.stop)?;
                self.cursor += 1;
            }
            if self.cursor == self.bouts.len() {
                self.act.finish();
                break;
            }
            let stopped = watch.stopped();
            if let Some(place) = &mut place
                && (stopped || place.is_due())
            {
                place.put(self.save()?);
            }
            if stopped {
                return Ok(Ended::Stopped);
            }
        }
        Ok(Ended::Complete)
    }

    /// A slice of the simulated `bout`; whether it is over, which may be before its time. Where a guard stops it between two events
    /// it is saved in `place`, so that it can go on from there.
    fn simulate(
        &mut self,
        bout: &mut Bout,
        watch: &dyn Watch,
        place: Option<&mut Place<'_>>,
    ) -> Result<bool, A::Error> {
        let mut network = match self.live.take() {
            Some(network) => network,
            None => {
                let Some(network) = self.act.build(bout, watch)? else {
                    return Ok(false);
                };
                self.act.begin(bout, self.file.as_mut())?;
                if self.bouts.begins_anew(self.cursor) {
                    self.guard.begin(bout.start);
                }
                self.slice = FIRST_SLICE;
                self.before = network.counts().to_vec();
                network
            }
        };
        let until = network.now().checked_add(self.slice);
        let until = until.map_or(bout.stop, |next| next.min(bout.stop));
        let began = time::Instant::now();
        let advanced = match std::mem::take(&mut self.is_tripped) {
            // Under another limit it may go on.
            true => self.end_window(&network),
            false => Ok(()),
        };
        let advanced = advanced.and_then(|()| self.advance(&mut network, until, bout));
        if let Err(error) = advanced {
            return Err(self.stop(error, network, bout, place)?.into());
        }
        self.slice = next_slice(self.slice, began.elapsed());
        self.show(bout, &network, watch);
        if network.now() < bout.stop {
            self.live = Some(network);
            return Ok(false);
        }
        // The last window of a guard may not have come to its end.
        let weights = Tripped::check_weights(&network);
        if let Err(tripped) = weights.and_then(|()| Tripped::check_finite(&network)) {
            self.is_tripped = true;
            return Err(self.stop(tripped.into(), network, bout, place)?.into());
        }
        self.fingerprint.merge(network.take_fingerprint());
        self.act.end(bout, network, self.file.as_mut())?;
        Ok(true)
    }

    /// Looks at a network at the end of a window.
    fn end_window(&mut self, network: &Simulation) -> Result<(), RunError> {
        let checked = self.guard.check_window(network.now(), network);
        self.is_tripped = checked.is_err();
        Ok(checked?)
    }

    /// What ends with `error` in the middle of `bout`: where that is a guard, the file says how far the bout came; where it can go on
    /// from there under another limit, that is saved first.
    fn stop(
        &mut self,
        error: RunError,
        network: Simulation,
        bout: &Bout,
        place: Option<&mut Place<'_>>,
    ) -> Result<RunError, RunError> {
        let now = network.now();
        self.live = Some(network);
        if matches!(error, RunError::Tripped(_)) {
            if let Some(place) = place.filter(|_| self.is_tripped) {
                place.put(self.save()?);
            }
            self.write_bout(bout, now)?;
        }
        Ok(error)
    }

    /// Runs up to `until`, with a cut at every sample, every snapshot and every end of a guard's window.
    fn advance(
        &mut self,
        network: &mut Simulation,
        until: Time,
        bout: &mut Bout,
    ) -> Result<(), RunError> {
        let Watched {
            sampling,
            snapshots,
            weights,
            ..
        } = self.watched;
        while network.now() < until.min(bout.stop) {
            let now = network.now();
            let sample = sampling.next_cut(now);
            let ends = self.bouts.ends(bout);
            let snapshot = snapshots.next_cut(now, ends);
            let look = weights.next_cut(now, ends);
            let cut = until
                .min(sample)
                .min(snapshot)
                .min(look)
                .min(self.guard.next_end(now));
            let mut watchers = Watchers {
                file: self.file.as_mut(),
                failed: None,
                guard: &mut self.guard,
                watched: self.watched,
                act: &mut self.act,
            };
            let ended = network.run(cut, &mut watchers);
            if let Some(error) = watchers.failed {
                return Err(error.into());
            }
            let is_over = ended == simulation::Ended::Over;
            let cut = if is_over { network.now() } else { cut };
            self.guard.check(network, ended)?;
            if is_over && self.bouts.end_early(self.cursor, cut) {
                bout.stop = cut;
            }
            let edits = network.take_edits();
            let (detections, pulses) = network.take_stimulation();
            self.act.stimulation(network.now(), &detections, &pulses);
            if let Some(file) = &mut self.file {
                self.watched.record_edits(edits, file)?;
                self.watched
                    .record_stimulation(&detections, &pulses, file)?;
                if cut == sample {
                    sampling.sample(network, file)?;
                }
                let ends = self.bouts.ends(bout);
                if cut == snapshot || cut == look {
                    network.settle_synapses();
                }
                if cut == snapshot || is_over {
                    snapshots.take(network, ends, file)?;
                }
                if cut == look || is_over {
                    weights.take(network, self.seed, ends, file)?;
                }
            }
            // Last of all: what it stops goes on from here.
            self.end_window(network)?;
        }
        Ok(())
    }

    /// Writes that `bout` ended at `stop`.
    fn write_bout(&mut self, bout: &Bout, stop: Time) -> Result<(), RunError> {
        if let Some(file) = &mut self.file {
            file.bout(&sink::Bout {
                name: bout.name.clone(),
                kind: bout.label().into(),
                start: bout.start,
                stop,
            })?;
        }
        Ok(())
    }

    fn show(&self, bout: &Bout, network: &Simulation, watch: &dyn Watch) {
        let counts = network.counts().iter().zip(&self.before);
        let counts = counts.map(|(now, before)| now - before);
        let populations = self.watched.populations.iter().zip(counts);
        let populations: Vec<_> = populations
            .map(|(population, spikes)| PopulationActivity {
                name: population.name.clone(),
                spikes,
                size: population.size,
            })
            .collect();
        watch.show(&Progress::Running {
            seed: self.seed,
            bout: &bout.name,
            number: self.bouts.simulated(self.cursor + 1),
            of: self.bouts.simulated(self.bouts.len()),
            simulated: network.now() - bout.start,
            total: bout.duration(),
            populations: &populations,
        });
    }

    /// Hash over all spikes so far.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut fingerprint = self.fingerprint;
        if let Some(network) = &self.live {
            fingerprint.merge(network.fingerprint());
        }
        fingerprint
    }

    /// The network of the bout at hand, if it has begun.
    pub fn network(&self) -> Option<&Simulation> {
        self.live.as_ref()
    }

    /// What acts at its bouts.
    pub fn act(&self) -> &A {
        &self.act
    }

    /// What acts at its bouts, and the file.
    pub fn into_parts(self) -> (A, Option<RunFile>) {
        if let Some(live) = self.live {
            aside::free(live);
        }
        (self.act, self.file)
    }
}

/// Checks that `network`, of `seed`, is the one whose hash is `graph`.
///
/// # Errors
/// If it is not, or `watch` says to stop meanwhile.
pub fn check_graph(
    network: &Simulation,
    graph: u128,
    watch: &dyn Watch,
    seed: u64,
) -> Result<(), RunError> {
    let (synapses, _) = network.synapses();
    let building = Building::new(watch, seed, synapses as u64);
    building.assembled(synapses as u64, synapses as u64);
    match network.graph_hash_watched(&building)? == graph {
        true => Ok(()),
        false => Err(ResumeError::Graph.into()),
    }
}

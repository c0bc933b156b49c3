//! Bouts: what comes from outside is switched on and off where one begins.
//!
//! A stimulus belongs to the network and is on or off. One that is switched on begins there, and its own times count from
//! that instant; one that stays on goes on as if there were no border, so that a border that changes nothing changes no
//! bit. Noise of one sign onto one group is one superposed process: where a stimulus in it is switched or changes its
//! rate the whole process begins anew, which loses nothing, because it has no memory.

use rayon::prelude::*;

use super::Simulation;
use super::alter::Ramp;
use super::ending::Until;
use super::input::Inputs;
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::engine::error::{Kind, SimulationError};
use crate::engine::fingerprint::Fingerprint;
use crate::engine::lane::Lane;
use crate::network::path::Alterations;

/// A stretch of a run in which what is on stays on.
#[derive(Debug, Clone, PartialEq)]
pub struct Bout {
    /// Which it is, from 0. In the first one noise has the streams of a network that has but one bout.
    pub number: u64,
    /// Name, unique in its run: noise that begins in a later bout has streams of this name.
    pub name: String,
    /// When it begins.
    pub start: Time,
    /// What stays of what was before.
    pub keep: Keep,
    /// Names of the stimuli that are on.
    pub on: Vec<String>,
    /// What else is different in it.
    pub regime: Regime,
}

/// What is different in a bout beside its stimuli; as declared where nothing is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regime {
    /// Names of projections whose synapses do not learn in it, though they have a rule.
    pub still: Vec<String>,
    /// Names of slow forces that do not act in it.
    pub suspended: Vec<String>,
    /// What is altered in it, by what was declared: a factor of 2 in two bouts in succession is 2 in both.
    pub alterations: Alterations,
    /// How it comes to that, if not at once: from what was altered before.
    pub ramp: Option<Ramp>,
    /// Names of triggers that find nothing in it.
    pub deaf: Vec<String>,
    /// What ends it before its time, if something does.
    pub until: Option<Until>,
}

/// What stays from one bout to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Everything: the bout begins now, and neurons, spikes under way and stimuli that stay on go on.
    All,
    /// Weights, counts and fingerprint: neurons are at rest, past and flying spikes forgotten, and every stimulus begins
    /// anew. The bout may begin at any time.
    Weights,
}

/// The bout at hand, as far as it names streams.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Current {
    pub(super) number: u64,
    pub(super) name: String,
    /// Changes to stimuli since it began.
    pub(super) changes: u64,
}

impl Current {
    /// Behind the names of streams that begin now.
    pub(super) fn suffix(&self) -> String {
        let bout = match self.number {
            0 => String::new(),
            _ => format!(".{}", self.name),
        };
        match self.changes {
            0 => bout,
            changes => format!("{bout}.change {changes}"),
        }
    }
}

impl Simulation {
    /// Begins `bout`. A stimulus that was [given](Self::drive) from outside can only stay on where everything is kept;
    /// otherwise it is gone, and is to be given again.
    ///
    /// # Errors
    /// If there is no such stimulus, projection that learns, or modulator, what is to be altered cannot be, or everything is
    /// to be kept and the bout begins at another instant than now or the network has exploded. Then nothing has changed.
    pub fn begin(&mut self, bout: &Bout) -> Result<(), SimulationError> {
        for name in &bout.on {
            self.check_declared(name, bout.keep)?;
        }
        self.check_regime(&bout.regime)?;
        match bout.keep {
            Keep::All => {
                self.check_now(bout.start)?;
                if self.exploded {
                    return Err(SimulationError::Exploded { now: self.now });
                }
            }
            Keep::Weights => {}
        }
        let kept = bout.keep == Keep::All;
        // What falls on the begin goes by what was: neurons at rest have no past.
        let is_forced = !kept && bout.start == self.now && self.next_force() <= self.now;
        if is_forced {
            self.check_way(&bout.regime.alterations, bout.regime.ramp)?;
        }
        // A way that ends here has come to its end.
        self.take_steps();
        if is_forced {
            self.force();
        }
        let begun = Current {
            number: bout.number,
            name: bout.name.clone(),
            changes: 0,
        };
        let before = std::mem::replace(&mut self.bout, begun);
        let regime = &bout.regime;
        if let Err(error) = self.set_out(&regime.alterations, regime.ramp, kept) {
            self.bout = before;
            return Err(error);
        }
        if !kept {
            self.rest(bout.start);
        }
        let is_first = bout.number == 0 && self.steps == 0 && self.now == Time::ZERO;
        if is_first {
            // Nothing has happened: what was switched on when the network was built begins under this bout's name.
            let before = self.inputs.clone();
            for (_, since) in self.inputs.all_mut() {
                *since = None;
            }
            self.inputs.end_pulses();
            self.arrange(&before);
        }
        if bout.keep == Keep::Weights && bout.number > 0 {
            self.renew_sources();
        }
        self.switch(|name| bout.on.iter().any(|on| on == name));
        self.enter(&bout.regime, is_first || !kept);
        self.look_for_end(bout.regime.until.as_ref());
        Ok(())
    }

    /// The hash over all spikes since it was last taken, which begins anew: for runs that add up their bouts.
    pub fn take_fingerprint(&mut self) -> Fingerprint {
        std::mem::take(&mut self.fingerprint)
    }

    /// Names of the stimuli that are on, declared and given.
    pub fn on(&self) -> Vec<&str> {
        let declared = self.inputs.all();
        let declared = declared.filter_map(|(name, since)| since.map(|_| name));
        let given = self.drives.iter().filter(|drive| drive.since.is_none());
        declared.chain(given.map(|drive| &drive.name[..])).collect()
    }

    /// A stimulus of this name can be switched on, or stay on.
    fn check_declared(&self, name: &str, keep: Keep) -> Result<(), SimulationError> {
        if self.inputs.all().any(|(known, _)| known == name) {
            return Ok(());
        }
        let mut given = self.drives.iter().filter(|drive| drive.since.is_none());
        match given.any(|drive| drive.name == name) {
            true if keep == Keep::All => Ok(()),
            true => Err(SimulationError::Given { name: name.into() }),
            false => Err(self.no_stimulus(name)),
        }
    }

    pub(super) fn no_stimulus(&self, name: &str) -> SimulationError {
        let declared = self.inputs.all().map(|(name, _)| name);
        let given = self.drives.iter().filter(|drive| drive.since.is_none());
        let known = declared.chain(given.map(|drive| &drive.name[..]));
        SimulationError::Unknown {
            kind: Kind::Stimulus,
            name: name.into(),
            known: known.map(str::to_owned).collect(),
        }
    }

    pub(super) fn check_now(&self, at: Time) -> Result<(), SimulationError> {
        let now = self.now;
        match at == now {
            true => Ok(()),
            false => Err(SimulationError::NotNow { at, now }),
        }
    }

    /// Every neuron to rest at `t`, with nothing under way and nothing on.
    fn rest(&mut self, t: Time) {
        let now = self.now;
        self.lanes
            .par_iter_mut()
            .for_each(|lane| lane.reset(now, t));
        self.hold_unborn();
        self.drives.clear();
        self.agenda.clear();
        self.spikes.clear();
        for (_, since) in self.inputs.all_mut() {
            *since = None;
        }
        self.inputs.end_pulses();
        self.inputs.begin_waves(t);
        self.inputs.unfill();
        self.stimulation.rest(t);
        self.modulators.iter_mut().for_each(|own| own.reset(t));
        self.forces.iter_mut().for_each(|own| own.reset(t));
        self.exploded = false;
        self.now = t;
    }

    /// Populations that fire by themselves begin anew with streams of the bout at hand, as the noise of stimuli does.
    fn renew_sources(&mut self) {
        let (suffix, inputs) = (self.bout.suffix(), &self.inputs);
        self.lanes.par_iter_mut().for_each(|lane| {
            for group in &mut lane.groups {
                let purpose = format!("neurons.{}{suffix}", inputs.populations[group.kind]);
                let stream = Stream::new(inputs.seed, &purpose, group.part);
                group.neurons.renew(stream);
            }
        });
    }

    /// Switches stimuli on and off; those that are given can only be switched off.
    pub(in crate::engine) fn switch(&mut self, on: impl Fn(&str) -> bool) {
        let before = self.inputs.clone();
        for (name, since) in self.inputs.all_mut() {
            *since = on(name).then(|| since.unwrap_or(self.now));
        }
        self.inputs.end_pulses();
        self.drives.retain(|drive| {
            let stays = drive.since.is_some() || on(&drive.name);
            if !stays {
                self.agenda.remove(&drive.id);
            }
            stays
        });
        self.arrange(&before);
    }

    /// Brings lanes and drives to the inputs as they are, given what they were `before`.
    pub(super) fn arrange(&mut self, before: &Inputs) {
        let (now, suffix) = (self.now, self.bout.suffix());
        let inputs = &self.inputs;
        self.lanes.par_iter_mut().for_each(|lane: &mut Lane| {
            for group in &mut lane.groups {
                inputs.arrange_noise(before, group, now, &suffix);
                inputs.arrange_steps(before, group, now);
            }
        });
        self.arrange_drives();
    }
}

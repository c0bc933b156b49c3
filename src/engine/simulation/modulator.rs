//! Modulators: released by spikes, they reach every lane with a delay, as spikes do; released by triggers, as soon as these tell.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::stimulation::Stimulation;
use super::{Projection, Regime, Simulation};
use crate::base::time::{Duration, Time};
use crate::engine::error::{Kind, SimulationError, StateError};
use crate::engine::lane::dense::{DenseBlock, Plastic};
use crate::engine::lane::{Lane, Synapses};
use crate::network::plan;
use crate::plasticity::Modulation;
use crate::plasticity::modulation::{SavedModulation, Turn};

/// A modulator of the network.
pub(super) struct Modulator {
    pub(super) name: String,
    /// What it does where bouts say nothing.
    pub(super) baseline: f64,
    modulation: Modulation,
    /// Indices of the populations whose spikes release it.
    sources: Vec<usize>,
    /// Indices of the triggers that release it.
    triggers: Vec<usize>,
    amount: f64,
    delay: Duration,
    /// Releases to come, in order.
    waiting: VecDeque<Release>,
    /// Which synapses it acts on.
    sites: Vec<Site>,
}

/// Synapses of a lane.
#[derive(Debug, Clone, Copy)]
enum Site {
    /// Lane and block.
    Sparse(usize, usize),
    /// Lane, group, block.
    Dense(usize, usize, usize),
}

/// A release to come.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Release {
    time: Time,
    by: By,
    amount: f64,
}

/// What releases. It is its order that amounts of one instant come in, so that windows do not show in their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum By {
    /// Populations, in the order in which spikes of one instant are shown.
    Spikes,
    /// The trigger of this index.
    Trigger(usize),
}

impl Release {
    fn order(&self) -> (Time, By) {
        (self.time, self.by)
    }
}

/// All that changes.
#[derive(Serialize, Deserialize)]
pub(super) struct ModulatorState {
    name: String,
    modulation: SavedModulation,
    waiting: Vec<Release>,
}

impl Modulator {
    /// The modulator number `number` in a network of these.
    pub(super) fn new(
        plan: &plan::Modulator,
        number: usize,
        projections: &[Projection],
        lanes: &[Lane],
        stimulation: &Stimulation,
    ) -> Self {
        let mine = |projection: &&Projection| projection.modulator == Some(number);
        let mine: Vec<&Projection> = projections.iter().filter(mine).collect();
        let sparse = |of: usize| {
            let mut learning = mine.iter().filter_map(|mine| mine.learning.as_ref());
            learning.any(|(number, _)| *number == of)
        };
        let dense = |of: usize| {
            let mut dense = mine.iter().filter_map(|mine| mine.dense);
            dense.any(|(number, ..)| number == of)
        };
        let mut sites = Vec::new();
        for (lane, own) in lanes.iter().enumerate() {
            for (at, block) in own.blocks.iter().enumerate() {
                if let Synapses::Learning { projection, .. } = &block.synapses
                    && sparse(*projection)
                {
                    sites.push(Site::Sparse(lane, at));
                }
            }
            for (group, own) in own.groups.iter().enumerate() {
                for (at, block) in own.dense.iter().enumerate() {
                    if dense(block.projection) {
                        sites.push(Site::Dense(lane, group, at));
                    }
                }
            }
        }
        Self {
            name: plan.name.clone(),
            baseline: plan.kinetics.baseline,
            modulation: Modulation::new(plan.kinetics, Time::ZERO),
            sources: plan.sources.clone(),
            triggers: stimulation.indices(&plan.triggers),
            amount: plan.amount,
            delay: plan.delay,
            waiting: VecDeque::new(),
            sites,
        }
    }

    /// Takes in that `n` neurons of a population spiked at `t`.
    pub(super) fn take(&mut self, population: usize, t: Time, n: usize) {
        let sources = self.sources.iter();
        let times = sources.filter(|&&source| source == population).count();
        if times > 0
            && let Some(at) = t.checked_add(self.delay)
        {
            self.await_release(at, By::Spikes, self.amount * n as f64);
        }
    }

    fn await_release(&mut self, time: Time, by: By, amount: f64) {
        let release = Release { time, by, amount };
        let before = |other: &Release| other.order() <= release.order();
        let place = self.waiting.partition_point(before);
        self.waiting.insert(place, release);
    }

    /// Begins anew at its baseline.
    pub(super) fn reset(&mut self, t: Time) {
        self.modulation.reset(t);
        self.waiting.clear();
    }

    pub(super) fn state(&self) -> ModulatorState {
        let Self {
            name,
            baseline: _,
            modulation,
            sources: _,
            triggers: _,
            amount: _,
            delay: _,
            waiting,
            sites: _,
        } = self;
        ModulatorState {
            name: name.clone(),
            modulation: modulation.save(),
            waiting: waiting.iter().copied().collect(),
        }
    }

    pub(super) fn load(&mut self, state: ModulatorState) -> Result<(), StateError> {
        let other = || StateError(format!("another modulator `{}`", state.name));
        let own = Modulation::go_on(Some(&self.modulation), Some(&state.modulation));
        let modulation = own.flatten().filter(|_| state.name == self.name);
        self.modulation = modulation.ok_or_else(other)?;
        if !state.waiting.is_sorted_by_key(Release::order) {
            return Err(StateError("releases out of order".into()));
        }
        self.waiting = state.waiting.into();
        Ok(())
    }
}

impl Simulation {
    /// How much there is of the modulator called `name`, as it stands.
    ///
    /// # Errors
    /// If there is none.
    pub fn modulator(&self, name: &str) -> Result<f64, SimulationError> {
        let at = self.modulator_of(name)?;
        Ok(self.modulators[at].modulation.after(self.now))
    }

    /// The same at `t`, which is now or before it, if nothing happened in between; `None` if there is no such modulator.
    pub fn modulator_at(&self, name: &str, t: Time) -> Option<f64> {
        let mut all = self.modulators.iter();
        let known = all.find(|known| known.name == name)?;
        Some(known.modulation.after(t))
    }

    /// A modulator of which there is no finite amount: its name, and what there is.
    pub fn modulator_beyond(&self) -> Option<(&str, f64)> {
        let levels = self.modulators.iter();
        let mut levels = levels.map(|own| (&own.name[..], own.modulation.after(self.now)));
        levels.find(|(_, level)| !level.is_finite())
    }

    pub(super) fn modulator_of(&self, name: &str) -> Result<usize, SimulationError> {
        let found = self.modulators.iter().position(|known| known.name == name);
        found.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Modulator,
            name: name.into(),
            known: self.modulators.iter().map(|m| m.name.clone()).collect(),
        })
    }

    /// Takes in what triggers have told of.
    pub(super) fn hear(&mut self) {
        for (trigger, told) in self.stimulation.told.drain(..) {
            let modulators = self.modulators.iter_mut();
            for modulator in modulators.filter(|own| own.triggers.contains(&trigger)) {
                modulator.await_release(told, By::Trigger(trigger), modulator.amount);
            }
        }
    }

    /// Lets happen to modulators what happens before `end`.
    pub(super) fn release(&mut self, end: Time) {
        for number in 0..self.modulators.len() {
            let waiting = |own: &mut Self| {
                let waiting = &mut own.modulators[number].waiting;
                waiting.pop_front_if(|release| release.time < end)
            };
            while let Some(Release { time, amount, .. }) = waiting(self) {
                self.turn(number, time, Turn::Release(amount));
            }
        }
    }

    /// Lets something happen to a modulator now.
    pub(super) fn turn_now(&mut self, number: usize, turn: Turn) {
        self.turn(number, self.now, turn);
    }

    fn turn(&mut self, number: usize, at: Time, turn: Turn) {
        let modulator = &mut self.modulators[number];
        modulator.modulation.turn(at, turn);
        modulator.modulation.forget(at);
        for site in &modulator.sites {
            match *site {
                Site::Sparse(lane, block) => {
                    let block = &mut self.lanes[lane].blocks[block];
                    if let Some(learn) = block.learning() {
                        learn.modulate(at, turn);
                    }
                }
                Site::Dense(lane, group, block) => {
                    let block = &mut self.lanes[lane].groups[group].dense[block];
                    if let Some(Plastic::Rows(learn)) = &mut block.plastic {
                        learn.modulate(at, turn);
                    }
                }
            }
        }
    }

    /// Checks that all that a bout names is there.
    pub(super) fn check_regime(&self, regime: &Regime) -> Result<(), SimulationError> {
        for name in &regime.still {
            self.plastic(name)?;
        }
        for name in &regime.suspended {
            self.force_of(name)?;
        }
        for name in &regime.deaf {
            self.stimulation.trigger_of(name)?;
        }
        self.check_until(regime)
    }

    /// Brings learning and modulators to what a bout says. Where all `is_new`, nothing has been released before, and what there is of a
    /// modulator is its baseline.
    pub(super) fn enter(&mut self, regime: &Regime, is_new: bool) {
        self.switch_forces(&regime.suspended);
        self.stimulation.listen(&regime.deaf, self.now);
        for at in 0..self.projections.len() {
            if self.projections[at].is_plastic {
                let is_still = regime.still.contains(&self.projections[at].name);
                self.set_learning(at, !is_still);
            }
        }
        for number in 0..self.modulators.len() {
            let baseline = self.baseline(number);
            let modulation = &self.modulators[number].modulation;
            let is_settled = !is_new || modulation.after(self.now) == baseline;
            if modulation.baseline() != baseline || !is_settled {
                let turn = match is_new {
                    true => Turn::Settled(baseline),
                    false => Turn::Baseline(baseline),
                };
                self.turn_now(number, turn);
            }
        }
    }

    /// Index of the projection called `name`, whose weights learn.
    pub(super) fn plastic(&self, name: &str) -> Result<usize, SimulationError> {
        let at = self.projections.iter().position(|known| known.name == name);
        let at = at.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Projection,
            name: name.into(),
            known: self.projections.iter().map(|p| p.name.clone()).collect(),
        })?;
        match self.projections[at].is_plastic {
            true => Ok(at),
            false => Err(SimulationError::Static {
                projection: name.into(),
            }),
        }
    }

    /// Switches learning of the projection at index `at` on or off from now on.
    pub(super) fn set_learning(&mut self, at: usize, on: bool) {
        let now = self.now;
        let projection = &self.projections[at];
        let (sparse, dense) = (&projection.learning, projection.dense);
        for lane in &mut self.lanes {
            for block in &mut lane.blocks {
                if let Synapses::Learning { projection, learn } = &mut block.synapses
                    && sparse
                        .as_ref()
                        .is_some_and(|(number, _)| number == projection)
                {
                    learn.set_learning(now, on);
                }
            }
            let blocks = lane.groups.iter_mut().flat_map(|group| &mut group.dense);
            let mine = |block: &&mut DenseBlock| {
                dense.is_some_and(|(number, ..)| number == block.projection)
            };
            blocks
                .filter(mine)
                .for_each(|block| block.set_learning(now, on));
        }
    }
}

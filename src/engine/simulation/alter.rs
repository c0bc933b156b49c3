//! Numbers of the network that are others than they were declared as: at an instant, in the state that it has then.
//!
//! Neurons keep potentials, currents and the ends of refractory periods, and what they would cross by themselves is
//! foreseen anew; noise and synapses from then on bring what they then bring. What is altered is part of the state, and a
//! network that goes on from a checkpoint is altered so before it is loaded.

mod check;
mod way;

use serde::{Deserialize, Serialize};

use super::{Projection, Simulation};
use crate::base::alteration::Alteration;
use crate::base::parameter::Values;
use crate::base::time::{Duration, Time};
use crate::engine::error::{SimulationError, StateError};
use crate::engine::lane::Synapses;
use crate::engine::lane::dense::Plastic;
use crate::engine::neurons::{Declared, Now};
use crate::network::path::{Alterations, BASELINE, WEIGHT};
use crate::network::{ParameterPath, Part};
use crate::plasticity;
use crate::plasticity::modulation::Turn;
use way::Way;

/// What is altered, and where that leads.
pub(super) struct Altered {
    pub(super) declared: Declared,
    /// What is not as declared.
    pub(super) now: Alterations,
    way: Option<Way>,
}

/// How a bout comes to what is altered in it: step by step from what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    /// How long that takes, above zero: at its end all is as the bout says.
    pub length: Duration,
    /// The longest step, above zero; there are four at least.
    pub step: Duration,
}

/// A ramp no longer than its longest step is to be a ramp, not a jump at its end.
const FEWEST_STEPS: i64 = 4;

/// How much further a step goes where neurons are impossible at its end, as a share of a step.
const FURTHER: f64 = 1e-3;

/// What a checkpoint keeps.
#[derive(Serialize, Deserialize)]
pub(super) struct AlteredState {
    now: Alterations,
    way: Option<Way>,
}

impl Altered {
    /// Nothing yet.
    pub(super) fn new(declared: Declared) -> Self {
        Self {
            declared,
            now: Alterations::new(),
            way: None,
        }
    }

    /// A number is altered so from now on, also where it was on its way to something else.
    pub(super) fn stay(&mut self, path: &ParameterPath, by: Alteration) {
        let way = self.way.iter_mut();
        let ends = way.flat_map(|way| [&mut way.from, &mut way.to]);
        for all in ends.chain([&mut self.now]) {
            match by.is_none() {
                true => all.remove(path),
                false => all.insert(path.clone(), by),
            };
        }
    }

    /// How a number is altered.
    pub(super) fn of(&self, path: &ParameterPath) -> Alteration {
        self.now.get(path).copied().unwrap_or_default()
    }

    pub(super) fn state(&self) -> AlteredState {
        let Self {
            declared: _,
            now,
            way,
        } = self;
        AlteredState {
            now: now.clone(),
            way: way.clone(),
        }
    }

    /// When the next step of the way is due.
    pub(super) fn due(&self) -> Time {
        self.way.as_ref().map_or(Time::MAX, Way::due)
    }
}

/// Those of `alterations` that alter something.
fn some(alterations: &Alterations) -> Alterations {
    let some = alterations.iter().filter(|(_, how)| !how.is_none());
    some.map(|(path, how)| (path.clone(), *how)).collect()
}

impl Simulation {
    /// Comes to `alterations`, at once or by a ramp; `kept` says whether neurons keep their state or are about to be at
    /// rest.
    pub(super) fn set_out(
        &mut self,
        alterations: &Alterations,
        ramp: Option<Ramp>,
        kept: bool,
    ) -> Result<(), SimulationError> {
        self.check_way(alterations, ramp)?;
        let wanted = some(alterations);
        match ramp.filter(|_| wanted != self.altered.now) {
            None => {
                self.alter(wanted, kept)?;
                self.altered.way = None;
            }
            Some(Ramp { length, step }) => {
                let steps = (length.ps() - 1) / step.ps() + 1;
                let steps = steps.max(FEWEST_STEPS.min(length.ps()));
                self.altered.way = Some(Way {
                    from: self.altered.now.clone(),
                    to: wanted,
                    start: self.now,
                    length,
                    steps,
                    done: 0,
                });
            }
        }
        Ok(())
    }

    /// Checks that there is a way to `alterations`, by a ramp or at once.
    pub(super) fn check_way(
        &self,
        alterations: &Alterations,
        ramp: Option<Ramp>,
    ) -> Result<(), SimulationError> {
        let wanted = some(alterations);
        for (path, &alteration) in &wanted {
            self.check_path(path, alteration)?;
        }
        self.check_values(&wanted, &self.changed(&wanted))?;
        match ramp.filter(|_| wanted != self.altered.now) {
            Some(Ramp { length, step }) if length <= Duration::ZERO || step <= Duration::ZERO => {
                Err(SimulationError::Ramp { length, step })
            }
            _ => Ok(()),
        }
    }

    /// Takes the steps that are due by now. Where neurons are impossible at one, as where a current leads exactly to the
    /// threshold, it goes a little further; it is left out if they are so there, too.
    pub(super) fn take_steps(&mut self) {
        while self.altered.due() <= self.now {
            let Some(way) = &mut self.altered.way else {
                return;
            };
            way.done += 1;
            let (wanted, is_last) = (way.after(way.done as f64), way.done == way.steps);
            if is_last {
                self.altered.way = None;
            }
            self.bout.changes += 1;
            // The last was tried when the way began.
            if self.alter(wanted, true).is_err()
                && let Some(way) = &self.altered.way
            {
                let further = way.after(way.done as f64 + FURTHER);
                let _ = self.alter(further, true);
            }
        }
    }

    /// Lets numbers become others, or none of them.
    pub(super) fn alter_some(&mut self, alterations: &Alterations) -> Result<(), SimulationError> {
        let mut wanted = self.altered.now.clone();
        for (path, &by) in alterations {
            self.check_path(path, by)?;
            match by.is_none() {
                true => wanted.remove(path),
                false => wanted.insert(path.clone(), by),
            };
        }
        self.check_values(&wanted, &self.changed(&wanted))?;
        self.bout.changes += 1;
        if let Err(error) = self.alter(wanted, true) {
            self.bout.changes -= 1;
            return Err(error);
        }
        for (path, &by) in alterations {
            self.altered.stay(path, by);
        }
        Ok(())
    }

    /// Lets the network be what `wanted` makes of what was declared; if it cannot be, nothing has changed.
    fn alter(&mut self, wanted: Alterations, kept: bool) -> Result<(), SimulationError> {
        let changed = self.changed(&wanted);
        if changed.is_empty() {
            return Ok(());
        }
        let rules = self.values_of_rules(&wanted, &changed)?;
        if kept {
            self.catch_up();
        }
        let concerned = |population| self.concerns(&changed, population);
        let now = Now {
            alterations: &wanted,
            heights: &self.heights,
        };
        let built = self.rebuilt(&concerned, now, kept, &self.bout.suffix())?;
        self.put(built);
        self.altered.now = wanted;
        self.alter_synapses(&changed, &rules);
        let outside =
            |path: &ParameterPath| matches!(path.part, Part::Stimulus | Part::Oscillation);
        if changed.keys().any(outside) {
            let before = self.inputs.clone();
            self.inputs.alter(&self.altered.now, self.now);
            self.arrange(&before);
        }
        self.alter_forces(&changed);
        for path in changed.keys().filter(|path| path.part == Part::Modulator) {
            if let Ok(number) = self.modulator_of(&path.name) {
                let baseline = self.baseline(number);
                self.turn_now(number, Turn::Baseline(baseline));
            }
        }
        Ok(())
    }

    /// What is altered otherwise now than in `wanted`, and how it is there.
    fn changed(&self, wanted: &Alterations) -> Alterations {
        let now = &self.altered.now;
        let paths = now.keys().chain(wanted.keys());
        let paths = paths.filter(|path| now.get(path) != wanted.get(path));
        let changed = paths.map(|path| (path.clone(), wanted.get(path).copied()));
        changed
            .map(|(path, how)| (path, how.unwrap_or_default()))
            .collect()
    }

    /// Whether something of the population at an index is `changed`.
    fn concerns(&self, changed: &Alterations, population: usize) -> bool {
        let name = &self.populations[population].name;
        let mut paths = changed.keys();
        paths.any(|path| path.part == Part::Population && path.name == *name)
    }

    /// Gives synapses other weights, and their rules other values.
    fn alter_synapses(&mut self, changed: &Alterations, rules: &[(usize, Values)]) {
        let weights = changed.iter().filter(|(path, _)| {
            let (part, parameter) = (path.part, &path.parameter);
            part == Part::Projection && parameter == WEIGHT
        });
        let weights: Vec<_> = weights.collect();
        if !weights.is_empty() {
            // It is that of the network as it was assembled.
            self.graph_hash();
        }
        for (path, &how) in weights {
            let known = self.projections.iter();
            let Some(projection) = known.clone().find(|known| known.name == path.name) else {
                continue;
            };
            let (sparse, dense, tied) = (projection.sparse, projection.dense, projection.tied);
            for lane in &mut self.lanes {
                let blocks = lane.groups.iter_mut().flat_map(|group| &mut group.tied);
                blocks
                    .filter(|block| tied == Some(block.projection))
                    .for_each(|block| block.altered = how.factor);
                for number in 0..lane.blocks.len() {
                    let block = &mut lane.blocks[number];
                    if sparse.is_some() && block.projection == sparse {
                        block.alter(how);
                        lane.renew_carried(number);
                    }
                }
                let blocks = lane.groups.iter_mut().flat_map(|group| &mut group.dense);
                blocks
                    .filter(|block| dense.is_some_and(|(number, ..)| number == block.projection))
                    .for_each(|block| block.altered = how.factor);
            }
        }
        for (at, values) in rules {
            self.set_rule(*at, values);
        }
    }

    /// Lets the rule of the projection at index `at` go on with `values`, which it may become.
    fn set_rule(&mut self, at: usize, values: &Values) {
        let now = self.now;
        let Projection {
            sparse,
            dense,
            rule: Some(declared),
            ..
        } = &self.projections[at]
        else {
            return;
        };
        for lane in &mut self.lanes {
            for block in &mut lane.blocks {
                if let Synapses::Learning { projection, learn } = &mut block.synapses
                    && Some(*projection) == *sparse
                {
                    // Its values were tried before.
                    let _ = learn.set_rule(now, values);
                }
            }
            let blocks = lane.groups.iter_mut().flat_map(|group| &mut group.dense);
            for block in blocks.filter(|block| dense.is_some_and(|own| own.0 == block.projection)) {
                match &mut block.plastic {
                    None => {}
                    Some(Plastic::Rows(learn)) => {
                        let _ = learn.set_rule(now, values, block.weights.values_mut());
                    }
                    Some(Plastic::Column { rule, .. }) => {
                        let other = plasticity::rule(declared.rule).ok();
                        if let Some(Ok(Some(other))) = other.map(|other| other.column(values)) {
                            *rule = other;
                        }
                    }
                }
            }
        }
    }

    /// What the modulator number `number` decays to where bouts say nothing.
    pub(super) fn baseline(&self, number: usize) -> f64 {
        let own = &self.modulators[number];
        let path = ParameterPath::new(Part::Modulator, &own.name, BASELINE);
        self.altered.of(&path).of(own.baseline)
    }

    /// Alters a network that is as declared, or otherwise altered, as the one was that `state` is of; the state of what
    /// is altered is loaded after that.
    pub(super) fn load_altered(&mut self, state: AlteredState) -> Result<(), StateError> {
        let AlteredState { now, way } = state;
        let unfit = |error: SimulationError| StateError(error.to_string());
        for (path, &how) in &now {
            self.check_path(path, how).map_err(unfit)?;
        }
        if let Some(way) = &way {
            let is_sound = (0..way.steps).contains(&way.done) && way.length > Duration::ZERO;
            let mut paths = way.from.iter().chain(&way.to);
            let known = paths.try_for_each(|(path, &how)| self.check_path(path, how));
            known.map_err(unfit)?;
            if !is_sound {
                return Err(StateError("a ramp without end".into()));
            }
        }
        self.alter(now, false).map_err(unfit)?;
        self.altered.way = way;
        Ok(())
    }
}

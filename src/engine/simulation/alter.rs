//! Numbers of the network that are others than they were declared as: at an instant, in the state that it has then.
//!
//! Neurons keep potentials, currents and the ends of refractory periods, and what they would cross by themselves is
//! foreseen anew; noise and synapses from then on bring what they then bring. What is altered is part of the state, and a
//! network that goes on from a checkpoint is altered so before it is loaded.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Projection, Simulation};
use crate::base::alteration::Alteration;
use crate::base::parameter::{Values, complete};
use crate::base::time::{Duration, Time};
use crate::engine::error::{SimulationError, StateError};
use crate::engine::lane::dense::Plastic;
use crate::engine::lane::{Lane, Synapses};
use crate::engine::neurons::{Declared, Together};
use crate::network::path::{Alterations, BASELINE, WEIGHT, altered, fixed, no_name, no_parameter};
use crate::network::{ParameterPath, Part, PathError};
use crate::neuron::{AlterError, Neurons};
use crate::plasticity;
use crate::plasticity::modulation::Turn;

/// What is altered, and where that leads.
pub(super) struct Altered {
    declared: Declared,
    /// What is not as declared.
    pub(super) now: Alterations,
    way: Option<Way>,
}

/// How a bout comes to what is altered in it: step by step from what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    /// How long that takes, above zero: at its end all is as the bout says.
    pub length: Duration,
    /// The longest step, above zero.
    pub step: Duration,
}

/// On the way from one to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Way {
    from: Alterations,
    to: Alterations,
    start: Time,
    length: Duration,
    steps: i64,
    done: i64,
}

/// What a checkpoint keeps.
#[derive(Serialize, Deserialize)]
pub(super) struct AlteredState {
    now: Alterations,
    way: Option<Way>,
}

/// Neurons that take the place of those of a lane's group.
type Built = Vec<(usize, Box<dyn Neurons>)>;

impl Altered {
    /// Nothing yet.
    pub(super) fn new(declared: Declared) -> Self {
        Self {
            declared,
            now: Alterations::new(),
            way: None,
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

impl Way {
    fn due(&self) -> Time {
        let passed = i128::from(self.length.ps()) * i128::from(self.done + 1);
        let passed = passed / i128::from(self.steps);
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let due = self.start.checked_add(Duration::from_ps(passed));
        due.unwrap_or(Time::MAX)
    }

    /// What is altered after so many steps.
    fn after(&self, done: i64) -> Alterations {
        let share = done as f64 / self.steps as f64;
        let at = |all: &Alterations, path| all.get(path).copied().unwrap_or_default();
        let paths = self.from.keys().chain(self.to.keys());
        let altered = paths.map(|path| {
            let on_the_way = at(&self.from, path).towards(at(&self.to, path), share);
            (path.clone(), on_the_way)
        });
        altered.filter(|(_, how)| !how.is_none()).collect()
    }
}

/// Those of `alterations` that alter something.
fn some(alterations: &Alterations) -> Alterations {
    let some = alterations.iter().filter(|(_, how)| !how.is_none());
    some.map(|(path, how)| (path.clone(), *how)).collect()
}

impl Simulation {
    /// Checks that the network can become what `alterations` make of it, as it will when a bout begins: neurons, too, of
    /// which each has parameters of its own.
    ///
    /// # Errors
    /// If there is no such number, it cannot change, or values are impossible or contradict each other.
    pub fn check_alterations(&self, alterations: &Alterations) -> Result<(), SimulationError> {
        let wanted = some(alterations);
        for (path, &alteration) in &wanted {
            self.check_path(path, alteration)?;
        }
        self.check_values(&wanted, &wanted)
    }

    /// Checks that what is `changed` can be as `wanted`: whoever comes to an instant to change something there and then does
    /// not is no more where it was.
    fn check_values(
        &self,
        wanted: &Alterations,
        changed: &Alterations,
    ) -> Result<(), SimulationError> {
        self.values_of_rules(wanted, changed)?;
        let lanes = self.lanes.par_iter();
        lanes.try_for_each(|lane| self.build(lane, wanted, changed, "", false).map(drop))
    }

    /// Comes to `alterations`, at once or by a ramp; `kept` says whether neurons keep their state or are about to be at
    /// rest.
    pub(super) fn set_out(
        &mut self,
        alterations: &Alterations,
        ramp: Option<Ramp>,
        kept: bool,
    ) -> Result<(), SimulationError> {
        let wanted = some(alterations);
        for (path, &alteration) in &wanted {
            self.check_path(path, alteration)?;
        }
        self.check_values(&wanted, &self.changed(&wanted))?;
        match ramp.filter(|_| wanted != self.altered.now) {
            None => {
                self.alter(wanted, kept)?;
                self.altered.way = None;
            }
            Some(Ramp { length, step }) => {
                if length <= Duration::ZERO || step <= Duration::ZERO {
                    return Err(SimulationError::Ramp { length, step });
                }
                let steps = (length.ps() - 1) / step.ps() + 1;
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

    /// Takes the steps that are due by now. One at which neurons are impossible, as where a current leads exactly to the
    /// threshold, is left out: it stays as it was until the next.
    pub(super) fn take_steps(&mut self) {
        while self.altered.due() <= self.now {
            let Some(way) = &mut self.altered.way else {
                return;
            };
            way.done += 1;
            let (wanted, is_last) = (way.after(way.done), way.done == way.steps);
            if is_last {
                self.altered.way = None;
            }
            self.bout.changes += 1;
            // The last was tried when the way began.
            let _ = self.alter(wanted, true);
        }
    }

    /// Lets one number become another.
    pub(super) fn alter_one(
        &mut self,
        path: &ParameterPath,
        by: Alteration,
    ) -> Result<(), SimulationError> {
        self.check_path(path, by)?;
        let mut wanted = self.altered.now.clone();
        match by.is_none() {
            true => wanted.remove(path),
            false => wanted.insert(path.clone(), by),
        };
        self.check_values(&wanted, &self.changed(&wanted))?;
        self.bout.changes += 1;
        if let Err(error) = self.alter(wanted, true) {
            self.bout.changes -= 1;
            return Err(error);
        }
        if let Some(way) = &mut self.altered.way {
            for all in [&mut way.from, &mut way.to] {
                match by.is_none() {
                    true => all.remove(path),
                    false => all.insert(path.clone(), by),
                };
            }
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
            let now = self.now;
            self.lanes.par_iter_mut().for_each(|lane| {
                let groups = lane.groups.iter_mut();
                groups.for_each(|group| group.neurons.advance(now));
            });
        }
        let suffix = self.bout.suffix();
        let built = self.lanes.par_iter();
        let built = built.map(|lane| self.build(lane, &wanted, &changed, &suffix, kept));
        let built = built.collect::<Result<Vec<Built>, _>>()?;
        for (lane, built) in self.lanes.iter_mut().zip(built) {
            for (group, neurons) in built {
                let group = &mut lane.groups[group];
                group.neurons = neurons;
                for noise in &mut group.noise {
                    noise.set_growth(group.neurons.growth(noise.weight()));
                }
            }
        }
        self.altered.now = wanted;
        self.alter_synapses(&changed, &rules);
        if changed.keys().any(|path| path.part == Part::Stimulus) {
            let before = self.inputs.clone();
            self.inputs.alter(&self.altered.now);
            self.arrange(&before);
        }
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

    /// The neurons of `lane` that are others when `wanted` comes with what is `changed`.
    fn build(
        &self,
        lane: &Lane,
        wanted: &Alterations,
        changed: &Alterations,
        suffix: &str,
        kept: bool,
    ) -> Result<Built, SimulationError> {
        let mut built = Built::new();
        for (at, group) in lane.groups.iter().enumerate() {
            let concerned = group.members.iter().find(|member| {
                let name = &self.populations[member.population].name;
                let mut paths = changed.keys();
                paths.any(|path| path.part == Part::Population && path.name == *name)
            });
            let Some(member) = concerned else { continue };
            let together = Together {
                members: &group.members,
                kind: group.kind,
                part: group.part,
            };
            let declared = &self.altered.declared;
            let neurons = match kept {
                true => declared.alter(&*group.neurons, together, wanted, suffix),
                false => {
                    let neurons = declared.at_rest(together, wanted, suffix);
                    neurons.map_err(AlterError::from)
                }
            };
            let neurons = neurons.map_err(|error| SimulationError::Altered {
                population: self.populations[member.population].name.clone(),
                error,
            })?;
            built.push((at, neurons));
        }
        Ok(built)
    }

    /// The values of each rule of which something is `changed`, by the projection's index.
    fn values_of_rules(
        &self,
        wanted: &Alterations,
        changed: &Alterations,
    ) -> Result<Vec<(usize, Values)>, SimulationError> {
        let mut rules = Vec::new();
        for (at, projection) in self.projections.iter().enumerate() {
            let mine = |path: &&ParameterPath| path.name == projection.name;
            let path = changed.keys().filter(mine);
            let Some(path) = path.clone().find(|path| path.of_rule().is_some()) else {
                continue;
            };
            let Some(plasticity) = &projection.rule else {
                continue;
            };
            let at_fault = |error| PathError::Values {
                part: Part::Projection,
                name: projection.name.clone(),
                error,
            };
            let rule = plasticity::rule(plasticity.rule).map_err(at_fault)?;
            let declared = complete(rule.spec, &plasticity.values).map_err(at_fault)?;
            let own = wanted.iter().filter(|(path, _)| mine(path));
            let own = own.filter_map(|(path, &how)| Some((path.of_rule()?, how)));
            let values = altered(rule.spec, &declared, &own.collect::<Vec<_>>());
            if !rule.may_become(&declared, &values).map_err(at_fault)? {
                let reason =
                    "time constants, bounds and the form of a rule are what its traces are made of";
                return Err(fixed(path, reason).into());
            }
            rules.push((at, values));
        }
        Ok(rules)
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
            let (sparse, dense) = (projection.sparse, projection.dense);
            for lane in &mut self.lanes {
                let blocks = lane.blocks.iter_mut();
                blocks
                    .filter(|block| sparse.is_some() && block.projection == sparse)
                    .for_each(|block| block.alter(how));
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

    /// Checks that there is a number at `path`, and that `alteration` makes of it one that can be there alone.
    fn check_path(
        &self,
        path: &ParameterPath,
        alteration: Alteration,
    ) -> Result<(), SimulationError> {
        if !alteration.is_finite() {
            return Err(SimulationError::Amount {
                name: path.to_string(),
                value: if alteration.factor.is_finite() {
                    alteration.offset
                } else {
                    alteration.factor
                },
            });
        }
        match path.part {
            Part::Population => {
                let known = &self.altered.declared.populations;
                let found = known.iter().find(|known| known.name == path.name);
                let names = known.iter().map(|known| &known.name);
                let found = found.ok_or_else(|| no_name(path, names))?;
                found.changeable(path)?;
            }
            Part::Projection => self.check_projection(path, alteration)?,
            Part::Stimulus => {
                let known = self.inputs.parameters(&path.name);
                let known = known.ok_or_else(|| self.no_stimulus(&path.name))?;
                if !known.contains(&&path.parameter[..]) {
                    let known = known.iter().map(|&known| known.to_owned());
                    return Err(no_parameter(path, known).into());
                }
                let mut altered = self.inputs.clone();
                altered.alter(&Alterations::from([(path.clone(), alteration)]));
                altered.check(&path.name)?;
            }
            Part::Modulator => {
                self.modulator_of(&path.name)?;
                if path.parameter != BASELINE {
                    return Err(no_parameter(path, [BASELINE.to_owned()]).into());
                }
            }
            Part::Homeostasis => return Err(PathError::Part(path.to_string()).into()),
        }
        Ok(())
    }

    fn check_projection(
        &self,
        path: &ParameterPath,
        alteration: Alteration,
    ) -> Result<(), PathError> {
        let known = self.projections.iter();
        let found = known.clone().find(|known| known.name == path.name);
        let names = known.map(|known| &known.name);
        let found = found.ok_or_else(|| no_name(path, names))?;
        let values = found.rule.as_ref();
        if let Some(name) = path.of_rule() {
            let rule = values.and_then(|own| plasticity::rule(own.rule).ok());
            let rule = rule.ok_or_else(|| fixed(path, "its synapses do not learn"))?;
            let is_number = rule.spec.parameter(name).is_some();
            return match is_number {
                true => Ok(()),
                false => Err(no_parameter(path, [])),
            };
        }
        if path.parameter != WEIGHT {
            return Err(no_parameter(path, [WEIGHT.to_owned()]));
        }
        if !found.is_apart {
            let reason = "its rows are merged with others', expected it among what is `changing` when the network is built";
            return Err(fixed(path, reason));
        }
        let scales = found.dense.is_some() || found.is_plastic;
        if alteration.factor < 0.0 || scales && alteration.offset != 0.0 {
            let reason = "synapses keep their sign, and those that learn or have a matrix can only be multiplied";
            return Err(fixed(path, reason));
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_no_coarser_than_asked_for_and_end_where_the_way_does() {
        let path = ParameterPath::new(Part::Population, "e", "b");
        let way = Way {
            from: Alterations::new(),
            to: Alterations::from([(path.clone(), Alteration::factor(4.0))]),
            start: Time::from_ps(100),
            length: Duration::from_ps(1_000),
            steps: 3,
            done: 0,
        };
        let due = |done| {
            Way {
                done,
                ..way.clone()
            }
            .due()
            .ps()
        };
        assert_eq!([due(0), due(1), due(2)], [433, 766, 1_100]);
        assert_eq!(way.after(0), Alterations::new());
        assert_eq!(way.after(1)[&path].factor, 2.0);
        assert_eq!(way.after(3), way.to);
    }
}

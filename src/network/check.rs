//! Names into numbers, with everything that does not fit told by its place.

mod learning;
mod matrix;
mod pulse;
mod stimulus;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{self, Dimension, ParameterError, Value};
use crate::base::stream::Stream;
use crate::connection::{self, Plan, Profile, Space};
use crate::network::error::LARGEST;
use crate::network::plan::dense::DenseProjection;
use crate::network::plan::{self, NetworkPlan};
use crate::network::{
    Connection, Given, Network, NetworkError, Part, Population, Problem, Projection, Stimulus,
};
use crate::neuron::{self, Model, Setup, V_M};
use stimulus::Input;

impl Network {
    /// Checks everything that can be checked without drawing: names, parameters, units, rules.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self) -> Result<(), NetworkError> {
        let not_read = |problem: &Problem| matches!(problem, Problem::NotRead { .. });
        self.plan_with(not_read).map(drop)
    }

    /// The network with numbers in place of names.
    ///
    /// # Errors
    /// The first thing that does not fit, or data that are still in a file.
    #[doc(hidden)]
    pub fn plan(&self) -> Result<NetworkPlan, NetworkError> {
        self.plan_with(|_| false)
    }

    /// As [`Self::plan`]; parts with problems that `may_be` are left out.
    fn plan_with(&self, may_be: impl Fn(&Problem) -> bool) -> Result<NetworkPlan, NetworkError> {
        self.check_names()?;
        for population in &self.populations {
            let checked = population.check();
            checked.map_err(|problem| {
                NetworkError::new(Part::Population, &population.name, problem)
            })?;
        }
        let mut plan = NetworkPlan {
            seed: self.seed,
            lanes: self.lanes,
            populations: self.populations.clone(),
            projections: Vec::new(),
            dense: Vec::new(),
            tied: Vec::new(),
            noise: Vec::new(),
            currents: Vec::new(),
            spikes: Vec::new(),
            modulators: Vec::new(),
            homeostasis: Vec::new(),
            changing: self.changing.clone(),
            triggers: Vec::new(),
            pulses: Vec::new(),
            outside: self.plan_outside()?,
        };
        for trigger in &self.triggers {
            let planned = self.plan_trigger(trigger);
            let planned = planned.and_then(|planned| {
                self.check_heard(trigger)?;
                Ok(planned)
            });
            plan.triggers.push(
                planned
                    .map_err(|problem| NetworkError::new(Part::Trigger, &trigger.name, problem))?,
            );
        }
        for force in &self.homeostasis {
            match self.plan_homeostasis(force) {
                Ok(planned) => plan.homeostasis.push(planned),
                Err(problem) if may_be(&problem) => {}
                Err(problem) => {
                    return Err(NetworkError::new(Part::Homeostasis, &force.name, problem));
                }
            }
        }
        // They act in the order of their names.
        plan.homeostasis.sort_by(|a, b| a.name.cmp(&b.name));
        for modulator in &self.modulators {
            let planned = self.plan_modulator(modulator);
            plan.modulators.push(
                planned.map_err(|problem| {
                    NetworkError::new(Part::Modulator, &modulator.name, problem)
                })?,
            );
        }
        for projection in &self.projections {
            match self.plan_projection(projection) {
                Ok(Planned::Sparse(projection)) => plan.projections.push(*projection),
                Ok(Planned::Dense(projection)) => plan.dense.push(*projection),
                Ok(Planned::Tied) => {}
                Err(problem) if may_be(&problem) => {}
                Err(problem) => {
                    return Err(NetworkError::new(
                        Part::Projection,
                        &projection.name,
                        problem,
                    ));
                }
            }
        }
        for projection in &self.projections {
            let Connection::Tied(of) = &projection.connection else {
                continue;
            };
            let tied = self.plan_tied(projection, of);
            let tied = tied.map_err(|problem| {
                NetworkError::new(Part::Projection, &projection.name, problem)
            })?;
            // Where its data are in a file the other is no part of the plan yet.
            let at = plan.dense.iter().position(|dense| dense.name == *of);
            plan.tied.extend(at.map(|of| plan::Tied { of, ..tied }));
        }
        for stimulus in &self.stimuli {
            let pulses = self.plan_pulses(stimulus);
            plan.pulses.extend(
                pulses.map_err(|problem| {
                    NetworkError::new(Part::Stimulus, &stimulus.name, problem)
                })?,
            );
            match self.plan_stimulus(stimulus) {
                Ok(Input::Noise(noise)) => plan.noise.push(noise),
                Ok(Input::Current(current)) => plan.currents.push(current),
                Ok(Input::Spikes(spikes)) => plan.spikes.extend(spikes),
                Err(problem) if may_be(&problem) => {}
                Err(problem) => {
                    return Err(NetworkError::new(Part::Stimulus, &stimulus.name, problem));
                }
            }
        }
        Ok(plan)
    }

    /// Checks `projection` as one of this network's, whether it is part of it or not. Data in files are not read.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check_projection(&self, projection: &Projection) -> Result<(), Problem> {
        unless_not_read(self.plan_projection(projection))
    }

    /// Checks `stimulus` as one of this network's, whether it is part of it or not. Data in files are not read.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check_stimulus(&self, stimulus: &Stimulus) -> Result<(), Problem> {
        self.plan_pulses(stimulus)?;
        unless_not_read(self.plan_stimulus(stimulus))
    }

    /// What weights onto the populations `targets` are measured in.
    ///
    /// # Errors
    /// If there is no such population, one takes no spikes, or two differ.
    pub fn weights_onto(&self, targets: &[String]) -> Result<Dimension, Problem> {
        self.one_unit(&self.targets(targets)?)
    }

    /// What the weights of `projection` are measured in, as they stand in it: numbers in a matrix, whose gain has the unit.
    ///
    /// # Errors
    /// As [`weights_onto`](Self::weights_onto).
    pub fn weights_of(&self, projection: &Projection) -> Result<Dimension, Problem> {
        match projection.is_dense() {
            true => Ok(Dimension::One),
            false => self.weights_onto(&projection.targets),
        }
    }

    fn check_names(&self) -> Result<(), NetworkError> {
        let populations = self.populations.iter().map(|p| (Part::Population, &p.name));
        let projections = self.projections.iter().map(|p| (Part::Projection, &p.name));
        let stimuli = self.stimuli.iter().map(|s| (Part::Stimulus, &s.name));
        let modulators = self.modulators.iter().map(|m| (Part::Modulator, &m.name));
        let mut seen = BTreeSet::new();
        let all = populations.chain(projections).chain(stimuli);
        let forces = self
            .homeostasis
            .iter()
            .map(|f| (Part::Homeostasis, &f.name));
        let triggers = self.triggers.iter().map(|t| (Part::Trigger, &t.name));
        let oscillations = self.oscillations.iter();
        let oscillations = oscillations.map(|own| (Part::Oscillation, &own.name));
        let all = all.chain(modulators).chain(forces);
        for (part, name) in all.chain(triggers).chain(oscillations) {
            if !is_name(name) {
                return Err(NetworkError::new(part, name, Problem::Name(name.clone())));
            }
            if !seen.insert((part.name(), name)) {
                return Err(NetworkError::new(part, name, Problem::Twice));
            }
        }
        self.check_changing()
    }

    /// The index of the population called `name`, which stands behind `key`.
    fn index(&self, key: &'static str, name: &str) -> Result<usize, Problem> {
        let mut populations = self.populations.iter();
        let unknown = || Problem::UnknownPopulation {
            key,
            found: name.into(),
            known: self.populations.iter().map(|p| p.name.clone()).collect(),
        };
        populations
            .position(|population| population.name == name)
            .ok_or_else(unknown)
    }

    /// Indices of target populations, at least one, none twice.
    fn targets(&self, names: &[String]) -> Result<Vec<usize>, Problem> {
        if names.is_empty() {
            return Err(Problem::NoTarget);
        }
        let mut targets = Vec::new();
        for name in names {
            let target = self.index("target", name)?;
            if targets.contains(&target) {
                return Err(Problem::TargetTwice(name.clone()));
            }
            targets.push(target);
        }
        Ok(targets)
    }

    fn model(&self, population: usize) -> Result<&'static Model, Problem> {
        Ok(neuron::model(self.populations[population].model)?)
    }

    /// What weights onto `targets` are measured in: one unit for all of them.
    fn one_unit(&self, targets: &[usize]) -> Result<Dimension, Problem> {
        let mut first: Option<(String, &'static str, Dimension)> = None;
        for &target in targets {
            let model = self.model(target)?;
            let name = |at: usize| self.populations[at].name.clone();
            let dimension = model.weight.ok_or_else(|| Problem::OntoSource {
                population: name(target),
                model: model.spec.name,
            })?;
            match first.clone() {
                None => first = Some((name(target), model.spec.name, dimension)),
                Some(first) if first.2 != dimension => {
                    return Err(Problem::Units {
                        first,
                        second: (name(target), model.spec.name, dimension),
                    });
                }
                Some(_) => {}
            }
        }
        Ok(first.map_or(Dimension::One, |(.., dimension)| dimension))
    }

    fn plan_projection(&self, projection: &Projection) -> Result<Planned, Problem> {
        let source = self.index("source", &projection.source)?;
        let targets = self.targets(&projection.targets)?;
        self.one_unit(&targets)?;
        let n_source = self.populations[source].size;
        let mut own = None;
        let mut n_target = 0_u32;
        for &target in &targets {
            if target == source {
                own = Some(n_target);
            }
            n_target = n_target
                .checked_add(self.populations[target].size)
                .ok_or(Problem::TooManyTargets)?;
        }
        let mut not_read = None;
        let rule = match &projection.connection {
            Connection::Rule(choice) => connection::build(choice.spec.name, &choice.values)?,
            Connection::Edges(Given::Here(edges)) => connection::listed(edges.clone()),
            Connection::Edges(Given::File(file)) => {
                not_read = Some(file.path.display().to_string());
                // What the description says of them can be checked without them.
                let none = projection.edge_list(n_source, n_target).finish();
                connection::listed(Arc::new(none))
            }
            Connection::Tied(of) => {
                self.plan_tied(projection, of)?;
                return Ok(Planned::Tied);
            }
            Connection::Matrix(weights) => {
                let dense = self.dense(projection, source, &targets, weights)?;
                dense.check(&self.populations)?;
                return Ok(Planned::Dense(Box::new(dense)));
            }
        };
        let own_need = projection.needs_positions(rule.as_ref());
        let of_force = self.is_rewired_by_distance(&projection.name);
        let ends = match own_need.or(of_force.then_some("rule")) {
            Some(key) => Some(self.ends(key, source, &targets)?),
            None => None,
        };
        let synapses = Plan {
            name: projection.name.clone(),
            seed: self.seed,
            space: Space {
                n_source,
                n_target,
                own,
                autapses: projection.autapses,
                ends,
            },
            rule,
            weight: projection.weight,
            delay: projection.delay,
            listed_dendritic: projection.listed_dendritic,
            delay_resolution: projection.delay_resolution,
            weight_profile: projection
                .weight_profile
                .as_ref()
                .map(Profile::of_weights)
                .transpose()?,
        };
        synapses.check()?;
        if let Some(file) = not_read {
            return Err(Problem::NotRead { file });
        }
        Ok(Planned::Sparse(Box::new(plan::Projection {
            source,
            targets,
            plan: synapses,
            plasticity: self.plasticity(projection)?,
            short_term: learning::short_term(projection)?,
        })))
    }
}

/// What draws are scattered around.
fn middle(drawn: &Distribution) -> f64 {
    let (low, high) = drawn.bulk();
    0.5 * (low + high)
}

impl Population {
    /// Checks its size, parameters and potentials.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self) -> Result<(), Problem> {
        if self.size == 0 || self.size > LARGEST {
            return Err(Problem::Size(self.size));
        }
        let model = neuron::model(self.model)?;
        self.check_values(model)?;
        self.check_layout()?;
        match &self.v_m {
            Some(_) if model.variables.first() != Some(&V_M) => {
                Err(Problem::NoPotential(model.spec.name))
            }
            Some(v_m) => self.check_start(v_m),
            None => Ok(()),
        }
    }

    /// Checks that neurons which begin at `v_m` begin below their threshold.
    fn check_start(&self, v_m: &Value) -> Result<(), Problem> {
        if let Some(found) = v_m.of_another_number_than(self.size) {
            let n = self.size;
            return Err(Problem::Potentials { found, n });
        }
        let highest = match (v_m, v_m.blocks()) {
            (Value::Drawn(drawn), _) => match drawn.shape() {
                Shape::Constant(value) => value,
                Shape::Uniform { high, .. } => high,
                // Draws without end: rare ones above the threshold fire at once, but not most.
                _ => middle(drawn),
            },
            (Value::Number(value), _) => *value,
            (_, Some(blocks)) => blocks
                .iter()
                .map(|(_, value)| *value)
                .find(|value| !value.is_finite())
                .or_else(|| blocks.iter().map(|(_, value)| *value).reduce(f64::max))
                .unwrap_or(0.0),
            _ => f64::NAN,
        };
        if !highest.is_finite() {
            return Err(Problem::Potential(highest));
        }
        // Where rest lies above the threshold, neurons that begin at rest fire by themselves, as they always would.
        let at_rest = highest == self.values.number("e_l").unwrap_or(0.0);
        let v_th = self.values.number("v_th");
        let listed = || {
            let blocks = self.values.get("v_th")?.blocks()?.iter();
            blocks.map(|(_, v_th)| *v_th).reduce(f64::max)
        };
        let drawn = || self.values.distribution("v_th").as_ref().map(middle);
        match v_th.or_else(drawn).or_else(listed) {
            Some(v_th) if highest > v_th && !at_rest => {
                Err(Problem::AboveThreshold { highest, v_th })
            }
            _ => Ok(()),
        }
    }

    /// Checks that values are in range, and consistent as far as all neurons share them.
    fn check_values(&self, model: &Model) -> Result<(), ParameterError> {
        parameter::complete(model.spec, &self.values)?;
        // The model knows which values fit each other; a population without neurons costs nothing.
        (model.build)(Setup {
            size: 0,
            values: &self.values.shared(),
            each: &self
                .values
                .individual()
                .map(|name| (name, Vec::new()))
                .collect(),
            stream: Stream::new(0, "neurons", 0),
        })?;
        match self.values.of_others_than(self.size) {
            None => Ok(()),
            Some((parameter, found)) => Err(ParameterError::Inconsistent {
                model: model.spec.name,
                parameter,
                neuron: None,
                reason: format!(": {found}, expected {} in all", self.size),
            }),
        }
    }
}

/// A projection with numbers in place of names.
enum Planned {
    Sparse(Box<plan::Projection>),
    Dense(Box<DenseProjection>),
    /// Planned once all that have matrices are.
    Tied,
}

/// What was found wrong but for data that are still in a file.
pub(super) fn unless_not_read<T>(planned: Result<T, Problem>) -> Result<(), Problem> {
    match planned {
        Err(Problem::NotRead { .. }) | Ok(_) => Ok(()),
        Err(problem) => Err(problem),
    }
}

/// Whether `name` is one of ASCII letters, digits, `_` and `-`, which files and figures can show.
pub fn is_name(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty() && name.chars().all(letters)
}

#[cfg(test)]
mod tests;

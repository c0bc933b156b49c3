//! What stands at a path, and whether it can become something else.

use super::{Alterations, BASELINE, ParameterPath, PathError, RULE, WEIGHT};
use crate::base::alteration::Alteration;
use crate::base::legible::legible;
use crate::base::parameter::{
    Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Value, Values, complete,
};
use crate::base::stream::Stream;
use crate::network::{Choice, Network, NetworkError, Part, Population, Projection};
use crate::neuron::{self, E_L, Model, V_TH};
use crate::plasticity;
use crate::plasticity::homeostasis::excitability::Height;
use crate::plasticity::homeostasis::{self, Act};

/// A number of a network that may change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changeable {
    /// What it measures.
    pub dimension: Dimension,
    /// What it may become.
    pub range: Range,
    /// As declared: the lowest and the highest, where there are several.
    pub declared: (f64, f64),
    /// Whether it can only be multiplied.
    pub scales: bool,
}

impl Changeable {
    /// The same where weights are measured in this.
    fn in_weights(self, weight: Dimension) -> Self {
        match self.dimension {
            Dimension::Weight => Self {
                dimension: weight,
                ..self
            },
            _ => self,
        }
    }

    /// A number that `parameter` declares, as it stands in `values`.
    pub(super) fn of(parameter: &'static ParameterSpec, values: &Values) -> Option<Self> {
        let Kind::Quantity {
            dimension, range, ..
        } = parameter.kind
        else {
            return None;
        };
        let declared = match values.get(parameter.name) {
            None => {
                let value = parameter.default_number()?;
                (value, value)
            }
            Some(Value::Number(value)) => (*value, *value),
            Some(Value::Drawn(distribution)) => distribution.reach(),
            Some(value) => {
                let values = value.blocks()?.iter().map(|(_, value)| *value);
                let bound = |worse: fn(f64, f64) -> f64| values.clone().reduce(worse);
                bound(f64::min).zip(bound(f64::max))?
            }
        };
        Some(Self {
            dimension,
            range,
            declared,
            scales: false,
        })
    }

    /// Whether `alteration` leaves it as it was declared.
    pub fn is_left_by(&self, alteration: Alteration) -> bool {
        let (low, high) = self.declared;
        alteration.is_none() || low == high && alteration.of(low) == low
    }

    /// The first of its ends that `alteration` takes out of its range.
    fn outside(&self, alteration: Alteration) -> Option<f64> {
        let (low, high) = self.declared;
        let ends = [alteration.of(low), alteration.of(high)];
        ends.into_iter().find(|&end| !self.range.contains(end))
    }
}

/// What becomes of parameters, by name.
type Changes<'a> = Vec<(&'a str, Alteration)>;

impl Network {
    /// What stands at `path`, if it may change while the network runs.
    ///
    /// # Errors
    /// If there is no such part or parameter, or it cannot change.
    pub fn changeable(&self, path: &ParameterPath) -> Result<Changeable, PathError> {
        let name = &path.name;
        match path.part {
            Part::Population => {
                let known = self.populations.iter().map(|known| &known.name);
                let found = self.find(name);
                found.ok_or_else(|| no_name(path, known))?.changeable(path)
            }
            Part::Projection => {
                let known = self.projections.iter().map(|known| &known.name);
                let found = self.projections.iter().find(|known| known.name == *name);
                let found = found.ok_or_else(|| no_name(path, known))?;
                let added = self.weights_onto(&found.targets);
                let changeable = found.changeable(path, added.unwrap_or(Dimension::One))?;
                let own = self.weights_of(found);
                Ok(changeable.in_weights(own.unwrap_or(Dimension::One)))
            }
            Part::Stimulus => {
                let known = self.stimuli.iter().map(|known| &known.name);
                let found = self.stimuli.iter().find(|known| known.name == *name);
                let found = found.ok_or_else(|| no_name(path, known))?;
                let weight = self.weights_onto(&found.targets).unwrap_or(Dimension::One);
                Ok(found.changeable(path, weight)?.in_weights(weight))
            }
            Part::Modulator => {
                let known = self.modulators.iter().map(|known| &known.name);
                let found = self.modulators.iter().find(|known| known.name == *name);
                let found = found.ok_or_else(|| no_name(path, known))?;
                match &path.parameter[..] {
                    BASELINE => Ok(Changeable {
                        dimension: Dimension::One,
                        range: Range::Finite,
                        declared: (found.kinetics.baseline, found.kinetics.baseline),
                        scales: false,
                    }),
                    "tau" => Err(fixed(path, "what has been released decays by it")),
                    _ => Err(no_parameter(path, [BASELINE.to_owned()])),
                }
            }
            Part::Oscillation => {
                let known = self.oscillations.iter().map(|known| &known.name);
                let found = self.oscillations.iter().find(|known| known.name == *name);
                found.ok_or_else(|| no_name(path, known))?.changeable(path)
            }
            Part::Homeostasis => {
                let known = self.homeostasis.iter().map(|known| &known.name);
                let found = self.homeostasis.iter().find(|known| known.name == *name);
                let found = found.ok_or_else(|| no_name(path, known))?;
                let mut own = self.projections.iter();
                let own = own.find(|own| found.projections.contains(&own.name));
                let weight = own.and_then(|own| self.weights_of(own).ok());
                let changeable = found.changeable(path)?;
                Ok(changeable.in_weights(weight.unwrap_or(Dimension::One)))
            }
            Part::Trigger => Err(PathError::Part(path.to_string())),
        }
    }

    /// Checks that all that is said to change can.
    pub(in crate::network) fn check_changing(&self) -> Result<(), NetworkError> {
        for path in &self.changing {
            let found = self.changeable(path);
            found.map_err(|error| NetworkError::new(path.part, &path.name, error.into()))?;
        }
        Ok(())
    }

    /// Checks that one number can become what `alteration` makes of it.
    ///
    /// # Errors
    /// If there is none at `path`, or it cannot.
    pub fn check_alteration(
        &self,
        path: &ParameterPath,
        alteration: Alteration,
    ) -> Result<(), PathError> {
        let changeable = self.changeable(path)?;
        if path.parameter == WEIGHT && alteration.factor < 0.0 {
            return Err(fixed(
                path,
                "synapses keep their sign, expected a `factor` of 0 or more",
            ));
        }
        if changeable.scales && (alteration.offset != 0.0 || alteration.factor < 0.0) {
            let reason = "its weights are given one by one or learn, expected a `factor`, 0 or more, by which all are multiplied";
            return Err(fixed(path, reason));
        }
        if let Some(value) = changeable.outside(alteration) {
            let unit = changeable.dimension.unit();
            return Err(PathError::Range {
                path: path.clone(),
                value: format!("{} {unit}", legible(value)).trim_end().into(),
                expected: changeable.range.describe(),
            });
        }
        match path.of_rule() {
            Some(name) => self.check_rule(path, name, alteration),
            None if path.part == Part::Oscillation => self.check_oscillating(path, alteration),
            None => Ok(()),
        }
    }

    /// Checks that the network can become what `alterations` make of it: each number by itself, those of a stimulus together, and
    /// those of a population as far as its neurons share them.
    ///
    /// # Errors
    /// The first thing that cannot be.
    pub fn check_alterations<'a>(
        &self,
        alterations: impl IntoIterator<Item = (&'a ParameterPath, &'a Alteration)>,
    ) -> Result<(), PathError> {
        let mut parts: Vec<(Part, &str, Changes<'_>)> = Vec::new();
        let mut forces = Alterations::new();
        for (path, &alteration) in alterations {
            self.check_alteration(path, alteration)?;
            if path.part == Part::Homeostasis {
                forces.insert(path.clone(), alteration);
            }
            if matches!(path.part, Part::Population | Part::Stimulus) {
                let one = (&path.parameter[..], alteration);
                let mut known = parts.iter_mut();
                match known.find(|known| known.0 == path.part && known.1 == path.name) {
                    Some(known) => known.2.push(one),
                    None => parts.push((path.part, &path.name, vec![one])),
                }
            }
        }
        for (part, name, alterations) in parts {
            let mut stimuli = self.stimuli.iter();
            let checked = match (part, self.find(name)) {
                (Part::Population, Some(population)) => {
                    let checked = population.check_altered(&alterations, &self.heights(name));
                    checked.and_then(|shared| {
                        population.check_own_altered(self.seed, &shared, &alterations)
                    })
                }
                (Part::Population, None) => Ok(()),
                _ => {
                    let found = stimuli.find(|stimulus| stimulus.name == name);
                    found.map_or(Ok(()), |stimulus| stimulus.check_altered(&alterations))
                }
            };
            checked.map_err(|error| PathError::Values {
                part,
                name: name.into(),
                error,
            })?;
        }
        self.check_forces(&forces)
    }

    /// The heights to which forces may bring thresholds of the population called `name`.
    fn heights(&self, name: &str) -> Vec<Height> {
        let forces = self.homeostasis.iter();
        let own = forces.filter(|force| force.populations.iter().any(|own| own == name));
        let ranges = own.filter_map(|force| {
            let Choice { spec, values } = &force.kind;
            match homeostasis::build(spec.name, values) {
                Ok(Act::Neurons(act)) => Some(act.range()),
                _ => None,
            }
        });
        ranges.flat_map(|(low, high)| [low, high]).collect()
    }

    /// Checks that a rule can become another one while it runs.
    fn check_rule(
        &self,
        path: &ParameterPath,
        name: &str,
        alteration: Alteration,
    ) -> Result<(), PathError> {
        let projection = self.projections.iter().find(|p| p.name == path.name);
        let Some(learning) = projection.and_then(|projection| projection.plasticity.as_ref())
        else {
            return Ok(());
        };
        let at_fault = |error| PathError::Values {
            part: Part::Projection,
            name: path.name.clone(),
            error,
        };
        let rule = plasticity::rule(learning.rule.spec.name).map_err(at_fault)?;
        let declared = complete(rule.spec, &learning.rule.values).map_err(at_fault)?;
        let altered = altered(rule.spec, &declared, &[(name, alteration)]);
        match rule.obstacle(&declared, &altered).map_err(at_fault)? {
            None => Ok(()),
            Some(reason) => Err(fixed(path, reason)),
        }
    }
}

/// `values`, complete, with shared numbers altered.
pub fn altered(spec: &'static Spec, values: &Values, alterations: &[(&str, Alteration)]) -> Values {
    let mut altered = values.clone();
    for &(name, alteration) in alterations {
        let Some(parameter) = spec.parameter(name) else {
            continue;
        };
        let declared = values.number(name).or_else(|| {
            parameter
                .default_number()
                .filter(|_| values.get(name).is_none())
        });
        if let Some(declared) = declared {
            altered.insert(parameter.name, alteration.of(declared));
        }
    }
    altered
}

pub(crate) fn no_name<'a>(
    path: &ParameterPath,
    known: impl Iterator<Item = &'a String>,
) -> PathError {
    PathError::Name {
        part: path.part,
        name: path.name.clone(),
        known: known.cloned().collect(),
    }
}

pub(crate) fn no_parameter(
    path: &ParameterPath,
    known: impl IntoIterator<Item = String>,
) -> PathError {
    PathError::Parameter {
        part: path.part,
        name: path.name.clone(),
        parameter: path.parameter.clone(),
        known: known.into_iter().collect(),
    }
}

pub(crate) fn fixed(path: &ParameterPath, reason: &'static str) -> PathError {
    PathError::Fixed {
        path: path.clone(),
        reason,
    }
}

/// Names of the numbers among the parameters of `spec`.
pub(super) fn numbers(spec: &'static Spec) -> impl Iterator<Item = &'static str> {
    let numbers = spec.parameters.iter();
    let numbers = numbers.filter(|known| matches!(known.kind, Kind::Quantity { .. }));
    numbers.map(|known| known.name)
}

impl Population {
    /// As [`Network::changeable`], of one of its parameters.
    pub(crate) fn changeable(&self, path: &ParameterPath) -> Result<Changeable, PathError> {
        let built = match &path.parameter[..] {
            "size" => Some("neurons are made when the network is built"),
            "neuron" => Some("another neuron model is another population"),
            "initial" | "positions" => Some("it says how the network begins"),
            _ => None,
        };
        if let Some(reason) = built {
            return Err(fixed(path, reason));
        }
        let found = neuron::model(self.model)
            .ok()
            .and_then(|model| Changeable::of(model.spec.parameter(&path.parameter)?, &self.values));
        found.ok_or_else(|| {
            let spec = neuron::model(self.model).ok().map(|model| model.spec);
            let known = spec.into_iter().flat_map(numbers).map(str::to_owned);
            no_parameter(path, known.collect::<Vec<_>>())
        })
    }

    /// Checks values that all neurons share, as they would be, with thresholds of each of `heights` besides: these values.
    pub(in crate::network) fn check_altered(
        &self,
        alterations: &[(&str, Alteration)],
        heights: &[Height],
    ) -> Result<Values, ParameterError> {
        let model = neuron::model(self.model)?;
        let values = altered(model.spec, &self.values, alterations);
        let number = |name| {
            let default = || model.spec.parameter(name)?.default_number();
            let is_silent = values.get(name).is_none();
            values
                .number(name)
                .or_else(|| default().filter(|_| is_silent))
        };
        let ends = number(V_TH.name).zip(number(E_L.name));
        for height in heights {
            let mut values = values.clone();
            if let Some((v_th, e_l)) = ends {
                values.insert(V_TH.name, height.of(v_th, e_l));
            }
            self.check_shared(model, values)?;
        }
        let shared = values.shared();
        self.check_shared(model, values)?;
        Ok(shared)
    }

    /// Checks that there can be neurons with those of `values` that they share.
    fn check_shared(&self, model: &'static Model, values: Values) -> Result<(), ParameterError> {
        let each = values.individual().map(|name| (name, Vec::new()));
        (model.build)(neuron::Setup {
            size: 0,
            values: &values.shared(),
            each: &each.collect(),
            stream: Stream::new(0, "neurons", 0),
        })
        .map(drop)
    }
}

impl Projection {
    fn changeable(&self, path: &ParameterPath, weight: Dimension) -> Result<Changeable, PathError> {
        if path.parameter == WEIGHT {
            let is_matrix = self.is_dense() || self.is_tied();
            let scales = is_matrix || self.plasticity.is_some();
            let declared = self.weight.filter(|_| !is_matrix);
            return Ok(Changeable {
                dimension: weight,
                range: Range::Between(-f64::from(f32::MAX), f64::from(f32::MAX)),
                // Where they are in a file a multiple of any is.
                declared: declared.map_or((-1.0, 1.0), |weight| weight.reach()),
                scales,
            });
        }
        if let Some(name) = path.of_rule() {
            let Some(learning) = &self.plasticity else {
                return Err(fixed(path, "its synapses do not learn"));
            };
            let spec = learning.rule.spec;
            if learning.rule.values.individual().any(|own| own == name) {
                return Err(fixed(path, "each neuron has its own"));
            }
            let parameter = spec.parameter(name);
            let found = parameter.and_then(|known| Changeable::of(known, &learning.rule.values));
            return found.ok_or_else(|| {
                let known = numbers(spec).map(|name| format!("{RULE}{name}"));
                no_parameter(path, known)
            });
        }
        match &path.parameter[..] {
            "axonal_delay" | "dendritic_delay" | "delay_resolution" => Err(fixed(
                path,
                "spikes under way have their delays, and the shortest is the network's lookahead",
            )),
            "source" | "target" | "rule" | "in_degree" | "out_degree" | "probability" | "total"
            | "autapses" | "multapses" => Err(fixed(
                path,
                "synapses are drawn when the network is built; `rewiring` lets them come and go",
            )),
            "short_term" | "u_0" | "tau_rec" | "tau_fac" => {
                Err(fixed(path, "what arrivals have used up is counted by it"))
            }
            _ => {
                let rule = self.plasticity.iter().flat_map(|learning| {
                    numbers(learning.rule.spec).map(|name| format!("{RULE}{name}"))
                });
                let known = std::iter::once(WEIGHT.to_owned()).chain(rule);
                Err(no_parameter(path, known.collect::<Vec<_>>()))
            }
        }
    }
}

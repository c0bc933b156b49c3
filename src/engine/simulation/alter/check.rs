//! Whether there is what is to be altered, and whether it can be.

use super::some;
use crate::base::alteration::Alteration;
use crate::base::parameter::{Values, complete};
use crate::engine::error::SimulationError;
use crate::engine::neurons::Now;
use crate::engine::simulation::Simulation;
use crate::network::path::{
    AMPLITUDE, Alterations, BASELINE, FREQUENCY, WEIGHT, altered, fixed, no_name, no_parameter,
};
use crate::network::{ParameterPath, Part, PathError};
use crate::plasticity;

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
    pub(super) fn check_values(
        &self,
        wanted: &Alterations,
        changed: &Alterations,
    ) -> Result<(), SimulationError> {
        self.values_of_rules(wanted, changed)?;
        self.check_forces(wanted, changed)?;
        self.inputs.check_drawn(wanted)?;
        let concerned = |population| self.concerns(changed, population);
        let now = Now {
            alterations: wanted,
            heights: &self.heights,
        };
        self.rebuilt(&concerned, now, false, "")?;
        self.check_heights(&concerned, wanted)
    }

    /// Checks that there is a number at `path`, and that `alteration` makes of it one that can be there alone.
    pub(super) fn check_path(
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
                altered.alter(&Alterations::from([(path.clone(), alteration)]), self.now);
                altered.check(&path.name)?;
            }
            Part::Modulator => {
                self.modulator_of(&path.name)?;
                if path.parameter != BASELINE {
                    return Err(no_parameter(path, [BASELINE.to_owned()]).into());
                }
            }
            Part::Oscillation => {
                let known = self.inputs.oscillations();
                if !known.contains(&path.name) {
                    return Err(no_name(path, known.iter()).into());
                }
                let is_sound = self.inputs.is_sound(path, alteration);
                let known = [AMPLITUDE, FREQUENCY].map(str::to_owned);
                if !known.contains(&path.parameter) || !is_sound {
                    return Err(no_parameter(path, known).into());
                }
            }
            Part::Homeostasis => self.check_force(path)?,
            Part::Trigger => return Err(PathError::Part(path.to_string()).into()),
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
        let scales = found.dense.is_some() || found.tied.is_some() || found.is_plastic;
        if alteration.factor < 0.0 || scales && alteration.offset != 0.0 {
            let reason = "synapses keep their sign, and those that learn or have a matrix can only be multiplied";
            return Err(fixed(path, reason));
        }
        Ok(())
    }

    /// The values of each rule of which something is `changed`, by the projection's index.
    pub(super) fn values_of_rules(
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
            if let Some(reason) = rule.obstacle(&declared, &values).map_err(at_fault)? {
                return Err(fixed(path, reason).into());
            }
            rules.push((at, values));
        }
        Ok(rules)
    }
}

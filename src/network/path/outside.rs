//! What of stimuli, oscillations and slow forces can become something else.

use super::changeable::numbers;
use super::{
    AMPLITUDE, Alterations, Changeable, FREQUENCY, ParameterPath, PathError, WEIGHT, altered,
    fixed, no_parameter,
};
use crate::base::alteration::Alteration;
use crate::base::parameter::{Dimension, ParameterError, Range, complete};
use crate::network::oscillation::{HIGHEST, HIGHEST_HZ, LOWEST_HZ, Pace};
use crate::network::{Choice, Homeostasis, Network, Oscillation, Part, Stimulus};
use crate::plasticity::homeostasis;
use crate::stimulus::{self, current};

impl Stimulus {
    /// What may change of it.
    fn known(&self) -> Vec<String> {
        let Ok(entry) = stimulus::entry(self.kind.spec.name) else {
            return Vec::new();
        };
        let own = entry.changes.iter().copied();
        let weight = entry.arrives.then_some(WEIGHT);
        own.chain(weight).map(str::to_owned).collect()
    }

    /// Checks that it can draw its spikes as `alterations` say.
    pub(super) fn check_altered(
        &self,
        alterations: &[(&str, Alteration)],
    ) -> Result<(), ParameterError> {
        let entry = stimulus::entry(self.kind.spec.name)?;
        if !entry.arrives || entry.changes.is_empty() {
            return Ok(());
        }
        let values = altered(entry.spec, &self.kind.values, alterations);
        (entry.build)(&complete(entry.spec, &values)?).map(drop)
    }

    pub(super) fn changeable(
        &self,
        path: &ParameterPath,
        weight: Dimension,
    ) -> Result<Changeable, PathError> {
        let known = self.known();
        if !known.contains(&path.parameter) {
            return match self.kind.spec.parameter(&path.parameter) {
                Some(_) => Err(fixed(path, "it is what the stimulus is made of")),
                None => Err(no_parameter(path, known)),
            };
        }
        if path.parameter == WEIGHT {
            return Ok(Changeable {
                dimension: weight,
                range: Range::Between(-f64::from(f32::MAX), f64::from(f32::MAX)),
                declared: (self.weight, self.weight),
                scales: false,
            });
        }
        let steps = self.kind.values.steps("steps");
        let is_current = self.kind.spec.name == current::SPEC.name;
        if is_current && !steps.is_empty() {
            return Ok(Changeable {
                dimension: Dimension::Current,
                range: Range::Finite,
                declared: (steps[0].1, steps[steps.len() - 1].1),
                scales: true,
            });
        }
        let parameter = self.kind.spec.parameter(&path.parameter);
        let found = parameter.and_then(|known| Changeable::of(known, &self.kind.values));
        found.ok_or_else(|| no_parameter(path, known))
    }
}

impl Oscillation {
    pub(super) fn changeable(&self, path: &ParameterPath) -> Result<Changeable, PathError> {
        let number = |dimension, range, value| Changeable {
            dimension,
            range,
            declared: (value, value),
            scales: false,
        };
        match (&path.parameter[..], &self.pace) {
            (AMPLITUDE, _) => {
                let range = Range::Between(0.0, HIGHEST);
                Ok(number(Dimension::One, range, self.amplitude))
            }
            (FREQUENCY, &Pace::Own(hz)) => {
                let range = Range::Between(LOWEST_HZ, HIGHEST_HZ);
                Ok(number(Dimension::Rate, range, hz))
            }
            (FREQUENCY, Pace::Locked { .. }) => Err(fixed(
                path,
                "it is locked to another, whose frequency may change",
            )),
            ("phase" | "at" | "width" | "cycles" | "locked_to" | "nested_in", _) => Err(fixed(
                path,
                "how phases depend on each other is what an oscillation is made of",
            )),
            _ => Err(no_parameter(
                path,
                [AMPLITUDE, FREQUENCY].map(str::to_owned),
            )),
        }
    }
}

impl Homeostasis {
    pub(super) fn changeable(&self, path: &ParameterPath) -> Result<Changeable, PathError> {
        if ["every", "projection", "population", "kind"].contains(&&path.parameter[..]) {
            return Err(fixed(path, "it is what the force is made of"));
        }
        let Choice { spec, values } = &self.kind;
        let parameter = spec.parameter(&path.parameter);
        let found = parameter.and_then(|known| Changeable::of(known, values));
        found.ok_or_else(|| {
            let known = numbers(spec).map(str::to_owned);
            no_parameter(path, known)
        })
    }
}

impl Network {
    /// Checks that the oscillation at `path` can become what `alteration` makes of it.
    pub(super) fn check_oscillating(
        &self,
        path: &ParameterPath,
        alteration: Alteration,
    ) -> Result<(), PathError> {
        let mut altered = self.clone();
        let own = altered.oscillations.iter_mut();
        for own in own.filter(|own| own.name == path.name) {
            if let (FREQUENCY, Pace::Own(hz)) = (&path.parameter[..], &mut own.pace) {
                *hz = alteration.of(*hz);
            }
        }
        for stimulus in &self.stimuli {
            let flows = stimulus::entry(stimulus.kind.spec.name).is_ok_and(|entry| !entry.arrives);
            let checked = altered.swings(stimulus, (true, flows));
            checked.map_err(|fault| PathError::Oscillation {
                path: path.clone(),
                stimulus: stimulus.name.clone(),
                fault: Box::new(fault),
            })?;
        }
        Ok(())
    }

    /// Checks that slow forces can become what `alterations` make of them.
    pub(super) fn check_forces(&self, alterations: &Alterations) -> Result<(), PathError> {
        for force in &self.homeostasis {
            let own = alterations
                .iter()
                .filter(|(path, _)| path.part == Part::Homeostasis && path.name == force.name);
            let own: Vec<(&str, Alteration)> =
                own.map(|(path, &how)| (&path.parameter[..], how)).collect();
            let Some(&(first, _)) = own.first() else {
                continue;
            };
            let Choice { spec, values } = &force.kind;
            let values = altered(spec, values, &own);
            let at_fault = |error| PathError::Values {
                part: Part::Homeostasis,
                name: force.name.clone(),
                error,
            };
            let declared = homeostasis::build(spec.name, &force.kind.values).map_err(at_fault)?;
            let act = homeostasis::build(spec.name, &values).map_err(at_fault)?;
            if !declared.may_become(&act) {
                let path = ParameterPath::new(Part::Homeostasis, &force.name, first);
                let reason = "averages of rates, and how far neurons may go, are what the force remembers by";
                return Err(fixed(&path, reason));
            }
            let altered = Homeostasis {
                kind: Choice { spec, values },
                ..force.clone()
            };
            let checked = self.check_homeostasis(&altered);
            checked.map_err(|problem| PathError::Force {
                name: force.name.clone(),
                problem: problem.to_string(),
            })?;
        }
        Ok(())
    }
}

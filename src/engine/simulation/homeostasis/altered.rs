//! Slow forces whose numbers are others than they were declared as.

use super::super::Simulation;
use super::Force;
use crate::base::alteration::Alteration;
use crate::base::parameter::ParameterError;
use crate::network::path::{Alterations, altered, fixed, no_name, no_parameter};
use crate::network::{ParameterPath, Part, PathError};
use crate::plasticity::homeostasis::{Act, build, specs};

impl Force {
    /// What it does with numbers altered as `alterations` say.
    fn altered(&self, alterations: &Alterations) -> Result<Act, ParameterError> {
        let (kind, values) = &self.declared;
        let own = alterations
            .iter()
            .filter(|(path, _)| path.part == Part::Homeostasis && path.name == self.name);
        let own: Vec<(&str, Alteration)> =
            own.map(|(path, &how)| (&path.parameter[..], how)).collect();
        let spec = specs().into_iter().find(|spec| spec.name == *kind);
        match spec {
            Some(spec) => build(kind, &altered(spec, values, &own)),
            None => Err(ParameterError::UnknownModel((*kind).into())),
        }
    }
}

impl Simulation {
    /// Checks that there is a force with a number at `path`.
    pub(in crate::engine::simulation) fn check_force(
        &self,
        path: &ParameterPath,
    ) -> Result<(), PathError> {
        let known = self.forces.iter().map(|force| &force.name);
        let found = self.forces.iter().find(|force| force.name == path.name);
        let (kind, _) = found.ok_or_else(|| no_name(path, known))?.declared;
        let spec = specs().into_iter().find(|spec| spec.name == kind);
        match spec.and_then(|spec| spec.parameter(&path.parameter)) {
            Some(_) => Ok(()),
            None => Err(no_parameter(path, [])),
        }
    }

    /// Checks that forces of which something is `changed` can be as `wanted`.
    pub(in crate::engine::simulation) fn check_forces(
        &self,
        wanted: &Alterations,
        changed: &Alterations,
    ) -> Result<(), PathError> {
        for force in &self.forces {
            let own =
                |path: &&ParameterPath| path.part == Part::Homeostasis && path.name == force.name;
            let Some(path) = changed.keys().find(own) else {
                continue;
            };
            let act = force.altered(wanted).map_err(|error| PathError::Values {
                part: Part::Homeostasis,
                name: force.name.clone(),
                error,
            })?;
            if !force.act.may_become(&act) {
                let reason = "averages of rates, and how far neurons may go, are what the force remembers by";
                return Err(fixed(path, reason));
            }
        }
        Ok(())
    }

    /// Lets forces of which something is `changed` go on as they are altered now, with what they remember.
    pub(in crate::engine::simulation) fn alter_forces(&mut self, changed: &Alterations) {
        for at in 0..self.forces.len() {
            let force = &self.forces[at];
            let own =
                |path: &ParameterPath| path.part == Part::Homeostasis && path.name == force.name;
            if !changed.keys().any(own) {
                continue;
            }
            // It was tried before.
            let Ok(mut act) = force.altered(&self.altered.now) else {
                continue;
            };
            let n = self.extent(at);
            if let (Act::Wiring(before), Act::Wiring(after)) = (&self.forces[at].act, &mut act) {
                after.load(before.state(), n);
            }
            self.forces[at].act = act;
        }
    }
}

//! Neurons that take the place of others: with other parameters, in the state that those have, or at rest.

use rayon::prelude::*;

use super::Simulation;
use crate::engine::error::SimulationError;
use crate::engine::lane::Lane;
use crate::engine::neurons::{Now, Together};
use crate::neuron::{AlterError, Neurons};
use crate::stimulus::poisson::Wish;

/// Neurons for groups of a lane, by the number of the group.
type BuiltIn = Vec<(usize, Box<dyn Neurons>)>;

/// The same of each lane.
pub(super) type Built = Vec<BuiltIn>;

/// Whether the population at an index is one whose neurons are to be others.
pub(super) type Concerned<'a> = &'a (dyn Fn(usize) -> bool + Sync);

impl Simulation {
    /// Brings all neurons to this instant.
    pub(super) fn catch_up(&mut self) {
        let now = self.now;
        self.lanes.par_iter_mut().for_each(|lane| {
            let groups = lane.groups.iter_mut();
            groups.for_each(|group| {
                group.neurons.advance(now);
                group.take_all_back(now);
            });
        });
    }

    /// The neurons of populations that are `concerned`, as they are `now`; in the state that they have at this instant, to which
    /// they have been brought, if that is `kept`. Names of what they draw from end in `suffix`.
    ///
    /// # Errors
    /// If there cannot be such neurons.
    pub(super) fn rebuilt(
        &self,
        concerned: Concerned<'_>,
        now: Now<'_>,
        kept: bool,
        suffix: &str,
    ) -> Result<Built, SimulationError> {
        let lanes = self.lanes.par_iter();
        let built = lanes.map(|lane| self.rebuilt_in(lane, concerned, now, kept, suffix));
        built.collect()
    }

    fn rebuilt_in(
        &self,
        lane: &Lane,
        concerned: Concerned<'_>,
        now: Now<'_>,
        kept: bool,
        suffix: &str,
    ) -> Result<BuiltIn, SimulationError> {
        let mut built = Vec::new();
        for (at, group) in lane.groups.iter().enumerate() {
            let mut members = group.members.iter();
            let Some(member) = members.find(|member| concerned(member.population)) else {
                continue;
            };
            let together = Together {
                members: &group.members,
                kind: group.kind,
                part: group.part,
            };
            let declared = &self.altered.declared;
            let neurons = match kept {
                true => declared.alter(&*group.neurons, together, now, suffix),
                false => {
                    let neurons = declared.at_rest(together, now, suffix);
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

    /// Puts neurons in the place of those that there are.
    pub(super) fn put(&mut self, built: Built) {
        for (lane, built) in self.lanes.iter_mut().zip(built) {
            for (group, neurons) in built {
                let group = &mut lane.groups[group];
                group.neurons = neurons;
                for noise in &mut group.noise {
                    noise.set_wish(Wish::of(&*group.neurons, noise.weight()));
                }
            }
        }
    }
}

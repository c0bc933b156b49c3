//! Looks at the state of single neurons.

use super::Simulation;
use crate::base::time::Time;
use crate::engine::error::{Kind, SimulationError};

impl Simulation {
    /// The variable called `variable` of neuron `neuron` of `population`, now.
    ///
    /// # Errors
    /// If there is no such population, neuron or variable.
    pub fn sample(
        &self,
        population: &str,
        neuron: u32,
        variable: &str,
    ) -> Result<f64, SimulationError> {
        let index = self.index_of(population)?;
        let known = &self.populations[index];
        if neuron >= known.size {
            return Err(SimulationError::NoNeuron {
                population: population.into(),
                neuron,
                size: known.size,
            });
        }
        let names = known.variables.iter().map(|variable| variable.name);
        let number = names.clone().position(|name| name == variable);
        let number = number.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Variable,
            name: variable.into(),
            known: names.map(str::to_owned).collect(),
        })?;
        Ok(self.sample_at(index, neuron, number, self.now))
    }

    /// The model's variable number `variable` of neuron `node` of the population at index `population` at `t`, which is
    /// now or before it, if nothing happened in between: for loops that have looked up their names.
    pub fn sample_at(&self, population: usize, node: u32, variable: usize, t: Time) -> f64 {
        let places = &self.populations[population].places;
        let place = places[places.partition_point(|place| place.first <= node) - 1];
        let group = &self.lanes[place.lane].groups[place.group];
        let local = (place.local + (node - place.first)) as usize;
        group.sample(variable, local, t)
    }

    /// A neuron whose state is NaN or infinite: population and number.
    pub fn non_finite(&self) -> Option<(usize, u32)> {
        let groups = self.lanes.iter().flat_map(|lane| &lane.groups);
        let mut wrong = groups.filter_map(|group| {
            let local = group.neurons.non_finite()?;
            Some(group.node(local as u32))
        });
        wrong.next()
    }
}

//! Spikes kept in memory.

use crate::base::time::Time;
use crate::engine::Observer;
use crate::engine::error::SimulationError;
use crate::engine::simulation::Simulation;

/// Keeps the spikes of some populations: an [`Observer`] for networks whose spikes fit into memory.
#[derive(Debug, Clone)]
pub struct Spikes {
    /// By index of the population; `None` for one whose spikes are not kept.
    kept: Vec<Option<Vec<(Time, u32)>>>,
    names: Vec<String>,
}

impl Spikes {
    /// Keeps the spikes of `populations` of `simulation` from now on.
    ///
    /// # Errors
    /// If there is no such population.
    pub fn of<'a>(
        simulation: &Simulation,
        populations: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SimulationError> {
        let names = simulation
            .populations()
            .iter()
            .map(|known| known.name.clone());
        let mut spikes = Self {
            kept: vec![None; simulation.populations().len()],
            names: names.collect(),
        };
        for population in populations {
            spikes.kept[simulation.index_of(population)?] = Some(Vec::new());
        }
        Ok(spikes)
    }

    /// When which neuron of `population` spiked, in order of time and neuron; nothing of a population that is not kept.
    pub fn from(&self, population: &str) -> &[(Time, u32)] {
        let at = self.names.iter().position(|name| name == population);
        at.and_then(|at| self.kept[at].as_deref()).unwrap_or(&[])
    }
}

impl Observer for Spikes {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        if let Some(kept) = &mut self.kept[population] {
            kept.extend(nodes.iter().map(|&neuron| (t, neuron)));
        }
    }
}

//! What goes into the run file.

use crate::base::time::Duration;

/// What goes into the run file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Populations whose spikes are recorded, none twice.
    pub spikes: Vec<Recorded>,
    /// Bin of the rates of the recorded populations, above zero and at most the duration, or `None` for no rates.
    pub rates_bin: Option<Duration>,
    /// Neurons whose states are sampled; a population may come more than once.
    pub states: Vec<SampledStates>,
}

/// A population whose spikes are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its name.
    pub population: String,
    /// Which of its neurons.
    pub neurons: Selection,
}

/// Some neurons of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// These, at least one and not all, ascending.
    Some(Vec<u32>),
}

/// Neurons whose variables are sampled at regular instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledStates {
    /// Name of their population.
    pub population: String,
    /// The neurons, at least one, ascending.
    pub neurons: Vec<u32>,
    /// Variables by number (in the order of the model's variables) and name, at least one, none twice.
    pub variables: Vec<(usize, &'static str)>,
    /// From one sample to the next, above zero and at most the duration.
    pub every: Duration,
}

impl Record {
    /// Which neurons' spikes are recorded of the population called `name`, if any.
    pub fn recorded(&self, name: &str) -> Option<&Selection> {
        let mut spikes = self.spikes.iter();
        let recorded = spikes.find(|recorded| recorded.population == name)?;
        Some(&recorded.neurons)
    }
}

impl Selection {
    /// Whether neuron `node` is one of them.
    pub fn contains(&self, node: u32) -> bool {
        match self {
            Self::All => true,
            Self::Some(nodes) => nodes.binary_search(&node).is_ok(),
        }
    }

    /// How many they are of a population of `size`.
    pub fn count(&self, size: u32) -> usize {
        match self {
            Self::All => size as usize,
            Self::Some(nodes) => nodes.len(),
        }
    }
}

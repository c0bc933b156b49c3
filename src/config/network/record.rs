//! What goes into the run file.

use crate::base::time::Duration;
pub use crate::run::instant::Instants;
pub use crate::run::selection::Selection;

/// What goes into the run file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Populations whose spikes are recorded, none twice.
    pub spikes: Vec<Recorded>,
    /// Bin of the rates of the recorded populations, above zero and at most the duration, or `None` for no rates.
    pub rates_bin: Option<Duration>,
    /// Neurons whose states are sampled; a population may come more than once.
    pub states: Vec<SampledStates>,
    /// Weights that are recorded, or `None` for none.
    pub weights: Option<RecordedWeights>,
}

/// A population whose spikes are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its name.
    pub population: String,
    /// Which of its neurons.
    pub neurons: Selection,
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

/// Weights of dense projections as they stand at some instants, after everything that happens then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedWeights {
    /// Names of the projections, at least one, none twice.
    pub projections: Vec<String>,
    /// When.
    pub instants: Instants,
}

impl Record {
    /// Which neurons' spikes are recorded of the population called `name`, if any.
    pub fn recorded(&self, name: &str) -> Option<&Selection> {
        let mut spikes = self.spikes.iter();
        let recorded = spikes.find(|recorded| recorded.population == name)?;
        Some(&recorded.neurons)
    }
}

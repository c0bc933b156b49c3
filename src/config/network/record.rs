//! What goes into the run file.

use crate::base::time::{Duration, Time};

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

/// Weights of dense projections as they stand at some instants, after everything that happens then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedWeights {
    /// Names of the projections, at least one, none twice.
    pub projections: Vec<String>,
    /// When.
    pub instants: Instants,
}

/// Instants of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instants {
    /// These, counted from the start: at least one, ascending, none twice, none behind the end.
    At(Vec<Duration>),
    /// The start, then one such span after the other, and the end; above zero and at most the duration.
    Every(Duration),
}

impl Instants {
    /// The first of them at or after `from` in a run that ends at `stop`.
    pub fn first_from(&self, from: Time, stop: Time) -> Option<Time> {
        match self {
            Self::At(listed) => {
                let mut instants = listed.iter().map(|&at| Time::from_ps(at.ps()));
                instants.find(|&instant| instant >= from)
            }
            Self::Every(_) if from > stop => None,
            Self::Every(every) => {
                let from = from.max(Time::ZERO);
                let past = from.ps() % every.ps();
                let wait = if past == 0 { 0 } else { every.ps() - past };
                let next = from.checked_add(Duration::from_ps(wait));
                Some(next.map_or(stop, |next| next.min(stop)))
            }
        }
    }

    /// How many they are in a run of this `duration`.
    pub fn count(&self, duration: Duration) -> u64 {
        match self {
            Self::At(listed) => listed.len() as u64,
            Self::Every(every) => {
                let (whole, rest) = (duration.ps() / every.ps(), duration.ps() % every.ps());
                // The start; the end, where it is no multiple.
                whole as u64 + 1 + u64::from(rest > 0)
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// All of them in a run that ends at `stop`, found one after the other.
    fn all(instants: &Instants, stop: i64) -> Vec<i64> {
        let stop = Time::from_ps(stop);
        let mut found = Vec::new();
        let mut from = Time::ZERO;
        while let Some(instant) = instants.first_from(from, stop) {
            found.push(instant.ps());
            from = Time::from_ps(instant.ps() + 1);
        }
        found
    }

    #[test]
    fn start_and_end_are_among_regular_instants() {
        let every = Instants::Every(Duration::from_ps(4));
        for (stop, expected) in [(8, &[0, 4, 8][..]), (9, &[0, 4, 8, 9]), (4, &[0, 4])] {
            assert_eq!(all(&every, stop), expected);
            assert_eq!(every.count(Duration::from_ps(stop)), expected.len() as u64);
        }
        let at = Instants::At([3, 8].map(Duration::from_ps).into());
        assert_eq!(all(&at, 9), [3, 8]);
        assert_eq!(at.count(Duration::from_ps(9)), 2);
    }
}

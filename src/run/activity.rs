//! What a network did: the sums that the table, the rates and the raster need.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::analysis::interval_sums::IntervalSums;
use crate::base::time::{Duration, Time};
use crate::run::counts::Counts;
use crate::run::population;
use crate::run::selection::Selection;

/// What is known of a population whatever it does.
#[derive(Debug, Clone)]
struct Population {
    name: String,
    /// The raster shows recorded neurons of indices below this.
    below: u32,
    /// How many those are.
    neurons: u32,
    /// Neurons whose spikes are recorded, if not all are.
    only: Option<Selection>,
}

/// Sums over the spikes of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    intervals: IntervalSums,
    /// Spikes per bin, if rates are asked for.
    bins: Counts,
    /// Spikes within the raster.
    #[serde(with = "shown")]
    shown: Vec<(Time, u64)>,
}

/// Spikes as whole pieces of bytes, as there are many.
mod shown {
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    use crate::base::bytes;
    use crate::base::time::Time;

    pub fn serialize<S: Serializer>(spikes: &[(Time, u64)], to: S) -> Result<S::Ok, S::Error> {
        let mut written = Vec::with_capacity(16 * spikes.len());
        for (t, node) in spikes {
            written.extend_from_slice(&t.ps().to_le_bytes());
            written.extend_from_slice(&node.to_le_bytes());
        }
        bytes::serialize(&written, to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(Time, u64)>, D::Error> {
        let written = bytes::deserialize(from)?;
        let (numbers, rest) = written.as_chunks();
        let (spikes, odd) = numbers.as_chunks::<2>();
        if !rest.is_empty() || !odd.is_empty() {
            return Err(D::Error::custom("a part of a spike"));
        }
        let spike = |[t, node]: &[[u8; 8]; 2]| {
            (
                Time::from_ps(i64::from_le_bytes(*t)),
                u64::from_le_bytes(*node),
            )
        };
        Ok(spikes.iter().map(spike).collect())
    }
}

/// Sees every spike of a run.
#[derive(Debug, Clone)]
pub struct Activity {
    populations: Vec<Population>,
    sums: Vec<Sums>,
    bin: Option<Duration>,
    range: (Time, Time),
}

/// Spikes that a raster shows.
#[derive(Debug, Clone, Copy)]
pub struct Raster<'a> {
    /// Names of the populations.
    pub populations: &'a [String],
    /// Neurons of each at most, or `None` for all.
    pub neurons: Option<u32>,
    /// Start.
    pub from: Duration,
    /// End.
    pub to: Duration,
}

/// What a raster shows of a population.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// How many of its neurons: the first that are recorded.
    pub neurons: u32,
    /// Their numbers, ascending, where these are not 0, 1, ….
    pub numbers: Option<Vec<u32>>,
    /// Their spikes.
    pub spikes: Vec<(Time, u64)>,
}

/// Below which index the first `most` recorded neurons of `population` lie, and how many those are.
fn first_recorded(population: &population::Population, most: u32) -> (u32, u32) {
    match &population.recorded {
        None => (0, 0),
        Some(Selection::All) => {
            let neurons = most.min(population.size);
            (neurons, neurons)
        }
        Some(Selection::Some(nodes)) => {
            let first = &nodes[..nodes.len().min(most as usize)];
            (first.last().map_or(0, |last| last + 1), first.len() as u32)
        }
    }
}

impl Activity {
    /// Watches `populations`: counts spikes in bins, if rates are asked for, and keeps those of a raster.
    pub fn new(
        populations: &[population::Population],
        bin: Option<Duration>,
        raster: Option<Raster<'_>>,
    ) -> Self {
        let population = |declared: &population::Population| {
            let shown = raster.filter(|raster| raster.populations.contains(&declared.name));
            let most = shown.map_or(0, |raster| raster.neurons.unwrap_or(u32::MAX));
            let (below, neurons) = first_recorded(declared, most);
            Population {
                name: declared.name.clone(),
                below,
                neurons,
                only: match &declared.recorded {
                    Some(some @ Selection::Some(_)) => Some(some.clone()),
                    _ => None,
                },
            }
        };
        let sums = |declared: &population::Population| Sums {
            intervals: IntervalSums::new(declared.size as usize),
            bins: Counts::NONE,
            shown: Vec::new(),
        };
        Self {
            populations: populations.iter().map(population).collect(),
            sums: populations.iter().map(sums).collect(),
            bin,
            range: raster.map_or((Time::ZERO, Time::ZERO), |raster| {
                (Time::ZERO + raster.from, Time::ZERO + raster.to)
            }),
        }
    }

    /// All that changes while the run goes on, per population.
    pub fn sums(&self) -> &[Sums] {
        &self.sums
    }

    /// Goes on from `sums`; false if they are of other populations.
    pub fn restore(&mut self, sums: Vec<Sums>) -> bool {
        let sizes = |sums: &[Sums]| -> Vec<usize> {
            sums.iter().map(|sums| sums.intervals.neurons()).collect()
        };
        let fits = sizes(&sums) == sizes(&self.sums);
        if fits {
            self.sums = sums;
        }
        fits
    }

    /// What the raster shows of the population called `name`.
    pub fn shown(&self, name: &str) -> Shown {
        let mut both = self.populations.iter().zip(&self.sums);
        let found = both.find(|(population, _)| population.name == name);
        found.map_or(Shown::default(), |(population, sums)| {
            let neurons = population.neurons;
            let numbers = match &population.only {
                Some(Selection::Some(nodes)) if population.below > neurons => {
                    Some(nodes[..neurons as usize].to_vec())
                }
                _ => None,
            };
            Shown {
                neurons,
                numbers,
                spikes: sums.shown.clone(),
            }
        })
    }

    /// Neurons begin at rest: what they did before is no start of an interval.
    pub fn begin_anew(&mut self) {
        let sums = self.sums.iter_mut();
        sums.for_each(|sums| sums.intervals.begin_anew());
    }

    /// Takes note of `nodes` of the population at index `population`, which spiked at `t`.
    pub fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        let Population { below, only, .. } = &self.populations[population];
        let sums = &mut self.sums[population];
        for &node in nodes {
            sums.intervals.spike(t, node);
        }
        if let Some(bin) = self.bin {
            let at = (t.ps() / bin.ps()) as usize;
            sums.bins.add(at, nodes.len() as u64);
        }
        if self.range.0 <= t && t < self.range.1 {
            let recorded = recorded(only.as_ref(), nodes);
            let shown = recorded.iter().filter(|&&node| node < *below);
            sums.shown.extend(shown.map(|&node| (t, u64::from(node))));
        }
    }
}

/// Those of `nodes` that are among `only`, if that is given.
pub(super) fn recorded<'a>(only: Option<&Selection>, nodes: &'a [u32]) -> Cow<'a, [u32]> {
    match only {
        None | Some(Selection::All) => Cow::Borrowed(nodes),
        Some(only) => {
            let nodes = nodes.iter().copied();
            nodes.filter(|&node| only.contains(node)).collect()
        }
    }
}

impl Sums {
    /// Spikes in bin number `k`.
    pub fn bin(&self, k: usize) -> u64 {
        self.bins.get(k)
    }

    /// Mean over neurons of the coefficient of variation of their intervals, of those with three or more: 0 is regular, 1
    /// as irregular as a Poisson process.
    pub fn interval_cv(&self) -> Option<f64> {
        self.intervals.cv()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_recorded_neurons_are_shown_and_counted() {
        let of = |recorded, most| {
            let population = population::Population {
                name: "e".into(),
                size: 100,
                model: "lif",
                recorded,
            };
            first_recorded(&population, most)
        };
        assert_eq!(of(None, 10), (0, 0));
        assert_eq!(of(Some(Selection::All), 10), (10, 10));
        assert_eq!(of(Some(Selection::All), u32::MAX), (100, 100));
        let some = || Some(Selection::Some(vec![5, 50, 60]));
        assert_eq!(of(some(), 2), (51, 2));
        assert_eq!(of(some(), 10), (61, 3));
    }

    #[test]
    fn sums_come_back_as_they_were_and_parts_of_a_spike_do_not() {
        let sums = Sums {
            intervals: IntervalSums::new(1),
            bins: Counts::Narrow(vec![5]),
            shown: vec![(Time::ZERO, 7), (Time::from_ps(i64::MAX), u64::MAX)],
        };
        let written = postcard::to_stdvec(&sums).unwrap();
        assert_eq!(postcard::from_bytes::<Sums>(&written).unwrap(), sums);
        // The spikes lie last, behind their length in bytes.
        let mut part = written[..written.len() - 1].to_vec();
        let length = written.len() - 33;
        assert_eq!(part[length], 32);
        part[length] = 31;
        assert!(postcard::from_bytes::<Sums>(&part).is_err());
    }
}

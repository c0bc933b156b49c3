//! Statistics of weights at some instants: for runs that are long, or have more synapses than a file should hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::spread::Spread;
use crate::base::stream::{Stream, name_hash};
use crate::base::time::Time;
use crate::engine::simulation::Simulation;
use crate::plasticity::Synapse;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::record::weight_statistics::{Tracked, WeightStatistics};
use crate::run::error::RunError;
use crate::run::instant::{Cuts, Ends, Instants};

/// What is observed of a run's weights.
#[derive(Debug, Clone, Default)]
pub struct WeightWatch {
    /// In the order of the run file.
    observed: Vec<Observed>,
    cuts: Cuts,
}

/// A projection whose weights are observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its name.
    pub projection: String,
    /// Whether it has a weight for every pair.
    pub is_dense: bool,
    /// The largest strength, without sign, where its rule has one: what the histogram goes up to.
    pub largest: Option<f64>,
    /// Bins of the histogram, at least 1.
    pub bins: u32,
    /// Synapses that are followed one by one, at most.
    pub tracked: u32,
    /// Source and target of pairs that are followed: the sum of their synapses' weights.
    pub pairs: Vec<(u32, u32)>,
}

impl WeightWatch {
    /// Statistics of `observed` at `instants` of a run.
    pub fn new(observed: Vec<Observed>, instants: Instants) -> Self {
        Self {
            observed,
            cuts: Cuts::new(instants),
        }
    }

    /// Where a run that stands at `now` and `ends` there has to be cut for the next look.
    pub fn next_cut(&self, now: Time, ends: Ends) -> Time {
        self.cuts.next(now, ends)
    }

    /// Takes the statistics for which the run of `seed` was cut now, which `ends` there.
    ///
    /// # Errors
    /// If the run file cannot be written, or there is no such projection.
    pub fn take(
        &self,
        engine: &Simulation,
        seed: u64,
        ends: Ends,
        file: &mut RunFile,
    ) -> Result<(), RunError> {
        for instant in self.cuts.due(engine.now(), ends) {
            for (recorded, observed) in self.observed.iter().enumerate() {
                let statistics = observed.look(engine, seed)?;
                file.weight_statistics(recorded, instant, statistics)?;
            }
        }
        Ok(())
    }
}

impl Observed {
    /// What its weights are now.
    fn look(&self, engine: &Simulation, seed: u64) -> Result<WeightStatistics, RunError> {
        let name = &self.projection;
        let (weights, tracked): (Vec<f32>, Vec<Tracked>) = match self.is_dense {
            true => {
                let weights = engine.weights(name)?;
                let (n_source, values) = (weights.columns(), weights.values());
                let tracked = self.drawn(seed, values.len()).into_iter().map(|k| Tracked {
                    source: (k % n_source) as u32,
                    target: (k / n_source) as u32,
                    weight: values[k],
                });
                let pairs = self.pairs.iter().map(|&(source, target)| Tracked {
                    source,
                    target,
                    weight: values[target as usize * n_source + source as usize],
                });
                let tracked = tracked.chain(pairs).collect();
                (values.to_vec(), tracked)
            }
            false => {
                let weights = engine.weights_in_any_order(name)?;
                let first = starts(&engine.synapses_by_source(name)?);
                let drawn = self.drawn(seed, weights.len());
                let drawn: Vec<_> = drawn.into_iter().map(|k| place(&first, k)).collect();
                let pairs = self.pairs.iter().map(|pair| pair.0);
                let sources: BTreeSet<u32> = drawn.iter().map(|one| one.0).chain(pairs).collect();
                let sources: Vec<u32> = sources.into_iter().collect();
                let synapses = engine.synapses_from(name, &sources)?;
                let drawn = drawn.into_iter().map(|(source, k)| {
                    let own = synapses.partition_point(|synapse| synapse.source < source);
                    let synapse = synapses[own + k];
                    Tracked {
                        source,
                        target: synapse.target,
                        weight: synapse.weight as f32,
                    }
                });
                (weights, drawn.chain(self.sums(&synapses)).collect())
            }
        };
        // All weights of a projection whose rule has bounds have one sign, zero too.
        let is_negative = weights
            .first()
            .is_some_and(|weight| weight.is_sign_negative());
        let range = self.largest.map(|largest| match is_negative {
            true => (-largest, 0.0),
            false => (0.0, largest),
        });
        let bins = self.bins as usize;
        let Some(spread) = Spread::of(&weights, range, bins) else {
            return Ok(WeightStatistics::of_none(bins, tracked));
        };
        Ok(WeightStatistics {
            n: spread.n as u64,
            mean: spread.mean,
            sd: spread.sd,
            min: spread.min,
            max: spread.max,
            quantiles: spread.quantiles,
            edges: spread.edges,
            histogram: spread.counts,
            tracked,
        })
    }

    /// The weight of each pair that is followed, NaN where it has no synapse.
    fn sums(&self, synapses: &[Synapse]) -> Vec<Tracked> {
        if self.pairs.is_empty() {
            return Vec::new();
        }
        let mut sums: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        let wanted: BTreeSet<(u32, u32)> = self.pairs.iter().copied().collect();
        for synapse in synapses {
            let ends = (synapse.source, synapse.target);
            if wanted.contains(&ends) {
                *sums.entry(ends).or_default() += synapse.weight;
            }
        }
        let tracked = |&(source, target): &(u32, u32)| Tracked {
            source,
            target,
            weight: sums
                .get(&(source, target))
                .map_or(f32::NAN, |sum| *sum as f32),
        };
        self.pairs.iter().map(tracked).collect()
    }

    /// Which of `n` synapses are followed, ascending: the same at every look (Floyd's sample; Bentley, Floyd 1987).
    fn drawn(&self, seed: u64, n: usize) -> Vec<usize> {
        let mut stream = Stream::new(
            seed,
            "weight_statistics.tracked",
            name_hash(&self.projection),
        );
        let mut drawn = BTreeSet::new();
        for last in n.saturating_sub(self.tracked as usize)..n {
            let k = stream.below(last as u64 + 1) as usize;
            if !drawn.insert(k) {
                drawn.insert(last);
            }
        }
        drawn.into_iter().collect()
    }
}

/// Numbers from which on the synapses of each source are counted, given how many each has.
fn starts(numbers: &[usize]) -> Vec<usize> {
    let starts = numbers.iter().scan(0, |sum, number| {
        let start = *sum;
        *sum += number;
        Some(start)
    });
    starts.collect()
}

/// The source of synapse number `k`, and its number among those of that source, which start from `first`.
fn place(first: &[usize], k: usize) -> (u32, usize) {
    let source = first.partition_point(|&first| first <= k) - 1;
    (source as u32, k - first[source])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;

    #[test]
    fn synapses_are_numbered_source_by_source() {
        let first = starts(&[0, 3, 0, 0, 2, 0]);
        let places = [0, 2, 3, 4].map(|k| place(&first, k));
        assert_eq!(places, [(1, 0), (1, 2), (4, 0), (4, 1)]);
    }

    #[test]
    fn a_pair_has_the_weight_of_all_its_synapses() {
        let synapse = |source, target, weight| Synapse {
            source,
            target,
            delay: Duration::ZERO,
            dendritic: Duration::ZERO,
            weight,
        };
        let observed = Observed {
            projection: "p".into(),
            is_dense: false,
            largest: None,
            bins: 1,
            tracked: 0,
            pairs: vec![(1, 2), (2, 1)],
        };
        let sums = observed.sums(&[synapse(1, 2, 0.5), synapse(3, 2, 1.0), synapse(1, 2, 0.25)]);
        assert_eq!(
            (sums[0].source, sums[0].target, sums[0].weight),
            (1, 2, 0.75)
        );
        assert!(sums[1].weight.is_nan());
    }

    #[test]
    fn as_many_synapses_are_followed_as_there_are() {
        let observed = |tracked| Observed {
            projection: "p".into(),
            is_dense: false,
            largest: None,
            bins: 1,
            tracked,
            pairs: Vec::new(),
        };
        assert_eq!(observed(7).drawn(1, 5), [0, 1, 2, 3, 4]);
        assert!(observed(7).drawn(1, 0).is_empty());
        let drawn = observed(20).drawn(1, 1000);
        assert_eq!((drawn.len(), drawn.is_sorted()), (20, true));
        assert_eq!(drawn, observed(20).drawn(1, 1000));
        assert_ne!(drawn, observed(20).drawn(2, 1000));
    }
}

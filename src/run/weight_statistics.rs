//! Statistics of weights at some instants: for runs that are long, or have more synapses than a file should hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::spread::Spread;
use crate::base::stream::{Stream, name_hash};
use crate::base::time::Time;
use crate::engine::simulation::{Simulation, put_in_order};
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
                if let Some(statistics) = observed.look(engine, seed)? {
                    file.weight_statistics(recorded, instant, statistics)?;
                }
            }
        }
        Ok(())
    }
}

impl Observed {
    /// What its weights are now; `None` if it has no synapses.
    fn look(&self, engine: &Simulation, seed: u64) -> Result<Option<WeightStatistics>, RunError> {
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
                let synapses = engine.synapses_in_any_order(name)?;
                let drawn = numbered(&synapses, &self.drawn(seed, synapses.len()));
                let drawn = drawn.into_iter().map(|synapse| Tracked {
                    source: synapse.source,
                    target: synapse.target,
                    weight: synapse.weight as f32,
                });
                let tracked = drawn.chain(self.sums(&synapses)).collect();
                let weights = synapses.iter().map(|synapse| synapse.weight as f32);
                (weights.collect(), tracked)
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
        let spread = Spread::of(&weights, range, self.bins as usize);
        Ok(spread.map(|spread| WeightStatistics {
            n: spread.n as u64,
            mean: spread.mean,
            sd: spread.sd,
            min: spread.min,
            max: spread.max,
            quantiles: spread.quantiles,
            edges: spread.edges,
            histogram: spread.counts,
            tracked,
        }))
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

/// Of `synapses`, in any order, those with these numbers by source, target and delay, ascending: without putting all of
/// them in order.
fn numbered(synapses: &[Synapse], numbers: &[usize]) -> Vec<Synapse> {
    let Some(last) = synapses.iter().map(|synapse| synapse.source).max() else {
        return Vec::new();
    };
    // Numbers from which on the synapses of each source are counted.
    let mut first = vec![0; last as usize + 2];
    for synapse in synapses {
        first[synapse.source as usize + 1] += 1;
    }
    for source in 1..first.len() {
        first[source] += first[source - 1];
    }
    let source = |number: usize| first.partition_point(|&first| first <= number) - 1;
    let mut own: BTreeMap<usize, Vec<Synapse>> = BTreeMap::new();
    for &number in numbers {
        own.entry(source(number)).or_default();
    }
    let mut is_wanted = vec![false; first.len()];
    own.keys().for_each(|&source| is_wanted[source] = true);
    for synapse in synapses {
        let source = synapse.source as usize;
        if is_wanted[source] {
            own.entry(source).or_default().push(*synapse);
        }
    }
    own.values_mut().for_each(|own| put_in_order(own));
    let numbered = numbers.iter().map(|&number| {
        let source = source(number);
        own[&source][number - first[source]]
    });
    numbered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;

    #[test]
    fn synapses_are_numbered_as_if_all_were_in_order() {
        let mut stream = Stream::new(1, "test", 0);
        let mut below = |n| stream.below(n) as u32;
        let synapses: Vec<Synapse> = (0..500)
            .map(|k| Synapse {
                source: 3 * below(20),
                target: below(9),
                delay: Duration::from_ps(below(3).into()),
                dendritic: Duration::ZERO,
                weight: k.into(),
            })
            .collect();
        let mut sorted = synapses.clone();
        put_in_order(&mut sorted);
        let numbers = [0, 1, 7, 250, 251, 499];
        let found = numbered(&synapses, &numbers);
        assert_eq!(found, numbers.map(|k| sorted[k]));
        assert!(numbered(&[], &[]).is_empty());
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

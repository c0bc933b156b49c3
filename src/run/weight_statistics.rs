//! Statistics of weights at some instants: for runs that are long, or have more synapses than a file should hold.

use crate::analysis::spread::Spread;
use crate::base::stream::{Stream, name_hash};
use crate::base::time::Time;
use crate::engine::simulation::Simulation;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::record::weight_statistics::{Tracked, WeightStatistics};
use crate::run::error::RunError;
use crate::run::instant::{Cuts, Instants};

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
}

impl WeightWatch {
    /// Statistics of `observed` at `instants` of a run that ends at `end`.
    pub fn new(observed: Vec<Observed>, instants: Instants, end: Time) -> Self {
        Self {
            observed,
            cuts: Cuts::new(instants, end),
        }
    }

    /// Where a run that stands at `now`, in a bout that ends at `stop`, has to be cut for the next look.
    pub fn next_cut(&self, now: Time, stop: Time) -> Time {
        self.cuts.next(now, stop)
    }

    /// Takes the statistics for which the run of `seed` was cut now, in a bout that ends at `stop`.
    ///
    /// # Errors
    /// If the run file cannot be written, or there is no such projection.
    pub fn take(
        &self,
        engine: &Simulation,
        seed: u64,
        stop: Time,
        file: &mut RunFile,
    ) -> Result<(), RunError> {
        for instant in self.cuts.due(engine.now(), stop) {
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
                let tracked = tracked.collect();
                (values.to_vec(), tracked)
            }
            false => {
                let synapses = engine.synapses_of(name)?;
                let tracked = self
                    .drawn(seed, synapses.len())
                    .into_iter()
                    .map(|k| Tracked {
                        source: synapses[k].source,
                        target: synapses[k].target,
                        weight: synapses[k].weight as f32,
                    });
                let tracked = tracked.collect();
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

    /// Which of `n` synapses are followed, ascending: the same at every look (Floyd's sample; Bentley, Floyd 1987).
    fn drawn(&self, seed: u64, n: usize) -> Vec<usize> {
        let mut stream = Stream::new(
            seed,
            "weight_statistics.tracked",
            name_hash(&self.projection),
        );
        let mut drawn = std::collections::BTreeSet::new();
        for last in n.saturating_sub(self.tracked as usize)..n {
            let k = stream.below(last as u64 + 1) as usize;
            if !drawn.insert(k) {
                drawn.insert(last);
            }
        }
        drawn.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_synapses_are_followed_as_there_are() {
        let observed = |tracked| Observed {
            projection: "p".into(),
            is_dense: false,
            largest: None,
            bins: 1,
            tracked,
        };
        assert_eq!(observed(7).drawn(1, 5), [0, 1, 2, 3, 4]);
        assert!(observed(7).drawn(1, 0).is_empty());
        let drawn = observed(20).drawn(1, 1000);
        assert_eq!((drawn.len(), drawn.is_sorted()), (20, true));
        assert_eq!(drawn, observed(20).drawn(1, 1000));
        assert_ne!(drawn, observed(20).drawn(2, 1000));
    }
}

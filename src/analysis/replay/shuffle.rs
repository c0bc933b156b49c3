//! Shuffles of an event: what the score is compared with.

use super::decode::{Decoder, Posterior, weighted_correlation};
use super::line::{LANES, Lines, Table, Worth};
use crate::base::stream::Stream;

/// What is shuffled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shuffle {
    /// Each bin of time is turned around the track by itself.
    ColumnCycle,
    /// Bins of time change places.
    TimeSwap,
    /// Neurons exchange their fields.
    CellIdentity,
    /// Each field is turned around the track by itself.
    FieldRotation,
    /// Spikes come at random, each neuron's as often as it fired in the event.
    Poisson,
}

/// An event as it is shuffled.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The decoder.
    pub decoder: &'a Decoder,
    /// Seconds in a bin of time.
    pub bin_s: f64,
    /// Neuron and count by bin of time.
    pub counts: &'a [Vec<(usize, f64)>],
    /// What they say.
    pub posterior: &'a Posterior,
    /// Neurons that have fields.
    pub neurons: usize,
    /// Bins on either side of a line that count.
    pub band: usize,
}

impl Event<'_> {
    /// Line score and size of the weighted correlation of `n` shuffles.
    pub fn shuffled(
        &self,
        shuffle: Shuffle,
        lines: &Lines,
        n: usize,
        stream: &mut Stream,
    ) -> Vec<(f64, f64)> {
        let worth = |column: &Option<Vec<f64>>| Some(Worth::of(column.as_ref()?, self.band));
        let worths: Vec<Option<Worth>> = self.posterior.iter().map(worth).collect();
        let positions = self.decoder.bins();
        let mut results = Vec::with_capacity(n);
        while results.len() < n {
            let lanes = LANES.min(n - results.len());
            let mut table = Table::new(self.posterior.len(), positions);
            let mut sizes = [f64::NAN; LANES];
            let mut scores = [f64::NAN; LANES];
            for lane in 0..lanes {
                let posterior = match shuffle {
                    Shuffle::ColumnCycle => {
                        let turns: Vec<usize> = worths
                            .iter()
                            .map(|_| stream.below(positions as u64) as usize)
                            .collect();
                        let columns = worths.iter().map(Option::as_ref).zip(turns.iter().copied());
                        table.put_worth(lane, &columns.collect::<Vec<_>>());
                        let turned = |(column, &turn): (&Option<Vec<f64>>, &usize)| {
                            let mut column = column.clone()?;
                            column.rotate_right(turn);
                            Some(column)
                        };
                        self.posterior.iter().zip(&turns).map(turned).collect()
                    }
                    Shuffle::TimeSwap => {
                        let mut order: Vec<usize> = (0..worths.len()).collect();
                        stream.shuffle(&mut order);
                        let posterior: Posterior =
                            order.iter().map(|&t| self.posterior[t].clone()).collect();
                        let columns = order.iter().map(|&t| (worths[t].as_ref(), 0));
                        table.put_worth(lane, &columns.collect::<Vec<_>>());
                        posterior
                    }
                    other => {
                        let posterior = self.decoded(other, stream);
                        table.put(lane, &posterior, self.band);
                        posterior
                    }
                };
                sizes[lane] = weighted_correlation(&posterior).abs();
                // Bins may be empty in one shuffle and not in the next.
                if posterior.iter().any(Option::is_none) {
                    scores[lane] = lines
                        .best(&posterior, self.band)
                        .map_or(0.0, |best| best.score);
                }
            }
            let together = lines.scores_without_gaps(&table);
            for lane in 0..lanes {
                let score = if scores[lane].is_nan() {
                    together[lane]
                } else {
                    scores[lane]
                };
                results.push((score, sizes[lane]));
            }
        }
        results
    }

    /// Decoded anew from other fields or other spikes.
    fn decoded(&self, shuffle: Shuffle, stream: &mut Stream) -> Posterior {
        let none = |_: usize| 0;
        match shuffle {
            Shuffle::CellIdentity => {
                let mut whose: Vec<usize> = (0..self.neurons).collect();
                stream.shuffle(&mut whose);
                self.decoder
                    .decode(self.counts, |neuron| whose[neuron], none, None)
            }
            Shuffle::FieldRotation => {
                let positions = self.decoder.bins() as u64;
                let turns: Vec<usize> = (0..self.neurons)
                    .map(|_| stream.below(positions) as usize)
                    .collect();
                let silence = self
                    .decoder
                    .silence_turned(self.bin_s, |neuron| turns[neuron]);
                self.decoder.decode(
                    self.counts,
                    |neuron| neuron,
                    |neuron| turns[neuron],
                    Some(&silence),
                )
            }
            _ => {
                let mut totals = vec![0.0; self.neurons];
                self.counts
                    .iter()
                    .flatten()
                    .for_each(|&(neuron, count)| totals[neuron] += count);
                let bins = self.counts.len();
                let mut counts = vec![Vec::new(); bins];
                for (neuron, &total) in totals.iter().enumerate().filter(|(_, total)| **total > 0.0)
                {
                    for column in &mut counts {
                        let count = poisson(total / bins as f64, stream);
                        if count > 0.0 {
                            column.push((neuron, count));
                        }
                    }
                }
                self.decoder.decode(&counts, |neuron| neuron, none, None)
            }
        }
    }
}

/// A Poisson number of this mean: how many exponential gaps fit into it.
fn poisson(mean: f64, stream: &mut Stream) -> f64 {
    let (mut reached, mut n) = (stream.exponential(), 0.0);
    while reached < mean {
        n += 1.0;
        reached += stream.exponential();
    }
    n
}

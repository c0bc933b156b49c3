//! Shuffles of an event: what the score is compared with.

use super::decode::{Decoder, Moments, Posterior, correlation, weighted_correlation};
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
    /// Spikes come at random instants, of each neuron as many as in the event: a Poisson process, given how many there are.
    Poisson,
}

impl Shuffle {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ColumnCycle,
        Self::TimeSwap,
        Self::CellIdentity,
        Self::FieldRotation,
        Self::Poisson,
    ];

    /// As users name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ColumnCycle => "column_cycle",
            Self::TimeSwap => "time_swap",
            Self::CellIdentity => "cell_identity",
            Self::FieldRotation => "field_rotation",
            Self::Poisson => "poisson",
        }
    }

    /// Whether noise has p of at most a level in no more than that share of events: neurons that fire alike, at steady rates, whatever
    /// their fields. Such an event and its shuffles come equally often. What is turned around a track loses that it has ends, at
    /// which fields are cut off, and which lie close to fewer of them: an event of noise is not one of its own shuffles.
    pub const fn holds_level(self) -> bool {
        match self {
            Self::TimeSwap | Self::CellIdentity | Self::Poisson => true,
            Self::ColumnCycle | Self::FieldRotation => false,
        }
    }
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
    /// How many of `n` shuffles have a line score of at least `score`, and a weighted correlation of at least `size`.
    pub fn reached(
        &self,
        shuffle: Shuffle,
        lines: &Lines,
        n: usize,
        (score, size): (f64, f64),
        stream: &mut Stream,
    ) -> (usize, usize) {
        let worth = |column: &Option<Vec<f64>>| Some(Worth::of(column.as_ref()?, self.band));
        let worths: Vec<Option<Worth>> = self.posterior.iter().map(worth).collect();
        let moments = |column: &Option<Vec<f64>>| Some(Moments::of(column.as_ref()?));
        let moments: Vec<Option<Moments>> = self.posterior.iter().map(moments).collect();
        let (times, positions) = (self.posterior.len(), self.decoder.bins());
        let has_gaps = self.posterior.iter().any(Option::is_none);
        let mut table = Table::new(times, positions);
        let (mut by_score, mut by_size) = (0, 0);
        for first in (0..n).step_by(LANES) {
            let lanes = LANES.min(n - first);
            let mut alone = [None; LANES];
            for (lane, alone) in alone.iter_mut().enumerate().take(lanes) {
                // Which column comes when, and by how much it is turned.
                let columns: Vec<(usize, usize)> = match shuffle {
                    Shuffle::ColumnCycle => {
                        let mut turn = |_| stream.below(positions as u64) as usize;
                        (0..times).map(|t| (t, turn(t))).collect()
                    }
                    Shuffle::TimeSwap => {
                        let mut order: Vec<usize> = (0..times).collect();
                        stream.shuffle(&mut order);
                        order.into_iter().map(|t| (t, 0)).collect()
                    }
                    other => {
                        let posterior = self.decoded(other, stream);
                        by_size += usize::from(weighted_correlation(&posterior).abs() >= size);
                        // Bins may be empty in one shuffle and not in the next.
                        match posterior.iter().any(Option::is_none) {
                            true => *alone = Some(lines.reaches(&posterior, self.band, score)),
                            false => table.put(lane, &posterior, self.band),
                        }
                        continue;
                    }
                };
                let turned = columns.iter().enumerate();
                let turned =
                    turned.filter_map(|(at, &(t, by))| Some((at, moments[t].as_ref()?.turned(by))));
                by_size += usize::from(correlation(turned).abs() >= size);
                let columns: Vec<_> = columns
                    .iter()
                    .map(|&(t, by)| (worths[t].as_ref(), by))
                    .collect();
                if has_gaps {
                    table.put_worth(0, &columns);
                    *alone = Some(lines.reaches_with_gaps(&table, score));
                } else {
                    table.put_worth(lane, &columns);
                }
            }
            let together = match alone[..lanes].iter().all(Option::is_some) {
                true => [false; LANES],
                false => lines.reach(&table, score),
            };
            let reached = alone.iter().zip(together).take(lanes);
            by_score += reached
                .filter(|(alone, together)| alone.unwrap_or(*together))
                .count();
        }
        (by_score, by_size)
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
                let spikes = self.counts.iter().flatten();
                spikes.for_each(|&(neuron, count)| totals[neuron] += count);
                let mut counts = vec![Vec::<(usize, f64)>::new(); self.counts.len()];
                for (neuron, &total) in totals.iter().enumerate() {
                    for _ in 0..total as u64 {
                        let column = &mut counts[stream.below(self.counts.len() as u64) as usize];
                        match column.last_mut() {
                            Some((last, count)) if *last == neuron => *count += 1.0,
                            _ => column.push((neuron, 1.0)),
                        }
                    }
                }
                self.decoder.decode(&counts, |neuron| neuron, none, None)
            }
        }
    }
}

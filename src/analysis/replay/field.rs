//! Place fields: how often each neuron fires at each place.

use crate::analysis::data::{Numbers, Population};
use crate::analysis::signal::smooth;
use crate::analysis::trains::Span;
use crate::base::legible::legible;
use crate::base::time::Time;

/// Rates of neurons by bin of position.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// Places of the neurons among the trains of their population.
    pub neurons: Vec<usize>,
    /// Middles of the bins, equally far apart.
    pub positions: Vec<f64>,
    /// Hz, of each neuron one bin after the other.
    pub rates: Vec<Vec<f64>>,
}

/// Where an animal was: times in ms, ascending, and positions.
#[derive(Debug, Clone, Copy)]
pub struct Track<'a> {
    /// When.
    pub times_ms: &'a [f64],
    /// Where.
    pub positions: &'a [f64],
}

/// When in ms, and where.
type Point = (f64, f64);

impl Track<'_> {
    /// The straight ways between samples, as far as they were gone within `span`.
    fn legs(&self, span: Span) -> impl Iterator<Item = (Point, Point)> {
        let (start, stop) = (span.start.as_ms(), span.stop.as_ms());
        let first = self.times_ms.partition_point(|&ms| ms <= start);
        let behind = self.times_ms.partition_point(|&ms| ms < stop);
        // Each way by the sample that ends it; the last may end after the span.
        let ends = first.max(1)..self.times_ms.len().min(behind + 1);
        ends.map(move |end| {
            let [from, to] = [end - 1, end].map(|k| (self.times_ms[k], self.positions[k]));
            let at = |ms: f64| {
                (
                    ms,
                    from.1 + (ms - from.0) / (to.0 - from.0) * (to.1 - from.1),
                )
            };
            (
                if from.0 < start { at(start) } else { from },
                if to.0 > stop { at(stop) } else { to },
            )
        })
    }

    /// Where it was at `time`, between samples in proportion; `None` before the first and after the last.
    fn at(&self, time: Time) -> Option<f64> {
        let ms = time.as_ms();
        let next = self.times_ms.partition_point(|&sample| sample <= ms);
        let before = next.checked_sub(1)?;
        let (from, x) = (self.times_ms[before], self.positions[before]);
        match self.times_ms.get(next) {
            Some(&to) => Some(x + (ms - from) / (to - from) * (self.positions[next] - x)),
            None => (ms == from).then_some(x),
        }
    }
}

/// Adds to the `seconds` that each bin takes those of a straight path from one place to another, in bins from the first one's edge.
fn spend(seconds: &mut [f64], (from, to): (f64, f64), length_s: f64) {
    let (low, high) = (from.min(to), from.max(to));
    // The end of the track belongs to the last bin.
    let last = seconds.len() - 1;
    let [first, last] = [low, high].map(|place| (place as usize).min(last));
    if first == last {
        seconds[first] += length_s;
        return;
    }
    for (bin, seconds) in (first..=last).zip(&mut seconds[first..=last]) {
        let upper = if bin == last { high } else { bin as f64 + 1.0 };
        *seconds += length_s * (upper - low.max(bin as f64)) / (high - low);
    }
}

/// Refuses ascending middles of bins of which one is wider than another: lines through them would be none.
fn check_even(positions: &[f64]) -> Result<(), String> {
    /// How far a middle may lie from where the others would have it, as a share of a bin: names of columns are rounded.
    const SLACK: f64 = 0.05;
    let [first, .., last] = positions else {
        return Ok(());
    };
    let width = (last - first) / (positions.len() - 1) as f64;
    let due = |k: usize| first + k as f64 * width;
    let far = |k: usize| (positions[k] - due(k)).abs() > SLACK * width;
    match (0..positions.len()).find(|&k| width == 0.0 || far(k)) {
        None => Ok(()),
        Some(k) => Err(format!(
            "found a bin of position at {}, expected one at {}: all of one width",
            legible(positions[k]),
            legible(due(k))
        )),
    }
}

impl Fields {
    /// Those that a table says: a column `neuron`, then one for each bin of position, named by its middle, in Hz.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub fn of_table(table: &Numbers, population: &Population) -> Result<Self, String> {
        let labels = table
            .column("neuron")
            .ok_or("found no column `neuron`, expected one")?;
        let bins: Vec<usize> = (0..table.names.len())
            .filter(|&k| table.names[k] != "neuron")
            .collect();
        let position = |&bin: &usize| {
            let name = &table.names[bin];
            let middle = name.parse::<f64>().ok().filter(|middle| middle.is_finite());
            middle.ok_or_else(|| {
                format!("found a column `{name}`, expected the middle of a bin of position")
            })
        };
        let positions = bins.iter().map(position);
        let mut placed: Vec<(f64, usize)> = positions
            .zip(&bins)
            .map(|(position, &bin)| Ok((position?, bin)))
            .collect::<Result<_, String>>()?;
        // Time goes by them, whatever the order of columns.
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (positions, bins): (Vec<f64>, Vec<usize>) = placed.into_iter().unzip();
        if positions.len() < 2 {
            return Err(format!(
                "found {} bins of position, expected two or more",
                positions.len()
            ));
        }
        check_even(&positions)?;
        let size = population.trains.len();
        let mut neurons = Vec::new();
        for label in labels {
            let place = (0..size).find(|&place| population.label(place) as f64 == *label);
            match place {
                Some(place) if !neurons.contains(&place) => neurons.push(place),
                Some(_) => return Err(format!("found neuron {label} twice, expected each once")),
                None => {
                    return Err(format!(
                        "found neuron {label}, expected one of the {size} of `{}`",
                        population.name
                    ));
                }
            }
        }
        let rates =
            (0..neurons.len()).map(|row| bins.iter().map(|&bin| table.columns[bin][row]).collect());
        let rates: Vec<Vec<f64>> = rates.collect();
        if let Some(rate) = rates
            .iter()
            .flatten()
            .find(|rate| !(rate.is_finite() && **rate >= 0.0))
        {
            return Err(format!(
                "found a rate of {}, expected 0 or more",
                legible(*rate)
            ));
        }
        Ok(Self {
            neurons,
            positions,
            rates,
        })
    }

    /// From where an animal was and what fired, within `spans`: spikes over time spent, both smoothed over `sigma` bins. Neurons
    /// that never fire there have none.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub fn of_track(
        track: Track<'_>,
        population: &Population,
        spans: &[Span],
        bins: usize,
        sigma: f64,
    ) -> Result<Self, String> {
        let low = track
            .positions
            .iter()
            .copied()
            .fold(f64::INFINITY, f64::min);
        let high = track
            .positions
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        // Not of numbers, or of none, either.
        if high.partial_cmp(&low) != Some(std::cmp::Ordering::Greater) {
            return Err("found positions that are all the same, expected a track".into());
        }
        let width = (high - low) / bins as f64;
        let place = |x: f64| (x - low) / width;
        let bin = |x: f64| (place(x) as usize).min(bins - 1);
        let mut seconds = vec![0.0; bins];
        for span in spans {
            for (from, to) in track.legs(*span) {
                let path = (place(from.1), place(to.1));
                spend(&mut seconds, path, (to.0 - from.0) / 1e3);
            }
        }
        if seconds.iter().sum::<f64>() <= 0.0 {
            return Err("found no position within the bouts, expected some".into());
        }
        let occupied = smooth(&seconds, sigma, 4.0, true);
        let (mut neurons, mut rates) = (Vec::new(), Vec::new());
        for neuron in 0..population.trains.len() {
            let spikes = spans
                .iter()
                .flat_map(|&span| population.trains.within(neuron, span));
            let mut counts = vec![0.0; bins];
            for x in spikes.filter_map(|&time| track.at(time)) {
                counts[bin(x)] += 1.0;
            }
            if counts.iter().any(|&count| count > 0.0) {
                let counts = smooth(&counts, sigma, 4.0, true);
                let rate = |(count, seconds): (&f64, &f64)| {
                    if *seconds > 0.0 { count / seconds } else { 0.0 }
                };
                neurons.push(neuron);
                rates.push(counts.iter().zip(&occupied).map(rate).collect());
            }
        }
        Ok(Self {
            neurons,
            positions: (0..bins).map(|k| low + (k as f64 + 0.5) * width).collect(),
            rates,
        })
    }

    /// Where the rate of each neuron is highest: a bin.
    pub fn peaks(&self) -> Vec<usize> {
        let peak = |rates: &Vec<f64>| {
            (0..rates.len()).fold(0, |best, k| if rates[k] > rates[best] { k } else { best })
        };
        self.rates.iter().map(peak).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trains::Trains;

    /// Columns in any order are the same track; of unlike widths they are none.
    #[test]
    fn positions_ascend_and_are_even() {
        let trains = Trains::new(1, &[]);
        let population = Population {
            name: "cells".into(),
            labels: None,
            trains,
            positions: None,
        };
        let of = |columns: &[(&str, f64)]| {
            let mut table = Numbers {
                names: vec!["neuron".into()],
                columns: vec![vec![0.0]],
            };
            for (name, rate) in columns {
                table.names.push((*name).into());
                table.columns.push(vec![*rate]);
            }
            Fields::of_table(&table, &population)
        };
        let fields = of(&[("15", 3.0), ("10", 2.0), ("5", 1.0)]).expect("fields");
        assert_eq!(fields.positions, [5.0, 10.0, 15.0]);
        assert_eq!(fields.rates, [[1.0, 2.0, 3.0]]);
        // Rounded names of bins of a third each.
        assert!(of(&[("0.17", 0.0), ("0.5", 0.0), ("0.83", 0.0)]).is_ok());
        let refused = |columns: &[(&str, f64)]| match of(columns) {
            Err(said) => said,
            Ok(_) => panic!("{columns:?}"),
        };
        assert_eq!(
            refused(&[("1", 0.0), ("2", 0.0), ("4", 0.0), ("7", 0.0)]),
            "found a bin of position at 2, expected one at 3: all of one width"
        );
        assert!(refused(&[("1", 0.0), ("1", 0.0)]).contains("all of one width"));
    }

    #[test]
    fn nobody_is_anywhere_between_two_runs() {
        let at = |ms: f64| Time::from_ms(ms).expect("in range");
        // Twice along 100 cm in a second, an hour apart; ten spikes in the first half of each, and in the second.
        let spikes: Vec<(Time, u32)> = [0.0, 3.6e6]
            .into_iter()
            .flat_map(|from| (0..20).map(move |k| (at(from + 25.0 + 50.0 * f64::from(k)), 0)))
            .collect();
        let population = Population {
            name: "cells".into(),
            labels: None,
            trains: Trains::new(1, &spikes),
            positions: None,
        };
        let spans = [0.0, 3.6e6].map(|from| Span {
            start: at(from),
            stop: at(from + 1e3),
        });
        let looks = [0.0, 3.6e6].into_iter();
        let looks = looks
            .flat_map(|from| (0..=999).map(move |k| (from + f64::from(k), f64::from(k) / 10.0)));
        let (times_ms, positions): (Vec<f64>, Vec<f64>) = looks.unzip();
        let track = Track {
            times_ms: &times_ms,
            positions: &positions,
        };
        let fields = Fields::of_track(track, &population, &spans, 2, 0.0).expect("a track");
        // 20 Hz everywhere: 20 spikes in the second that each half took.
        for rate in &fields.rates[0] {
            assert!((rate - 20.0).abs() < 0.1, "{:?}", fields.rates);
        }
    }

    /// A path of which only the turning points are told is the same path.
    #[test]
    fn time_is_spent_all_along_the_way_between_two_samples() {
        let at = |ms: f64| Time::from_ms(ms).expect("in range");
        // To the end of 100 cm and back in 10 s each, once a second a spike, three more around 75 cm on the way there.
        let spikes = (0..20).map(|k| 500.0 + 1e3 * f64::from(k));
        let spikes = spikes.chain([7_400.0, 7_500.0, 7_600.0]);
        let spikes: Vec<(Time, u32)> = spikes.map(|ms| (at(ms), 0)).collect();
        let population = Population {
            name: "cells".into(),
            labels: None,
            trains: Trains::new(1, &spikes),
            positions: None,
        };
        let of = |step_ms: usize, spans: &[(f64, f64)]| {
            let times_ms = (0..=20_000).step_by(step_ms).map(|ms| ms as f64);
            let times_ms: Vec<f64> = times_ms.collect();
            let positions = times_ms.iter().map(|ms| 100.0 - (ms / 100.0 - 100.0).abs());
            let positions: Vec<f64> = positions.collect();
            let track = Track {
                times_ms: &times_ms,
                positions: &positions,
            };
            let spans = spans.iter().map(|&(start, stop)| Span {
                start: at(start),
                stop: at(stop),
            });
            let fields = Fields::of_track(track, &population, &spans.collect::<Vec<_>>(), 10, 0.0);
            fields.expect("a track").rates.remove(0)
        };
        for step_ms in [20, 1_000, 10_000] {
            let rates = of(step_ms, &[(0.0, 20_000.0)]);
            for (bin, rate) in rates.into_iter().enumerate() {
                let expected = if bin == 7 { 2.5 } else { 1.0 };
                assert!((rate - expected).abs() < 1e-9, "{step_ms}, {bin}: {rate}");
            }
            // Of parts of legs only what lies within: 20 to 40 cm there, and 95 to 80 back.
            let rates = of(step_ms, &[(2_000.0, 4_000.0), (10_500.0, 12_000.0)]);
            let expected = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0];
            for (rate, expected) in rates.iter().zip(expected) {
                assert!((rate - expected).abs() < 1e-9, "{step_ms}: {rates:?}");
            }
        }
    }
}

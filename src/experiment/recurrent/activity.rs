//! What a recurrent network did: the sums that the table, the rates and the raster need.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::time::{Duration, Time};
use crate::config::network::{NetworkModel, Selection};
use crate::engine::Observer;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::record::output;

/// What is known of a population whatever it does.
struct Population {
    name: String,
    /// Neurons that the raster shows.
    most: u32,
    /// Neurons whose spikes are recorded, if not all are.
    only: Option<Selection>,
}

/// Sums over the spikes of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Per neuron: last spike, number of intervals, their sum and sum of squares in milliseconds.
    intervals: Vec<Intervals>,
    /// Spikes per bin, if rates are asked for.
    bins: Vec<u64>,
    /// Spikes within the raster.
    shown: Vec<(Time, u64)>,
}

impl Population {
    /// Those of `nodes` whose spikes are recorded.
    fn recorded<'a>(&self, nodes: &'a [u32]) -> Cow<'a, [u32]> {
        match &self.only {
            None => Cow::Borrowed(nodes),
            Some(only) => nodes
                .iter()
                .copied()
                .filter(|&node| only.contains(node))
                .collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Intervals {
    last: Time,
    n: u32,
    sum: f64,
    squares: f64,
}

/// Watches a run.
pub struct Activity {
    populations: Vec<Population>,
    sums: Vec<Sums>,
    bin: Option<Duration>,
    range: (Time, Time),
}

/// One population in the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub population: String,
    /// Its neurons.
    pub neurons: u32,
    /// Their spikes.
    pub spikes: u64,
    /// Mean rate of a neuron in hertz.
    pub rate_hz: f64,
    /// Coefficient of variation of the intervals between a neuron's spikes, averaged over neurons with three or more
    /// intervals: 0 is regular, 1 as irregular as a Poisson process. Absent where there are no such neurons.
    pub interval_cv: Option<f64>,
}

/// The table of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Simulated seconds.
    pub simulated_s: f64,
    /// A row for each population.
    pub populations: Vec<Row>,
    /// Hash of all spikes.
    pub fingerprint: String,
}

impl Activity {
    /// Watches a run of `model`.
    pub fn new(model: &NetworkModel) -> Self {
        let raster = model.figures.raster.as_ref();
        let population = |declared: &crate::network::Population| {
            let shown = raster.filter(|raster| raster.populations.contains(&declared.name));
            Population {
                name: declared.name.clone(),
                most: shown.map_or(0, |raster| raster.neurons.unwrap_or(u32::MAX)),
                only: match model.record.recorded(&declared.name) {
                    Some(some @ Selection::Some(_)) => Some(some.clone()),
                    _ => None,
                },
            }
        };
        let silent = Intervals {
            last: Time::NEVER,
            n: 0,
            sum: 0.0,
            squares: 0.0,
        };
        let sums = |declared: &crate::network::Population| Sums {
            intervals: vec![silent; declared.size as usize],
            bins: Vec::new(),
            shown: Vec::new(),
        };
        Self {
            populations: model.network.populations.iter().map(population).collect(),
            sums: model.network.populations.iter().map(sums).collect(),
            bin: model.record.rates_bin,
            range: raster.map_or((Time::ZERO, Time::ZERO), |raster| {
                (Time::ZERO + raster.from, Time::ZERO + raster.to)
            }),
        }
    }

    /// Those of `nodes` whose spikes are recorded.
    pub fn recorded<'a>(&self, population: usize, nodes: &'a [u32]) -> Cow<'a, [u32]> {
        self.populations[population].recorded(nodes)
    }

    /// All that changes while the run goes on, per population.
    pub fn sums(&self) -> &[Sums] {
        &self.sums
    }

    /// Goes on from `sums`; false if they are of other populations.
    pub fn restore(&mut self, sums: Vec<Sums>) -> bool {
        let sizes = |sums: &[Sums]| -> Vec<usize> {
            sums.iter().map(|sums| sums.intervals.len()).collect()
        };
        let fits = sizes(&sums) == sizes(&self.sums);
        if fits {
            self.sums = sums;
        }
        fits
    }

    /// Spikes of the population called `name` within the raster.
    pub fn shown(&self, name: &str) -> Vec<(Time, u64)> {
        let mut both = self.populations.iter().zip(&self.sums);
        let found = both.find(|(population, _)| population.name == name);
        found.map_or(Vec::new(), |(_, sums)| sums.shown.clone())
    }

    /// The table at the end of a run.
    pub fn summary(&self, engine: &Simulation, model: &NetworkModel) -> Summary {
        let simulated_s = engine.now().as_ms() / 1e3;
        let rows = self
            .sums
            .iter()
            .zip(&model.network.populations)
            .zip(engine.counts());
        Summary {
            simulated_s,
            populations: rows
                .map(|((sums, declared), &spikes)| Row {
                    population: declared.name.clone(),
                    neurons: declared.size,
                    spikes,
                    rate_hz: spikes as f64 / f64::from(declared.size) / simulated_s,
                    interval_cv: mean_cv(&sums.intervals),
                })
                .collect(),
            fingerprint: engine.fingerprint().to_string(),
        }
    }

    /// Writes the rate of every recorded population in each bin up to `end`.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn write_rates(
        &self,
        path: &Path,
        bin: Duration,
        end: Time,
        engine: &Simulation,
    ) -> Result<(), ExperimentError> {
        let n_bins = (end.ps() as u64).div_ceil(bin.ps() as u64) as i64;
        output::write_new(path, |out| {
            writeln!(out, "time_ms,population,rate_hz")?;
            for (sums, population) in self.sums.iter().zip(engine.populations()) {
                for k in 0..n_bins {
                    let start = k * bin.ps();
                    // The last bin may be cut short by the end of the run.
                    let width_s = (end.ps() - start).min(bin.ps()) as f64 * 1e-12;
                    let spikes = sums.bins.get(k as usize).copied().unwrap_or(0);
                    let rate = spikes as f64 / f64::from(population.size) / width_s;
                    writeln!(
                        out,
                        "{},{},{rate}",
                        Time::from_ps(start).as_ms(),
                        population.name
                    )?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Mean over neurons of the coefficient of variation of their intervals.
fn mean_cv(intervals: &[Intervals]) -> Option<f64> {
    /// Fewer intervals say little about their spread.
    const LEAST: u32 = 3;
    let cvs: Vec<f64> = intervals
        .iter()
        .filter(|neuron| neuron.n >= LEAST)
        .map(|neuron| {
            let n = f64::from(neuron.n);
            let mean = neuron.sum / n;
            ((neuron.squares / n - mean * mean).max(0.0)).sqrt() / mean
        })
        .collect();
    (!cvs.is_empty()).then(|| cvs.iter().sum::<f64>() / cvs.len() as f64)
}

impl Observer for Activity {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        let recorded = self.recorded(population, nodes);
        let most = self.populations[population].most;
        let sums = &mut self.sums[population];
        for &node in nodes {
            let neuron = &mut sums.intervals[node as usize];
            if neuron.last != Time::NEVER {
                let interval = (t - neuron.last).as_ms();
                neuron.n += 1;
                neuron.sum += interval;
                neuron.squares += interval * interval;
            }
            neuron.last = t;
        }
        if let Some(bin) = self.bin {
            let at = (t.ps() / bin.ps()) as usize;
            if sums.bins.len() <= at {
                sums.bins.resize(at + 1, 0);
            }
            sums.bins[at] += nodes.len() as u64;
        }
        if self.range.0 <= t && t < self.range.1 {
            let shown = recorded.iter().filter(|&&node| node < most);
            sums.shown.extend(shown.map(|&node| (t, u64::from(node))));
        }
    }
}

impl fmt::Display for Summary {
    /// Lines for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .populations
            .iter()
            .map(|row| row.population.len())
            .max()
            .unwrap_or(0)
            .max(10);
        writeln!(f, "{} s simulated", self.simulated_s)?;
        writeln!(
            f,
            "{:width$}{:>12}{:>14}{:>12}{:>16}",
            "population", "neurons", "spikes", "rate, Hz", "CV of intervals"
        )?;
        for row in &self.populations {
            let cv = row.interval_cv.map_or("–".into(), |cv| format!("{cv:.2}"));
            writeln!(
                f,
                "{:width$}{:>12}{:>14}{:>12.2}{cv:>16}",
                row.population, row.neurons, row.spikes, row.rate_hz
            )?;
        }
        Ok(())
    }
}

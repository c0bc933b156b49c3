//! The table that a run ends with: rate and irregularity of every population, mean and SD over seeds.

use std::fmt;

use serde::Serialize;

use crate::analysis::summary::Summary as Sample;
use crate::base::time::Time;
use crate::config::network::NetworkModel;
use crate::experiment::recurrent::bouts::{self, BoutRates, Part};
use crate::experiment::recurrent::recall::{self, BoutRecall};
use crate::run::activity::Activity;

/// What one seed did.
#[derive(Debug, Clone)]
pub struct Seed {
    /// The seed.
    pub seed: u64,
    /// Hash of all spikes.
    pub fingerprint: String,
    /// When it ended.
    pub stop: Time,
    /// Spikes of each population.
    pub counts: Vec<u64>,
    /// Its bouts, as far as it came.
    pub bouts: Vec<Part>,
    /// Sums over all of its spikes.
    pub activity: Activity,
    /// Of each sequence its cues.
    pub recalls: Vec<recall::Cues>,
}

/// One population in the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub population: String,
    /// Its neurons.
    pub neurons: u32,
    /// Their spikes; of several seeds the mean, rounded.
    pub spikes: u64,
    /// Mean rate of a neuron in hertz.
    pub rate_hz: f64,
    /// Standard deviation of that over seeds; absent for one seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_sd_hz: Option<f64>,
    /// Coefficient of variation of the intervals between a neuron's spikes, averaged over neurons with three or more
    /// intervals: 0 is regular, 1 as irregular as a Poisson process. Absent where there are no such neurons.
    pub interval_cv: Option<f64>,
    /// Standard deviation of that over seeds; absent for one seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_cv_sd: Option<f64>,
}

/// The table of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Simulated seconds; the mean over seeds, which stop at different instants.
    pub simulated_s: f64,
    /// How many times faster a night passed than in the sleeper; absent where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<f64>,
    /// Seeds that have begun.
    pub seeds: Vec<u64>,
    /// A row for each population.
    pub populations: Vec<Row>,
    /// Rates in each bout, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bouts: Vec<BoutRates>,
    /// How far sequences ran, where some are cued.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recalls: Vec<BoutRecall>,
    /// Hash of all spikes of the first seed.
    pub fingerprint: String,
    /// Hash of all spikes of each seed.
    pub fingerprints: Vec<String>,
    /// Whether the run came to its end, and left its tables.
    #[serde(skip)]
    pub(in crate::experiment) complete: bool,
}

impl Summary {
    /// The table of `seeds` of `model`, of those that have begun; whether all came to their ends.
    pub fn new(model: &NetworkModel, seeds: &[Seed], complete: bool) -> Self {
        let begun = seeds.iter().filter(|seed| seed.stop > Time::ZERO);
        let seeds: Vec<&Seed> = begun.collect();
        let seconds = |seed: &Seed| seed.stop.as_ms() / 1e3;
        let parts: Vec<&[Part]> = seeds.iter().map(|seed| &seed.bouts[..]).collect();
        let populations = model.network.populations.iter().enumerate();
        let row = |(p, declared): (usize, &crate::network::Population)| {
            let size = f64::from(declared.size);
            let counts: Vec<f64> = seeds.iter().map(|seed| seed.counts[p] as f64).collect();
            let rates = seeds
                .iter()
                .map(|seed| seed.counts[p] as f64 / size / seconds(seed));
            let rates = Sample::of(&rates.collect::<Vec<_>>());
            let cvs = seeds.iter();
            let cvs = cvs.filter_map(|seed| seed.activity.sums()[p].interval_cv());
            let cvs = Sample::of(&cvs.collect::<Vec<_>>());
            Row {
                population: declared.name.clone(),
                neurons: declared.size,
                spikes: Sample::of(&counts).map_or(0, |counts| counts.mean.round() as u64),
                rate_hz: rates.map_or(0.0, |rates| rates.mean),
                rate_sd_hz: rates.and_then(|rates| rates.sd),
                interval_cv: cvs.map(|cvs| cvs.mean),
                interval_cv_sd: cvs.and_then(|cvs| cvs.sd),
            }
        };
        let cues = seeds
            .iter()
            .map(|seed| (&seed.bouts[..], &seed.recalls[..]));
        let cues: Vec<_> = cues.collect();
        let fingerprints: Vec<String> = seeds.iter().map(|seed| seed.fingerprint.clone()).collect();
        Self {
            simulated_s: bouts::mean_s(seeds.iter().map(|seed| seed.stop - Time::ZERO)),
            compress: model
                .played
                .as_ref()
                .map(|played| played.compress)
                .filter(|times| *times > 1.0),
            seeds: seeds.iter().map(|seed| seed.seed).collect(),
            populations: populations.map(row).collect(),
            bouts: bouts::rates(model, &parts),
            recalls: recall::recalls(model, &cues),
            fingerprint: fingerprints.first().cloned().unwrap_or_default(),
            fingerprints,
            complete,
        }
    }
}

impl Summary {
    /// Names of the populations.
    pub(super) fn names(&self) -> Vec<&str> {
        let populations = self.populations.iter();
        populations.map(|row| &row.population[..]).collect()
    }
}

impl fmt::Display for Summary {
    /// Lines for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.populations.iter().map(|row| row.population.len());
        let width = names.max().unwrap_or(0).max(10);
        let spread = |sd: Option<f64>| sd.map_or(String::new(), |sd| format!(" ± {sd:.2}"));
        // The mean of seeds that guards stopped at other times has digits without end.
        let simulated_s = (self.simulated_s * 1e9).round() / 1e9;
        write!(f, "{simulated_s} s simulated")?;
        if let Some(times) = self.compress {
            let night = self.simulated_s * times;
            write!(f, " for {night} s of a night, {times} times faster")?;
        }
        match self.seeds.len() {
            0 | 1 => writeln!(f)?,
            n => writeln!(f, ", mean over {n} seeds, ± SD")?,
        }
        writeln!(
            f,
            "{:width$}{:>12}{:>14}{:>16}{:>16}",
            "population", "neurons", "spikes", "rate, Hz", "CV of intervals"
        )?;
        for row in &self.populations {
            let rate = format!("{:.2}{}", row.rate_hz, spread(row.rate_sd_hz));
            let cv = row.interval_cv.map_or("–".into(), |cv| {
                format!("{cv:.2}{}", spread(row.interval_cv_sd))
            });
            writeln!(
                f,
                "{:width$}{:>12}{:>14}{rate:>16}{cv:>16}",
                row.population, row.neurons, row.spikes
            )?;
        }
        bouts::show(f, &self.bouts, self.complete, &self.names(), width.max(14))?;
        recall::show(f, &self.recalls)
    }
}

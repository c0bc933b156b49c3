//! The table of rates.

use std::io;
use std::path::Path;

use crate::analysis::summary::Summary as Sample;
use crate::base::stop::Stop;
use crate::base::time::{Duration, PS_PER_S, Time};
use crate::config::network::NetworkModel;
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::summary::Seed;
use crate::record::output;
use crate::run::progress::Watch;

/// Writes the rate of every population of `model` in each bin, of one seed, or the mean and standard deviation of several.
///
/// # Errors
/// If the file exists or cannot be written, or `watch` says to stop.
pub(super) fn write(
    path: &Path,
    bin: Duration,
    model: &NetworkModel,
    seeds: &[Seed],
    watch: &dyn Watch,
) -> Result<(), ExperimentError> {
    /// Lines between two questions whether to stop: a few milliseconds.
    const OFTEN: i64 = 1 << 14;

    let end = seeds.iter().map(|seed| seed.stop).max();
    let end = end.unwrap_or(Time::ZERO);
    let n_bins = (end.ps() as u64).div_ceil(bin.ps() as u64) as i64;
    let mut stopped = Ok(());
    let stop = || watch.stopped();
    let written = output::write_new(path, |out| {
        match seeds.len() {
            1 => writeln!(out, "time_ms,population,rate_hz")?,
            _ => writeln!(out, "time_ms,population,rate_hz,rate_sd_hz")?,
        }
        for (p, population) in model.network.populations.iter().enumerate() {
            for k in 0..n_bins {
                if k % OFTEN == 0 {
                    stopped = Stop::new(&stop).ask();
                    // Nothing is left behind.
                    stopped.map_err(io::Error::other)?;
                }
                let start = k * bin.ps();
                // The last bin of a seed may be cut short by its end, which may come before that of others.
                let rate = |seed: &Seed| {
                    let width_s = (seed.stop.ps() - start).min(bin.ps()) as f64 / PS_PER_S;
                    let spikes = seed.activity.sums()[p].bin(k as usize);
                    spikes as f64 / f64::from(population.size) / width_s
                };
                let (start, name) = (Time::from_ps(start).as_ms(), &population.name);
                if let [only] = seeds {
                    writeln!(out, "{start},{name},{}", rate(only))?;
                    continue;
                }
                let running = seeds.iter().filter(|seed| seed.stop.ps() > k * bin.ps());
                let rates: Vec<f64> = running.map(rate).collect();
                if let Some(Sample { mean, sd, .. }) = Sample::of(&rates) {
                    // Of one seed that still runs there is none.
                    let sd = sd.map_or(String::new(), |sd| sd.to_string());
                    writeln!(out, "{start},{name},{mean},{sd}")?;
                }
            }
        }
        Ok(())
    });
    stopped?;
    Ok(written?)
}

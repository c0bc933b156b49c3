//! What happened in each bout of a network that runs through several: a block of the table, and a file.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::analysis::summary::Summary as Sample;
use crate::base::time::{Duration, PS_PER_S, Time};
use crate::config::network::NetworkModel;
use crate::experiment::error::ExperimentError;
use crate::record::output;
use crate::record::table::field;

/// Name of the file of rates by bout.
pub(super) const FILE: &str = "bouts.csv";

/// Columns of a terminal that the table may fill.
const WIDTH: usize = 100;
/// The longest name of a bout that heads a column; longer ones are cut.
const LONGEST: usize = 20;

/// A bout of one seed, as far as it ran: some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// When it began.
    pub start: Time,
    /// When it ended.
    pub stop: Time,
    /// Spikes of each population in it.
    pub counts: Vec<u64>,
}

/// Rates in one bout.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoutRates {
    /// Its name.
    pub bout: String,
    /// What it has in common with others like it.
    #[serde(skip)]
    pub label: String,
    /// When it began, in seconds; the mean over seeds.
    pub start_s: f64,
    /// How much of it was simulated, in seconds; the mean over seeds, which stop at different instants.
    pub simulated_s: f64,
    /// Mean rate of a neuron of each population in hertz.
    pub rates_hz: Vec<f64>,
    /// Standard deviations of these over seeds; absent for one seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates_sd_hz: Option<Vec<f64>>,
}

/// Rates in every bout of `model` that all `seeds` have begun, each given by its parts; nothing where there is but one to run
/// through.
pub(super) fn rates(model: &NetworkModel, seeds: &[&[Part]]) -> Vec<BoutRates> {
    let begun = seeds.iter().map(|parts| parts.len()).min();
    let begun = begun.filter(|_| model.bouts.len() > 1).unwrap_or(0);
    let sizes = model.network.populations.iter();
    let sizes: Vec<f64> = sizes.map(|known| f64::from(known.size)).collect();
    let one = |at: usize| {
        let parts: Vec<&Part> = seeds.iter().map(|parts| &parts[at]).collect();
        let each = sizes.iter().enumerate().map(|(p, size)| {
            let rates = parts.iter().map(|part| {
                let seconds = (part.stop - part.start).as_ms() / 1e3;
                part.counts[p] as f64 / size / seconds
            });
            let rates = Sample::of(&rates.collect::<Vec<_>>());
            rates.map_or((0.0, None), |rates| (rates.mean, rates.sd))
        });
        let (means, sds): (Vec<f64>, Vec<Option<f64>>) = each.unzip();
        BoutRates {
            bout: model.bouts[at].name.clone(),
            label: model.bouts[at].label().to_owned(),
            start_s: mean_s(parts.iter().map(|part| part.start.since(Time::ZERO))),
            simulated_s: mean_s(parts.iter().map(|part| part.stop - part.start)),
            rates_hz: means,
            rates_sd_hz: sds.into_iter().collect(),
        }
    };
    (0..begun).map(one).collect()
}

/// The mean of `lengths` in seconds; where they are equal, exactly that.
pub(super) fn mean_s(lengths: impl ExactSizeIterator<Item = Duration>) -> f64 {
    let n = lengths.len().max(1) as i128;
    let sum: i128 = lengths.map(|length| i128::from(length.ps())).sum();
    // A mean of lengths on the clock is on it; one division, so that it is the nearest number.
    (sum / n) as f64 / PS_PER_S
}

/// Writes `bouts`, a line for each of `populations` in each of them.
///
/// # Errors
/// If the file exists or cannot be written.
pub(super) fn write(
    path: &Path,
    bouts: &[BoutRates],
    populations: &[&str],
) -> Result<(), ExperimentError> {
    let written = output::write_new(path, |out| {
        let several = bouts.iter().any(|bout| bout.rates_sd_hz.is_some());
        let sd = if several { ",rate_sd_hz" } else { "" };
        writeln!(out, "bout,start_s,simulated_s,population,rate_hz{sd}")?;
        for bout in bouts {
            let (start, length) = (bout.start_s, bout.simulated_s);
            for (p, population) in populations.iter().enumerate() {
                let (name, rate) = (field(&bout.bout), bout.rates_hz[p]);
                write!(out, "{name},{start},{length},{population},{rate}")?;
                match &bout.rates_sd_hz {
                    Some(sds) => writeln!(out, ",{}", sds[p])?,
                    None => writeln!(out)?,
                }
            }
        }
        Ok(())
    });
    Ok(written?)
}

/// The block of the table that shows `bouts`, a column each, as many as a terminal has room for; all of them are `in_file` of
/// a run that came to its end.
pub(super) fn show(
    f: &mut fmt::Formatter<'_>,
    bouts: &[BoutRates],
    in_file: bool,
    populations: &[&str],
    first_width: usize,
) -> fmt::Result {
    if bouts.is_empty() {
        return Ok(());
    }
    let columns = bouts.iter().map(column);
    let mut room = WIDTH.saturating_sub(first_width);
    let mut shown = Vec::new();
    for cells in columns {
        let widest = cells.iter().map(|cell| cell.chars().count()).max();
        let width = widest.unwrap_or(0) + 2;
        if width > room && !shown.is_empty() {
            break;
        }
        room = room.saturating_sub(width);
        shown.push((cells, width));
    }
    writeln!(f)?;
    let heads = ["rate, Hz, in", "for, s"];
    let names = heads.iter().chain(populations);
    for (row, name) in names.enumerate() {
        write!(f, "{name:first_width$}")?;
        for (cells, width) in &shown {
            write!(f, "{:>width$}", cells[row])?;
        }
        writeln!(f)?;
    }
    match bouts.len() - shown.len() {
        0 => Ok(()),
        more if in_file => writeln!(f, "and {more} more bouts: {FILE}"),
        more => writeln!(f, "and {more} more bouts"),
    }
}

/// Name, length and rates.
fn column(bout: &BoutRates) -> Vec<String> {
    let mut name: String = bout.bout.chars().take(LONGEST).collect();
    if name.len() < bout.bout.len() {
        name.pop();
        name.push('…');
    }
    let rate = |(p, rate): (usize, &f64)| match &bout.rates_sd_hz {
        Some(sds) => format!("{rate:.2} ± {:.2}", sds[p]),
        None => format!("{rate:.2}"),
    };
    let rates = bout.rates_hz.iter().enumerate().map(rate);
    [name, format!("{}", bout.simulated_s)]
        .into_iter()
        .chain(rates)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bouts: &[BoutRates], complete: bool) -> String {
        struct Table<'a>(&'a [BoutRates], bool);
        impl fmt::Display for Table<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(f, self.0, self.1, &["e"], 14)
            }
        }
        Table(bouts, complete).to_string()
    }

    #[test]
    fn the_file_of_all_bouts_is_named_only_where_there_is_one() {
        let bout = |number: usize| BoutRates {
            bout: format!("bout number {number}"),
            label: String::new(),
            start_s: 0.0,
            simulated_s: 1.0,
            rates_hz: vec![5.0],
            rates_sd_hz: None,
        };
        let bouts: Vec<BoutRates> = (0..20).map(bout).collect();
        let (whole, stopped) = (shown(&bouts, true), shown(&bouts, false));
        assert!(whole.ends_with(" more bouts: bouts.csv\n"), "{whole}");
        assert!(stopped.ends_with(" more bouts\n"), "{stopped}");
    }

    #[test]
    fn seeds_that_stopped_at_different_instants_tell_their_mean_length() {
        let lengths = [1.0, 2.0].map(|s| Duration::from_ms(s * 1e3).unwrap());
        assert_eq!(mean_s(lengths.into_iter()), 1.5);
        assert_eq!(mean_s([lengths[0]; 3].into_iter()), 1.0);
    }
}

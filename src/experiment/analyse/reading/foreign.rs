//! Files of spikes from elsewhere.

use std::collections::HashMap;

use super::{Held, after, bouts, last, wanted};
use crate::analysis::data::{Bout, Population};
use crate::analysis::trains::Trains;
use crate::base::time::Time;
use crate::experiment::analyse::{AnalyseError, Request};
use crate::experiment::error::ExperimentError;
use crate::experiment::resource::check_memory;
use crate::record::spike_file;
use crate::stimulus::spike_list::SpikeFile;

/// Bytes of a neuron that a file of spikes does not know, with its row of rates: measured with 10⁵ to 4·10⁶ of them.
const NEURON_BYTES: f64 = 410.0;

/// Spikes of a population by neuron.
struct Tally {
    name: String,
    /// How many spikes of each neuron, and the last one so far.
    spikes: HashMap<u64, (usize, Time)>,
    /// Where the train of each stands.
    places: HashMap<u64, usize>,
    /// Whether a spike came after a later one.
    is_unsorted: bool,
}

/// What such a file holds.
pub(super) fn foreign(request: &Request) -> Result<Held, AnalyseError> {
    let file = SpikeFile {
        path: request.file.clone(),
        population: match request.populations.as_slice() {
            [name] => Some(name.clone()),
            _ => None,
        },
        columns: None,
        // Neurons keep the numbers that the file gives them, as NEST counts them too.
        first_neuron: Some(0),
    };
    let size = request.size;
    let within = |neuron: u64| match size {
        Some(size) if neuron >= u64::from(size) => {
            Err(format!("a neuron below {size}, the `--size`"))
        }
        _ => Ok(()),
    };
    let mut tallies: Vec<Tally> = Vec::new();
    let mut current = 0;
    // Of whom a file knows without a spike, that one is silent.
    for (name, neuron) in spike_file::neurons(&file)? {
        if let Err(expected) = within(neuron) {
            let found = format!("a unit of neuron {neuron}");
            let what = format!("`{}`", request.file.display());
            return Err(AnalyseError::request(what, found, expected));
        }
        current = tally(&mut tallies, current, &name);
        tallies[current]
            .spikes
            .entry(neuron)
            .or_insert((0, Time::ZERO));
    }
    // Twice through the file, as above: how many, and which.
    spike_file::each(&file, &mut |name, time, neuron| {
        within(neuron)?;
        current = tally(&mut tallies, current, name);
        let tally = &mut tallies[current];
        let (n, last) = tally.spikes.entry(neuron).or_insert((0, time));
        let before = std::mem::replace(last, time);
        *n += 1;
        // Files that go neuron by neuron are in order too.
        if before > time && !tally.is_unsorted {
            tally.is_unsorted = true;
            tracing::warn!(
                "`{}`: times of neuron {neuron} do not ascend: found {time} after {before}; all are put in order",
                request.file.display()
            );
        }
        Ok(())
    })?;
    if let Some(size) = size {
        fits(size, tallies.len())?;
    }
    let mut filled: Vec<(Vec<u64>, _)> = Vec::new();
    for tally in &mut tallies {
        let labels = match size {
            Some(size) => (0..u64::from(size)).collect(),
            None => {
                let mut labels: Vec<u64> = tally.spikes.keys().copied().collect();
                labels.sort_unstable();
                labels
            }
        };
        let counts: Vec<usize> = labels
            .iter()
            .map(|label| tally.spikes.get(label).map_or(0, |own| own.0))
            .collect();
        tally.places = labels
            .iter()
            .enumerate()
            .map(|(at, &label)| (label, at))
            .collect();
        filled.push((labels, Trains::filling(&counts)));
    }
    let mut current = 0;
    spike_file::each(&file, &mut |name, time, neuron| {
        current = place(&tallies, current, name, |tally| &tally.name).unwrap_or(current);
        let found = tallies
            .get(current)
            .and_then(|tally| tally.places.get(&neuron));
        if let (Some(&at), Some((_, filling))) = (found, filled.get_mut(current)) {
            filling.put(at, time);
        }
        Ok(())
    })?;
    let names = tallies.into_iter().map(|tally| tally.name);
    let populations = names
        .zip(filled)
        .map(|(name, (labels, filling))| Population {
            name,
            labels: Some(labels),
            trains: filling.finish(),
            positions: None,
        });
    let mut populations: Vec<Population> = populations.collect();
    let observed = spike_file::observed(&request.file)?;
    let end = populations
        .iter()
        .filter_map(|population| last(&population.trains))
        .max();
    let end = match file.population.is_some() && observed.is_none() {
        true => end.max(last_of_all(&file)?),
        false => end,
    };
    if request.populations.len() > 1 {
        populations = wanted(populations, &request.populations)?;
    }
    for population in &mut populations {
        if population.name.is_empty() {
            population.name = "population".into();
        }
    }
    let bouts = bouts(spike_file::epochs(&request.file)?);
    let end = end.map_or(Time::ZERO, after);
    let end = match observed {
        // Whoever has not looked has not seen silence either.
        Some((_, until)) => end.max(until),
        // A table says no more of its end than the last spike does: whoever knows that it went on says it.
        None => {
            let stops = bouts.iter().map(|bout| bout.span.stop);
            stops.chain(request.to).fold(end, Time::max)
        }
    };
    Ok(Held {
        start: begin(request, &populations, &bouts, observed.map(|own| own.0)),
        populations,
        bouts,
        courses: Vec::new(),
        layered: None,
        end,
    })
}

/// The last spike of all populations of `file`, of which it names one: a recording does not end where one falls silent.
fn last_of_all(file: &SpikeFile) -> Result<Option<Time>, AnalyseError> {
    let mut last = None;
    let all = SpikeFile {
        population: None,
        ..file.clone()
    };
    spike_file::each(&all, &mut |_, time, _| {
        last = last.max(Some(time));
        Ok(())
    })?;
    Ok(last)
}

/// Checks that what is told of each of `size` neurons of so many populations fits the memory that there is.
fn fits(size: u32, populations: usize) -> Result<(), AnalyseError> {
    let needed_bytes = f64::from(size) * populations as f64 * NEURON_BYTES;
    check_memory(needed_bytes, "").map_err(|error| match error {
        ExperimentError::Memory {
            needed_gb,
            left_gb,
            bound,
            what: _,
        } => AnalyseError::request(
            "`--size`",
            format!("{size}: of {needed_gb:.1} GB of memory for neurons most of which are silent"),
            format!("at most the {left_gb:.1} GB that are {bound}"),
        ),
        error => AnalyseError::request("`--size`", size.to_string(), error.to_string()),
    })
}

/// Where a file from elsewhere begins: where its units were `observed` from, or at 0; with its epochs where it is silent for long
/// before them. Whoever is to say it is told where nothing else does.
fn begin(
    request: &Request,
    populations: &[Population],
    bouts: &[Bout],
    observed: Option<Time>,
) -> Time {
    let trains = || populations.iter().map(|population| &population.trains);
    let ends = trains()
        .filter_map(first)
        .min()
        .zip(trains().filter_map(last).max());
    let Some((first, last)) = ends else {
        return observed.unwrap_or(Time::ZERO);
    };
    if let Some(observed) = observed {
        return observed.min(first);
    }
    let spikes: usize = populations.iter().map(|own| own.trains.spikes()).sum();
    if !is_late(first, last, spikes) {
        return Time::ZERO;
    }
    let epoch = bouts.iter().map(|bout| bout.span.start).min();
    if let Some(epoch) = epoch.filter(|&epoch| epoch <= first) {
        return epoch;
    }
    if request.from.is_none() && request.bouts.is_empty() {
        let file = request.file.display();
        tracing::warn!(
            "`{file}`: the first spike is at {first}; the time before it counts as silence, unless `--from` says where the recording \
             begins"
        );
    }
    Time::ZERO
}

/// Whether there are so many spikes in so short a time that the one at `first` is hardly the first since 0.
fn is_late(first: Time, last: Time, spikes: usize) -> bool {
    /// Times the mean interval that silence is long.
    const INTERVALS: i64 = 10;
    /// Share of the recording that matters.
    const SHARE: i64 = 10;
    let (before, all) = (first.ps(), last.ps() - first.ps());
    let interval = all / (spikes as i64 - 1).max(1);
    all > 0 && before / INTERVALS > interval && before > last.ps() / SHARE
}

fn first(trains: &Trains) -> Option<Time> {
    (0..trains.len())
        .filter_map(|neuron| trains.of(neuron).first().copied())
        .min()
}

/// Where the tally of the population `name` stands, which may be a new one.
fn tally(tallies: &mut Vec<Tally>, current: usize, name: &str) -> usize {
    place(tallies, current, name, |tally| &tally.name).unwrap_or_else(|| {
        tallies.push(Tally {
            name: name.to_owned(),
            spikes: HashMap::new(),
            places: HashMap::new(),
            is_unsorted: false,
        });
        tallies.len() - 1
    })
}

/// Where what is called `name` stands; most often where the one before did.
fn place<T>(all: &[T], current: usize, name: &str, of: impl Fn(&T) -> &String) -> Option<usize> {
    match all.get(current).is_some_and(|held| of(held) == name) {
        true => Some(current),
        false => all.iter().position(|held| of(held) == name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_long_for_how_often_neurons_fire() {
        let s = |s: f64| Time::from_ms(1e3 * s).expect("in range");
        // A minute after an hour, ten times in a second; one spike in a minute; and a recording that begins a little later.
        assert!(is_late(s(3_600.0), s(3_660.0), 600));
        assert!(!is_late(s(60.0), s(180.0), 3));
        assert!(!is_late(s(1.0), s(60.0), 600));
        assert!(!is_late(s(40.0), s(40.0), 1));
    }
}

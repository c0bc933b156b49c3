//! One way in for all recordings: run files, and files of spikes from elsewhere.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::{AnalyseError, Request};
use crate::analysis::data::{Bout, Course, Data, Population, called};
use crate::analysis::layered::Layered;
use crate::analysis::measure::{Measure, find};
use crate::analysis::trains::{Span, Trains, united};
use crate::base::suggest;
use crate::base::time::{Duration, Time};
use crate::config::Model;
use crate::experiment::course;
use crate::experiment::inputs::Inputs;
use crate::experiment::layered::layered;
use crate::experiment::recorded::{model, population};
use crate::record::recording::{Recording, RecordingError};
use crate::record::recover::RecoverError;
use crate::record::sink;
use crate::record::spike_file;
use crate::stimulus::spike_list::SpikeFile;

/// What a file holds, before anything is chosen.
struct Held {
    populations: Vec<Population>,
    bouts: Vec<Bout>,
    courses: Vec<Course>,
    layered: Option<Layered>,
    start: Time,
    end: Time,
}

/// The file that was read, its fingerprint, and what was asked for of it.
pub(super) fn read(request: &Request) -> Result<(PathBuf, Option<String>, Data), AnalyseError> {
    let opened = Recording::open(&request.file);
    let is_run = opened.is_ok();
    let (file, fingerprint, held) = match opened {
        Ok(recording) => {
            if request.size.is_some() {
                let expected = "no `--size`: the file says how many neurons there are";
                return Err(AnalyseError::request("`--size`", "a run of ours", expected));
            }
            let held = run(&recording, request)?;
            (
                recording.path().to_owned(),
                recording.fingerprint().map(str::to_owned),
                held,
            )
        }
        Err(RecordingError::Open(RecoverError::Foreign { .. } | RecoverError::NotHdf5 { .. })) => {
            let held = foreign(request)?;
            (request.file.clone(), None, held)
        }
        Err(_) if is_empty_table(&request.file) => {
            let file = format!("`{}`", request.file.display());
            let expected = "spikes of one population or more";
            return Err(AnalyseError::request(file, "an empty file", expected));
        }
        Err(error) => return Err(error.into()),
    };
    if held.populations.is_empty() {
        let (found, help) = match is_run {
            true => (
                "a run of which no spikes were recorded",
                "\n  help: name populations under `spikes` of [record] in the model file",
            ),
            false => ("no spikes", ""),
        };
        return Err(AnalyseError::Request {
            what: format!("`{}`", request.file.display()),
            found: found.into(),
            expected: "spikes of one population or more".into(),
            help: help.into(),
        });
    }
    let spans = spans(request, &held)?;
    let data = Data {
        populations: held.populations,
        spans,
        bouts: held.bouts,
        tables: BTreeMap::new(),
        courses: held.courses,
        layered: held.layered,
    };
    Ok((file, fingerprint, data))
}

/// Whether a file without a byte is no run that was killed at once.
fn is_empty_table(path: &Path) -> bool {
    let is_empty = std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0);
    is_empty && path.extension().is_none_or(|kind| kind != "h5")
}

/// Leaves populations aside that have no spike at all, for measures of which that makes no value; refuses those that were asked for
/// by name, and if there is no other.
pub(super) fn leave_silent(request: &Request, data: &mut Data) -> Result<(), AnalyseError> {
    let spans = &data.spans;
    let fires = |population: &Population| {
        let trains = &population.trains;
        let mut all = (0..trains.len()).flat_map(|n| spans.iter().map(move |&span| (n, span)));
        all.any(|(neuron, span)| !trains.within(neuron, span).is_empty())
    };
    let populations = &data.populations;
    let silent: Vec<&Population> = populations.iter().filter(|own| !fires(own)).collect();
    let (Some(silent), Some(first), Some(last)) = (silent.first(), spans.first(), spans.last())
    else {
        return Ok(());
    };
    if request.populations.is_empty() && populations.iter().any(fires) {
        let (first, last) = (first.start, last.stop);
        for population in populations.iter().filter(|own| !fires(own)) {
            let name = &population.name;
            tracing::warn!("`{name}` is left aside: it has no spike from {first} to {last}");
        }
        let heard: Vec<bool> = populations.iter().map(fires).collect();
        let mut heard = heard.into_iter();
        data.populations.retain(|_| heard.next() == Some(true));
        return Ok(());
    }
    let found = format!(
        "no spike of `{}` from {} to {}",
        silent.name, first.start, last.stop
    );
    Err(AnalyseError::Request {
        what: format!("`{}`", request.file.display()),
        found,
        expected: "one or more".into(),
        help: match data.populations.len() {
            1 => String::new(),
            _ => "\n  help: name others with `--population`".into(),
        },
    })
}

/// A run of ours.
fn run(recording: &Recording, request: &Request) -> Result<Held, AnalyseError> {
    let names = &request.populations[..];
    let recorded = recording.populations().iter().filter(|p| p.recorded > 0);
    let names: Vec<String> = match names {
        [] => recorded.map(|population| population.name.clone()).collect(),
        names => names.to_vec(),
    };
    let populations = names.iter().map(|name| population(recording, name));
    let populations = populations.collect::<Result<Vec<Population>, _>>()?;
    let bouts = bouts(recording.bouts()?);
    // A run that ends with a spike includes it.
    let last = populations
        .iter()
        .filter_map(|population| last(&population.trains))
        .max();
    let end = last.map_or(Time::ZERO, after).max(recording.reached()?);
    // Only measures that can be told of a track ask where the animal was, and only some what a network knew.
    let asked = request.measures.iter().filter_map(|name| find(name).ok());
    let asked: Vec<&Measure> = asked.collect();
    let on_track = (asked.iter()).any(|measure| measure.spec.parameter("track").is_some());
    let of_network = asked.iter().any(|measure| measure.reads_network());
    let (mut courses, mut network) = (Vec::new(), None);
    match (on_track || of_network).then(|| model(recording)).flatten() {
        Some(Model::Network(model)) => {
            courses = course::courses(&model, &recording.bouts()?, end).0;
        }
        Some(Model::SleepReplay(model)) if of_network => {
            // What the data set would tell is left out where it is not there.
            let inputs = Inputs::read(&model).ok();
            network = Some(layered(recording, &model, inputs.as_ref())?);
        }
        _ => {}
    }
    Ok(Held {
        populations,
        bouts,
        courses,
        layered: network,
        start: Time::ZERO,
        end,
    })
}

fn bouts(recorded: Vec<sink::Bout>) -> Vec<Bout> {
    let bouts = recorded.into_iter().map(|bout| Bout {
        name: bout.name,
        kind: bout.kind,
        span: Span {
            start: bout.start,
            stop: bout.stop,
        },
    });
    bouts.collect()
}

fn after(time: Time) -> Time {
    time.checked_add(Duration::from_ps(1)).unwrap_or(Time::MAX)
}

fn last(trains: &Trains) -> Option<Time> {
    (0..trains.len())
        .filter_map(|neuron| trains.of(neuron).last().copied())
        .max()
}

fn first(trains: &Trains) -> Option<Time> {
    (0..trains.len())
        .filter_map(|neuron| trains.of(neuron).first().copied())
        .min()
}

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

/// A file of spikes from elsewhere.
fn foreign(request: &Request) -> Result<Held, AnalyseError> {
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
    if request.populations.len() > 1 {
        populations = wanted(populations, &request.populations)?;
    }
    for population in &mut populations {
        if population.name.is_empty() {
            population.name = "population".into();
        }
    }
    let end = populations
        .iter()
        .filter_map(|population| last(&population.trains))
        .max();
    let bouts = bouts(spike_file::epochs(&request.file)?);
    let end = end.map_or(Time::ZERO, after);
    let end = bouts.iter().map(|bout| bout.span.stop).fold(end, Time::max);
    let observed = spike_file::observed(&request.file)?;
    let end = observed.map_or(end, |(_, until)| end.max(until));
    // A table says no more of its end than the last spike does: whoever knows that it went on says it.
    let end = request.to.map_or(end, |to| end.max(to));
    Ok(Held {
        start: begin(request, &populations, &bouts, observed.map(|own| own.0)),
        populations,
        bouts,
        courses: Vec::new(),
        layered: None,
        end,
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

fn wanted(populations: Vec<Population>, names: &[String]) -> Result<Vec<Population>, AnalyseError> {
    let known: Vec<&str> = populations
        .iter()
        .map(|population| population.name.as_str())
        .collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let found = suggest::list(&known);
        let expected = format!("a population `{name}`");
        return Err(AnalyseError::request("`--population`", found, expected));
    }
    let named = |population: &Population| names.contains(&population.name);
    Ok(populations.into_iter().filter(named).collect())
}

/// What is looked at: the chosen bouts, or all, between `from` and `to`.
fn spans(request: &Request, held: &Held) -> Result<Vec<Span>, AnalyseError> {
    for (name, time) in [("`--from`", request.from), ("`--to`", request.to)] {
        if let Some(time) = time.filter(|&time| time > held.end || time < Time::ZERO) {
            let expected = format!("a time within the recording, which ends at {}", held.end);
            return Err(AnalyseError::request(name, time.to_string(), expected));
        }
    }
    let window = Span {
        start: request.from.unwrap_or(held.start),
        stop: request.to.unwrap_or(held.end),
    };
    if window.length() == Duration::ZERO {
        let found = format!("{} to {}", window.start, window.stop);
        let what = match request.from.or(request.to) {
            Some(_) => "`--from`, `--to`".to_owned(),
            None => format!("`{}`", request.file.display()),
        };
        return Err(AnalyseError::request(
            what,
            found,
            "a stretch of time that ends after it begins",
        ));
    }
    if request.bouts.is_empty() {
        return Ok(vec![window]);
    }
    let mut spans = Vec::new();
    for name in &request.bouts {
        let chosen = called(&held.bouts, name).map_err(|no_bout| AnalyseError::Request {
            what: "`--bout`".into(),
            found: no_bout.found,
            expected: no_bout.expected.into(),
            help: no_bout.help,
        })?;
        spans.extend(chosen.into_iter().map(|bout| bout.span.within(window)));
    }
    // Nested bouts of one kind are looked at once.
    let spans = united(spans, false);
    if spans.is_empty() {
        let found = format!("none between {} and {}", window.start, window.stop);
        return Err(AnalyseError::request(
            "`--bout`",
            found,
            "bouts that take time",
        ));
    }
    Ok(spans)
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

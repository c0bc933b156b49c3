//! One way in for all recordings: run files, and files of spikes from elsewhere.

mod foreign;
mod reweighted;

use std::collections::BTreeMap;
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
use foreign::foreign;
use reweighted::reweighted;

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
    let asked = request.measures.iter().filter_map(|name| find(name).ok());
    let (of_weights, of_spikes): (Vec<_>, Vec<_>) =
        asked.partition(|measure| measure.reads_weights());
    let (of_weights, of_spikes) = (!of_weights.is_empty(), !of_spikes.is_empty());
    let mut recorded = None;
    let (file, fingerprint, held) = match opened {
        Ok(recording) => {
            if request.size.is_some() {
                let expected = "no `--size`: the file says how many neurons there are";
                return Err(AnalyseError::request("`--size`", "a run of ours", expected));
            }
            let held = run(&recording, request, of_spikes)?;
            let fingerprint = recording.fingerprint().map(str::to_owned);
            let path = recording.path().to_owned();
            recorded = Some(recording);
            (path, fingerprint, held)
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
    if held.populations.is_empty() && of_spikes {
        let (found, help) = match recorded.is_some() {
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
    let weights = match recorded.filter(|_| of_weights) {
        Some(recording) => reweighted(&recording, &spans)?,
        None => Vec::new(),
    };
    let data = Data {
        populations: held.populations,
        spans,
        bouts: held.bouts,
        tables: BTreeMap::new(),
        courses: held.courses,
        layered: held.layered,
        weights,
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

/// A run of ours, with its spikes if those are asked for.
fn run(recording: &Recording, request: &Request, of_spikes: bool) -> Result<Held, AnalyseError> {
    let names = &request.populations[..];
    let recorded = recording.populations().iter().filter(|p| p.recorded > 0);
    let names: Vec<String> = match names {
        [] if !of_spikes => Vec::new(),
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
            let inputs = Inputs::of_run(recording, &model);
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

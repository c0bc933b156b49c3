//! Replay: bursts of sleep, the position that is decoded from them, and how well a line fits it.

use super::choice::SEED;
use super::choice::replay::*;
use super::scan::Scan;
use super::{Subject, meaning};
use crate::analysis::data::{Course, Data};
use crate::analysis::measure::Chance;
use crate::analysis::measure::replay::{Replays, SPEC, replays};
use crate::analysis::replay::line::at;
use crate::analysis::replay::scored::{Scored, decoded};
use crate::analysis::trains::Span;
use crate::base::parameter::{Value, Values, complete};
use crate::base::time::{Duration, MS_PER_S, Time};
use crate::config::Model;
use crate::experiment::course::courses;
use crate::experiment::error::ExperimentError;
use crate::experiment::recorded::population;
use crate::report::figure::{Replay, ReplayEvent};
use crate::report::html::{Cell, Column, Drawn, Part, Picture, Table};

/// Events that are drawn.
const MOST_SHOWN: usize = 24;
/// More spikes than this, of which each takes 16 bytes, are left to `analyse`.
const MOST_SPIKES: u64 = 10_000_000;

pub(super) fn parts(subject: &Subject, scans: &[Scan]) -> Result<Vec<Part>, ExperimentError> {
    let Some(Model::Network(model)) = &subject.model else {
        return Ok(Vec::new());
    };
    let mut parts = Vec::new();
    let (courses, left_out) = courses(model, &subject.recording.bouts()?, subject.stop);
    for course in courses {
        parts.extend(of_population(subject, scans, course)?);
    }
    for name in left_out {
        let text = format!(
            "Replay of {name} was not computed: its animal runs too many laps, or too short ones, for a page."
        );
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

fn of_population(
    subject: &Subject,
    scans: &[Scan],
    course: Course,
) -> Result<Vec<Part>, ExperimentError> {
    let run = &subject.recording;
    let bouts = run.bouts()?.into_iter();
    let bouts = bouts.map(|bout| {
        (
            bout.name,
            Span {
                start: bout.start,
                stop: bout.stop,
            },
        )
    });
    let ran = |span: Span| {
        let mut spans = course.spans.iter();
        spans.any(|own| own.within(span).length() > Duration::ZERO)
    };
    let (names, spans): (Vec<String>, Vec<Span>) = bouts
        .map(|(name, span)| {
            (
                name,
                span.within(Span {
                    start: Time::ZERO,
                    stop: subject.stop,
                }),
            )
        })
        .filter(|(_, span)| span.length() > Duration::ZERO && !ran(*span))
        .unzip();
    let known = run.population(&course.population)?;
    if known.recorded == 0 || spans.is_empty() {
        return Ok(Vec::new());
    }
    let name = course.population.clone();
    let file = run.path().file_name().unwrap_or_default();
    let chosen: String = names
        .iter()
        .map(|name| format!(" --bout {}", quoted(name)))
        .collect();
    let again = format!(
        "sharpwave analyse {} replay{chosen} --population {} --set bin=\"{BIN_MS} ms\" --set shuffles={SHUFFLES}",
        file.to_string_lossy(),
        quoted(&name),
    );
    let told = |why: String| {
        let text = format!("Replay of {name} was not computed: {why}; see {again}.");
        Ok(vec![Part::Text(text)])
    };
    let scan = scans.iter().find(|scan| scan.name == name);
    if scan.is_some_and(|scan| scan.total > MOST_SPIKES) {
        return told(format!(
            "more than the {MOST_SPIKES} spikes that a page decodes"
        ));
    }
    let population = population(run, &name)?;
    let data = Data {
        populations: vec![population],
        spans,
        bouts: Vec::new(),
        tables: Default::default(),
        courses: vec![course],
        layered: None,
        weights: Vec::new(),
    };
    let given = Values::from([
        ("bin", Value::Number(BIN_MS)),
        ("shuffles", Value::Count(SHUFFLES)),
    ]);
    let Ok(values) = complete(&SPEC, &given) else {
        return Ok(Vec::new());
    };
    let found = match replays(&data, &values, Chance::of(&SPEC, SEED)) {
        Ok(found) => found,
        // One that never fired on the track has no places, and so no replay.
        Err(error) => return told(error.to_string()),
    };
    let Some(found) = found.first().filter(|found| !found.events.is_empty()) else {
        return told("no bursts while nobody ran".into());
    };
    let text = format!(
        "Bursts of {} while nobody ran, and the position that its neurons stand for, decoded from the fields that they had on the \
         track. The same numbers: {again}.",
        found.population.name,
    );
    Ok(vec![
        Part::Text(text),
        Part::Table(summary(found, &names, &data.spans)),
        Part::Figure(Picture {
            name: "replay".into(),
            says: says(found),
            svg: drawn(found).svg()?,
        }),
        Part::Table(events(found)),
    ])
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    match name.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))) {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    }
}

fn summary(found: &Replays<'_>, names: &[String], spans: &[Span]) -> Table {
    let row = |(name, span): (&String, &Span)| {
        let within =
            |event: &&Scored| span.start <= event.span.start && event.span.start < span.stop;
        let all = found.events.iter().filter(within);
        let way = |up: bool| {
            let events = found.at(LEVEL).filter(within);
            events.filter(|event| (event.speed > 0.0) == up).count() as u64
        };
        let speeds: Vec<f64> = found
            .at(LEVEL)
            .filter(within)
            .map(|event| event.speed.abs())
            .collect();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        vec![
            Cell::text(name),
            Cell::count(all.clone().count() as u64),
            Cell::count(all.filter(|event| event.p_score.is_finite()).count() as u64),
            Cell::count(way(true) + way(false)),
            Cell::count(way(true)),
            Cell::count(way(false)),
            Cell::number(mean / CM_PER_M, 1),
        ]
    };
    let columns = [
        ("bursts", &meaning::BURST),
        ("decoded", &meaning::SCORE),
        ("replays", &meaning::REPLAY),
        ("forward", &meaning::REPLAY),
        ("reverse", &meaning::REPLAY),
        ("speed, m/s", &meaning::REPLAY_SPEED),
    ];
    let columns = columns.map(|(head, meaning)| Column::of(head, meaning));
    Table {
        caption: format!("Replay in {}", found.population.name),
        columns: std::iter::once(Column::new("bout"))
            .chain(columns)
            .collect(),
        rows: names.iter().zip(spans).map(row).collect(),
    }
}

const CM_PER_M: f64 = 100.0;
/// Numbers of the events that are shown: all, or as many evenly spaced ones.
fn shown(found: &Replays<'_>) -> Vec<usize> {
    let scored = (0..found.events.len()).filter(|&k| found.events[k].line.is_some());
    let scored: Vec<usize> = scored.collect();
    let n = scored.len().min(MOST_SHOWN);
    (0..n).map(|k| scored[k * scored.len() / n]).collect()
}

fn says(found: &Replays<'_>) -> String {
    let (n, all) = (shown(found).len(), found.events.len());
    let events = found.events.iter();
    let decoded = events.filter(|event| event.line.is_some()).count();
    let which = match n < decoded {
        true => {
            format!("{n} of the {decoded} of {all} bursts that could be decoded, evenly spaced")
        }
        false => format!("All {decoded} of {all} bursts that could be decoded"),
    };
    format!("{which}: probability of each position of the track over time, and the best line.")
}

/// Which way an event goes, if it is a replay.
fn way(event: &Scored, p: f64) -> &'static str {
    match (p <= LEVEL, event.speed > 0.0) {
        (true, true) => "forward",
        (true, false) => "reverse",
        (false, _) => "none",
    }
}

fn drawn(found: &Replays<'_>) -> Replay {
    /// Points of a line, of which those off the track are not drawn.
    const POINTS: usize = 400;
    let positions = &found.fields.positions;
    let one = |k: usize| {
        let (event, p) = (&found.events[k], found.controlled[k]);
        let posterior = decoded(found.population, &found.fields, &found.setting, event.span);
        let last = event.bins as f64 - 1.0;
        let line = event.line.iter().flat_map(|best| {
            let times = (0..=POINTS).map(move |k| last * k as f64 / POINTS as f64);
            times.map(|t| (t, at(best.drawn, t, event.bins, positions.len())))
        });
        let on_track = 0.0..=positions.len() as f64 - 1.0;
        ReplayEvent {
            heading: [
                format!("{:.2} s", event.span.start.as_ms() / MS_PER_S),
                format!("{}, p {p:.3}", way(event, p)),
            ],
            length_ms: event.bins as f64 * BIN_MS,
            posterior,
            line: line.filter(|(_, x)| on_track.contains(x)).collect(),
            is_replay: p <= LEVEL,
        }
    };
    let half = 0.5 * (positions[1] - positions[0]);
    Replay {
        events: shown(found).into_iter().map(one).collect(),
        track_cm: (positions[0] - half, positions[positions.len() - 1] + half),
        caption: format!(
            "Above each burst: when it begins, which way it goes, and p of its line, controlled over all bursts. Lines of replays \
             (p at most {LEVEL}) are orange, others dashed. Bins of {BIN_MS} ms; pale where no neuron fired."
        ),
    }
}

fn events(found: &Replays<'_>) -> Table {
    let row = |k: usize| {
        let (event, p) = (&found.events[k], found.controlled[k]);
        vec![
            Cell::text(format!("{:.3}", event.span.start.as_ms() / MS_PER_S)),
            Cell::number(event.span.length().as_ms(), 0),
            Cell::count(event.neurons as u64),
            Cell::number(event.score, 3),
            Cell::number(event.speed / CM_PER_M, 1),
            Cell::number(event.p_score, 4),
            Cell::number(p, 4),
            Cell::text(way(event, p)),
        ]
    };
    let columns = [
        ("length, ms", &meaning::BURST),
        ("neurons", &meaning::BURST),
        ("score", &meaning::SCORE),
        ("speed, m/s", &meaning::REPLAY_SPEED),
        ("p", &meaning::REPLAY_P),
        ("p controlled", &meaning::REPLAY),
        ("replay", &meaning::REPLAY),
    ];
    let columns = columns.map(|(head, meaning)| Column::of(head, meaning));
    Table {
        caption: "The bursts of the figure".into(),
        columns: std::iter::once(Column::new("begin, s"))
            .chain(columns)
            .collect(),
        rows: shown(found).into_iter().map(row).collect(),
    }
}

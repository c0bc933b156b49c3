//! What measures of replay share: place fields, and the events that are looked at.

use super::{MeasureError, lacks, population_burst, time};
use crate::analysis::burst::{NEURONS, bursts};
use crate::analysis::data::{Data, Population};
use crate::analysis::replay::field::{Fields, Track};
use crate::analysis::replay::scored;
use crate::analysis::trains::Span;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterSpec, Range, Spec, Value, Values, complete,
};
use crate::base::time::{Duration, Time};

const TABLE: Kind = Kind::File(&["csv"]);

pub(super) const FIELDS: ParameterSpec = ParameterSpec::new(
    "fields",
    TABLE,
    "place fields: a column `neuron`, then rates in Hz by bin of position, columns named by its middle",
)
.or(Default::Absent("from `track`"));
pub(super) const TRACK: ParameterSpec = ParameterSpec::new(
    "track",
    TABLE,
    "where the animal was: columns `time` in ms and `position`, between rows in proportion; place fields are those of the spikes of `wake`",
)
.or(Default::Absent("of a run with `place_cells`: where they were told to be, in cm"));
pub(super) const WAKE: ParameterSpec = ParameterSpec::new(
    "wake",
    Kind::Text,
    "bouts from which place fields are, by name or kind, between commas",
)
.or(Default::Absent("all with a position"));
pub(super) const POSITIONS: ParameterSpec = ParameterSpec::new(
    "positions",
    Kind::Count {
        least: 3,
        most: 1_000,
    },
    "bins of position on a `track`",
)
.or(Default::Count(50));
pub(super) const SMOOTH: ParameterSpec = ParameterSpec::quantity(
    "smooth",
    Dimension::One,
    Range::NonNegative,
    "standard deviation of the Gaussian that smooths fields on a `track`, in bins of position",
)
.or_number(2.0);
pub(super) const EVENTS: ParameterSpec =
    ParameterSpec::new("events", TABLE, "events: columns `start` and `stop` in ms")
        .or(Default::Absent("population bursts"));
pub(super) const ACTIVE: ParameterSpec = ParameterSpec::new(
    "active",
    Kind::Count {
        least: 2,
        most: u32::MAX as u64,
    },
    "neurons that must fire in an event",
)
.or(Default::Count(NEURONS));
pub(super) const SHUFFLES: ParameterSpec = ParameterSpec::new(
    "shuffles",
    Kind::Count {
        least: 1,
        most: 1_000_000,
    },
    "shuffles of each event",
)
.or(Default::Count(2_000));
pub(super) const LEVEL: ParameterSpec = ParameterSpec::quantity(
    "level",
    Dimension::One,
    Range::Between(0.0, 1.0),
    "p up to which an event counts",
)
.or_number(scored::LEVEL);

/// Refuses shuffles of which none could reach the level.
pub(super) fn enough(spec: &'static Spec, values: &Values) -> Result<usize, MeasureError> {
    let shuffles = values.count("shuffles").unwrap_or(0) as usize;
    let level = values["level"];
    if level == 0.0 {
        let problem = "found a level of 0, expected more than 0: p of shuffles never is 0";
        return Err(lacks(spec, problem));
    }
    let least = 1.0 / (shuffles as f64 + 1.0);
    match least <= level {
        true => Ok(shuffles),
        false => {
            let needed = (1.0 / level - 1.0).ceil();
            Err(lacks(
                spec,
                format!(
                    "found {shuffles} shuffles, of which p is {least:.4} at least, expected {needed} or more for a level of {level}"
                ),
            ))
        }
    }
}

/// The populations that are looked at: all, or where positions are those of the run, those that have any.
pub(super) fn populations(data: &Data) -> impl Iterator<Item = &Population> {
    let told = ["fields", "track", "template"].map(|name| data.tables.contains_key(name));
    let mut chosen = data.populations.iter();
    let all = told.contains(&true) || !chosen.any(|own| data.course(&own.name).is_some());
    let populations = data.populations.iter();
    populations.filter(move |population| all || data.course(&population.name).is_some())
}

/// What speeds are measured in: tables do not say what their positions are, those that a run tells are in cm.
pub(super) fn speed_unit(data: &Data) -> &'static str {
    let of_table = ["fields", "track"].map(|name| data.tables.contains_key(name));
    match of_table.contains(&true) {
        true => "1/s",
        false => "cm/s",
    }
}

/// The place fields that the values tell of.
pub(super) fn fields(
    spec: &'static Spec,
    data: &Data,
    population: &Population,
    values: &Values,
) -> Result<Fields, MeasureError> {
    let refused = |name: &str, problem: String| lacks(spec, format!("`{name}`: {problem}"));
    let course = data.course(&population.name);
    let fields = match (data.tables.get("fields"), data.tables.get("track")) {
        (Some(table), _) => {
            Fields::of_table(table, population).map_err(|problem| refused("fields", problem))?
        }
        (None, Some(table)) => {
            let column = |name: &str| {
                table.column(name).ok_or_else(|| {
                    refused("track", format!("found no column `{name}`, expected one"))
                })
            };
            let track = Track {
                times_ms: column("time")?,
                positions: column("position")?,
            };
            let all = [Span {
                start: Time::ZERO,
                stop: Time::MAX,
            }];
            along(spec, data, population, values, track, &all)?
        }
        (None, None) => match course {
            Some(course) => {
                let track = Track {
                    times_ms: &course.times_ms,
                    positions: &course.positions_cm,
                };
                along(spec, data, population, values, track, &course.spans)?
            }
            None => {
                let problem = "found neither `fields` nor `track`, expected one\n  help: `--set track=FILE.csv`, with columns `time` and `position`";
                return Err(lacks(spec, problem));
            }
        },
    };
    match fields.neurons.len() {
        0 | 1 => Err(lacks(
            spec,
            format!(
                "found {} neurons with a place field in `{}`, expected two or more",
                fields.neurons.len(),
                population.name
            ),
        )),
        _ => Ok(fields),
    }
}

/// The place fields along a track, within the bouts that `wake` names, or `otherwise`.
fn along(
    spec: &'static Spec,
    data: &Data,
    population: &Population,
    values: &Values,
    track: Track<'_>,
    otherwise: &[Span],
) -> Result<Fields, MeasureError> {
    let refused = |name: &str, problem: String| lacks(spec, format!("`{name}`: {problem}"));
    let sound = track.times_ms.windows(2).all(|pair| pair[0] < pair[1])
        && track.positions.iter().all(|x| x.is_finite());
    if !sound {
        return Err(refused(
            "track",
            "found times that do not ascend, or positions that are no numbers".into(),
        ));
    }
    let spans = match values.text("wake") {
        Some(names) => super::spans_of(spec, data, "wake", names)?,
        None => otherwise.to_vec(),
    };
    if spans.is_empty() {
        let name = values.text("wake").unwrap_or_default();
        return Err(refused(
            "wake",
            format!("found bouts `{name}` that take no time, expected one that does"),
        ));
    }
    let bins = values.count("positions").unwrap_or(0) as usize;
    Fields::of_track(track, population, &spans, bins, values["smooth"])
        .map_err(|problem| refused("track", problem))
}

/// The events: those of a table, or population bursts.
pub(super) fn events(
    spec: &'static Spec,
    data: &Data,
    population: &Population,
    values: &Values,
) -> Result<Vec<Span>, MeasureError> {
    let Some(table) = data.tables.get("events") else {
        // As `population_burst` finds them where it is told nothing else.
        let active = Values::from([("active", Value::Count(values.count("active").unwrap_or(0)))]);
        let rule = population_burst::rule(&complete(&population_burst::SPEC, &active)?);
        return Ok(bursts(population, &data.spans, &rule)
            .iter()
            .map(|burst| burst.span)
            .collect());
    };
    let refused = |problem: String| lacks(spec, format!("`events`: {problem}"));
    let column = |name: &str| {
        table
            .column(name)
            .ok_or_else(|| refused(format!("found no column `{name}`, expected one")))
    };
    let (starts, stops) = (column("start")?, column("stop")?);
    let (first, last) = match (data.spans.first(), data.spans.last()) {
        (Some(first), Some(last)) => (first.start, last.stop),
        _ => return Ok(Vec::new()),
    };
    let event = |(&start, &stop): (&f64, &f64)| {
        let (from, to) = (Time::from_ms(start), Time::from_ms(stop));
        match (from, to) {
            (Ok(start), Ok(stop)) if first <= start && start < stop && stop <= last => {
                Ok(Span { start, stop })
            }
            (Ok(start), Ok(stop)) if stop <= start => Err(refused(format!(
                "found an event from {start} to {stop}, expected its end after its start"
            ))),
            _ => Err(refused(format!(
                "found an event from {start} to {stop} ms, expected it within {first} and {last}"
            ))),
        }
    };
    let events = starts.iter().zip(stops).map(event);
    let mut events = events.collect::<Result<Vec<Span>, _>>()?;
    let all = events.len();
    events.retain(|event| is_within(*event, &data.spans));
    let left = all - events.len();
    if left > 0 && events.is_empty() {
        return Err(refused(format!(
            "found none of {all} events within what is looked at, expected one or more"
        )));
    }
    // Once, not for each population.
    if left > 0 && populations(data).next().map(|one| &one.name) == Some(&population.name) {
        tracing::warn!(
            "`{}`: {left} of {all} `events` are left out: they do not lie within what is looked at",
            spec.name
        );
    }
    Ok(events)
}

/// Whether `event` lies within one of `spans`, or several that follow each other without a gap.
fn is_within(event: Span, spans: &[Span]) -> bool {
    let mut covered = event.start;
    for span in spans {
        if span.start <= covered && covered < span.stop {
            covered = span.stop;
        }
    }
    event.stop <= covered
}

/// The parameter `bin`.
pub(super) fn bin(values: &Values) -> Duration {
    time(values, "bin")
}

//! Which events replay a path.

use rayon::prelude::*;

use super::places::{
    self, ACTIVE, EVENTS, FIELDS, LEVEL, POSITIONS, SHUFFLES, SMOOTH, TRACK, WAKE,
};
use super::{Measure, MeasureError, lacks};
use crate::analysis::data::{Data, Population};
use crate::analysis::replay::chance::{Control, controlled, p_value};
use crate::analysis::replay::decode::{Decoder, weighted_correlation};
use crate::analysis::replay::field::Fields;
use crate::analysis::replay::line::{Lines, draw, slope};
use crate::analysis::replay::shuffle::{Event, Shuffle};
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::Duration;

static SPEC: Spec = Spec {
    name: "replay",
    summary: "which events replay a path: position decoded from spikes, and how well a line fits it, against shuffles",
    equations: "log P(x | n) = sum n_i log f_i(x) - dt sum f_i(x), prior flat;  score: mean over bins of time of P within a band around \
                the best of many random lines, the median of the bin where it is off the track, the median of the others where no \
                neuron fires;  p = (r + 1) / (n + 1), r of n shuffles that score as much",
    parameters: &PARAMETERS,
    source: "Davidson, Kloosterman and Wilson 2009, Neuron 63:497; as `nelpy.decoding.decode1D` and \
             `nelpy.analysis.replay.score_Davidson_final_bst_fast`; p: Phipson and Smyth 2010; weighted correlation: Wu and Foster 2014",
};

const PARAMETERS: [ParameterSpec; 15] = [
    FIELDS,
    TRACK,
    WAKE,
    POSITIONS,
    SMOOTH,
    EVENTS,
    ACTIVE,
    ParameterSpec::quantity("bin", Dimension::Time, Range::Positive, "width of the bins of time").or_number(20.0),
    ParameterSpec::quantity("floor", Dimension::Rate, Range::Positive, "rates of fields below it count as it").or_number(0.1),
    ParameterSpec::new("band", Kind::Count { least: 0, most: 1_000 }, "bins of position on either side of a line that count").or(Default::Count(3)),
    ParameterSpec::new("lines", Kind::Count { least: 1, most: 1_000_000 }, "random lines").or(Default::Count(35_000)),
    ParameterSpec::new(
        "shuffle",
        Kind::Word(&["column_cycle", "time_swap", "cell_identity", "field_rotation", "poisson"]),
        "what is shuffled: columns turned around the track, bins of time, neurons' fields, fields turned, spikes drawn anew",
    )
    .or(Default::Word("column_cycle")),
    SHUFFLES,
    LEVEL,
    ParameterSpec::new(
        "control",
        Kind::Word(&["benjamini_hochberg", "holm", "none"]),
        "how p is controlled over many events: the share of false ones, the chance of any, not at all",
    )
    .or(Default::Word("benjamini_hochberg")),
];

/// Every event with its line, its scores and how likely they are.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// What is known of an event; undefined where too few neurons fire or it is too short.
#[derive(Debug, Clone, Copy)]
struct Found {
    span: Span,
    neurons: usize,
    bins: usize,
    score: f64,
    /// Of the line, position by second.
    speed: f64,
    correlation: f64,
    p_score: f64,
    p_correlation: f64,
}

struct Setting {
    bin: Duration,
    decoder: Decoder,
    band: usize,
    lines: usize,
    shuffle: Shuffle,
    shuffles: usize,
    active: usize,
}

fn shuffle_of(values: &Values) -> Shuffle {
    match values.text("shuffle") {
        Some("time_swap") => Shuffle::TimeSwap,
        Some("cell_identity") => Shuffle::CellIdentity,
        Some("field_rotation") => Shuffle::FieldRotation,
        Some("poisson") => Shuffle::Poisson,
        _ => Shuffle::ColumnCycle,
    }
}

fn control_of(values: &Values) -> Control {
    match values.text("control") {
        Some("holm") => Control::Holm,
        Some("none") => Control::None,
        _ => Control::BenjaminiHochberg,
    }
}

fn look(
    population: &Population,
    fields: &Fields,
    setting: &Setting,
    span: Span,
    mut stream: Stream,
) -> Found {
    let counts = places::counts(population, fields, span, setting.bin);
    let mut fire: Vec<usize> = counts.iter().flatten().map(|&(neuron, _)| neuron).collect();
    fire.sort_unstable();
    fire.dedup();
    let mut found = Found {
        span,
        neurons: fire.len(),
        bins: counts.len(),
        score: f64::NAN,
        speed: f64::NAN,
        correlation: f64::NAN,
        p_score: f64::NAN,
        p_correlation: f64::NAN,
    };
    // A line through two bins fits whatever is there.
    if fire.len() < setting.active || counts.len() < 3 {
        return found;
    }
    let posterior = setting
        .decoder
        .decode(&counts, |neuron| neuron, |_| 0, None);
    let drawn = draw(
        setting.lines,
        counts.len(),
        setting.decoder.bins(),
        &mut stream,
    );
    let lines = Lines::new(drawn, counts.len(), setting.decoder.bins());
    let Some(best) = lines.best(&posterior, setting.band) else {
        return found;
    };
    let width = fields.positions[1] - fields.positions[0];
    let bin_s = setting.bin.as_ms() / 1e3;
    found.score = best.score;
    found.speed = slope(best.drawn) * width / bin_s;
    found.correlation = weighted_correlation(&posterior);
    let event = Event {
        decoder: &setting.decoder,
        bin_s,
        counts: &counts,
        posterior: &posterior,
        neurons: fields.neurons.len(),
        band: setting.band,
    };
    let shuffled = event.shuffled(setting.shuffle, &lines, setting.shuffles, &mut stream);
    let n = shuffled.len();
    // A shuffle that is the event itself scores as much, to the last bit or nearly so.
    let reaches = |value: f64, own: f64| value >= own * (1.0 - 1e-12);
    found.p_score = p_value(
        shuffled
            .iter()
            .filter(|pair| reaches(pair.0, best.score))
            .count(),
        n,
    );
    let size = found.correlation.abs();
    if size.is_finite() {
        found.p_correlation = p_value(
            shuffled.iter().filter(|pair| reaches(pair.1, size)).count(),
            n,
        );
    }
    found
}

fn tables(data: &Data, values: &Values, stream: &mut Stream) -> Result<Vec<Table>, MeasureError> {
    let shuffles = places::enough(&SPEC, values)?;
    let level = values["level"];
    let control = control_of(values);
    let (mut names, mut means) = (Vec::new(), Vec::new());
    let mut counted = [const { Vec::new() }; 5];
    let (mut owners, mut all, mut ps) = (Vec::new(), Vec::<Found>::new(), Vec::new());
    for population in &data.populations {
        let fields = places::fields(&SPEC, data, population, values)?;
        let events = places::events(&SPEC, data, population, values)?;
        if control == Control::Holm && events.len() as f64 / (shuffles as f64 + 1.0) > level {
            let needed = (events.len() as f64 / level - 1.0).ceil();
            let problem = format!(
                "found {shuffles} shuffles of {} events, expected {needed} or more for a level of {level} after Holm",
                events.len()
            );
            return Err(lacks(&SPEC, problem));
        }
        let bin = places::bin(values);
        let setting = Setting {
            bin,
            decoder: Decoder::new(&fields.rates, bin.as_ms() / 1e3, values["floor"]),
            band: values.count("band").unwrap_or(0) as usize,
            lines: values.count("lines").unwrap_or(1) as usize,
            shuffle: shuffle_of(values),
            shuffles,
            active: values.count("active").unwrap_or(2) as usize,
        };
        // Each event has a stream of its own, so that threads change nothing.
        let seeded: Vec<(Span, u64)> = events
            .into_iter()
            .map(|event| (event, stream.bits()))
            .collect();
        let found: Vec<Found> = seeded
            .into_par_iter()
            .map(|(span, seed)| {
                look(
                    population,
                    &fields,
                    &setting,
                    span,
                    Stream::new(seed, "analysis.replay.event", 0),
                )
            })
            .collect();
        let own = controlled(
            &found.iter().map(|event| event.p_score).collect::<Vec<_>>(),
            control,
        );
        let replays = |up: Option<bool>| {
            let pairs = found.iter().zip(&own).filter(|(_, p)| **p <= level);
            pairs
                .filter(|(event, _)| up.is_none_or(|up| (event.speed > 0.0) == up))
                .count() as u64
        };
        let decoded = own.iter().filter(|p| p.is_finite()).count() as u64;
        let row = [
            found.len() as u64,
            decoded,
            replays(None),
            replays(Some(true)),
            replays(Some(false)),
        ];
        counted
            .iter_mut()
            .zip(row)
            .for_each(|(column, value)| column.push(value));
        let speeds: Vec<f64> = found
            .iter()
            .zip(&own)
            .filter(|(_, p)| **p <= level)
            .map(|(event, _)| event.speed.abs())
            .collect();
        means.push(super::mean(&speeds));
        names.push(population.name.clone());
        owners.extend(found.iter().map(|_| population.name.clone()));
        all.extend(found);
        ps.extend(own);
    }
    let of = |value: fn(&Found) -> f64| all.iter().map(value).collect::<Vec<f64>>();
    let count = |value: fn(&Found) -> usize| {
        all.iter()
            .map(|event| value(event) as u64)
            .collect::<Vec<u64>>()
    };
    let [events, decoded, replays, forward, reverse] = counted;
    Ok(vec![
        Table::new("replay")
            .with("population", "", "which", names)
            .with("events", "", "how many", events)
            .with(
                "decoded",
                "",
                "those long enough in which enough neurons fire",
                decoded,
            )
            .with(
                "replays",
                "",
                "those whose controlled p is not above the level",
                replays,
            )
            .with(
                "up",
                "",
                "of these, those that run towards greater positions",
                forward,
            )
            .with("down", "", "those that run towards smaller ones", reverse)
            .with(
                "speed",
                "1/s",
                "mean size of the speed of replays, position by second",
                means,
            ),
        Table::new("replay_event")
            .with("population", "", "which", owners)
            .with(
                "start",
                "ms",
                "when it begins",
                of(|e| e.span.start.as_ms()),
            )
            .with("stop", "ms", "when it ends", of(|e| e.span.stop.as_ms()))
            .with(
                "neurons",
                "",
                "those with a field that fire",
                count(|e| e.neurons),
            )
            .with("bins", "", "bins of time", count(|e| e.bins))
            .with("score", "", "of the best line", of(|e| e.score))
            .with(
                "speed",
                "1/s",
                "of the best line, position by second",
                of(|e| e.speed),
            )
            .with("p_score", "", "of the score", of(|e| e.p_score))
            .with(
                "p_controlled",
                "",
                "of the score, controlled over all events",
                ps,
            )
            .with(
                "correlation",
                "",
                "weighted correlation of time and position",
                of(|e| e.correlation),
            )
            .with("p_correlation", "", "of its size", of(|e| e.p_correlation)),
    ])
}

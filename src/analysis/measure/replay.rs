//! Which events replay a path.

use rayon::prelude::*;

use super::places::{
    self, ACTIVE, EVENTS, FIELDS, LEVEL, POSITIONS, SHUFFLES, SMOOTH, TRACK, WAKE,
};
use super::{Chance, Measure, MeasureError, lacks};
use crate::analysis::data::{Data, Population};
use crate::analysis::replay::chance::{Control, controlled};
use crate::analysis::replay::decode::Decoder;
use crate::analysis::replay::field::Fields;
use crate::analysis::replay::scored::{BAND, LINES, Scored, Setting, score};
use crate::analysis::replay::shuffle::Shuffle;
use crate::analysis::table::Table;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};

/// The measure as users see it.
pub static SPEC: Spec = Spec {
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
    ParameterSpec::new("band", Kind::Count { least: 0, most: 1_000 }, "bins of position on either side of a line that count").or(Default::Count(BAND)),
    ParameterSpec::new("lines", Kind::Count { least: 1, most: 1_000_000 }, "random lines").or(Default::Count(LINES)),
    ParameterSpec::new(
        "shuffle",
        Kind::Word(&SHUFFLES_BY_NAME),
        "what is shuffled: `column_cycle` columns, each turned around the track; `time_swap` bins of time; `cell_identity` neurons' \
         fields; `field_rotation` fields, each turned around the track; `poisson` instants of spikes, of each neuron as many as in the \
         event. By `time_swap`, `cell_identity` and `poisson` noise is taken for replay in at most the share `level` of events; \
         `column_cycle` and `field_rotation` do not hold the level: what is turned loses that a track has ends",
    )
    .or(Default::Word(Shuffle::ColumnCycle.name())),
    SHUFFLES,
    LEVEL,
    ParameterSpec::new(
        "control",
        Kind::Word(&["benjamini_hochberg", "holm", "none"]),
        "how p is controlled over many events: the share of false ones, the chance of any, not at all",
    )
    .or(Default::Word("benjamini_hochberg")),
];

/// The shuffles' names.
const SHUFFLES_BY_NAME: [&str; Shuffle::ALL.len()] = {
    let mut names = [""; Shuffle::ALL.len()];
    let mut k = 0;
    while k < names.len() {
        names[k] = Shuffle::ALL[k].name();
        k += 1;
    }
    names
};

/// Every event with its line, its scores and how likely they are.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

fn shuffle_of(values: &Values) -> Shuffle {
    let name = values.text("shuffle");
    let named = |shuffle: &Shuffle| Some(shuffle.name()) == name;
    let found = Shuffle::ALL.into_iter().find(named);
    found.unwrap_or(Shuffle::ColumnCycle)
}

/// What a p says, by whether its shuffle holds the level.
fn p_of(shuffle: Shuffle, held: &'static str, not_held: &'static str) -> &'static str {
    match shuffle.holds_level() {
        true => held,
        false => not_held,
    }
}

fn control_of(values: &Values) -> Control {
    match values.text("control") {
        Some("holm") => Control::Holm,
        Some("none") => Control::None,
        _ => Control::BenjaminiHochberg,
    }
}

/// The events of a population, decoded and scored.
pub struct Replays<'a> {
    /// The population.
    pub population: &'a Population,
    /// Its place fields.
    pub fields: Fields,
    /// How events are decoded and scored.
    pub setting: Setting,
    /// The events, in order of time.
    pub events: Vec<Scored>,
    /// p of their scores, controlled over all of them.
    pub controlled: Vec<f64>,
}

impl Replays<'_> {
    /// Which events are replays at this level.
    pub fn at(&self, level: f64) -> impl Iterator<Item = &Scored> {
        let pairs = self.events.iter().zip(&self.controlled);
        pairs
            .filter(move |(_, p)| **p <= level)
            .map(|(event, _)| event)
    }
}

/// The events of the populations with place fields, `values` being complete.
///
/// # Errors
/// If a value is wrong, or the recording does not have what is needed.
pub fn replays<'a>(
    data: &'a Data,
    values: &Values,
    chance: Chance,
) -> Result<Vec<Replays<'a>>, MeasureError> {
    let shuffles = places::enough(&SPEC, values)?;
    let level = values["level"];
    let control = control_of(values);
    let one = |population: &'a Population| {
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
        let found = events.into_par_iter().map(|span| {
            let stream = chance.event(&population.name, span.start);
            score(population, &fields, &setting, span, stream)
        });
        let events: Vec<Scored> = found.collect();
        let ps: Vec<f64> = events.iter().map(|event| event.p_score).collect();
        Ok(Replays {
            population,
            fields,
            setting,
            controlled: controlled(&ps, control),
            events,
        })
    };
    places::populations(data).map(one).collect()
}

fn tables(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let level = values["level"];
    let (mut names, mut means) = (Vec::new(), Vec::new());
    let mut counted = [const { Vec::new() }; 5];
    let (mut owners, mut all, mut ps) = (Vec::new(), Vec::<Scored>::new(), Vec::new());
    for found in replays(data, values, chance)? {
        let way = |up: bool| {
            found
                .at(level)
                .filter(move |event| (event.speed > 0.0) == up)
        };
        let decoded = found.controlled.iter().filter(|p| p.is_finite());
        let row = [
            found.events.len(),
            decoded.count(),
            found.at(level).count(),
            way(true).count(),
            way(false).count(),
        ];
        counted
            .iter_mut()
            .zip(row)
            .for_each(|(column, value)| column.push(value as u64));
        let speeds: Vec<f64> = found.at(level).map(|event| event.speed.abs()).collect();
        means.push(super::mean(&speeds));
        let name = &found.population.name;
        names.push(name.clone());
        owners.extend(found.events.iter().map(|_| name.clone()));
        all.extend(found.events);
        ps.extend(found.controlled);
    }
    let of = |value: fn(&Scored) -> f64| all.iter().map(value).collect::<Vec<f64>>();
    let count = |value: fn(&Scored) -> usize| {
        all.iter()
            .map(|event| value(event) as u64)
            .collect::<Vec<u64>>()
    };
    let [events, decoded, replays, forward, reverse] = counted;
    let speed_unit = places::speed_unit(data);
    let shuffle = shuffle_of(values);
    let p_score = p_of(
        shuffle,
        "of the score",
        "of the score, by a shuffle that does not hold the level",
    );
    let p_correlation = p_of(
        shuffle,
        "of its size",
        "of its size, by a shuffle that does not hold the level",
    );
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
                speed_unit,
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
                speed_unit,
                "of the best line, position by second",
                of(|e| e.speed),
            )
            .with("p_score", "", p_score, of(|e| e.p_score))
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
            .with("p_correlation", "", p_correlation, of(|e| e.p_correlation)),
    ])
}

//! In which order neurons fire in events, against a template: ranks, and pairs.

use super::places::{
    self, ACTIVE, EVENTS, FIELDS, LEVEL, POSITIONS, SHUFFLES, SMOOTH, TRACK, WAKE,
};
use super::{Chance, Measure, MeasureError, lacks};
use crate::analysis::coactivation::{centred, pearson};
use crate::analysis::data::{Data, Population};
use crate::analysis::first_spike::ranks;
use crate::analysis::replay::chance::p_value;
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Default, Kind, ParameterSpec, Spec, Values};
use crate::base::time::Time;

const TEMPLATE: ParameterSpec = ParameterSpec::new(
    "template",
    Kind::File(&["csv"]),
    "the order: a column `neuron`, the first one first",
)
.or(Default::Absent(
    "order of the peaks of `fields` or of those from `track`",
));

static RANK_SPEC: Spec = Spec {
    name: "rank_order",
    summary: "whether neurons fire in events in the order of a template: Spearman's correlation of ranks",
    equations: "rho = Pearson's correlation of the ranks of the neurons that fire and of their ranks in the template, those that are \
                equal with their mean rank;  p = (r + 1) / (n + 1), r of n shuffles of neurons with |rho| as large",
    parameters: &[
        TEMPLATE,
        FIELDS,
        TRACK,
        WAKE,
        POSITIONS,
        SMOOTH,
        EVENTS,
        ACTIVE,
        SHUFFLES,
        LEVEL,
        ParameterSpec::new(
            "by",
            Kind::Word(&["first", "mean"]),
            "a neuron's time in an event: of its first spike, or the mean of all",
        )
        .or(Default::Word("first")),
    ],
    source: "Foster and Wilson 2006, Nature 440:680; Diba and Buzsáki 2007, Nat. Neurosci. 10:1241",
};

static BIAS_SPEC: Spec = Spec {
    name: "pairwise_bias",
    summary: "whether pairs of neurons fire in events in the order of a template",
    equations: "B_ij = 2 n_ij / (n_i n_j) - 1, n_ij pairs of spikes with i before j, half for those at one time;  score: cosine of B \
                with 1 for pairs that the template has in this order, -1 for others, 0 for those with fields at one place;  p = (r + 1) / (n + 1), r of n shuffles of \
                neurons with |score| as large",
    parameters: &[
        TEMPLATE, FIELDS, TRACK, WAKE, POSITIONS, SMOOTH, EVENTS, ACTIVE, SHUFFLES, LEVEL,
    ],
    source: "",
};

/// Rank order of events.
pub(super) static RANK_ORDER: Measure = Measure {
    spec: &RANK_SPEC,
    run: |data, values, chance| over_events(&RANK_SPEC, data, values, chance, rank_order),
};

/// Bias of pairs in events.
pub(super) static PAIRWISE_BIAS: Measure = Measure {
    spec: &BIAS_SPEC,
    run: |data, values, chance| over_events(&BIAS_SPEC, data, values, chance, pairwise_bias),
};

/// The neurons of the template, and where each stands in it; those whose fields peak at one place stand at one.
fn template(
    spec: &'static Spec,
    data: &Data,
    population: &Population,
    values: &Values,
) -> Result<Vec<(usize, f64)>, MeasureError> {
    let Some(table) = data.tables.get("template") else {
        let fields = places::fields(spec, data, population, values)?;
        let peaks = fields.peaks().into_iter().map(|peak| peak as f64);
        return Ok(fields.neurons.iter().copied().zip(peaks).collect());
    };
    let refused = |problem: String| lacks(spec, format!("`template`: {problem}"));
    let labels = table
        .column("neuron")
        .ok_or_else(|| refused("found no column `neuron`, expected one".into()))?;
    let size = population.trains.len();
    let mut order = Vec::new();
    for label in labels {
        match (0..size).find(|&place| population.label(place) as f64 == *label) {
            Some(place) if order.contains(&place) => {
                return Err(refused(format!(
                    "found neuron {label} twice, expected each once"
                )));
            }
            Some(place) => order.push(place),
            None => {
                return Err(refused(format!(
                    "found neuron {label}, expected one of the {size} of `{}`",
                    population.name
                )));
            }
        }
    }
    let order = order.into_iter().enumerate();
    Ok(order.map(|(at, place)| (place, at as f64)).collect())
}

/// The score of an event, given the rank of each train in the template; then of shuffles of these ranks.
type Score<'a> = Box<dyn Fn(&[f64]) -> f64 + 'a>;

fn rank_order<'a>(trains: &'a [&'a [Time]], span: Span, values: &Values) -> Score<'a> {
    let by_mean = values.text("by") == Some("mean");
    let time = |train: &&[Time]| {
        let times = train.iter().map(|time| time.since(span.start).as_ms());
        match by_mean {
            true => times.sum::<f64>() / train.len() as f64,
            false => times.fold(f64::INFINITY, f64::min),
        }
    };
    let own = ranks(&trains.iter().map(time).collect::<Vec<_>>());
    let own = centred(&own);
    Box::new(move |template| pearson(&own, &centred(template)))
}

/// Twice the pairs of spikes of `a` before one of `b`, plus those at one time.
fn twice_before(a: &[Time], b: &[Time]) -> usize {
    let after = |time: &Time| {
        let until = b.partition_point(|other| other < time);
        let through = b.partition_point(|other| other <= time);
        2 * (b.len() - through) + (through - until)
    };
    a.iter().map(after).sum()
}

fn pairwise_bias<'a>(trains: &'a [&'a [Time]], _: Span, _: &Values) -> Score<'a> {
    let n = trains.len();
    let bias = |i: usize, j: usize| {
        let pairs = (trains[i].len() * trains[j].len()) as f64;
        twice_before(trains[i], trains[j]) as f64 / pairs - 1.0
    };
    let pairs: Vec<(usize, usize, f64)> = (0..n)
        .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
        .map(|(i, j)| (i, j, bias(i, j)))
        .collect();
    let size = pairs.iter().map(|pair| pair.2 * pair.2).sum::<f64>().sqrt();
    Box::new(move |template| {
        let (mut sum, mut ordered) = (0.0, 0.0);
        for &(i, j, bias) in &pairs {
            if template[i] != template[j] {
                sum += if template[i] < template[j] {
                    bias
                } else {
                    -bias
                };
                ordered += 1.0;
            }
        }
        sum / (size * f64::sqrt(ordered))
    })
}

fn over_events(
    spec: &'static Spec,
    data: &Data,
    values: &Values,
    chance: Chance,
    score: for<'a> fn(&'a [&'a [Time]], Span, &Values) -> Score<'a>,
) -> Result<Vec<Table>, MeasureError> {
    let shuffles = places::enough(spec, values)?;
    let (level, active) = (
        values["level"],
        values.count("active").unwrap_or(2) as usize,
    );
    let (mut names, mut events, mut sure) = (Vec::new(), Vec::new(), Vec::new());
    let (mut owners, mut spans, mut neurons) = (Vec::new(), Vec::new(), Vec::new());
    let (mut scores, mut ps) = (Vec::new(), Vec::new());
    for population in places::populations(data) {
        let template = template(spec, data, population, values)?;
        let found = places::events(spec, data, population, values)?;
        let first = ps.len();
        for &span in &found {
            let trains = template
                .iter()
                .map(|&(neuron, at)| (population.trains.within(neuron, span), at));
            let firing = trains.filter(|(train, _)| !train.is_empty());
            let (trains, places): (Vec<&[Time]>, Vec<f64>) = firing.unzip();
            let (mut value, mut p) = (f64::NAN, f64::NAN);
            if trains.len() >= active {
                let score = score(&trains, span, values);
                let mut stream = chance.event(&population.name, span.start);
                let mut order = ranks(&places);
                value = score(&order);
                let mut reached = 0;
                for _ in 0..shuffles {
                    stream.shuffle(&mut order);
                    reached += usize::from(score(&order).abs() >= value.abs() * (1.0 - 1e-12));
                }
                if value.is_finite() {
                    p = p_value(reached, shuffles);
                }
            }
            owners.push(population.name.clone());
            spans.push(span);
            neurons.push(trains.len() as u64);
            scores.push(value);
            ps.push(p);
        }
        names.push(population.name.clone());
        events.push(found.len() as u64);
        sure.push(ps[first..].iter().filter(|p| **p <= level).count() as u64);
    }
    Ok(vec![
        Table::new(spec.name)
            .with("population", "", "which", names)
            .with("events", "", "how many", events)
            .with(
                "significant",
                "",
                "those whose p is not above the level, not controlled over events",
                sure,
            ),
        Table::new(format!("{}_event", spec.name))
            .with("population", "", "which", owners)
            .with(
                "start",
                "ms",
                "when it begins",
                spans.iter().map(|s| s.start.as_ms()).collect::<Vec<_>>(),
            )
            .with(
                "stop",
                "ms",
                "when it ends",
                spans.iter().map(|s| s.stop.as_ms()).collect::<Vec<_>>(),
            )
            .with("neurons", "", "those of the template that fire", neurons)
            .with(
                "score",
                "",
                "1 in the order of the template, -1 in the reverse order",
                scores,
            )
            .with("p", "", "of its size", ps),
    ])
}

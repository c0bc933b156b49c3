//! By how much synapses of a network that ran have changed, over what their ends did.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use super::weights::unit;
use crate::base::time::{MS_PER_S, PS_PER_MS, Time};
use crate::config::network::{Measured, NetworkModel, Over, WindowFigure};
use crate::experiment::error::ExperimentError;
use crate::plasticity::Synapse;
use crate::record::recording::Recording;
use crate::report::figure::{ChangePlot, Series};

/// Name of the figure without its endings.
pub(super) const NAME: &str = "window";

/// Picoseconds of a microsecond, to which intervals are rounded that name a series.
const PS_PER_US: i64 = 1_000_000;
/// More series than this cannot be told from each other.
const MOST_SERIES: usize = 4;
const US_PER_MS: f64 = 1e3;
const PERCENT: f64 = 100.0;

/// A synapse: the time from its arrival to the spike of its target, the rate of its source, its change.
struct Point {
    interval_ps: i64,
    rate_hz: Option<f64>,
    /// In percent of its first weight.
    change: f64,
}

/// Synapses as they were at first beside what they are at last, where they are still there: those that come and go have no
/// place of their own, but ends and delays.
fn kept<'a>(first: &'a [Synapse], last: &'a [Synapse]) -> Vec<(&'a Synapse, &'a Synapse)> {
    let key = |one: &Synapse| (one.source, one.target, one.delay, one.dendritic);
    let mut places: BTreeMap<_, VecDeque<&Synapse>> = BTreeMap::new();
    for one in last {
        places.entry(key(one)).or_default().push_back(one);
    }
    let pair = |one: &'a Synapse| Some((one, places.get_mut(&key(one))?.pop_front()?));
    first.iter().filter_map(pair).collect()
}

/// Draws the `figure` of what the run file `run` of `model` holds into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw(
    figure: &WindowFigure,
    run: &Path,
    model: &NetworkModel,
    directory: &Path,
) -> Result<(), ExperimentError> {
    let run = Recording::open(run)?;
    let snapshots = run.synapses(&figure.projection)?;
    let (Some(first), Some(last)) = (snapshots.first(), snapshots.last()) else {
        return Ok(());
    };
    let mut projections = model.network.projections.iter();
    let Some(projection) = projections.find(|known| known.name == figure.projection) else {
        return Ok(());
    };
    let sources = spikes(&run, &projection.source)?;
    // Targets are counted over their populations one after the other.
    let (mut targets, mut offset) = (BTreeMap::new(), 0);
    for name in &projection.targets {
        let own = spikes(&run, name)?.into_iter();
        targets.extend(own.map(|(neuron, times)| (offset + neuron, times)));
        offset += model.network.find(name).map_or(0, |known| known.size);
    }
    let kept = kept(&first.synapses, &last.synapses);
    let (gone, n_kept) = (first.synapses.len() - kept.len(), kept.len());
    let points: Vec<Point> = kept
        .into_iter()
        .filter_map(|(before, after)| {
            let change = PERCENT * (after.weight - before.weight) / before.weight;
            point(before, change, &sources, &targets).filter(|_| change.is_finite())
        })
        .collect();
    let mut caption = format!(
        "{}: weights at {} less those at {}, a disc for each synapse.",
        figure.projection,
        told(last.time),
        told(first.time)
    );
    let (series, over) = match figure.over {
        Over::Interval => {
            caption += " The interval is that from the source's first spike to the target's first, as they reach the synapse.";
            (by_sign(&points), "Interval (ms)")
        }
        Over::Frequency => {
            caption += " The frequency is the rate of the source from its first spike to its last.";
            if !figure.measured.is_empty() {
                caption += " Squares with bars: measured, with their standard errors.";
            }
            (by_interval(&points, &figure.measured), "Frequency (Hz)")
        }
    };
    let firsts = first.synapses.iter().map(|synapse| synapse.weight);
    let unit = unit(model, &figure.projection);
    if let Some(weight) = all_alike(firsts) {
        caption += format!(" All weights were {weight} {unit}").trim_end();
        caption += " at first.";
    }
    caption += &left_out(gone, n_kept - points.len());
    let plot = ChangePlot {
        series,
        over: over.into(),
        change: "Change of weight (%)".into(),
        caption,
    };
    plot.draw(&directory.join(NAME))?;
    Ok(())
}

/// Which synapses are not shown: those that are `gone`, and others that are `still` there.
fn left_out(gone: usize, still: usize) -> String {
    let synapses = |n: usize| if n == 1 { "synapse" } else { "synapses" };
    let mut reasons = Vec::new();
    if gone > 0 {
        let were = if gone == 1 { "was" } else { "were" };
        reasons.push(format!("{gone} {} that {were} pruned", synapses(gone)));
    }
    if still > 0 {
        reasons.push(format!(
            "{still} {} whose ends did not both fire, or whose weight was 0 at first",
            synapses(still)
        ));
    }
    match reasons.is_empty() {
        true => String::new(),
        false => format!(" Left out: {}.", reasons.join("; ")),
    }
}

/// A time in words.
pub(super) fn told(time: Time) -> String {
    match time.as_ms() {
        ms if ms < MS_PER_S => format!("{ms} ms"),
        ms => format!("{} s", ms / MS_PER_S),
    }
}

/// The value that all of them have.
fn all_alike(mut values: impl Iterator<Item = f64>) -> Option<f64> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// The spikes of each neuron of a population.
fn spikes(run: &Recording, population: &str) -> Result<BTreeMap<u32, Vec<Time>>, ExperimentError> {
    let mut by_neuron: BTreeMap<u32, Vec<Time>> = BTreeMap::new();
    for (time, neuron) in run.spikes(population, ..)? {
        by_neuron.entry(neuron).or_default().push(time);
    }
    Ok(by_neuron)
}

/// What the ends of `synapse` did; `None` if they did not both fire.
fn point(
    synapse: &Synapse,
    change: f64,
    sources: &BTreeMap<u32, Vec<Time>>,
    targets: &BTreeMap<u32, Vec<Time>>,
) -> Option<Point> {
    let (source, target) = (sources.get(&synapse.source)?, targets.get(&synapse.target)?);
    let (&[begin, ..], &[post, ..], &[.., end]) = (&source[..], &target[..], &source[..]) else {
        return None;
    };
    // An axonal delay comes before the synapse, a dendritic one behind it.
    let axonal_ps = synapse.delay.ps() - synapse.dendritic.ps();
    let span_s = (end - begin).as_ms() / MS_PER_S;
    Some(Point {
        interval_ps: post.ps() + synapse.dendritic.ps() - (begin.ps() + axonal_ps),
        rate_hz: (source.len() > 1).then(|| (source.len() - 1) as f64 / span_s),
        change,
    })
}

/// Synapses whose target fired later than its source, and the others.
fn by_sign(points: &[Point]) -> Vec<Series> {
    let of = |name: &str, is_in: &dyn Fn(&Point) -> bool| {
        let own = points.iter().filter(|point| is_in(point));
        let own = own.map(|point| (point.interval_ps as f64 / PS_PER_MS as f64, point.change));
        series(name.into(), own.collect(), false)
    };
    let before = match points.iter().any(|point| point.interval_ps == 0) {
        true => "target before or with source",
        false => "target before source",
    };
    vec![
        of("target after source", &|point| point.interval_ps > 0),
        of(before, &|point| point.interval_ps <= 0),
    ]
}

/// A series for each interval between source and target, or one of all where there are many.
fn by_interval(points: &[Point], measured: &[Measured]) -> Vec<Series> {
    let rounded = |ps: i64| (ps + PS_PER_US / 2).div_euclid(PS_PER_US);
    let mut by_interval: BTreeMap<i64, Series> = BTreeMap::new();
    let of = |interval_us: i64| {
        let interval_ms = interval_us as f64 / US_PER_MS;
        let order = if interval_ms > 0.0 { "after" } else { "before" };
        let name = format!("target {} ms {order}", interval_ms.abs());
        series(name, Vec::new(), true)
    };
    for point in points {
        let interval = rounded(point.interval_ps);
        let own = by_interval.entry(interval).or_insert_with(|| of(interval));
        own.points
            .extend(point.rate_hz.map(|rate_hz| (rate_hz, point.change)));
    }
    for one in measured {
        let interval = (one.interval_ms * US_PER_MS).round() as i64;
        let own = by_interval.entry(interval).or_insert_with(|| of(interval));
        let (share, error) = (PERCENT * one.share, PERCENT * one.error);
        own.measured.push((one.rate_hz, share, error));
    }
    let all = by_interval.into_values().rev().map(|own| Series {
        measured: own.measured,
        ..series(own.name, own.points, true)
    });
    let all: Vec<Series> = all.collect();
    if all.len() <= MOST_SERIES {
        return all;
    }
    let points = all.iter().flat_map(|own| own.points.clone());
    let measured = all.iter().flat_map(|own| own.measured.clone());
    vec![Series {
        measured: measured.collect(),
        ..series(String::new(), points.collect(), false)
    }]
}

fn series(name: String, mut points: Vec<(f64, f64)>, joined: bool) -> Series {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Series {
        name,
        points,
        joined,
        measured: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said_for_its_own_reason() {
        assert_eq!(left_out(0, 0), "");
        assert_eq!(left_out(1, 0), " Left out: 1 synapse that was pruned.");
        let silent = "3 synapses whose ends did not both fire, or whose weight was 0 at first.";
        assert_eq!(left_out(0, 3), format!(" Left out: {silent}"));
        let both = format!(" Left out: 2 synapses that were pruned; {silent}");
        assert_eq!(left_out(2, 3), both);
    }
}

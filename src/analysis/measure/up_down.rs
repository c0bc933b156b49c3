//! When a population is active and when it is silent: UP and DOWN states.

use super::spectrum::{bin_of_rate, rate};
use super::{Measure, MeasureError, binned, lacks, longest, mean, some_time, time};
use crate::analysis::data::Data;
use crate::analysis::signal::{smooth, stretches};
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::Duration;

/// The measure as users see it.
pub static SPEC: Spec = Spec {
    name: "up_down",
    summary: "when a population is active and when it is silent: UP and DOWN states",
    equations: "DOWN: the smoothed rate is below a percentile of itself, or below the least frequent rate between its two most \
                frequent ones, for 30 to 500 ms;  UP: the time between two DOWN states",
    parameters: &[
        bin_of_rate(10.0),
        some_time(
            "smooth",
            "standard deviation of the Gaussian that smooths the rate",
            20.0,
        ),
        ParameterSpec::new(
            "threshold",
            Kind::Word(&["bimodal", "percentile"]),
            "what parts UP from DOWN",
        )
        .or(Default::Word("bimodal")),
        ParameterSpec::quantity(
            "percentile",
            Dimension::One,
            Range::Between(0.0, 100.0),
            "share of time below a threshold that is a percentile",
        )
        .or_number(20.0),
        some_time("shortest", "how long DOWN states are at least", 30.0),
        longest("how long DOWN states are at most", 500.0),
    ],
    source: "",
};

/// States of each population.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: states,
};

/// The value below which `percent` of `values` are, between neighbours in proportion.
fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = percent / 100.0 * (sorted.len() - 1) as f64;
    let (k, part) = (place.floor() as usize, place.fract());
    let above = sorted[(k + 1).min(sorted.len() - 1)];
    sorted[k] + part * (above - sorted[k])
}

/// The least frequent value between the two most frequent ones; `None` where there is one such value alone.
fn valley(values: &[f64]) -> Option<f64> {
    /// Bins of the histogram, and standard deviation of the Gaussian that smooths it.
    const BINS: usize = 100;
    const SMOOTH: f64 = 3.0;
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
            (low.min(x), high.max(x))
        });
    if high <= low {
        return None;
    }
    let mut counts = vec![0.0; BINS];
    for value in values {
        counts[(((value - low) / (high - low) * BINS as f64) as usize).min(BINS - 1)] += 1.0;
    }
    let counts = smooth(&counts, SMOOTH, 4.0, true);
    let at = |k: i64| {
        usize::try_from(k)
            .ok()
            .and_then(|k| counts.get(k))
            .copied()
            .unwrap_or(0.0)
    };
    let is_peak = |k: &i64| at(*k) > at(k - 1) && at(*k) >= at(k + 1);
    let mut peaks: Vec<i64> = (0..BINS as i64).filter(is_peak).collect();
    peaks.sort_by(|&a, &b| at(b).total_cmp(&at(a)));
    let (&first, &second) = (peaks.first()?, peaks.get(1)?);
    let between = first.min(second)..=first.max(second);
    let lowest = between.min_by(|&a, &b| at(a).total_cmp(&at(b)))?;
    Some(low + (lowest as f64 + 0.5) / BINS as f64 * (high - low))
}

/// A state: whether it is UP, and when.
type State = (bool, Span);

/// DOWN states within `span`, and the UP states between them.
fn within(
    span: Span,
    rates: &[f64],
    threshold: f64,
    bin: Duration,
    limits: (Duration, Duration),
) -> Vec<State> {
    let edge = |k: usize| span.start + Duration::from_ps(k as i64 * bin.ps());
    let low = stretches(rates.iter().map(|&rate| rate < threshold)).into_iter();
    let low = low.map(|(first, last)| Span {
        start: edge(first),
        stop: edge(last + 1),
    });
    let down: Vec<Span> = low
        .filter(|down| down.length() >= limits.0 && down.length() <= limits.1)
        .collect();
    let mut states = Vec::new();
    for (k, &state) in down.iter().enumerate() {
        if let Some(before) = k.checked_sub(1) {
            let up = Span {
                start: down[before].stop,
                stop: state.start,
            };
            states.push((true, up));
        }
        states.push((false, state));
    }
    states
}

fn states(data: &Data, values: &Values, _: &mut Stream) -> Result<Vec<Table>, MeasureError> {
    let bin = time(values, "bin");
    binned(&SPEC, data, bin, 2)?;
    let limits = (time(values, "shortest"), time(values, "longest"));
    let sigma = values["smooth"] / bin.as_ms();
    let (mut names, mut thresholds) = (Vec::new(), Vec::new());
    let mut columns = [const { Vec::new() }; 4];
    let (mut owners, mut all) = (Vec::new(), Vec::<State>::new());
    for population in &data.populations {
        let rates = data
            .spans
            .iter()
            .map(|&span| smooth(&rate(population, span, bin), sigma, 4.0, true));
        let rates: Vec<Vec<f64>> = rates.collect();
        let together = rates.concat();
        let threshold = match values.text("threshold") {
            Some("percentile") => percentile(&together, values["percentile"]),
            _ => valley(&together).ok_or_else(|| {
                let problem = format!(
                    "found one most frequent rate of `{}`, expected two, of UP and of DOWN states\n  help: \
                     `--set threshold=percentile` parts them all the same",
                    population.name
                );
                lacks(&SPEC, problem)
            })?,
        };
        let spans = data.spans.iter().zip(&rates);
        let found: Vec<State> = spans
            .flat_map(|(&span, rates)| within(span, rates, threshold, bin, limits))
            .collect();
        let lengths = |is_up: bool| -> Vec<f64> {
            let states = found.iter().filter(|state| state.0 == is_up);
            states.map(|state| state.1.length().as_ms()).collect()
        };
        let (up, down) = (lengths(true), lengths(false));
        // Where there is no state at all, nothing is known of them.
        let known = |value: f64| if found.is_empty() { f64::NAN } else { value };
        let share = down.iter().sum::<f64>() / 1e3 / data.seconds();
        names.push(population.name.clone());
        thresholds.push(threshold);
        for (column, value) in columns.iter_mut().zip([
            mean(&up),
            mean(&down),
            known(down.len() as f64 / data.seconds()),
            known(share),
        ]) {
            column.push(value);
        }
        owners.extend(found.iter().map(|_| population.name.clone()));
        all.extend(found);
    }
    let [up, down, frequency, share] = columns;
    let kinds: Vec<String> = all
        .iter()
        .map(|state| if state.0 { "up" } else { "down" }.to_owned())
        .collect();
    Ok(vec![
        Table::new("up_down")
            .with("population", "", "which", names)
            .with(
                "threshold",
                "Hz",
                "rate of a neuron below which the population is DOWN",
                thresholds,
            )
            .with("up", "ms", "mean duration of UP states", up)
            .with("down", "ms", "mean duration of DOWN states", down)
            .with("frequency", "Hz", "DOWN states in a second", frequency)
            .with("down_share", "", "share of time in DOWN states", share),
        Table::new("up_down_state")
            .with("population", "", "which", owners)
            .with("state", "", "up or down", kinds)
            .with(
                "start",
                "ms",
                "when it begins",
                all.iter().map(|s| s.1.start.as_ms()).collect::<Vec<_>>(),
            )
            .with(
                "stop",
                "ms",
                "when it ends",
                all.iter().map(|s| s.1.stop.as_ms()).collect::<Vec<_>>(),
            )
            .with(
                "duration",
                "ms",
                "how long it is",
                all.iter().map(|s| s.1.length().as_ms()).collect::<Vec<_>>(),
            ),
    ])
}

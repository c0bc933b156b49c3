//! When a population is active and when it is silent: UP and DOWN states.

use super::spectrum::{bin_of_rate, rate};
use super::{Measure, MeasureError, binned, lacks, longest, mean, some_time, time};
use crate::analysis::data::Data;
use crate::analysis::signal::{smooth, stretches};
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;

/// The measure as users see it.
pub static SPEC: Spec = Spec {
    name: "up_down",
    summary: "when a population is active and when it is silent: UP and DOWN states",
    equations: "DOWN: the smoothed rate is below a percentile of itself, or below the least frequent rate between its two most \
                frequent ones, for 30 to 500 ms;  UP: the time between two DOWN states, without a silence that is longer;  a DOWN state that is cut by the \
                ends of what is looked at has no length: it counts as time in DOWN states alone, and beside it an UP state may lie",
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
            "share of time at or below a threshold that is a percentile",
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
    run: |data, values, _| states(data, values, "--set "),
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

/// What there is within a span.
#[derive(Default)]
struct Found {
    /// DOWN states, and the UP states between them.
    states: Vec<State>,
    /// How many silences are too long for a DOWN state, which belong to neither, nor do the stretches beside them.
    too_long: usize,
    /// What is seen of DOWN states that its ends cut.
    cut: Duration,
}

fn within(
    span: Span,
    rates: &[f64],
    is_low: impl Fn(f64) -> bool,
    bin: Duration,
    limits: (Duration, Duration),
) -> Found {
    let edge = |k: usize| span.start + Duration::from_ps(k as i64 * bin.ps());
    let low = stretches(rates.iter().map(|&rate| is_low(rate))).into_iter();
    let low = low.map(|(first, last)| Span {
        start: edge(first),
        stop: edge(last + 1),
    });
    let mut found = Found::default();
    let mut before: Option<Span> = None;
    for down in low.filter(|down| down.length() >= limits.0) {
        if down.length() > limits.1 {
            before = None;
            found.too_long += 1;
            continue;
        }
        let up = before.map(|before| Span {
            start: before.stop,
            stop: down.start,
        });
        found.states.extend(up.map(|up| (true, up)));
        // Of what comes behind the last whole bin nothing is known.
        match down.start > span.start && down.stop < edge(rates.len()) {
            true => found.states.push((false, down)),
            false => found.cut = found.cut + down.length(),
        }
        before = Some(down);
    }
    found
}

/// States of each population, `values` being complete. `before` is what stands before a parameter where it is given, such as
/// `--set `, for hints.
///
/// # Errors
/// If there are no two kinds of states, or less than two bins.
pub fn states(data: &Data, values: &Values, before: &str) -> Result<Vec<Table>, MeasureError> {
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
        let is_percentile = values.text("threshold") == Some("percentile");
        let threshold = match is_percentile {
            true => percentile(&together, values["percentile"]),
            false => valley(&together).ok_or_else(|| {
                let problem = format!(
                    "found one most frequent rate of `{}`, expected two, of UP and of DOWN states\n  help: \
                     `{before}threshold=percentile` parts them all the same",
                    population.name
                );
                lacks(&SPEC, problem)
            })?,
        };
        // A percentile may be a rate that many bins have, such as none; but what does not change is neither UP nor DOWN.
        let changes = together.iter().any(|&rate| rate > threshold);
        let is_low = |rate| rate < threshold || (is_percentile && changes && rate == threshold);
        let spans = data.spans.iter().zip(&rates);
        let (mut found, mut too_long) = (Vec::<State>::new(), 0);
        let mut cut = Duration::ZERO;
        for (&span, rates) in spans {
            let own = within(span, rates, is_low, bin, limits);
            found.extend(own.states);
            too_long += own.too_long;
            cut = cut + own.cut;
        }
        if too_long > 0 {
            let (name, longest) = (&population.name, limits.1);
            tracing::warn!(
                "`{name}`: {too_long} silence{} longer than `longest`, {longest}, neither UP nor DOWN: `{before}longest=…` takes them",
                if too_long == 1 { " is" } else { "s are" }
            );
        }
        let lengths = |is_up: bool| -> Vec<f64> {
            let states = found.iter().filter(|state| state.0 == is_up);
            states.map(|state| state.1.length().as_ms()).collect()
        };
        let (up, down) = (lengths(true), lengths(false));
        // Where there is no state at all, nothing is known of them.
        let nothing = found.is_empty() && cut == Duration::ZERO;
        let known = |value: f64| if nothing { f64::NAN } else { value };
        let share = (down.iter().sum::<f64>() + cut.as_ms()) / 1e3 / data.seconds();
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
                "rate of a neuron below which the population is DOWN, and at it where it is a percentile",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Time;

    /// A hint names the parameter as it is given where the measure is asked for.
    #[test]
    fn hints_name_parameters_where_they_are_given() {
        let at = |k: i64| (Time::from_ps(k * 10_000_000_000), 0);
        let spikes: Vec<_> = (0..100).map(at).collect();
        let data = Data {
            populations: vec![crate::analysis::data::Population {
                name: "e".into(),
                labels: None,
                trains: crate::analysis::trains::Trains::new(1, &spikes),
                positions: None,
            }],
            spans: vec![Span {
                start: Time::ZERO,
                stop: Time::from_ps(1_000_000_000_000),
            }],
            bouts: Vec::new(),
            tables: std::collections::BTreeMap::new(),
            courses: Vec::new(),
            layered: None,
            weights: Vec::new(),
        };
        let values = crate::base::parameter::complete(&SPEC, &Values::new()).unwrap();
        for before in ["--set ", "figure.evoked.up_onsets."] {
            let said = states(&data, &values, before).unwrap_err().to_string();
            let hint = format!("`{before}threshold=percentile`");
            assert!(said.contains(&hint), "{said}");
        }
    }

    #[test]
    fn a_silence_that_is_too_long_is_no_part_of_an_up_state() {
        let ms = |ms: i64| Time::from_ps(ms * 1_000_000_000);
        let span = Span {
            start: ms(0),
            stop: ms(330),
        };
        // DOWN, UP, DOWN, active, a long silence, active, DOWN, a short silence in an UP state, DOWN.
        let text = "...##...###........###...##.##...";
        let rates: Vec<f64> = text
            .chars()
            .map(|c| f64::from(u8::from(c == '#')))
            .collect();
        let bin = ms(10) - ms(0);
        let limits = (ms(20) - ms(0), ms(40) - ms(0));
        let Found {
            states,
            too_long,
            cut,
        } = within(span, &rates, |rate| rate < 0.5, bin, limits);
        let found: Vec<(bool, i64, i64)> = states
            .iter()
            .map(|(is_up, span)| {
                let ms = |t: Time| t.ps() / 1_000_000_000;
                (*is_up, ms(span.start), ms(span.stop))
            })
            .collect();
        // Those at the ends are cut.
        let expected = [
            (true, 30, 50),
            (false, 50, 80),
            (false, 220, 250),
            (true, 250, 300),
        ];
        assert_eq!(found, expected);
        assert_eq!((too_long, cut), (1, ms(60) - ms(0)));
        // Also where an end lies within a bin, which is none then.
        let longer = Span {
            start: ms(0),
            stop: ms(337),
        };
        let found = within(longer, &rates, |rate| rate < 0.5, bin, limits);
        assert_eq!((found.states, found.cut), (states, cut));
    }
}

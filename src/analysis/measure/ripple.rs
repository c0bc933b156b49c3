//! When a population ripples.

use super::spectrum::rate;
use super::{Measure, MeasureError, lacks, one_span, some_time, time};
use crate::analysis::data::Data;
use crate::analysis::filter::{RIPPLE_RATE, ripple_taps};
use crate::analysis::signal::{analytic, forwards_and_back, moments, smooth, stretches};
use crate::analysis::table::Table;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::Duration;

static SPEC: Spec = Spec {
    name: "ripple",
    summary: "when the rate of a population ripples: its part of 150 to 250 Hz is far above its mean",
    equations: "a: envelope of the rate in bins of 1 ms, filtered to 150 to 250 Hz;  s = sqrt(Gaussian of a^2);  a ripple where (s - mean) / sd \
                >= threshold for `shortest`, borders where s crosses its mean",
    parameters: &[
        ParameterSpec::quantity(
            "threshold",
            Dimension::One,
            Range::NonNegative,
            "standard deviations above the mean that it must reach",
        )
        .or_number(2.0),
        some_time("shortest", "how long it must stay there at least", 15.0),
        some_time("smooth", "standard deviation of the Gaussian", 4.0),
    ],
    source: "Kay et al. 2016, Nature 531:185; as `ripple_detection.Kay_ripple_detector` on the rate in place of a field potential",
};

/// Ripples of each population.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// Standard deviations after which the Gaussian is cut, as in `ripple_detection`.
const TRUNCATE: f64 = 8.0;

fn tables(data: &Data, values: &Values, _: &mut Stream) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let bin_ms = 1e3 / RIPPLE_RATE;
    let bin = Duration::from_ms(bin_ms).unwrap_or(Duration::ZERO);
    let least = time(values, "shortest").as_ms() / bin_ms;
    let (mut names, mut n, mut per_s, mut lengths) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut owners = Vec::new();
    let [mut starts, mut stops, mut peaks] = [const { Vec::<f64>::new() }; 3];
    for population in &data.populations {
        let rate = rate(population, span, bin);
        let Some(filtered) = forwards_and_back(&rate, &ripple_taps()) else {
            let problem = format!(
                "found {} bins of {bin}, expected more than {} for its filter",
                rate.len(),
                3 * ripple_taps().len()
            );
            return Err(lacks(&SPEC, problem));
        };
        let power: Vec<f64> = analytic(&filtered)
            .iter()
            .map(|(re, im)| re * re + im * im)
            .collect();
        let smoothed = smooth(&power, values["smooth"] / bin_ms, TRUNCATE, false);
        let size: Vec<f64> = smoothed.iter().map(|x| x.max(0.0).sqrt()).collect();
        let (mean, sd) = moments(&size);
        let z = |k: usize| (size[k] - mean) / sd;
        // Lengths are from the first to the last bin, as in the package.
        let long = |&(first, last): &(usize, usize)| (last - first) as f64 >= least;
        let of = |least: f64| stretches((0..size.len()).map(move |k| z(k) >= least));
        let above: Vec<(usize, usize)> = of(values["threshold"]).into_iter().filter(long).collect();
        let mut found: Vec<(usize, usize)> = of(0.0).into_iter().filter(long).collect();
        found.retain(|whole| {
            above
                .iter()
                .any(|part| whole.0 <= part.0 && part.1 <= whole.1)
        });
        let at = |k: usize| span.start.as_ms() + k as f64 * bin_ms;
        let own: Vec<f64> = found
            .iter()
            .map(|(first, last)| (last - first) as f64 * bin_ms)
            .collect();
        names.push(population.name.clone());
        n.push(found.len() as u64);
        per_s.push(found.len() as f64 / span.seconds());
        lengths.push(super::mean(&own));
        for (first, last) in found {
            owners.push(population.name.clone());
            starts.push(at(first));
            stops.push(at(last));
            peaks.push((first..=last).map(z).fold(f64::NEG_INFINITY, f64::max));
        }
    }
    Ok(vec![
        Table::new("ripple")
            .with("population", "", "which", names)
            .with("ripples", "", "how many", n)
            .with("rate", "Hz", "how often", per_s)
            .with("length", "ms", "mean length", lengths),
        Table::new("ripple_event")
            .with("population", "", "which", owners)
            .with("start", "ms", "its first bin", starts)
            .with("stop", "ms", "its last bin", stops)
            .with("peak", "", "standard deviations above the mean", peaks),
    ])
}

//! When a population ripples.

use super::spectrum::rate;
use super::{Chance, Measure, MeasureError, lacks, one_span, some_time, time};
use crate::analysis::data::Data;
use crate::analysis::signal::{analytic, forwards_and_back, moments, smooth, stretches};
use crate::analysis::table::Table;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;

static SPEC: Spec = Spec {
    name: "ripple",
    summary: "when the rate of a population ripples: its part of 150 to 250 Hz is far above its mean",
    equations: "a: envelope of the rate in bins of 1 ms, filtered to 150 to 250 Hz;  s = sqrt(Gaussian of a^2);  a ripple where (s - mean) / sd \
                >= threshold for `shortest`, borders where s crosses its mean;  the chance of spikes has power at all frequencies, in proportion to the rate: where \
                the rate rises and falls much, as in UP states, compare with spikes moved at random by some 20 ms",
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

/// Samples in a second for which [`ripple_taps`] are.
const RIPPLE_RATE: f64 = 1_000.0;

/// Lets through 150 to 250 Hz of a signal of [`RIPPLE_RATE`]: 101 taps by Remez' exchange, 25 Hz from band to band, as
/// `ripple_detection.core.ripple_bandpass_filter(1000)` of 1.7.1 asks SciPy 1.17.1 for.
fn ripple_taps() -> Vec<f64> {
    let mirrored = RIPPLE_HALF.iter().rev().skip(1);
    RIPPLE_HALF.iter().chain(mirrored).copied().collect()
}

/// The taps up to the middle one.
#[rustfmt::skip]
const RIPPLE_HALF: [f64; 51] = [
    0.0021709283016780813, -6.247695943995092e-05, 0.0004951900603067015, 0.0011322586903343447,
    -0.0007373558708836349, -0.0031686927205647054, -0.0011650011232968575, 0.0030058877978898337,
    0.0025651026271703444, -0.0006396939491902456, -0.0002461954110572376, 0.0005719853054215123,
    -0.0033526343412046576, -0.004868670132548918, 0.0021805436474760464, 0.0072073884105177495,
    0.0018523709887667845, -0.002958319402106891, -0.00013224714833066288, -0.0012479913239978784,
    -0.008125855777015096, -0.003585565414172395, 0.010913919505716843, 0.01092763016369825,
    -0.003489830944289051, -0.006665184310117208, -8.058383278951889e-05, -0.0059504939484044195,
    -0.012012715777642388, 0.0064633706391443654, 0.024589042242512862, 0.0075961228644742225,
    -0.016584748429948996, -0.009822327377752814, 4.5830757193971755e-05, -0.013901400011231394,
    -0.00875303343430363, 0.032802149076979675, 0.03917458013208737, -0.015353915404540005,
    -0.042454288310537366, -0.008038107614924272, 0.00016659009612821782, -0.02715349316935211,
    0.022592595006249806, 0.11569502826489887, 0.048676881351529526, -0.15781307814740006,
    -0.18179701715209917, 0.07528201052655759, 0.2502173212992191,
];

/// Standard deviations after which the Gaussian is cut, as in `ripple_detection`.
const TRUNCATE: f64 = 8.0;

fn tables(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
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

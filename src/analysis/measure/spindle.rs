//! When a population spindles.

use super::spectrum::{bin_of_rate, rate};
use super::{Chance, Measure, MeasureError, edge, lacks, longest, one_span, some_time, time};
use crate::analysis::data::Data;
use crate::analysis::signal::{analytic, moments, smooth, stretches};
use crate::analysis::table::Table;
use crate::base::filter::Recursive;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "spindle",
    summary: "when the rate of a population waxes and wanes at the frequency of sleep spindles",
    equations: "a: smoothed envelope of the rate between two frequencies;  a spindle where a >= mean + threshold sd, nearer than `apart` are one, \
                borders where a falls below mean + border sd",
    parameters: &[
        bin_of_rate(10.0),
        edge("lowest", "lowest frequency", 9.2),
        edge("highest", "highest frequency", 16.8),
        some_time(
            "smooth",
            "standard deviation of the Gaussian that smooths the envelope",
            40.0,
        ),
        ParameterSpec::quantity(
            "threshold",
            Dimension::One,
            Range::NonNegative,
            "standard deviations above the mean that it must reach",
        )
        .or_number(3.0),
        ParameterSpec::quantity(
            "border",
            Dimension::One,
            Range::NonNegative,
            "standard deviations above the mean at its borders",
        )
        .or_number(1.0),
        some_time("apart", "what is nearer is one", 1_000.0),
        some_time("shortest", "how long it is at least", 500.0),
        longest("how long it is at most", 2_000.0),
    ],
    source: "Nir et al. 2011, Neuron 70:153; as `wonambi.detect.spindle.detect_Nir2011` on the rate in place of an EEG",
};

/// Spindles of each population.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// Order of the Butterworth filter, and where the Gaussian is cut, as in the package.
const ORDER: usize = 2;
const TRUNCATE: f64 = 4.0;

/// First bin, and the one after the last: whatever is above `high`, as one where it is nearer than `apart` bins, out to where it
/// falls below `low`.
fn spindles(envelope: &[f64], high: f64, low: f64, apart: f64) -> Vec<(usize, usize)> {
    let n = envelope.len();
    // The very last bin begins none, and one that reaches it ends before it.
    let above = envelope
        .iter()
        .take(n.saturating_sub(1))
        .map(|&a| a >= high);
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (first, last) in stretches(above) {
        match merged.last_mut() {
            Some(before) if ((first as f64 - 1.0) - before.1 as f64) < apart => before.1 = last + 1,
            _ => merged.push((first, last + 1)),
        }
    }
    for (start, stop) in &mut merged {
        let before = (1..*start).rev().find(|&k| envelope[k] < low);
        *start = before.unwrap_or(*start);
        let after = (*stop..n).find(|&k| envelope[k] < low);
        *stop = after.map_or(*stop, |k| k.saturating_sub(1));
    }
    merged
}

fn tables(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let bin = time(values, "bin");
    let bin_ms = bin.as_ms();
    let hz = 1e3 / bin_ms;
    let (lowest, highest) = (values["lowest"], values["highest"]);
    if lowest >= highest || highest >= hz / 2.0 {
        let problem = format!(
            "found {lowest} to {highest} Hz, expected a band below {} Hz, the most that bins of {bin} show",
            hz / 2.0
        );
        return Err(lacks(&SPEC, problem));
    }
    let filter = Recursive::butterworth(ORDER, lowest, highest, hz);
    let bins = |name: &str| values[name] / bin_ms;
    let (mut names, mut n, mut per_min, mut lengths) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut owners = Vec::new();
    let [mut starts, mut stops, mut peaks, mut heights] = [const { Vec::<f64>::new() }; 4];
    for population in &data.populations {
        let rate = rate(population, span, bin);
        let Some(filtered) = filter.forwards_and_back(&rate) else {
            let problem = format!(
                "found {} bins of {bin}, expected more than {} for its filter",
                rate.len(),
                filter.edge()
            );
            return Err(lacks(&SPEC, problem));
        };
        let envelope: Vec<f64> = analytic(&filtered)
            .iter()
            .map(|(re, im)| re.hypot(*im))
            .collect();
        let envelope = smooth(&envelope, bins("smooth"), TRUNCATE, true);
        let (mean, sd) = moments(&envelope);
        let level = |name: &str| mean + values[name] * sd;
        let mut found = spindles(
            &envelope,
            level("threshold"),
            level("border"),
            bins("apart"),
        );
        found.retain(|&(start, stop)| {
            let length = (stop as f64 - 1.0 - start as f64) * bin_ms;
            length >= values["shortest"] && length <= values["longest"]
        });
        // Borders that meet are those of one, as in the package.
        found.dedup_by(|next, before| {
            let meets = next.0 <= before.1;
            if meets {
                before.1 = next.1;
            }
            meets
        });
        let at = |k: usize| span.start.as_ms() + k as f64 * bin_ms;
        let own: Vec<f64> = found
            .iter()
            .map(|(start, stop)| (stop - 1 - start) as f64 * bin_ms)
            .collect();
        names.push(population.name.clone());
        n.push(found.len() as u64);
        per_min.push(60.0 * found.len() as f64 / span.seconds());
        lengths.push(super::mean(&own));
        for (start, stop) in found {
            let peak = (start..stop).fold(start, |best, k| {
                if envelope[k] > envelope[best] {
                    k
                } else {
                    best
                }
            });
            owners.push(population.name.clone());
            starts.push(at(start));
            stops.push(at(stop - 1));
            peaks.push(at(peak));
            heights.push(envelope[peak]);
        }
    }
    Ok(vec![
        Table::new("spindle")
            .with("population", "", "which", names)
            .with("spindles", "", "how many", n)
            .with("density", "1/min", "how often", per_min)
            .with("length", "ms", "mean length", lengths),
        Table::new("spindle_event")
            .with("population", "", "which", owners)
            .with("start", "ms", "its first bin", starts)
            .with("stop", "ms", "its last bin", stops)
            .with("peak", "ms", "where the envelope is highest", peaks)
            .with("envelope", "Hz", "how high it is there", heights),
    ])
}

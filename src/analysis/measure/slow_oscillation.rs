//! When a population oscillates slowly.

use super::spectrum::{bin_of_rate, rate};
use super::{Chance, Measure, MeasureError, edge, lacks, longest, one_span, some_time, time};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::filter::Recursive;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "slow_oscillation",
    summary: "slow oscillations of the rate of a population, each a deep trough and then a high peak: a DOWN and an UP state",
    equations: "x: the rate less its mean, below a frequency;  a wave from one fall through 0 to the next, of a length within bounds;  kept where \
                its trough is deeper than depth times the mean trough, and of these where peak - trough is larger than depth times the mean \
                over these",
    parameters: &[
        bin_of_rate(10.0),
        edge("highest", "highest frequency that is let through", 3.5),
        some_time("shortest", "how long a wave is at least", 833.0),
        longest("what it is shorter than", 2_000.0),
        ParameterSpec::quantity(
            "depth",
            Dimension::One,
            Range::NonNegative,
            "how many times the mean it must be",
        )
        .or_number(1.25),
    ],
    source: "Moelle et al. 2002, J Neurosci 22:10941; Ngo et al. 2015, J Neurosci 35:6630; as `wonambi.detect.slowwave.detect_Ngo2015` on the rate \
             in place of an EEG",
};

/// Slow oscillations of each population.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// Order of the Butterworth filter, as in the package.
const ORDER: usize = 2;

/// A wave, in bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wave {
    start: usize,
    trough: usize,
    rise: usize,
    peak: usize,
    stop: usize,
}

/// Waves of a length within `(shortest, longest)` bins, whatever their size.
fn waves(x: &[f64], (shortest, longest): (f64, f64)) -> Vec<Wave> {
    let sign = |k: usize| match x[k] {
        x if x > 0.0 => 1,
        x if x < 0.0 => -1,
        _ => 0,
    };
    let falls: Vec<usize> = (1..x.len())
        .filter(|&k| sign(k) < sign(k - 1))
        .map(|k| k - 1)
        .collect();
    let wave = |pair: &[usize]| {
        let (start, stop) = (pair[0], pair[1]);
        let length = (stop - start) as f64;
        if length < shortest || length >= longest {
            return None;
        }
        // Of equal ones the first.
        let best = |better: fn(f64, f64) -> bool| {
            (start..stop).fold(
                start,
                |best, k| if better(x[k], x[best]) { k } else { best },
            )
        };
        let rise = (start + 1..stop).find(|&k| sign(k) > sign(k - 1))? - 1;
        Some(Wave {
            start,
            trough: best(|a, b| a < b),
            rise,
            peak: best(|a, b| a > b),
            stop,
        })
    };
    falls.windows(2).filter_map(wave).collect()
}

fn tables(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let bin = time(values, "bin");
    let bin_ms = bin.as_ms();
    let hz = 1e3 / bin_ms;
    let highest = values["highest"];
    if highest >= hz / 2.0 {
        let problem = format!(
            "found a highest frequency of {highest} Hz, expected less than {} Hz, the most that bins of {bin} show",
            hz / 2.0
        );
        return Err(lacks(&SPEC, problem));
    }
    let filter = Recursive::butterworth(ORDER, 0.0, highest, hz);
    let bounds = (values["shortest"] / bin_ms, values["longest"] / bin_ms);
    let depth = values["depth"];
    let (mut names, mut n, mut per_min) = (Vec::new(), Vec::new(), Vec::new());
    let (mut lengths, mut sizes) = (Vec::new(), Vec::new());
    let mut owners = Vec::new();
    let mut columns = [const { Vec::<f64>::new() }; 7];
    for population in &data.populations {
        let rate = rate(population, span, bin);
        let mean = super::mean(&rate);
        let centred: Vec<f64> = rate.iter().map(|rate| rate - mean).collect();
        let Some(x) = filter.forwards_and_back(&centred) else {
            let problem = format!(
                "found {} bins of {bin}, expected more than {} for its filter",
                rate.len(),
                filter.edge()
            );
            return Err(lacks(&SPEC, problem));
        };
        let mut found = waves(&x, bounds);
        let troughs: Vec<f64> = found.iter().map(|wave| x[wave.trough]).collect();
        let deep = depth * super::mean(&troughs);
        found.retain(|wave| x[wave.trough] < deep);
        let size = |wave: &Wave| x[wave.peak] - x[wave.trough];
        let large = depth * super::mean(&found.iter().map(size).collect::<Vec<_>>());
        found.retain(|wave| size(wave) > large);
        if let (true, [_, ..]) = (found.is_empty(), &*troughs) {
            let (name, n) = (&population.name, troughs.len());
            tracing::warn!(
                "`{name}`: none of {n} waves is kept, as none is much deeper than the others: a rate cannot fall below 0; \
                 `--set depth=…`, less than {depth}, keeps more"
            );
        }
        let at = |k: usize| span.start.as_ms() + k as f64 * bin_ms;
        let own: Vec<f64> = found
            .iter()
            .map(|wave| (wave.stop - wave.start) as f64 * bin_ms)
            .collect();
        names.push(population.name.clone());
        n.push(found.len() as u64);
        per_min.push(60.0 * found.len() as f64 / span.seconds());
        lengths.push(super::mean(&own));
        sizes.push(super::mean(&found.iter().map(size).collect::<Vec<_>>()));
        for wave in &found {
            owners.push(population.name.clone());
            let row = [
                at(wave.start),
                at(wave.trough),
                at(wave.rise),
                at(wave.peak),
                at(wave.stop),
                x[wave.trough],
                x[wave.peak],
            ];
            columns
                .iter_mut()
                .zip(row)
                .for_each(|(column, value)| column.push(value));
        }
    }
    let [starts, troughs, rises, peaks, stops, depths, heights] = columns;
    Ok(vec![
        Table::new("slow_oscillation")
            .with("population", "", "which", names)
            .with("oscillations", "", "how many", n)
            .with("density", "1/min", "how often", per_min)
            .with("length", "ms", "mean length", lengths)
            .with("size", "Hz", "mean of peak less trough", sizes),
        Table::new("slow_oscillation_wave")
            .with("population", "", "which", owners)
            .with("start", "ms", "where it falls through 0", starts)
            .with("trough", "ms", "its lowest point, the DOWN state", troughs)
            .with("rise", "ms", "where it rises through 0", rises)
            .with("peak", "ms", "its highest point, the UP state", peaks)
            .with("stop", "ms", "where it falls through 0 again", stops)
            .with("depth", "Hz", "of the trough, from the mean rate", depths)
            .with("height", "Hz", "of the peak, from the mean rate", heights),
    ])
}

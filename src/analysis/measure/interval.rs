//! How regularly neurons fire.

use super::{Chance, Measure, MeasureError, mean};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Default, Kind, ParameterSpec, Spec, Values};
use crate::base::time::Time;

static SPEC: Spec = Spec {
    name: "interval",
    summary: "how regularly neurons fire: CV, CV2 and LV of the intervals between spikes",
    equations: "CV = sd(I) / mean(I);  CV2 = mean of 2 |I_(k+1) - I_k| / (I_(k+1) + I_k);  \
                LV = mean of 3 ((I_(k+1) - I_k) / (I_(k+1) + I_k))^2",
    parameters: &[ParameterSpec::new(
        "least",
        Kind::Count {
            least: 2,
            most: u32::MAX as u64,
        },
        "intervals that a neuron must have to be looked at",
    )
    .or(Default::Count(2))],
    source: "Holt et al. 1996 (CV2), Shinomoto et al. 2003 (LV); as `elephant.statistics`: sd with n",
};

/// Intervals between spikes; none reaches over the end of a stretch of time.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: regularity,
};

/// CV, CV2 and LV of intervals; undefined with fewer than two.
fn coefficients(intervals: &[(f64, bool)]) -> [f64; 3] {
    let n = intervals.len() as f64;
    if n < 2.0 {
        return [f64::NAN; 3];
    }
    let mean = intervals.iter().map(|&(interval, _)| interval).sum::<f64>() / n;
    let squares = intervals
        .iter()
        .map(|&(interval, _)| (interval - mean) * (interval - mean));
    let cv = (squares.sum::<f64>() / n).sqrt() / mean;
    let pairs = intervals.windows(2).filter(|pair| pair[1].1);
    let ratios: Vec<f64> = pairs
        .map(|pair| (pair[1].0 - pair[0].0) / (pair[0].0 + pair[1].0))
        .collect();
    let m = ratios.len() as f64;
    let cv2 = 2.0 * ratios.iter().map(|ratio| ratio.abs()).sum::<f64>() / m;
    let lv = 3.0 * ratios.iter().map(|ratio| ratio * ratio).sum::<f64>() / m;
    [cv, cv2, lv]
}

fn regularity(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let least = values.count("least").unwrap_or(2) as usize;
    let [mut names, mut owners] = [const { Vec::new() }; 2];
    let [mut looked_at, mut labels, mut counts] = [const { Vec::new() }; 3];
    let mut lengths = Vec::new();
    let mut each = [const { Vec::new() }; 3];
    let mut means = [const { Vec::new() }; 3];
    for population in &data.populations {
        let first = labels.len();
        for neuron in 0..population.trains.len() {
            // In ms, and whether the one before ends where it begins.
            let mut intervals = Vec::new();
            for &span in &data.spans {
                let train = population.trains.within(neuron, span);
                let lengths = train
                    .windows(2)
                    .map(|pair: &[Time]| pair[1].since(pair[0]).as_ms());
                intervals.extend(lengths.enumerate().map(|(k, interval)| (interval, k > 0)));
            }
            if intervals.len() < least {
                continue;
            }
            labels.push(population.label(neuron));
            owners.push(population.name.clone());
            counts.push(intervals.len() as u64);
            let sum: f64 = intervals.iter().map(|&(interval, _)| interval).sum();
            lengths.push(sum / intervals.len() as f64);
            for (column, value) in each.iter_mut().zip(coefficients(&intervals)) {
                column.push(value);
            }
        }
        names.push(population.name.clone());
        looked_at.push((labels.len() - first) as u64);
        for (column, values) in means.iter_mut().zip(&each) {
            column.push(mean(&values[first..]));
        }
    }
    let [cv, cv2, lv] = each;
    let [mean_cv, mean_cv2, mean_lv] = means;
    Ok(vec![
        Table::new("interval")
            .with("population", "", "which", names)
            .with("neurons", "", "those with enough intervals", looked_at)
            .with("cv", "", "mean CV of these neurons", mean_cv)
            .with("cv2", "", "mean CV2 of these neurons", mean_cv2)
            .with("lv", "", "mean LV of these neurons", mean_lv),
        Table::new("interval_neuron")
            .with("population", "", "which", owners)
            .with("neuron", "", "which", labels)
            .with("intervals", "", "how many", counts)
            .with("mean", "ms", "of the intervals", lengths)
            .with(
                "cv",
                "",
                "standard deviation over mean of the intervals",
                cv,
            )
            .with("cv2", "", "of neighbouring intervals", cv2)
            .with("lv", "", "local variation", lv),
    ])
}

//! How much spike counts vary.

use super::{Chance, Measure, MeasureError, all_counts, binned, mean, time};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "fano_factor",
    summary: "how much the spike counts of a neuron vary from window to window",
    equations: "F = variance(counts) / mean(counts)",
    parameters: &[ParameterSpec::quantity(
        "window",
        Dimension::Time,
        Range::Positive,
        "how long windows are; they follow one another",
    )
    .or_number(100.0)],
    source: "as `elephant.statistics.fanofactor`, windows in place of trials: variance with n",
};

/// Variance over mean of counts.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: factors,
};

fn factor(counts: &[u32]) -> f64 {
    let n = counts.len() as f64;
    let mean = counts.iter().map(|&count| f64::from(count)).sum::<f64>() / n;
    let squares = counts
        .iter()
        .map(|&count| (f64::from(count) - mean).powi(2));
    // 0 / 0 where the neuron never fires: undefined.
    squares.sum::<f64>() / n / mean
}

fn factors(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let window = time(values, "window");
    let windows = binned(&SPEC, data, window, 2)?;
    let [mut names, mut owners] = [const { Vec::new() }; 2];
    let [mut labels, mut defined, mut n_windows] = [const { Vec::new() }; 3];
    let [mut means, mut each] = [const { Vec::new() }; 2];
    for population in &data.populations {
        let trains = &population.trains;
        let own =
            (0..trains.len()).map(|neuron| factor(&all_counts(data, trains.of(neuron), window)));
        let own: Vec<f64> = own.collect();
        names.push(population.name.clone());
        n_windows.push(windows as u64);
        defined.push(own.iter().filter(|factor| factor.is_finite()).count() as u64);
        means.push(mean(&own));
        owners.extend(std::iter::repeat_n(&population.name, trains.len()).cloned());
        labels.extend((0..trains.len()).map(|neuron| population.label(neuron)));
        each.extend(own);
    }
    Ok(vec![
        Table::new("fano_factor")
            .with("population", "", "which", names)
            .with("windows", "", "how many", n_windows)
            .with("neurons", "", "those that fire", defined)
            .with("mean", "", "of the Fano factors of these", means),
        Table::new("fano_factor_neuron")
            .with("population", "", "which", owners)
            .with("neuron", "", "which", labels)
            .with("fano_factor", "", "variance over mean of its counts", each),
    ])
}

//! How far neurons fire together.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, all_counts, binned, time};
use crate::analysis::coactivation::{centred, pearson};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "correlation",
    summary: "how far pairs of neurons fire together: Pearson's correlation of their spike counts",
    equations: "r = cov(n_i, n_j) / (sd(n_i) sd(n_j))",
    parameters: &[
        ParameterSpec::quantity(
            "bin",
            Dimension::Time,
            Range::Positive,
            "width of the bins of counts",
        )
        .or_number(5.0),
        NEURONS,
    ],
    source: "as `elephant.spike_train_correlation.correlation_coefficient`",
};

/// Pearson's correlation of counts.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: correlations,
};

fn correlations(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let bin = time(values, "bin");
    binned(&SPEC, data, bin, 2)?;
    let what = ("", "correlation of their spike counts");
    over_pairs(
        &SPEC,
        what,
        data,
        values,
        chance,
        |population, neuron| {
            let counts = all_counts(data, population.trains.of(neuron), bin);
            centred(&counts.into_iter().map(f64::from).collect::<Vec<_>>())
        },
        pearson,
    )
}

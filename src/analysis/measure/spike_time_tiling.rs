//! How far neurons fire together, whatever their rates: the spike time tiling coefficient.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, one_span, time};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};

static SPEC: Spec = Spec {
    name: "spike_time_tiling",
    summary: "how far pairs of neurons fire within a short time of each other, whatever their rates (STTC)",
    equations: "STTC = ((P_A - T_B) / (1 - P_A T_B) + (P_B - T_A) / (1 - P_B T_A)) / 2;  \
                T: share of time within dt of a spike;  P: share of spikes within dt of one of the other",
    parameters: &[
        ParameterSpec::quantity(
            "dt",
            Dimension::Time,
            Range::Positive,
            "how near spikes are together",
        )
        .or_number(5.0),
        NEURONS,
    ],
    source: "Cutts and Eglen 2014, J. Neurosci. 34:14288; as `elephant.spike_train_correlation.spike_time_tiling_coefficient`",
};

/// The coefficient of each pair.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: coefficients,
};

/// Share of `span` within `dt` of a spike.
fn tiled(train: &[Time], span: Span, dt: Duration) -> f64 {
    let mut covered = 0_i64;
    let mut reached = span.start.ps();
    for time in train {
        let from = time.ps().saturating_sub(dt.ps()).max(reached);
        let to = time.ps().saturating_add(dt.ps()).min(span.stop.ps());
        covered += (to - from).max(0);
        reached = reached.max(to);
    }
    covered as f64 / span.length().ps() as f64
}

/// Share of the spikes of `train` within `dt` of one of `other`.
fn near(train: &[Time], other: &[Time], dt: Duration) -> f64 {
    let is_near = |time: &&Time| {
        let next = other.partition_point(|spike| spike < *time);
        let before = next.checked_sub(1).map(|before| time.since(other[before]));
        let after = other.get(next).map(|&after| after.since(**time));
        before.into_iter().chain(after).any(|apart| apart <= dt)
    };
    train.iter().filter(is_near).count() as f64 / train.len() as f64
}

/// Spike time tiling coefficient of two trains; undefined where one is silent.
fn coefficient(a: &[Time], b: &[Time], span: Span, dt: Duration) -> f64 {
    if a.is_empty() || b.is_empty() {
        return f64::NAN;
    }
    let half = |p: f64, t: f64| match p * t == 1.0 {
        // All spikes are near and all time is tiled: 0 / 0, which is taken as full agreement.
        true => 0.5,
        false => 0.5 * (p - t) / (1.0 - p * t),
    };
    half(near(a, b, dt), tiled(b, span, dt)) + half(near(b, a, dt), tiled(a, span, dt))
}

fn coefficients(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let dt = time(values, "dt");
    over_pairs(
        &SPEC,
        ("", "spike time tiling coefficient, from -1 to 1"),
        data,
        values,
        chance,
        |population, neuron| population.trains.within(neuron, span).to_vec(),
        |a, b| coefficient(a, b, span, dt),
    )
}

//! How far spike trains are apart once each spike leaves an exponential trace.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, one_span};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::function::exp;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;

static SPEC: Spec = Spec {
    name: "van_rossum",
    summary: "how far two spike trains are apart once every spike leaves a trace that decays",
    equations: "D^2 = sum over spikes a, a' of A of exp(-|a - a'| / tau) + the same of B - 2 sum over a, b of exp(-|a - b| / tau)",
    parameters: &[
        ParameterSpec::quantity(
            "tau",
            Dimension::Time,
            Range::Positive,
            "time constant of the trace",
        )
        .or_number(10.0),
        NEURONS,
    ],
    source: "van Rossum 2001, Neural Comput. 13:751; as `elephant.spike_train_dissimilarity.van_rossum_distance`: 1 between no \
             spike and one",
};

/// The distance of each pair.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: distances,
};

/// Sum over all pairs of spikes of exp(-|a - b| / tau), in time that grows with the number of spikes.
fn overlap(a: &[Time], b: &[Time], tau_ms: f64) -> f64 {
    // Traces of either train just after the spike before.
    let (mut trace_a, mut trace_b, mut last) = (0.0, 0.0, Time::ZERO);
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() || j < b.len() {
        let from_a = j == b.len() || i < a.len() && a[i] <= b[j];
        let now = if from_a { a[i] } else { b[j] };
        let decay = exp(-now.since(last).as_ms() / tau_ms);
        (trace_a, trace_b, last) = (trace_a * decay, trace_b * decay, now);
        if from_a {
            (sum, trace_a, i) = (sum + trace_b, trace_a + 1.0, i + 1);
        } else {
            (sum, trace_b, j) = (sum + trace_a, trace_b + 1.0, j + 1);
        }
    }
    sum
}

/// Van Rossum distance of two trains.
fn distance(a: &[Time], b: &[Time], tau_ms: f64) -> f64 {
    let squared = overlap(a, a, tau_ms) + overlap(b, b, tau_ms) - 2.0 * overlap(a, b, tau_ms);
    // Rounding may leave less than nothing.
    squared.max(0.0).sqrt()
}

fn distances(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let tau_ms = values["tau"];
    over_pairs(
        &SPEC,
        ("", "van Rossum distance"),
        data,
        values,
        chance,
        |population, neuron| population.trains.within(neuron, span).to_vec(),
        |a, b| distance(a, b, tau_ms),
    )
}

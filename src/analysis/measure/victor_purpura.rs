//! The cost of turning one spike train into another.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, one_span};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;

static SPEC: Spec = Spec {
    name: "victor_purpura",
    summary: "the cost of turning one spike train into the other by adding, removing and moving spikes",
    equations: "cost 1 for each spike added or removed, cost |dt| for one moved by dt; the least sum",
    parameters: &[
        ParameterSpec::quantity(
            "cost",
            Dimension::Rate,
            Range::NonNegative,
            "what moving a spike costs by time",
        )
        .or_number(100.0),
        NEURONS,
    ],
    source: "Victor and Purpura 1996, J. Neurophysiol. 76:1310; as `elephant.spike_train_dissimilarity.victor_purpura_distance`",
};

/// The distance of each pair.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: distances,
};

/// Victor-Purpura distance of two trains, `cost` by ms.
fn distance(a: &[Time], b: &[Time], cost: f64) -> f64 {
    // The least cost of what of `b` came so far, for all of `a` so far.
    let mut costs: Vec<f64> = (0..=b.len()).map(|n| n as f64).collect();
    for (i, &time) in a.iter().enumerate() {
        let mut corner = costs[0];
        costs[0] = (i + 1) as f64;
        for (j, &other) in b.iter().enumerate() {
            let apart = time.since(other).as_ms().abs();
            let moved = corner + cost * apart;
            corner = costs[j + 1];
            costs[j + 1] = moved.min(costs[j] + 1.0).min(corner + 1.0);
        }
    }
    costs[b.len()]
}

fn distances(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let per_ms = values["cost"] / 1e3;
    over_pairs(
        &SPEC,
        ("", "Victor-Purpura distance"),
        data,
        values,
        chance,
        |population, neuron| population.trains.within(neuron, span).to_vec(),
        |a, b| distance(a, b, per_ms),
    )
}

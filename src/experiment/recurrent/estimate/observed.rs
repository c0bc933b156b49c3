//! What statistics of weights take.

use crate::config::network::NetworkModel;
use crate::network::plan::NetworkPlan;

/// Bytes of a synapse while it is looked at: itself, and its weight.
const LOOK_BYTES: f64 = 32.0 + 4.0;
/// Values of an instant beside histogram and edges: time and its rest, number, moments, extremes, quantiles.
const VALUES: f64 = 12.0;
const VALUE_BYTES: f64 = 8.0;
const TRACKED_BYTES: f64 = 4.0;

/// Bytes in the run file, over the whole run.
pub(super) fn file_bytes(model: &NetworkModel) -> f64 {
    let statistics = model.record.weight_statistics.as_ref();
    statistics.map_or(0.0, |statistics| {
        // Every bin has a count and an edge, and there is one edge more.
        let values = VALUES + 2.0 * f64::from(statistics.bins) + 1.0;
        let one = VALUE_BYTES * values
            + TRACKED_BYTES * (f64::from(statistics.tracked) + statistics.pairs.len() as f64);
        let count = statistics.instants.count(model.duration()) as f64;
        one * count * statistics.projections.len() as f64
    })
}

/// Bytes in memory while the largest projection is looked at.
pub(super) fn look_bytes(model: &NetworkModel, network: &NetworkPlan) -> f64 {
    let statistics = model.record.weight_statistics.iter();
    let names = statistics.flat_map(|statistics| &statistics.projections);
    let synapses = names.map(|name| {
        let mut sparse = network.projections.iter();
        let mut dense = network.dense.iter();
        let sparse = sparse.find(|known| known.plan.name == *name);
        let sparse = sparse.map(|known| known.plan.expected_synapses());
        let dense = dense.find(|known| known.name == *name);
        sparse.or_else(|| dense.map(|known| known.weights.n_synapses() as f64))
    });
    LOOK_BYTES * synapses.flatten().fold(0.0, f64::max)
}

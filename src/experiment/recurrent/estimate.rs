//! What a recurrent network will take, before it is built.

use std::fmt;

use serde::Serialize;

use crate::config::network::NetworkModel;
use crate::engine::assembly;
use crate::experiment::error::ExperimentError;
use crate::network::recurrent::{Projection, Recurrent};
use crate::network::rule::Plan;

/// Expected size of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Neurons.
    pub neurons: u64,
    /// Synapses.
    pub synapses: f64,
    /// Parts that advance side by side.
    pub lanes: u64,
    /// Events of external noise per second of simulated time.
    pub noise_events_per_s: f64,
    /// Additions to membrane potentials per second of simulated time for each hertz at which all neurons fire.
    pub synaptic_events_per_s_and_hz: f64,
    /// Memory of the network at work, in bytes: neurons, synapses and rates. Spikes on their way add theirs.
    pub memory_bytes: f64,
}

/// Bytes of a neuron: its potential (8), and the intervals between its spikes (last, number, sum, squares: 32).
const NEURON_BYTES: f64 = 40.0;
/// Bytes of the number of a synapse's target.
const TARGET_BYTES: f64 = 2.0;
/// Bytes of a weight, where each synapse has its own.
const WEIGHT_BYTES: f64 = 4.0;
/// Bytes that say where a row begins: one row for each source, distinct delay and lane.
const OFFSET_BYTES: f64 = 4.0;
/// Bytes of a bin of a population's rate.
const BIN_BYTES: f64 = 8.0;

/// Estimates a run of `model`, which was declared as `network`.
///
/// # Errors
/// If the network is impossible.
pub fn estimate(model: &NetworkModel, network: &Recurrent) -> Result<Estimate, ExperimentError> {
    let size = |p: usize| f64::from(network.populations[p].size);
    let mut memory_bytes = 0.0;
    let mut lanes = 0;
    for (kind, n) in assembly::lanes(network)? {
        lanes += n;
        let rows: f64 = network
            .projections
            .iter()
            .filter(|projection| {
                projection
                    .targets
                    .iter()
                    .any(|target| kind.contains(target))
            })
            .map(|projection| f64::from(projection.plan.n_source) * delays(&projection.plan))
            .sum();
        memory_bytes += OFFSET_BYTES * rows * n as f64;
    }
    let mut synapses = 0.0;
    for Projection { plan, .. } in &network.projections {
        let n = plan.expected_synapses();
        let weight = match plan.weight.constant() {
            Some(_) => 0.0,
            None => WEIGHT_BYTES,
        };
        synapses += n;
        memory_bytes += n * (TARGET_BYTES + weight);
    }
    if let Some(bin) = model.record.rates_bin {
        let bins = model.duration.as_ms() / bin.as_ms();
        memory_bytes += BIN_BYTES * bins * network.populations.len() as f64;
    }
    let neurons = (0..network.populations.len()).map(size).sum::<f64>();
    let noise = network.noise.iter().map(|noise| {
        let driven: f64 = noise.targets.iter().map(|&target| size(target)).sum();
        noise.rate_hz * driven
    });
    Ok(Estimate {
        neurons: neurons as u64,
        synapses,
        lanes,
        noise_events_per_s: noise.sum(),
        synaptic_events_per_s_and_hz: synapses,
        memory_bytes: memory_bytes + NEURON_BYTES * neurons,
    })
}

/// Distinct delays that a projection may have; one where nothing is drawn.
fn delays(plan: &Plan) -> f64 {
    if plan.delay_ms.constant().is_some() {
        return 1.0;
    }
    // A lane stores the delays that were drawn, seldom the whole reach of an unbounded distribution.
    let (low, high) = plan.delay_ms.bounds();
    let steps = (high - low) / plan.delay_resolution.as_ms();
    if steps.is_finite() { steps + 1.0 } else { 1.0 }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MB: f64 = 1e6;
        let Self {
            neurons,
            synapses,
            lanes,
            noise_events_per_s,
            synaptic_events_per_s_and_hz,
            memory_bytes,
        } = self;
        writeln!(f, "neurons          {neurons} in {lanes} lanes")?;
        writeln!(f, "synapses         {synapses:.2e}")?;
        writeln!(
            f,
            "noise events     {noise_events_per_s:.2e} per second of simulated time"
        )?;
        writeln!(
            f,
            "synaptic events  {synaptic_events_per_s_and_hz:.2e} per second of simulated time, for each Hz of mean rate"
        )?;
        writeln!(
            f,
            "memory           {:.1} MB and spikes on their way",
            memory_bytes / MB
        )
    }
}

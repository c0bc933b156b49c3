//! What synapses take: at work, and while they are drawn.

use std::collections::BTreeMap;

use crate::connection::Plan;
use crate::network::plan::{NetworkPlan, Projection};

/// Bytes of the number of a synapse's target.
const TARGET_BYTES: f64 = 2.0;
/// Bytes of a drawn weight.
const WEIGHT_BYTES: f64 = 4.0;
/// Bytes of the number of a given weight, where those in one row differ.
const NUMBER_BYTES: f64 = 2.0;
/// Bytes that say where a row begins: one row for each source and lane, over all projections of the source.
const ROW_BYTES: f64 = 8.0;
/// Bytes of a part of a row whose synapses have one delay.
const DELAY_BYTES: f64 = 8.0;
/// Bytes of a row of synapses that learn: where it begins, its delay, its last arrival, a trace before and after it.
const LEARNING_ROW_BYTES: f64 = ROW_BYTES + 2.0 + 3.0 * 8.0;
/// Bytes of a synapse on its way into a row, where delays differ, and of the room left for more than expected.
const BUCKET_BYTES: f64 = 12.0 * 1.02;

/// The synapses of one source population onto one kind of neurons in one lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rows {
    /// Bytes at work.
    pub(super) work_bytes: f64,
    /// Bytes that drawing them takes beside those.
    pub(super) drawing_bytes: f64,
    /// Arrivals on their way, for each hertz at which the source fires: one for each delay of a spike.
    pub(super) in_flight: f64,
}

/// Synapses onto the populations of one `kind` in one of `lanes` lanes that share it.
pub(super) fn rows(network: &NetworkPlan, kind: &[usize], lanes: f64) -> Vec<Rows> {
    let mut by_source: BTreeMap<usize, Vec<Part<'_>>> = BTreeMap::new();
    for projection in &network.projections {
        let targets = projection
            .targets
            .iter()
            .filter(|target| kind.contains(target));
        let reached: f64 = targets
            .map(|&p| f64::from(network.populations[p].size))
            .sum();
        if reached > 0.0 {
            let share = reached / f64::from(projection.plan.space.n_target) / lanes;
            let synapses = projection.plan.expected_synapses() * share;
            by_source
                .entry(projection.source)
                .or_default()
                .push((projection, synapses));
        }
    }
    let of_source = |(source, parts): (usize, Vec<Part<'_>>)| {
        of_source(f64::from(network.populations[source].size), &parts)
    };
    by_source.into_iter().map(of_source).collect()
}

/// A projection and how many of its synapses are meant.
type Part<'a> = (&'a Projection, f64);

fn of_source(n_source: f64, parts: &[Part<'_>]) -> Rows {
    let (learning, still): (Vec<Part<'_>>, Vec<Part<'_>>) = parts
        .iter()
        .partition(|(projection, _)| projection.plasticity.is_some());
    let (drawn, given): (Vec<Part<'_>>, Vec<Part<'_>>) = still
        .iter()
        .partition(|(projection, _)| projection.plan.draws_weights());
    let (mut work_bytes, mut copied_bytes, mut arrivals) = (0.0, 0.0, 0.0);
    for (projection, synapses) in learning {
        let learns = (projection, learning_share(projection) * synapses);
        let rows = n_source * delays_of_a_source(n_source, &[learns]).max(1.0);
        work_bytes += learns.1 * (TARGET_BYTES + WEIGHT_BYTES) + rows * LEARNING_ROW_BYTES;
        arrivals += delays_of_a_source(n_source, &[learns]);
        // Those that do not learn lie in rows of their own.
        let rest = (projection, synapses - learns.1);
        if rest.1 > 0.0 {
            let weight_bytes = match projection.plan.draws_weights() {
                true => WEIGHT_BYTES,
                false => NUMBER_BYTES,
            };
            work_bytes += merged_bytes(n_source, &[rest], weight_bytes);
            arrivals += delays_of_a_source(n_source, &[rest]);
        }
    }
    for (parts, weight_bytes) in [(given, NUMBER_BYTES), (drawn, WEIGHT_BYTES)] {
        if !parts.is_empty() {
            let merged = merged_bytes(n_source, &parts, weight_bytes);
            work_bytes += merged;
            arrivals += delays_of_a_source(n_source, &parts);
            if parts.len() > 1 {
                copied_bytes += merged;
            }
        }
    }
    let (mut held_bytes, mut most_bytes) = (0.0, 0.0_f64);
    for (projection, synapses) in parts {
        let plan = &projection.plan;
        let bucket = match plan.one_delay_ms() {
            Some(_) => 0.0,
            None => BUCKET_BYTES * synapses,
        };
        let weight = match plan.one_weight() {
            Some(_) => 0.0,
            None => WEIGHT_BYTES,
        };
        let own = synapses * (TARGET_BYTES + weight);
        // Where some learn, they and the rest are drawn in turn, and what is not meant is left out.
        let beside = if learning_share(projection) < 1.0 {
            own
        } else {
            0.0
        };
        most_bytes = most_bytes.max(held_bytes + beside + bucket + own);
        held_bytes += own;
    }
    most_bytes = most_bytes.max(held_bytes + copied_bytes);
    let delays_ms = parts
        .iter()
        .map(|(projection, _)| projection.plan.typical_delay_ms());
    let delay_ms = delays_ms.sum::<f64>() / parts.len() as f64;
    Rows {
        work_bytes,
        drawing_bytes: (most_bytes - work_bytes).max(0.0),
        in_flight: n_source * arrivals * delay_ms * 1e-3,
    }
}

/// The share of the synapses of `projection` that learn, if any do; 1 where it has no rule.
fn learning_share(projection: &Projection) -> f64 {
    let rule = projection.plasticity.as_ref();
    rule.map_or(1.0, |plasticity| plasticity.within.share())
}

/// Bytes of the rows into which `parts` are merged.
fn merged_bytes(n_source: f64, parts: &[Part<'_>], weight_bytes: f64) -> f64 {
    let synapses: f64 = parts.iter().map(|(_, synapses)| synapses).sum();
    let mut weights = parts
        .iter()
        .map(|(projection, _)| projection.plan.one_weight());
    let first = weights.next().flatten();
    let weight = if first.is_some() && weights.all(|weight| weight == first) {
        0.0
    } else {
        weight_bytes
    };
    let delays = delays_of_a_source(n_source, parts);
    synapses * (TARGET_BYTES + weight) + n_source * (ROW_BYTES + DELAY_BYTES * delays)
}

/// Distinct delays that the synapses of one source neuron have: no more than there are of them.
fn delays_of_a_source(n_source: f64, parts: &[Part<'_>]) -> f64 {
    let synapses: f64 = parts.iter().map(|(_, synapses)| synapses).sum();
    delays(parts).min(synapses / n_source)
}

/// Distinct delays that the synapses of a source may have.
fn delays(parts: &[Part<'_>]) -> f64 {
    let mut constant: Vec<u64> = Vec::new();
    // Drawn ones mostly have one grid and overlap.
    let mut drawn: f64 = 0.0;
    for (projection, _) in parts {
        let plan: &Plan = &projection.plan;
        match plan.one_delay_ms() {
            Some(ms) => constant.push(ms.to_bits()),
            None => drawn = drawn.max(plan.expected_delays()),
        }
    }
    constant.sort_unstable();
    constant.dedup();
    constant.len() as f64 + drawn
}

//! Who shares a lane: part of the model, because a lane's noise is one stream.

use crate::base::time::Duration;
use crate::engine::error::AssemblyError;
use crate::network::level::levels;
use crate::network::plan::{NetworkPlan, Projection};

/// Neurons of a lane whose state (8 bytes each) fits a first-level cache of 48 KB.
const LANE_NEURONS: u64 = 6_250;

/// Targets of a spike in one lane below which the row costs more to find than to deliver.
const ROW_TARGETS: f64 = 125.0;

/// Lanes that a large network is divided into at least, and the neurons of each below which that is not worth it: four
/// cores then share the full-scale microcircuit, for a third more work in all than two lanes need.
const BUSY_LANES: u64 = 4;
const BUSY_NEURONS: u64 = 16_000;

/// Neurons that a 16-bit index can tell apart.
const GROUP_LIMIT: u64 = 1 << 16;

/// Neurons of one kind in a lane: a share of each population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPlan {
    /// Indices of the populations, in the order of their names.
    pub kind: Vec<usize>,
    /// Which share.
    pub part: u64,
    /// Of how many.
    pub parts: u64,
}

impl GroupPlan {
    /// The first neuron of a population of `size` that is here, and the one behind the last.
    pub fn share(&self, size: u32) -> (u32, u32) {
        let bound = |part: u64| (u64::from(size) * part / self.parts) as u32;
        (bound(self.part), bound(self.part + 1))
    }
}

/// The groups of a lane, in the order of their levels.
pub type LanePlan = Vec<GroupPlan>;

/// Divides a network into lanes.
///
/// # Errors
/// If projections without delay form a loop, or too few lanes are asked for.
pub fn divide(network: &NetworkPlan) -> Result<Vec<LanePlan>, AssemblyError> {
    let n = network.populations.len();
    let dense = network
        .dense
        .iter()
        .filter(|projection| projection.delay() == Duration::ZERO)
        .map(|projection| (projection.source, projection.target));
    let sudden: Vec<(usize, usize)> = network
        .projections
        .iter()
        .filter(|projection| projection.plan.one_delay_ms() == Some(0.0))
        .flat_map(|projection| projection.targets.iter().map(|&to| (projection.source, to)))
        .chain(dense)
        .collect();
    let level = levels(n, &sudden).map_err(|members| {
        let mut names: Vec<String> = members
            .iter()
            .map(|&p| network.populations[p].name.clone())
            .collect();
        names.extend(names.first().cloned());
        AssemblyError::Loop(names)
    })?;
    // What reads a matrix lies in one lane with it.
    let read_back = network.tied.iter().map(|tied| (tied.source, tied.target));
    let together: Vec<(usize, usize)> = sudden.iter().copied().chain(read_back).collect();
    let tied = components(n, &together);
    let alone = |p: &usize| tied.iter().filter(|&&root| root == tied[*p]).count() == 1;
    let reads_itself = |p: usize| {
        let mut all = network.tied.iter();
        all.any(|tied| (tied.source, tied.target) == (p, p))
    };
    let free: Vec<usize> = (0..n).filter(|p| alone(p) && !reads_itself(*p)).collect();
    let mut lanes = Vec::new();
    for kind in network.kinds(&free) {
        let parts = lane_count(network, &kind)?;
        lanes.extend((0..parts).map(|part| {
            let kind = kind.clone();
            vec![GroupPlan { kind, part, parts }]
        }));
    }
    // A lane for each set of populations that are tied together, in the order of their names.
    let mut sets: Vec<Vec<usize>> = (0..n)
        .map(|root| (0..n).filter(|&p| tied[p] == root).collect())
        .filter(|set: &Vec<usize>| set.len() > 1 || set.iter().any(|&p| reads_itself(p)))
        .collect();
    let name = |p: &usize| &network.populations[*p].name;
    sets.sort_by_key(|set| set.iter().map(name).min());
    for set in sets {
        let last = set.iter().map(|&p| level[p]).max().unwrap_or(0);
        let mut lane = LanePlan::new();
        for at in 0..=last {
            let here: Vec<usize> = set.iter().copied().filter(|&p| level[p] == at).collect();
            for kind in network.kinds(&here) {
                let parts = size(network, &kind).div_ceil(GROUP_LIMIT);
                lane.extend((0..parts).map(|part| {
                    let kind = kind.clone();
                    GroupPlan { kind, part, parts }
                }));
            }
        }
        lanes.push(lane);
    }
    Ok(lanes)
}

/// For each of `n` populations the first of those that `edges` tie it to, itself included.
fn components(n: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut root: Vec<usize> = (0..n).collect();
    // As often as a chain of ties is long; populations are few.
    loop {
        let before = root.clone();
        for &(a, b) in edges {
            let least = root[a].min(root[b]);
            (root[a], root[b]) = (least, least);
        }
        if root == before {
            return root;
        }
    }
}

fn size(network: &NetworkPlan, kind: &[usize]) -> u64 {
    kind.iter()
        .map(|&p| u64::from(network.populations[p].size))
        .sum()
}

/// How many lanes the neurons of one kind are divided into.
fn lane_count(network: &NetworkPlan, kind: &[usize]) -> Result<u64, AssemblyError> {
    let neurons = size(network, kind);
    let least = neurons.div_ceil(GROUP_LIMIT);
    if let Some(lanes) = network.lanes {
        return if u64::from(lanes) < least {
            Err(AssemblyError::TooFewLanes {
                lanes,
                least,
                neurons,
            })
        } else {
            Ok(u64::from(lanes).min(neurons))
        };
    }
    // The longest row that a spike finds at one delay, over all lanes together.
    let row = |source: usize| {
        let from = network.projections.iter().filter(|p| p.source == source);
        let row = |p: &Projection| {
            p.plan.expected_synapses() / f64::from(p.plan.space.n_source) / p.plan.expected_delays()
        };
        let dense = network.dense.iter().filter(|p| p.source == source);
        let dense = dense.map(|p| p.weights.n_target() as f64);
        from.map(row).chain(dense).sum::<f64>()
    };
    let longest = (0..network.populations.len()).map(row).fold(0.0, f64::max);
    let rows = (longest / ROW_TARGETS) as u64;
    let cached = neurons.div_ceil(LANE_NEURONS).min(rows.max(1));
    let busy = (neurons / BUSY_NEURONS).min(BUSY_LANES);
    Ok(cached.max(busy).max(least))
}

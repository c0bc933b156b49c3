//! All that changes while a network runs, as bytes; what does not is rebuilt from the seed and compared by a hash.

use serde::{Deserialize, Serialize};

use rayon::prelude::*;

use super::Windowed;
use crate::base::stream::mix;
use crate::base::time::Time;
use crate::engine::fingerprint::Fingerprint;
use crate::engine::lane::dense::{DenseBlock, Plastic};
use crate::engine::lane::group::Group;
use crate::engine::lane::{Arrival, Block, Lane, Spike};
use crate::neuron::StateError;
use crate::stimulus::poisson;
use crate::synapse::dense::Dense;

#[derive(Serialize, Deserialize)]
struct Engine {
    now: Time,
    spikes: Vec<Spike>,
    drives: u32,
    counts: Vec<u64>,
    fingerprint: Fingerprint,
    lanes: Vec<LaneState>,
}

#[derive(Serialize, Deserialize)]
struct LaneState {
    pending: Vec<(i64, Arrival)>,
    window: Option<i64>,
    /// What is left of the window at hand.
    arrivals: Vec<Arrival>,
    groups: Vec<GroupState>,
}

#[derive(Serialize, Deserialize)]
struct GroupState {
    neurons: Vec<u8>,
    noise: Vec<poisson::State>,
    dense: Vec<DenseState>,
    step: u64,
    hit: Option<Time>,
}

#[derive(Serialize, Deserialize)]
struct DenseState {
    flying: Vec<(Time, u32)>,
    /// Weights and last arrivals, if they change.
    plastic: Option<(Dense, Vec<Time>)>,
}

impl Windowed {
    /// All that changes, between two runs.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    pub fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            populations: _,
            lanes,
            lookahead: _,
            now,
            spikes,
            drives,
            agenda: _,
            drawn: _,
            counts,
            fingerprint,
            graph: _,
            steps: _,
            exploded: _,
        } = self;
        let state = Engine {
            now: *now,
            spikes: spikes.clone(),
            drives: drives.len() as u32,
            counts: counts.clone(),
            fingerprint: *fingerprint,
            lanes: lanes.par_iter().map(lane_state).collect::<Result<_, _>>()?,
        };
        postcard::to_stdvec(&state).map_err(|error| StateError::Unwritable(error.to_string()))
    }

    /// Goes on from what [`save`](Self::save) gave for a network built and driven alike, in this program or another.
    /// Stimuli draw again all that they had drawn, so they must not have begun.
    ///
    /// # Errors
    /// If the bytes do not fit this network; then it must not be run any more.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let Engine {
            now,
            spikes,
            drives,
            counts,
            fingerprint,
            lanes,
        } = postcard::from_bytes(bytes).map_err(|error| StateError::Unfit(error.to_string()))?;
        same("lanes", lanes.len(), self.lanes.len())?;
        same("populations", counts.len(), self.populations.len())?;
        same("stimuli", drives as usize, self.n_drives())?;
        let known = |spike: &Spike| {
            let population = self.populations.get(spike.population as usize);
            population.is_some_and(|population| spike.node < population.size)
        };
        if !spikes.iter().all(known) {
            return Err(StateError::Unfit("a spike of no neuron".into()));
        }
        self.lanes
            .par_iter_mut()
            .zip(lanes)
            .try_for_each(|(lane, state)| load_lane(lane, state))?;
        (self.now, self.spikes) = (now, spikes);
        (self.counts, self.fingerprint) = (counts, fingerprint);
        if !self.catch_up() {
            return Err(StateError::Unfit("a stimulus that has begun".into()));
        }
        Ok(())
    }

    /// A hash of every synapse with weight and delay, in the order in which they are stored, and of where each neuron
    /// is.
    pub fn graph_hash(&self) -> u128 {
        *self.graph.get_or_init(|| self.hash_graph())
    }

    fn hash_graph(&self) -> u128 {
        let populations = &self.populations;
        let hashes: Vec<u64> = self
            .lanes
            .par_iter()
            .flat_map_iter(|lane| {
                let members = lane.groups.iter().flat_map(|group| &group.members);
                let members = members.map(|member| {
                    let place = u64::from(member.first) << 32 | u64::from(member.len);
                    mix(place ^ populations[member.population].id)
                });
                let blocks = lane
                    .blocks
                    .iter()
                    .map(|block| mix(block.rows.hash() ^ populations[block.source].id));
                let dense = lane.groups.iter().flat_map(|group| &group.dense);
                let dense = dense.map(|block| hash_dense(block, populations[block.source].id));
                members.chain(blocks).chain(dense).collect::<Vec<_>>()
            })
            .collect();
        let fold = |start: u64| hashes.iter().fold(start, |all, &hash| mix(all ^ hash));
        u128::from(fold(0)) << 64 | u128::from(fold(1))
    }
}

/// A hash of a block of synapses from the population whose name has the number `source`. Weights that change are no part
/// of the graph.
fn hash_dense(block: &DenseBlock, source: u64) -> u64 {
    let weights = match block.plastic {
        None => block.weights.hash(),
        Some(_) => 0,
    };
    let numbers = [
        source,
        block.first.into(),
        block.gain.to_bits(),
        block.delay.ps() as u64,
    ];
    let fold = |hash: u64, &number: &u64| mix(hash ^ number);
    numbers.iter().fold(weights, fold)
}

fn same(what: &str, found: usize, expected: usize) -> Result<(), StateError> {
    if found == expected {
        Ok(())
    } else {
        Err(StateError::Unfit(format!(
            "{found} {what}, expected {expected}"
        )))
    }
}

fn lane_state(lane: &Lane) -> Result<LaneState, StateError> {
    let Lane {
        groups,
        blocks: _,
        outgoing: _,
        outgoing_dense: _,
        has_late: _,
        lookahead: _,
        pending,
        window,
        arrivals,
        delivered,
        sudden: _,
        outbox: _,
        most: _,
    } = lane;
    Ok(LaneState {
        pending: pending.all().map(|(at, &arrival)| (at, arrival)).collect(),
        window: *window,
        arrivals: arrivals[*delivered..].to_vec(),
        groups: groups.iter().map(group_state).collect::<Result<_, _>>()?,
    })
}

fn group_state(group: &Group) -> Result<GroupState, StateError> {
    let Group {
        neurons,
        members: _,
        noise,
        dense,
        // Drawn again by their stimuli.
        driven: _,
        steps: _,
        step,
        hit,
        due: _,
        fired: _,
    } = group;
    Ok(GroupState {
        neurons: neurons.save()?,
        noise: noise.iter().map(poisson::Poisson::state).collect(),
        dense: dense.iter().map(dense_state).collect(),
        step: *step as u64,
        hit: *hit,
    })
}

fn dense_state(block: &DenseBlock) -> DenseState {
    let DenseBlock {
        projection: _,
        source: _,
        first: _,
        gain: _,
        delay: _,
        weights,
        plastic,
        flying,
        arrived: _,
    } = block;
    let changing = |plastic: &Plastic| {
        let Plastic {
            rule: _,
            last_arrival,
            column: _,
        } = plastic;
        (weights.clone(), last_arrival.clone())
    };
    DenseState {
        flying: flying.iter().copied().collect(),
        plastic: plastic.as_ref().map(changing),
    }
}

fn load_lane(lane: &mut Lane, state: LaneState) -> Result<(), StateError> {
    let LaneState {
        pending,
        window,
        arrivals,
        groups,
    } = state;
    same("groups", groups.len(), lane.groups.len())?;
    let lookahead = lane.lookahead;
    lane.set_lookahead(lookahead);
    for arrival in pending.iter().map(|(_, arrival)| arrival).chain(&arrivals) {
        let block = lane.blocks.get(arrival.block as usize);
        let reach = |block: &Block| block.rows.n_synapses();
        let n = block.map_or(0, reach) as u64;
        if arrival.start > arrival.end || u64::from(arrival.end) > n {
            return Err(StateError::Unfit("an arrival at no synapse".into()));
        }
    }
    lane.window = window;
    if let Some(window) = window {
        lane.pending.take(window, &mut lane.arrivals);
    }
    lane.arrivals = arrivals;
    lane.delivered = 0;
    for (at, arrival) in pending {
        if window.is_some_and(|window| at <= window) {
            return Err(StateError::Unfit("an arrival in the past".into()));
        }
        lane.pending.add(at, arrival);
    }
    lane.sudden.clear();
    lane.outbox.clear();
    for (group, state) in lane.groups.iter_mut().zip(groups) {
        load_group(group, state)?;
    }
    Ok(())
}

fn load_group(group: &mut Group, state: GroupState) -> Result<(), StateError> {
    let GroupState {
        neurons,
        noise,
        dense,
        step,
        hit,
    } = state;
    same("noise processes", noise.len(), group.noise.len())?;
    same("dense projections", dense.len(), group.dense.len())?;
    group.neurons.load(&neurons)?;
    for (process, state) in group.noise.iter_mut().zip(noise) {
        process.go_on_from(state);
    }
    for (block, state) in group.dense.iter_mut().zip(dense) {
        load_dense(block, state)?;
    }
    group.step = usize::try_from(step).unwrap_or(usize::MAX);
    group.hit = hit;
    Ok(())
}

fn load_dense(block: &mut DenseBlock, state: DenseState) -> Result<(), StateError> {
    let DenseState { flying, plastic } = state;
    let n_source = block.weights.n_source();
    if flying.iter().any(|&(_, node)| node as usize >= n_source) {
        return Err(StateError::Unfit("a spike of no neuron".into()));
    }
    if !flying.is_sorted_by_key(|&(t, _)| t) {
        return Err(StateError::Unfit("spikes out of order".into()));
    }
    block.flying = flying.into();
    block.arrived.clear();
    match (&mut block.plastic, plastic) {
        (None, None) => Ok(()),
        (Some(own), Some((weights, last_arrival)))
            if weights.is_like(&block.weights) && last_arrival.len() == n_source =>
        {
            (block.weights, own.last_arrival) = (weights, last_arrival);
            Ok(())
        }
        _ => Err(StateError::Unfit("other weights".into())),
    }
}

//! All that changes while a network runs, as bytes; what does not is rebuilt from the seed and compared by a hash.

use serde::{Deserialize, Serialize};

use rayon::prelude::*;

use super::Simulation;
use super::bout::Current;
use super::drive::Drive;
use super::input::Inputs;
use crate::base::time::Time;
use crate::engine::error::StateError;
use crate::engine::fingerprint::Fingerprint;
use crate::engine::lane::dense::{DenseBlock, Plastic};
use crate::engine::lane::group::{Driven, Group};
use crate::engine::lane::{Arrival, Block, Lane, Spike, Synapses};
use crate::plasticity::Learn;
use crate::stimulus::poisson;
use crate::synapse::dense::Dense;

#[derive(Serialize, Deserialize)]
struct Engine {
    now: Time,
    spikes: Vec<Spike>,
    bout: Current,
    inputs: Vec<InputState>,
    drives: Vec<DriveState>,
    counts: Vec<u64>,
    before: Vec<u64>,
    fingerprint: Fingerprint,
    exploded: bool,
    lanes: Vec<LaneState>,
}

/// A declared stimulus: since when it is on, and the rate that it may have been given.
#[derive(Serialize, Deserialize)]
struct InputState {
    name: String,
    since: Option<Time>,
    rate_hz: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct DriveState {
    name: String,
    /// When it ticks next.
    next: Option<Time>,
    stimulus: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct LaneState {
    pending: Vec<(i64, Arrival)>,
    window: Option<i64>,
    /// What is left of the window at hand.
    arrivals: Vec<Arrival>,
    sent: u64,
    groups: Vec<GroupState>,
    /// Of each block of sparse synapses that learns.
    learning: Vec<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct GroupState {
    neurons: Vec<u8>,
    noise: Vec<poisson::State>,
    /// What each drive has brought that has not been delivered.
    driven: Vec<Vec<(Time, u16)>>,
    dense: Vec<DenseState>,
    injected_pa: f64,
    hit: Option<Time>,
}

#[derive(Serialize, Deserialize)]
struct DenseState {
    flying: Vec<(Time, u32)>,
    /// Weights, where they are not those of the assembly.
    weights: Option<Dense>,
    /// What their rule remembers, where weights learn.
    plastic: Option<PlasticState>,
}

#[derive(Serialize, Deserialize)]
enum PlasticState {
    Column {
        last_arrival: Vec<Time>,
        learning: bool,
    },
    Rows(Vec<u8>),
}

impl Simulation {
    /// All that changes, between two runs.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    pub fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            populations: _,
            projections: _,
            lanes,
            lookahead: _,
            now,
            spikes,
            bout,
            inputs,
            drives,
            agenda,
            drawn: _,
            counts,
            before,
            fingerprint,
            graph: _,
            steps: _,
            exploded,
        } = self;
        let drive_state = |drive: &Drive| {
            let stimulus = drive.stimulus.save();
            Ok(DriveState {
                name: drive.name.clone(),
                next: agenda.time_of(&drive.id),
                stimulus: stimulus.map_err(|error| of_stimulus(&drive.name, &error))?,
            })
        };
        let drives: Result<Vec<DriveState>, StateError> = drives.iter().map(drive_state).collect();
        let state = Engine {
            now: *now,
            spikes: spikes.clone(),
            bout: bout.clone(),
            inputs: input_states(inputs),
            drives: drives?,
            counts: counts.clone(),
            before: before.clone(),
            fingerprint: *fingerprint,
            exploded: *exploded,
            lanes: lanes.par_iter().map(lane_state).collect::<Result<_, _>>()?,
        };
        postcard::to_stdvec(&state).map_err(|error| StateError(error.to_string()))
    }

    /// Goes on from what [`save`](Self::save) gave for a network built alike, in this program or another: which bout it
    /// is and what is on is part of the state. Stimuli [given](Self::drive) from outside are not: whoever loads a state
    /// first gives the same ones, under the same names and in the same order, and they go on from where they were.
    ///
    /// # Errors
    /// If the bytes do not fit this network; then it must not be run any more.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let Engine {
            now,
            spikes,
            bout,
            inputs,
            drives,
            counts,
            before,
            fingerprint,
            exploded,
            lanes,
        } = postcard::from_bytes(bytes).map_err(|error| StateError(error.to_string()))?;
        same("lanes", lanes.len(), self.lanes.len())?;
        let groups = lanes.iter().flat_map(|lane| &lane.groups);
        let mut dense = groups.flat_map(|group| &group.dense);
        if dense.any(|block| block.weights.is_some() && block.plastic.is_none()) {
            // The hash is that of the network as built, before weights that do not learn were set.
            self.graph_hash();
        }
        same("populations", counts.len(), self.populations.len())?;
        let fewer = |(before, now): (&u64, &u64)| before <= now;
        if before.len() != counts.len() || !before.iter().zip(&counts).all(fewer) {
            return Err(StateError("spikes of no window".into()));
        }
        let known = |spike: &Spike| {
            let population = self.populations.get(spike.population as usize);
            population.is_some_and(|population| spike.node < population.size)
        };
        if !spikes.iter().all(known) {
            return Err(StateError("a spike of no neuron".into()));
        }
        (self.now, self.spikes, self.bout) = (now, spikes, bout);
        (self.counts, self.before) = (counts, before);
        (self.fingerprint, self.exploded) = (fingerprint, exploded);
        load_inputs(&mut self.inputs, inputs)?;
        self.load_drives(drives)?;
        let inputs = &self.inputs;
        let off = inputs.off();
        self.lanes
            .par_iter_mut()
            .zip(lanes)
            .try_for_each(|(lane, state)| {
                for group in &mut lane.groups {
                    group.noise.clear();
                    group.sources.clear();
                    inputs.arrange_noise(&off, group, now, "");
                }
                load_lane(lane, state)?;
                lane.groups
                    .iter_mut()
                    .for_each(|group| inputs.step(group, now));
                Ok(())
            })
    }

    fn load_drives(&mut self, states: Vec<DriveState>) -> Result<(), StateError> {
        self.agenda.clear();
        self.drives.retain(|drive| drive.since.is_none());
        let groups = self.lanes.iter_mut().flat_map(|lane| &mut lane.groups);
        groups.for_each(|group| group.driven.clear());
        self.arrange_drives();
        self.agenda.clear();
        same("stimuli", states.len(), self.drives.len())?;
        for (drive, state) in self.drives.iter_mut().zip(states) {
            let DriveState {
                name,
                next,
                stimulus,
            } = state;
            if name != drive.name {
                return Err(StateError(format!(
                    "found the stimulus `{name}`, expected `{}`",
                    drive.name
                )));
            }
            let loaded = drive.stimulus.load(&stimulus);
            loaded.map_err(|error| of_stimulus(&name, &error))?;
            if let Some(next) = next {
                if next < self.now {
                    return Err(StateError(format!("`{name}` ticks in the past")));
                }
                self.agenda.schedule(drive.id, drive.key(next));
            }
        }
        Ok(())
    }
}

fn of_stimulus(name: &str, error: &crate::stimulus::StateError) -> StateError {
    StateError(format!("`{name}`: {error}"))
}

fn input_states(inputs: &Inputs) -> Vec<InputState> {
    let rate_of = |name: &str| {
        let mut noise = inputs.noise.iter();
        let noise = noise.find(|noise| noise.what.name == name)?;
        Some(noise.what.rate_hz)
    };
    let state = |(name, since): (&str, Option<Time>)| InputState {
        name: name.into(),
        since,
        rate_hz: rate_of(name),
    };
    inputs.all().map(state).collect()
}

fn load_inputs(inputs: &mut Inputs, states: Vec<InputState>) -> Result<(), StateError> {
    same("declared stimuli", states.len(), inputs.all().count())?;
    // In order, as one that drives several populations is there once for each.
    for (state, (name, since)) in states.iter().zip(inputs.all_mut()) {
        if state.name != name {
            return Err(StateError(format!("no stimulus `{}`", state.name)));
        }
        *since = state.since;
    }
    for InputState { name, rate_hz, .. } in states {
        let mut noise = inputs.noise.iter_mut();
        match (noise.find(|noise| noise.what.name == name), rate_hz) {
            (None, None) => {}
            (Some(noise), Some(rate_hz)) if rate_hz.is_finite() && rate_hz >= 0.0 => {
                noise.what.rate_hz = rate_hz;
            }
            _ => return Err(StateError(format!("another rate of `{name}`"))),
        }
    }
    Ok(())
}

fn same(what: &str, found: usize, expected: usize) -> Result<(), StateError> {
    if found == expected {
        Ok(())
    } else {
        Err(StateError(format!("{found} {what}, expected {expected}")))
    }
}

fn lane_state(lane: &Lane) -> Result<LaneState, StateError> {
    let Lane {
        groups,
        blocks,
        outgoing: _,
        learning: _,
        outgoing_dense: _,
        has_late: _,
        lookahead: _,
        steps: _,
        pending,
        window,
        arrivals,
        delivered,
        told: _,
        sudden: _,
        outbox: _,
        sent,
        most: _,
    } = lane;
    Ok(LaneState {
        pending: pending.all().map(|(at, &arrival)| (at, arrival)).collect(),
        window: *window,
        arrivals: arrivals[*delivered..].to_vec(),
        sent: *sent,
        groups: groups.iter().map(group_state).collect::<Result<_, _>>()?,
        learning: blocks
            .iter()
            .filter_map(|block| match &block.synapses {
                Synapses::Static(_) => None,
                Synapses::Learning { learn, .. } => Some(learn.save()),
            })
            .collect::<Result<_, _>>()?,
    })
}

fn group_state(group: &Group) -> Result<GroupState, StateError> {
    let Group {
        neurons,
        members: _,
        kind: _,
        part: _,
        noise,
        // As the steps they follow from what is on.
        sources: _,
        dense,
        driven,
        steps: _,
        step: _,
        injected_pa,
        hit,
        due: _,
        fired: _,
    } = group;
    Ok(GroupState {
        neurons: neurons.save()?,
        noise: noise.iter().map(poisson::Poisson::state).collect(),
        driven: driven.iter().map(Driven::waiting).collect(),
        dense: dense.iter().map(dense_state).collect::<Result<_, _>>()?,
        injected_pa: *injected_pa,
        hit: *hit,
    })
}

fn dense_state(block: &DenseBlock) -> Result<DenseState, StateError> {
    let DenseBlock {
        projection: _,
        source: _,
        first: _,
        gain: _,
        delay: _,
        weights,
        changed,
        plastic,
        flying,
        arrived: _,
    } = block;
    let plastic_state = |plastic: &Plastic| {
        Ok::<_, StateError>(match plastic {
            Plastic::Column {
                rule: _,
                last_arrival,
                column: _,
                learning,
            } => PlasticState::Column {
                last_arrival: last_arrival.clone(),
                learning: *learning,
            },
            Plastic::Rows(learn) => PlasticState::Rows(learn.save()?),
        })
    };
    Ok(DenseState {
        flying: flying.iter().copied().collect(),
        weights: (*changed || plastic.is_some()).then(|| weights.clone()),
        plastic: plastic.as_ref().map(plastic_state).transpose()?,
    })
}

fn load_lane(lane: &mut Lane, state: LaneState) -> Result<(), StateError> {
    let LaneState {
        pending,
        window,
        arrivals,
        sent,
        groups,
        learning,
    } = state;
    same("groups", groups.len(), lane.groups.len())?;
    let own = lane.blocks.iter_mut().filter_map(Block::learning);
    let own: Vec<&mut dyn Learn> = own.collect();
    same("learning projections", learning.len(), own.len())?;
    for (learn, state) in own.into_iter().zip(learning) {
        learn.load(&state)?;
    }
    let lookahead = lane.lookahead;
    lane.set_lookahead(lookahead);
    for arrival in pending.iter().map(|(_, arrival)| arrival).chain(&arrivals) {
        let block = lane.blocks.get(arrival.block as usize);
        let n = block.map_or(0, Block::reach);
        if arrival.start > arrival.end || u64::from(arrival.end) > n {
            return Err(StateError("an arrival at no synapse".into()));
        }
    }
    lane.window = window;
    if let Some(window) = window {
        lane.pending.take(window, &mut lane.arrivals);
    }
    lane.arrivals = arrivals;
    (lane.delivered, lane.told, lane.sent) = (0, 0, sent);
    for (at, arrival) in pending {
        if window.is_some_and(|window| at <= window) {
            return Err(StateError("an arrival in the past".into()));
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
        driven,
        dense,
        injected_pa,
        hit,
    } = state;
    same("noise processes", noise.len(), group.noise.len())?;
    same("dense projections", dense.len(), group.dense.len())?;
    let loaded = group.neurons.load(&neurons);
    loaded.map_err(|error| StateError(error.to_string()))?;
    for (process, state) in group.noise.iter_mut().zip(noise) {
        process.go_on_from(state);
    }
    same("drives", driven.len(), group.driven.len())?;
    for (own, waiting) in group.driven.iter_mut().zip(driven) {
        let size = group.neurons.size();
        if waiting
            .iter()
            .any(|&(_, target)| usize::from(target) >= size)
        {
            return Err(StateError("a spike onto no neuron".into()));
        }
        if !waiting.is_sorted_by_key(|&(t, _)| t) {
            return Err(StateError("spikes out of order".into()));
        }
        for (t, target) in waiting {
            own.push(t, target);
        }
    }
    for (block, state) in group.dense.iter_mut().zip(dense) {
        load_dense(block, state)?;
    }
    if !injected_pa.is_finite() {
        return Err(StateError("a current that is no number".into()));
    }
    group.injected_pa = injected_pa;
    group.hit = hit;
    Ok(())
}

fn load_dense(block: &mut DenseBlock, state: DenseState) -> Result<(), StateError> {
    let DenseState {
        flying,
        weights,
        plastic,
    } = state;
    let n_source = block.weights.n_source();
    if flying.iter().any(|&(_, node)| node as usize >= n_source) {
        return Err(StateError("a spike of no neuron".into()));
    }
    if !flying.is_sorted_by_key(|&(t, _)| t) {
        return Err(StateError("spikes out of order".into()));
    }
    block.flying = flying.into();
    block.arrived.clear();
    let other = || StateError("other weights".into());
    match (&mut block.plastic, plastic) {
        (None, None) => {}
        (
            Some(Plastic::Column {
                last_arrival,
                learning,
                ..
            }),
            Some(PlasticState::Column {
                last_arrival: saved,
                learning: on,
            }),
        ) if weights.is_some() && saved.len() == n_source => {
            (*last_arrival, *learning) = (saved, on);
        }
        (Some(Plastic::Rows(learn)), Some(PlasticState::Rows(saved))) if weights.is_some() => {
            learn.load(&saved)?;
        }
        _ => return Err(other()),
    }
    if block.changed && weights.is_none() {
        return Err(StateError(
            "weights that were set since, expected a network as it was built".into(),
        ));
    }
    block.changed = weights.is_some() && block.plastic.is_none();
    if let Some(weights) = weights {
        if !weights.is_like(&block.weights) {
            return Err(other());
        }
        block.weights = weights;
    }
    Ok(())
}

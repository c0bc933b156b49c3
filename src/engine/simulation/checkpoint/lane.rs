//! All that changes in a lane.

use serde::{Deserialize, Serialize};

use super::same;
use crate::base::time::Time;
use crate::engine::error::StateError;
use crate::engine::lane::arrival::Saved;
use crate::engine::lane::dense::{DenseBlock, Plastic};
use crate::engine::lane::group::{Driven, Group};
use crate::engine::lane::tied::TiedBlock;
use crate::engine::lane::{Arrival, Block, Lane, Synapses};
use crate::plasticity::Learn;
use crate::stimulus::poisson;
use crate::synapse::dense::Dense;
use crate::synapse::short_term::{SavedRows, ShortTermRows};

#[derive(Serialize, Deserialize)]
pub(super) struct LaneState {
    pending: Vec<(i64, Saved)>,
    window: Option<i64>,
    /// What is left of the window at hand.
    arrivals: Vec<Saved>,
    sent: u64,
    groups: Vec<GroupState>,
    /// Of each block of sparse synapses that learns.
    learning: Vec<Vec<u8>>,
    /// Of each block whose synapses depress or facilitate.
    short_term: Vec<SavedRows>,
}

impl LaneState {
    /// Whether weights that do not learn were set since the network was built.
    pub(super) fn has_set_weights(&self) -> bool {
        let mut dense = self.groups.iter().flat_map(|group| &group.dense);
        dense.any(|block| block.weights.is_some() && block.plastic.is_none())
    }
}

#[derive(Serialize, Deserialize)]
struct GroupState {
    neurons: Vec<u8>,
    noise: Vec<poisson::State>,
    /// What each drive has brought that has not been delivered.
    driven: Vec<Vec<(Time, u16)>>,
    dense: Vec<DenseState>,
    /// Spikes on their way back through matrices.
    tied: Vec<Vec<(Time, u32)>>,
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
    short_term: Option<SavedRows>,
}

#[derive(Serialize, Deserialize)]
enum PlasticState {
    Column {
        last_arrival: Vec<Time>,
        learning: bool,
    },
    Rows(Vec<u8>),
}

pub(super) fn lane_state(lane: &Lane) -> Result<LaneState, StateError> {
    let Lane {
        groups,
        blocks,
        outgoing: _,
        teaching: _,
        growing: _,
        learning: _,
        outgoing_dense: _,
        outgoing_tied: _,
        has_late: _,
        lookahead: _,
        steps: _,
        pending,
        travels: _,
        // Copies of rows.
        carried: _,
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
        pending: pending
            .all()
            .map(|(at, arrival)| (at, arrival.save()))
            .collect(),
        window: *window,
        arrivals: arrivals[*delivered..].iter().map(Arrival::save).collect(),
        sent: *sent,
        groups: groups.iter().map(group_state).collect::<Result<_, _>>()?,
        learning: blocks
            .iter()
            .filter_map(|block| match &block.synapses {
                Synapses::Static(_) => None,
                Synapses::Learning { learn, .. } => Some(learn.save()),
            })
            .collect::<Result<_, _>>()?,
        short_term: blocks
            .iter()
            .filter_map(|block| Some(block.short_term.as_ref()?.save()))
            .collect(),
    })
}

fn group_state(group: &Group) -> Result<GroupState, StateError> {
    let Group {
        neurons,
        members: _,
        kind: _,
        part: _,
        bins: _,
        noise,
        // As the steps they follow from what is on.
        sources: _,
        dense,
        tied,
        driven,
        steps: _,
        step: _,
        injected_pa,
        hit,
        due: _,
        fired: _,
        suspects: _,
    } = group;
    Ok(GroupState {
        neurons: neurons.save()?,
        noise: noise.iter().map(poisson::Poisson::state).collect(),
        driven: driven.iter().map(Driven::waiting).collect(),
        dense: dense.iter().map(dense_state).collect::<Result<_, _>>()?,
        tied: tied.iter().map(flying_back).collect(),
        injected_pa: *injected_pa,
        hit: *hit,
    })
}

fn flying_back(block: &TiedBlock) -> Vec<(Time, u32)> {
    block.flying.iter().copied().collect()
}

/// Checks that `flying` are spikes of neurons below `size`, in order.
fn check_flying(flying: &[(Time, u32)], size: u32) -> Result<(), StateError> {
    if flying.iter().any(|&(_, node)| node >= size) {
        return Err(StateError("a spike of no neuron".into()));
    }
    match flying.is_sorted_by_key(|&(t, _)| t) {
        true => Ok(()),
        false => Err(StateError("spikes out of order".into())),
    }
}

fn dense_state(block: &DenseBlock) -> Result<DenseState, StateError> {
    let DenseBlock {
        projection: _,
        source: _,
        first: _,
        gain: _,
        // It follows from what is altered.
        altered: _,
        delay: _,
        weights,
        changed,
        plastic,
        short_term,
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
        short_term: short_term.as_ref().map(ShortTermRows::save),
    })
}

/// Goes on from `state` in a network whose populations have these sizes.
pub(super) fn load_lane(
    lane: &mut Lane,
    state: LaneState,
    sizes: &[u32],
) -> Result<(), StateError> {
    let LaneState {
        pending,
        window,
        arrivals,
        sent,
        groups,
        learning,
        short_term,
    } = state;
    let used: Vec<&mut ShortTermRows> = lane
        .blocks
        .iter_mut()
        .filter_map(|block| block.short_term.as_mut())
        .collect();
    same("projections that depress", short_term.len(), used.len())?;
    for (own, saved) in used.into_iter().zip(short_term) {
        load_rows(own, saved)?;
    }
    same("groups", groups.len(), lane.groups.len())?;
    let own = lane.blocks.iter_mut().filter_map(Block::learning);
    let own: Vec<&mut dyn Learn> = own.collect();
    same("learning projections", learning.len(), own.len())?;
    for (learn, state) in own.into_iter().zip(learning) {
        learn.load(&state)?;
    }
    let lookahead = lane.lookahead;
    lane.set_lookahead(lookahead);
    let blocks = &lane.blocks;
    let arrival = |saved: &Saved| {
        let block = blocks.get(saved.block as usize);
        let n = block.map_or(0, Block::reach);
        if saved.start > saved.end || u64::from(saved.end) > n {
            return Err(StateError("an arrival at no synapse".into()));
        }
        let arrival = saved.arrival(lookahead);
        arrival.ok_or_else(|| StateError("an arrival outside its window".into()))
    };
    let arrivals: Vec<Arrival> = arrivals.iter().map(arrival).collect::<Result<_, _>>()?;
    let pending: Vec<(i64, Arrival)> = pending
        .iter()
        .map(|(at, saved)| Ok((*at, arrival(saved)?)))
        .collect::<Result<_, StateError>>()?;
    lane.window = window;
    if let Some(window) = window {
        lane.open(window);
    }
    lane.arrivals = arrivals;
    (lane.delivered, lane.told, lane.sent) = (0, 0, sent);
    for (at, arrival) in pending {
        if window.is_some_and(|window| at <= window) {
            return Err(StateError("an arrival in the past".into()));
        }
        lane.expect(at, arrival);
    }
    lane.sudden.clear();
    lane.outbox.clear();
    for (group, state) in lane.groups.iter_mut().zip(groups) {
        load_group(group, state, sizes)?;
    }
    Ok(())
}

fn load_rows(own: &mut ShortTermRows, saved: SavedRows) -> Result<(), StateError> {
    match own.load(saved) {
        true => Ok(()),
        false => Err(StateError("other rows that depress".into())),
    }
}

fn load_group(group: &mut Group, state: GroupState, sizes: &[u32]) -> Result<(), StateError> {
    let GroupState {
        neurons,
        noise,
        driven,
        dense,
        tied,
        injected_pa,
        hit,
    } = state;
    same("noise processes", noise.len(), group.noise.len())?;
    same("dense projections", dense.len(), group.dense.len())?;
    let loaded = group.neurons.load(&neurons);
    loaded.map_err(|error| StateError(error.to_string()))?;
    for (process, state) in group.noise.iter_mut().zip(noise) {
        if !process.go_on_from(state) {
            return Err(StateError("other noise".into()));
        }
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
    same("tied projections", tied.len(), group.tied.len())?;
    for (block, flying) in group.tied.iter_mut().zip(tied) {
        check_flying(&flying, sizes[block.source])?;
        block.reset();
        block.flying = flying.into();
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
        short_term,
    } = state;
    let n_source = block.weights.n_source();
    check_flying(&flying, n_source as u32)?;
    block.flying = flying.into();
    block.arrived.clear();
    let other = || StateError("other weights".into());
    match (&mut block.short_term, short_term) {
        (None, None) => {}
        (Some(own), Some(saved)) => load_rows(own, saved)?,
        _ => return Err(other()),
    }
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

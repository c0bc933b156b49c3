//! Dense projections as blocks of the groups that they reach.

use std::collections::VecDeque;

use crate::base::stream::name_hash;
use crate::base::time::Duration;
use crate::connection::Block;
use crate::engine::assembly::AssemblyError;
use crate::engine::assembly::own::own;
use crate::engine::lane::dense::{DenseBlock, Plastic};
use crate::engine::lane::group::{Group, Member};
use crate::engine::lane::tied::TiedBlock;
use crate::network::plan::dense::DenseProjection;
use crate::network::plan::{NetworkPlan, Plasticity, Tied};
use crate::plasticity::{self, BuildError};
use crate::synapse::dense::Dense;
use crate::synapse::short_term::ShortTermRows;

/// Synapses of dense projections onto `members`, which are of one population if there are any, in the order of the
/// numbers of the projections' names: arrivals of an instant come in this order.
///
/// # Errors
/// If a plasticity rule or a value of its parameters is impossible.
pub(super) fn blocks(
    network: &NetworkPlan,
    members: &[Member],
) -> Result<Vec<DenseBlock>, AssemblyError> {
    let mut by_name: Vec<(usize, &DenseProjection)> = network.dense.iter().enumerate().collect();
    by_name.sort_by_key(|(_, projection)| projection.id());
    let mut blocks = Vec::new();
    for (number, projection) in by_name {
        for member in members {
            if member.population == projection.target {
                blocks.push(block(network, number, projection, member)?);
            }
        }
    }
    Ok(blocks)
}

/// Lets groups of a lane read matrices of others the other way.
pub(super) fn tie(network: &NetworkPlan, lane: &mut [Group]) {
    let mut by_name: Vec<(usize, &Tied)> = network.tied.iter().enumerate().collect();
    by_name.sort_by_key(|(_, tied)| name_hash(&tied.name));
    for (number, tied) in by_name {
        let owner = lane.iter().enumerate().find_map(|(at, group)| {
            let mut dense = group.dense.iter();
            let own = dense.position(|block| block.projection == tied.of);
            own.map(|own| (at, own))
        });
        let is_target = |group: &&mut Group| {
            let mut members = group.members.iter();
            members.any(|member| member.population == tied.target)
        };
        if let (Some(owner), Some(group)) = (owner, lane.iter_mut().find(is_target)) {
            let block = TiedBlock::new(number, tied.source, owner, tied.gain, tied.axonal_delay);
            group.tied.push(block);
        }
    }
}

fn block(
    network: &NetworkPlan,
    number: usize,
    projection: &DenseProjection,
    member: &Member,
) -> Result<DenseBlock, AssemblyError> {
    let &DenseProjection {
        ref name,
        source,
        target,
        ref weights,
        gain,
        axonal_delay: _,
        dendritic_delay,
        ref plasticity,
        short_term,
    } = projection;
    let own = if member.len == network.populations[target].size {
        Dense::clone(weights)
    } else {
        weights.onto(member.first as usize, member.len as usize)
    };
    let plastic = match plasticity {
        None => None,
        Some(plasticity) => {
            let onto = Block {
                first: member.first,
                len: member.len,
                local: 0,
            };
            let plastic = plastic(network, (name, plasticity), (&own, dendritic_delay), onto);
            Some(plastic.map_err(|error| AssemblyError::Plasticity {
                projection: name.clone(),
                error,
            })?)
        }
    };
    Ok(DenseBlock {
        projection: number,
        source,
        first: member.first,
        gain,
        altered: 1.0,
        delay: projection.delay(),
        weights: own,
        changed: false,
        plastic,
        short_term: short_term.map(|model| ShortTermRows::new(model, weights.n_source())),
        flying: VecDeque::new(),
        arrived: Vec::new(),
    })
}

fn plastic(
    network: &NetworkPlan,
    (projection, plasticity): (&str, &Plasticity),
    (weights, dendritic): (&Dense, Duration),
    onto: Block,
) -> Result<Plastic, BuildError> {
    let (rule, values) = (plasticity::rule(plasticity.rule)?, &plasticity.values);
    let modulator = plasticity.kinetics(network);
    // Columns change at once when their target fires.
    if modulator.is_none()
        && dendritic == Duration::ZERO
        && let Some(column) = rule.column(values)?
    {
        return Ok(Plastic::column(column, weights.n_source()));
    }
    let n_target = weights.n_target();
    let mut learn = rule.matrix(values, modulator, weights.values(), n_target, dendritic)?;
    if let Some(own) = own(plasticity, (projection, network.seed), &[onto], n_target) {
        learn.set_own(own);
    }
    Ok(Plastic::Rows(learn))
}

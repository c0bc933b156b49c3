//! From a declared network to lanes: which neurons, synapses, noise and input each has.

mod dense;
mod own;
mod taught;

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::base::stop::{Stop, Stopped};
use crate::base::stream::name_hash;
use crate::base::time::Duration;
use crate::connection::{
    self, NewDelays, Plan, RuleError, RuleFault, connect_together, goes_together,
};
use crate::engine::division::{GroupPlan, divide};
pub use crate::engine::error::AssemblyError;
use crate::engine::lane::arrival::{LONGEST_WINDOW, MOST_BLOCKS};
use crate::engine::lane::group::{Group, Member};
use crate::engine::lane::{Block, Lane, Synapses};
use crate::engine::neurons::{Declared, Together};
use crate::engine::simulation::{self, Inputs, Population, Simulation};
use crate::engine::watch::{Unwatched, Watch};
use crate::network::Part;
use crate::network::path::Alterations;
use crate::network::plan::dense::DenseProjection;
use crate::network::plan::{NetworkPlan, Plasticity, Projection};
use crate::neuron;
use crate::plasticity;
use crate::synapse::rows::{Rows, Unmerged};
use crate::synapse::sparse::Sparse;

/// Lookahead of a network without projections: any will do.
const NO_PROJECTION: Duration = Duration::from_ps(100_000_000_000);

/// Draws the network and divides it into lanes.
///
/// # Errors
/// If a parameter or a rule is impossible, or projections without delay form a loop.
pub fn assemble(network: &NetworkPlan) -> Result<Simulation, AssemblyError> {
    assemble_watched(network, &Unwatched)
}

/// As [`assemble`], while `watch` does not say to stop.
///
/// # Errors
/// As [`assemble`], and if it did.
pub fn assemble_watched(
    network: &NetworkPlan,
    watch: &dyn Watch,
) -> Result<Simulation, AssemblyError> {
    for projection in &network.projections {
        projection.plan.check()?;
    }
    for projection in &network.dense {
        let checked = projection.check(&network.populations);
        checked.map_err(|error| AssemblyError::Dense {
            projection: projection.name.clone(),
            error,
        })?;
    }
    let declared = Declared {
        seed: network.seed,
        populations: network.populations.clone(),
    };
    let mut groups: Vec<Vec<Group>> = Vec::new();
    for plan in divide(network)? {
        let lane: Result<Vec<Option<Group>>, AssemblyError> = plan
            .par_iter()
            .map(|plan| group(network, &declared, plan, watch))
            .collect();
        let mut lane: Vec<Group> = lane?.into_iter().flatten().collect();
        dense::tie(network, &mut lane);
        // Small populations leave some lanes empty.
        if !lane.is_empty() {
            groups.push(lane);
        }
    }
    let blocks = blocks(network, &groups, watch)?;
    let n_populations = network.populations.len();
    let lanes: Vec<Lane> = groups
        .into_iter()
        .zip(blocks)
        .map(|(groups, blocks)| {
            let mut lane = Lane::new(groups, blocks, n_populations);
            taught::teach(network, &mut lane);
            lane
        })
        .collect();
    let populations = network.populations.iter().map(|population| {
        let variables = neuron::model(population.model).map_or(&[][..], |model| model.variables);
        Population::new(population.name.clone(), population.size, variables)
    });
    let lookahead = lookahead(network, &lanes)?;
    let mut simulation = Simulation::new(
        populations.collect(),
        projections(network)?,
        Inputs::new(network)?,
        network,
        declared,
        lanes,
        lookahead,
    )
    .map_err(|error| AssemblyError::Homeostasis { error })?;
    simulation.keep_slow();
    simulation.check_heights(&|_| true, &Alterations::new())?;
    simulation.switch(|_| true);
    Ok(simulation)
}

fn projections(network: &NetworkPlan) -> Result<Vec<simulation::Projection>, AssemblyError> {
    let modulator = |plasticity: &Option<Plasticity>| plasticity.as_ref()?.modulator;
    let new_delays = |projection: &Projection| match network.is_rewired(&projection.plan.name) {
        true => NewDelays::of(&projection.plan),
        false => Ok(None),
    };
    let sparse = (0..).zip(&network.projections);
    let sparse = sparse.map(|(number, projection)| {
        Ok(simulation::Projection {
            name: projection.plan.name.clone(),
            source: projection.source,
            sparse: Some(number),
            is_apart: projection.plasticity.is_some()
                || projection.short_term.is_some()
                || network.is_changing(Part::Projection, &projection.plan.name),
            rule: projection.plasticity.clone(),
            dense: None,
            tied: None,
            learning: projection
                .plasticity
                .as_ref()
                .map(|_| (number, projection.targets.clone())),
            modulator: modulator(&projection.plasticity),
            autapses: projection.plan.space.autapses,
            ends: projection.plan.space.ends.clone(),
            profile: projection.plan.weight_profile,
            delays: new_delays(projection)?,
            is_plastic: projection.plasticity.is_some(),
        })
    });
    let sparse: Vec<_> = sparse.collect::<Result<_, AssemblyError>>()?;
    let dense = (0..).zip(&network.dense);
    let dense = dense.map(|(number, projection)| {
        let weights = &projection.weights;
        simulation::Projection {
            name: projection.name.clone(),
            source: projection.source,
            sparse: None,
            is_apart: true,
            rule: projection.plasticity.clone(),
            dense: Some((number, weights.n_target(), weights.n_source())),
            tied: None,
            learning: None,
            modulator: modulator(&projection.plasticity),
            autapses: true,
            ends: None,
            profile: None,
            delays: None,
            is_plastic: projection.plasticity.is_some(),
        }
    });
    let tied = (0..).zip(&network.tied);
    let tied = tied.map(|(number, tied)| simulation::Projection {
        name: tied.name.clone(),
        source: tied.source,
        sparse: None,
        is_apart: true,
        rule: None,
        dense: None,
        tied: Some(number),
        learning: None,
        modulator: None,
        autapses: true,
        ends: None,
        profile: None,
        delays: None,
        is_plastic: false,
    });
    Ok(sparse.into_iter().chain(dense).chain(tied).collect())
}

/// The shortest delay above zero.
///
/// # Errors
/// If a spike would have to reach another lane, or an earlier group, at once.
fn lookahead(network: &NetworkPlan, lanes: &[Lane]) -> Result<Duration, AssemblyError> {
    let delays = network.dense.iter().map(DenseProjection::delay);
    let delays = delays.chain(network.tied.iter().map(|tied| tied.axonal_delay));
    // What spikes release acts on all lanes.
    let released = network.modulators.iter();
    let released = released.filter(|modulator| !modulator.sources.is_empty());
    let delays = delays.chain(released.map(|modulator| modulator.delay));
    // What is found of spikes is told to all lanes; a clock tells in time.
    let delays = delays.chain(network.triggers.iter().map(|trigger| trigger.latency));
    let mut shortest = delays.filter(|&delay| delay > Duration::ZERO).min();
    for lane in lanes {
        for block in &lane.blocks {
            let delays = block.delays();
            let above = delays.iter().find(|&&delay| delay > Duration::ZERO);
            shortest = shortest.into_iter().chain(above.copied()).min();
            if delays.first() > Some(&Duration::ZERO) {
                continue;
            }
            let here = lane.groups[..block.group].iter().flat_map(|g| &g.members);
            let found: u32 = here
                .filter(|member| member.population == block.source)
                .map(|member| member.len)
                .sum();
            let source = &network.populations[block.source];
            if found < source.size {
                let source_population = source.name.clone();
                return Err(AssemblyError::NoLookahead { source_population });
            }
        }
    }
    Ok(shortest.unwrap_or(NO_PROJECTION).min(LONGEST_WINDOW))
}

/// Neurons of one kind with the dense projections onto them; `None` if the share is empty.
fn group(
    network: &NetworkPlan,
    declared: &Declared,
    plan: &GroupPlan,
    watch: &dyn Watch,
) -> Result<Option<Group>, AssemblyError> {
    Stop::new(&|| watch.stopped()).ask()?;
    let mut members = Vec::new();
    let mut size = 0;
    for &population in &plan.kind {
        let (first, end) = plan.share(network.populations[population].size);
        if end > first {
            members.push(Member {
                population,
                first,
                len: end - first,
                local: size,
            });
            size += end - first;
        }
    }
    let Some(&Member { population, .. }) = members.first() else {
        return Ok(None);
    };
    let together = Together {
        members: &members,
        kind: plan.kind[0],
        part: plan.part,
    };
    let neurons = declared.build(together).map_err(|error| {
        let population = network.populations[population].name.clone();
        AssemblyError::Parameter { population, error }
    })?;
    let mut group = Group::new(neurons, members, plan.kind[0], plan.part);
    group.dense = dense::blocks(network, &group.members)?;
    Ok(Some(group))
}

/// Synapses onto every lane, merged by source population: those whose weights are given, and those whose are drawn.
fn blocks(
    network: &NetworkPlan,
    lanes: &[Vec<Group>],
    watch: &dyn Watch,
) -> Result<Vec<Vec<Block>>, AssemblyError> {
    let projections = network.projections.iter();
    let expected: f64 = projections.map(|one| one.plan.expected_synapses()).sum();
    let made = AtomicU64::new(0);
    let stopped = || watch.stopped();
    let stop = Stop::new(&stopped);
    let mut by_rank: Vec<(usize, &Projection)> = network.projections.iter().enumerate().collect();
    by_rank.sort_by_key(|(_, projection)| name_hash(&projection.plan.name));
    let mut sources: Vec<usize> = (0..network.populations.len()).collect();
    sources.sort_by_key(|&p| name_hash(&network.populations[p].name));
    let mut tasks = Vec::new();
    for (lane, groups) in lanes.iter().enumerate() {
        for group in 0..groups.len() {
            tasks.extend(sources.iter().map(|&source| (lane, group, source)));
        }
    }
    let build = |&(lane, group, source): &(usize, usize, usize)| {
        let members = &lanes[lane][group].members;
        let size: u32 = members.iter().map(|member| member.len).sum();
        let (mut plain, mut apart, mut learning) = (Vec::new(), Vec::new(), Vec::new());
        let rule_fault = |error: RuleError| match error.fault {
            RuleFault::Stopped => Stopped.into(),
            _ => AssemblyError::Rule(error),
        };
        for &(number, projection) in &by_rank {
            if projection.source != source {
                continue;
            }
            let is_changing = network.is_changing(Part::Projection, &projection.plan.name);
            let onto = onto(network, &projection.targets, members);
            if onto.is_empty() {
                continue;
            }
            let merges = projection.short_term.is_none() && !is_changing;
            if projection.plasticity.is_none() && merges {
                plain.push((&projection.plan, onto));
                continue;
            }
            let part = match projection.plasticity {
                None => projection.plan.connect_until::<u16>(&onto, stop),
                Some(_) => projection.plan.connect_sides::<u16>(&onto, stop),
            };
            let part = part.map_err(rule_fault)?;
            match &projection.plasticity {
                None => apart.push((number, projection.short_term, part)),
                Some(plasticity) => {
                    let mut part = part;
                    if !plasticity.within.is_all() {
                        let rest = projection.plan.connect_until::<u16>(&onto, stop);
                        let mut rest = rest.map_err(rule_fault)?;
                        let learns = |source, local| {
                            let within = &plasticity.within;
                            within.has_source(source)
                                && target_of(&onto, local).is_some_and(|own| within.has_target(own))
                        };
                        rest.retain(|source, local| !learns(source, local));
                        part.retain(learns);
                        apart.push((number, projection.short_term, rest));
                    }
                    let is_rewired = network.is_rewired(&projection.plan.name);
                    if is_rewired && let Some(delays) = NewDelays::of(&projection.plan)? {
                        // Synapses that are to come have a delay before there are any.
                        delays.widen(&projection.plan, &mut part)?;
                    }
                    let kinetics = plasticity.kinetics(network);
                    let learn = plasticity::rule(plasticity.rule)
                        .map_err(plasticity::BuildError::from)
                        .and_then(|rule| {
                            rule.rows(&plasticity.values, kinetics, part, size as usize)
                        });
                    let mut learn = learn.map_err(|error| AssemblyError::Plasticity {
                        projection: projection.plan.name.clone(),
                        error,
                    })?;
                    if is_rewired {
                        learn.expect_rewiring();
                    }
                    let whose = (&projection.plan.name[..], network.seed);
                    if let Some(own) = own::own(plasticity, whose, &onto, size as usize) {
                        learn.set_own(own);
                    }
                    // Where synapses may come there is a place for them.
                    if learn.n_synapses() > 0 || is_rewired {
                        learning.push((number, projection.short_term, learn));
                    }
                }
            }
        }
        // Drawn weights would take the others' precision.
        let (drawn, given): (Vec<_>, Vec<_>) =
            plain.iter().partition(|(plan, _)| plan.weighs_each());
        let connected = |plans| connect(plans, stop).map_err(rule_fault);
        let mut blocks = Vec::new();
        // Rows of a projection whose synapses depress, or whose weights change, have a state of their own.
        let merged = [connected(given)?, connected(drawn)?].map(|parts| (None, None, parts));
        let apart = apart.into_iter();
        let apart = apart.map(|(number, model, part)| (Some(number), model, vec![part]));
        for (number, short_term, parts) in merged.into_iter().chain(apart) {
            stop.ask()?;
            let rows = Rows::merge(parts, stop).map_err(|unmerged| match unmerged {
                Unmerged::Stopped(stopped) => stopped.into(),
                Unmerged::TooMany(cause) => AssemblyError::TooMany {
                    source_population: network.populations[source].name.clone(),
                    target: network.populations[members[0].population].name.clone(),
                    cause,
                },
            })?;
            blocks.extend(rows.map(|rows| {
                let n = rows.n_synapses() as u64;
                let done = made.fetch_add(n, Ordering::Relaxed) + n;
                watch.assembled(done, expected as u64);
                let rows = Synapses::Static(rows);
                let block = Block::new(source, group, rows, short_term, number);
                (lane, block)
            }));
        }
        blocks.extend(learning.into_iter().map(|(projection, short_term, learn)| {
            let synapses = Synapses::Learning { projection, learn };
            let block = Block::new(source, group, synapses, short_term, Some(projection));
            (lane, block)
        }));
        Ok(blocks)
    };
    let built: Result<Vec<Vec<(usize, Block)>>, AssemblyError> =
        tasks.par_iter().map(build).collect();
    let mut blocks: Vec<Vec<Block>> = lanes.iter().map(|_| Vec::new()).collect();
    for (lane, block) in built?.into_iter().flatten() {
        if blocks[lane].len() == MOST_BLOCKS {
            return Err(AssemblyError::TooManyPairs { most: MOST_BLOCKS });
        }
        blocks[lane].push(block);
    }
    Ok(blocks)
}

/// Synapses of `plans`, each with the parts of its targets that are here; those that go together are merged already.
fn connect(
    plans: Vec<&(&Plan, Vec<connection::Block>)>,
    stop: Stop<'_>,
) -> Result<Vec<Sparse<u16>>, RuleError> {
    let plans = plans.iter().map(|(plan, onto)| (*plan, &onto[..]));
    let plans: Vec<(&Plan, &[connection::Block])> = plans.collect();
    if goes_together(&plans) {
        return Ok(vec![connect_together(&plans, stop)?]);
    }
    let plans = plans.iter();
    plans
        .map(|(plan, onto)| plan.connect_until(onto, stop))
        .collect()
}

/// The parts of a plan's target space that lie among `members`.
fn onto(network: &NetworkPlan, targets: &[usize], members: &[Member]) -> Vec<connection::Block> {
    let mut onto = Vec::new();
    let mut offset = 0;
    for &target in targets {
        if let Some(member) = members.iter().find(|member| member.population == target) {
            onto.push(connection::Block {
                first: offset + member.first,
                len: member.len,
                local: member.local,
            });
        }
        offset += network.populations[target].size;
    }
    onto
}

/// The number among all targets of a neuron that is `local` in the lane.
fn target_of(onto: &[connection::Block], local: u32) -> Option<u32> {
    let inside =
        |block: &&connection::Block| (block.local..block.local + block.len).contains(&local);
    let block = onto.iter().find(inside)?;
    Some(block.first + (local - block.local))
}

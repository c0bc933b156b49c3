//! Synapses that come and go: gathered from all lanes, changed by one rule in one order, and put back.

use std::sync::Arc;

use super::{MS_PER_S, Population, Simulation};
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::engine::lane::{Lane, Synapses};
use crate::engine::simulation::Projection;
use crate::plasticity::homeostasis::Act;
use crate::plasticity::homeostasis::wiring::{Activity, Edge, Edit, Wiring};
use crate::plasticity::learn::{Change, Learn};
use crate::position::Ends;

/// A synapse of a projection: source, target over the target populations, weight.
type Known = (u32, u32, f64);

/// Synapses of a projection that came and went at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// When.
    pub at: Time,
    /// Name of the projection.
    pub projection: String,
    /// Those that went, as they were.
    pub removed: Vec<Known>,
    /// Those that came.
    pub added: Vec<Known>,
}

/// Neurons of a target population in a group.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// The first of them, over all targets.
    first: u32,
    len: u32,
    /// Which of the projection's blocks lies onto them.
    block: usize,
    /// Number of the first in its group.
    local: u32,
}

/// All synapses of a projection, and where they lie.
pub(super) struct Gathered<'a> {
    blocks: Vec<&'a mut dyn Learn>,
    stretches: Vec<Stretch>,
    /// By source, then target: weight, block, number in it.
    places: Vec<(f64, usize, u32)>,
    pub(super) edges: Vec<Edge>,
}

impl Simulation {
    /// What rewiring has done since this was last asked.
    pub fn take_edits(&mut self) -> Vec<Edited> {
        std::mem::take(&mut self.edits)
    }

    /// Lets the force at index `at` rewire a projection.
    pub(super) fn rewire(&mut self, at: usize, projection: &str) {
        // What does not change is hashed as it was built.
        self.graph_hash();
        let now = self.now;
        let Some(rows) = rows_of(&self.projections, &self.populations, projection) else {
            return;
        };
        let (source, targets, offsets) = (rows.source, &rows.targets, &rows.offsets);
        let own = targets.iter().position(|&target| target == source);
        let force = &self.forces[at];
        let activity = |population: usize| {
            let nodes = 0..self.populations[population].size;
            nodes.map(move |node| force.activity(population, node, now))
        };
        let sources: Vec<Activity> = activity(source).collect();
        let onto: Vec<Activity> = targets
            .iter()
            .flat_map(|&target| activity(target))
            .collect();
        let n = (self.populations[source].size, offsets[targets.len()]);
        let born: Vec<bool> = self.are_born(source).collect();
        let born_onto = targets.iter().flat_map(|&target| self.are_born(target));
        let born_onto: Vec<bool> = born_onto.collect();
        let gathered = gather(&mut self.lanes, &rows, now);
        let wiring = Wiring {
            edges: &gathered.edges,
            sources: &sources,
            targets: &onto,
            n,
            born: (&born, &born_onto),
            ends: rows.ends.as_deref(),
            own: own.filter(|_| !rows.autapses).map(|at| offsets[at]),
            elapsed_s: (now - self.forces[at].last).as_ms() / MS_PER_S,
        };
        let force = &mut self.forces[at];
        let purpose = format!("rewiring.{}.{projection}", force.name);
        let mut stream = Stream::new(force.seed, &purpose, force.instants);
        let Act::Wiring(act) = &mut force.act else {
            return;
        };
        let edit = act.rewire(&wiring, &mut stream);
        if !(edit.removed.is_empty() && edit.added.is_empty()) {
            let (removed, added) = gathered.put(edit, now);
            self.edits.push(Edited {
                at: now,
                projection: projection.into(),
                removed,
                added,
            });
        }
    }
}

/// What a projection is made of whose synapses learn and lie in rows.
pub(super) struct Rows {
    /// Its number among such.
    number: usize,
    /// Index of the source population.
    pub(super) source: usize,
    /// Indices of the target populations.
    pub(super) targets: Vec<usize>,
    /// Numbers of the first neuron of each over all targets, and of all of them.
    offsets: Vec<u32>,
    autapses: bool,
    /// Where they lie, if that is known.
    ends: Option<Arc<Ends>>,
}

/// Of the projection called `name`, if its synapses learn and lie in rows.
pub(super) fn rows_of(
    projections: &[Projection],
    populations: &[Population],
    name: &str,
) -> Option<Rows> {
    let own = projections.iter().find(|own| own.name == name)?;
    let (number, targets) = own.learning.clone()?;
    let mut offsets = vec![0_u32];
    for &target in &targets {
        offsets.push(offsets[offsets.len() - 1] + populations[target].size);
    }
    Some(Rows {
        number,
        source: own.source,
        targets,
        offsets,
        autapses: own.autapses,
        ends: own.ends.clone(),
    })
}

/// All synapses of a projection.
pub(super) fn gather<'a>(lanes: &'a mut [Lane], rows: &Rows, now: Time) -> Gathered<'a> {
    let Rows {
        number,
        targets,
        offsets,
        ..
    } = rows;
    let (mut blocks, mut stretches) = (Vec::<&mut dyn Learn>::new(), Vec::new());
    let mut all: Vec<(Edge, (f64, usize, u32))> = Vec::new();
    for lane in lanes {
        for block in &mut lane.blocks {
            let Synapses::Learning { projection, learn } = &mut block.synapses else {
                continue;
            };
            if projection != number {
                continue;
            }
            let members = lane.groups[block.group].members.iter();
            let own = members.filter_map(|member| {
                let at = targets
                    .iter()
                    .position(|&target| target == member.population)?;
                Some(Stretch {
                    first: offsets[at] + member.first,
                    len: member.len,
                    block: blocks.len(),
                    local: member.local,
                })
            });
            let own: Vec<Stretch> = own.collect();
            let mut k = 0;
            learn.look(now, &mut |synapse| {
                let local = synapse.target;
                let inside = |one: &&Stretch| (one.local..one.local + one.len).contains(&local);
                if let Some(stretch) = own.iter().find(inside) {
                    let edge = Edge {
                        source: synapse.source,
                        target: stretch.first + (local - stretch.local),
                        strength: synapse.weight.abs(),
                    };
                    all.push((edge, (synapse.weight, blocks.len(), k)));
                }
                k += 1;
            });
            stretches.extend(own);
            blocks.push(learn.as_mut());
        }
    }
    // Stable: several synapses of one pair stay in the order in which they are.
    all.sort_by_key(|(edge, _)| (edge.source, edge.target));
    let (edges, places) = all.into_iter().unzip();
    Gathered {
        blocks,
        stretches,
        places,
        edges,
    }
}

impl Gathered<'_> {
    /// Applies `edit` at `now`: those that went, and those that came.
    pub(super) fn put(self, edit: Edit, now: Time) -> (Vec<Known>, Vec<Known>) {
        let mut changes: Vec<Change> = self.blocks.iter().map(|_| Change::default()).collect();
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for &k in &edit.removed {
            let (edge, (weight, block, k)) = (self.edges[k as usize], self.places[k as usize]);
            changes[block].removed.push(k);
            removed.push((edge.source, edge.target, weight));
        }
        for edge in edit.added {
            let inside = |one: &&Stretch| (one.first..one.first + one.len).contains(&edge.target);
            let Some(stretch) = self.stretches.iter().find(inside) else {
                continue;
            };
            let (low, high) = self.blocks[stretch.block].bounds();
            let sign = if high <= 0.0 { -1.0 } else { 1.0 };
            let weight = (sign * edge.strength).max(low).min(high);
            let local = stretch.local + (edge.target - stretch.first);
            let change = &mut changes[stretch.block];
            change.added.push((edge.source, local as u16, weight));
            added.push((edge.source, edge.target, weight));
        }
        for (learn, mut change) in self.blocks.into_iter().zip(changes) {
            change.removed.sort_unstable();
            change
                .added
                .sort_by_key(|&(source, target, _)| (source, target));
            learn.rewire(now, &change);
        }
        (removed, added)
    }
}

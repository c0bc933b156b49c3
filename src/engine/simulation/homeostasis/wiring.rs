//! Synapses that come and go: gathered from all lanes, changed by one rule in one order, and put back.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::{MS_PER_S, Population, Simulation};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::connection::{NewDelays, Profile};
use crate::engine::lane::{Lane, Synapses};
use crate::engine::simulation::Projection;
use crate::network::plan::Within;
use crate::plasticity::homeostasis::Act;
use crate::plasticity::homeostasis::wiring::{Activity, Edge, Edit, Wiring};
use crate::plasticity::learn::{Change, Learn, Synapse};
use crate::position::Ends;

/// Synapses of a projection that came and went at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// When.
    pub at: Time,
    /// Name of the projection.
    pub projection: String,
    /// Those that went, as they were; targets are counted over the target populations.
    pub removed: Vec<Synapse>,
    /// Those that came.
    pub added: Vec<Synapse>,
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
    /// By source, then target, as `edges`.
    places: Vec<Place>,
    pub(super) edges: Vec<Edge>,
}

/// What is known of a synapse beside its ends, and where it lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    delay: Duration,
    dendritic: Duration,
    weight: f64,
    block: u32,
    /// Its number in the block.
    number: u32,
}

/// Sources whose synapses are gathered together: so many that threads share the work, so few that it is a lot for each.
const PART: u32 = 64;

impl Simulation {
    /// What rewiring has done since this was last asked; it is kept until then, so who steps a network that rewires asks now and then.
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
            let simulation = &*self;
            nodes.map(move |node| {
                let came = simulation.came(population, node).unwrap_or(force.last);
                let here = now - came.max(force.last);
                Activity {
                    here_s: here.as_ms() / MS_PER_S,
                    ..force.activity(population, node, now)
                }
            })
        };
        let sources: Vec<Activity> = activity(source).collect();
        let onto: Vec<Activity> = targets
            .iter()
            .flat_map(|&target| activity(target))
            .collect();
        let n = (self.populations[source].size, offsets[targets.len()]);
        // Neurons that store no memory are left out as those are that are still to come.
        let born = (0..).zip(self.are_born(source));
        let born = born.map(|(node, born)| born && rows.within.has_source(node));
        let born: Vec<bool> = born.collect();
        let born_onto = targets.iter().flat_map(|&target| self.are_born(target));
        let born_onto = (0..).zip(born_onto);
        let born_onto = born_onto.map(|(node, born)| born && rows.within.has_target(node));
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
        };
        let force = &mut self.forces[at];
        let purpose = format!("rewiring.{}.{projection}", force.name);
        let mut stream = Stream::new(force.seed, &purpose, force.instants);
        let mut delayed = Stream::new(force.seed, &format!("{purpose}.delay"), force.instants);
        let Act::Wiring(act) = &mut force.act else {
            return;
        };
        let mut edit = act.rewire(&wiring, &mut stream);
        for edge in &mut edit.added {
            edge.strength = rows.left(edge);
        }
        if !(edit.removed.is_empty() && edit.added.is_empty()) {
            let delays = rows.delays.as_ref();
            let (removed, added) = gathered.put(edit, now, &mut |edge| {
                delays.map_or((Duration::ZERO, Duration::ZERO), |delays| {
                    delays.draw(edge.source, edge.target, &mut delayed)
                })
            });
            let lanes = self.lanes.par_iter_mut();
            lanes.for_each(|lane| lane.send_again(rows.number, now));
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
    /// What weights of new synapses are multiplied with, if they fall with distance.
    profile: Option<Profile>,
    /// Which synapses learn.
    within: Within,
    /// Delays of new synapses, unless listed ones have their own.
    delays: Option<NewDelays>,
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
        profile: own.profile,
        within: own.rule.as_ref()?.within.clone(),
        delays: own.delays.clone(),
    })
}

impl Rows {
    /// What distance leaves of the strength of a new synapse.
    fn left(&self, edge: &Edge) -> f64 {
        let Some((profile, ends)) = self.profile.zip(self.ends.as_ref()) else {
            return edge.strength;
        };
        let mm = ends.distance_mm(edge.source, edge.target);
        edge.strength * profile.at(mm * mm)
    }
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
    let mut owns: Vec<Vec<Stretch>> = Vec::new();
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
            owns.push(own.collect());
            blocks.push(learn.as_mut());
        }
    }
    let seen: Vec<Seen<'_>> = blocks
        .par_iter()
        .zip(&owns)
        .map(|(learn, own)| Seen::new(&**learn, own))
        .collect();
    let n_source = seen.first().map_or(0, |seen| seen.learn.n_source()) as u32;
    let parts = (0..n_source.div_ceil(PART)).into_par_iter();
    let parts = parts.map(|part| {
        let sources = part * PART..((part + 1) * PART).min(n_source);
        let mut all: Vec<(Edge, Place)> = Vec::new();
        for (block, seen) in (0..).zip(&seen) {
            seen.look_from(now, sources.clone(), block, &mut all);
        }
        // Stable: several synapses of one pair stay in the order in which they are.
        all.sort_by_key(|(edge, _)| (edge.source, edge.target));
        all
    });
    let parts: Vec<Vec<(Edge, Place)>> = parts.collect();
    let n = parts.iter().map(Vec::len).sum();
    let (mut edges, mut places) = (Vec::with_capacity(n), Vec::with_capacity(n));
    rayon::join(
        || edges.extend(parts.iter().flatten().map(|(edge, _)| *edge)),
        || places.extend(parts.iter().flatten().map(|(_, place)| *place)),
    );
    drop(seen);
    stretches.extend(owns.into_iter().flatten());
    Gathered {
        blocks,
        stretches,
        places,
        edges,
    }
}

/// A block of synapses as it is looked at.
struct Seen<'a> {
    learn: &'a dyn Learn,
    /// Neurons of the target populations in its group.
    own: &'a [Stretch],
    /// When each synapse was last used, and the number of the first of each source.
    used: Vec<Time>,
    starts: Vec<u32>,
}

impl<'a> Seen<'a> {
    fn new(learn: &'a dyn Learn, own: &'a [Stretch]) -> Self {
        let mut used = Vec::with_capacity(learn.n_synapses());
        learn.look_for_use(&mut |last| used.push(last));
        let mut starts = vec![0];
        let mut n = 0;
        for source in 0..learn.n_source() as u32 {
            n += learn.n_from(source) as u32;
            starts.push(n);
        }
        Self {
            learn,
            own,
            used,
            starts,
        }
    }

    /// Adds the synapses of `sources` as they stand right before `now`, of this block of number `block`.
    fn look_from(&self, now: Time, sources: Range<u32>, block: u32, all: &mut Vec<(Edge, Place)>) {
        let mut number = self.starts[sources.start as usize];
        self.learn.look_from(now, sources, &mut |synapse| {
            let local = synapse.target;
            let inside = |one: &&Stretch| (one.local..one.local + one.len).contains(&local);
            if let Some(stretch) = self.own.iter().find(inside) {
                let edge = Edge {
                    source: synapse.source,
                    target: stretch.first + (local - stretch.local),
                    strength: synapse.weight.abs(),
                    unused_ms: (now - self.used[number as usize]).as_ms(),
                };
                let place = Place {
                    delay: synapse.delay,
                    dendritic: synapse.dendritic,
                    weight: synapse.weight,
                    block,
                    number,
                };
                all.push((edge, place));
            }
            number += 1;
        });
    }
}

impl Gathered<'_> {
    /// Applies `edit` at `now`, with what `delay_of` gives to those that come: those that went, and those that came.
    pub(super) fn put(
        self,
        edit: Edit,
        now: Time,
        delay_of: &mut dyn FnMut(&Edge) -> (Duration, Duration),
    ) -> (Vec<Synapse>, Vec<Synapse>) {
        let mut changes: Vec<Change> = self.blocks.iter().map(|_| Change::default()).collect();
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for &k in &edit.removed {
            let (edge, place) = (&self.edges[k as usize], &self.places[k as usize]);
            changes[place.block as usize].removed.push(place.number);
            removed.push(Synapse {
                source: edge.source,
                target: edge.target,
                delay: place.delay,
                dendritic: place.dendritic,
                weight: place.weight,
            });
        }
        for edge in edit.added {
            let inside = |one: &&Stretch| (one.first..one.first + one.len).contains(&edge.target);
            let Some(stretch) = self.stretches.iter().find(inside) else {
                continue;
            };
            let (low, high) = self.blocks[stretch.block].bounds();
            let sign = if high <= 0.0 { -1.0 } else { 1.0 };
            let (delay, dendritic) = delay_of(&edge);
            let synapse = Synapse {
                source: edge.source,
                target: edge.target,
                delay,
                dendritic,
                weight: (sign * edge.strength).max(low).min(high),
            };
            let target = stretch.local + (edge.target - stretch.first);
            let change = &mut changes[stretch.block];
            change.added.push(Synapse { target, ..synapse });
            added.push(synapse);
        }
        let blocks = self.blocks.into_par_iter().zip(changes);
        blocks.for_each(|(learn, mut change)| {
            change.removed.sort_unstable();
            change.added.sort_by_key(|one| (one.source, one.target));
            learn.rewire(now, &change);
        });
        (removed, added)
    }
}

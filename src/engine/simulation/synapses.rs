//! Sparse synapses that learn, read and set by the name of their projection.

use rayon::prelude::*;

use super::Simulation;
use crate::engine::error::{Kind, SimulationError};
use crate::engine::lane::group::Member;
use crate::engine::lane::{Lane, Synapses};
use crate::plasticity::{Learn, Synapse};

impl Simulation {
    /// How many synapses of `projection` there are.
    ///
    /// # Errors
    /// If there is no such projection, or its synapses do not learn.
    pub fn n_synapses_of(&self, projection: &str) -> Result<usize, SimulationError> {
        let (number, _) = self.learning(projection)?;
        Ok(self
            .learning_blocks(number)
            .map(|(_, learn, _)| learn.n_synapses())
            .sum())
    }

    /// The synapses of the sparse projection called `projection`, which learns, as they stand: by source, then target,
    /// then delay. Targets are counted over the target populations one after the other, in the projection's order.
    ///
    /// # Errors
    /// If there is no such projection, or its synapses do not learn.
    pub fn synapses_of(&self, projection: &str) -> Result<Vec<Synapse>, SimulationError> {
        let (number, targets) = self.learning(projection)?;
        let mut synapses = Vec::with_capacity(self.n_synapses_of(projection)?);
        for (lane, learn, group) in self.learning_blocks(number) {
            let members = &lane.groups[group].members;
            learn.look(self.now, &mut |synapse| {
                let target = self.place_among(targets, members, synapse.target);
                synapses.push(Synapse { target, ..synapse });
            });
        }
        put_in_order(&mut synapses);
        Ok(synapses)
    }

    /// Lets the synapses of all sparse projections that learn catch up, where that changes no bit of what comes: what looks at
    /// all of them next is quick.
    pub fn settle_synapses(&mut self) {
        let now = self.now;
        self.lanes.par_iter_mut().for_each(|lane| {
            for block in &mut lane.blocks {
                if let Synapses::Learning { learn, .. } = &mut block.synapses {
                    learn.settle(now);
                }
            }
        });
    }

    /// Weights of the synapses of `projection`, lane by lane and there by source, delay and target.
    ///
    /// # Errors
    /// If there is no such projection, or its synapses do not learn.
    pub fn weights_in_any_order(&self, projection: &str) -> Result<Vec<f32>, SimulationError> {
        let (number, _) = self.learning(projection)?;
        let blocks: Vec<&dyn Learn> = self.learning_blocks(number).map(|one| one.1).collect();
        let weights = blocks.into_par_iter().map(|learn| {
            let mut weights = Vec::new();
            learn.weights(self.now, &mut weights);
            weights
        });
        Ok(weights.collect::<Vec<_>>().concat())
    }

    /// How many synapses of `projection` each of its sources has.
    ///
    /// # Errors
    /// If there is no such projection, or its synapses do not learn.
    pub fn synapses_by_source(&self, projection: &str) -> Result<Vec<usize>, SimulationError> {
        let (number, _) = self.learning(projection)?;
        let mut numbers = Vec::new();
        for (_, learn, _) in self.learning_blocks(number) {
            numbers.resize(numbers.len().max(learn.n_source()), 0);
            for (number, source) in numbers.iter_mut().zip(0..) {
                *number += learn.n_from(source);
            }
        }
        Ok(numbers)
    }

    /// The synapses of [`synapses_of`](Self::synapses_of) that come from one of `sources`, which ascend.
    ///
    /// # Errors
    /// If there is no such projection, or its synapses do not learn.
    pub fn synapses_from(
        &self,
        projection: &str,
        sources: &[u32],
    ) -> Result<Vec<Synapse>, SimulationError> {
        let (number, targets) = self.learning(projection)?;
        let mut synapses = Vec::new();
        for (lane, learn, group) in self.learning_blocks(number) {
            let members = &lane.groups[group].members;
            let known = |&&source: &&u32| (source as usize) < learn.n_source();
            for &source in sources.iter().take_while(known) {
                learn.look_from(self.now, source..source + 1, &mut |synapse| {
                    let target = self.place_among(targets, members, synapse.target);
                    synapses.push(Synapse { target, ..synapse });
                });
            }
        }
        put_in_order(&mut synapses);
        Ok(synapses)
    }

    /// Gives those synapses other weights, in the order of [`synapses_of`](Self::synapses_of); what their rule remembers
    /// stays.
    ///
    /// # Errors
    /// If there is no such projection, its synapses do not learn, there are more or fewer of them, or a weight is not
    /// finite or outside the bounds of the rule; then nothing has changed.
    pub fn set_synapses(
        &mut self,
        projection: &str,
        weights: &[f64],
    ) -> Result<(), SimulationError> {
        let (number, targets) = self.learning(projection)?;
        let (mut all, mut bounds) = (Vec::new(), (f64::NEG_INFINITY, f64::INFINITY));
        for (at, (lane, learn, group)) in self.learning_blocks(number).enumerate() {
            let members = &lane.groups[group].members;
            bounds = learn.bounds();
            let mut k = 0;
            learn.look(self.now, &mut |synapse| {
                let target = self.place_among(targets, members, synapse.target);
                all.push((Synapse { target, ..synapse }, at, k));
                k += 1;
            });
        }
        if all.len() != weights.len() {
            return Err(SimulationError::Synapses {
                projection: projection.into(),
                found: weights.len(),
                expected: all.len(),
            });
        }
        all.sort_by_key(|(synapse, ..)| order(synapse));
        if let Some(at) = weights.iter().position(|weight| !weight.is_finite()) {
            let synapse = all[at].0;
            return Err(SimulationError::NotFinite {
                projection: projection.into(),
                source_neuron: synapse.source as usize,
                target_neuron: synapse.target as usize,
                value: weights[at] as f32,
            });
        }
        let (low, high) = bounds;
        let outside = |&(_, &weight): &(_, &f64)| !(low..=high).contains(&weight);
        if let Some((&(synapse, ..), &value)) = all.iter().zip(weights).find(outside) {
            return Err(SimulationError::OutOfBounds {
                projection: projection.into(),
                source_neuron: synapse.source,
                target_neuron: synapse.target,
                value,
                low,
                high,
            });
        }
        let mut by_block: Vec<(usize, usize, f64)> = all
            .iter()
            .zip(weights)
            .map(|(&(_, block, k), &weight)| (block, k, weight))
            .collect();
        by_block.sort_unstable_by_key(|&(block, k, _)| (block, k));
        let now = self.now;
        let blocks = self.lanes.iter_mut().flat_map(|lane| &mut lane.blocks);
        let mine = blocks.filter_map(|block| match &mut block.synapses {
            Synapses::Learning { projection, learn } if *projection == number => Some(learn),
            _ => None,
        });
        for (learn, own) in mine.zip(by_block.chunk_by(|a, b| a.0 == b.0)) {
            learn.set_weights(now, &mut own.iter().map(|one| one.2));
        }
        Ok(())
    }

    /// Source, target and weight of the first synapse of the projection of this number that is beyond `limit`, without sign.
    pub(super) fn synapse_beyond(
        &self,
        number: usize,
        targets: &[usize],
        limit: f64,
    ) -> Option<(u32, u32, f64)> {
        self.learning_blocks(number)
            .filter(|(_, learn, _)| learn.is_beyond(limit))
            .find_map(|(lane, learn, group)| {
                let members = &lane.groups[group].members;
                let mut found = None;
                learn.look(self.now, &mut |synapse| {
                    // Not a number is beyond as well.
                    let is_within = synapse.weight.abs() <= limit;
                    if found.is_none() && !is_within {
                        let target = self.place_among(targets, members, synapse.target);
                        found = Some((synapse.source, target, synapse.weight));
                    }
                });
                found
            })
    }

    /// Number of a projection among the sparse ones, and its targets.
    fn learning(&self, name: &str) -> Result<(usize, &[usize]), SimulationError> {
        let found = self.projections.iter().find(|known| known.name == name);
        let known = found.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Projection,
            name: name.into(),
            known: self
                .projections
                .iter()
                .map(|known| known.name.clone())
                .collect(),
        })?;
        match &known.learning {
            Some((number, targets)) => Ok((*number, targets)),
            None if known.dense.is_some() => Err(SimulationError::Dense {
                projection: name.into(),
            }),
            None => Err(SimulationError::Static {
                projection: name.into(),
            }),
        }
    }

    fn learning_blocks(&self, number: usize) -> impl Iterator<Item = (&Lane, &dyn Learn, usize)> {
        let blocks = self.lanes.iter().flat_map(|lane| {
            let blocks = lane.blocks.iter();
            blocks.map(move |block| (lane, block))
        });
        blocks.filter_map(move |(lane, block)| match &block.synapses {
            Synapses::Learning { projection, learn } if *projection == number => {
                Some((lane, learn.as_ref(), block.group))
            }
            _ => None,
        })
    }

    /// Number over `targets`, one after the other, of the neuron that is `local` in a group of `members`.
    fn place_among(&self, targets: &[usize], members: &[Member], local: u32) -> u32 {
        let member = &members[members.partition_point(|member| member.local <= local) - 1];
        let before = targets
            .iter()
            .take_while(|&&target| target != member.population);
        let offset: u32 = before.map(|&target| self.populations[target].size).sum();
        offset + member.first + (local - member.local)
    }
}

/// Puts synapses of one projection into the order of [`Simulation::synapses_of`].
fn put_in_order(synapses: &mut [Synapse]) {
    // Stable: several synapses of one pair and delay stay in the order in which they were drawn.
    synapses.sort_by_key(order);
}

fn order(synapse: &Synapse) -> (u32, u32, i64) {
    (synapse.source, synapse.target, synapse.delay.ps())
}

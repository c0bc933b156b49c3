//! What does not change while a network runs, as a number.

use std::convert::Infallible;

use rayon::prelude::*;

use super::Simulation;
use crate::base::stop::Stopped;
use crate::base::stream::mix;
use crate::engine::lane::Lane;
use crate::engine::lane::dense::DenseBlock;
use crate::engine::watch::Watch;

impl Simulation {
    /// A hash of every synapse with weight and delay, in the order in which they are stored, and of where each neuron
    /// is.
    pub fn graph_hash(&self) -> u128 {
        *self.graph.get_or_init(|| {
            let Ok(hash) = self.hash_graph(&|| Ok::<_, Infallible>(()));
            hash
        })
    }

    /// As [`graph_hash`](Self::graph_hash), until `watch` says to stop.
    ///
    /// # Errors
    /// If it did.
    pub fn graph_hash_watched(&self, watch: &dyn Watch) -> Result<u128, Stopped> {
        if let Some(hash) = self.graph.get() {
            return Ok(*hash);
        }
        let hash = self.hash_graph(&|| match watch.stopped() {
            true => Err(Stopped),
            false => Ok(()),
        })?;
        Ok(*self.graph.get_or_init(|| hash))
    }

    /// The hash; `ask` is called before each block.
    fn hash_graph<E: Send>(&self, ask: &(impl Fn() -> Result<(), E> + Sync)) -> Result<u128, E> {
        let lanes = self.lanes.par_iter();
        let hashes: Result<Vec<Vec<u64>>, E> =
            lanes.map(|lane| self.hash_lane(lane, ask)).collect();
        let hashes: Vec<u64> = hashes?.into_iter().flatten().collect();
        let fold = |start: u64| hashes.iter().fold(start, |all, &hash| mix(all ^ hash));
        Ok(u128::from(fold(0)) << 64 | u128::from(fold(1)))
    }

    fn hash_lane<E>(&self, lane: &Lane, ask: &impl Fn() -> Result<(), E>) -> Result<Vec<u64>, E> {
        let populations = &self.populations;
        let members = lane.groups.iter().flat_map(|group| &group.members);
        let members = members.map(|member| {
            let place = u64::from(member.first) << 32 | u64::from(member.len);
            mix(place ^ populations[member.population].id)
        });
        let mut hashes: Vec<u64> = members.collect();
        for block in &lane.blocks {
            ask()?;
            hashes.push(mix(block.hash() ^ populations[block.source].id));
        }
        for block in lane.groups.iter().flat_map(|group| &group.dense) {
            ask()?;
            hashes.push(hash_dense(block, populations[block.source].id));
        }
        for block in lane.groups.iter().flat_map(|group| &group.tied) {
            let (group, number) = block.owner;
            let numbers = [
                block.gain.to_bits(),
                block.delay.ps() as u64,
                (group as u64) << 32 | number as u64,
            ];
            let start = mix(populations[block.source].id);
            hashes.push(
                numbers
                    .iter()
                    .fold(start, |hash, number| mix(hash ^ number)),
            );
        }
        Ok(hashes)
    }
}

/// A hash of a block of synapses from the population whose name has the number `source`. Weights that change are no part
/// of the graph.
fn hash_dense(block: &DenseBlock, source: u64) -> u64 {
    let weights = match block.plastic {
        None => block.weights.hash(),
        Some(_) => 0,
    };
    let weights = match &block.short_term {
        None => weights,
        Some(rows) => mix(weights ^ rows.hash()),
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

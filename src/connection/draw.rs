//! What rules draw from and hand over: a lane, its targets and its streams.

pub(super) mod sample;
pub(super) mod share;

use std::ops::Range;

use crate::base::stream::Stream;
use crate::connection::draw::sample::Sampler;
use crate::connection::draw::share::Share;
use crate::connection::error::RuleFault;
use crate::connection::space::Space;

/// A target that is not in the lane.
pub const ELSEWHERE: u32 = u32::MAX;

/// A range of a projection's targets that lies in one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The first, counted among the projection's targets.
    pub first: u32,
    /// How many.
    pub len: u32,
    /// Number within the lane of the first; the others follow it.
    pub local: u32,
}

impl Block {
    /// Its targets, counted among the projection's.
    pub fn targets(&self) -> Range<u32> {
        self.first..self.first + self.len
    }
}

/// Synapses of one entity, in the order in which they are drawn.
#[derive(Debug, Clone, Copy)]
pub enum Partners<'a> {
    /// Onto the neuron with this number in the lane, from these sources.
    Onto(u32, &'a [u32]),
    /// From this source, onto neurons with these numbers in the lane, or [`ELSEWHERE`].
    From(u32, &'a [u32]),
}

/// Takes the synapses of an entity, whose number names the streams of their weights and delays. A target is its own
/// entity.
pub type Visit<'a> = dyn FnMut(u64, Partners<'_>) -> Result<(), RuleFault> + 'a;

/// The part of a projection's targets that lies in one lane.
#[derive(Debug)]
pub struct Lane<'a> {
    space: &'a Space,
    seed: u64,
    /// In ascending order of targets, none empty.
    blocks: &'a [Block],
    connect: String,
    share: String,
}

impl<'a> Lane<'a> {
    /// Of the projection called `name`; `blocks` must be in ascending order, without empty ones.
    pub(super) fn new(name: &str, seed: u64, space: &'a Space, blocks: &'a [Block]) -> Self {
        Self {
            space,
            seed,
            blocks,
            connect: format!("connect.{name}"),
            share: format!("share.{name}"),
        }
    }

    /// The neurons of the projection.
    pub fn space(&self) -> &'a Space {
        self.space
    }

    /// Ranges of targets, in ascending order, none empty.
    pub fn blocks(&self) -> &'a [Block] {
        self.blocks
    }

    /// Number of targets in the lane.
    pub fn n_target(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.len)).sum()
    }

    /// What the synapses of `entity` are drawn from, from the beginning.
    pub fn stream(&self, entity: u64) -> Stream {
        Stream::new(self.seed, &self.connect, entity)
    }

    /// A number of synapses to be shared out over parts of the targets, each with so many `pairs`; `key` tells several
    /// such numbers apart.
    pub(super) fn share<P: Fn(Range<u32>) -> u64>(
        &self,
        key: u64,
        multapses: bool,
        pairs: P,
    ) -> Share<'_, P> {
        Share {
            seed: self.seed,
            purpose: &self.share,
            key,
            multapses,
            pairs,
        }
    }

    /// Number of `target` in the lane, or [`ELSEWHERE`].
    pub fn local(&self, target: u32) -> u32 {
        let after = self.blocks.partition_point(|block| block.first <= target);
        match after.checked_sub(1).map(|i| self.blocks[i]) {
            Some(block) if target - block.first < block.len => block.local + (target - block.first),
            _ => ELSEWHERE,
        }
    }

    /// The target with this number in the lane, or nothing if there is none.
    pub(super) fn target(&self, local: u32) -> Option<u32> {
        let mut blocks = self.blocks.iter();
        blocks.find_map(|block| {
            let within = local.checked_sub(block.local)?;
            (within < block.len).then(|| block.first + within)
        })
    }

    /// Hands over the synapses onto each target of the lane, whose sources `afferents` lists.
    ///
    /// # Errors
    /// Those of `visit`, at once.
    pub fn by_target(
        &self,
        visit: &mut Visit<'_>,
        mut afferents: impl FnMut(u32, &mut Sampler),
    ) -> Result<(), RuleFault> {
        self.try_by_target(visit, |target, sampler| {
            afferents(target, sampler);
            Ok(())
        })
    }

    /// As [`by_target`](Self::by_target), where there may be too few sources.
    ///
    /// # Errors
    /// Those of `visit` and `afferents`, at once.
    pub fn try_by_target(
        &self,
        visit: &mut Visit<'_>,
        mut afferents: impl FnMut(u32, &mut Sampler) -> Result<(), RuleFault>,
    ) -> Result<(), RuleFault> {
        let mut sampler = Sampler::default();
        for block in self.blocks {
            for target in block.targets() {
                afferents(target, &mut sampler)?;
                let local = block.local + (target - block.first);
                visit(target.into(), Partners::Onto(local, &sampler.partners))?;
            }
        }
        Ok(())
    }
}

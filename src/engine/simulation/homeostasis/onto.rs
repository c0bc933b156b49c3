//! A projection that a force acts on.

use super::{Population, Seen};
use crate::engine::lane::group::Member;

/// A projection, and which of its synapses are there.
pub(super) struct Onto<'a> {
    pub(super) projection: &'a str,
    pub(super) populations: &'a [Population],
    /// Index of the source population.
    pub(super) source: usize,
    /// How many neurons of each population are there.
    pub(super) born: &'a [u32],
}

impl Onto<'_> {
    /// Whether both ends of a synapse onto `members` are there; others are left as they are, and counted nowhere.
    pub(super) fn is_there(&self, members: &[Member], &(source, target, _): &Seen) -> bool {
        let (population, node) = neuron(members, target);
        source < self.born[self.source] && node < self.born[population]
    }
}

/// The population, by its index, and the number in it of the neuron `local` of the group of `members`.
pub(super) fn neuron(members: &[Member], local: u32) -> (usize, u32) {
    let member = &members[members.partition_point(|member| member.local <= local) - 1];
    (member.population, member.first + (local - member.local))
}

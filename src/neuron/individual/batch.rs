//! Deliveries to several neurons side by side.
//!
//! What a delivery to a neuron with parameters of its own costs is mostly the exponentials that bring the neuron to the
//! instant of the arrival. One after the other each waits for the last step of its polynomial; side by side, in vectors,
//! they take a fraction of the time. Bits are those of deliveries one by one. Neurons that were refractory when they were
//! looked at last are left to go one by one.

use super::cell::Cell;
use crate::base::time::Time;

/// Deliveries taken together at most: a few vectors of the widest kind, few enough that what they need stays in the
/// first-level cache.
pub const BATCH: usize = 32;

/// Doubles in the widest vector: loops over a batch go on to a multiple of it, so that nothing is left for one by one.
const WIDEST: usize = 8;

/// Fewer are faster one by one.
pub(super) const FEWEST: usize = 3;

/// How far a loop over `n` of a batch goes.
#[inline(always)]
pub(super) fn in_vectors(n: usize) -> usize {
    n.next_multiple_of(WIDEST).min(BATCH)
}

/// Deliveries, each to another neuron.
#[derive(Debug, Clone)]
pub struct Batch<S> {
    /// The neurons, by number.
    pub which: [u16; BATCH],
    /// How many there are.
    pub len: usize,
    /// State of each, when it was looked at last and, later, with what has arrived.
    pub states: [S; BATCH],
    /// How many picoseconds have passed since.
    pub dt: [f64; BATCH],
    /// What arrives.
    pub weight: [f64; BATCH],
    /// For how many picoseconds crossings are foreseen.
    pub within: [f64; BATCH],
    /// Whether the neuron must be looked at: never wrongly no.
    pub near: [bool; BATCH],
}

impl<S: Copy> Batch<S> {
    /// Nothing yet; `any` is a state.
    #[inline]
    pub(super) fn new(any: S) -> Self {
        Self {
            which: [0; BATCH],
            len: 0,
            states: [any; BATCH],
            dt: [0.0; BATCH],
            weight: [0.0; BATCH],
            within: [0.0; BATCH],
            near: [false; BATCH],
        }
    }

    /// Prepares the delivery of `weight` at `t` to neuron `j`, which `cell` is.
    #[inline(always)]
    pub(super) fn push(&mut self, j: u16, cell: &Cell<S>, weight: f64, t: Time, within: f64) {
        let k = self.len;
        self.which[k] = j;
        self.states[k] = cell.state;
        self.dt[k] = t.since(cell.at).ps() as f64;
        self.weight[k] = weight;
        self.within[k] = within;
        self.len += 1;
    }
}

//! Events of a bin that come in order.

use super::Wish;
use crate::base::function::{exp, exp_near_zero};
use crate::base::time::Time;

/// Bits of a key that hold the neuron; those above hold the instant.
pub(super) const NEURON_BITS: u32 = 16;

/// Events that come in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// From the start of the bin on.
    pub(super) offsets: Vec<i64>,
    pub(super) targets: Vec<u16>,
    pub(super) growth: Vec<f64>,
    pub(super) next: usize,
    pub(super) next_time: Time,
    /// Those that are being put in order: the offset, then the neuron.
    pub(super) keys: Vec<u64>,
    pub(super) room: Vec<u64>,
}

impl Order {
    /// What is still to come, as keys.
    pub(super) fn rest(&self) -> impl Iterator<Item = u64> {
        let rest = self.offsets[self.next..].iter();
        rest.zip(&self.targets[self.next..])
            .map(|(&offset, &j)| (offset as u64) << NEURON_BITS | u64::from(j))
    }

    /// Puts what is still to come among what is being put in order.
    pub(super) fn keep_rest(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.extend(self.rest());
        self.keys = keys;
    }

    /// Sorts keys of so many bits: into buckets, then within them.
    pub(super) fn sort(&mut self, bits: u32) {
        const BUCKET_BITS: u32 = 8;
        let shift = bits.saturating_sub(BUCKET_BITS);
        let bucket = |key: u64| ((key >> shift) as usize).min((1 << BUCKET_BITS) - 1);
        let mut places = [0_u32; (1 << BUCKET_BITS) + 1];
        for &key in &self.keys {
            places[bucket(key) + 1] += 1;
        }
        for k in 1..places.len() {
            places[k] += places[k - 1];
        }
        self.room.clear();
        self.room.resize(self.keys.len(), 0);
        for &key in &self.keys {
            let place = &mut places[bucket(key)];
            self.room[*place as usize] = key;
            *place += 1;
        }
        std::mem::swap(&mut self.keys, &mut self.room);
        for k in 1..self.keys.len() {
            let key = self.keys[k];
            let mut at = k;
            while at > 0 && self.keys[at - 1] > key {
                self.keys[at] = self.keys[at - 1];
                at -= 1;
            }
            self.keys[at] = key;
        }
    }

    /// Brings what has been sorted, with how much each grows.
    pub(super) fn arrange(&mut self, wish: &Wish) {
        self.offsets.clear();
        self.targets.clear();
        self.growth.clear();
        self.next = 0;
        for &key in &self.keys {
            let offset = (key >> NEURON_BITS) as i64;
            self.offsets.push(offset);
            self.targets.push(key as u16);
            self.growth.push(growth(offset, wish));
        }
        self.keys.clear();
    }

    /// Puts a few among what has been put in order.
    pub(super) fn insert(&mut self, wish: &Wish) {
        for key in self.keys.drain(..) {
            let (offset, j) = ((key >> NEURON_BITS) as i64, key as u16);
            let place = |k: usize| (self.offsets[k], self.targets[k]) < (offset, j);
            let mut at = self.next;
            while at < self.offsets.len() && place(at) {
                at += 1;
            }
            self.offsets.insert(at, offset);
            self.targets.insert(at, j);
            self.growth.insert(at, growth(offset, wish));
        }
    }
}

/// How much an event grows from the start of its bin on: where bins are short, by a polynomial that holds to three times the
/// longest.
#[inline]
pub(super) fn growth(offset: i64, wish: &Wish) -> f64 {
    let x = offset as f64 * wish.growth.rate_per_ps;
    if wish.by_bin {
        exp_near_zero::<7>(x)
    } else {
        exp(x)
    }
}

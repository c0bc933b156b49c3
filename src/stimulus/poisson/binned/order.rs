//! Events of a bin that come in order.

use crate::base::function::{exp, exp_near_zero, exp_polynomial, growth_integral};
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
    /// Empty where events bring no current.
    pub(super) psi: Vec<f64>,
    pub(super) next: usize,
    pub(super) next_time: Time,
    /// Those that are being put in order: the offset, then the neuron.
    pub(super) keys: Vec<u64>,
    /// Room for sorting.
    pub(super) room: Vec<u64>,
    pub(super) places: Vec<u32>,
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

    /// Sorts keys of so many bits: into buckets that hold one or two each, for instants are uniform, then within them.
    pub(super) fn sort(&mut self, bits: u32) {
        let bucket_bits = self.keys.len().max(1).ilog2().min(bits);
        let shift = bits - bucket_bits;
        let last = (1 << bucket_bits) - 1;
        let bucket = |key: u64| ((key >> shift) as usize).min(last);
        let places = &mut self.places;
        places.clear();
        places.resize(last + 2, 0);
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
    pub(super) fn arrange(&mut self, growing: Growing) {
        self.offsets.clear();
        self.targets.clear();
        self.growth.clear();
        self.psi.clear();
        self.next = 0;
        for &key in &self.keys {
            let offset = (key >> NEURON_BITS) as i64;
            self.offsets.push(offset);
            self.targets.push(key as u16);
            self.growth.push(growing.of(offset));
            self.psi.extend(growing.psi(offset));
        }
        self.keys.clear();
    }

    /// Puts a few among what has been put in order.
    pub(super) fn insert(&mut self, growing: Growing) {
        for key in self.keys.drain(..) {
            let (offset, j) = ((key >> NEURON_BITS) as i64, key as u16);
            let place = |k: usize| (self.offsets[k], self.targets[k]) < (offset, j);
            let mut at = self.next;
            while at < self.offsets.len() && place(at) {
                at += 1;
            }
            self.offsets.insert(at, offset);
            self.targets.insert(at, j);
            self.growth.insert(at, growing.of(offset));
            if let Some(psi) = growing.psi(offset) {
                self.psi.insert(at, psi);
            }
        }
    }
}

/// How much an event grows from the start of its bin on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Growing {
    /// Every event is an instant of its own.
    Not,
    /// Bins are short: a polynomial holds, to three times the longest.
    Little { rate_per_ps: f64 },
    /// Bins are longer than that.
    Much { rate_per_ps: f64 },
    /// Events bring a current.
    Current { rate_per_ps: f64, delta_per_ps: f64 },
    /// The same where every event is an instant of its own.
    Sudden,
}

impl Growing {
    /// That much for an event so many picoseconds after the start.
    #[inline]
    pub(super) fn of(self, offset: i64) -> f64 {
        match self {
            Self::Not | Self::Sudden => 1.0,
            Self::Little { rate_per_ps } => exp_near_zero::<7>(offset as f64 * rate_per_ps),
            Self::Much { rate_per_ps } => exp(offset as f64 * rate_per_ps),
            Self::Current { rate_per_ps, .. } => exp_polynomial(offset as f64 * rate_per_ps),
        }
    }

    /// What a current has gathered by then, if it is one.
    #[inline]
    pub(super) fn psi(self, offset: i64) -> Option<f64> {
        match self {
            Self::Not | Self::Little { .. } | Self::Much { .. } => None,
            Self::Current { delta_per_ps, .. } => {
                Some(growth_integral(offset as f64, delta_per_ps))
            }
            Self::Sudden => Some(0.0),
        }
    }
}

//! When synapses came that have not been used since.
//!
//! Of the others their rows say when they were used. Those that came at one instant share it: 8 bytes each.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;

/// Synapses by number, ascending, and the instants at which they came.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Came {
    /// Of each synapse its number and that of its instant.
    all: Vec<(u32, u32)>,
    instants: Vec<Time>,
}

impl Came {
    /// No synapse yet, whose instants may be those of `self` or `now`.
    pub(super) fn next(&self, now: Time) -> Self {
        Self {
            all: Vec::new(),
            instants: self.instants.iter().copied().chain([now]).collect(),
        }
    }

    /// Each synapse, with the number of its instant.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.all.iter().copied()
    }

    /// When that is.
    pub(super) fn when(&self, instant: u32) -> Time {
        self.instants[instant as usize]
    }

    /// Synapse number `k`, behind all others, came at the instant of this number.
    pub(super) fn keep(&mut self, k: u32, instant: u32) {
        self.all.push((k, instant));
    }

    /// Synapse number `k`, behind all others, comes now.
    pub(super) fn add(&mut self, k: u32) {
        self.all.push((k, self.instants.len() as u32 - 1));
    }

    /// Forgets instants at which no synapse came that is here.
    pub(super) fn close(&mut self) {
        let mut numbers = vec![None; self.instants.len()];
        for &(_, instant) in &self.all {
            numbers[instant as usize] = Some(0);
        }
        let mut kept = Vec::new();
        for (number, &instant) in numbers.iter_mut().zip(&self.instants) {
            if let Some(number) = number {
                *number = kept.len() as u32;
                kept.push(instant);
            }
        }
        for (_, instant) in &mut self.all {
            *instant = numbers[*instant as usize].unwrap_or(0);
        }
        self.instants = kept;
        self.all.shrink_to_fit();
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.instants.clear();
    }

    /// Whether it can be that of `n` synapses.
    pub(super) fn fits(&self, n: usize) -> bool {
        let known = |&(k, instant): &(u32, u32)| {
            (k as usize) < n && (instant as usize) < self.instants.len()
        };
        self.all.iter().all(known) && self.all.is_sorted_by(|one, next| one.0 < next.0)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.all.as_slice()) + size_of_val(self.instants.as_slice())
    }
}

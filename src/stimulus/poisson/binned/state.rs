//! What a checkpoint keeps of noise by the bin.

use serde::{Deserialize, Serialize};

use super::Binned;
use super::order::NEURON_BITS;
use crate::base::time::Time;
use crate::stimulus::poisson::scatter::{Place, Rows};

/// What a checkpoint keeps: the bin at hand is drawn again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::stimulus::poisson) struct State {
    pub(super) drawn_from: Place,
    pub(super) start: Option<Time>,
    pub(super) end: Time,
    /// What is still to come in order.
    pub(super) rest: Vec<u64>,
}

impl Binned {
    /// What a checkpoint keeps.
    pub(in crate::stimulus::poisson) fn state(&self) -> State {
        State {
            drawn_from: self.drawn_from.clone(),
            start: self.start,
            end: self.end,
            rest: self.order.rest().collect(),
        }
    }

    /// Goes on from where [`state`](Self::state) was taken of noise made alike; whether it may have been.
    pub(in crate::stimulus::poisson) fn go_on_from(&mut self, state: State) -> bool {
        let State {
            drawn_from,
            start,
            end,
            rest,
        } = state;
        self.rows = Rows::at(drawn_from.clone());
        self.drawn_from = drawn_from;
        (self.start, self.end) = (start, end);
        self.order.keys.clear();
        self.counts.fill(0);
        if let Some(start) = start {
            let length = u32::try_from(end.since(start).ps()).unwrap_or(0);
            let can_be = match self.length.current {
                true => (1..=self.length.most).contains(&length),
                false => length == self.length.most,
            };
            if !can_be {
                return false;
            }
            self.set_length(length);
            self.draw();
            if self.end != end {
                return false;
            }
        }
        for &key in &rest {
            let j = key & ((1 << NEURON_BITS) - 1);
            let Some(slot) = self.slot(j as usize) else {
                return false;
            };
            if key >> (NEURON_BITS + self.length.bits()) > 0 {
                return false;
            }
            self.counts[slot] = 0;
        }
        self.order.keys = rest;
        self.arrange();
        true
    }
}

//! Neurons that fire by themselves: e_l at or above v_th.
//!
//! Between arrivals u is constant while the threshold, negative in units of u, falls as e^((t − t₀)/τ); the crossing
//! has a closed form. Predicting every neuron's after every arrival would cost more than the network, so only crossings
//! within a horizon are queued: an arrival compares u with the threshold at the horizon's end, and one scan per horizon
//! finds the rest. Horizons begin at multiples of [`HORIZON`] from the start of the bout, which makes them part of the
//! model.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::time::{Duration, Time};

/// How far crossings are foreseen: a scan of a lane costs a microsecond, and few neurons cross within it.
const HORIZON: Duration = Duration::from_ps(1_000_000_000);

/// Crossings within the horizon.
#[derive(Debug, Clone, Default)]
pub(super) struct Crossings {
    /// End of the horizon.
    pub(super) horizon: Time,
    /// What u must reach to cross within it.
    pub(super) bound: f64,
    /// Neurons that cross at the instant last advanced to.
    pub(super) due: Vec<u32>,
    /// A neuron may stand here more than once: what has become of it is checked when its turn comes.
    queue: BinaryHeap<Reverse<(Time, u32)>>,
}

impl Crossings {
    /// Nothing is foreseen yet: the first horizon begins at `t`.
    pub(super) fn starting(t: Time) -> Self {
        Self {
            horizon: t,
            bound: f64::INFINITY,
            ..Self::default()
        }
    }

    /// Moves the horizon beyond `t`.
    pub(super) fn extend(&mut self, t: Time) {
        let steps = t.since(self.horizon).ps() / HORIZON.ps() + 1;
        let end = steps
            .checked_mul(HORIZON.ps())
            .and_then(|ps| self.horizon.checked_add(Duration::from_ps(ps)));
        self.horizon = end.unwrap_or(Time::MAX);
    }

    /// Queues that neuron `j` crosses at `t`.
    pub(super) fn queue(&mut self, t: Time, j: u32) {
        self.queue.push(Reverse((t, j)));
    }

    /// Takes a neuron whose crossing was foreseen for `t` or before.
    pub(super) fn take_due(&mut self, t: Time) -> Option<u32> {
        if self.queue.peek()?.0.0 > t {
            return None;
        }
        self.queue.pop().map(|Reverse((_, j))| j)
    }

    /// The next crossing foreseen, or the end of the horizon.
    pub(super) fn next(&self) -> Time {
        self.queue
            .peek()
            .map_or(self.horizon, |Reverse((t, _))| self.horizon.min(*t))
    }
}

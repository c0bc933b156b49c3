//! Neurons about to fire by themselves.
//!
//! Predicting every neuron's crossing after every arrival would cost more than the network, so only crossings within a
//! horizon are queued: an arrival is tested against the horizon's end, and one sweep per horizon finds the rest.
//! Horizons begin at multiples of [`STEP`] from the start of the bout, which makes them part of the model.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize, Serializer};

use crate::base::time::{Duration, Time};

/// How far crossings are foreseen: a sweep of a lane costs microseconds, and few neurons cross within it.
pub(super) const STEP: Duration = Duration::from_ps(1_000_000_000);

/// A foreseen crossing that rounding has put a hair too early is looked at again a tick later.
pub(super) const TICK: Duration = Duration::from_ps(1);

/// Crossings within the horizon.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Horizon {
    end: Time,
    /// A neuron may stand here more than once: what has become of it is checked when its turn comes.
    #[serde(serialize_with = "in_order")]
    queue: BinaryHeap<Reverse<(Time, u32)>>,
}

/// Writes the queue in time order, so that equal states are equal bytes.
fn in_order<S: Serializer>(
    queue: &BinaryHeap<Reverse<(Time, u32)>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut entries: Vec<_> = queue.iter().copied().collect();
    entries.sort_unstable();
    entries.serialize(serializer)
}

impl Horizon {
    /// Nothing is foreseen yet: the first horizon begins at `t`.
    pub(super) fn starting(t: Time) -> Self {
        Self {
            end: t,
            queue: BinaryHeap::new(),
        }
    }

    /// Where it ends.
    pub(super) fn end(&self) -> Time {
        self.end
    }

    /// Moves its end beyond `t`.
    pub(super) fn extend(&mut self, t: Time) {
        let steps = t.since(self.end).ps() / STEP.ps() + 1;
        let end = steps
            .checked_mul(STEP.ps())
            .and_then(|ps| self.end.checked_add(Duration::from_ps(ps)));
        self.end = end.unwrap_or(Time::MAX);
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
            .map_or(self.end, |Reverse((t, _))| self.end.min(*t))
    }

    /// Whether all neurons queued are among the first `size`.
    pub(super) fn is_within(&self, size: usize) -> bool {
        self.queue
            .iter()
            .all(|Reverse((_, j))| (*j as usize) < size)
    }
}

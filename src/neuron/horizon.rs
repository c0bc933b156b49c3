//! Neurons about to fire by themselves.
//!
//! To foresee every neuron's crossing after every arrival would cost more than the network. Where currents carry neurons
//! to the threshold sooner or later, only crossings within a horizon are queued: an arrival is tested against the
//! horizon's end, and one sweep per horizon finds the rest. Horizons begin at multiples of [`STEP`] from the start of the
//! bout or the last step of the current, which makes them part of the model.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize, Serializer};

use crate::base::time::{Duration, Time};

/// How far crossings are foreseen: a sweep of a lane costs microseconds, and few neurons cross within it.
const STEP: Duration = Duration::from_ps(1_000_000_000);

/// A foreseen crossing that rounding has put a hair too early is looked at again a tick later.
pub(super) const TICK: Duration = Duration::from_ps(1);

/// Instants at which neurons must be looked at. What has become of them by then is checked when their turn comes; a
/// neuron may stand here more than once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Queue(#[serde(serialize_with = "in_order")] BinaryHeap<Reverse<(Time, u32)>>);

/// Writes the queue in time order, so that equal states are equal bytes.
fn in_order<S: Serializer>(
    queue: &BinaryHeap<Reverse<(Time, u32)>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut entries: Vec<_> = queue.iter().copied().collect();
    entries.sort_unstable();
    entries.serialize(serializer)
}

impl Queue {
    /// Neuron `j` must be looked at at `t`.
    pub(super) fn push(&mut self, t: Time, j: u32) {
        self.0.push(Reverse((t, j)));
    }

    /// Takes a neuron whose turn comes at `t` or came before, and when.
    pub(super) fn take_due(&mut self, t: Time) -> Option<(Time, u32)> {
        if self.0.peek()?.0.0 > t {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }

    /// The next instant.
    pub(super) fn next(&self) -> Time {
        self.0.peek().map_or(Time::MAX, |Reverse((t, _))| *t)
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Who stands here.
    pub(super) fn neurons(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|Reverse((_, j))| *j)
    }
}

/// How far crossings have been foreseen.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Horizon {
    end: Time,
}

impl Horizon {
    /// Nothing has been foreseen yet: the first horizon begins at `t`.
    pub(super) fn starting(t: Time) -> Self {
        Self { end: t }
    }

    /// Where it ends.
    pub(super) fn end(&self) -> Time {
        self.end
    }

    /// Moves its end beyond `t`, if it is not.
    pub(super) fn extend(&mut self, t: Time) {
        if self.end > t {
            return;
        }
        let steps = t.since(self.end).ps() / STEP.ps() + 1;
        let end = steps
            .checked_mul(STEP.ps())
            .and_then(|ps| self.end.checked_add(Duration::from_ps(ps)));
        self.end = end.unwrap_or(Time::MAX);
    }
}

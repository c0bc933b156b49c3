//! Neurons that fire by themselves: the potential they decay to lies above v_th.
//!
//! Between arrivals u is constant while the threshold, negative in units of u, falls as e^((t − t₀)/τ); the crossing
//! has a closed form. Predicting every neuron's after every arrival would cost more than the network, so only crossings
//! within a horizon are queued: an arrival compares u with the threshold at the horizon's end, and one scan per horizon
//! finds the rest. Horizons begin at multiples of [`HORIZON`] from the start of the bout or the last step of the
//! current, which makes them part of the model.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::Lif;
use super::kernel::find_at_or_above;
use crate::base::function::ln;
use crate::base::time::{Duration, Time};

/// How far crossings are foreseen: a scan of a lane costs a microsecond, and few neurons cross within it.
const HORIZON: Duration = Duration::from_ps(1_000_000_000);

/// A foreseen crossing that rounding has put a hair too early is looked at again a tick later.
const TICK: Duration = Duration::from_ps(1);

/// Crossings within the horizon.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Crossings {
    /// End of the horizon.
    pub(super) horizon: Time,
    /// What u must reach to cross within it.
    pub(super) bound: f64,
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

    /// Neurons whose crossing is foreseen.
    pub(super) fn queued(&self) -> impl Iterator<Item = u32> {
        self.queue.iter().map(|Reverse((_, j))| *j)
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

impl Lif {
    /// Recomputes what u must reach to cross the threshold within the horizon, after the origin or the horizon moved.
    pub(super) fn bound(&mut self) {
        let Some(end) = self.state.crossings.as_ref().map(|all| all.horizon) else {
            return;
        };
        let bound = self.derived.threshold * self.factor_at(end);
        if let Some(crossings) = &mut self.state.crossings {
            crossings.bound = bound;
        }
    }

    /// The instant at which neuron `j` reaches the threshold by itself, if that is within the horizon.
    fn crossing(&self, j: usize) -> Option<Time> {
        let crossings = self.state.crossings.as_ref()?;
        let u = self.state.u[j];
        if u.is_nan() || u < crossings.bound {
            return None;
        }
        // u = distance · e^((t − t₀)/τ), both negative, without the tolerance: it would shift the crossing. From v_inf
        // on, where the logarithm ends, the neuron is above the threshold already.
        let offset = ln((u / self.derived.distance).max(0.0)) / self.derived.rate_per_ps;
        let t = self.state.origin.ps().saturating_add(offset.ceil() as i64);
        Some(Time::from_ps(t))
    }

    /// Queues the crossing of neuron `j`, if it is near, for `earliest` at the earliest.
    pub(super) fn predict(&mut self, j: u32, earliest: Time) {
        if let Some(t) = self.crossing(j as usize)
            && let Some(crossings) = &mut self.state.crossings
        {
            crossings.queue(t.max(earliest), j);
        }
    }

    /// Moves the horizon beyond `t` and queues every crossing within it.
    pub(super) fn foresee(&mut self, t: Time) {
        let Some(crossings) = &mut self.state.crossings else {
            return;
        };
        crossings.extend(t);
        self.bound();
        let bound = self
            .state
            .crossings
            .as_ref()
            .map_or(f64::INFINITY, |crossings| crossings.bound);
        let mut near = Vec::new();
        find_at_or_above(&self.state.u[..self.size], bound, &mut near);
        near.into_iter().for_each(|j| self.predict(j, t));
    }

    /// What happens by itself at or before `t`: crossings, the end of the horizon.
    pub(super) fn cross(&mut self, t: Time) {
        let Some(crossings) = &self.state.crossings else {
            return;
        };
        if crossings.horizon <= t {
            self.foresee(t);
        }
        while let Some(j) = self
            .state
            .crossings
            .as_mut()
            .and_then(|crossings| crossings.take_due(t))
        {
            // Arrivals since may have put it off, or it has fired.
            if self.state.u[j as usize] >= self.derived.threshold * self.state.factor {
                self.state.due.push(j);
            } else {
                self.predict(j, t + TICK);
            }
        }
    }
}

//! One neuron of a population each of whose neurons goes by itself, and when it was last looked at.

use serde::{Deserialize, Serialize};

use super::Dynamics;
use crate::base::time::Time;
use crate::neuron::horizon::Queue;

/// A neuron.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Cell<S> {
    /// As it was at `at`.
    pub(super) state: S,
    pub(super) at: Time,
    /// End of the refractory period.
    free: Time,
    /// The crossing that is foreseen; others in the queue are out of date.
    foreseen: Time,
}

/// How far an arrival has brought a neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// It will not fire unless something else arrives.
    Nothing,
    /// It may cross its threshold by itself one day.
    Way,
    /// It may be at its threshold.
    Threshold,
}

impl<S: Copy> Cell<S> {
    /// A neuron in `state` at `t`, refractory until `free`, if that is later.
    pub(super) fn at(state: S, t: Time, free: Time) -> Self {
        Self {
            state,
            at: t,
            free,
            foreseen: Time::MAX,
        }
    }

    /// A neuron at rest at `t`.
    pub(super) fn resting<D: Dynamics<State = S>>(dynamics: &D, t: Time) -> Self {
        Self::at(dynamics.rest(), t, t)
    }

    /// When its refractory period ends, or has ended.
    pub(super) fn free(&self) -> Time {
        self.free
    }

    /// Whether it is refractory at `t`.
    #[inline]
    pub(super) fn is_held(&self, t: Time) -> bool {
        t < self.free
    }

    /// Brings the neuron to `t`, unless it is there already.
    #[inline]
    pub(super) fn bring<D: Dynamics<State = S>>(&mut self, dynamics: &D, t: Time) {
        if self.at >= t {
            return;
        }
        if self.at < self.free {
            let end = self.free.min(t);
            dynamics.hold(&mut self.state, end.since(self.at).ps() as f64);
            self.at = end;
            if end == t {
                return;
            }
        }
        dynamics.advance(&mut self.state, t.since(self.at).ps() as f64);
        self.at = t;
    }

    /// Whether the neuron may cross the threshold by itself up to `end`: cheap, and never wrongly no. While it is held it
    /// is below all that it may be afterwards.
    #[inline]
    pub(super) fn may_cross<D: Dynamics<State = S>>(&self, dynamics: &D, end: Time) -> bool {
        dynamics.may_cross(&self.state, end.since(self.at).ps() as f64)
    }

    /// The instant at which the neuron crosses the threshold by itself, if that is not after `end`.
    fn crossing<D: Dynamics<State = S>>(&self, dynamics: &D, end: Time) -> Option<Time> {
        if self.at > end || !self.may_cross(dynamics, end) {
            return None;
        }
        let mut cell = *self;
        cell.bring(dynamics, self.free);
        if cell.at > end {
            return None;
        }
        let within = end.since(cell.at).ps() as f64;
        let passed = dynamics.crossing(&cell.state, within)?;
        let t = cell.at.ps().saturating_add(passed.ceil() as i64);
        Some(Time::from_ps(t))
    }

    /// Takes a weight that arrives at `t`.
    #[inline]
    pub(super) fn receive<D: Dynamics<State = S>>(
        &mut self,
        dynamics: &D,
        weight: f64,
        t: Time,
    ) -> Reached {
        let held = self.is_held(t);
        if held && !D::HAS_CURRENTS {
            return Reached::Nothing;
        }
        self.bring(dynamics, t);
        dynamics.receive(&mut self.state, weight);
        self.reached(dynamics, weight, held)
    }

    /// How far `weight` has brought a neuron, which is refractory if it is `held`.
    #[inline]
    pub(super) fn reached<D: Dynamics<State = S>>(
        &self,
        dynamics: &D,
        weight: f64,
        held: bool,
    ) -> Reached {
        // In most models nothing else brings a neuron nearer to its threshold.
        if weight <= 0.0 && !D::REBOUNDS && !dynamics.keeps_excess() {
            Reached::Nothing
        } else if !held && dynamics.is_reached(&self.state) {
            Reached::Threshold
        } else if dynamics.may_cross(&self.state, f64::INFINITY) {
            Reached::Way
        } else {
            Reached::Nothing
        }
    }

    /// Whether deliveries can be taken together with those to others: what comes at the instant it is at, or what came
    /// when it was refractory, is left to go alone.
    #[inline(always)]
    pub(super) fn is_plain(&self, t: Time) -> bool {
        self.at < t && self.free <= self.at
    }

    /// Queues the crossing of the neuron, number `j`, if that is not after `end`, for `earliest` at the earliest; unless
    /// the neuron is to be looked at before anyway. Tells the instant if it has been queued.
    pub(super) fn foresee<D: Dynamics<State = S>>(
        &mut self,
        dynamics: &D,
        end: Time,
        earliest: Time,
        queue: &mut Queue,
        j: u32,
    ) -> Option<Time> {
        let t = self.crossing(dynamics, end)?.max(earliest);
        if t >= self.foreseen {
            return None;
        }
        self.foreseen = t;
        queue.push(t, j);
        Some(t)
    }

    /// Whether what was queued for `t` is the crossing that is foreseen; it is no longer.
    pub(super) fn is_due(&mut self, t: Time) -> bool {
        let due = t == self.foreseen;
        if due {
            self.foreseen = Time::MAX;
        }
        due
    }

    /// No crossing is foreseen any more.
    pub(super) fn forget(&mut self) {
        self.foreseen = Time::MAX;
    }

    /// It fires where it is.
    pub(super) fn fire<D: Dynamics<State = S>>(&mut self, dynamics: &D) {
        dynamics.fire(&mut self.state);
        // Beyond the clock's end it stays refractory.
        self.free = self.at.checked_add(dynamics.t_ref()).unwrap_or(Time::MAX);
        self.foreseen = Time::MAX;
    }

    /// It is refractory no more.
    pub(super) fn release(&mut self) {
        self.free = self.at;
        self.foreseen = Time::MAX;
    }
}

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

/// What an arrival has done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reached {
    /// Nothing that makes the neuron fire.
    No,
    /// It may have brought the neuron to the threshold.
    Now,
    /// It makes the neuron cross then, if nothing else arrives.
    Later(Time),
}

impl<S: Copy> Cell<S> {
    /// A neuron at rest at `t`.
    pub(super) fn resting<D: Dynamics<State = S>>(dynamics: &D, t: Time) -> Self {
        Self {
            state: dynamics.rest(),
            at: t,
            free: t,
            foreseen: Time::MAX,
        }
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

    /// The instant at which the neuron crosses the threshold by itself, if that is not after `end`.
    pub(super) fn crossing<D: Dynamics<State = S>>(&self, dynamics: &D, end: Time) -> Option<Time> {
        let mut cell = *self;
        cell.bring(dynamics, self.free);
        if cell.at > end {
            return None;
        }
        let within = end.since(cell.at).ps() as f64;
        if !dynamics.may_cross(&cell.state, within) {
            return None;
        }
        let passed = dynamics.crossing(&cell.state, within)?;
        let t = cell.at.ps().saturating_add(passed.ceil() as i64);
        Some(Time::from_ps(t))
    }

    /// Takes a weight that arrives at `t`; crossings are foreseen up to `end`.
    #[inline]
    pub(super) fn receive<D: Dynamics<State = S>>(
        &mut self,
        dynamics: &D,
        weight: f64,
        t: Time,
        end: Time,
    ) -> Reached {
        let held = self.is_held(t);
        if held && !D::HAS_CURRENTS {
            return Reached::No;
        }
        self.bring(dynamics, t);
        dynamics.receive(&mut self.state, weight);
        // Nothing else brings a neuron nearer to its threshold.
        if weight <= 0.0 {
            return Reached::No;
        }
        if !held && dynamics.is_reached(&self.state) {
            return Reached::Now;
        }
        if !held && !dynamics.may_cross(&self.state, end.since(t).ps() as f64) {
            return Reached::No;
        }
        match self.crossing(dynamics, end) {
            Some(t) if t < self.foreseen => Reached::Later(t),
            _ => Reached::No,
        }
    }

    /// Queues the crossing of the neuron, number `j`, at `t`, unless it is to be looked at before.
    pub(super) fn foresee(&mut self, queue: &mut Queue, t: Time, j: u32) {
        if t < self.foreseen {
            self.foreseen = t;
            queue.push(t, j);
        }
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

//! Deliveries, one by one and several together.

use super::{Individual, State};
use crate::base::time::Time;
use crate::neuron::Events;
use crate::neuron::individual::Dynamics;
use crate::neuron::individual::batch::{BATCH, Batch, FEWEST};
use crate::neuron::individual::cell::Reached;

impl<D: Dynamics> Individual<D> {
    /// A weight arrives at neuron `j` at `t`: the instant, if any, at which the population must be looked at for it.
    #[inline]
    pub(super) fn deliver(&mut self, j: usize, weight: f64, t: Time) -> Option<Time> {
        let reached = self.state.cells[j].receive(&self.dynamics[j], weight, t);
        self.look(j, reached, t)
    }

    /// What follows from how far an arrival at `t` has brought neuron `j`.
    #[inline]
    fn look(&mut self, j: usize, reached: Reached, t: Time) -> Option<Time> {
        let State {
            cells,
            candidates,
            queue,
            horizon,
            quiet,
            ..
        } = &mut self.state;
        match reached {
            Reached::Nothing => None,
            Reached::Threshold => {
                candidates.push(j as u32);
                Some(t)
            }
            Reached::Way => {
                let woken = std::mem::take(quiet);
                if woken {
                    horizon.extend(t);
                }
                let (dynamics, cell) = (&self.dynamics[j], &mut cells[j]);
                let crossing = cell.foresee(dynamics, horizon.end(), t, queue, j as u32);
                if woken { Some(t) } else { crossing }
            }
        }
    }

    /// For how many picoseconds from `t` crossings are to be foreseen; in a quiet population, however late they come.
    #[inline]
    fn within(&self, t: Time) -> f64 {
        if self.state.quiet {
            f64::INFINITY
        } else {
            self.state.horizon.end().since(t).ps() as f64
        }
    }

    /// Takes over what `batch` says of its neuron number `k`, where it has come to at `t`, and follows it up.
    #[inline]
    fn take_over(&mut self, batch: &Batch<D::State>, k: usize, t: Time) -> Option<Time> {
        let j = usize::from(batch.which[k]);
        let cell = &mut self.state.cells[j];
        (cell.state, cell.at) = (batch.states[k], t);
        if !batch.near[k] {
            return None;
        }
        let reached = cell.reached(&self.dynamics[j], batch.weight[k], false);
        self.look(j, reached, t)
    }

    /// Delivers part of a row at the instant last advanced to, at most [`BATCH`] targets in ascending order.
    pub(super) fn deliver_together(&mut self, targets: &[u16], weight: impl Fn(usize) -> f64) {
        let now = self.state.now;
        let within = self.within(now);
        let mut batch = Batch::new(self.state.cells[usize::from(targets[0])].state);
        // A second synapse onto a neuron comes after the first.
        let mut again = 0_u32;
        for (k, &j) in targets.iter().enumerate() {
            let cell = &self.state.cells[usize::from(j)];
            if k > 0 && targets[k - 1] == j {
                again |= 1 << k;
            } else if cell.is_plain(now) {
                batch.push(j, cell, weight(k), now, within);
            } else {
                self.deliver(j.into(), weight(k), now);
            }
        }
        D::receive_each(&self.dynamics, &mut batch);
        for k in 0..batch.len {
            self.take_over(&batch, k, now);
        }
        while again != 0 {
            let k = again.trailing_zeros() as usize;
            self.deliver(targets[k].into(), weight(k), now);
            again &= again - 1;
        }
    }

    /// Delivers events from number `first` on, as many as can be taken together, at least one; how many, and whether the
    /// population must be looked at for the last.
    pub(super) fn deliver_events(&mut self, events: &Events<'_>, first: usize) -> (usize, bool) {
        let time =
            |k: usize| Time::from_ps(events.origin.ps().saturating_add(events.offsets[first + k]));
        let targets = &events.targets[first..];
        let most = targets.len().min(BATCH);
        let mut batch = Batch::new(self.state.cells[usize::from(targets[0])].state);
        let mut from = [Time::NEVER; BATCH];
        if most >= FEWEST {
            for (k, &j) in targets.iter().enumerate().take(most) {
                let (cell, t) = (&self.state.cells[usize::from(j)], time(k));
                if !cell.is_plain(t) {
                    break;
                }
                from[k] = cell.at;
                batch.push(j, cell, events.weight(first + k), t, self.within(t));
            }
        }
        if batch.len == 0 {
            let due = self.deliver(targets[0].into(), events.weight(first), time(0));
            return (1, due.is_some());
        }
        D::receive_each(&self.dynamics, &mut batch);
        for (k, &from) in from.iter().enumerate().take(batch.len) {
            let j = usize::from(batch.which[k]);
            // One that an earlier event has reached is not where it was.
            let due = if self.state.cells[j].at == from {
                self.take_over(&batch, k, time(k))
            } else {
                self.deliver(j, batch.weight[k], time(k))
            };
            // A crossing foreseen behind the last event may still come before whatever the caller goes on to.
            if due.is_some() {
                return (k + 1, true);
            }
        }
        (batch.len, false)
    }
}

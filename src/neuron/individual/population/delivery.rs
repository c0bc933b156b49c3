//! Deliveries, one by one and several together.

use super::{Individual, State};
use crate::base::function::TOGETHER;
use crate::base::time::Time;
use crate::base::vector::vectorized;
use crate::neuron::individual::Dynamics;
use crate::neuron::individual::cell::Reached;
use crate::neuron::individual::decays::group;
use crate::neuron::{Events, RowWeights};

vectorized! {
    /// Delivers a row at the instant last advanced to.
    pub(super) fn receive_row[D: Dynamics](population: &mut Individual<D>, targets: &[u16], weights: RowWeights<'_>) {
        match weights {
            RowWeights::One(weight) => population.deliver_row(targets, |_| weight),
            RowWeights::Listed { .. } | RowWeights::Each(_) => {
                population.deliver_row(targets, |k| weights.get(k));
            }
        }
    }
}

vectorized! {
    /// Delivers events in order, up to and including the first for which the population must be looked at; its number, if
    /// there is one.
    pub(super) fn receive_events[D: Dynamics](population: &mut Individual<D>, events: &Events<'_>) -> Option<usize> {
        let mut done = 0;
        while done < events.targets.len() {
            let (n, due) = population.deliver_events(events, done);
            done += n;
            if due {
                return Some(done - 1);
            }
        }
        None
    }
}

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

    /// A weight arrives at neuron `j`, number `k` of the group whose decays up to `t` are computed. It has not been
    /// refractory since it was looked at last.
    #[inline(always)]
    fn deliver_decayed(
        &mut self,
        j: usize,
        weight: f64,
        t: Time,
        k: usize,
        within: f64,
    ) -> Option<Time> {
        let (dynamics, cell) = (&self.dynamics[j], &mut self.state.cells[j]);
        self.decays.decay(k, dynamics, &mut cell.state);
        dynamics.receive(&mut cell.state, weight);
        cell.at = t;
        if weight <= 0.0 && !D::REBOUNDS && !dynamics.keeps_excess() {
            return None;
        }
        if !(dynamics.is_reached(&cell.state) | dynamics.may_cross(&cell.state, within)) {
            return None;
        }
        let reached = cell.reached(dynamics, weight, false);
        self.look(j, reached, t)
    }

    /// See [`receive_row`].
    #[inline(always)]
    fn deliver_row(&mut self, targets: &[u16], weight: impl Fn(usize) -> f64) {
        let now = self.state.now;
        let mut done = 0;
        for targets in targets.chunks(group::<D>()) {
            self.decays.clear();
            for &j in targets {
                let at = self.state.cells[usize::from(j)].at;
                let dt = now.since(at).ps() as f64;
                self.decays.push(&self.dynamics[usize::from(j)], dt);
            }
            self.decays.compute::<D>();
            // What quiet neurons wake to is known sooner than that.
            let within = self.within(now);
            for (k, &j) in targets.iter().enumerate() {
                let (j, weight) = (usize::from(j), weight(done + k));
                let cell = &self.state.cells[j];
                // One that an earlier synapse of the row has reached is at the instant already, and not plain.
                if cell.is_plain(now) {
                    self.deliver_decayed(j, weight, now, k, within);
                } else {
                    self.deliver(j, weight, now);
                }
            }
            done += targets.len();
        }
    }

    /// Delivers events from number `first` on, as many as can be taken together, at least one; how many, and whether the
    /// population must be looked at for the last.
    #[inline(always)]
    fn deliver_events(&mut self, events: &Events<'_>, first: usize) -> (usize, bool) {
        let time =
            |k: usize| Time::from_ps(events.origin.ps().saturating_add(events.offsets[first + k]));
        let targets = &events.targets[first..];
        let n = targets.len().min(group::<D>());
        let mut from = [Time::NEVER; TOGETHER];
        self.decays.clear();
        for (k, &j) in targets.iter().enumerate().take(n) {
            from[k] = self.state.cells[usize::from(j)].at;
            let dt = time(k).since(from[k]).ps() as f64;
            self.decays.push(&self.dynamics[usize::from(j)], dt);
        }
        self.decays.compute::<D>();
        for (k, &from) in from.iter().enumerate().take(n) {
            let (j, weight, t) = (usize::from(targets[k]), events.weight(first + k), time(k));
            let cell = &self.state.cells[j];
            // One that an earlier event has reached is not where it was.
            let due = if cell.is_plain(t) && cell.at == from {
                self.deliver_decayed(j, weight, t, k, self.within(t))
            } else {
                self.deliver(j, weight, t)
            };
            // A crossing foreseen behind the last event may still come before whatever the caller goes on to.
            if due.is_some() {
                return (k + 1, true);
            }
        }
        (n, false)
    }
}

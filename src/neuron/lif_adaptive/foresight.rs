//! Which driven neurons cross the threshold by themselves, and when.

use super::LifAdaptive;
use super::decay::Clock;
use super::kernel::{Bar, find_above};
use crate::base::time::Time;
use crate::neuron::horizon::TICK;

impl LifAdaptive {
    /// Recomputes the bar at the end of the horizon, after that or the origin has moved.
    pub(super) fn look_ahead(&mut self) {
        self.ahead = match &self.state.horizon {
            None => Bar::NEVER,
            Some(horizon) => self.bar(&self.clock_at(horizon.end())),
        };
    }

    /// Queues the crossing of neuron `j` from its state at `t`, the instant of `clock`, if it is near; for `earliest` at
    /// the earliest.
    pub(super) fn predict(&mut self, j: u32, t: Time, clock: &Clock, earliest: Time) {
        let Some(horizon) = &self.state.horizon else {
            return;
        };
        let within = horizon.end().since(t).ps();
        let (y, pull) = self.variables(j as usize, clock);
        if within < 0 || y == f64::NEG_INFINITY {
            return;
        }
        let rates = self.derived.rates;
        let Some(passed) = rates.crossing(y, pull, self.drive.distance, within as f64) else {
            return;
        };
        let t = t.ps().saturating_add(passed.ceil() as i64);
        self.state.queue.push(Time::from_ps(t).max(earliest), j);
    }

    /// Looks at neuron `j` after it has been put where it is: at or above its threshold it fires at this instant unless
    /// something that arrives pulls it down; below, its crossing is queued, if it is near.
    pub(super) fn place(&mut self, j: u32) {
        let (now, clock) = (self.state.now, self.clock);
        let cell = self.state.cells.all()[j as usize];
        if self.bar(&clock).excess(cell) >= 0.0 {
            self.state.scan = true;
        } else {
            self.predict(j, now, &clock, now);
        }
    }

    /// Queues every neuron that crosses within the horizon, which has moved.
    pub(super) fn sweep(&mut self) {
        let (now, clock) = (self.state.now, self.clock);
        let mut near = Vec::new();
        let bars = [self.bar(&clock), self.ahead];
        find_above(self.state.cells.all(), bars, &mut near);
        for j in near {
            // Where potentials have just been set, no crossing has brought a neuron above its threshold.
            if self.state.scan {
                self.place(j);
            } else {
                self.predict(j, now, &clock, now);
            }
        }
    }

    /// What happens by itself at the instant advanced to: crossings, the end of the horizon.
    pub(super) fn cross(&mut self) {
        let (now, clock) = (self.state.now, self.clock);
        let Some(horizon) = &mut self.state.horizon else {
            return;
        };
        if horizon.end() <= now {
            horizon.extend(now);
            self.look_ahead();
            self.sweep();
        }
        let bar = self.bar(&clock);
        while let Some((_, j)) = self.state.queue.take_due(now) {
            // Arrivals since may have put it off, or it has fired.
            if bar.excess(self.state.cells.all()[j as usize]) >= 0.0 {
                self.state.due.push(j);
            } else {
                self.predict(j, now, &clock, now + TICK);
            }
        }
    }
}

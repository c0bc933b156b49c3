//! Neurons that fire by themselves: the potential they decay to lies above v_th.
//!
//! Between arrivals u is constant while the threshold, negative in units of u, falls as e^((t − t₀)/τ); the crossing
//! has a closed form. An arrival compares u with the threshold at the end of the [horizon](crate::neuron::horizon).

use super::Lif;
use super::kernel::find_at_or_above;
use crate::base::function::ln;
use crate::base::time::Time;
use crate::neuron::horizon::{Horizon, TICK};

impl Lif {
    /// Recomputes what u must reach to cross the threshold within the horizon, after the origin or the horizon moved.
    pub(super) fn look_ahead(&mut self) {
        self.ahead = match &self.state.horizon {
            None => f64::INFINITY,
            Some(horizon) => self.derived.threshold * self.factor_at(horizon.end()),
        };
    }

    /// The instant at which neuron `j` reaches the threshold by itself, if that is within the horizon.
    fn crossing(&self, j: usize) -> Option<Time> {
        let [u] = self.state.cells.all()[j];
        if self.ahead == f64::INFINITY || u.is_nan() || u < self.ahead {
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
        if let Some(t) = self.crossing(j as usize) {
            self.state.queue.push(t.max(earliest), j);
        }
    }

    /// Looks at neuron `j` after it has been put where it is: at or above the `threshold` of this instant it fires unless
    /// something that arrives pulls it down; below, its crossing is queued, if it is near.
    pub(super) fn place(&mut self, j: u32, threshold: f64) {
        let [u] = self.state.cells.all()[j as usize];
        if u >= threshold {
            self.state.scan = true;
        } else {
            self.predict(j, self.state.now);
        }
    }

    /// Moves the horizon beyond `t` and queues every crossing within it.
    pub(super) fn foresee(&mut self, t: Time) {
        let Some(horizon) = &mut self.state.horizon else {
            return;
        };
        horizon.extend(t);
        self.look_ahead();
        let mut near = Vec::new();
        let u = self.state.cells.all().as_flattened();
        find_at_or_above(u, self.ahead, &mut near);
        // Where potentials have just been set, no crossing has brought a neuron above its threshold.
        let threshold = self.derived.threshold * self.factor;
        for j in near {
            if self.state.scan {
                self.place(j, threshold);
            } else {
                self.predict(j, t);
            }
        }
    }

    /// What happens by itself at or before `t`: crossings, the end of the horizon.
    pub(super) fn cross(&mut self, t: Time) {
        if self.state.horizon.as_ref().map_or(Time::MAX, Horizon::end) <= t {
            self.foresee(t);
        }
        while let Some((_, j)) = self.state.queue.take_due(t) {
            // Arrivals since may have put it off, or it has fired.
            let [u] = self.state.cells.all()[j as usize];
            if u >= self.derived.threshold * self.factor {
                self.state.due.push(j);
            } else {
                self.predict(j, t + TICK);
            }
        }
    }
}

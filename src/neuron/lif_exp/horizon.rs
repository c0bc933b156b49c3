//! What happens to a population by itself: horizons, refractory ends, crossings, and what a quiet one makes up for.

use crate::base::time::{Duration, Time};
use crate::neuron::lif_exp::LifExp;
use crate::neuron::lif_exp::clock::Decay;
use crate::neuron::lif_exp::crossing::first_crossing;
use crate::neuron::lif_exp::kernel::{BUDGET, Cell};
use crate::neuron::lif_exp::level::margin;
use crate::neuron::lif_exp::pace::Pace;
use crate::neuron::lif_exp::sweep::Found;

impl<P: Pace> LifExp<P> {
    /// Sets the budget of neuron `j`, which is below the threshold, anew; if there is none left, looks out for a
    /// crossing.
    pub(super) fn look_ahead(&mut self, j: usize) {
        let neuron = self.neuron(j);
        let (_, ahead) = self.passed(j);
        let membrane = self.membrane(j);
        let gap = neuron.rise + (membrane.v_th - membrane.v_inf(self.state.injected_pa));
        let free = gap - margin(&membrane) - ahead.highest_rise(&neuron);
        if free < 0.0
            && let Some(ps) = first_crossing(&neuron, gap, ahead.ps, &self.pace.of(j).rates)
        {
            // Up to the next tick, and never this one: at this one v is below the threshold.
            let ticks = Duration::from_ps((ps.ceil() as i64).max(1));
            if let Some(t) = self.state.now.checked_add(ticks) {
                self.state.queue.push(t, j as u32);
            }
        }
        // Without a budget every excitatory arrival is looked at.
        self.state.cells.all_mut()[j][BUDGET] = if free > 0.0 { free } else { 0.0 };
    }

    /// Marks neuron `j` as one to look at when the population is tested. Nothing that is taken back gives it a budget.
    pub(super) fn suspect(&mut self, j: usize) {
        self.state.cells.all_mut()[j][BUDGET] = f64::NEG_INFINITY;
        self.state.candidates.push(j as u32);
    }

    /// Neuron `j` begins anew from the reset potential at the instant last advanced to.
    pub(super) fn end_refractory(&mut self, j: usize) {
        let u = self.u_for(j, self.membrane(j).v_reset);
        self.state.cells.all_mut()[j][0] = u;
        self.suspect(j);
    }

    /// Moves the origin by so many picoseconds, or by a horizon; whether the population is loud.
    pub(super) fn sweep(&mut self, ps: Option<f64>) -> bool {
        let free = self.levels.free(self.state.injected_pa);
        let Found { near, loud } = self.pace.sweep(self.state.cells.all_mut(), ps, free);
        if near {
            self.collect();
        }
        loud
    }

    /// Every neuron whose budget is below 0 becomes a candidate.
    pub(super) fn collect(&mut self) {
        let near = (0..).zip(self.state.cells.all());
        let near = near.filter(|(_, cell)| cell[BUDGET] < 0.0).map(|(j, _)| j);
        self.state.candidates.extend(near);
    }

    /// The end of a horizon.
    pub(super) fn begin_horizon(&mut self) {
        self.move_to(self.horizon_end());
        self.state.origin = self.state.now;
        if !self.sweep(None) {
            self.state.quiet = true;
            self.state.candidates.clear();
            self.state.queue.clear();
        }
    }

    pub(super) fn move_to(&mut self, t: Time) {
        self.state.now = t;
        self.pace.move_on();
    }

    /// Something happens to a quiet population at `t`: what it has left out is made up for.
    pub(super) fn wake(&mut self, t: Time) {
        if !std::mem::replace(&mut self.state.quiet, false) {
            return;
        }
        let horizon = self.pace.horizon().ps();
        let passed = t.since(self.state.origin).ps() / horizon * horizon;
        let old = self.state.origin;
        let origin = old + Duration::from_ps(passed);
        // Refractory ends up to the new origin, which the old one may be too far from.
        let mut ended = Vec::new();
        while let Some((end, j)) = self.state.refractory.take_due(origin) {
            let cell = self.state.cells.all()[j as usize];
            ended.push((j, self.above_after_reset(j as usize, &cell, end, origin)));
        }
        self.state.origin = origin;
        self.move_to(origin);
        self.sweep(Some(passed as f64));
        for (j, u) in ended {
            self.state.cells.all_mut()[j as usize][0] = u;
            self.suspect(j as usize);
        }
        self.end_refractories(t);
        self.move_to(t);
    }

    /// v − v_inf at `t` of neuron `j`, with the currents of `cell`, which has been released from the reset potential at `end`.
    pub(super) fn above_after_reset(&self, j: usize, cell: &Cell, end: Time, t: Time) -> f64 {
        let rates = &self.pace.of(j).rates;
        let [_, g_ex, g_inh, _] = *cell;
        let held = Decay::over(self.state.since_origin(end), rates);
        let free = Decay::over(t.since(end).ps() as f64, rates);
        let u = self.membrane(j).v_reset - self.v_inf(j);
        free.above(u, held.ex * g_ex, held.inh * g_inh)
    }

    /// Refractory ends up to `t`, each at its own instant, whenever it is noticed.
    pub(super) fn end_refractories(&mut self, t: Time) {
        while let Some((end, j)) = self.state.refractory.take_due(t) {
            if end != self.state.now {
                self.move_to(end);
            }
            self.end_refractory(j as usize);
        }
    }

    /// Sets every budget anew for the rest of the horizon, after all neurons have changed.
    pub(super) fn refresh(&mut self) {
        self.state.stale = false;
        for cell in self.state.cells.all_mut() {
            if cell[BUDGET] != f64::INFINITY {
                cell[BUDGET] = -1.0;
            }
        }
        self.state.candidates.clear();
        self.collect();
    }

    /// Takes the neurons out of the queue whose crossing is due. An arrival of this instant comes too late.
    pub(super) fn cross(&mut self) {
        while let Some((_, j)) = self.state.queue.take_due(self.state.now) {
            // Arrivals since may have put it off, or it has fired.
            if self.state.cells.all()[j as usize][BUDGET] == f64::INFINITY {
                continue;
            }
            if self.is_at_threshold(j as usize) {
                self.state.due.push(j);
            } else {
                self.suspect(j as usize);
            }
        }
    }
}

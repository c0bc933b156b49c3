//! Leaky integrate-and-fire neurons with exponential currents and exact crossings.
//!
//! Between arrivals v − v_inf is e^(−x/τ_m) (u + g_ex ψ_ex(x) + g_in ψ_in(x)) and a current over c_m is g e^(−x/τ), where
//! x counts from the clock's origin and ψ(x) = ∫₀^x e^(δ s) ds, δ = 1/τ_m − 1/τ. So u and both g stay what they are until
//! something arrives, and an arrival adds to them: one vector per row, not per target.
//!
//! v may cross the threshold long after an arrival. To foresee each crossing anew after every arrival would cost more
//! than the network; so each neuron has a budget: by how much a bound on v until the end of the horizon, if nothing
//! arrives, lies below the threshold. An excitatory arrival takes from it what it adds to v at that end. Only when it is
//! used up the neuron is looked at: the bound is taken anew, and if that does not help the crossing is foreseen. It is
//! looked at again when it is due, since arrivals may have put it off.
//!
//! At the end of a horizon the origin moves there and one sweep sets all budgets. Horizons are multiples of a length that
//! follows from the parameters, counted from the start of the bout, because moving the origin changes last bits: they are
//! part of the model. A population in which no neuron would ever fire by itself is quiet: it has no horizons until
//! something arrives.

mod clock;
mod crossing;
mod derived;
mod described;
mod horizon;
mod kernel;
mod level;
mod noise;
mod pace;
mod params;
mod state;
mod sweep;

use pace::{Alike, OWN_BYTES, Own, Pace};
pub use params::{Params, SPEC};

use crate::base::function::exp;
use crate::base::parameter::Dimension;
use crate::base::time::{Duration, Time};
use crate::neuron::bytes::{Path, to_bytes};
use crate::neuron::individual;
use crate::neuron::membrane::{E_L, I_E, Membrane, T_REF, V_RESET, V_TH};
use crate::neuron::state::of_shared;
use crate::neuron::{
    self as neuron, Bin, Bins, Early, Events, Example, Growth, Model, Neurons, RowWeights,
    StateError, THRESHOLD, V_M, Variable,
};
use clock::Decay;
use crossing::{Ahead, Neuron};
use derived::Derived;
use kernel::{BUDGET, Cell};
use level::{Levels, margin, tie};
use state::State;

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::Current),
    variables: &[
        V_M,
        Variable {
            name: "i_ex",
            dimension: Dimension::Current,
            doc: "excitatory synaptic current",
        },
        Variable {
            name: "i_in",
            dimension: Dimension::Current,
            doc: "inhibitory synaptic current; not positive",
        },
        THRESHOLD,
    ],
    build: |setup| individual::build::<individual::LifExp>(&setup),
    levels: &[V_TH.name, V_RESET.name, E_L.name, T_REF.name, I_E.name],
    bytes: |own| match own {
        false => size_of::<Cell>(),
        true => size_of::<Cell>() + OWN_BYTES,
    },
    example: Example {
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("t_ref", 2.0),
            ("tau_syn_ex", 5.0),
            ("tau_syn_in", 10.0),
        ],
        weight: 5_000.0,
    },
};

/// A population of leaky integrate-and-fire neurons with exponential currents.
#[derive(Debug)]
struct LifExp<P: Pace = Alike> {
    levels: Levels,
    pace: P,
    state: State,
    /// Room for neurons.
    suspects: Vec<u16>,
}

impl LifExp {
    /// `size` neurons at rest.
    fn new(size: usize, params: Params) -> Self {
        let pace = Alike::new(Derived::new(&params));
        Self::of(size, Levels::shared(params.membrane), pace)
    }
}

/// `size` neurons at rest, all of the same parameters.
pub(super) fn alike(size: usize, params: Params) -> Box<dyn Neurons> {
    Box::new(LifExp::new(size, params))
}

/// Neurons at rest, each with parameters of its own; `None` if there are none, or if they are too unlike to go together.
pub(super) fn of_each(all: &[Params]) -> Option<Box<dyn Neurons>> {
    let [first, ..] = all else { return None };
    let levels = Levels::own(first, all);
    let paced = |it: &Params| {
        (
            it.membrane.tau_m,
            it.membrane.c_m,
            it.tau_syn_ex,
            it.tau_syn_in,
        )
    };
    if all.iter().all(|it| paced(it) == paced(first)) {
        let pace = Alike::new(Derived::new(first));
        return Some(Box::new(LifExp::of(all.len(), levels, pace)));
    }
    let derived: Vec<_> = all.iter().map(Derived::new).collect();
    Some(Box::new(LifExp::of(all.len(), levels, Own::new(&derived)?)))
}

impl<P: Pace> LifExp<P> {
    fn of(size: usize, levels: Levels, pace: P) -> Self {
        let mut population = Self {
            levels,
            pace,
            state: State::new(size),
            suspects: Vec::new(),
        };
        population.reset(Time::ZERO);
        population
    }

    /// The parameters of neuron `j`.
    fn params(&self, j: usize) -> Params {
        let [tau_syn_ex, tau_syn_in] = self.pace.of(j).tau_syn;
        Params {
            membrane: self.membrane(j),
            tau_syn_ex,
            tau_syn_in,
        }
    }

    /// The membrane of neuron `j`.
    fn membrane(&self, j: usize) -> Membrane {
        self.levels.of(j)
    }

    /// Where v of neuron `j` goes without arrivals.
    fn v_inf(&self, j: usize) -> f64 {
        self.membrane(j).v_inf(self.state.injected_pa)
    }

    /// The threshold of neuron `j` above v_inf.
    fn distance(&self, j: usize) -> f64 {
        self.membrane(j).v_th - self.v_inf(j)
    }

    /// End of the horizon.
    fn horizon_end(&self) -> Time {
        let end = self.state.origin.checked_add(self.pace.horizon());
        end.unwrap_or(Time::MAX)
    }

    /// What has passed of the horizon and what is left, for neuron `j`.
    fn passed(&mut self, j: usize) -> (Decay, Ahead) {
        let ps = self.state.since_origin(self.state.now);
        self.pace.passed(j, ps)
    }

    /// What u of neuron `j` must be for v at the instant last advanced to.
    fn u_for(&mut self, j: usize, v: f64) -> f64 {
        let (decay, _) = self.passed(j);
        let [_, g_ex, g_inh, _] = self.state.cells.all()[j];
        (v - self.v_inf(j) - decay.k_ex * g_ex - decay.k_inh * g_inh) / decay.m
    }

    /// Neuron `j` at the instant last advanced to.
    fn neuron(&mut self, j: usize) -> Neuron {
        let (decay, _) = self.passed(j);
        let [u, g_ex, g_inh, _] = self.state.cells.all()[j];
        Neuron {
            rise: -decay.above(u, g_ex, g_inh),
            g_ex: decay.ex * g_ex,
            g_inh: decay.inh * g_inh,
        }
    }

    /// Whether neuron `j`, not refractory, is at the threshold.
    fn is_at_threshold(&mut self, j: usize) -> bool {
        self.neuron(j).rise + self.distance(j) <= tie(&self.membrane(j))
    }
}

impl<P: Pace> Neurons for LifExp<P> {
    fn size(&self) -> usize {
        self.state.cells.len()
    }

    fn reset(&mut self, t: Time) {
        self.state.clear(t);
        self.levels.inject(0.0);
        self.state.quiet = true;
        for (j, cell) in self.state.cells.all_mut().iter_mut().enumerate() {
            let membrane = self.levels.of(j);
            let v_inf = membrane.v_inf(0.0);
            *cell = [membrane.e_l - v_inf, 0.0, 0.0, 0.0];
            let highest = membrane.e_l.max(v_inf);
            self.state.quiet &= highest < membrane.v_th - margin(&membrane);
        }
        self.state.stale = !self.state.quiet;
        self.pace.move_on();
    }

    fn advance(&mut self, t: Time) {
        if self.state.stale {
            self.refresh();
        }
        while !self.state.quiet {
            let horizon = self.horizon_end();
            let refractory = self.state.refractory.next();
            if horizon.min(refractory) > t {
                break;
            }
            if horizon <= refractory {
                self.begin_horizon();
            } else {
                self.end_refractories(refractory);
            }
        }
        if t != self.state.now {
            self.move_to(t);
        }
        if self.state.queue.next() <= t {
            self.cross();
        }
    }

    fn expect(&mut self, instants: &[Time]) {
        self.pace.expect(instants, self.state.origin);
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        self.wake(self.state.now);
        self.pace.add_to_all(&mut self.state, rows, gain);
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        self.wake(self.state.now);
        self.pace.add_to_targets(&mut self.state, targets, weights);
    }

    fn arrive(&mut self, t: Time, targets: &[u16], weights: RowWeights<'_>) -> bool {
        if self.state.quiet {
            // Its clock has stood still.
            self.advance(t);
            self.receive_row(targets, weights);
            return true;
        }
        if t != self.state.now {
            self.move_to(t);
        }
        self.receive_row(targets, weights);
        !self.state.candidates.is_empty()
    }

    fn growth(&self, weight: f64) -> Growth {
        self.pace.growth(weight)
    }

    fn receive_events(&mut self, mut events: Events<'_>) -> Option<usize> {
        let first = *events.offsets.first()?;
        let woken = self.state.quiet;
        if woken {
            self.wake(events.origin + Duration::from_ps(first));
            // Only the first is within the horizon that begins with it, for certain.
            events.targets = &events.targets[..1];
        }
        let reached = self.pace.add_events(&mut self.state, &events);
        let reached = if woken { Some(0) } else { reached };
        self.state.latest = events.last(reached);
        let reached = reached?;
        let target = u32::from(events.targets[reached]);
        self.state.candidates.push(target);
        Some(reached)
    }

    fn bins(&self) -> Option<Bins> {
        self.noise_bins()
    }

    fn receive_bin(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) -> bool {
        self.take_in(bin, apart)
    }

    fn stretch_end(&self, t: Time) -> Time {
        self.horizon_end_after(t)
    }

    fn take_back(&mut self, j: u16, early: Early) {
        let cell = self.state.cells.all()[usize::from(j)];
        self.state.cells.all_mut()[usize::from(j)] = self.without(cell, &early);
    }

    fn suspects(&mut self) -> &[u16] {
        self.find_suspects()
    }

    fn inject(&mut self, current_pa: f64) {
        if current_pa == self.state.injected_pa {
            return;
        }
        self.wake(self.state.now);
        let old = std::mem::replace(&mut self.state.injected_pa, current_pa);
        self.levels.inject(current_pa);
        for j in 0..self.size() {
            let (decay, _) = self.passed(j);
            // Neurons that are alike share their resistance, so that all move alike.
            let membrane = self.levels.of(if P::ALIKE { 0 } else { j });
            let moved = (membrane.v_inf(old) - membrane.v_inf(current_pa)) / decay.m;
            self.state.cells.all_mut()[j][0] += moved;
        }
        self.state.stale = true;
    }

    fn next_due(&self) -> Time {
        let state = &self.state;
        if state.stale || !state.candidates.is_empty() || !state.due.is_empty() {
            return state.now;
        }
        if state.quiet {
            return Time::MAX;
        }
        let refractory = state.refractory.next();
        self.horizon_end().min(refractory).min(state.queue.next())
    }

    fn next_alone(&self) -> Time {
        self.next_due()
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        if self.state.stale {
            self.refresh();
        }
        if self.state.candidates.is_empty() && self.state.due.is_empty() {
            return;
        }
        let first = fired.len();
        // One may have been foreseen more than once.
        let mut due = std::mem::take(&mut self.state.due);
        due.sort_unstable();
        due.dedup();
        fired.append(&mut due);
        self.state.due = due;
        for &j in &fired[first..] {
            self.state.cells.all_mut()[j as usize][BUDGET] = f64::INFINITY;
        }
        let mut candidates = std::mem::take(&mut self.state.candidates);
        for j in candidates.drain(..) {
            // One that stands here twice has been looked at when its turn comes again.
            if self.state.cells.all()[j as usize][BUDGET] >= 0.0 {
                continue;
            }
            if self.is_at_threshold(j as usize) {
                self.state.cells.all_mut()[j as usize][BUDGET] = f64::INFINITY;
                fired.push(j);
            } else {
                self.look_ahead(j as usize);
            }
        }
        self.state.candidates = candidates;
        fired[first..].sort_unstable();
        let now = self.state.now;
        for &j in &fired[first..] {
            let membrane = self.membrane(j as usize);
            self.state.refractory.hold(&[j], now, membrane.t_ref);
            if membrane.t_ref == Duration::ZERO {
                let j = j as usize;
                let u = self.u_for(j, membrane.v_reset);
                self.state.cells.all_mut()[j][0] = u;
                self.look_ahead(j);
            }
        }
    }

    fn potential(&self, j: usize) -> f64 {
        self.sample(0, j, self.state.now)
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        self.wake(self.state.now);
        let cell = self.state.cells.all()[j];
        if cell[BUDGET] == f64::INFINITY {
            self.state.refractory.remove(j);
        }
        let u = self.u_for(j, v);
        self.state.cells.all_mut()[j][0] = u;
        self.suspect(j);
    }

    fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        self.sample_without(&[], variable, j, t)
    }

    fn sample_without(&self, early: &[Early], variable: usize, j: usize, t: Time) -> f64 {
        let cell = self.state.cells.all()[j];
        let cell = early
            .iter()
            .fold(cell, |cell, early| self.without(cell, early));
        let [u, g_ex, g_inh, budget] = cell;
        let x = self.state.since_origin(t);
        let Derived { rates, unit, .. } = self.pace.of(j);
        match variable {
            0 => {
                let is_held = budget == f64::INFINITY;
                let release = is_held.then(|| self.state.refractory.end_of(j)).flatten();
                self.v_inf(j)
                    + match release {
                        Some(end) if end > t => return self.membrane(j).v_reset,
                        Some(end) => self.above_after_reset(j, &cell, end, t),
                        None => Decay::over(x, rates).above(u, g_ex, g_inh),
                    }
            }
            1 => g_ex * exp(-x * rates.ex) / unit,
            3 => self.membrane(j).v_th,
            _ => g_inh * exp(-x * rates.inh) / unit,
        }
    }

    fn non_finite(&self) -> Option<usize> {
        let wrong = |cell: &Cell| {
            cell[BUDGET] != f64::INFINITY && cell[..BUDGET].iter().any(|value| !value.is_finite())
        };
        self.state.cells.all().iter().position(wrong)
    }

    fn state(&self) -> neuron::State {
        self.describe()
    }

    fn set_state(&mut self, state: &neuron::State) -> Result<(), StateError> {
        state.check(&SPEC, self.size(), 3)?;
        self.take_on(state);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&(Path::Shared, &self.state))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let own = (0..self.size()).map(|j| individual::LifExp::from(self.params(j)));
        let own = own.collect();
        let Some(rest) = of_shared(self, own, bytes)? else {
            return Ok(());
        };
        self.state = State::read(rest, self.size())?;
        self.levels.inject(self.state.injected_pa);
        self.pace.move_on();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

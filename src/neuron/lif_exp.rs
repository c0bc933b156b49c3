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

mod amount;
mod clock;
mod crossing;
mod derived;
mod horizon;
mod kernel;
mod level;
mod params;
mod state;
mod sweep;

pub use params::{Params, SPEC};

use crate::base::function::exp;
use crate::base::parameter::Dimension;
use crate::base::time::{Duration, Time};
use crate::neuron::bytes::{Path, to_bytes};
use crate::neuron::expected::Expected;
use crate::neuron::individual;
use crate::neuron::membrane::Membrane;
use crate::neuron::state::of_shared;
use crate::neuron::{
    self as neuron, Events, Example, Growth, Model, Neurons, RowWeights, StateError, THRESHOLD,
    V_M, Variable,
};
use clock::{Decay, Grown, Sign};
use crossing::{Ahead, Neuron};
use derived::Derived;
use kernel::{
    BUDGET, Cell, Segment, Units, add_events, add_listed_to_targets, add_to_targets,
    add_weights_to_targets, take_from_targets,
};
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
    bytes: |own| match own {
        false => size_of::<Cell>(),
        true => individual::bytes::<individual::LifExp>(),
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

/// What the instant last advanced to has needed so far.
#[derive(Debug, Clone, Copy, Default)]
struct Instant {
    decay: Option<(Decay, Ahead)>,
    units: Option<Units>,
}

/// A population of leaky integrate-and-fire neurons with exponential currents that share their time constants and
/// capacitance.
#[derive(Debug)]
pub struct LifExp {
    /// The first neuron's.
    params: Params,
    levels: Levels,
    derived: Derived,
    state: State,
    instant: Instant,
    /// The last segment's start, the origin it was computed for, and its sign; a batch of noise comes in many pieces.
    segment: Option<((Time, Time, Sign), Segment)>,
    /// Growth of both currents at coming arrivals.
    expected: Expected<[Grown; 2]>,
}

impl LifExp {
    /// `size` neurons at rest.
    pub fn new(size: usize, params: Params) -> Self {
        Self::of(size, params, Levels::shared(params.membrane))
    }

    /// Neurons at rest, each with parameters of its own, if they differ in no more than their thresholds, reset and
    /// resting potentials and constant currents.
    pub(super) fn of_each(all: &[Params]) -> Option<Self> {
        let levels = Levels::own(all)?;
        Some(Self::of(all.len(), all[0], levels))
    }

    fn of(size: usize, params: Params, levels: Levels) -> Self {
        let mut population = Self {
            params,
            levels,
            derived: Derived::new(&params),
            state: State::new(size),
            instant: Instant::default(),
            segment: None,
            expected: Expected::nothing([Grown::START; 2]),
        };
        population.reset(Time::ZERO);
        population
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

    /// Picoseconds from the clock's origin to `t`.
    fn since_origin(&self, t: Time) -> f64 {
        t.since(self.state.origin).ps() as f64
    }

    /// End of the horizon.
    fn horizon_end(&self) -> Time {
        let end = self.state.origin.checked_add(self.derived.horizon);
        end.unwrap_or(Time::MAX)
    }

    /// What has passed of the horizon and what is left.
    fn passed(&mut self) -> (Decay, Ahead) {
        if let Some(known) = self.instant.decay {
            return known;
        }
        let x = self.since_origin(self.state.now);
        let decay = Decay::over(x, &self.derived.rates);
        let known = (decay, self.derived.whole.after(x, &decay));
        self.instant.decay = Some(known);
        known
    }

    /// What u of neuron `j` must be for v at the instant last advanced to.
    fn u_for(&mut self, j: usize, v: f64) -> f64 {
        let (decay, _) = self.passed();
        let [_, g_ex, g_inh, _] = self.state.cells.all()[j];
        (v - self.v_inf(j) - decay.k_ex * g_ex - decay.k_inh * g_inh) / decay.m
    }

    /// Neuron `j` at the instant last advanced to.
    fn neuron(&mut self, j: usize) -> Neuron {
        let (decay, _) = self.passed();
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

impl Neurons for LifExp {
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
        self.instant = Instant::default();
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
        let (rates, origin) = (self.derived.rates, self.state.origin);
        let grown = |since: &_, grown: &mut _| Grown::at_each(since, &rates, grown);
        self.expected.compute(instants, origin, grown);
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        self.wake(self.state.now);
        let units = self.units();
        let State {
            cells, candidates, ..
        } = &mut self.state;
        for row in rows {
            let cells = cells.all_mut();
            for (j, (cell, &w)) in (0..).zip(cells.iter_mut().zip(*row)) {
                let weight = gain * f64::from(w);
                let unit = match Sign::of(weight) {
                    Sign::Excitatory => units.excitatory,
                    Sign::Inhibitory => units.inhibitory,
                };
                for (value, unit) in cell.iter_mut().zip(unit) {
                    *value += unit * weight;
                }
                if cell[BUDGET] < 0.0 {
                    candidates.push(j);
                }
            }
        }
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        self.wake(self.state.now);
        let units = self.units();
        let State {
            cells, candidates, ..
        } = &mut self.state;
        let Some(block) = cells.block_mut() else {
            return;
        };
        match weights {
            RowWeights::One(weight) => match Sign::of(weight) {
                Sign::Excitatory => {
                    let amount = units.excitatory.map(|unit| unit * weight);
                    add_to_targets(block, targets, amount, candidates);
                }
                Sign::Inhibitory => {
                    let amount = units.inhibitory.map(|unit| unit * weight);
                    take_from_targets(block, targets, amount);
                }
            },
            RowWeights::Listed { table, numbers } => {
                add_listed_to_targets(block, targets, table, numbers, &units, candidates);
            }
            RowWeights::Each(weights) => {
                add_weights_to_targets(block, targets, weights, &units, candidates);
            }
        }
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
        let (rates, sign) = (&self.derived.rates, Sign::of(weight));
        Growth {
            rate_per_ps: rates.of(sign),
            delta_per_ps: Some(rates.delta(sign)),
        }
    }

    fn receive_events(&mut self, mut events: Events<'_>) -> Option<usize> {
        let first = *events.offsets.first()?;
        let woken = self.state.quiet;
        if woken {
            self.wake(events.origin + Duration::from_ps(first));
            // Only the first is within the horizon that begins with it, for certain.
            events.targets = &events.targets[..1];
        }
        let sign = Sign::of(events.weight(0));
        let segment = self.segment(events.start, sign);
        let block = self.state.cells.block_mut()?;
        let reached = add_events(block, &events, sign, &segment);
        let reached = if woken { Some(0) } else { reached };
        self.state.latest = events.last(reached);
        let reached = reached?;
        let target = u32::from(events.targets[reached]);
        self.state.candidates.push(target);
        Some(reached)
    }

    fn inject(&mut self, current_pa: f64) {
        if current_pa == self.state.injected_pa {
            return;
        }
        self.wake(self.state.now);
        let old = std::mem::replace(&mut self.state.injected_pa, current_pa);
        self.levels.inject(current_pa);
        let (decay, _) = self.passed();
        // They share their resistance, so that all move alike.
        let first = self.params.membrane;
        let moved = (first.v_inf(old) - first.v_inf(current_pa)) / decay.m;
        for cell in self.state.cells.all_mut() {
            cell[0] += moved;
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
        let (now, t_ref) = (self.state.now, self.params.membrane.t_ref);
        self.state.refractory.hold(&fired[first..], now, t_ref);
        if t_ref == Duration::ZERO {
            for &j in &fired[first..] {
                let j = j as usize;
                let u = self.u_for(j, self.membrane(j).v_reset);
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
        let cell = &self.state.cells.all()[j];
        let [u, g_ex, g_inh, budget] = *cell;
        let x = self.since_origin(t);
        let rates = &self.derived.rates;
        match variable {
            0 => {
                let is_held = budget == f64::INFINITY;
                let release = is_held.then(|| self.state.refractory.end_of(j)).flatten();
                self.v_inf(j)
                    + match release {
                        Some(end) if end > t => return self.membrane(j).v_reset,
                        Some(end) => self.above_after_reset(j, end, t),
                        None => Decay::over(x, rates).above(u, g_ex, g_inh),
                    }
            }
            1 => g_ex * exp(-x * rates.ex) / self.derived.unit,
            3 => self.membrane(j).v_th,
            _ => g_inh * exp(-x * rates.inh) / self.derived.unit,
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
        let own = |j| {
            let membrane = self.levels.of(j);
            individual::LifExp::from(Params {
                membrane,
                ..self.params
            })
        };
        let own = (0..self.size()).map(own).collect();
        let Some(rest) = of_shared(self, own, bytes)? else {
            return Ok(());
        };
        self.state = State::read(rest, self.size())?;
        self.levels.inject(self.state.injected_pa);
        self.instant = Instant::default();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

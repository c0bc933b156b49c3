//! Leaky integrate-and-fire neurons with delta synapses and spike-frequency adaptation, exact.
//!
//! Each spike adds to a current w that pulls the potential down and decays with τ_w. With one pair of time constants per
//! population both decays factor out of the loop over synapses: with x the time since the clock's origin,
//! v − v_inf = e^(−x/τ_m) (U − W ψ(x)) and w τ_m/c_m = e^(−x/τ_w) W, where U and W are constant between arrivals and
//! ψ(x) = ∫₀ˣ e^(s/τ_m − s/τ_w) ds/τ_m. An arrival adds its weight times e^(x/τ_m) to U; a spike adds
//! b τ_m/c_m e^(x/τ_w) to W. As the pull only fades, v has no maximum between arrivals: where v_inf is not above v_th a
//! spike can only happen at an arrival, and otherwise v at the end of a horizon tells whether it crosses within.
//! The clock's origin is state, as that of [`lif`](crate::neuron::lif).

mod constants;
pub(super) mod decay;
mod foresight;
mod kernel;
mod moment;
mod params;

pub use params::{Params, SPEC};

use crate::base::parameter::Dimension;
use crate::base::time::{Duration, Time};
use crate::neuron::bytes::{Path, to_bytes};
use crate::neuron::cells::Cells;
use crate::neuron::expected::Expected;
use crate::neuron::factored::State;
use crate::neuron::horizon::Horizon;
use crate::neuron::individual;
use crate::neuron::state::of_shared;
use crate::neuron::{
    self as neuron, EventWeights, Events, Example, Growth, Model, Neurons, RowWeights, StateError,
    THRESHOLD, V_M, Variable,
};
use constants::{Derived, Drive};
use decay::Clock;
use kernel::{
    Bar, Cell, add_events, add_row, add_to_targets, add_weights_to_targets, find_above, rebase,
};

/// The adaptation current.
pub const W: Variable = Variable {
    name: "w",
    dimension: Dimension::Current,
    doc: "adaptation current, which pulls the potential down",
};

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::Voltage),
    variables: &[V_M, W, THRESHOLD],
    build: |setup| individual::build::<individual::LifAdaptive>(&setup),
    levels: &[],
    bytes: |own| match own {
        false => size_of::<Cell>(),
        true => individual::bytes::<individual::LifAdaptive>(),
    },
    example: Example {
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("t_ref", 2.0),
            ("tau_w", 150.0),
            ("b", 10.0),
        ],
        weight: 25.0,
    },
};

/// A population of adapting leaky integrate-and-fire neurons that share their parameters.
#[derive(Debug, Clone)]
pub struct LifAdaptive {
    params: Params,
    derived: Derived,
    drive: Drive,
    state: State<2>,
    /// The clock at the instant last advanced to.
    clock: Clock,
    /// Bar at the end of the horizon.
    ahead: Bar,
    /// Clocks of coming arrivals.
    expected: Expected<Clock>,
    /// The clock at the start of a piece of noise, with that and the origin; a batch comes in many pieces.
    piece: (Time, Time, Clock),
}

impl LifAdaptive {
    /// `size` neurons at rest.
    pub fn new(size: usize, params: Params) -> Self {
        let drive = Drive::new(&params, 0.0);
        let mut population = Self {
            params,
            derived: Derived::new(&params),
            drive,
            state: State::starting(Cells::new(size), [0.0; 2], Time::ZERO, false),
            clock: Clock::START,
            ahead: Bar::NEVER,
            expected: Expected::nothing(Clock::START),
            piece: (Time::ZERO, Time::ZERO, Clock::START),
        };
        population.reset(Time::ZERO);
        population
    }

    /// Moves the origin as often as `t` asks for.
    fn rebase_to(&mut self, t: Time) {
        let Derived {
            rebase: step,
            rebase_gathered,
            rebase_membrane,
            rebase_adaptation,
            ..
        } = self.derived;
        let steps = t.since(self.state.origin).ps() / step.ps();
        if steps == 0 {
            return;
        }
        self.state.origin += Duration::from_ps(steps * step.ps());
        let cells = self.state.cells.all_mut();
        for _ in 0..steps {
            if !rebase(cells, rebase_gathered, rebase_membrane, rebase_adaptation) {
                break;
            }
        }
        self.look_ahead();
    }

    /// What a neuron must reach to fire at the instant of `clock`.
    fn bar(&self, clock: &Clock) -> Bar {
        Bar {
            gathered: clock.gathered,
            height: self.drive.threshold * clock.membrane,
        }
    }

    /// U of a neuron that leaves the reset potential at the instant of `clock`.
    fn reset_at(&self, clock: &Clock, w: f64) -> f64 {
        self.drive.reset * clock.membrane + w * clock.gathered
    }

    /// Potential above v_inf and pull of neuron `j`, which is not refractory, at the instant of `clock`.
    fn variables(&self, j: usize, clock: &Clock) -> (f64, f64) {
        let [u, w] = self.state.cells.all()[j];
        (
            (u - w * clock.gathered) / clock.membrane,
            w / clock.adaptation,
        )
    }
}

impl Neurons for LifAdaptive {
    fn size(&self) -> usize {
        self.state.cells.len()
    }

    fn reset(&mut self, t: Time) {
        self.drive = Drive::new(&self.params, 0.0);
        let rest = self.params.membrane.e_l - self.drive.v_inf;
        let room = self.state.take_room();
        self.state = State::starting(room, [rest, 0.0], t, self.drive.is_above());
        self.state.scan = rest >= self.drive.threshold;
        self.clock = Clock::START;
        self.look_ahead();
    }

    fn advance(&mut self, t: Time) {
        // Each refractory end counts at its own instant, whenever it is noticed.
        while let Some((end, j)) = self.state.refractory.take_due(t) {
            self.rebase_to(end);
            let clock = self.clock_at(end);
            let [_, w] = self.state.cells.all()[j as usize];
            self.state.cells.all_mut()[j as usize][0] = self.reset_at(&clock, w);
            self.predict(j, end, &clock, end);
        }
        self.rebase_to(t);
        self.move_to(t);
        self.cross();
    }

    fn expect(&mut self, instants: &[Time]) {
        self.foresee_clocks(instants);
    }

    fn inject(&mut self, current_pa: f64) {
        if current_pa == self.state.injected_pa {
            return;
        }
        let was = self.drive;
        self.state.injected_pa = current_pa;
        self.drive = Drive::new(&self.params, current_pa);
        let shift = (was.v_inf - self.drive.v_inf) * self.clock.membrane;
        for [u, _] in self.state.cells.all_mut() {
            *u += shift;
        }
        let now = self.state.now;
        self.state.queue.clear();
        self.state.horizon = self.drive.is_above().then(|| Horizon::starting(now));
        self.look_ahead();
    }

    fn next_alone(&self) -> Time {
        self.state.next_alone(self.derived.rebase)
    }

    fn next_due(&self) -> Time {
        self.state.next_due(self.derived.rebase)
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        let bars = [self.bar(&self.clock), self.ahead];
        let scale = gain * self.clock.membrane;
        for row in rows {
            self.state.scan |= add_row(self.state.cells.all_mut(), row, scale, bars);
        }
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        let (bar, ahead) = (self.bar(&self.clock), self.ahead);
        let scale = self.clock.membrane;
        let State {
            cells,
            candidates,
            horizon,
            ..
        } = &mut self.state;
        let Some(cells) = cells.block_mut() else {
            return;
        };
        let now = |cell| bar.excess(cell);
        let soon = |cell| bar.excess(cell).max(ahead.excess(cell));
        let foresees = horizon.is_some();
        match weights {
            RowWeights::One(w) if foresees => {
                add_to_targets(cells, targets, w * scale, soon, candidates);
            }
            RowWeights::One(w) => add_to_targets(cells, targets, w * scale, now, candidates),
            RowWeights::Listed { table, numbers } => {
                let weights = numbers.iter().map(|&number| table[usize::from(number)]);
                if foresees {
                    add_weights_to_targets(cells, targets, weights, scale, soon, candidates);
                } else {
                    add_weights_to_targets(cells, targets, weights, scale, now, candidates);
                }
            }
            RowWeights::Each(weights) => {
                let weights = weights.iter().map(|&weight| f64::from(weight));
                if foresees {
                    add_weights_to_targets(cells, targets, weights, scale, soon, candidates);
                } else {
                    add_weights_to_targets(cells, targets, weights, scale, now, candidates);
                }
            }
        }
    }

    fn arrive(&mut self, t: Time, targets: &[u16], weights: RowWeights<'_>) -> bool {
        self.move_to(t);
        self.receive_row(targets, weights);
        !self.state.candidates.is_empty()
    }

    fn growth(&self, _weight: f64) -> Growth {
        Growth {
            rate_per_ps: self.derived.rates.membrane,
            delta_per_ps: None,
        }
    }

    fn receive_events(&mut self, events: Events<'_>) -> Option<usize> {
        let Events {
            origin,
            offsets,
            start,
            growth,
            psi: _,
            targets,
            weights,
        } = events;
        let from = self.clock_of_piece(start);
        let bar = self.bar(&from);
        let (ahead, threshold, rates) = (self.ahead, self.drive.threshold, self.derived.rates);
        let since = origin.since(self.state.origin).ps();
        // The membrane gathers on and on, so a neuron that is below the bar with what it had gathered when the piece
        // began is below it at its event: the exact test is for the few that are not.
        let reaches = |k: usize, g: f64, cell: Cell| {
            let rough = Bar {
                height: bar.height * g,
                ..bar
            };
            if rough.excess(cell) < 0.0 {
                return ahead.excess(cell) >= 0.0;
            }
            let clock = rates.clock(since.saturating_add(offsets[k]) as f64);
            let exact = Bar {
                gathered: clock.gathered,
                height: threshold * clock.membrane,
            };
            exact.excess(cell) >= 0.0 || ahead.excess(cell) >= 0.0
        };
        let never = |_: usize, _: f64, _: Cell| false;
        let cells = self.state.cells.block_mut()?;
        let scale = from.membrane;
        let reached = match weights {
            EventWeights::One(weight) => {
                let amount = weight * scale;
                if weight > 0.0 {
                    add_events(cells, targets, growth, |_| amount, reaches)
                } else {
                    add_events(cells, targets, growth, |_| amount, never)
                }
            }
            EventWeights::Class { class, weight } => {
                let amount = |k: usize| weight[usize::from(class[k])] * scale;
                if weight.iter().any(|weight| *weight > 0.0) {
                    add_events(cells, targets, growth, amount, reaches)
                } else {
                    add_events(cells, targets, growth, amount, never)
                }
            }
        };
        self.state.latest = events.last(reached);
        let reached = reached?;
        self.state.candidates.push(targets[reached]);
        Some(reached)
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let State {
            now,
            scan,
            candidates,
            due,
            refractory,
            ..
        } = &mut self.state;
        if !*scan && candidates.is_empty() && due.is_empty() {
            return;
        }
        let now = *now;
        let clock = self.clock;
        let (scan, mut due) = (std::mem::take(scan), std::mem::take(due));
        let mut candidates = std::mem::take(candidates);
        let mut refractory = std::mem::take(refractory);
        let t_ref = self.params.membrane.t_ref;
        let bar = self.bar(&clock);
        let jump = self.derived.jump * clock.adaptation;
        let first = fired.len();
        let mut spike = |population: &mut Self, j: u32| {
            let [_, w] = population.state.cells.all()[j as usize];
            let w = w + jump;
            let u = if t_ref == Duration::ZERO {
                population.reset_at(&clock, w)
            } else {
                f64::NEG_INFINITY
            };
            population.state.cells.all_mut()[j as usize] = [u, w];
            fired.push(j);
        };
        // A crossing due at this instant is honoured even if an arrival of the same instant pulled v down. It may have
        // been foreseen more than once.
        due.sort_unstable();
        due.dedup();
        for j in due {
            spike(self, j);
        }
        let mut test = |population: &mut Self, j: u32| {
            if bar.excess(population.state.cells.all()[j as usize]) >= 0.0 {
                spike(population, j);
            }
        };
        if scan {
            (0..self.size() as u32).for_each(|j| test(self, j));
        } else {
            // One that stands here twice has been reset when its turn comes again.
            candidates.iter().for_each(|&j| test(self, u32::from(j)));
        }
        fired[first..].sort_unstable();
        refractory.hold(&fired[first..], now, t_ref);
        self.state.refractory = refractory;
        if scan && self.state.horizon.is_some() {
            self.sweep();
        } else if self.state.horizon.is_some() {
            let near = candidates.iter().map(|&j| u32::from(j));
            near.chain(fired[first..].iter().copied())
                .for_each(|j| self.predict(j, now, &clock, now));
        }
        candidates.clear();
        self.state.candidates = candidates;
    }

    fn potential(&self, j: usize) -> f64 {
        let (y, _) = self.variables(j, &self.clock);
        // A refractory neuron is held at reset.
        if y == f64::NEG_INFINITY {
            self.params.membrane.v_reset
        } else {
            self.drive.v_inf + y
        }
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        let y = v - self.drive.v_inf;
        let clock = self.clock;
        let cell = &mut self.state.cells.all_mut()[j];
        let before = cell[0];
        cell[0] = y * clock.membrane + cell[1] * clock.gathered;
        if before == f64::NEG_INFINITY {
            self.state.refractory.remove(j);
        }
        self.place(j as u32);
    }

    fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        let (rates, mut from) = (self.derived.rates, self.state.now);
        let (mut y, mut pull) = self.variables(j, &self.clock);
        if y == f64::NEG_INFINITY {
            let end = self.state.refractory.end_of(j);
            if let Some(end) = end.filter(|end| *end <= t) {
                (_, pull) = rates.after(0.0, pull, end.since(from).ps() as f64);
                (y, from) = (self.drive.reset, end);
            }
        }
        let (later, pull) = rates.after(y, pull, t.since(from).ps() as f64);
        match variable {
            0 if y == f64::NEG_INFINITY => self.params.membrane.v_reset,
            0 => self.drive.v_inf + later,
            2 => self.params.membrane.v_th,
            _ => pull / self.params.membrane.resistance(),
        }
    }

    fn non_finite(&self) -> Option<usize> {
        let wrong = |[u, w]: &Cell| u.is_nan() || *u == f64::INFINITY || !w.is_finite();
        self.state.cells.all().iter().position(wrong)
    }

    fn state(&self) -> neuron::State {
        let now = self.state.now.max(self.state.latest);
        let clock = self.clock_at(now);
        let membrane = &self.params.membrane;
        let numbers = (0..self.size()).flat_map(|j| {
            let (y, pull) = self.variables(j, &clock);
            let v = match y {
                f64::NEG_INFINITY => membrane.v_reset,
                y => self.drive.v_inf + y,
            };
            [v, pull / membrane.resistance()]
        });
        let numbers = numbers.collect();
        self.state
            .describe(neuron::State::new(&SPEC, self.size(), now, numbers))
    }

    fn set_state(&mut self, state: &neuron::State) -> Result<(), StateError> {
        state.check(&SPEC, self.size(), 2)?;
        self.drive = Drive::new(&self.params, state.injected_pa);
        self.clock = Clock::START;
        let crosses = self.drive.is_above();
        self.state = State::starting(self.state.take_room(), [0.0; 2], state.now, crosses);
        self.state.take_on(state);
        let resistance = self.params.membrane.resistance();
        let (numbers, _) = state.numbers.as_chunks();
        for (cell, [v, w]) in self.state.cells.all_mut().iter_mut().zip(numbers) {
            *cell = [v - self.drive.v_inf, w * resistance];
        }
        for (_, j) in self.state.refractory.iter() {
            self.state.cells.all_mut()[j as usize][0] = f64::NEG_INFINITY;
        }
        if let Some(horizon) = &mut self.state.horizon {
            horizon.extend(state.now);
        }
        self.look_ahead();
        let mut near = Vec::new();
        let bars = [self.bar(&self.clock), self.ahead];
        find_above(self.state.cells.all(), bars, &mut near);
        near.into_iter().for_each(|j| self.place(j));
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&(Path::Shared, &self.state))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let own = vec![individual::LifAdaptive::from(self.params); self.size()];
        let Some(rest) = of_shared(self, own, bytes)? else {
            return Ok(());
        };
        let state = State::read(rest, self.size())?;
        let drive = Drive::new(&self.params, state.injected_pa);
        state.check_drive(drive.is_above())?;
        self.drive = drive;
        self.state = state;
        self.clock = self.clock_at(self.state.now);
        self.look_ahead();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Leaky integrate-and-fire neurons with delta synapses and exact exponential decay.
//!
//! Between arrivals v decays to v_inf = e_l + i tau_m / c_m, so a spike can only happen at an arrival, unless v_inf lies
//! above v_th: then crossings are predicted in closed form. With one time constant per population the decay factors out
//! of the loop over synapses: the state is u = (v − v_inf) · e^((t − t₀)/τ), an arrival at t adds w · e^((t − t₀)/τ) (one
//! factor per spike, not per target), and the threshold grows by the same factor. A step of the current moves v_inf, and
//! with it every u. The clock's origin t₀ is state: it is set by `reset` and then moves in steps of 16 τ, at instants that
//! depend on nothing else, because moving it changes last bits.

mod crossing;
mod derived;
mod firing;
mod kernel;
mod params;

pub use params::{Params, SPEC};

use crate::base::function::{exp, exp_each};
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
    self as neuron, Bin, Bins, Early, EventWeights, Events, Example, Growth, Model, Neurons,
    RowWeights, StateError, THRESHOLD, V_M,
};
use derived::Derived;
use kernel::{
    add_each_event, add_events, add_four_rows, add_row, add_to_targets, add_weights_to_targets,
    find_at_or_above,
};

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::Voltage),
    variables: &[V_M, THRESHOLD],
    build: |setup| individual::build::<individual::Lif>(&setup),
    levels: &[],
    bytes: |own| match own {
        false => size_of::<[f64; 1]>(),
        true => individual::bytes::<individual::Lif>(),
    },
    example: Example {
        values: &[("tau_m", 20.0), ("v_th", 20.0), ("t_ref", 2.0)],
        weight: 25.0,
    },
};

/// Weights of noise by the bin, at most, as a share of the way to the threshold. Measured at 20 kHz and τ = 20 ms, processor time
/// beside that of noise in order: 0.7 at 1/200, 0.9 at 1/67, 1.05 at 1/20.
const MOST_SHARE: f64 = 1.0 / 40.0;

/// A population of leaky integrate-and-fire neurons that share their parameters.
#[derive(Debug, Clone)]
pub struct Lif {
    params: Params,
    derived: Derived,
    state: State<1>,
    /// e^((t − t₀)/τ) at the instant last advanced to.
    factor: f64,
    /// What u must reach to cross the threshold within the horizon; ∞ where there is none.
    ahead: f64,
    /// Factors of coming arrivals.
    expected: Expected<f64>,
    /// The factor of the start of a piece of noise, with that and the origin; a batch comes in many pieces.
    piece: (Time, Time, f64),
    /// Room for neurons.
    near: Vec<u32>,
}

impl Lif {
    /// `size` neurons at rest.
    pub fn new(size: usize, params: Params) -> Self {
        let derived = Derived::new(&params, 0.0);
        let mut population = Self {
            params,
            derived,
            state: State::starting(Cells::new(size), [0.0], Time::ZERO, false),
            factor: 1.0,
            ahead: f64::INFINITY,
            expected: Expected::nothing(1.0),
            piece: (Time::ZERO, Time::ZERO, 1.0),
            near: Vec::new(),
        };
        population.reset(Time::ZERO);
        population
    }

    /// Moves the origin as often as `t` asks for.
    fn rebase_to(&mut self, t: Time) {
        let steps = t.since(self.state.origin).ps() / self.derived.rebase.ps();
        if steps == 0 {
            return;
        }
        self.state.origin += Duration::from_ps(steps * self.derived.rebase.ps());
        // e⁻¹⁶ per step: fifty steps take any finite state below the smallest double.
        for _ in 0..steps.min(50) {
            for [u] in self.state.cells.all_mut() {
                *u *= self.derived.rebase_factor;
            }
        }
        self.look_ahead();
    }

    /// Goes on to `t`, up to which the clock's origin stays where it is.
    #[inline]
    fn move_to(&mut self, t: Time) {
        if t != self.state.now {
            let expected = self.expected.at(t, self.state.origin);
            self.factor = expected.unwrap_or_else(|| self.factor_at(t));
        }
        self.state.now = t;
    }

    /// What u must reach at the instant last advanced to for its neuron to be looked at.
    fn bar(&self) -> f64 {
        match self.state.horizon {
            None => self.derived.threshold * self.factor,
            Some(_) => self.ahead,
        }
    }

    /// e^((t − t₀)/τ) at the start of a piece of noise.
    #[inline]
    fn piece_factor(&mut self, start: Time) -> f64 {
        let origin = self.state.origin;
        if (self.piece.0, self.piece.1) != (start, origin) {
            self.piece = (start, origin, self.factor_at(start));
        }
        self.piece.2
    }

    /// e^((t − t₀)/τ).
    fn factor_at(&self, t: Time) -> f64 {
        exp(t.since(self.state.origin).ps() as f64 * self.derived.rate_per_ps)
    }
}

impl Neurons for Lif {
    fn size(&self) -> usize {
        self.state.cells.len()
    }

    fn reset(&mut self, t: Time) {
        self.derived = Derived::new(&self.params, 0.0);
        let Derived {
            rest, threshold, ..
        } = self.derived;
        let room = self.state.take_room();
        self.state = State::starting(room, [rest], t, self.derived.crosses());
        self.state.scan = rest >= threshold;
        self.factor = 1.0;
        self.look_ahead();
    }

    fn advance(&mut self, t: Time) {
        // Each refractory end counts at its own instant, whenever it is noticed.
        while let Some((end, neuron)) = self.state.refractory.take_due(t) {
            self.rebase_to(end);
            let u = self.derived.reset * self.factor_at(end);
            self.state.cells.all_mut()[neuron as usize] = [u];
            self.predict(neuron, end);
        }
        self.rebase_to(t);
        self.move_to(t);
        self.cross(t);
    }

    fn expect(&mut self, instants: &[Time]) {
        let rate = self.derived.rate_per_ps;
        self.expected
            .compute(instants, self.state.origin, |since, factors| {
                *factors = since.map(|x| x * rate);
                exp_each(factors);
            });
    }

    fn inject(&mut self, current_pa: f64) {
        if current_pa == self.state.injected_pa {
            return;
        }
        let before = self.derived.v_inf;
        self.derived = Derived::new(&self.params, current_pa);
        self.state.injected_pa = current_pa;
        // No potential changes. A refractory neuron stays at −∞.
        let shift = (before - self.derived.v_inf) * self.factor;
        for [u] in self.state.cells.all_mut() {
            *u += shift;
        }
        let now = self.state.now;
        self.state.queue.clear();
        self.state.horizon = self.derived.crosses().then(|| Horizon::starting(now));
        self.look_ahead();
        self.foresee(now);
    }

    fn next_alone(&self) -> Time {
        self.state.next_alone(self.derived.rebase)
    }

    fn next_due(&self) -> Time {
        self.state.next_due(self.derived.rebase)
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        let threshold = self.bar();
        let State { cells, scan, .. } = &mut self.state;
        let u = cells.all_mut().as_flattened_mut();
        let scale = gain * self.factor;
        let mut groups = rows.chunks_exact(4);
        for group in &mut groups {
            *scan |= add_four_rows(
                u,
                [group[0], group[1], group[2], group[3]],
                scale,
                threshold,
            );
        }
        for row in groups.remainder() {
            *scan |= add_row(u, row, scale, threshold);
        }
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        let threshold = self.bar();
        let State {
            cells, candidates, ..
        } = &mut self.state;
        let Some(u) = cells.block_mut() else { return };
        let scale = self.factor;
        match weights {
            RowWeights::One(w) => {
                add_to_targets(u, targets, w * scale, threshold, candidates);
                if w <= 0.0 && self.derived.step.is_some() {
                    // Any arrival brings the next spike of what is left above the threshold.
                    let above = |j: &&u16| u[usize::from(**j)][0] >= threshold;
                    candidates.extend(targets.iter().filter(above));
                }
            }
            RowWeights::Listed { table, numbers } => {
                let weights = numbers.iter().map(|&number| table[usize::from(number)]);
                add_weights_to_targets(u, targets, weights, scale, threshold, candidates);
            }
            RowWeights::Each(weights) => {
                let weights = weights.iter().map(|&weight| f64::from(weight));
                add_weights_to_targets(u, targets, weights, scale, threshold, candidates);
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
            rate_per_ps: self.derived.rate_per_ps,
            delta_per_ps: None,
        }
    }

    fn receive_events(&mut self, events: Events<'_>) -> Option<usize> {
        let factor = self.piece_factor(events.start);
        let State {
            cells,
            candidates,
            horizon,
            latest,
            ..
        } = &mut self.state;
        let u = cells.block_mut()?;
        let Events {
            growth,
            targets,
            weights,
            ..
        } = events;
        let (growing, fixed) = match horizon {
            None => (self.derived.threshold * factor, 0.0),
            Some(_) => (0.0, self.ahead),
        };
        let reached = match weights {
            EventWeights::One(weight) => {
                add_events(u, targets, growth, weight * factor, growing, fixed)
            }
            EventWeights::Class { class, weight } => {
                let amount = |k: usize| weight[usize::from(class[k])] * factor;
                add_each_event(u, targets, growth, amount, growing, fixed)
            }
        };
        *latest = events.last(reached);
        let reached = reached?;
        candidates.push(targets[reached]);
        Some(reached)
    }

    fn bins(&self) -> Option<Bins> {
        let declared = Derived::new(&self.params, 0.0);
        (!declared.crosses()).then(|| Bins {
            growth: Growth {
                rate_per_ps: declared.rate_per_ps,
                delta_per_ps: None,
            },
            stretch: None,
            most_weight: declared.distance * MOST_SHARE,
            least_pa: declared.distance / self.params.membrane.resistance(),
        })
    }

    fn receive_bin(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) -> bool {
        self.take_in(bin, apart);
        false
    }

    fn take_back(&mut self, j: u16, early: Early) {
        let factor = self.piece_factor(early.start);
        self.state.cells.all_mut()[usize::from(j)][0] -= early.amount * factor;
    }

    fn suspects(&mut self) -> &[u16] {
        self.find_suspects()
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        self.let_fire(fired);
    }

    fn potential(&self, j: usize) -> f64 {
        let [u] = self.state.cells.all()[j];
        if u == f64::NEG_INFINITY {
            return self.params.membrane.v_reset;
        }
        self.derived.v_inf + u / self.factor
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        let u = (v - self.derived.v_inf) * self.factor;
        let before = std::mem::replace(&mut self.state.cells.all_mut()[j], [u]);
        if before == [f64::NEG_INFINITY] {
            self.state.refractory.remove(j);
        }
        self.place(j as u32, self.derived.threshold * self.factor);
    }

    fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        self.sample_without(&[], variable, j, t)
    }

    fn sample_without(&self, early: &[Early], variable: usize, j: usize, t: Time) -> f64 {
        if variable > 0 {
            return self.params.membrane.v_th;
        }
        let [mut u] = self.state.cells.all()[j];
        for early in early {
            u -= early.amount * self.factor_at(early.start);
        }
        if u == f64::NEG_INFINITY {
            // It may have ended unnoticed: neurons that do not fire by themselves need not be advanced.
            match self.state.refractory.end_of(j) {
                Some(end) if end <= t => u = self.derived.reset * self.factor_at(end),
                _ => return self.params.membrane.v_reset,
            }
        }
        let passed = t.since(self.state.origin).ps() as f64;
        self.derived.v_inf + u * exp(-passed * self.derived.rate_per_ps)
    }

    fn non_finite(&self) -> Option<usize> {
        let u = self.state.cells.all().as_flattened();
        let below = |u: &f64| *u == f64::NEG_INFINITY;
        let refractory = &self.state.refractory;
        let held = |j: usize| refractory.end_of(j).is_some();
        // Every refractory neuron is at −∞. Only if more are need it be known which.
        let surplus = u.iter().filter(|u| below(u)).count() > refractory.len();
        let right = |j: usize| u[j].is_finite() || below(&u[j]) && (!surplus || held(j));
        (0..u.len()).find(|&j| !right(j))
    }

    fn state(&self) -> neuron::State {
        let now = self.state.now.max(self.state.latest);
        let factor = self.factor_at(now);
        let v = |&[u]: &[f64; 1]| match u {
            f64::NEG_INFINITY => self.params.membrane.v_reset,
            u => self.derived.v_inf + u / factor,
        };
        let numbers = self.state.cells.all().iter().map(v).collect();
        self.state
            .describe(neuron::State::new(&SPEC, self.size(), now, numbers))
    }

    fn set_state(&mut self, state: &neuron::State) -> Result<(), StateError> {
        state.check(&SPEC, self.size(), 1)?;
        self.derived = Derived::new(&self.params, state.injected_pa);
        let Derived {
            v_inf, threshold, ..
        } = self.derived;
        self.factor = 1.0;
        let crosses = self.derived.crosses();
        self.state = State::starting(self.state.take_room(), [0.0], state.now, crosses);
        self.state.take_on(state);
        for ([u], v) in self.state.cells.all_mut().iter_mut().zip(&state.numbers) {
            *u = v - v_inf;
        }
        for (_, j) in self.state.refractory.iter() {
            self.state.cells.all_mut()[j as usize] = [f64::NEG_INFINITY];
        }
        if let Some(horizon) = &mut self.state.horizon {
            horizon.extend(state.now);
        }
        self.look_ahead();
        let mut near = Vec::new();
        let lowest = threshold.min(self.ahead);
        find_at_or_above(self.state.cells.all().as_flattened(), lowest, &mut near);
        near.into_iter().for_each(|j| self.place(j, threshold));
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&(Path::Shared, &self.state))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let own = vec![individual::Lif::from(self.params); self.size()];
        let Some(rest) = of_shared(self, own, bytes)? else {
            return Ok(());
        };
        let state = State::read(rest, self.size())?;
        let derived = Derived::new(&self.params, state.injected_pa);
        state.check_drive(derived.crosses())?;
        (self.state, self.derived) = (state, derived);
        self.factor = self.factor_at(self.state.now);
        self.look_ahead();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

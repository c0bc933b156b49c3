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
mod kernel;
mod params;
mod state;

pub use params::{Params, SPEC};

use crate::base::function::exp;
use crate::base::parameter::Dimension;
use crate::base::time::{Duration, Time};
use crate::neuron::{
    EventWeights, Events, Growth, Model, Neurons, RowWeights, StateError, V_M, individual,
};
use crossing::Crossings;
use derived::Derived;
use kernel::{
    add_each_event, add_events, add_four_rows, add_row, add_to_targets, add_weights_to_targets,
    find_at_or_above,
};
use state::State;

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::Voltage),
    variables: &[V_M],
    build: |setup| {
        if !setup.each.is_empty() {
            return individual::build::<individual::Lif>(&setup);
        }
        let population = Lif::new(setup.size, Params::new(setup.values)?);
        Ok(Box::new(population))
    },
};

/// A population of leaky integrate-and-fire neurons that share their parameters.
#[derive(Debug, Clone)]
pub struct Lif {
    params: Params,
    derived: Derived,
    size: usize,
    state: State,
}

impl Lif {
    /// `size` neurons at rest.
    pub fn new(size: usize, params: Params) -> Self {
        let derived = Derived::new(&params, 0.0);
        let state = State::resting(Vec::new(), size, Time::ZERO, &derived);
        Self {
            params,
            derived,
            size,
            state,
        }
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
            for u in &mut self.state.u[..self.size] {
                *u *= self.derived.rebase_factor;
            }
        }
        self.bound();
    }

    /// e^((t − t₀)/τ).
    fn factor_at(&self, t: Time) -> f64 {
        exp(t.since(self.state.origin).ps() as f64 * self.derived.rate_per_ps)
    }
}

impl Neurons for Lif {
    fn size(&self) -> usize {
        self.size
    }

    fn is_spontaneous(&self) -> bool {
        self.params.v_inf(0.0) > self.params.v_th
    }

    fn reset(&mut self, t: Time) {
        self.derived = Derived::new(&self.params, 0.0);
        let u = std::mem::take(&mut self.state.u);
        self.state = State::resting(u, self.size, t, &self.derived);
    }

    fn advance(&mut self, t: Time) {
        // Each refractory end counts at its own instant, whenever it is noticed.
        while let Some(&(end, neuron)) = self.state.refractory.front()
            && end <= t
        {
            self.state.refractory.pop_front();
            self.rebase_to(end);
            self.state.u[neuron as usize] = self.derived.reset * self.factor_at(end);
            self.predict(neuron, end);
        }
        self.rebase_to(t);
        if t != self.state.now {
            self.state.factor = self.factor_at(t);
        }
        self.state.now = t;
        self.cross(t);
    }

    fn inject(&mut self, current_pa: f64) {
        if current_pa == self.state.injected_pa {
            return;
        }
        let before = self.derived.v_inf;
        self.derived = Derived::new(&self.params, current_pa);
        self.state.injected_pa = current_pa;
        // No potential changes. A refractory neuron stays at −∞.
        let shift = (before - self.derived.v_inf) * self.state.factor;
        for u in &mut self.state.u[..self.size] {
            *u += shift;
        }
        let now = self.state.now;
        self.state.crossings = self.derived.crosses().then(|| Crossings::starting(now));
        self.foresee(now);
    }

    fn next_alone(&self) -> Time {
        match self.state.crossings {
            Some(_) => self.next_due(),
            None => Time::MAX,
        }
    }

    fn next_due(&self) -> Time {
        let rebase = self
            .state
            .origin
            .checked_add(self.derived.rebase)
            .unwrap_or(Time::MAX);
        let refractory = self
            .state
            .refractory
            .front()
            .map_or(Time::MAX, |&(end, _)| end);
        let crossing = self
            .state
            .crossings
            .as_ref()
            .map_or(Time::MAX, Crossings::next);
        rebase.min(refractory).min(crossing)
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        let State {
            u,
            factor,
            scan,
            crossings,
            ..
        } = &mut self.state;
        let u = &mut u[..self.size];
        let scale = gain * *factor;
        let threshold = match crossings {
            None => self.derived.threshold * *factor,
            Some(crossings) => crossings.bound,
        };
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
        let State {
            u,
            factor,
            candidates,
            crossings,
            ..
        } = &mut self.state;
        let Some(u) = u.first_chunk_mut() else { return };
        let scale = *factor;
        let threshold = match crossings {
            None => self.derived.threshold * *factor,
            Some(crossings) => crossings.bound,
        };
        match weights {
            RowWeights::One(w) => {
                add_to_targets(u, targets, f64::from(w) * scale, threshold, candidates);
            }
            RowWeights::Each(weights) => {
                add_weights_to_targets(u, targets, weights, scale, threshold, candidates);
            }
        }
    }

    fn growth(&self, _weight: f64) -> Growth {
        Growth {
            rate_per_ps: self.derived.rate_per_ps,
            delta_per_ps: None,
        }
    }

    fn receive_events(&mut self, events: Events<'_>) -> Option<usize> {
        let factor = self.factor_at(events.start);
        let State {
            u,
            candidates,
            crossings,
            ..
        } = &mut self.state;
        let u = u.first_chunk_mut()?;
        let Events {
            growth,
            targets,
            weights,
            ..
        } = events;
        let (growing, fixed) = match crossings {
            None => (self.derived.threshold * factor, 0.0),
            Some(crossings) => (0.0, crossings.bound),
        };
        let reached = match weights {
            EventWeights::One(weight) => {
                add_events(u, targets, growth, weight * factor, growing, fixed)
            }
            EventWeights::Class { class, weight } => {
                let amount = |k: usize| weight[usize::from(class[k])] * factor;
                add_each_event(u, targets, growth, amount, growing, fixed)
            }
        }?;
        candidates.push(targets[reached]);
        Some(reached)
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let State {
            u,
            factor,
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
        let threshold = self.derived.threshold * *factor;
        let t_ref = self.params.t_ref;
        let after = if t_ref == Duration::ZERO {
            self.derived.reset * *factor
        } else {
            f64::NEG_INFINITY
        };
        let first = fired.len();
        // A crossing due at this instant is honoured even if an arrival of the same instant pulled v down. It may have
        // been foreseen more than once.
        due.sort_unstable();
        due.dedup();
        for j in due.drain(..) {
            u[j as usize] = after;
            fired.push(j);
        }
        let mut test = |j: usize| {
            if u[j] >= threshold {
                u[j] = after;
                fired.push(j as u32);
            }
        };
        let candidates = std::mem::take(candidates);
        let scanned = std::mem::take(scan);
        if scanned {
            (0..self.size).for_each(&mut test);
        } else {
            // One that stands here twice has been reset when its turn comes again.
            candidates.iter().for_each(|&j| test(usize::from(j)));
        }
        fired[first..].sort_unstable();
        if t_ref > Duration::ZERO {
            refractory.extend(fired[first..].iter().map(|&j| (*now + t_ref, j)));
        }
        if let Some(crossings) = &self.state.crossings {
            let mut near: Vec<u32> = candidates.iter().map(|&j| u32::from(j)).collect();
            near.extend_from_slice(&fired[first..]);
            if scanned {
                find_at_or_above(&self.state.u[..self.size], crossings.bound, &mut near);
            }
            let now = self.state.now;
            near.into_iter().for_each(|j| self.predict(j, now));
        }
        self.state.candidates = candidates;
        self.state.candidates.clear();
    }

    fn potential(&self, j: usize) -> f64 {
        let u = self.state.u[j];
        if u == f64::NEG_INFINITY {
            return self.params.v_reset;
        }
        self.derived.v_inf + u / self.state.factor
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        self.state.u[j] = (v - self.derived.v_inf) * self.state.factor;
        self.predict(j as u32, self.state.now);
    }

    fn sample(&self, _variable: usize, j: usize, t: Time) -> f64 {
        let mut u = self.state.u[j];
        if u == f64::NEG_INFINITY {
            // It may have ended unnoticed: neurons that do not fire by themselves need not be advanced.
            let end = self.state.refractory.iter().find(|end| end.1 == j as u32);
            match end {
                Some(&(end, _)) if end <= t => u = self.derived.reset * self.factor_at(end),
                _ => return self.params.v_reset,
            }
        }
        let passed = t.since(self.state.origin).ps() as f64;
        self.derived.v_inf + u * exp(-passed * self.derived.rate_per_ps)
    }

    fn non_finite(&self) -> Option<usize> {
        let u = &self.state.u[..self.size];
        let below = |u: &f64| *u == f64::NEG_INFINITY;
        let refractory = &self.state.refractory;
        let held = |j: usize| refractory.iter().any(|end| end.1 as usize == j);
        // Every refractory neuron is at −∞. Only if more are need it be known which.
        let surplus = u.iter().filter(|u| below(u)).count() > refractory.len();
        let right = |j: usize| u[j].is_finite() || below(&u[j]) && (!surplus || held(j));
        (0..self.size).find(|&j| !right(j))
    }

    fn save(&self) -> Vec<u8> {
        self.state.to_bytes(self.size)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let state = State::from_bytes(bytes, self.size)?;
        let derived = Derived::new(&self.params, state.injected_pa);
        if derived.crosses() != state.crossings.is_some() {
            return Err(StateError(
                "its neurons and these do not both fire by themselves".into(),
            ));
        }
        (self.state, self.derived) = (state, derived);
        Ok(())
    }
}

#[cfg(test)]
mod tests;

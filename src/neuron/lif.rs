//! Leaky integrate-and-fire neurons with delta synapses and exact exponential decay.
//!
//! Between arrivals v decays to e_l, so a spike can only happen at an arrival, unless e_l lies above v_th: then
//! crossings are predicted in closed form. With one time constant per population the decay factors out of the loop over
//! synapses: the state is u = (v − e_l) · e^((t − t₀)/τ), an arrival at t adds w · e^((t − t₀)/τ) (one factor per spike,
//! not per target), and the threshold grows by the same factor. The clock's origin t₀ is state: it is set by `reset` and
//! then moves in steps of 16 τ, at instants that depend on nothing else, because moving it changes last bits.

mod crossing;
mod kernel;
mod params;

pub use params::{Params, SPEC};

use std::collections::VecDeque;

use crate::base::function::{exp, ln};
use crate::base::parameter::Dimension;
use crate::base::time::{Duration, Time};
use crate::neuron::{
    EventWeights, Events, Growth, Model, Neurons, RowWeights, StateError, V_M, individual,
};
use crossing::Crossings;
use kernel::{
    BLOCK, add_each_event, add_events, add_four_rows, add_row, add_to_targets,
    add_weights_to_targets, find_at_or_above,
};

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

/// Time constants between two moves of the clock's origin: the factor e^((t − t₀)/τ) stays below e¹⁶ ≈ 9e6, far from
/// where f64 would lose small arrivals beside large ones.
const REBASE_TAUS: f64 = 16.0;

/// Share of the threshold by which the test is relaxed, so that a sum that equals v_th up to rounding always fires, at
/// any t − t₀. 2⁻⁴⁰ is some 4,000 roundings of an f64 and far below any physical difference.
const TIE: f64 = 1.0 / (1_u64 << 40) as f64;

/// A foreseen crossing that rounding has put a hair too early is looked at again a tick later.
const TICK: Duration = Duration::from_ps(1);

/// Constants that follow from the parameters.
#[derive(Debug, Clone, Copy)]
struct Derived {
    /// 1 / τ per picosecond.
    rate_per_ps: f64,
    /// Step by which the origin moves.
    rebase: Duration,
    /// What u is multiplied by when it does.
    rebase_factor: f64,
    /// Threshold above rest; negative for neurons that fire by themselves.
    distance: f64,
    /// The same, less the tie tolerance: what is tested.
    threshold: f64,
    /// Reset potential above rest.
    reset: f64,
}

/// All that changes while the population runs.
#[derive(Debug, Clone)]
struct State {
    /// (v − e_l) · e^((t − t₀)/τ) per neuron; −∞ while refractory. At least a block long, so that sparse rows can
    /// address it by 16 bits; memory behind the last neuron is never touched.
    u: Vec<f64>,
    /// Origin of the factored decay, t₀.
    origin: Time,
    /// e^((t − t₀)/τ) at the instant last advanced to.
    factor: f64,
    /// The instant last advanced to.
    now: Time,
    /// Whether a dense row may have brought some neuron to the threshold at this instant.
    scan: bool,
    /// Neurons that a sparse row or an event may have brought there.
    candidates: Vec<u16>,
    /// Refractory ends, in time order because the period is one for all.
    refractory: VecDeque<(Time, u32)>,
    /// Neurons about to fire by themselves; none in a population that does not.
    crossings: Option<Crossings>,
}

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
        let tau_ps = params.tau_m.ps() as f64;
        // At least a picosecond, so that the origin always moves on; capped far inside the clock's range.
        let rebase = Duration::from_ps((REBASE_TAUS * tau_ps).clamp(1.0, 1e18) as i64);
        let distance = params.v_th - params.e_l;
        let derived = Derived {
            rate_per_ps: 1.0 / tau_ps,
            rebase,
            rebase_factor: exp(-(rebase.ps() as f64) / tau_ps),
            distance,
            threshold: distance - distance.abs() * TIE,
            reset: params.v_reset - params.e_l,
        };
        let state = State {
            u: vec![0.0; size.max(BLOCK)],
            origin: Time::ZERO,
            factor: 1.0,
            now: Time::ZERO,
            scan: false,
            candidates: Vec::new(),
            refractory: VecDeque::new(),
            crossings: (params.v_th <= params.e_l).then(Crossings::default),
        };
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

    /// Recomputes what u must reach to cross the threshold within the horizon, after the origin or the horizon moved.
    fn bound(&mut self) {
        if let Some(end) = self
            .state
            .crossings
            .as_ref()
            .map(|crossings| crossings.horizon)
        {
            let bound = self.derived.threshold * self.factor_at(end);
            if let Some(crossings) = &mut self.state.crossings {
                crossings.bound = bound;
            }
        }
    }

    /// The instant at which neuron `j` reaches the threshold by itself, if that is within the horizon.
    fn crossing(&self, j: usize) -> Option<Time> {
        let crossings = self.state.crossings.as_ref()?;
        let u = self.state.u[j];
        if u < crossings.bound {
            return None;
        }
        // u = distance · e^((t − t₀)/τ), both negative, without the tolerance: it would shift the crossing.
        let offset = ln(u / self.derived.distance) / self.derived.rate_per_ps;
        let t = self.state.origin.ps().saturating_add(offset.ceil() as i64);
        Some(Time::from_ps(t))
    }

    /// What happens by itself at or before `t`: refractory ends, crossings, the end of the horizon.
    fn cross(&mut self, t: Time) {
        let Some(crossings) = &mut self.state.crossings else {
            return;
        };
        if crossings.horizon <= t {
            crossings.extend(t);
            self.bound();
            let bound = self
                .state
                .crossings
                .as_ref()
                .map_or(f64::INFINITY, |crossings| crossings.bound);
            let mut near = Vec::new();
            find_at_or_above(&self.state.u[..self.size], bound, &mut near);
            near.into_iter().for_each(|j| self.predict(j, t));
        }
        while let Some(j) = self
            .state
            .crossings
            .as_mut()
            .and_then(|crossings| crossings.take_due(t))
        {
            // Arrivals since may have put it off, or it has fired.
            if self.state.u[j as usize] >= self.derived.threshold * self.state.factor {
                if let Some(crossings) = &mut self.state.crossings {
                    crossings.due.push(j);
                }
            } else {
                self.predict(j, t + TICK);
            }
        }
    }

    /// Queues the crossing of neuron `j`, if it is near, for `earliest` at the earliest.
    fn predict(&mut self, j: u32, earliest: Time) {
        if let Some(t) = self.crossing(j as usize)
            && let Some(crossings) = &mut self.state.crossings
        {
            crossings.queue(t.max(earliest), j);
        }
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
        self.state.crossings.is_some()
    }

    fn reset(&mut self, t: Time) {
        let State {
            u,
            origin,
            factor,
            now,
            scan,
            candidates,
            refractory,
            crossings,
        } = &mut self.state;
        u[..self.size].fill(0.0);
        (*origin, *factor, *now, *scan) = (t, 1.0, t, false);
        candidates.clear();
        refractory.clear();
        if let Some(crossings) = crossings {
            *crossings = Crossings::starting(t);
        }
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

    fn inject(&mut self, _current_pa: f64) {}

    fn next_alone(&self) -> Time {
        if self.is_spontaneous() {
            self.next_due()
        } else {
            Time::MAX
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
            u, factor, scan, ..
        } = &mut self.state;
        let u = &mut u[..self.size];
        let (scale, threshold) = (gain * *factor, self.derived.threshold * *factor);
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
        let mut due = self
            .state
            .crossings
            .as_mut()
            .map_or_else(Vec::new, |crossings| std::mem::take(&mut crossings.due));
        let State {
            u,
            factor,
            now,
            scan,
            candidates,
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
        for j in due {
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
        if std::mem::take(scan) {
            (0..self.size).for_each(&mut test);
        } else {
            // One that stands here twice has been reset when its turn comes again.
            candidates.iter().for_each(|&j| test(usize::from(j)));
        }
        fired[first..].sort_unstable();
        if t_ref > Duration::ZERO {
            refractory.extend(fired[first..].iter().map(|&j| (*now + t_ref, j)));
        }
        if self.state.crossings.is_some() {
            let now = self.state.now;
            let near = candidates
                .iter()
                .map(|&j| u32::from(j))
                .chain(fired[first..].iter().copied());
            near.for_each(|j| self.predict(j, now));
        }
        self.state.candidates = candidates;
        self.state.candidates.clear();
    }

    fn potential(&self, j: usize) -> f64 {
        let u = self.state.u[j];
        // A refractory neuron is held at reset.
        let above_rest = if u == f64::NEG_INFINITY {
            self.derived.reset
        } else {
            u / self.state.factor
        };
        self.params.e_l + above_rest
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        self.state.u[j] = (v - self.params.e_l) * self.state.factor;
    }

    fn sample(&self, _variable: usize, j: usize, t: Time) -> f64 {
        let u = self.state.u[j];
        if u == f64::NEG_INFINITY {
            return self.params.v_reset;
        }
        let passed = t.since(self.state.origin).ps() as f64;
        self.params.e_l + u * exp(-passed * self.derived.rate_per_ps)
    }

    fn non_finite(&self) -> Option<usize> {
        let wrong = |u: &f64| u.is_nan() || *u == f64::INFINITY;
        self.state.u[..self.size].iter().position(wrong)
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(&mut self, _bytes: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

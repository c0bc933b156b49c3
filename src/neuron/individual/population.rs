//! A population of neurons each of which goes by itself.

use serde::{Deserialize, Serialize};

use super::Dynamics;
use crate::base::time::Time;
use crate::neuron::horizon::{Horizon, TICK};
use crate::neuron::{Events, Growth, Neurons, RowWeights, StateError};

/// A neuron's state, and when it was so.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cell<S> {
    state: S,
    at: Time,
    /// End of the refractory period.
    free: Time,
}

/// All that changes while the population runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State<S> {
    cells: Vec<Cell<S>>,
    /// The instant last advanced to.
    now: Time,
    /// Neurons that an arrival may have brought to the threshold at this instant or, within the horizon, later.
    candidates: Vec<u32>,
    /// Neurons that cross at this instant by themselves.
    due: Vec<u32>,
    /// Neurons about to fire by themselves; none in a population in which no neuron does.
    horizon: Option<Horizon>,
    /// Current injected, in picoamperes.
    injected_pa: f64,
}

/// A population of neurons with parameters of their own.
#[derive(Debug, Clone)]
pub struct Individual<D: Dynamics> {
    dynamics: Vec<D>,
    state: State<D::State>,
}

/// Brings a neuron to `t`, unless it is there already.
#[inline]
fn bring<D: Dynamics>(dynamics: &D, cell: &mut Cell<D::State>, t: Time) {
    if cell.at >= t {
        return;
    }
    if cell.at < cell.free {
        let end = cell.free.min(t);
        dynamics.hold(&mut cell.state, end.since(cell.at).ps() as f64);
        cell.at = end;
        if end == t {
            return;
        }
    }
    dynamics.advance(&mut cell.state, t.since(cell.at).ps() as f64);
    cell.at = t;
}

/// The instant at which a neuron crosses the threshold by itself, if that is not after `end`.
fn crossing<D: Dynamics>(dynamics: &D, cell: &Cell<D::State>, end: Time) -> Option<Time> {
    let mut cell = *cell;
    let free = cell.free;
    bring(dynamics, &mut cell, free);
    if cell.at > end {
        return None;
    }
    let within = end.since(cell.at).ps() as f64;
    if !dynamics.may_cross(&cell.state, within) {
        return None;
    }
    let passed = dynamics.crossing(&cell.state, within)?;
    Some(Time::from_ps(
        cell.at.ps().saturating_add(passed.ceil() as i64),
    ))
}

/// Adds a weight to a neuron at `t`; whether that may make it fire then, or by itself up to `end`.
#[inline]
fn deliver<D: Dynamics>(
    dynamics: &D,
    cell: &mut Cell<D::State>,
    weight: f64,
    t: Time,
    end: Option<Time>,
) -> bool {
    let held = t < cell.free;
    if held && !D::LISTENS_WHILE_HELD {
        return false;
    }
    bring(dynamics, cell, t);
    dynamics.receive(&mut cell.state, weight);
    // Nothing else brings a neuron nearer to its threshold.
    if weight <= 0.0 {
        return false;
    }
    if !held && dynamics.is_reached(&cell.state) {
        return true;
    }
    end.is_some_and(|end| {
        (held || dynamics.may_cross(&cell.state, end.since(t).ps() as f64))
            && crossing(dynamics, cell, end).is_some()
    })
}

impl<D: Dynamics> Individual<D> {
    /// Neurons at rest.
    pub fn new(dynamics: Vec<D>) -> Self {
        let mut population = Self {
            dynamics,
            state: State {
                cells: Vec::new(),
                now: Time::ZERO,
                candidates: Vec::new(),
                due: Vec::new(),
                horizon: None,
                injected_pa: 0.0,
            },
        };
        population.reset(Time::ZERO);
        population
    }

    /// Queues the crossing of neuron `j`, if it is near; for `earliest` at the earliest.
    fn predict(&mut self, j: u32, earliest: Time) {
        let Some(horizon) = &mut self.state.horizon else {
            return;
        };
        let (dynamics, cell) = (&self.dynamics[j as usize], &self.state.cells[j as usize]);
        if let Some(t) = crossing(dynamics, cell, horizon.end()) {
            horizon.queue(t.max(earliest), j);
        }
    }

    /// Queues every neuron that crosses within the horizon, which has moved.
    fn sweep(&mut self) {
        let Some(horizon) = &mut self.state.horizon else {
            return;
        };
        let (now, end) = (self.state.now, horizon.end());
        for (j, (dynamics, cell)) in (0..).zip(self.dynamics.iter().zip(&mut self.state.cells)) {
            // A neuron that has not been looked at for a while is first judged by what it was: most are far from their
            // threshold.
            let held = cell.at < cell.free;
            if !held && !dynamics.may_cross(&cell.state, end.since(cell.at).ps() as f64) {
                continue;
            }
            bring(dynamics, cell, now);
            if let Some(t) = crossing(dynamics, cell, end) {
                horizon.queue(t.max(now), j);
            }
        }
    }

    /// What happens by itself at the instant advanced to: crossings, the end of the horizon.
    fn cross(&mut self) {
        let now = self.state.now;
        let Some(horizon) = &mut self.state.horizon else {
            return;
        };
        if horizon.end() <= now {
            horizon.extend(now);
            self.sweep();
        }
        while let Some(horizon) = &mut self.state.horizon
            && let Some(j) = horizon.take_due(now)
        {
            let dynamics = &self.dynamics[j as usize];
            let cell = &mut self.state.cells[j as usize];
            bring(dynamics, cell, now);
            // Arrivals since may have put it off, or it has fired.
            if cell.free <= now && dynamics.is_reached(&cell.state) {
                self.state.due.push(j);
            } else {
                self.predict(j, now + TICK);
            }
        }
    }

    /// Neuron `j`, brought to `now`, fires.
    fn spike(&mut self, j: u32, now: Time) {
        let (dynamics, cell) = (
            &self.dynamics[j as usize],
            &mut self.state.cells[j as usize],
        );
        bring(dynamics, cell, now);
        dynamics.fire(&mut cell.state);
        // Beyond the clock's end it stays refractory.
        cell.free = now.checked_add(dynamics.t_ref()).unwrap_or(Time::MAX);
    }

    /// Lets `current_pa` flow into every neuron; whether any may then fire by itself.
    fn drive(&mut self, current_pa: f64) -> bool {
        let dynamics = &mut self.dynamics;
        dynamics
            .iter_mut()
            .for_each(|neuron| neuron.inject(current_pa));
        dynamics.iter().any(Dynamics::crosses)
    }

    /// Neuron `j` at `t`, if nothing happens until then.
    fn at(&self, j: usize, t: Time) -> D::State {
        let mut cell = self.state.cells[j];
        bring(&self.dynamics[j], &mut cell, t);
        cell.state
    }

    /// The end of the horizon, where there is one.
    fn horizon_end(&self) -> Option<Time> {
        self.state.horizon.as_ref().map(Horizon::end)
    }
}

impl<D: Dynamics> Neurons for Individual<D> {
    fn size(&self) -> usize {
        self.dynamics.len()
    }

    fn is_spontaneous(&self) -> bool {
        self.state.horizon.is_some()
    }

    fn reset(&mut self, t: Time) {
        let crosses = self.drive(0.0);
        let cell = |dynamics: &D| Cell {
            state: dynamics.rest(),
            at: t,
            free: t,
        };
        self.state = State {
            cells: self.dynamics.iter().map(cell).collect(),
            now: t,
            candidates: Vec::new(),
            due: Vec::new(),
            horizon: crosses.then(|| Horizon::starting(t)),
            injected_pa: 0.0,
        };
    }

    fn advance(&mut self, t: Time) {
        self.state.now = t;
        self.cross();
    }

    fn inject(&mut self, current_pa: f64) {
        if current_pa == self.state.injected_pa {
            return;
        }
        let now = self.state.now;
        for (dynamics, cell) in self.dynamics.iter().zip(&mut self.state.cells) {
            bring(dynamics, cell, now);
        }
        self.state.injected_pa = current_pa;
        self.state.horizon = self.drive(current_pa).then(|| Horizon::starting(now));
    }

    fn next_alone(&self) -> Time {
        self.next_due()
    }

    fn next_due(&self) -> Time {
        self.state.horizon.as_ref().map_or(Time::MAX, Horizon::next)
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        let (now, end) = (self.state.now, self.horizon_end());
        let State {
            cells, candidates, ..
        } = &mut self.state;
        for row in rows {
            let neurons = self.dynamics.iter().zip(cells.iter_mut());
            for (j, ((dynamics, cell), &w)) in (0..).zip(neurons.zip(*row)) {
                if w != 0.0 && deliver(dynamics, cell, gain * f64::from(w), now, end) {
                    candidates.push(j);
                }
            }
        }
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        let (now, end) = (self.state.now, self.horizon_end());
        let State {
            cells, candidates, ..
        } = &mut self.state;
        let dynamics = &self.dynamics;
        let mut add = |j: u16, weight: f32| {
            let k = usize::from(j);
            if deliver(&dynamics[k], &mut cells[k], f64::from(weight), now, end) {
                candidates.push(u32::from(j));
            }
        };
        match weights {
            RowWeights::One(weight) => targets.iter().for_each(|&j| add(j, weight)),
            RowWeights::Each(weights) => {
                targets.iter().zip(weights).for_each(|(&j, &w)| add(j, w));
            }
        }
    }

    /// Each neuron decays at its own rate: nothing that all could share.
    fn growth(&self, _weight: f64) -> Growth {
        Growth {
            rate_per_ps: 0.0,
            delta_per_ps: None,
        }
    }

    fn receive_events(&mut self, events: Events<'_>) -> Option<usize> {
        let end = self.horizon_end();
        for (k, (&j, &offset)) in events.targets.iter().zip(events.offsets).enumerate() {
            let t = Time::from_ps(events.origin.ps().saturating_add(offset));
            let (dynamics, cell) = (
                &self.dynamics[usize::from(j)],
                &mut self.state.cells[usize::from(j)],
            );
            if deliver(dynamics, cell, events.weight(k), t, end) {
                self.state.candidates.push(u32::from(j));
                return Some(k);
            }
        }
        None
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let State {
            now,
            candidates,
            due,
            ..
        } = &mut self.state;
        if candidates.is_empty() && due.is_empty() {
            return;
        }
        let now = *now;
        let mut candidates = std::mem::take(candidates);
        let mut due = std::mem::take(due);
        // Each once, however many of its arrivals may have made it fire; a crossing may have been foreseen more than once.
        candidates.sort_unstable();
        candidates.dedup();
        due.sort_unstable();
        due.dedup();
        let first = fired.len();
        // A crossing due at this instant is honoured even if an arrival of the same instant pulled v down.
        for &j in &due {
            self.spike(j, now);
            fired.push(j);
        }
        for &j in &candidates {
            let cell = &self.state.cells[j as usize];
            let reached = self.dynamics[j as usize].is_reached(&cell.state);
            if reached && cell.free <= now && due.binary_search(&j).is_err() {
                self.spike(j, now);
                fired.push(j);
            }
        }
        fired[first..].sort_unstable();
        if self.state.horizon.is_some() {
            due.iter().for_each(|&j| self.predict(j, now));
            candidates.iter().for_each(|&j| self.predict(j, now));
        }
        candidates.clear();
        self.state.candidates = candidates;
    }

    fn potential(&self, j: usize) -> f64 {
        self.dynamics[j].variable(&self.at(j, self.state.now), 0)
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        let (dynamics, cell) = (&self.dynamics[j], &mut self.state.cells[j]);
        bring(dynamics, cell, self.state.now);
        dynamics.set_potential(&mut cell.state, v);
    }

    fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        self.dynamics[j].variable(&self.at(j, t), variable)
    }

    fn non_finite(&self) -> Option<usize> {
        let mut cells = self.dynamics.iter().zip(&self.state.cells);
        cells.position(|(dynamics, cell)| !dynamics.is_finite(&cell.state))
    }

    fn save(&self) -> Vec<u8> {
        // Writing to memory cannot fail, and every part has a form in bytes.
        postcard::to_stdvec(&self.state).unwrap_or_default()
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let size = self.size();
        let (state, rest): (State<D::State>, _) = postcard::take_from_bytes(bytes)
            .map_err(|error| StateError(format!("broken bytes: {error}")))?;
        if !rest.is_empty() {
            return Err(StateError(format!(
                "found {} bytes behind it, expected none",
                rest.len()
            )));
        }
        let State {
            cells,
            now: _,
            candidates,
            due,
            horizon,
            injected_pa,
        } = &state;
        if cells.len() != size {
            return Err(StateError(format!(
                "found {} neurons, expected {size}",
                cells.len()
            )));
        }
        let mut named = candidates.iter().chain(due);
        if named.any(|&j| j as usize >= size)
            || horizon
                .as_ref()
                .is_some_and(|horizon| !horizon.is_within(size))
        {
            return Err(StateError(format!(
                "found a neuron beyond the {size} of the population"
            )));
        }
        if self.drive(*injected_pa) != horizon.is_some() {
            self.drive(self.state.injected_pa);
            return Err(StateError(
                "found neurons that are driven otherwise, expected the same parameters".into(),
            ));
        }
        self.state = state;
        Ok(())
    }
}

//! A population of neurons each of which goes by itself.

mod delivery;

use serde::{Deserialize, Serialize};

use super::Dynamics;
use super::cell::Cell;
use super::decays::Decays;
use crate::base::time::Time;
use crate::neuron::bytes::{
    Path, check_neurons, check_size, driven_otherwise, from_bytes, path_of, to_bytes,
};
use crate::neuron::horizon::{Horizon, Queue, TICK};
use crate::neuron::{self, Events, Growth, Neurons, RowWeights, StateError};

/// All that changes while the population runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State<S> {
    cells: Vec<Cell<S>>,
    /// The instant last advanced to.
    now: Time,
    /// Whether any neuron may be at the threshold at this instant, since potentials were set.
    scan: bool,
    /// Neurons that an arrival may have brought to the threshold at this instant.
    candidates: Vec<u32>,
    /// Neurons that cross at this instant by themselves.
    due: Vec<u32>,
    /// Neurons about to cross by themselves.
    queue: Queue,
    /// How far they are known.
    horizon: Horizon,
    /// Whether no neuron will ever cross if nothing arrives: then nothing is foreseen, and the horizon stays behind.
    quiet: bool,
    /// Current injected, in picoamperes.
    injected_pa: f64,
    /// Whether some neuron is driven.
    driven: bool,
}

/// A population of neurons with parameters of their own.
#[derive(Debug, Clone)]
pub struct Individual<D: Dynamics> {
    dynamics: Vec<D>,
    state: State<D::State>,
    /// Room for those of the neurons that something arrives at.
    decays: Decays,
}

impl<D: Dynamics> Individual<D> {
    /// Neurons at rest.
    pub fn new(dynamics: Vec<D>) -> Self {
        let mut population = Self {
            dynamics,
            decays: Decays::new(),
            state: State {
                cells: Vec::new(),
                now: Time::ZERO,
                scan: false,
                candidates: Vec::new(),
                due: Vec::new(),
                queue: Queue::default(),
                horizon: Horizon::starting(Time::ZERO),
                quiet: true,
                driven: false,
                injected_pa: 0.0,
            },
        };
        population.reset(Time::ZERO);
        population
    }

    /// Queues the crossing of neuron `j`, if it is near; for `earliest` at the earliest.
    fn predict(&mut self, j: u32, earliest: Time) {
        let State {
            cells,
            queue,
            horizon,
            quiet,
            ..
        } = &mut self.state;
        let (dynamics, cell) = (&self.dynamics[j as usize], &mut cells[j as usize]);
        if *quiet && dynamics.may_cross(&cell.state, f64::INFINITY) {
            *quiet = false;
            horizon.extend(cell.at);
        }
        if !*quiet {
            cell.foresee(dynamics, horizon.end(), earliest, queue, j);
        }
    }

    /// The same after the instant `now`: what a spike has left at the threshold or above is no crossing of that instant.
    fn predict_after(&mut self, j: u32, now: Time) {
        let (dynamics, cell) = (&self.dynamics[j as usize], &self.state.cells[j as usize]);
        match dynamics.is_reached(&cell.state) {
            true => self.predict(j, now + TICK),
            false => self.predict(j, now),
        }
    }

    /// Looks at neuron `j` after it has been put where it is: at or above its threshold it fires at this instant unless
    /// something that arrives pulls it down; below, its crossing is queued, if it is near.
    fn place(&mut self, j: usize) {
        let (dynamics, cell, now) = (&self.dynamics[j], &self.state.cells[j], self.state.now);
        if !cell.is_held(now) && dynamics.is_reached(&cell.state) {
            self.state.scan = true;
        } else {
            self.predict(j as u32, now);
        }
    }

    /// Moves the horizon and queues every neuron that crosses within it. If none ever will, the population falls quiet.
    fn sweep(&mut self) {
        let State {
            cells,
            queue,
            horizon,
            quiet,
            now,
            scan,
            ..
        } = &mut self.state;
        horizon.extend(*now);
        let end = horizon.end();
        *quiet = true;
        for (j, (dynamics, cell)) in (0..).zip(self.dynamics.iter().zip(cells)) {
            // A neuron that has not been looked at for a while is first judged by what it was: most are far from their
            // threshold.
            if !dynamics.may_cross(&cell.state, f64::INFINITY) {
                continue;
            }
            *quiet = false;
            if cell.may_cross(dynamics, end) {
                cell.bring(dynamics, *now);
                // Where potentials have just been set, no crossing has brought a neuron above its threshold.
                if !(*scan && dynamics.is_reached(&cell.state)) {
                    cell.foresee(dynamics, end, *now, queue, j);
                }
            }
        }
        if *quiet {
            // What was foreseen has been put off for ever.
            queue.clear();
            self.state.cells.iter_mut().for_each(Cell::forget);
        }
    }

    /// What happens by itself at the instant advanced to: crossings, the end of the horizon.
    fn cross(&mut self) {
        let now = self.state.now;
        if !self.state.quiet && self.state.horizon.end() <= now {
            self.sweep();
        }
        while let Some((t, j)) = self.state.queue.take_due(now) {
            let dynamics = &self.dynamics[j as usize];
            let cell = &mut self.state.cells[j as usize];
            if !cell.is_due(t) {
                continue;
            }
            cell.bring(dynamics, now);
            // Arrivals since may have put it off.
            if !cell.is_held(now) && dynamics.is_reached(&cell.state) {
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
        cell.bring(dynamics, now);
        cell.fire(dynamics);
    }

    /// Lets `current_pa` flow into every neuron; whether it drives any.
    fn drive(&mut self, current_pa: f64) -> bool {
        let dynamics = &mut self.dynamics;
        dynamics
            .iter_mut()
            .for_each(|neuron| neuron.inject(current_pa));
        dynamics.iter().any(Dynamics::is_driven)
    }

    /// Neuron `j` at `t`, if nothing happens until then.
    fn at(&self, j: usize, t: Time) -> D::State {
        let mut cell = self.state.cells[j];
        cell.bring(&self.dynamics[j], t);
        cell.state
    }
}

impl<D: Dynamics> Neurons for Individual<D> {
    fn size(&self) -> usize {
        self.dynamics.len()
    }

    fn reset(&mut self, t: Time) {
        let driven = self.drive(0.0);
        let cells: Vec<_> = self
            .dynamics
            .iter()
            .map(|it| Cell::resting(it, t))
            .collect();
        let mut neurons = self.dynamics.iter().zip(&cells);
        self.state = State {
            scan: neurons.any(|(dynamics, cell)| dynamics.is_reached(&cell.state)),
            cells,
            now: t,
            candidates: Vec::new(),
            due: Vec::new(),
            queue: Queue::default(),
            horizon: Horizon::starting(t),
            quiet: !driven,
            driven,
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
            cell.bring(dynamics, now);
            cell.forget();
        }
        self.state.queue.clear();
        self.state.injected_pa = current_pa;
        self.state.driven = self.drive(current_pa);
        // The next instant finds out what crosses now, if anything does.
        self.state.horizon = Horizon::starting(now);
        self.state.quiet = false;
    }

    fn next_alone(&self) -> Time {
        self.next_due()
    }

    fn next_due(&self) -> Time {
        if self.state.scan {
            return self.state.now;
        }
        if self.state.quiet {
            return Time::MAX;
        }
        self.state.horizon.end().min(self.state.queue.next())
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        let now = self.state.now;
        for row in rows {
            for (j, &w) in row.iter().enumerate() {
                // What is at its threshold is looked at whatever arrives.
                if w != 0.0 || self.dynamics[j].keeps_excess() {
                    self.deliver(j, gain * f64::from(w), now);
                }
            }
        }
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        delivery::receive_row(self, targets, weights);
    }

    /// Each neuron decays at its own rate: nothing that all could share.
    fn growth(&self, _weight: f64) -> Growth {
        Growth {
            rate_per_ps: 0.0,
            delta_per_ps: None,
        }
    }

    fn receive_events(&mut self, events: Events<'_>) -> Option<usize> {
        delivery::receive_events(self, &events)
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let State {
            now,
            candidates,
            due,
            scan,
            ..
        } = &mut self.state;
        if candidates.is_empty() && due.is_empty() && !*scan {
            return;
        }
        let now = *now;
        let mut candidates = std::mem::take(candidates);
        if std::mem::take(scan) {
            candidates.extend(0..self.dynamics.len() as u32);
        }
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
            let (dynamics, cell) = (
                &self.dynamics[j as usize],
                &mut self.state.cells[j as usize],
            );
            cell.bring(dynamics, now);
            let reached = dynamics.is_reached(&cell.state);
            if reached && !cell.is_held(now) && due.binary_search(&j).is_err() {
                self.spike(j, now);
                fired.push(j);
            }
        }
        fired[first..].sort_unstable();
        due.iter().for_each(|&j| self.predict_after(j, now));
        candidates.iter().for_each(|&j| self.predict_after(j, now));
        candidates.clear();
        self.state.candidates = candidates;
    }

    fn potential(&self, j: usize) -> f64 {
        self.dynamics[j].variable(&self.at(j, self.state.now), 0)
    }

    fn set_potential(&mut self, j: usize, v: f64) {
        let (dynamics, cell) = (&self.dynamics[j], &mut self.state.cells[j]);
        cell.bring(dynamics, self.state.now);
        cell.release();
        dynamics.set_potential(&mut cell.state, v);
        self.place(j);
    }

    fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        self.dynamics[j].variable(&self.at(j, t), variable)
    }

    fn non_finite(&self) -> Option<usize> {
        let mut cells = self.dynamics.iter().zip(&self.state.cells);
        cells.position(|(dynamics, cell)| !dynamics.is_finite(&cell.state))
    }

    fn state(&self) -> neuron::State {
        let cells = &self.state.cells;
        let latest = cells.iter().map(|cell| cell.at).max();
        let now = self.state.now.max(latest.unwrap_or(self.state.now));
        let mut numbers = Vec::with_capacity(self.size() * D::WIDTH);
        for (j, dynamics) in self.dynamics.iter().enumerate() {
            numbers.extend(dynamics.numbers(&self.at(j, now)));
        }
        let held = (0..).zip(cells).filter(|(_, cell)| cell.is_held(now));
        let mut refractory: Vec<_> = held.map(|(j, cell)| (cell.free(), j)).collect();
        refractory.sort_unstable();
        neuron::State {
            injected_pa: self.state.injected_pa,
            refractory,
            due: self.state.due.clone(),
            ..neuron::State::new(D::SPEC, self.size(), now, numbers)
        }
    }

    fn set_state(&mut self, state: &neuron::State) -> Result<(), StateError> {
        state.check(D::SPEC, self.size(), D::WIDTH)?;
        let now = state.now;
        let driven = self.drive(state.injected_pa);
        let mut free = vec![now; self.size()];
        for (end, j) in state.held() {
            free[j as usize] = end;
        }
        let numbers = state.numbers.chunks_exact(D::WIDTH.max(1)).zip(free);
        let cells = self.dynamics.iter().zip(numbers);
        let cells = cells.map(|(dynamics, (numbers, free))| {
            Cell::at(dynamics.of_numbers(numbers, free > now), now, free)
        });
        let cells: Vec<_> = cells.collect();
        let mut horizon = Horizon::starting(now);
        horizon.extend(now);
        self.state = State {
            scan: !state.due.is_empty(),
            cells,
            now,
            candidates: Vec::new(),
            due: state.due.clone(),
            queue: Queue::default(),
            horizon,
            // The end of the horizon finds out.
            quiet: false,
            driven,
            injected_pa: state.injected_pa,
        };
        (0..self.size()).for_each(|j| self.place(j));
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&(Path::Individual, &self.state))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let (path, rest) = path_of(bytes)?;
        if path == Path::Shared {
            let alike = self.dynamics.windows(2).all(|two| two[0] == two[1]);
            let first = self.dynamics.first().filter(|_| alike);
            let fast = match first {
                Some(first) => first.fast(self.size()),
                None => D::fast_of(&self.dynamics),
            };
            let mut fast = fast.ok_or_else(|| {
                StateError::Unfit(
                    "found neurons that share a clock, expected ones whose time constants differ"
                        .into(),
                )
            })?;
            fast.load(bytes)?;
            return self.set_state(&fast.state());
        }
        let state: State<D::State> = from_bytes(rest)?;
        let size = self.size();
        check_size(state.cells.len(), size)?;
        check_neurons(state.candidates.iter().copied(), size)?;
        check_neurons(state.due.iter().copied(), size)?;
        check_neurons(state.queue.neurons(), size)?;
        if self.drive(state.injected_pa) != state.driven || state.driven && state.quiet {
            self.drive(self.state.injected_pa);
            return Err(driven_otherwise());
        }
        self.state = state;
        Ok(())
    }
}

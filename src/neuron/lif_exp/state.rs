//! All that changes while a population runs, how it is read from bytes, and what it is apart from the clock.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::neuron::bytes::{check_clock, check_neurons, check_size, from_bytes};
use crate::neuron::cells::Cells;
use crate::neuron::horizon::Queue;
use crate::neuron::lif_exp::clock::Decay;
use crate::neuron::lif_exp::derived::Derived;
use crate::neuron::lif_exp::kernel::BUDGET;
use crate::neuron::lif_exp::pace::Pace;
use crate::neuron::lif_exp::{LifExp, SPEC};
use crate::neuron::refractory::Refractory;
use crate::neuron::{self, Neurons, StateError};

/// All that changes while the population runs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) cells: Cells<4>,
    /// Origin of the factored clock, at which the horizon began.
    pub(super) origin: Time,
    /// The instant last advanced to.
    pub(super) now: Time,
    /// The last event of noise taken in without advancing, if that is later.
    pub(super) latest: Time,
    /// Current injected.
    pub(super) injected_pa: f64,
    /// Whether no neuron would ever fire by itself. Then horizons and refractory ends are made up for when something
    /// arrives.
    pub(super) quiet: bool,
    /// Whether something has happened to all neurons at this instant, so that no budget holds.
    pub(super) stale: bool,
    /// Neurons to look at when the population is tested: those of a budget below 0, perhaps more.
    pub(super) candidates: Vec<u32>,
    /// Neurons that cross at this instant.
    pub(super) due: Vec<u32>,
    /// Who is refractory.
    pub(super) refractory: Refractory,
    /// Neurons whose crossing is foreseen within the horizon.
    pub(super) queue: Queue,
}

impl State {
    pub(super) fn new(size: usize) -> Self {
        Self {
            cells: Cells::new(size),
            origin: Time::ZERO,
            now: Time::ZERO,
            latest: Time::ZERO,
            injected_pa: 0.0,
            quiet: false,
            stale: false,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: Refractory::default(),
            queue: Queue::default(),
        }
    }

    /// Picoseconds from the clock's origin to `t`.
    #[inline(always)]
    pub(super) fn since_origin(&self, t: Time) -> f64 {
        t.since(self.origin).ps() as f64
    }

    /// Forgets everything but the cells; the clock begins at `t`.
    pub(super) fn clear(&mut self, t: Time) {
        let Self {
            cells: _,
            origin,
            now,
            latest,
            injected_pa,
            quiet,
            stale,
            candidates,
            due,
            refractory,
            queue,
        } = self;
        (*origin, *now, *latest, *injected_pa) = (t, t, t, 0.0);
        (*quiet, *stale) = (false, false);
        candidates.clear();
        due.clear();
        refractory.clear();
        queue.clear();
    }

    /// From bytes.
    ///
    /// # Errors
    /// If they are no state of `size` neurons.
    pub(super) fn read(bytes: &[u8], size: usize) -> Result<Self, StateError> {
        let state: Self = from_bytes(bytes)?;
        check_size(state.cells.len(), size)?;
        check_clock(state.origin, state.now)?;
        check_neurons(state.candidates.iter().copied(), size)?;
        check_neurons(state.due.iter().copied(), size)?;
        check_neurons(state.refractory.iter().map(|(_, j)| j), size)?;
        check_neurons(state.queue.neurons(), size)?;
        Ok(state)
    }
}

impl<P: Pace> LifExp<P> {
    /// The state apart from the clock.
    pub(super) fn describe(&self) -> neuron::State {
        let now = self.state.now.max(self.state.latest);
        let passed = self.state.since_origin(now);
        let cells = self.state.cells.all().iter().enumerate();
        let numbers = cells.flat_map(|(j, &[u, g_ex, g_inh, _])| {
            let Derived { rates, unit, .. } = self.pace.of(j);
            let decay = Decay::over(passed, rates);
            [
                self.v_inf(j) + decay.above(u, g_ex, g_inh),
                decay.ex * g_ex / unit,
                decay.inh * g_inh / unit,
            ]
        });
        let mut numbers: Vec<f64> = numbers.collect();
        for (end, j) in self.state.refractory.iter() {
            // A quiet population makes up for the end when something arrives.
            let j = j as usize;
            numbers[3 * j] = if end > now {
                self.membrane(j).v_reset
            } else {
                self.v_inf(j) + self.above_after_reset(j, end, now)
            };
        }
        neuron::State {
            injected_pa: self.state.injected_pa,
            refractory: self
                .state
                .refractory
                .iter()
                .filter(|(end, _)| *end > now)
                .collect(),
            due: self.state.due.clone(),
            ..neuron::State::new(&SPEC, self.size(), now, numbers)
        }
    }

    /// Takes on a state, of which nothing is known but that it is of as many neurons, and begins the clock anew.
    pub(super) fn take_on(&mut self, state: &neuron::State) {
        self.state.clear(state.now);
        self.pace.move_on();
        self.state.injected_pa = state.injected_pa;
        self.state.refractory = state.held().collect();
        self.state.due = state.due.clone();
        self.levels.inject(state.injected_pa);
        let (numbers, _) = state.numbers.as_chunks();
        let cells = self.state.cells.all_mut().iter_mut().zip(numbers);
        for (j, (cell, [v, i_ex, i_in])) in cells.enumerate() {
            let unit = self.pace.of(j).unit;
            *cell = [
                v - self.levels.of(j).v_inf(state.injected_pa),
                i_ex * unit,
                i_in * unit,
                0.0,
            ];
        }
        for (_, j) in self.state.refractory.iter() {
            let cell = &mut self.state.cells.all_mut()[j as usize];
            (cell[0], cell[BUDGET]) = (0.0, f64::INFINITY);
        }
        self.state.stale = true;
    }
}

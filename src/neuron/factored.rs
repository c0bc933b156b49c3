//! What populations of delta synapses have in common whose neurons share their parameters: a clock in which decay factors
//! out of the loop over synapses, and who is to be looked at when.

use serde::{Deserialize, Serialize};

use crate::base::time::{Duration, Time};
use crate::neuron::StateError;
use crate::neuron::bytes::{check_clock, check_neurons, check_size, driven_otherwise, from_bytes};
use crate::neuron::cells::Cells;
use crate::neuron::horizon::{Horizon, Queue};
use crate::neuron::refractory::Refractory;

/// All that changes while such a population runs: N numbers per neuron and what goes with them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State<const N: usize> {
    /// What is constant between arrivals, counted from the clock's origin. The first number, the potential above where it
    /// goes, is −∞ while the neuron is refractory.
    pub(super) cells: Cells<N>,
    /// Origin of the factored decay.
    pub(super) origin: Time,
    /// The instant last advanced to.
    pub(super) now: Time,
    /// The last event of noise taken in without advancing, if that is later.
    pub(super) latest: Time,
    /// Current that flows in addition to that of the parameters, in picoamperes.
    pub(super) injected_pa: f64,
    /// Whether any neuron may be at the threshold at this instant or, within the horizon, later: after a dense row, or
    /// when potentials are set.
    pub(super) scan: bool,
    /// Neurons that a sparse row or an event may have brought there.
    pub(super) candidates: Vec<u16>,
    /// Neurons that cross the threshold by themselves at this instant.
    pub(super) due: Vec<u32>,
    /// Who is refractory.
    pub(super) refractory: Refractory,
    /// Neurons about to fire by themselves.
    pub(super) queue: Queue,
    /// How far they are known; none in a population that does not fire by itself.
    pub(super) horizon: Option<Horizon>,
}

impl<const N: usize> State<N> {
    /// Neurons that are all like `cell` at `t`, into which nothing is injected; `room` is room for them. `crosses` says
    /// whether they are carried to their threshold by themselves.
    pub(super) fn starting(mut room: Cells<N>, cell: [f64; N], t: Time, crosses: bool) -> Self {
        room.all_mut().fill(cell);
        Self {
            cells: room,
            origin: t,
            now: t,
            latest: t,
            injected_pa: 0.0,
            scan: false,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: Refractory::default(),
            queue: Queue::default(),
            horizon: crosses.then(|| Horizon::starting(t)),
        }
    }

    /// Refractory, due and injected as in `state`, which is taken on at `now`; the numbers of neurons are left to do.
    pub(super) fn take_on(&mut self, state: &crate::neuron::State) {
        self.injected_pa = state.injected_pa;
        self.refractory = state.held().collect();
        self.due = state.due.clone();
        self.scan = !state.due.is_empty();
    }

    /// Adds to `state`, which says the same apart from the clock, what goes with its numbers.
    pub(super) fn describe(&self, state: crate::neuron::State) -> crate::neuron::State {
        crate::neuron::State {
            injected_pa: self.injected_pa,
            refractory: self.refractory.iter().collect(),
            due: self.due.clone(),
            ..state
        }
    }

    /// Takes the room of the neurons, to fill it anew.
    pub(super) fn take_room(&mut self) -> Cells<N> {
        std::mem::replace(&mut self.cells, Cells::new(0))
    }

    /// From bytes.
    ///
    /// # Errors
    /// If they are no state of `size` neurons.
    pub(super) fn read(bytes: &[u8], size: usize) -> Result<Self, StateError> {
        let state: Self = from_bytes(bytes)?;
        check_size(state.cells.len(), size)?;
        check_clock(state.origin, state.now)?;
        check_neurons(state.candidates.iter().map(|&j| j.into()), size)?;
        check_neurons(state.due.iter().copied(), size)?;
        check_neurons(state.refractory.iter().map(|(_, j)| j), size)?;
        check_neurons(state.queue.neurons(), size)?;
        Ok(state)
    }

    /// Checks that its neurons are carried to their threshold by themselves, or are not.
    ///
    /// # Errors
    /// If it is otherwise.
    pub(super) fn check_drive(&self, crosses: bool) -> Result<(), StateError> {
        if crosses == self.horizon.is_some() {
            Ok(())
        } else {
            Err(driven_otherwise())
        }
    }

    /// See [`Neurons::next_due`](super::Neurons::next_due); the origin moves by `rebase`.
    pub(super) fn next_due(&self, rebase: Duration) -> Time {
        if self.scan {
            return self.now;
        }
        let rebase = self.origin.checked_add(rebase).unwrap_or(Time::MAX);
        let horizon = self.horizon.as_ref().map_or(Time::MAX, Horizon::end);
        let crossing = horizon.min(self.queue.next());
        rebase.min(self.refractory.next()).min(crossing)
    }

    /// See [`Neurons::next_alone`](super::Neurons::next_alone).
    pub(super) fn next_alone(&self, rebase: Duration) -> Time {
        if self.scan || self.horizon.is_some() {
            self.next_due(rebase)
        } else {
            Time::MAX
        }
    }
}

//! All that changes while a population runs, and how it is read from bytes.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::neuron::StateError;
use crate::neuron::bytes::{check_clock, check_neurons, check_size, from_bytes};
use crate::neuron::cells::Cells;
use crate::neuron::horizon::Queue;
use crate::neuron::refractory::Refractory;

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

//! What changes while a population of adapting leaky integrate-and-fire neurons runs, and how it is read from bytes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::constants::Drive;
use crate::base::time::Time;
use crate::neuron::StateError;
use crate::neuron::cells::Cells;
use crate::neuron::horizon::{Horizon, Queue};
use crate::neuron::state::{check_clock, check_neurons, check_size, from_bytes};

/// All that changes while the population runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// [U, W] per neuron; U is −∞ while refractory.
    pub(super) cells: Cells<2>,
    /// Origin of the factored decay.
    pub(super) origin: Time,
    /// The instant last advanced to.
    pub(super) now: Time,
    /// Whether any neuron may be at the threshold at this instant or, within the horizon, later: after a dense row, or
    /// when potentials are set.
    pub(super) scan: bool,
    /// Neurons that a sparse row or an event may have brought there.
    pub(super) candidates: Vec<u16>,
    /// Neurons that cross at this instant by themselves.
    pub(super) due: Vec<u32>,
    /// Refractory ends, in time order because the period is one for all.
    pub(super) refractory: VecDeque<(Time, u32)>,
    /// Neurons about to fire by themselves.
    pub(super) queue: Queue,
    /// How far they are known; none in a population that does not fire by itself.
    pub(super) horizon: Option<Horizon>,
    /// Current injected, in picoamperes.
    pub(super) injected_pa: f64,
}

impl State {
    /// Neurons at `rest` above v_inf at `t`, into which nothing is injected; `cells` is room for them.
    pub(super) fn resting(mut cells: Cells<2>, rest: f64, t: Time, drive: &Drive) -> Self {
        cells.all_mut().fill([rest, 0.0]);
        Self {
            cells,
            origin: t,
            now: t,
            scan: rest >= drive.threshold,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: VecDeque::new(),
            queue: Queue::default(),
            horizon: drive.is_above().then(|| Horizon::starting(t)),
            injected_pa: 0.0,
        }
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
        check_neurons(state.refractory.iter().map(|&(_, j)| j), size)?;
        check_neurons(state.queue.neurons(), size)?;
        Ok(state)
    }
}

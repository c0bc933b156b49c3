//! What changes while a population runs, and its bytes in a checkpoint.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::derived::Derived;
use crate::base::time::Time;
use crate::neuron::StateError;
use crate::neuron::cells::Cells;
use crate::neuron::horizon::{Horizon, Queue};
use crate::neuron::state::{check_clock, check_neurons, check_size, from_bytes};

/// All that changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// (v − v_inf) · e^((t − t₀)/τ) per neuron; −∞ while refractory.
    pub(super) cells: Cells<1>,
    /// Origin of the factored decay, t₀.
    pub(super) origin: Time,
    /// e^((t − t₀)/τ) at the instant last advanced to.
    pub(super) factor: f64,
    /// The instant last advanced to.
    pub(super) now: Time,
    /// Current that flows in addition to that of the parameters, in picoamperes.
    pub(super) injected_pa: f64,
    /// Whether any neuron may be at the threshold at this instant, or near a crossing: after a dense row, or when
    /// potentials are set.
    pub(super) scan: bool,
    /// Neurons that a sparse row or an event may have brought there.
    pub(super) candidates: Vec<u16>,
    /// Neurons that cross the threshold by themselves at this instant.
    pub(super) due: Vec<u32>,
    /// Refractory ends, in time order because the period is one for all.
    pub(super) refractory: VecDeque<(Time, u32)>,
    /// Neurons about to fire by themselves.
    pub(super) queue: Queue,
    /// How far they are known; none in a population that does not fire by itself.
    pub(super) horizon: Option<Horizon>,
}

impl State {
    /// Neurons at rest at `t`, into which nothing is injected; `cells` is room for them.
    pub(super) fn resting(mut cells: Cells<1>, t: Time, derived: &Derived) -> Self {
        cells.all_mut().fill([derived.rest]);
        Self {
            cells,
            origin: t,
            factor: 1.0,
            now: t,
            injected_pa: 0.0,
            scan: derived.rest >= derived.threshold,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: VecDeque::new(),
            queue: Queue::default(),
            horizon: derived.crosses().then(|| Horizon::starting(t)),
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

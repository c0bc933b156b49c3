//! What changes while a population runs, and its bytes in a checkpoint.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::crossing::Crossings;
use super::derived::Derived;
use super::kernel::BLOCK;
use crate::base::time::Time;
use crate::neuron::StateError;
use crate::neuron::state::{check_neurons, check_size, from_bytes, to_bytes};

/// All that changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// (v − v_inf) · e^((t − t₀)/τ) per neuron; −∞ while refractory. At least a block long, so that sparse rows can
    /// address it by 16 bits; memory behind the last neuron is never touched.
    pub(super) u: Vec<f64>,
    /// Origin of the factored decay, t₀.
    pub(super) origin: Time,
    /// e^((t − t₀)/τ) at the instant last advanced to.
    pub(super) factor: f64,
    /// The instant last advanced to.
    pub(super) now: Time,
    /// Current that flows in addition to that of the parameters, in picoamperes.
    pub(super) injected_pa: f64,
    /// Whether a dense row may have brought some neuron to the threshold, or near a crossing, at this instant.
    pub(super) scan: bool,
    /// Neurons that a sparse row or an event may have brought there.
    pub(super) candidates: Vec<u16>,
    /// Neurons that cross the threshold by themselves at this instant.
    pub(super) due: Vec<u32>,
    /// Refractory ends, in time order because the period is one for all.
    pub(super) refractory: VecDeque<(Time, u32)>,
    /// Neurons about to fire by themselves; none in a population that does not.
    pub(super) crossings: Option<Crossings>,
}

impl State {
    /// `size` neurons at rest at `t`, into which nothing is injected; `u` is room for them.
    pub(super) fn resting(mut u: Vec<f64>, size: usize, t: Time, derived: &Derived) -> Self {
        u.resize(size.max(BLOCK), 0.0);
        u[..size].fill(derived.rest);
        Self {
            u,
            origin: t,
            factor: 1.0,
            now: t,
            injected_pa: 0.0,
            scan: false,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: VecDeque::new(),
            crossings: derived.crosses().then(|| Crossings::starting(t)),
        }
    }

    /// As bytes, without the memory behind the last of `size` neurons.
    pub(super) fn to_bytes(&self, size: usize) -> Vec<u8> {
        let mut state = self.clone();
        state.u.truncate(size);
        to_bytes(&state)
    }

    /// From [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// If the bytes are no state of `size` neurons.
    pub(super) fn from_bytes(bytes: &[u8], size: usize) -> Result<Self, StateError> {
        let mut state: Self = from_bytes(bytes)?;
        check_size(state.u.len(), size)?;
        check_neurons(state.candidates.iter().map(|&j| j.into()), size)?;
        check_neurons(state.due.iter().copied(), size)?;
        check_neurons(state.refractory.iter().map(|&(_, j)| j), size)?;
        if let Some(crossings) = &state.crossings {
            check_neurons(crossings.queued(), size)?;
        }
        state.u.resize(size.max(BLOCK), 0.0);
        Ok(state)
    }
}

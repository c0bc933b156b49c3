//! What changes while a population of adapting leaky integrate-and-fire neurons runs, and its form in bytes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::kernel::Cell;
use crate::base::time::Time;
use crate::neuron::StateError;
use crate::neuron::horizon::Horizon;

/// All that changes while the population runs, but for U and W.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// Origin of the factored decay.
    pub(super) origin: Time,
    /// The instant last advanced to.
    pub(super) now: Time,
    /// Whether a dense row may have brought some neuron to the threshold at this instant or, within the horizon, later.
    pub(super) scan: bool,
    /// Neurons that a sparse row or an event may have brought there.
    pub(super) candidates: Vec<u16>,
    /// Neurons that cross at this instant by themselves.
    pub(super) due: Vec<u32>,
    /// Refractory ends, in time order because the period is one for all.
    pub(super) refractory: VecDeque<(Time, u32)>,
    /// Neurons about to fire by themselves; none in a population that does not.
    pub(super) horizon: Option<Horizon>,
    /// Current injected, in picoamperes.
    pub(super) injected_pa: f64,
}

impl State {
    /// At `t`, from which on neurons fire by themselves if they are driven.
    pub(super) fn starting(t: Time, driven: bool) -> Self {
        Self {
            origin: t,
            now: t,
            scan: false,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: VecDeque::new(),
            horizon: driven.then(|| Horizon::starting(t)),
            injected_pa: 0.0,
        }
    }

    /// Whether every neuron that it speaks of is among the first `size`.
    fn is_within(&self, size: usize) -> bool {
        let State {
            origin: _,
            now: _,
            scan: _,
            candidates,
            due,
            refractory,
            horizon,
            injected_pa: _,
        } = self;
        candidates.iter().all(|&j| usize::from(j) < size)
            && due.iter().all(|&j| (j as usize) < size)
            && refractory.iter().all(|&(_, j)| (j as usize) < size)
            && horizon
                .as_ref()
                .is_none_or(|horizon| horizon.is_within(size))
    }
}

/// The state as bytes.
pub(super) fn write(cells: &[Cell], state: &State) -> Vec<u8> {
    // Writing to memory cannot fail, and every part has a form in bytes.
    postcard::to_stdvec(&(cells, state)).unwrap_or_default()
}

/// The state of `size` neurons.
///
/// # Errors
/// If the bytes are none.
pub(super) fn read(bytes: &[u8], size: usize) -> Result<(Vec<Cell>, State), StateError> {
    let ((cells, state), rest): ((Vec<Cell>, State), _) = postcard::take_from_bytes(bytes)
        .map_err(|error| StateError(format!("broken bytes: {error}")))?;
    if !rest.is_empty() {
        return Err(StateError(format!(
            "found {} bytes behind it, expected none",
            rest.len()
        )));
    }
    if cells.len() != size {
        return Err(StateError(format!(
            "found {} neurons, expected {size}",
            cells.len()
        )));
    }
    if !state.is_within(size) {
        return Err(StateError(format!(
            "found a neuron beyond the {size} of the population"
        )));
    }
    Ok((cells, state))
}

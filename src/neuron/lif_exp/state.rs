//! All that changes while a population runs, and how it is kept.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::neuron::StateError;
use crate::neuron::lif_exp::crossing::Queue;
use crate::neuron::lif_exp::kernel::{Cell, Cells};

/// All that changes while the population runs.
#[derive(Debug)]
pub(super) struct State {
    pub(super) cells: Cells,
    /// Origin of the factored clock, at which the horizon began.
    pub(super) origin: Time,
    /// The instant last advanced to.
    pub(super) now: Time,
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
    /// Refractory ends, in time order because the period is one for all.
    pub(super) refractory: VecDeque<(Time, u32)>,
    pub(super) queue: Queue,
}

/// The same as bytes.
#[derive(Serialize, Deserialize)]
struct Saved {
    cells: Vec<Cell>,
    origin: Time,
    now: Time,
    injected_pa: f64,
    quiet: bool,
    stale: bool,
    candidates: Vec<u32>,
    due: Vec<u32>,
    refractory: VecDeque<(Time, u32)>,
    queue: Vec<(Time, u32)>,
}

impl State {
    pub(super) fn new(size: usize) -> Self {
        Self {
            cells: Cells::new(size),
            origin: Time::ZERO,
            now: Time::ZERO,
            injected_pa: 0.0,
            quiet: false,
            stale: false,
            candidates: Vec::new(),
            due: Vec::new(),
            refractory: VecDeque::new(),
            queue: Queue::default(),
        }
    }

    /// Forgets everything but the cells; the clock begins at `t`.
    pub(super) fn clear(&mut self, t: Time) {
        let Self {
            cells: _,
            origin,
            now,
            injected_pa,
            quiet,
            stale,
            candidates,
            due,
            refractory,
            queue,
        } = self;
        (*origin, *now, *injected_pa) = (t, t, 0.0);
        (*quiet, *stale) = (false, false);
        candidates.clear();
        due.clear();
        refractory.clear();
        queue.clear();
    }

    /// As bytes, with the first `size` cells.
    pub(super) fn save(&self, size: usize) -> Vec<u8> {
        let Self {
            cells,
            origin,
            now,
            injected_pa,
            quiet,
            stale,
            candidates,
            due,
            refractory,
            queue,
        } = self;
        let saved = Saved {
            cells: cells.all()[..size].to_vec(),
            origin: *origin,
            now: *now,
            injected_pa: *injected_pa,
            quiet: *quiet,
            stale: *stale,
            candidates: candidates.clone(),
            due: due.clone(),
            refractory: refractory.clone(),
            queue: queue.entries(),
        };
        // Writing numbers into memory cannot fail.
        postcard::to_stdvec(&saved).unwrap_or_default()
    }

    /// From bytes, of `size` neurons.
    pub(super) fn load(bytes: &[u8], size: usize) -> Result<Self, StateError> {
        let (saved, rest): (Saved, _) =
            postcard::take_from_bytes(bytes).map_err(|error| StateError(error.to_string()))?;
        let Saved {
            cells: found,
            origin,
            now,
            injected_pa,
            quiet,
            stale,
            candidates,
            due,
            refractory,
            queue,
        } = saved;
        if !rest.is_empty() {
            return Err(StateError(format!(
                "found {} bytes behind it, expected none",
                rest.len()
            )));
        }
        if found.len() != size {
            return Err(StateError(format!(
                "found {} neurons, expected {size}",
                found.len()
            )));
        }
        let mut indices = candidates
            .iter()
            .chain(&due)
            .copied()
            .chain(refractory.iter().chain(&queue).map(|&(_, j)| j));
        if let Some(j) = indices.find(|&j| j as usize >= size) {
            return Err(StateError(format!(
                "found neuron {j}, expected one below {size}"
            )));
        }
        if now < origin {
            return Err(StateError(format!(
                "found the instant {now}, expected none before {origin}"
            )));
        }
        let mut cells = Cells::new(size);
        cells.all_mut()[..size].copy_from_slice(&found);
        Ok(Self {
            cells,
            origin,
            now,
            injected_pa,
            quiet,
            stale,
            candidates,
            due,
            refractory,
            queue: Queue::from_entries(queue),
        })
    }
}

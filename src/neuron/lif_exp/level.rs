//! Potentials that may differ between neurons: thresholds, resets, resting potentials, constant currents.
//!
//! Only the time constants and the capacitance decide how a neuron decays and what an arrival adds, so that neurons that
//! share them go at one pace; all else is levels that each may have of its own, at no cost in the loops over synapses.

use super::Params;
use super::derived::{MARGIN, TIE};
use crate::neuron::membrane::Membrane;

/// Potentials of all neurons.
#[derive(Debug)]
pub(super) struct Levels {
    shared: Membrane,
    /// Empty where all is shared.
    own: Vec<Membrane>,
    /// What budgets are counted from, see [`free`](Self::free), of each neuron that has levels of its own.
    free: Vec<f64>,
}

/// By how much the potentials of neurons lie below what their budgets are counted from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Distances<'a> {
    /// As much for all.
    One(f64),
    /// For each.
    Each(&'a [f64]),
}

impl Levels {
    /// Of neurons that share all.
    pub(super) fn shared(membrane: Membrane) -> Self {
        Self {
            shared: membrane,
            own: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Of neurons that each have their own; of no neurons, that of the `first`.
    pub(super) fn own(first: &Params, all: &[Params]) -> Self {
        Self {
            shared: first.membrane,
            own: all.iter().map(|it| it.membrane).collect(),
            free: Vec::new(),
        }
    }

    /// The membrane of neuron `j`.
    #[inline]
    pub(super) fn of(&self, j: usize) -> Membrane {
        self.own.get(j).copied().unwrap_or(self.shared)
    }

    /// `injected_pa` flows in from now on.
    pub(super) fn inject(&mut self, injected_pa: f64) {
        let mut all = std::mem::take(&mut self.free);
        all.clear();
        all.extend((0..self.own.len()).map(|j| free(&self.of(j), injected_pa)));
        self.free = all;
    }

    /// The threshold above v_inf less the [`margin`], of every neuron, while `injected_pa` flows in.
    pub(super) fn free(&self, injected_pa: f64) -> Distances<'_> {
        if self.own.is_empty() {
            Distances::One(free(&self.shared, injected_pa))
        } else {
            Distances::Each(&self.free)
        }
    }
}

fn free(membrane: &Membrane, injected_pa: f64) -> f64 {
    membrane.v_th - membrane.v_inf(injected_pa) - margin(membrane)
}

/// What roundings and ties are measured by.
fn scale(membrane: &Membrane) -> f64 {
    let Membrane {
        v_th, v_reset, e_l, ..
    } = *membrane;
    (v_th - e_l).abs().max(v_th - v_reset)
}

/// By how much budgets are smaller than they might be.
pub(super) fn margin(membrane: &Membrane) -> f64 {
    scale(membrane) * MARGIN
}

/// By how much v may be short of the threshold when a crossing foreseen is due.
pub(super) fn tie(membrane: &Membrane) -> f64 {
    scale(membrane) * TIE
}

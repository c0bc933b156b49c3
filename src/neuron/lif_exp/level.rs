//! Potentials that may differ between neurons: thresholds, resets, resting potentials, constant currents.
//!
//! Only the time constants and the capacitance decide how a neuron decays and what an arrival adds, so that neurons that
//! share them share a clock; all else is levels that each may have of its own, at no cost in the loops over synapses.

use super::Params;
use super::derived::{MARGIN, TIE};
use crate::neuron::membrane::Membrane;

/// What a neuron does not share.
#[derive(Debug, Clone, Copy)]
struct Level {
    v_th: f64,
    v_reset: f64,
    e_l: f64,
    i_e: f64,
}

/// Potentials of all neurons.
#[derive(Debug)]
pub(super) struct Levels {
    shared: Membrane,
    /// Empty where all is shared.
    own: Vec<Level>,
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

    /// Of neurons that differ in no more than their levels; `None` if they do in more.
    pub(super) fn own(all: &[Params]) -> Option<Self> {
        let first = all.first()?;
        let alike = |it: &Params| {
            let (one, other) = (&it.membrane, &first.membrane);
            let same = (one.tau_m, one.t_ref, one.c_m) == (other.tau_m, other.t_ref, other.c_m);
            same && (it.tau_syn_ex, it.tau_syn_in) == (first.tau_syn_ex, first.tau_syn_in)
        };
        let level = |it: &Params| Level {
            v_th: it.membrane.v_th,
            v_reset: it.membrane.v_reset,
            e_l: it.membrane.e_l,
            i_e: it.membrane.i_e,
        };
        all.iter().all(alike).then(|| Self {
            shared: first.membrane,
            own: all.iter().map(level).collect(),
            free: Vec::new(),
        })
    }

    /// The membrane of neuron `j`.
    #[inline]
    pub(super) fn of(&self, j: usize) -> Membrane {
        match self.own.get(j) {
            None => self.shared,
            Some(&Level {
                v_th,
                v_reset,
                e_l,
                i_e,
            }) => Membrane {
                v_th,
                v_reset,
                e_l,
                i_e,
                ..self.shared
            },
        }
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

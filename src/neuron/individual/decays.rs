//! What is left of several neurons' states, side by side.
//!
//! What a delivery to a neuron with parameters of its own costs is mostly the exponentials that bring the neuron to the
//! instant of the arrival. One after the other each waits for the last step of its polynomial; side by side, in vectors,
//! they take a fraction of the time. All else is done neuron by neuron where it lies.

use super::Dynamics;
use crate::base::function::{TOGETHER, exp_polynomial_of_first};

/// Deliveries to so many neurons of a model are taken together at most.
pub(super) const fn group<D: Dynamics>() -> usize {
    match TOGETHER.checked_div(D::RATES) {
        Some(group) => group,
        None => TOGETHER,
    }
}

/// Exponentials of a group of neurons.
#[derive(Debug, Clone)]
pub(super) struct Decays {
    left: [f64; TOGETHER],
    /// Picoseconds that pass for each neuron.
    dt: [f64; TOGETHER],
    neurons: usize,
}

impl Decays {
    /// Of nobody.
    pub(super) fn new() -> Self {
        Self {
            left: [0.0; TOGETHER],
            dt: [0.0; TOGETHER],
            neurons: 0,
        }
    }

    /// Begins a group.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.neurons = 0;
    }

    /// Adds a neuron for which `dt` picoseconds pass; there is room for a [`group`].
    #[inline(always)]
    pub(super) fn push<D: Dynamics>(&mut self, dynamics: &D, dt: f64) {
        let first = self.neurons * D::RATES;
        dynamics.exponents(dt, &mut self.left[first..first + D::RATES]);
        self.dt[self.neurons] = dt;
        self.neurons += 1;
    }

    /// From exponents to exponentials.
    #[inline(always)]
    pub(super) fn compute<D: Dynamics>(&mut self) {
        exp_polynomial_of_first(&mut self.left, self.neurons * D::RATES);
    }

    /// Time passes for neuron number `k` of the group.
    #[inline(always)]
    pub(super) fn decay<D: Dynamics>(&self, k: usize, dynamics: &D, state: &mut D::State) {
        let left = &self.left[k * D::RATES..(k + 1) * D::RATES];
        dynamics.decay(state, self.dt[k], left);
    }
}

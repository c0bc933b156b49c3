//! How the potential and the currents of a neuron decay.

use serde::{Deserialize, Serialize};

use crate::base::function::{exp_polynomial, growth_integral, lasting};
use crate::base::time::Duration;

/// A current that decays, beside the membrane on which it gathers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Current {
    /// 1/τ per picosecond.
    pub(super) rate: f64,
    /// τ/(τ − τ_m); 0 where the two are so close that the difference of their exponentials says nothing.
    pub(super) share: f64,
}

/// Ratio of time constants, less 1, from which on what cancels in the difference of their exponentials is less than the
/// potential's own rounding.
const APART: f64 = 0.25;

/// Membrane time constants after which nothing is left of a current that decays about as fast.
const LONGEST: f64 = 700.0;

impl Current {
    pub(super) fn new(tau: Duration, tau_m: Duration) -> Self {
        let (tau, tau_m) = (tau.ps() as f64, tau_m.ps() as f64);
        let apart = (tau / tau_m - 1.0).abs().max((tau_m / tau - 1.0).abs()) >= APART;
        Self {
            rate: 1.0 / tau,
            share: if apart { tau / (tau - tau_m) } else { 0.0 },
        }
    }

    /// Share of the current that the membrane holds `dt` picoseconds after it began, ∫ e^(−(dt − s)/τ_m) e^(−s/τ) ds/τ_m;
    /// `left` and `left_m` are what remains of each by then.
    #[inline(always)]
    fn gathered(&self, dt: f64, membrane: f64, left: f64, left_m: f64) -> f64 {
        if self.share != 0.0 {
            (left - left_m) * self.share
        } else {
            left_m * membrane * growth_integral(dt.min(LONGEST / membrane), membrane - self.rate)
        }
    }
}

/// State of a neuron, in millivolts; currents as what they would add to the potential in the end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct State {
    pub(super) v: f64,
    pub(super) excitation: f64,
    /// Not positive.
    pub(super) inhibition: f64,
}

impl State {
    /// With what arrives, `current` in millivolts, on the side that `excites` says.
    #[inline(always)]
    pub(super) fn with(self, current: f64, excites: bool) -> Self {
        let Self {
            v,
            excitation,
            inhibition,
        } = self;
        Self {
            v,
            excitation: if excites {
                excitation + current
            } else {
                excitation
            },
            inhibition: if excites {
                inhibition
            } else {
                inhibition + current
            },
        }
    }
}

/// What decides how a state goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    /// 1/τ_m per picosecond.
    pub(super) membrane: f64,
    pub(super) excitatory: Current,
    pub(super) inhibitory: Current,
    /// Where the potential goes without synaptic currents.
    pub(super) v_inf: f64,
}

impl Pace {
    /// What is left of both currents after `dt`.
    #[inline(always)]
    pub(super) fn left(&self, dt: f64) -> (f64, f64) {
        let excitatory = exp_polynomial(-dt * self.excitatory.rate);
        let inhibitory = if self.inhibitory.rate == self.excitatory.rate {
            excitatory
        } else {
            exp_polynomial(-dt * self.inhibitory.rate)
        };
        (excitatory, inhibitory)
    }

    /// The state `dt` picoseconds later, when so much is left of the membrane's charge and of both currents.
    #[inline(always)]
    pub(super) fn later(
        &self,
        state: State,
        dt: f64,
        [membrane, excitatory, inhibitory]: [f64; 3],
    ) -> State {
        let rate = self.membrane;
        let held = self.excitatory.gathered(dt, rate, excitatory, membrane);
        let lost = self.inhibitory.gathered(dt, rate, inhibitory, membrane);
        let y = (state.v - self.v_inf) * membrane;
        State {
            v: self.v_inf + (y + state.excitation * held + state.inhibition * lost),
            excitation: lasting(state.excitation * excitatory),
            inhibition: lasting(state.inhibition * inhibitory),
        }
    }
}

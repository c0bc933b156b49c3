//! A leaky integrate-and-fire neuron with delta synapses.

use super::{Dynamics, TIE};
use crate::base::function::{exp_polynomial, ln};
use crate::base::parameter::{ParameterError, Values};
use crate::base::time::Duration;
use crate::neuron::lif::{Params, SPEC};

/// A [`lif`](crate::neuron::lif) neuron with parameters of its own.
#[derive(Debug, Clone, Copy)]
pub struct Lif {
    /// 1/τ per picosecond.
    rate: f64,
    /// Where the potential goes.
    v_inf: f64,
    v_th: f64,
    /// The threshold less the tie tolerance: what is tested.
    tested: f64,
    v_reset: f64,
    t_ref: Duration,
    e_l: f64,
    i_e: f64,
    /// Potential that a constant picoampere adds in the end, in millivolts.
    resistance: f64,
}

impl Dynamics for Lif {
    /// The potential.
    type State = f64;

    const NAME: &'static str = SPEC.name;

    const LISTENS_WHILE_HELD: bool = false;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let params = Params::new(values)?;
        let or = |name: &str, default: f64| values.get(name).copied().unwrap_or(default);
        let mut neuron = Self {
            rate: 1.0 / params.tau_m.ps() as f64,
            v_inf: params.e_l,
            v_th: params.v_th,
            tested: params.v_th,
            v_reset: params.v_reset,
            t_ref: params.t_ref,
            e_l: params.e_l,
            i_e: or("i_e", 0.0),
            resistance: params.tau_m.as_ms() / or("c_m", 250.0),
        };
        neuron.inject(0.0);
        Ok(neuron)
    }

    fn t_ref(&self) -> Duration {
        self.t_ref
    }

    fn rest(&self) -> f64 {
        self.e_l
    }

    #[inline]
    fn advance(&self, v: &mut f64, dt: f64) {
        *v = self.v_inf + (*v - self.v_inf) * exp_polynomial(-dt * self.rate);
    }

    fn hold(&self, _v: &mut f64, _dt: f64) {}

    #[inline]
    fn receive(&self, v: &mut f64, weight: f64) {
        *v += weight;
    }

    #[inline]
    fn is_reached(&self, v: &f64) -> bool {
        *v >= self.tested
    }

    fn fire(&self, v: &mut f64) {
        *v = self.v_reset;
    }

    fn inject(&mut self, current_pa: f64) {
        self.v_inf = self.e_l + (self.i_e + current_pa) * self.resistance;
        let span = (self.v_th - self.v_inf).abs().max(self.v_th - self.v_reset);
        self.tested = self.v_th - span * TIE;
    }

    #[inline]
    fn crosses(&self) -> bool {
        self.v_inf > self.v_th
    }

    #[inline]
    fn may_cross(&self, v: &f64, within: f64) -> bool {
        // 1 − e^(−x) ≤ x.
        self.crosses() && *v + (self.v_inf - *v) * (within * self.rate).min(1.0) >= self.tested
    }

    fn crossing(&self, v: &f64, within: f64) -> Option<f64> {
        if *v >= self.v_th {
            return Some(0.0);
        }
        if !self.crosses() {
            return None;
        }
        let x = ln((self.v_inf - *v) / (self.v_inf - self.v_th)) / self.rate;
        (x <= within).then_some(x)
    }

    fn variable(&self, v: &f64, _variable: usize) -> f64 {
        *v
    }

    fn set_potential(&self, state: &mut f64, v: f64) {
        *state = v;
    }

    fn is_finite(&self, v: &f64) -> bool {
        v.is_finite()
    }
}

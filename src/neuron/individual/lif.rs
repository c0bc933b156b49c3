//! A leaky integrate-and-fire neuron with delta synapses.

use super::Dynamics;
use crate::base::function::ln;
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::Neurons;
use crate::neuron::lif::{self as fast, Params, SPEC};
use crate::neuron::membrane::{Membrane, TIE};

/// A [`lif`](crate::neuron::lif) neuron with parameters of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lif {
    /// 1/τ per picosecond.
    rate: f64,
    /// Where the potential goes.
    v_inf: f64,
    /// The threshold less the tie tolerance: what is tested.
    tested: f64,
    params: Params,
}

/// What may cross within `within` by itself: 1 − e^(−x) ≤ x.
#[inline(always)]
fn may_cross(v: f64, v_inf: f64, rate: f64, within: f64, tested: f64) -> bool {
    v + (v_inf - v) * (within * rate).min(1.0) >= tested
}

impl From<Params> for Lif {
    fn from(params: Params) -> Self {
        let mut neuron = Self {
            rate: 1.0 / params.membrane.tau_m.ps() as f64,
            v_inf: 0.0,
            tested: 0.0,
            params,
        };
        neuron.inject(0.0);
        neuron
    }
}

impl Dynamics for Lif {
    /// The potential.
    type State = f64;

    const SPEC: &'static Spec = &SPEC;

    const HAS_CURRENTS: bool = false;

    const WIDTH: usize = 1;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        Params::new(values).map(Self::from)
    }

    #[inline(always)]
    fn keeps_excess(&self) -> bool {
        self.params.membrane.subtracts
    }

    fn t_ref(&self) -> Duration {
        self.params.membrane.t_ref
    }

    fn rest(&self) -> f64 {
        self.params.membrane.e_l
    }

    const RATES: usize = 1;

    #[inline(always)]
    fn exponents(&self, dt: f64, exponents: &mut [f64]) {
        exponents[0] = -dt * self.rate;
    }

    #[inline(always)]
    fn decay(&self, v: &mut f64, _dt: f64, left: &[f64]) {
        *v = self.v_inf + (*v - self.v_inf) * left[0];
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
        *v = self.params.membrane.after_spike(*v);
    }

    fn inject(&mut self, current_pa: f64) {
        let Membrane { v_th, v_reset, .. } = self.params.membrane;
        self.v_inf = self.params.membrane.v_inf(current_pa);
        let span = (v_th - self.v_inf).abs().max(v_th - v_reset);
        self.tested = v_th - span * TIE;
    }

    #[inline]
    fn is_driven(&self) -> bool {
        self.v_inf > self.params.membrane.v_th
    }

    #[inline]
    fn may_cross(&self, v: &f64, within: f64) -> bool {
        self.is_driven() && may_cross(*v, self.v_inf, self.rate, within, self.tested)
    }

    fn crossing(&self, v: &f64, within: f64) -> Option<f64> {
        let Membrane { v_th, .. } = self.params.membrane;
        if *v >= v_th {
            return Some(0.0);
        }
        if !self.is_driven() {
            return None;
        }
        let x = ln((self.v_inf - *v) / (self.v_inf - v_th)) / self.rate;
        (x <= within).then_some(x)
    }

    fn variable(&self, v: &f64, variable: usize) -> f64 {
        match variable {
            0 => *v,
            _ => self.params.membrane.v_th,
        }
    }

    fn set_potential(&self, state: &mut f64, v: f64) {
        *state = v;
    }

    fn is_finite(&self, v: &f64) -> bool {
        v.is_finite()
    }

    fn numbers(&self, v: &f64) -> impl IntoIterator<Item = f64> {
        [*v]
    }

    fn of_numbers(&self, numbers: &[f64], held: bool) -> f64 {
        if held {
            self.params.membrane.v_reset
        } else {
            numbers[0]
        }
    }

    fn fast(&self, size: usize) -> Option<Box<dyn Neurons>> {
        Some(Box::new(fast::Lif::new(size, self.params)))
    }
}

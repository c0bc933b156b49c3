//! A leaky integrate-and-fire neuron with delta synapses and spike-frequency adaptation.

use super::Dynamics;
use crate::base::function::lasting;
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::Neurons;
use crate::neuron::lif_adaptive::decay::Rates;
use crate::neuron::lif_adaptive::{self as fast, Params, SPEC};
use crate::neuron::membrane::{Membrane, TIE};

/// A [`lif_adaptive`](crate::neuron::lif_adaptive) neuron with parameters of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifAdaptive {
    rates: Rates,
    /// Where the potential goes without adaptation.
    v_inf: f64,
    /// Threshold above it.
    distance: f64,
    /// The same, less the tie tolerance: what is tested.
    tested: f64,
    /// What a spike adds to the pull, in millivolts.
    jump: f64,
    params: Params,
}

/// Whether y may come to `tested` within `within` by itself: what is left of the pull at the end pulls all the time;
/// 1 − x ≤ e^(−x).
#[inline(always)]
fn may_cross(rates: &Rates, y: f64, pull: f64, within: f64, tested: f64) -> bool {
    let left = pull * (1.0 - within * rates.adaptation).max(0.0);
    let rise = (-left - y).max(0.0) * (within * rates.membrane).min(1.0);
    y + rise >= tested
}

impl From<Params> for LifAdaptive {
    fn from(params: Params) -> Self {
        let mut neuron = Self {
            rates: Rates {
                membrane: 1.0 / params.membrane.tau_m.ps() as f64,
                adaptation: 1.0 / params.tau_w.ps() as f64,
            },
            v_inf: 0.0,
            distance: 0.0,
            tested: 0.0,
            jump: params.jump(),
            params,
        };
        neuron.inject(0.0);
        neuron
    }
}

impl Dynamics for LifAdaptive {
    /// The potential, and the pull w·τ_m/c_m in millivolts.
    type State = (f64, f64);

    const SPEC: &'static Spec = &SPEC;

    const HAS_CURRENTS: bool = false;

    const WIDTH: usize = 2;

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

    fn rest(&self) -> Self::State {
        (self.params.membrane.e_l, 0.0)
    }

    const RATES: usize = 2;

    #[inline(always)]
    fn exponents(&self, dt: f64, exponents: &mut [f64]) {
        exponents[0] = -dt * self.rates.membrane;
        exponents[1] = -dt * self.rates.adaptation;
    }

    #[inline(always)]
    fn decay(&self, (v, pull): &mut Self::State, dt: f64, left: &[f64]) {
        let (membrane, adaptation) = (left[0], left[1]);
        let y = (*v - self.v_inf) * membrane;
        *v = if *pull == 0.0 {
            self.v_inf + y
        } else {
            self.v_inf + (y - *pull * self.rates.gathered(dt, membrane, adaptation))
        };
        *pull = lasting(*pull * adaptation);
    }

    fn hold(&self, (_, pull): &mut Self::State, dt: f64) {
        *pull = self.rates.after(0.0, *pull, dt).1;
    }

    #[inline]
    fn receive(&self, (v, _): &mut Self::State, weight: f64) {
        *v += weight;
    }

    #[inline]
    fn is_reached(&self, (v, _): &Self::State) -> bool {
        *v - self.v_inf >= self.tested
    }

    fn fire(&self, (v, pull): &mut Self::State) {
        *v = self.params.membrane.after_spike(*v);
        *pull += self.jump;
    }

    fn inject(&mut self, current_pa: f64) {
        let Membrane { v_th, v_reset, .. } = self.params.membrane;
        self.v_inf = self.params.membrane.v_inf_by_resistance(current_pa);
        self.distance = v_th - self.v_inf;
        self.tested = self.distance - self.distance.abs().max(v_th - v_reset) * TIE;
    }

    #[inline]
    fn is_driven(&self) -> bool {
        self.distance < 0.0
    }

    #[inline]
    fn may_cross(&self, (v, pull): &Self::State, within: f64) -> bool {
        let y = *v - self.v_inf;
        self.is_driven() && may_cross(&self.rates, y, *pull, within, self.tested)
    }

    fn crossing(&self, (v, pull): &Self::State, within: f64) -> Option<f64> {
        self.rates
            .crossing(*v - self.v_inf, *pull, self.distance, within)
    }

    fn variable(&self, (v, pull): &Self::State, variable: usize) -> f64 {
        match variable {
            0 => *v,
            2 => self.params.membrane.v_th,
            _ => *pull / self.params.membrane.resistance(),
        }
    }

    fn set_potential(&self, state: &mut Self::State, v: f64) {
        state.0 = v;
    }

    fn is_finite(&self, (v, pull): &Self::State) -> bool {
        v.is_finite() && pull.is_finite()
    }

    fn numbers(&self, (v, pull): &Self::State) -> impl IntoIterator<Item = f64> {
        [*v, *pull / self.params.membrane.resistance()]
    }

    fn of_numbers(&self, numbers: &[f64], held: bool) -> Self::State {
        let membrane = &self.params.membrane;
        let v = if held { membrane.v_reset } else { numbers[0] };
        (v, numbers[1] * membrane.resistance())
    }

    fn fast(&self, size: usize) -> Option<Box<dyn Neurons>> {
        // The shared clock knows one potential after a spike.
        let shared = !self.params.membrane.subtracts;
        shared.then(|| Box::new(fast::LifAdaptive::new(size, self.params)) as Box<dyn Neurons>)
    }
}

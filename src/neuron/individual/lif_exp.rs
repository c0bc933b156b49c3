//! A leaky integrate-and-fire neuron with exponential synaptic currents.

mod decay;

pub use decay::State;

use super::Dynamics;
use crate::base::function::{exp, exp_polynomial, ln};
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::Neurons;
use crate::neuron::lif_exp::{self as fast, Params, SPEC};
use crate::neuron::membrane::{Membrane, TIE};
use decay::{Current, Pace};

/// A [`lif_exp`](crate::neuron::lif_exp) neuron with parameters of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifExp {
    pace: Pace,
    bounds: Bounds,
    /// Potential that a constant picoampere adds in the end, in millivolts.
    resistance: f64,
    params: Params,
}

/// What a neuron is judged by without solving for its crossing.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    /// Threshold above v_inf, less the tie tolerance: what is tested.
    tested: f64,
    /// What an excitatory current of a millivolt (see [`State`]) moves the potential by at most, in millivolts.
    peak: f64,
}

impl Bounds {
    /// Whether an upper bound on the potential for all times, if nothing arrives, lies at the tested threshold. Above
    /// v_inf it falls but for what the excitation adds; below v_inf it goes there.
    #[inline(always)]
    fn may_ever_cross(&self, y: f64, excitation: f64) -> bool {
        or_zero(y) + excitation * self.peak >= self.tested
    }

    /// Whether an upper bound on the potential `within` picoseconds later does: that under all of the excitation, and of
    /// the inhibition what is left at the end; 1 − x ≤ e^(−x).
    #[inline(always)]
    fn may_cross(&self, pace: &Pace, state: &State, within: f64) -> bool {
        let y = state.v - pace.v_inf;
        let left = or_zero(1.0 - within * pace.inhibitory.rate);
        let drive = state.excitation + state.inhibition * left;
        let passed = within * pace.membrane;
        let share = if passed < 1.0 { passed } else { 1.0 };
        y + or_zero(drive - y) * share >= self.tested
    }
}

/// x, if it is above 0: unlike [`f64::max`] one instruction.
#[inline(always)]
fn or_zero(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

/// The highest response to a unit current, as a share of where it would lead: r^(−r/(r − 1)) with r = τ_m/τ, a hair more.
fn peak(tau: Duration, tau_m: Duration) -> f64 {
    const HAIR: f64 = 1e-6;
    let ratio = tau_m.ps() as f64 / tau.ps() as f64;
    let power = if (ratio - 1.0).abs() < HAIR {
        -1.0
    } else {
        -ln(ratio) * ratio / (ratio - 1.0)
    };
    exp(power) * (1.0 + HAIR)
}

impl From<Params> for LifExp {
    fn from(params: Params) -> Self {
        let mut neuron = Self {
            pace: Pace {
                membrane: 1.0 / params.membrane.tau_m.ps() as f64,
                excitatory: Current::new(params.tau_syn_ex, params.membrane.tau_m),
                inhibitory: Current::new(params.tau_syn_in, params.membrane.tau_m),
                v_inf: 0.0,
            },
            bounds: Bounds {
                tested: 0.0,
                peak: peak(params.tau_syn_ex, params.membrane.tau_m),
            },
            resistance: params.membrane.resistance(),
            params,
        };
        neuron.inject(0.0);
        neuron
    }
}

impl Dynamics for LifExp {
    type State = State;

    const SPEC: &'static Spec = &SPEC;

    const HAS_CURRENTS: bool = true;

    const WIDTH: usize = 3;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        Params::new(values).map(Self::from)
    }

    fn t_ref(&self) -> Duration {
        self.params.membrane.t_ref
    }

    fn rest(&self) -> State {
        State {
            v: self.params.membrane.e_l,
            excitation: 0.0,
            inhibition: 0.0,
        }
    }

    const RATES: usize = 3;

    #[inline(always)]
    fn exponents(&self, dt: f64, exponents: &mut [f64]) {
        exponents[0] = -dt * self.pace.membrane;
        exponents[1] = -dt * self.pace.excitatory.rate;
        exponents[2] = -dt * self.pace.inhibitory.rate;
    }

    #[inline(always)]
    fn decay(&self, state: &mut State, dt: f64, left: &[f64]) {
        *state = self.pace.later(*state, dt, [left[0], left[1], left[2]]);
    }

    fn hold(&self, state: &mut State, dt: f64) {
        let (excitatory, inhibitory) = self.pace.left(dt);
        state.excitation *= excitatory;
        state.inhibition *= inhibitory;
    }

    #[inline]
    fn receive(&self, state: &mut State, weight: f64) {
        *state = state.with(weight * self.resistance, weight > 0.0);
    }

    #[inline]
    fn is_reached(&self, state: &State) -> bool {
        state.v - self.pace.v_inf >= self.bounds.tested
    }

    fn fire(&self, state: &mut State) {
        state.v = self.params.membrane.v_reset;
    }

    fn inject(&mut self, current_pa: f64) {
        let Membrane { v_th, v_reset, .. } = self.params.membrane;
        self.pace.v_inf = self.params.membrane.v_inf(current_pa);
        let distance = v_th - self.pace.v_inf;
        self.bounds.tested = distance - distance.abs().max(v_th - v_reset) * TIE;
    }

    fn is_driven(&self) -> bool {
        self.pace.v_inf > self.params.membrane.v_th
    }

    #[inline]
    fn may_cross(&self, state: &State, within: f64) -> bool {
        let y = state.v - self.pace.v_inf;
        self.bounds.may_ever_cross(y, state.excitation)
            & self.bounds.may_cross(&self.pace, state, within)
    }

    /// By steps that never pass the first crossing: under the largest drive D of an interval y takes at least
    /// τ_m ln((D − y)/(D − θ)) ≥ 2 τ_m (θ − y)/(2D − θ − y) to the threshold θ.
    fn crossing(&self, state: &State, within: f64) -> Option<f64> {
        // Far below the tick to which the crossing is rounded.
        const PRECISION_PS: f64 = 0.001;
        // Three to six do unless v grazes the threshold; then the neuron is looked at again where the search ended.
        const MOST_STEPS: usize = 200;
        let tau_m = 1.0 / self.pace.membrane;
        let distance = self.params.membrane.v_th - self.pace.v_inf;
        let mut state = *state;
        let (mut passed, mut trial) = (0.0, within);
        for _ in 0..MOST_STEPS {
            let y = state.v - self.pace.v_inf;
            let lacking = distance - y;
            if lacking <= 0.0 {
                return Some(passed);
            }
            let rest = within - passed;
            // NaN never crosses.
            if rest <= 0.0 || lacking.is_nan() || !self.bounds.may_ever_cross(y, state.excitation) {
                return None;
            }
            trial = trial.min(rest);
            let left = exp_polynomial(-trial * self.pace.inhibitory.rate);
            let surplus = state.excitation + state.inhibition * left - distance;
            let safe = 2.0 * tau_m * lacking / (2.0 * surplus + lacking);
            let reaches = surplus > 0.0 && safe < trial;
            if reaches && safe <= PRECISION_PS {
                return Some(passed + safe);
            }
            let step = if reaches { safe } else { trial };
            self.advance(&mut state, step);
            // In full where it ends the interval, so that rounding does not leave a rest.
            passed = if step == rest { within } else { passed + step };
            trial = 2.0 * step;
        }
        Some(passed)
    }

    fn variable(&self, state: &State, variable: usize) -> f64 {
        match variable {
            0 => state.v,
            1 => state.excitation / self.resistance,
            3 => self.params.membrane.v_th,
            _ => state.inhibition / self.resistance,
        }
    }

    fn set_potential(&self, state: &mut State, v: f64) {
        state.v = v;
    }

    fn is_finite(&self, state: &State) -> bool {
        state.v.is_finite() && state.excitation.is_finite() && state.inhibition.is_finite()
    }

    fn numbers(&self, state: &State) -> impl IntoIterator<Item = f64> {
        [0, 1, 2].map(|variable| self.variable(state, variable))
    }

    fn of_numbers(&self, numbers: &[f64], held: bool) -> State {
        let v_reset = self.params.membrane.v_reset;
        State {
            v: if held { v_reset } else { numbers[0] },
            excitation: numbers[1] * self.resistance,
            inhibition: numbers[2] * self.resistance,
        }
    }

    fn fast(&self, size: usize) -> Option<Box<dyn Neurons>> {
        Some(fast::alike(size, self.params))
    }

    fn fast_of(all: &[Self]) -> Option<Box<dyn Neurons>> {
        let params: Vec<_> = all.iter().map(|neuron| neuron.params).collect();
        fast::of_each(&params)
    }
}

//! A leaky integrate-and-fire neuron with exponential synaptic currents.

use serde::{Deserialize, Serialize};

use super::Dynamics;
use crate::base::function::{exp, exp_polynomial, growth_integral, ln};
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::Neurons;
use crate::neuron::lif_exp::{self as fast, Params, SPEC};
use crate::neuron::membrane::{Membrane, TIE};

/// A [`lif_exp`](crate::neuron::lif_exp) neuron with parameters of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifExp {
    /// 1/τ_m per picosecond.
    membrane: f64,
    excitatory: Current,
    inhibitory: Current,
    /// Where the potential goes without synaptic currents.
    v_inf: f64,
    /// Threshold above it, less the tie tolerance: what is tested.
    tested: f64,
    /// Potential that a constant picoampere adds in the end, in millivolts.
    resistance: f64,
    /// What an excitatory current of a millivolt (see [`State`]) moves the potential by at most, in millivolts.
    peak: f64,
    params: Params,
}

/// A current that decays, beside the membrane on which it gathers.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Current {
    /// 1/τ per picosecond.
    rate: f64,
    /// τ/(τ − τ_m); 0 where the two are so close that the difference of their exponentials says nothing.
    share: f64,
}

/// Ratio of time constants, less 1, from which on what cancels in the difference of their exponentials is less than the
/// potential's own rounding.
const APART: f64 = 0.25;

impl Current {
    fn new(tau: Duration, tau_m: Duration) -> Self {
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

/// Membrane time constants after which nothing is left of a current that decays about as fast.
const LONGEST: f64 = 700.0;

/// State of a [`LifExp`] neuron, in millivolts; currents as what they would add to the potential in the end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct State {
    v: f64,
    excitation: f64,
    /// Not positive.
    inhibition: f64,
}

impl LifExp {
    /// What is left of the membrane and of both currents after `dt`.
    #[inline(always)]
    fn left(&self, dt: f64) -> [f64; 3] {
        let excitatory = exp_polynomial(-dt * self.excitatory.rate);
        let inhibitory = if self.inhibitory.rate == self.excitatory.rate {
            excitatory
        } else {
            exp_polynomial(-dt * self.inhibitory.rate)
        };
        [exp_polynomial(-dt * self.membrane), excitatory, inhibitory]
    }

    /// Whether an upper bound on the potential for all times, if nothing arrives, lies at the tested threshold. Above
    /// v_inf it falls but for what the excitation adds; below v_inf it goes there.
    #[inline(always)]
    fn may_ever_cross(&self, y: f64, excitation: f64) -> bool {
        y.max(0.0) + excitation * self.peak >= self.tested
    }
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
            membrane: 1.0 / params.membrane.tau_m.ps() as f64,
            excitatory: Current::new(params.tau_syn_ex, params.membrane.tau_m),
            inhibitory: Current::new(params.tau_syn_in, params.membrane.tau_m),
            v_inf: 0.0,
            tested: 0.0,
            resistance: params.membrane.resistance(),
            peak: peak(params.tau_syn_ex, params.membrane.tau_m),
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

    #[inline(always)]
    fn advance(&self, state: &mut State, dt: f64) {
        let [membrane, excitatory, inhibitory] = self.left(dt);
        let held = self
            .excitatory
            .gathered(dt, self.membrane, excitatory, membrane);
        let lost = self
            .inhibitory
            .gathered(dt, self.membrane, inhibitory, membrane);
        let y = (state.v - self.v_inf) * membrane;
        state.v = self.v_inf + (y + state.excitation * held + state.inhibition * lost);
        state.excitation *= excitatory;
        state.inhibition *= inhibitory;
    }

    fn hold(&self, state: &mut State, dt: f64) {
        let [_, excitatory, inhibitory] = self.left(dt);
        state.excitation *= excitatory;
        state.inhibition *= inhibitory;
    }

    #[inline]
    fn receive(&self, state: &mut State, weight: f64) {
        if weight > 0.0 {
            state.excitation += weight * self.resistance;
        } else {
            state.inhibition += weight * self.resistance;
        }
    }

    #[inline]
    fn is_reached(&self, state: &State) -> bool {
        state.v - self.v_inf >= self.tested
    }

    fn fire(&self, state: &mut State) {
        state.v = self.params.membrane.v_reset;
    }

    fn inject(&mut self, current_pa: f64) {
        let Membrane { v_th, v_reset, .. } = self.params.membrane;
        self.v_inf = self.params.membrane.v_inf(current_pa);
        let distance = v_th - self.v_inf;
        self.tested = distance - distance.abs().max(v_th - v_reset) * TIE;
    }

    fn is_driven(&self) -> bool {
        self.v_inf > self.params.membrane.v_th
    }

    #[inline]
    fn may_cross(&self, state: &State, within: f64) -> bool {
        let y = state.v - self.v_inf;
        if !self.may_ever_cross(y, state.excitation) {
            return false;
        }
        // All of the excitation, and of the inhibition what is left at the end; 1 − x ≤ e^(−x).
        let left = (1.0 - within * self.inhibitory.rate).max(0.0);
        let drive = state.excitation + state.inhibition * left;
        y + (drive - y).max(0.0) * (within * self.membrane).min(1.0) >= self.tested
    }

    /// By steps that never pass the first crossing: under the largest drive D of an interval y takes at least
    /// τ_m ln((D − y)/(D − θ)) ≥ 2 τ_m (θ − y)/(2D − θ − y) to the threshold θ.
    fn crossing(&self, state: &State, within: f64) -> Option<f64> {
        // Far below the tick to which the crossing is rounded.
        const PRECISION_PS: f64 = 0.001;
        // Three to six do unless v grazes the threshold; then the neuron is looked at again where the search ended.
        const MOST_STEPS: usize = 200;
        let tau_m = 1.0 / self.membrane;
        let distance = self.params.membrane.v_th - self.v_inf;
        let mut state = *state;
        let (mut passed, mut trial) = (0.0, within);
        for _ in 0..MOST_STEPS {
            let y = state.v - self.v_inf;
            let lacking = distance - y;
            if lacking <= 0.0 {
                return Some(passed);
            }
            let rest = within - passed;
            // NaN never crosses.
            if rest <= 0.0 || lacking.is_nan() || !self.may_ever_cross(y, state.excitation) {
                return None;
            }
            trial = trial.min(rest);
            let left = exp_polynomial(-trial * self.inhibitory.rate);
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
        Some(Box::new(fast::LifExp::new(size, self.params)))
    }
}

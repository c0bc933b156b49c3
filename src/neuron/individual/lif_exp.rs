//! A leaky integrate-and-fire neuron with exponential synaptic currents.

use serde::{Deserialize, Serialize};

use super::{Dynamics, TIE};
use crate::base::function::exp_polynomial;
use crate::base::parameter::{ParameterError, Values};
use crate::base::time::Duration;
use crate::neuron::lif_adaptive::decay::Rates;

/// A neuron with currents that decay exponentially, excitatory and inhibitory by the sign of the weight:
/// c_m dv/dt = −(c_m/τ_m)(v − e_l) + i_ex + i_in + i_e.
#[derive(Debug, Clone, Copy)]
pub struct LifExp {
    /// Membrane and excitatory current.
    excitatory: Rates,
    /// Membrane and inhibitory current.
    inhibitory: Rates,
    /// Where the potential goes without synaptic currents.
    v_inf: f64,
    /// Threshold above it.
    distance: f64,
    /// The same, less the tie tolerance: what is tested.
    tested: f64,
    v_th: f64,
    v_reset: f64,
    t_ref: Duration,
    e_l: f64,
    i_e: f64,
    /// Potential that a constant picoampere adds in the end, in millivolts.
    resistance: f64,
}

/// State of a [`LifExp`] neuron, in millivolts; currents as what they would add to the potential in the end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct State {
    v: f64,
    excitation: f64,
    /// Not positive.
    inhibition: f64,
}

impl LifExp {
    /// What is left of both currents after `dt`.
    fn left(&self, dt: f64) -> (f64, f64) {
        (
            exp_polynomial(-dt * self.excitatory.adaptation),
            exp_polynomial(-dt * self.inhibitory.adaptation),
        )
    }
}

/// The values of one neuron.
fn read(values: &Values) -> Result<LifExp, ParameterError> {
    let inconsistent = |reason: String| ParameterError::Inconsistent {
        model: LifExp::NAME,
        reason,
    };
    let value = |name: &'static str, default: Option<f64>| {
        values
            .get(name)
            .copied()
            .or(default)
            .ok_or(ParameterError::Missing {
                model: LifExp::NAME,
                parameter: name,
                doc: "required",
            })
    };
    let rate = |name: &'static str| {
        let tau = value(name, None)?;
        let tau =
            Duration::from_ms(tau).map_err(|error| inconsistent(format!("`{name}`: {error}")))?;
        if tau <= Duration::ZERO {
            return Err(inconsistent(format!(
                "`{name}` is {} ms, expected at least the clock's picosecond",
                tau.as_ms()
            )));
        }
        Ok(1.0 / tau.ps() as f64)
    };
    let membrane = rate("tau_m")?;
    let t_ref = Duration::from_ms(value("t_ref", Some(0.0))?)
        .map_err(|error| inconsistent(format!("`t_ref`: {error}")))?;
    let mut neuron = LifExp {
        excitatory: Rates {
            membrane,
            adaptation: rate("tau_syn_ex")?,
        },
        inhibitory: Rates {
            membrane,
            adaptation: rate("tau_syn_in")?,
        },
        v_inf: 0.0,
        distance: 0.0,
        tested: 0.0,
        v_th: value("v_th", None)?,
        v_reset: value("v_reset", Some(0.0))?,
        t_ref,
        e_l: value("e_l", Some(0.0))?,
        i_e: value("i_e", Some(0.0))?,
        resistance: value("tau_m", None)? / value("c_m", Some(250.0))?,
    };
    if neuron.v_reset >= neuron.v_th {
        return Err(inconsistent(format!(
            "`v_reset` is {}, expected below `v_th` ({})",
            neuron.v_reset, neuron.v_th
        )));
    }
    neuron.inject(0.0);
    Ok(neuron)
}

impl Dynamics for LifExp {
    type State = State;

    const NAME: &'static str = "lif_exp";

    const LISTENS_WHILE_HELD: bool = true;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        read(values)
    }

    fn t_ref(&self) -> Duration {
        self.t_ref
    }

    fn rest(&self) -> State {
        State {
            v: self.e_l,
            excitation: 0.0,
            inhibition: 0.0,
        }
    }

    #[inline]
    fn advance(&self, state: &mut State, dt: f64) {
        let membrane = exp_polynomial(-dt * self.excitatory.membrane);
        let (excitatory, inhibitory) = self.left(dt);
        let held = self.excitatory.gathered(dt, membrane, excitatory);
        let lost = self.inhibitory.gathered(dt, membrane, inhibitory);
        let y = (state.v - self.v_inf) * membrane;
        state.v = self.v_inf + (y + state.excitation * held + state.inhibition * lost);
        state.excitation *= excitatory;
        state.inhibition *= inhibitory;
    }

    fn hold(&self, state: &mut State, dt: f64) {
        let (excitatory, inhibitory) = self.left(dt);
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
        state.v = self.v_reset;
    }

    fn inject(&mut self, current_pa: f64) {
        self.v_inf = self.e_l + (self.i_e + current_pa) * self.resistance;
        self.distance = self.v_th - self.v_inf;
        let span = self.distance.abs().max(self.v_th - self.v_reset);
        self.tested = self.distance - span * TIE;
    }

    fn crosses(&self) -> bool {
        true
    }

    #[inline]
    fn may_cross(&self, state: &State, within: f64) -> bool {
        // All of the excitation, and of the inhibition what is left at the end; 1 − x ≤ e^(−x).
        let y = state.v - self.v_inf;
        let left = (1.0 - within * self.inhibitory.adaptation).max(0.0);
        let drive = state.excitation + state.inhibition * left;
        y + (drive - y).max(0.0) * (within * self.excitatory.membrane).min(1.0) >= self.tested
    }

    /// By steps that never pass the first crossing: under the largest drive D of an interval y takes at least
    /// τ_m ln((D − y)/(D − θ)) ≥ 2 τ_m (θ − y)/(2D − θ − y) to the threshold θ.
    fn crossing(&self, state: &State, within: f64) -> Option<f64> {
        // Far below the tick to which the crossing is rounded.
        const PRECISION_PS: f64 = 0.001;
        // Three to six do unless v grazes the threshold; then the neuron is looked at again where the search ended.
        const MOST_STEPS: usize = 200;
        let tau_m = 1.0 / self.excitatory.membrane;
        let mut state = *state;
        let (mut passed, mut trial) = (0.0, within);
        for _ in 0..MOST_STEPS {
            let lacking = self.distance - (state.v - self.v_inf);
            if lacking <= 0.0 {
                return Some(passed);
            }
            let rest = within - passed;
            // NaN never crosses.
            if rest <= 0.0 || lacking.is_nan() {
                return None;
            }
            trial = trial.min(rest);
            let left = exp_polynomial(-trial * self.inhibitory.adaptation);
            let surplus = state.excitation + state.inhibition * left - self.distance;
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
}

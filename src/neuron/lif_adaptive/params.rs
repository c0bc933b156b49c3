//! What the user sets of an adapting leaky integrate-and-fire neuron.

use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::membrane::{C_M, E_L, Given, I_E, Membrane, RESET, T_REF, TAU_M, V_RESET, V_TH};

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "lif_adaptive",
    summary: "Leaky integrate-and-fire neuron with spike-frequency adaptation; a spike moves the potential at once \
              (delta synapse).",
    equations: "dv/dt = -(v - e_l)/tau_m + (i_e - w)/c_m;  dw/dt = -w/tau_w;  an arrival adds its weight to v, times \
                the gain of the projection if it has one;  v >= v_th: spike, v <- v_reset, held for t_ref, in which arrivals are ignored, w <- w + b;  \
                reset = subtract: v <- v - (v_th - v_reset), and what is left above v_th makes a spike of the next arrival at the \
                neuron, or, where e_l and i_e alone drive it above v_th, spikes without one, a picosecond apart: it needs t_ref = 0",
    parameters: &[
        TAU_M,
        V_TH,
        V_RESET,
        RESET,
        E_L,
        T_REF,
        C_M,
        I_E,
        ParameterSpec::drawn(
            "tau_w",
            Dimension::Time,
            Range::Positive,
            "time constant of the adaptation current; may equal tau_m",
        ),
        ParameterSpec::drawn(
            "b",
            Dimension::Current,
            Range::NonNegative,
            "what each spike adds to the adaptation current",
        ),
    ],
    source: "Treves 1993, Network 4:259; Torao-Angosto et al. 2021, Front Syst Neurosci 15:609645; \
             exact event-driven form as in Brette 2006, Neural Comput 18:2004",
};

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// The membrane.
    pub membrane: Membrane,
    /// Time constant of the adaptation current.
    pub tau_w: Duration,
    /// What a spike adds to the adaptation current, in picoamperes.
    pub b: f64,
}

impl Params {
    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing or out of range, a time constant is too short for the clock, the potential goes to the
    /// threshold or beyond all numbers, or the reset is not below the threshold.
    pub fn new(values: &Values) -> Result<Self, ParameterError> {
        let given = Given::new(&SPEC, values)?;
        let params = Self {
            membrane: Membrane::new(&given)?,
            tau_w: given.time_constant("tau_w")?,
            b: given.values["b"],
        };
        given.check_potentials(params.membrane.v_inf_by_resistance(0.0))?;
        if !params.jump().is_finite() {
            return Err(given.inconsistent("b", format!(
                " of {} pA moves the potential beyond all numbers, expected `b` `tau_m` / `c_m` within them",
                params.b
            )));
        }
        Ok(params)
    }

    /// What a spike adds to the adaptation, in millivolts by which a current pulls the potential down in the end.
    pub fn jump(&self) -> f64 {
        self.b * self.membrane.resistance()
    }
}

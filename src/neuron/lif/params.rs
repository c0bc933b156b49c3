//! What the user sets of a leaky integrate-and-fire neuron.

use crate::base::parameter::{ParameterError, Spec, Values};
use crate::neuron::membrane::{C_M, E_L, Given, I_E, Membrane, RESET, T_REF, TAU_M, V_RESET, V_TH};

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "lif",
    summary: "Leaky integrate-and-fire neuron; a spike moves the potential at once (delta synapse).",
    equations: "tau_m dv/dt = e_l - v + i_e tau_m / c_m;  an arrival adds its weight to v, times the gain of the \
                projection if it has one;  v >= v_th: spike, v <- v_reset, held for t_ref, in which arrivals are ignored;  reset = subtract: v <- v - (v_th - v_reset), \
                and what is left above v_th makes a spike of the next arrival at the neuron, or, where e_l and i_e alone drive it above \
                v_th, spikes without one, a picosecond apart: it needs t_ref = 0",
    parameters: &[TAU_M, V_TH, V_RESET, RESET, E_L, T_REF, I_E, C_M],
    source: "Lapicque 1907; exact event-driven form as in Brette 2006, Neural Comput 18:2004",
};

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// The membrane.
    pub membrane: Membrane,
}

impl Params {
    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing or out of range, a time constant is too short for the clock, the potential goes to the
    /// threshold or beyond all numbers, or the reset is not below the threshold.
    pub fn new(values: &Values) -> Result<Self, ParameterError> {
        let given = Given::new(&SPEC, values)?;
        let membrane = Membrane::new(&given)?;
        given.check_potentials(membrane.v_inf(0.0))?;
        Ok(Self { membrane })
    }
}

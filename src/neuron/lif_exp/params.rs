//! What the user sets of a leaky integrate-and-fire neuron with exponential currents.

use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::membrane::{C_M, E_L, Given, I_E, Membrane, T_REF, TAU_M, V_RESET, V_TH};

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "lif_exp",
    summary: "Leaky integrate-and-fire neuron; a spike brings a current that decays exponentially.",
    equations: "c_m dv/dt = -c_m/tau_m (v - e_l) + i_ex + i_in + i_e;  di_ex/dt = -i_ex/tau_syn_ex;  \
                di_in/dt = -i_in/tau_syn_in;  an arrival adds its weight to i_ex if positive, else to i_in;  \
                v reaches v_th: spike, v <- v_reset, held for t_ref, in which currents go on",
    parameters: &[
        TAU_M,
        C_M,
        ParameterSpec::drawn(
            "tau_syn_ex",
            Dimension::Time,
            Range::Positive,
            "time constant of the current that arrivals of positive weight bring",
        ),
        ParameterSpec::drawn(
            "tau_syn_in",
            Dimension::Time,
            Range::Positive,
            "time constant of the current that arrivals of negative weight bring",
        ),
        V_TH,
        V_RESET,
        E_L,
        T_REF,
        I_E,
    ],
    source: "equations as in Rotter & Diesmann 1999, Biol Cybern 81:381; exact crossings between arrivals",
};

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// The membrane.
    pub membrane: Membrane,
    /// Time constant of the excitatory current.
    pub tau_syn_ex: Duration,
    /// Time constant of the inhibitory current.
    pub tau_syn_in: Duration,
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
            tau_syn_ex: given.time_constant("tau_syn_ex")?,
            tau_syn_in: given.time_constant("tau_syn_in")?,
        };
        given.check_potentials(params.membrane.v_inf(0.0))?;
        Ok(params)
    }
}

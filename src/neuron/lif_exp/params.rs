//! What the user sets of a leaky integrate-and-fire neuron with exponential currents.

use crate::base::parameter::{self, Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::membrane::Given;

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "lif_exp",
    summary: "Leaky integrate-and-fire neuron; a spike brings a current that decays exponentially.",
    equations: "c_m dv/dt = -c_m/tau_m (v - e_l) + i_ex + i_in + i_e;  di_ex/dt = -i_ex/tau_syn_ex;  \
                di_in/dt = -i_in/tau_syn_in;  an arrival adds its weight to i_ex if positive, else to i_in;  \
                v reaches v_th: spike, v <- v_reset, held for t_ref",
    parameters: &[
        ParameterSpec::drawn("tau_m", Dimension::Time, Range::Positive, "membrane time constant"),
        ParameterSpec::drawn("c_m", Dimension::Capacitance, Range::Positive, "membrane capacitance").or_number(250.0),
        ParameterSpec::drawn("tau_syn_ex", Dimension::Time, Range::Positive, "time constant of the current that arrivals of positive weight bring"),
        ParameterSpec::drawn("tau_syn_in", Dimension::Time, Range::Positive, "time constant of the current that arrivals of negative weight bring"),
        ParameterSpec::drawn("v_th", Dimension::Voltage, Range::Finite, "spike threshold"),
        ParameterSpec::drawn("v_reset", Dimension::Voltage, Range::Finite, "potential after a spike, below v_th").or_number(0.0),
        ParameterSpec::drawn("e_l", Dimension::Voltage, Range::Finite, "resting potential").or_number(0.0),
        ParameterSpec::drawn("t_ref", Dimension::Time, Range::NonNegative, "refractory period: v is held at v_reset on [t, t + t_ref) after a spike at t; currents go on").or_number(0.0),
        ParameterSpec::drawn("i_e", Dimension::Current, Range::Finite, "constant current").or_number(0.0),
    ],
    source: "equations as in Rotter & Diesmann 1999, Biol Cybern 81:381; exact crossings between arrivals",
};

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// Membrane time constant.
    pub tau_m: Duration,
    /// Membrane capacitance in picofarads.
    pub c_m: f64,
    /// Time constant of the excitatory current.
    pub tau_syn_ex: Duration,
    /// Time constant of the inhibitory current.
    pub tau_syn_in: Duration,
    /// Spike threshold in millivolts.
    pub v_th: f64,
    /// Potential after a spike in millivolts.
    pub v_reset: f64,
    /// Resting potential in millivolts.
    pub e_l: f64,
    /// Refractory period.
    pub t_ref: Duration,
    /// Constant current in picoamperes.
    pub i_e: f64,
}

impl Params {
    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing or out of range, a time constant is too short for the clock, the potential goes to the
    /// threshold or beyond all numbers, or the reset is not below the threshold.
    pub fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = &parameter::complete(&SPEC, values)?;
        let given = Given {
            spec: &SPEC,
            values,
        };
        let params = Self {
            tau_m: given.time_constant("tau_m")?,
            c_m: values["c_m"],
            tau_syn_ex: given.time_constant("tau_syn_ex")?,
            tau_syn_in: given.time_constant("tau_syn_in")?,
            v_th: values["v_th"],
            v_reset: values["v_reset"],
            e_l: values["e_l"],
            t_ref: given.duration("t_ref")?,
            i_e: values["i_e"],
        };
        given.check_potentials(params.v_inf(0.0))?;
        Ok(params)
    }

    /// Potential that a constant picoampere adds in the end, in millivolts.
    pub fn resistance(&self) -> f64 {
        // pA · ms / pF = mV.
        self.tau_m.as_ms() / self.c_m
    }

    /// Where v goes without arrivals while `injected_pa` flows in, in millivolts.
    pub fn v_inf(&self, injected_pa: f64) -> f64 {
        // pA · ms / pF = mV.
        self.e_l + (self.i_e + injected_pa) * self.tau_m.as_ms() / self.c_m
    }
}

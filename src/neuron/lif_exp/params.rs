//! What the user sets of a leaky integrate-and-fire neuron with exponential currents.

use crate::base::parameter::{
    self, Dimension, ModelSpec, ParameterError, ParameterSpec, Range, Values,
};
use crate::base::time::Duration;
use crate::neuron::membrane::Given;

/// The model as users see it.
pub static SPEC: ModelSpec = ModelSpec {
    name: "lif_exp",
    summary: "Leaky integrate-and-fire neuron; a spike brings a current that decays exponentially.",
    equations: "c_m dv/dt = -c_m/tau_m (v - e_l) + i_ex + i_in + i_e;  di_ex/dt = -i_ex/tau_syn_ex;  \
                di_in/dt = -i_in/tau_syn_in;  an arrival adds its weight to i_ex if positive, else to i_in;  \
                v reaches v_th: spike, v <- v_reset, held for t_ref",
    parameters: &[
        ParameterSpec {
            name: "tau_m",
            dimension: Dimension::Time,
            default: None,
            range: Range::Positive,
            doc: "membrane time constant",
        },
        ParameterSpec {
            name: "c_m",
            dimension: Dimension::Capacitance,
            default: Some(250.0),
            range: Range::Positive,
            doc: "membrane capacitance",
        },
        ParameterSpec {
            name: "tau_syn_ex",
            dimension: Dimension::Time,
            default: None,
            range: Range::Positive,
            doc: "time constant of the current that arrivals of positive weight bring",
        },
        ParameterSpec {
            name: "tau_syn_in",
            dimension: Dimension::Time,
            default: None,
            range: Range::Positive,
            doc: "time constant of the current that arrivals of negative weight bring",
        },
        ParameterSpec {
            name: "v_th",
            dimension: Dimension::Voltage,
            default: None,
            range: Range::Finite,
            doc: "spike threshold",
        },
        ParameterSpec {
            name: "v_reset",
            dimension: Dimension::Voltage,
            default: Some(0.0),
            range: Range::Finite,
            doc: "potential after a spike, below v_th",
        },
        ParameterSpec {
            name: "e_l",
            dimension: Dimension::Voltage,
            default: Some(0.0),
            range: Range::Finite,
            doc: "resting potential",
        },
        ParameterSpec {
            name: "t_ref",
            dimension: Dimension::Time,
            default: Some(0.0),
            range: Range::NonNegative,
            doc: "refractory period: v is held at v_reset on [t, t + t_ref) after a spike at t; currents go on",
        },
        ParameterSpec {
            name: "i_e",
            dimension: Dimension::Current,
            default: Some(0.0),
            range: Range::Finite,
            doc: "constant current",
        },
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

//! What the user sets of a leaky integrate-and-fire neuron.

use crate::base::parameter::{
    self, Dimension, ModelSpec, ParameterError, ParameterSpec, Range, Values,
};
use crate::base::time::Duration;
use crate::neuron::membrane::Given;

/// The model as users see it.
pub static SPEC: ModelSpec = ModelSpec {
    name: "lif",
    summary: "Leaky integrate-and-fire neuron; a spike moves the potential at once (delta synapse).",
    equations: "tau_m dv/dt = e_l - v + i_e tau_m / c_m;  an arrival adds gain * weight to v;  v >= v_th: spike, \
                v <- v_reset, held for t_ref",
    parameters: &[
        ParameterSpec {
            name: "tau_m",
            dimension: Dimension::Time,
            default: None,
            range: Range::Positive,
            doc: "membrane time constant",
        },
        ParameterSpec {
            name: "v_th",
            dimension: Dimension::Voltage,
            default: None,
            range: Range::Finite,
            doc: "spike threshold; a neuron driven above it by e_l and i_e fires by itself",
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
            doc: "refractory period: the neuron ignores arrivals on [t, t + t_ref) after a spike at t",
        },
        ParameterSpec {
            name: "i_e",
            dimension: Dimension::Current,
            default: Some(0.0),
            range: Range::Finite,
            doc: "constant current into the neuron",
        },
        ParameterSpec {
            name: "c_m",
            dimension: Dimension::Capacitance,
            default: Some(250.0),
            range: Range::Positive,
            doc: "membrane capacitance; says what currents do",
        },
    ],
    source: "Lapicque 1907; exact event-driven form as in Brette 2006, Neural Comput 18:2004",
};

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// Membrane time constant.
    pub tau_m: Duration,
    /// Spike threshold.
    pub v_th: f64,
    /// Potential after a spike.
    pub v_reset: f64,
    /// Resting potential.
    pub e_l: f64,
    /// Refractory period.
    pub t_ref: Duration,
    /// Constant current in picoamperes.
    pub i_e: f64,
    /// Membrane capacitance in picofarads.
    pub c_m: f64,
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
            v_th: values["v_th"],
            v_reset: values["v_reset"],
            e_l: values["e_l"],
            t_ref: given.duration("t_ref")?,
            i_e: values["i_e"],
            c_m: values["c_m"],
        };
        given.check_potentials(params.v_inf(0.0))?;
        Ok(params)
    }

    /// The potential that v decays to while `injected_pa` flows in addition to the constant current.
    pub fn v_inf(&self, injected_pa: f64) -> f64 {
        // pA · ms / pF = mV.
        self.e_l + (self.i_e + injected_pa) * self.tau_m.as_ms() / self.c_m
    }
}

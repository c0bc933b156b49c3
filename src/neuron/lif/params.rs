//! What the user sets of a leaky integrate-and-fire neuron.

use crate::base::parameter::{self, Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::membrane::Given;

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "lif",
    summary: "Leaky integrate-and-fire neuron; a spike moves the potential at once (delta synapse).",
    equations: "tau_m dv/dt = e_l - v + i_e tau_m / c_m;  an arrival adds gain * weight to v;  v >= v_th: spike, \
                v <- v_reset, held for t_ref",
    parameters: &[
        ParameterSpec::drawn(
            "tau_m",
            Dimension::Time,
            Range::Positive,
            "membrane time constant",
        ),
        ParameterSpec::drawn(
            "v_th",
            Dimension::Voltage,
            Range::Finite,
            "spike threshold; a neuron driven above it by e_l and i_e fires by itself",
        ),
        ParameterSpec::drawn(
            "v_reset",
            Dimension::Voltage,
            Range::Finite,
            "potential after a spike, below v_th",
        )
        .or_number(0.0),
        ParameterSpec::drawn(
            "e_l",
            Dimension::Voltage,
            Range::Finite,
            "resting potential",
        )
        .or_number(0.0),
        ParameterSpec::drawn(
            "t_ref",
            Dimension::Time,
            Range::NonNegative,
            "refractory period: the neuron ignores arrivals on [t, t + t_ref) after a spike at t",
        )
        .or_number(0.0),
        ParameterSpec::drawn(
            "i_e",
            Dimension::Current,
            Range::Finite,
            "constant current into the neuron",
        )
        .or_number(0.0),
        ParameterSpec::drawn(
            "c_m",
            Dimension::Capacitance,
            Range::Positive,
            "membrane capacitance; says what currents do",
        )
        .or_number(250.0),
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

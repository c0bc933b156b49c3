//! What the user sets of an adapting leaky integrate-and-fire neuron.

use crate::base::parameter::{self, Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::membrane::Given;

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "lif_adaptive",
    summary: "Leaky integrate-and-fire neuron with spike-frequency adaptation; a spike moves the potential at once \
              (delta synapse).",
    equations: "dv/dt = -(v - e_l)/tau_m + (i_e - w)/c_m;  dw/dt = -w/tau_w;  an arrival adds gain * weight to v;  \
                v >= v_th: spike, v <- v_reset, held for t_ref, w <- w + b",
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
            "spike threshold; a neuron whose e_l + i_e * tau_m/c_m lies above it fires by itself",
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
            "c_m",
            Dimension::Capacitance,
            Range::Positive,
            "membrane capacitance; scales currents only",
        )
        .or_number(250.0),
        ParameterSpec::drawn(
            "i_e",
            Dimension::Current,
            Range::Finite,
            "constant current into the neuron",
        )
        .or_number(0.0),
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
    /// Membrane time constant.
    pub tau_m: Duration,
    /// Spike threshold, in millivolts.
    pub v_th: f64,
    /// Potential after a spike, in millivolts.
    pub v_reset: f64,
    /// Resting potential, in millivolts.
    pub e_l: f64,
    /// Refractory period.
    pub t_ref: Duration,
    /// Membrane capacitance, in picofarads.
    pub c_m: f64,
    /// Constant current, in picoamperes.
    pub i_e: f64,
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
            c_m: values["c_m"],
            i_e: values["i_e"],
            tau_w: given.time_constant("tau_w")?,
            b: values["b"],
        };
        given.check_potentials(params.v_inf(0.0))?;
        if !params.jump().is_finite() {
            return Err(given.inconsistent("b", format!(
                " of {} pA moves the potential beyond all numbers, expected `b` `tau_m` / `c_m` within them",
                params.b
            )));
        }
        Ok(params)
    }

    /// Potential that a constant picoampere adds in the end, in millivolts.
    pub fn resistance(&self) -> f64 {
        self.tau_m.as_ms() / self.c_m
    }

    /// Where the potential goes without adaptation when `injected_pa` flows in addition to i_e.
    pub fn v_inf(&self, injected_pa: f64) -> f64 {
        self.e_l + (self.i_e + injected_pa) * self.resistance()
    }

    /// What a spike adds to the adaptation, in millivolts by which a current pulls the potential down in the end.
    pub fn jump(&self) -> f64 {
        self.b * self.resistance()
    }
}

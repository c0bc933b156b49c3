//! What the user sets of a leaky integrate-and-fire neuron.

use crate::base::parameter::{
    self, Dimension, ModelSpec, ParameterError, ParameterSpec, Range, Values,
};
use crate::base::time::Duration;

/// The model as users see it.
pub static SPEC: ModelSpec = ModelSpec {
    name: "lif",
    summary: "Leaky integrate-and-fire neuron; a spike moves the potential at once (delta synapse).",
    equations: "tau_m dv/dt = e_l - v;  an arrival adds gain * weight to v;  v >= v_th: spike, v <- v_reset, \
                held for t_ref",
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
            doc: "spike threshold; a neuron whose e_l lies above it fires by itself",
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
}

impl Params {
    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing or out of range, the threshold equals rest, or the reset is not below the threshold.
    pub fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = parameter::complete(&SPEC, values)?;
        let inconsistent = |reason: String| ParameterError::Inconsistent {
            model: SPEC.name,
            reason,
        };
        let duration = |name: &str| {
            Duration::from_ms(values[name])
                .map_err(|error| inconsistent(format!("`{name}`: {error}")))
        };
        let params = Self {
            tau_m: duration("tau_m")?,
            v_th: values["v_th"],
            v_reset: values["v_reset"],
            e_l: values["e_l"],
            t_ref: duration("t_ref")?,
        };
        if params.tau_m == Duration::ZERO {
            return Err(inconsistent(
                "`tau_m` is shorter than the clock's picosecond".into(),
            ));
        }
        if params.v_th == params.e_l {
            return Err(inconsistent(format!(
                "`v_th` and `e_l` are both {}, expected different potentials: v would approach the threshold without end",
                params.v_th
            )));
        }
        if params.v_reset >= params.v_th {
            return Err(inconsistent(format!(
                "`v_reset` is {}, expected below `v_th` ({})",
                params.v_reset, params.v_th
            )));
        }
        Ok(params)
    }
}

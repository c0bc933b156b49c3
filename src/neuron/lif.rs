//! Leaky integrate-and-fire neurons with delta synapses and exact exponential decay.

use crate::base::parameter::{Dimension, ModelSpec, ParameterSpec, Range};

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
            doc: "spike threshold, above e_l: at or below it every arrival would fire",
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

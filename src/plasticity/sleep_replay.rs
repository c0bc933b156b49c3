//! The Hebbian rule of sleep replay consolidation.

use crate::base::parameter::{Dimension, ModelSpec, ParameterSpec, Range};

/// The rule as users see it.
pub static SPEC: ModelSpec = ModelSpec {
    name: "sleep_replay",
    summary: "Hebbian rule of sleep replay consolidation: at a postsynaptic spike, active afferents are strengthened \
              and silent ones weakened, strong weights least.",
    equations: "at a postsynaptic spike at t, for every afferent: w <- w + increment * s(w) if it arrived in \
                (t - window, t], else w <- w - decrement * s(w);  s(w) = 2 (1 - 1 / (1 + exp(-w / 0.001)))",
    parameters: &[
        ParameterSpec {
            name: "increment",
            dimension: Dimension::One,
            default: None,
            range: Range::NonNegative,
            doc: "step of an afferent that was active when the target fired",
        },
        ParameterSpec {
            name: "decrement",
            dimension: Dimension::One,
            default: None,
            range: Range::NonNegative,
            doc: "step of an afferent that was silent when the target fired",
        },
        ParameterSpec {
            name: "window",
            dimension: Dimension::Time,
            default: Some(1.0),
            range: Range::Positive,
            doc: "an afferent is active if its last spike arrived in (t - window, t]",
        },
    ],
    source: "Tadros, Krishnan, Ramyaa, Bazhenov 2022, Nat Commun 13:7742; s(w) from the published code",
};

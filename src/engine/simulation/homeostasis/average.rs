//! How often neurons have spiked, as forces remember it.

use serde::{Deserialize, Serialize};

use crate::base::function::exp;
use crate::base::time::{PS_PER_MS, Time};

/// A slow trace of a neuron's spikes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Average {
    pub(super) last: Time,
    pub(super) trace: f64,
    /// The trace at the last instant, and spikes since.
    pub(super) before: f64,
    pub(super) spikes: u32,
}

impl Average {
    /// Of a neuron that has not spiked.
    pub(super) const NEVER: Self = Self {
        last: Time::NEVER,
        trace: 0.0,
        before: 0.0,
        spikes: 0,
    };

    /// The trace at `t`, where it decays by `tau_ms`.
    pub(super) fn at(self, t: Time, tau_ms: f64) -> f64 {
        let ms = t.since(self.last).ps() as f64 / PS_PER_MS as f64;
        self.trace * exp(-ms / tau_ms)
    }
}

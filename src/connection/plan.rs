//! All that decides the synapses of one projection.

use std::sync::Arc;

use crate::base::distribution::Distribution;
use crate::base::time::Duration;
use crate::connection::rule::Connect;
use crate::connection::space::Space;

/// Most steps of `delay_resolution` in a drawn delay.
pub(super) const MOST_STEPS: u16 = u16::MAX;

/// All that decides the synapses of one projection.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name of the projection; names its random streams too.
    pub name: String,
    /// Seed of the network.
    pub seed: u64,
    /// The neurons that are paired.
    pub space: Space,
    /// Who is paired with whom.
    pub rule: Arc<dyn Connect>,
    /// Weight of each synapse, held as `f32`.
    pub weight: Distribution,
    /// Delay of each synapse in milliseconds. One delay for all is taken as it is, to the picosecond; drawn delays are
    /// rounded to the nearest multiple of [`Self::delay_resolution`].
    pub delay_ms: Distribution,
    /// Grid of drawn delays, and the smallest of them that is allowed.
    pub delay_resolution: Duration,
}

impl Plan {
    /// Number of synapses on average.
    pub fn expected_synapses(&self) -> f64 {
        self.rule.expected_synapses(&self.space)
    }

    /// Distinct delays that nearly all synapses have: one, or as many steps as the bulk of the drawn ones covers.
    pub fn expected_delays(&self) -> f64 {
        if self.delay_ms.constant().is_some() {
            return 1.0;
        }
        let (low, high) = self.delay_ms.bulk();
        1.0 + (high - low) / self.delay_resolution.as_ms()
    }
}

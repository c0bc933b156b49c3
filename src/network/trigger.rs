//! What sets off pulses, and what stimuli that come in pulses do then.

use crate::base::time::Duration;
use crate::network::projection::Choice;

/// A detector that watches a population or a projection, or a clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Name, unique among triggers.
    pub name: String,
    /// What it looks for: an entry of the registry of triggers.
    pub kind: Choice,
    /// Name of the population whose spikes a detector watches; none of a clock.
    pub population: Option<String>,
    /// Name of the projection whose weights a detector watches, if it watches weights.
    pub projection: Option<String>,
    /// From the instant at which a detector can know until it tells, above zero: lanes exchange spikes at least as often. A
    /// clock tells in time.
    pub latency: Duration,
    /// For so long after something was found nothing else is.
    pub refractory: Duration,
}

/// The latency of a detector where nothing else is said: 1 ms, the sampling interval of slow amplifiers, and no shorter than
/// most delays, so that windows are not either.
pub const LATENCY: Duration = Duration::from_ps(1_000_000_000);

/// When a stimulus that comes in pulses does so.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulses {
    /// Name of the trigger that sets it off; none where a program does.
    pub trigger: Option<String>,
    /// From when the trigger tells to the pulse.
    pub delay: Duration,
    /// With which probability a pulse is delivered; one that is not is noted, as a control.
    pub probability: f64,
    /// For so long after a pulse began there is no other.
    pub refractory: Duration,
    /// Whether pulses are only noted, and nothing is delivered.
    pub sham: bool,
}

impl Default for Pulses {
    fn default() -> Self {
        Self {
            trigger: None,
            delay: Duration::ZERO,
            probability: 1.0,
            refractory: Duration::ZERO,
            sham: false,
        }
    }
}

//! Substances that act on learning, such as dopamine.

use crate::base::time::Duration;
use crate::plasticity::Kinetics;

/// A named quantity that spikes and triggers release, that decays by itself, and that plasticity rules read.
#[derive(Debug, Clone, PartialEq)]
pub struct Modulator {
    /// Name, unique among modulators.
    pub name: String,
    /// How it decays, and to what.
    pub kinetics: Kinetics,
    /// Names of the populations whose spikes release it, none twice; none where bouts or a program do.
    pub released_by: Vec<String>,
    /// Names of the triggers that release it as soon as they tell, none twice.
    pub triggers: Vec<String>,
    /// How much a spike of theirs, or what a trigger finds, releases.
    pub amount: f64,
    /// From such a spike to the release, above zero.
    pub delay: Duration,
}

/// From a spike to the release where nothing else is said: 1 ms, no shorter than most delays, so that windows are not either.
pub const RELEASE_DELAY: Duration = Duration::from_ps(1_000_000_000);

//! Plans that no graph can meet.

use crate::base::legible::legible;
use crate::base::time::{Duration, TimeRangeError};

/// Why a projection cannot be connected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("projection `{projection}`: {fault}{help}", help = .fault.help().map_or(String::new(), |help| format!("\n  help: {help}")))]
pub struct RuleError {
    /// The projection.
    pub projection: String,
    /// What is wrong with it.
    pub fault: RuleFault,
}

/// What is wrong with a plan; as text, what was found and what was expected, without the name of the projection.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RuleFault {
    /// An end was asked for.
    #[error("stopped while synapses were being drawn")]
    Stopped,
    /// Pairs by number need equal numbers.
    #[error("one_to_one from {n_source} sources to {n_target} targets, expected equal numbers")]
    Unequal {
        /// Sources.
        n_source: u32,
        /// Targets.
        n_target: u32,
    },
    /// A rule that leaves only autapses, which are not allowed.
    #[error("one_to_one from a population to itself makes only autapses, expected autapses = true")]
    OnlyAutapses,
    /// More synapses per neuron or in all than there are pairs.
    #[error("{key} is {wanted}, expected at most {possible} ({why})")]
    Degree {
        /// The rule's parameter.
        key: &'static str,
        /// What was given.
        wanted: u64,
        /// The largest number there can be.
        possible: u64,
        /// Where that number comes from.
        why: String,
        /// Whether multapses would make it possible.
        mendable: bool,
    },
    /// Given edges between other numbers of neurons.
    #[error(
        "found edges from {} sources to {} targets, expected {n_source} and {n_target}",
        found.0, found.1
    )]
    Sizes {
        /// Sources and targets of the edges.
        found: (u32, u32),
        /// Sources.
        n_source: u32,
        /// Targets.
        n_target: u32,
    },
    /// Own neurons that are not all among the targets.
    #[error("own neurons are targets {first} to {last}, expected them among {n_target} targets")]
    Own {
        /// First.
        first: u32,
        /// Last.
        last: u64,
        /// Targets.
        n_target: u32,
    },
    /// Values that edges should have and do not.
    #[error("found edges without it, expected it with them or one for all")]
    NotGiven {
        /// What is missing.
        key: &'static str,
    },
    /// A weight that single precision cannot hold.
    #[error("weight may be {value:e}, expected at most {most:e} in magnitude", most = f32::MAX)]
    Weight {
        /// The weight farthest from 0.
        value: f64,
    },
    /// A delay too short.
    #[error(
        "delay may be {} ms, expected at least {least}{grid}",
        legible(*.found_ms),
        grid = if *.drawn { ", which rounds to delay_resolution" } else { "" }
    )]
    ShortDelay {
        /// The part of the delay.
        key: &'static str,
        /// Smallest delay that there may be.
        found_ms: f64,
        /// Smallest delay allowed.
        least: Duration,
        /// Whether delays are drawn.
        drawn: bool,
        /// Whether the source population is among the targets.
        within: bool,
    },
    /// Listed delays of which some are none.
    #[error("delays of the file are 0 ms and {next}, expected all above 0 ms, or 0 ms alone")]
    SomeAtOnce {
        /// The smallest one above 0.
        next: Duration,
    },
    /// A listed delay that is shorter than the part of it that lies behind the synapse.
    #[error(
        "dendritic_delay is {dendritic}, and a delay of the file is {least}, expected at most that: it is the whole delay"
    )]
    ShortListed {
        /// Smallest listed delay.
        least: Duration,
        /// The part behind the synapse.
        dendritic: Duration,
    },
    /// Neurons of which it is not known where they lie.
    #[error("found no positions of its {n_source} sources and {n_target} targets, expected them")]
    NotPlaced {
        /// Sources.
        n_source: u32,
        /// Targets.
        n_target: u32,
    },
    /// A target with too few sources close enough.
    #[error(
        "in_degree is {wanted}, and {found}{} can be reached from target {target}, expected {}",
        sources(*.found), if *.multapses { "at least one" } else { "as many" }
    )]
    OutOfReach {
        /// The target.
        target: u32,
        /// Synapses that it should have.
        wanted: u64,
        /// Sources whose probability is not 0.
        found: u64,
        /// Whether one source may have several.
        multapses: bool,
    },
    /// A speed at which nothing would arrive.
    #[error("velocity is {} mm/ms, expected a finite number above 0", legible(*.found))]
    Velocity {
        /// What was given.
        found: f64,
    },
    /// Neurons at one place whose spikes would arrive too early.
    #[error(
        "at distance 0 the delay may be {} ms, expected at least {least}, which rounds to delay_resolution",
        legible(*.found_ms)
    )]
    ShortOffset {
        /// Smallest delay that there may be.
        found_ms: f64,
        /// Smallest delay allowed.
        least: Duration,
    },
    /// A delay too long for the grid of drawn delays.
    #[error("delay may be {} ms, expected at most {most} (65535 times delay_resolution)", legible(*.found_ms))]
    LongDelay {
        /// The part of the delay.
        key: &'static str,
        /// Largest delay that may be drawn.
        found_ms: f64,
        /// Largest delay allowed.
        most: Duration,
    },
    /// A delay beyond the clock.
    #[error("delay: {cause}")]
    DelayRange {
        /// The part of the delay.
        key: &'static str,
        /// What the clock says.
        cause: TimeRangeError,
    },
    /// A grid of delays without steps.
    #[error("delay_resolution is {found}, expected more than 0")]
    Resolution {
        /// What was given.
        found: Duration,
    },
    /// More synapses than offsets can count.
    #[error("found more than {most} synapses in one lane, expected fewer", most = u32::MAX)]
    TooManySynapses,
    /// More distinct delays than a lane can tell apart.
    #[error("found more than {most} distinct delays in one lane, expected fewer")]
    TooManyDelays {
        /// How many there may be.
        most: usize,
        /// Whether edges give them.
        given: bool,
    },
    /// A lane that is not made of this projection's targets.
    #[error("found a lane that is not made of separate ranges of its {n_target} targets")]
    Lane {
        /// Targets.
        n_target: u32,
    },
    /// Lane-local numbers that do not fit the chosen index.
    #[error("a lane has neuron {local}, expected numbers below {limit}")]
    LaneTooLarge {
        /// Largest number.
        local: u64,
        /// What the index can hold.
        limit: u64,
    },
}

impl RuleError {
    /// The key of the projection that is at fault.
    pub fn key(&self) -> &'static str {
        self.fault.key()
    }

    /// What was found and what was expected, without the name of the projection and without help.
    pub fn reason(&self) -> String {
        self.fault.to_string()
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        self.fault.help()
    }
}

impl RuleFault {
    /// The key of the projection that is at fault.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Stopped
            | Self::Unequal { .. }
            | Self::OnlyAutapses
            | Self::NotPlaced { .. }
            | Self::TooManySynapses => "rule",
            Self::OutOfReach { .. } => "in_degree",
            Self::Velocity { .. } | Self::ShortOffset { .. } => "axonal_delay",
            Self::Degree { key, .. }
            | Self::NotGiven { key }
            | Self::ShortDelay { key, .. }
            | Self::LongDelay { key, .. }
            | Self::DelayRange { key, .. } => key,
            Self::Sizes { .. }
            | Self::SomeAtOnce { .. }
            | Self::TooManyDelays { given: true, .. } => "file",
            Self::ShortListed { .. } => "dendritic_delay",
            Self::Own { .. } => "source",
            Self::Weight { .. } => "weight",
            Self::Resolution { .. } | Self::TooManyDelays { given: false, .. } => {
                "delay_resolution"
            }
            Self::Lane { .. } | Self::LaneTooLarge { .. } => "target",
        }
    }

    /// Whether the value of the key is at fault by itself, whatever the populations are.
    pub fn is_of_value(&self) -> bool {
        matches!(
            self,
            Self::Weight { .. }
                | Self::Velocity { .. }
                | Self::ShortOffset { .. }
                | Self::ShortDelay { .. }
                | Self::LongDelay { .. }
                | Self::DelayRange { .. }
        )
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Degree { mendable: true, .. } => {
                "multapses = true allows several synapses between two neurons"
            }
            Self::ShortDelay { drawn: true, .. } => {
                "give the delay a lower bound; draws below it are drawn again"
            }
            Self::ShortDelay { within: true, .. } => {
                "within a population spikes take time; between different populations the delay may be 0 ms"
            }
            Self::NotPlaced { .. } => "give the populations `positions`",
            Self::OutOfReach {
                multapses: false,
                found: 1..,
                ..
            } => {
                "a larger `width` reaches more; multapses = true allows several synapses between two neurons"
            }
            Self::OutOfReach { .. } => "a larger `width` reaches more",
            Self::ShortOffset { .. } => {
                "`offset` is the delay between neurons that lie at one place"
            }
            Self::TooManySynapses => "use more lanes",
            Self::TooManyDelays { given: true, .. } => {
                "use more lanes, or round the delays in the file: 0.001 ms tells 65,535 delays up to 65 ms apart"
            }
            Self::TooManyDelays { given: false, .. } => "use a coarser delay_resolution",
            _ => return None,
        };
        Some(help.into())
    }
}

/// " source" or " sources".
fn sources(n: u64) -> &'static str {
    if n == 1 { " source" } else { " sources" }
}

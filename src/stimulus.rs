//! What drives a network from outside: noise, currents, images, spike lists.
//!
//! A kind of stimulus is one file: its [`Spec`] and an [`Entry`] that says what it brings. A line in [`REGISTRY`] makes it
//! known to model files, `sharpwave describe` and every network.

pub mod burst;
pub mod current;
pub mod episode;
pub mod image;
pub mod place_cells;
pub mod poisson;
pub mod pulse;
mod pulsed;
pub mod replay;
pub mod rhythm;
pub mod spike_list;
mod thinning;
pub mod volley;
pub mod wave;

use std::fmt;
use std::sync::Arc;

use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use wave::Modulation;

/// A spike of one neuron of the driven population.
pub type Spike = (Time, u32);

/// Most spikes that a stimulus draws at once. All are held until they have arrived, half a gigabyte of them, and nobody is heard who
/// asks for an end meanwhile, for about a second.
pub const MOST_AT_ONCE: f64 = 3e7;

/// The rate of each of so many neurons at which as many spikes are drawn in a `tick` as are held at once, in hertz.
pub(crate) fn most_at_once_hz(tick: Duration, neurons: usize) -> f64 {
    MOST_AT_ONCE / (tick.as_ms() * 1e-3 * neurons.max(1) as f64)
}

/// Refuses so many `spikes` at once, which come of `parameter`: as `of` says.
pub(crate) fn held(
    model: &'static str,
    parameter: &'static str,
    spikes: f64,
    of: &str,
) -> Result<(), ParameterError> {
    if spikes <= MOST_AT_ONCE {
        return Ok(());
    }
    let reason = format!(
        " brings {spikes:.1e} spikes at once, of {of}, expected at most {MOST_AT_ONCE:e}: all are held in memory"
    );
    Err(ParameterError::Inconsistent {
        model,
        parameter,
        neuron: None,
        reason,
    })
}

/// A state that does not belong to a stimulus, or cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state does not fit the stimulus: {0}")]
pub struct StateError(pub String);

/// A source of spikes that does not depend on the network, and so can run ahead of it.
pub trait Stimulus: Send + Sync {
    /// Appends the spikes from `now` up to the next tick, in order of time and neuron, and tells when that tick is;
    /// `None` when nothing will follow.
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time>;

    /// A pulse begins at `at`, no earlier than any tick so far: when it is to tick next, if it is one that is pulsed.
    fn pulse(&mut self, _at: Time) -> Option<Time> {
        None
    }

    /// All that changes while it runs, as bytes.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    fn save(&self) -> Result<Vec<u8>, StateError>;

    /// Goes on from what [`save`](Self::save) gave for a stimulus made alike.
    ///
    /// # Errors
    /// If the bytes are no such state; then it must not be run any more.
    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError>;
}

/// `state` as bytes.
///
/// # Errors
/// If it cannot be put into bytes.
pub(crate) fn to_bytes(state: &impl serde::Serialize) -> Result<Vec<u8>, StateError> {
    postcard::to_stdvec(state).map_err(|error| StateError(error.to_string()))
}

/// What [`to_bytes`] was given.
///
/// # Errors
/// If the bytes are of something else.
pub(crate) fn from_bytes<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, StateError> {
    let read = postcard::take_from_bytes(bytes);
    let (state, rest) = read.map_err(|error| StateError(error.to_string()))?;
    match rest.len() {
        0 => Ok(state),
        // Of another version, which holds more.
        n => Err(StateError(format!("found {n} bytes after its end"))),
    }
}

/// What a stimulus that draws its own spikes begins with.
#[derive(Debug, Clone)]
pub struct Onset {
    /// When it is switched on: its own times count from there.
    pub start: Time,
    /// From when on it brings anything: later than that where it goes on with other values.
    pub from: Time,
    /// What its rate goes up and down with.
    pub modulation: Modulation,
    /// Neurons of the driven population.
    pub size: u32,
    /// Seed of the network.
    pub seed: u64,
    /// Name of the stimulus and of the population.
    pub name: String,
    /// Name of the bout in which it is switched on.
    pub bout: String,
    /// What the names of streams that begin now end in: nothing in the first bout.
    pub suffix: String,
    /// A stream of its own.
    pub stream: Stream,
}

/// Begins a stimulus.
pub type Begin = dyn Fn(Onset) -> Box<dyn Stimulus> + Send + Sync;

/// What a stimulus brings to every population that it drives.
#[derive(Clone)]
pub enum Brings {
    /// Independent Poisson spikes onto every neuron.
    Noise {
        /// Rate onto each neuron in hertz.
        rate_hz: f64,
    },
    /// A current into every neuron: from when on, ascending, and how many picoamperes; nothing flows before the first step.
    Current(Vec<(Time, f64)>),
    /// The spikes of a file, each onto the neuron that it names.
    File {
        /// The file, and what is read of it.
        file: spike_list::SpikeFile,
        /// Spikes are moved by this, 0 or more.
        from: Duration,
    },
    /// An image in a file, which one population sees.
    Image(image::Image),
    /// Dreams that are drawn from numbers in a file, which one population has.
    Episodes(episode::Episodes),
    /// Spikes that come as time goes by.
    Spikes(Arc<Begin>),
    /// So many picoamperes for so long from every pulse on.
    CurrentPulse {
        /// The current.
        amplitude_pa: f64,
        /// How long it flows.
        duration: Duration,
    },
    /// Spikes onto some neurons of one population from every pulse on.
    Pulses {
        /// Begins it.
        begin: Arc<Begin>,
        /// The first neuron and how many; `None` for all that follow.
        neurons: (u32, Option<u32>),
        /// Groups that they are divided into.
        groups: u32,
        /// Spikes onto each neuron, on average.
        each: f64,
        /// From the pulse to its last spike at the latest.
        duration: Duration,
    },
}

impl Brings {
    /// What begins spikes of a rate that may follow oscillations.
    pub fn drawn(&self) -> Option<Arc<Begin>> {
        match self {
            Self::Noise { rate_hz } => Some(rhythm::steady(*rate_hz)),
            Self::Spikes(begin) => Some(Arc::clone(begin)),
            _ => None,
        }
    }

    /// How long a pulse lasts, of what comes in pulses.
    pub fn pulse(&self) -> Option<Duration> {
        match self {
            Self::CurrentPulse { duration, .. } | Self::Pulses { duration, .. } => Some(*duration),
            _ => None,
        }
    }
}

impl fmt::Debug for Brings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noise { rate_hz } => write!(f, "Noise({rate_hz} Hz)"),
            Self::Current(steps) => write!(f, "Current({steps:?})"),
            Self::File { file, .. } => write!(f, "File({})", file.path.display()),
            Self::Image(image) => write!(f, "{image:?}"),
            Self::Episodes(episodes) => write!(f, "{episodes:?}"),
            Self::Spikes(_) => write!(f, "Spikes"),
            Self::CurrentPulse {
                amplitude_pa,
                duration,
            } => write!(f, "CurrentPulse({amplitude_pa} pA, {duration})"),
            Self::Pulses { duration, .. } => write!(f, "Pulses({duration})"),
        }
    }
}

/// A kind of stimulus in the registry.
pub struct Entry {
    /// The stimulus as users see it; its targets, and the weight of what brings spikes, are no parameters of its own.
    pub spec: &'static Spec,
    /// Whether it brings spikes, which have a weight; if not, it brings a current, which needs a capacitance.
    pub arrives: bool,
    /// Whether it drives one population alone, because it names its neurons.
    pub names_neurons: bool,
    /// Whether it comes in pulses that something sets off; if not, it is there while it is on.
    pub pulsed: bool,
    /// Parameters that may change while it is on; what brings spikes has a weight besides.
    pub changes: &'static [&'static str],
    /// Whether it can follow oscillations.
    pub swings: bool,
    /// What it brings, from complete values.
    pub build: fn(&Values) -> Result<Brings, ParameterError>,
}

/// Every kind of stimulus.
pub static REGISTRY: &[&Entry] = &[
    &poisson::ENTRY,
    &rhythm::ENTRY,
    &place_cells::ENTRY,
    &current::ENTRY,
    &spike_list::ENTRY,
    &image::ENTRY,
    &episode::PATTERNS,
    &episode::FIELD,
    &episode::COMPONENTS,
    &pulse::ENTRY,
    &burst::ENTRY,
    &volley::ENTRY,
];

/// Every kind as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|entry| entry.spec).collect()
}

/// The kind called `name`.
///
/// # Errors
/// If there is none.
pub fn entry(name: &str) -> Result<&'static Entry, ParameterError> {
    let entry = REGISTRY.iter().find(|entry| entry.spec.name == name);
    entry
        .copied()
        .ok_or_else(|| ParameterError::UnknownModel(name.into()))
}

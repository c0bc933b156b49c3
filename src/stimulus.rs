//! What drives a network from outside: images, spike lists.

pub mod image;
pub mod poisson;
pub mod spike_list;

use crate::base::time::Time;

/// A spike of one neuron of the driven population.
pub type Spike = (Time, u32);

/// A state that does not belong to a stimulus, or cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state does not fit the stimulus: {0}")]
pub struct StateError(pub String);

/// A source of spikes that does not depend on the network, and so can run ahead of it.
pub trait Stimulus: Send + Sync {
    /// Appends the spikes from `now` up to the next tick, in order of time and neuron, and tells when that tick is;
    /// `None` when nothing will follow.
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time>;

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
fn to_bytes(state: &impl serde::Serialize) -> Result<Vec<u8>, StateError> {
    postcard::to_stdvec(state).map_err(|error| StateError(error.to_string()))
}

/// What [`to_bytes`] was given.
///
/// # Errors
/// If the bytes are of something else.
fn from_bytes<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, StateError> {
    postcard::from_bytes(bytes).map_err(|error| StateError(error.to_string()))
}

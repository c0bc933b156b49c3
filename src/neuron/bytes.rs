//! States of populations as bytes.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::StateError;
use crate::base::time::Time;

/// On which path a population was when it was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Path {
    /// That of neurons that share their parameters.
    Shared,
    /// That of neurons with parameters of their own.
    Individual,
}

/// The path of a state, and what follows it.
///
/// # Errors
/// If the bytes are no state.
pub(super) fn path_of(bytes: &[u8]) -> Result<(Path, &[u8]), StateError> {
    postcard::take_from_bytes(bytes).map_err(|error| StateError::Unfit(error.to_string()))
}

/// A state as bytes.
///
/// # Errors
/// If it cannot be written.
pub(super) fn to_bytes(state: &impl Serialize) -> Result<Vec<u8>, StateError> {
    postcard::to_stdvec(state).map_err(|error| StateError::Unwritable(error.to_string()))
}

/// From [`to_bytes`].
///
/// # Errors
/// If the bytes are no such state, or more than one.
pub(super) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StateError> {
    let (state, rest) =
        postcard::take_from_bytes(bytes).map_err(|error| StateError::Unfit(error.to_string()))?;
    if rest.is_empty() {
        Ok(state)
    } else {
        Err(StateError::Unfit(format!(
            "found {} bytes after its end",
            rest.len()
        )))
    }
}

/// Checks that a state is of as many neurons as there are.
///
/// # Errors
/// If it is not.
pub(super) fn check_size(found: usize, expected: usize) -> Result<(), StateError> {
    if found == expected {
        Ok(())
    } else {
        Err(StateError::Unfit(format!(
            "found {found} neurons, expected {expected}"
        )))
    }
}

/// Checks that neurons that a state names are among `size`.
///
/// # Errors
/// If one is not.
pub(super) fn check_neurons(
    named: impl IntoIterator<Item = u32>,
    size: usize,
) -> Result<(), StateError> {
    match named.into_iter().find(|&j| j as usize >= size) {
        None => Ok(()),
        Some(j) => Err(StateError::Unfit(format!(
            "found neuron {j}, expected one of 0 to {}",
            size.saturating_sub(1)
        ))),
    }
}

/// Checks that a clock's origin does not lie after the instant last advanced to.
///
/// # Errors
/// If it does.
pub(super) fn check_clock(origin: Time, now: Time) -> Result<(), StateError> {
    if now < origin {
        return Err(StateError::Unfit(format!(
            "found the instant {now}, expected none before {origin}"
        )));
    }
    Ok(())
}

/// The error of a state whose neurons fire by themselves where these do not, or the other way round.
pub(super) fn driven_otherwise() -> StateError {
    StateError::Unfit(
        "found neurons that are driven otherwise, expected the same parameters".into(),
    )
}

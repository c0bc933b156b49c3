//! From a described network to a simulation of it.

use crate::engine::assembly::{AssemblyError, assemble_watched};
use crate::engine::simulation::Simulation;
use crate::engine::watch::{Unwatched, Watch};
use crate::network::{Network, NetworkError};

/// A network that cannot be simulated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// Its description does not fit together.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// It cannot be assembled.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
}

impl Simulation {
    /// `network` at t = 0, with all of its stimuli on.
    ///
    /// # Errors
    /// If something about it does not fit: the place is named.
    pub fn of(network: &Network) -> Result<Self, BuildError> {
        Self::watched(network, &Unwatched)
    }

    /// As [`of`](Self::of), while `watch` does not say to stop.
    ///
    /// # Errors
    /// As [`of`](Self::of), and if it did.
    pub fn watched(network: &Network, watch: &dyn Watch) -> Result<Self, BuildError> {
        Ok(assemble_watched(&network.plan()?, watch)?)
    }
}

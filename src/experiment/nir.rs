//! Networks in the Neuromorphic Intermediate Representation as model files, and networks as NIR.
//!
//! NIR has no clock and no units. Its spikes go from step to step of whatever runs a graph, as pulses of height 1 that last
//! a step `dt`; the frameworks that write such files choose `r` and `w_in` for theirs. So a spike moves the potential of a
//! `LIF` by weight · r · dt / tau, and the current of a `CubaLIF` by weight · w_in · dt / tau_syn. A potential of 1 is 1 mV,
//! a current of 1 is 1 pA.

mod export;
mod import;

use crate::base::time::MS_PER_S;
use crate::experiment::export::ExportError;
use crate::mlp::weight_file::WeightFileError;
use crate::record::output::OutputError;

pub use export::{Exported, export};
pub use import::import;

/// Why a network cannot come from NIR or go there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NirError {
    /// The NIR file.
    #[error(transparent)]
    File(#[from] WeightFileError),
    /// The model.
    #[error(transparent)]
    Model(#[from] ExportError),
    /// A part of the model that NIR has no word for.
    #[error("{what} `{name}`: found {found}, expected {expected}: NIR has nothing else")]
    NoCounterpart {
        /// A population or projection.
        what: &'static str,
        /// Its name.
        name: String,
        /// What it is.
        found: String,
        /// What it could be.
        expected: &'static str,
    },
    /// The file to write.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// A neuron without a leak loses nothing that counts within hours: the leak of its counterpart, in ms.
const NO_LEAK_MS: f64 = 1e8;

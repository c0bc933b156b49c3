//! What a run does at its bouts.

use std::ops::ControlFlow;

use crate::base::time::Time;
use crate::engine::simulation::{Detection, Pulse, Simulation};
use crate::protocol::hypnogram::Bout;
use crate::record::run_file::RunFile;
use crate::run::error::{ResumeError, RunError};
use crate::run::progress::Watch;

/// Everything that a [`Run`](super::Run) leaves to those who know what it is for: where its networks come from, and what
/// happens at bouts that are not simulated. Training, tests and weights that go in and out of a spiking network live here.
pub trait Act {
    /// Why an act fails.
    type Error: From<RunError>;

    /// The network of the simulated `bout`, driven, at the bout's start; nothing while there is more to do for it, of which
    /// this did a piece short enough that nobody waits for its end, or if `watch` said to stop meanwhile. It is the same
    /// however often it is asked for before the bout's end: a run that goes on within a bout asks again.
    ///
    /// # Errors
    /// If it cannot be built.
    fn build(&mut self, bout: &Bout, watch: &dyn Watch) -> Result<Option<Simulation>, Self::Error>;

    /// The simulated `bout` begins, for the first time.
    ///
    /// # Errors
    /// If what is recorded then cannot be written.
    fn begin(&mut self, bout: &Bout, file: Option<&mut RunFile>) -> Result<(), Self::Error>;

    /// `nodes` of the population at index `population` spiked at `t`.
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]);

    /// Triggers found these, and these pulses began, since the last time; spikes before `now` have been shown.
    fn stimulation(&mut self, _now: Time, _detections: &[Detection], _pulses: &[Pulse]) {}

    /// The simulated `bout` is over.
    ///
    /// # Errors
    /// If what is recorded then cannot be written.
    fn end(
        &mut self,
        bout: &Bout,
        simulation: Simulation,
        file: Option<&mut RunFile>,
    ) -> Result<(), Self::Error>;

    /// A piece of a `bout` that takes no simulated time, short enough that nobody waits for its end; breaks once the bout
    /// is over.
    ///
    /// # Errors
    /// If it fails.
    fn step(
        &mut self,
        bout: &Bout,
        file: Option<&mut RunFile>,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, Self::Error>;

    /// Every bout is over: what only the way needed can go.
    fn finish(&mut self) {}

    /// Everything that changes while a run goes on.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    fn save(&self) -> Result<Vec<u8>, ResumeError>;

    /// Goes on from what [`save`](Self::save) gave.
    ///
    /// # Errors
    /// If the bytes are of something else.
    fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError>;
}

/// `state` as bytes.
///
/// # Errors
/// If it cannot be put into bytes.
pub fn pack(state: &impl serde::Serialize) -> Result<Vec<u8>, ResumeError> {
    let unpackable = |error: postcard::Error| ResumeError::State(error.to_string());
    // A vector that grows would hold the largest states twice.
    let size = postcard::experimental::serialized_size(state).map_err(unpackable)?;
    postcard::to_extend(state, Vec::with_capacity(size)).map_err(unpackable)
}

/// The first field of what [`pack`] put into `bytes`, without a look at the others.
///
/// # Errors
/// If the bytes are of something else.
pub fn unpack_first<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, ResumeError> {
    let (first, _) =
        postcard::take_from_bytes(bytes).map_err(|error| ResumeError::State(error.to_string()))?;
    Ok(first)
}

/// What [`pack`] put into `bytes`.
///
/// # Errors
/// If the bytes are of something else.
pub fn unpack<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, ResumeError> {
    postcard::from_bytes(bytes).map_err(|error| ResumeError::State(error.to_string()))
}

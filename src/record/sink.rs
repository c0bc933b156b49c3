//! Where observers put what they see: the one interface between the engine and a file format.

use super::error::RecordError;
use super::length::Lengths;
use super::table::Accuracy;
use super::weight_statistics::WeightStatistics;
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::plasticity::Synapse;

/// One uninterrupted piece of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bout {
    /// Name as the user sees it: `sleep 1`.
    pub name: String,
    /// What kind of bout: the stage that it is in, or else `run`, `sleep`, `training` or `test`.
    pub kind: String,
    /// When it began.
    pub start: Time,
    /// When it ended; equal to `start` for a bout that takes no simulated time.
    pub stop: Time,
}

/// Synapses of a projection that came and went at an instant, with targets over the target populations.
#[derive(Debug, Clone, PartialEq)]
pub struct Edits {
    /// When.
    pub time: Time,
    /// Those that went, as they were.
    pub removed: Vec<Synapse>,
    /// Those that came.
    pub added: Vec<Synapse>,
}

/// What a trigger found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// When what it looks for began.
    pub event: Time,
    /// When it told.
    pub told: Time,
}

/// A pulse of a stimulus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulsed {
    /// When what set it off began.
    pub event: Time,
    /// When it began itself.
    pub time: Time,
    /// Whether it was delivered.
    pub is_delivered: bool,
}

/// Takes all that a run produces, as it does: every experiment records by this alone.
pub trait Sink {
    /// Neurons `nodes` of population `population` fired at `time`. Times of one population never decrease.
    ///
    /// # Errors
    /// If an earlier write failed: what was flushed before it is safe.
    fn spikes(&mut self, population: usize, time: Time, nodes: &[u32]) -> Result<(), RecordError>;

    /// A bout has ended.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn bout(&mut self, bout: &Bout) -> Result<(), RecordError>;

    /// A network has been tested.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn accuracy(&mut self, score: &Accuracy) -> Result<(), RecordError>;

    /// The weights of a projection at `time`, target × source.
    ///
    /// # Errors
    /// As [`Sink::spikes`], and if the shape is not that of the layout.
    fn weights(
        &mut self,
        projection: usize,
        label: &str,
        time: Time,
        values: &Matrix,
    ) -> Result<(), RecordError>;

    /// The synapses of a sparse projection at `time`, in one order: always the same unless they come and go.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn synapses(
        &mut self,
        projection: usize,
        label: &str,
        time: Time,
        synapses: Vec<Synapse>,
    ) -> Result<(), RecordError>;

    /// Synapses of a projection came and went; times never decrease.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn edits(&mut self, projection: usize, edits: Edits) -> Result<(), RecordError>;

    /// A trigger found something; times never decrease.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn detection(&mut self, trigger: usize, detected: Detected) -> Result<(), RecordError>;

    /// A pulse of a stimulus began; times never decrease.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn pulse(&mut self, stimulus: usize, pulse: Pulsed) -> Result<(), RecordError>;

    /// What the weights of a projection are at `time`; it is always the same synapses that are followed.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn weight_statistics(
        &mut self,
        projection: usize,
        time: Time,
        statistics: WeightStatistics,
    ) -> Result<(), RecordError>;

    /// The values of one frame of a report, a value for each of its neurons: those of instant k times its interval, if
    /// k frames came before.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn frame(
        &mut self,
        report: usize,
        values: &mut dyn Iterator<Item = f32>,
    ) -> Result<(), RecordError>;

    /// The run of `seed` has come to its end, and `hex` are the digits of its fingerprint.
    ///
    /// # Errors
    /// As [`Sink::spikes`].
    fn fingerprint(&mut self, seed: u64, hex: &str) -> Result<(), RecordError>;

    /// Waits until everything recorded so far would survive a kill and a power cut: how long every dataset is then, which
    /// is what a checkpoint keeps.
    ///
    /// # Errors
    /// If a write failed.
    fn secure(&mut self) -> Result<Lengths, RecordError>;
}

/// Keeps nothing: for seeds that leave no file of their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Sink for Nowhere {
    fn spikes(&mut self, _: usize, _: Time, _: &[u32]) -> Result<(), RecordError> {
        Ok(())
    }

    fn bout(&mut self, _: &Bout) -> Result<(), RecordError> {
        Ok(())
    }

    fn accuracy(&mut self, _: &Accuracy) -> Result<(), RecordError> {
        Ok(())
    }

    fn weights(&mut self, _: usize, _: &str, _: Time, _: &Matrix) -> Result<(), RecordError> {
        Ok(())
    }

    fn synapses(&mut self, _: usize, _: &str, _: Time, _: Vec<Synapse>) -> Result<(), RecordError> {
        Ok(())
    }

    fn edits(&mut self, _: usize, _: Edits) -> Result<(), RecordError> {
        Ok(())
    }

    fn detection(&mut self, _: usize, _: Detected) -> Result<(), RecordError> {
        Ok(())
    }

    fn pulse(&mut self, _: usize, _: Pulsed) -> Result<(), RecordError> {
        Ok(())
    }

    fn weight_statistics(
        &mut self,
        _: usize,
        _: Time,
        _: WeightStatistics,
    ) -> Result<(), RecordError> {
        Ok(())
    }

    fn frame(&mut self, _: usize, _: &mut dyn Iterator<Item = f32>) -> Result<(), RecordError> {
        Ok(())
    }

    fn fingerprint(&mut self, _: u64, _: &str) -> Result<(), RecordError> {
        Ok(())
    }

    fn secure(&mut self) -> Result<Lengths, RecordError> {
        Ok(Lengths::default())
    }
}

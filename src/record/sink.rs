//! Where observers put what they see: the one interface between the engine and a file format.

use ndarray::ArrayView2;

use super::error::RecordError;
use super::table::Accuracy;
use crate::base::time::Time;

/// One uninterrupted piece of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bout {
    /// Name as the user sees it: `sleep 1`.
    pub name: String,
    /// What kind of bout: a sleep stage, `train` or `test`.
    pub kind: String,
    /// When it began.
    pub start: Time,
    /// When it ended; equal to `start` for a bout that takes no simulated time.
    pub stop: Time,
}

/// Takes spikes, bouts, scores and weights as a run produces them.
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
        values: ArrayView2<'_, f32>,
    ) -> Result<(), RecordError>;
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

    fn weights(
        &mut self,
        _: usize,
        _: &str,
        _: Time,
        _: ArrayView2<'_, f32>,
    ) -> Result<(), RecordError> {
        Ok(())
    }
}

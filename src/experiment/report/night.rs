//! A sleep of a layered network, as reports look at it.

use super::Subject;
use crate::analysis::dream::Reading;
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::experiment::error::ExperimentError;
use crate::protocol::hypnogram::Bout;

/// Spikes of neurons, no neuron twice.
pub(super) type Counts = Vec<(usize, u32)>;

/// A window of sleep in which neurons fired together.
pub(super) struct Dream {
    /// When it began.
    pub(super) start: Time,
    /// What the readout makes of it.
    pub(super) reading: Reading,
    /// Spikes of the first hidden layer.
    pub(super) first: Counts,
}

/// A sleep.
pub(super) struct Night {
    /// When.
    pub(super) bout: Bout,
    /// Its dreams, evenly chosen.
    pub(super) dreams: Vec<Dream>,
    /// Windows with enough cells, of which `dreams` are some.
    pub(super) found: usize,
    /// From the input to the first hidden layer, as it was before.
    pub(super) fields: Matrix,
}

/// The weights of `projection` when `bout` began; `None` if the run has not come so far or they are not recorded.
pub(super) fn weights_before(
    subject: &Subject,
    projection: &str,
    bout: &Bout,
) -> Result<Option<Matrix>, ExperimentError> {
    let run = &subject.recording;
    let label = format!("before {}", bout.name);
    let moments = run.moments(projection)?;
    let number = moments.iter().position(|(found, _)| *found == label);
    Ok(match number {
        Some(number) => Some(run.snapshot(projection, number)?.weights),
        None => None,
    })
}

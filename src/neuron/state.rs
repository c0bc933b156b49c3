//! The state of a population apart from how it is calculated, so that its parameters can change while it runs.

use super::bytes::{Path, check_neurons, check_size, path_of};
use super::individual::{Dynamics, Individual};
use super::{Model, Neurons, Setup, StateError};
use crate::base::parameter::{ParameterError, Spec};
use crate::base::process;
use crate::base::time::Time;

/// A population as it is at an instant, in numbers that mean the same whatever its parameters are and on whatever path it
/// is calculated.
#[derive(Debug, Clone)]
pub struct State {
    /// Name of the model.
    pub model: &'static str,
    /// Neurons.
    pub size: usize,
    /// The instant: the one last advanced to, or that of an event of noise that has been taken in since.
    pub now: Time,
    /// Current injected, in picoamperes.
    pub injected_pa: f64,
    /// What makes up the state of each neuron in turn, equally many numbers in held units: the potential, currents.
    pub numbers: Vec<f64>,
    /// Neurons that are refractory, and until when. They are held at the reset potential, whatever their own is here.
    pub refractory: Vec<(Time, u32)>,
    /// Neurons that fire at this instant, whatever arrives.
    pub due: Vec<u32>,
    /// The random process that makes them fire, if one does; `numbers` are its rates.
    pub process: Option<process::State>,
}

impl State {
    /// Of neurons of which nothing is refractory, due or injected.
    pub(super) fn new(spec: &Spec, size: usize, now: Time, numbers: Vec<f64>) -> Self {
        Self {
            model: spec.name,
            size,
            now,
            injected_pa: 0.0,
            numbers,
            refractory: Vec::new(),
            due: Vec::new(),
            process: None,
        }
    }

    /// Checks that it is of `size` neurons of the model, of `width` numbers each.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn check(&self, spec: &Spec, size: usize, width: usize) -> Result<(), StateError> {
        if self.model != spec.name {
            return Err(StateError::Unfit(format!(
                "found the model `{}`, expected `{}`",
                self.model, spec.name
            )));
        }
        check_size(self.size, size)?;
        if self.numbers.len() != size * width {
            return Err(StateError::Unfit(format!(
                "found {} numbers, expected {width} for each of {size} neurons",
                self.numbers.len()
            )));
        }
        let named = self.refractory.iter().map(|&(_, j)| j);
        check_neurons(named.chain(self.due.iter().copied()), size)
    }

    /// Neurons that are refractory at this instant, and until when.
    pub(super) fn held(&self) -> impl Iterator<Item = (Time, u32)> {
        let held = self.refractory.iter().copied();
        held.filter(|&(end, _)| end > self.now)
    }
}

/// Parameters that a population cannot change to.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AlterError {
    /// They are none of the model's, or contradict each other.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The population is of another model or size.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The population that `neurons` become when their parameters change to those of `setup` at the instant last advanced
/// to; it may go on on another path. Nothing else changes at that instant: potentials and currents stay what they are (to
/// rounding, since the clock on which a path keeps them begins anew), so does the current injected; what is refractory
/// stays so until its end, held at the new reset potential, and a new period acts on later spikes; a crossing that is due
/// at this instant is honoured. A neuron that is at or above its new threshold fires at this instant. Sources of which a
/// rate has changed draw anew from the stream of `setup`, which should be another one than they had.
///
/// What depends on the parameters outside of the population must be made anew: [`Neurons::growth`] is another.
///
/// # Errors
/// If the parameters are missing or out of range or contradict each other, or `neurons` are of another model or size;
/// they go on as they are then.
pub fn alter(
    neurons: &dyn Neurons,
    model: &Model,
    setup: Setup<'_>,
) -> Result<Box<dyn Neurons>, AlterError> {
    let mut altered = (model.build)(setup)?;
    altered.set_state(&neurons.state())?;
    Ok(altered)
}

/// What follows the path in `bytes`, the state of neurons that share their parameters; or `None` if `neurons` have taken
/// on the state that neurons of the same parameters, `own`, have had on the path of those with parameters of their own.
///
/// # Errors
/// If the bytes are no such state.
pub(super) fn of_shared<'a, D: Dynamics>(
    neurons: &mut dyn Neurons,
    own: Vec<D>,
    bytes: &'a [u8],
) -> Result<Option<&'a [u8]>, StateError> {
    let (path, rest) = path_of(bytes)?;
    if path == Path::Shared {
        return Ok(Some(rest));
    }
    let mut other = Individual::new(own);
    other.load(bytes)?;
    neurons.set_state(&other.state())?;
    Ok(None)
}

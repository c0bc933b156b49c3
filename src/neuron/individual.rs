//! Neurons of which each has parameters of its own: the general path.
//!
//! Where time constants differ, decay does not factor out of the loop over synapses; each neuron is then brought to the
//! instant of each of its arrivals, with an exponential or a few. What a neuron does is a [`Dynamics`]: pure functions of
//! one neuron. Everything else (refractoriness, who is tested when, crossings between arrivals, saving) is the
//! container's and the same for all models.

mod cell;
mod decays;
mod lif;
mod lif_adaptive;
mod lif_exp;
mod population;

use cell::Cell;
pub use lif::Lif;
pub use lif_adaptive::LifAdaptive;
pub use lif_exp::LifExp;
pub use population::Individual;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::function::exp_polynomial;
use crate::base::legible::legible;
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::{Neurons, Setup};

/// Exponentials that a model's neurons may need at most for one arrival.
pub const MOST_RATES: usize = 4;

/// One neuron: its parameters, and what they make of its state. Times are in picoseconds.
pub trait Dynamics: Copy + PartialEq + Send + Sync + 'static {
    /// All of a neuron that changes.
    type State: Copy + Send + Sync + Serialize + DeserializeOwned + 'static;

    /// The model as users see it.
    const SPEC: &'static Spec;

    /// Whether arrivals bring currents, which go on while the neuron is refractory and may carry it to its threshold
    /// later. Otherwise they move the potential at once, and are lost on a refractory neuron.
    const HAS_CURRENTS: bool;

    /// Whether an arrival that inhibits, too, may bring a spike or bring it sooner.
    const REBOUNDS: bool = false;

    /// Whether a spike may leave the neuron at its threshold or above: then any arrival may bring the next.
    #[inline(always)]
    fn keeps_excess(&self) -> bool {
        false
    }

    /// How many [`numbers`](Self::numbers) make up a state.
    const WIDTH: usize;

    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing or out of range, or values contradict each other.
    fn new(values: &Values) -> Result<Self, ParameterError>;

    /// Refractory period.
    fn t_ref(&self) -> Duration;

    /// The state at rest.
    fn rest(&self) -> Self::State;

    /// How many exponentials it takes to bring a neuron to the instant of an arrival; at most [`MOST_RATES`].
    const RATES: usize = 0;

    /// Writes what they are exponentials of when `dt` picoseconds pass.
    fn exponents(&self, dt: f64, exponents: &mut [f64]) {
        let _ = (dt, exponents);
    }

    /// `dt` picoseconds pass, of which `left` are the exponentials: what is left at each of the neuron's rates.
    fn decay(&self, state: &mut Self::State, dt: f64, left: &[f64]);

    /// Time passes.
    #[inline(always)]
    fn advance(&self, state: &mut Self::State, dt: f64) {
        let mut left = [0.0; MOST_RATES];
        let left = &mut left[..Self::RATES];
        self.exponents(dt, left);
        for x in &mut *left {
            *x = exp_polynomial(*x);
        }
        self.decay(state, dt, left);
    }

    /// Time passes in which the potential is held.
    fn hold(&self, state: &mut Self::State, dt: f64);

    /// A weight arrives.
    fn receive(&self, state: &mut Self::State, weight: f64);

    /// Whether the neuron is at its threshold, up to rounding.
    fn is_reached(&self, state: &Self::State) -> bool;

    /// The neuron fires: the potential is reset.
    fn fire(&self, state: &mut Self::State);

    /// From now on `current_pa` flows in, in addition to the constant current of the parameters.
    fn inject(&mut self, current_pa: f64);

    /// Whether the neuron reaches its threshold however long nothing has arrived: a constant current carries it there.
    fn is_driven(&self) -> bool;

    /// Whether it may reach its threshold within `within`, which may be infinite, from this state if nothing arrives:
    /// cheap, and never wrongly no. A population in which no neuron ever may costs nothing while nothing arrives.
    fn may_cross(&self, state: &Self::State, within: f64) -> bool;

    /// How long it takes to reach its threshold from this state if nothing arrives, if that is at most `within`, which is
    /// finite; or a time before that at which it is to be looked at again.
    fn crossing(&self, state: &Self::State, within: f64) -> Option<f64>;

    /// The model's variable of this number; the potential is the first.
    fn variable(&self, state: &Self::State, variable: usize) -> f64;

    /// Sets the potential.
    fn set_potential(&self, state: &mut Self::State, v: f64);

    /// Whether the state is a number in all its parts.
    fn is_finite(&self, state: &Self::State) -> bool;

    /// The state in numbers that mean the same whatever the parameters: potentials and currents in held units.
    fn numbers(&self, state: &Self::State) -> impl IntoIterator<Item = f64>;

    /// The state that has these numbers; that of a refractory neuron, `held`, has the reset potential.
    fn of_numbers(&self, numbers: &[f64], held: bool) -> Self::State;

    /// The fast path for `size` neurons with these parameters; `None` where the model has none.
    fn fast(&self, size: usize) -> Option<Box<dyn Neurons>> {
        let _ = size;
        None
    }

    /// The fast path for neurons that differ, where the model has one for what they differ in.
    fn fast_of(all: &[Self]) -> Option<Box<dyn Neurons>> {
        let _ = all;
        None
    }
}

/// A population on the fast path of its model, if it has one for what its neurons differ in; else one each of whose neurons
/// has all parameters of its own.
///
/// # Errors
/// If a parameter has not one value per neuron, or the values of a neuron are missing, out of range or contradict each
/// other: the first such neuron is named.
pub fn build<D: Dynamics>(setup: &Setup<'_>) -> Result<Box<dyn Neurons>, ParameterError> {
    if setup.each.is_empty()
        && let Some(fast) = D::new(setup.values)?.fast(setup.size)
    {
        return Ok(fast);
    }
    let mut values = setup.values.clone();
    for (&name, each) in setup.each {
        if each.len() != setup.size {
            return Err(ParameterError::Inconsistent {
                model: D::SPEC.name,
                parameter: name,
                neuron: None,
                reason: format!(
                    " has {} values, expected one for each of {} neurons",
                    each.len(),
                    setup.size
                ),
            });
        }
    }
    let mut dynamics = Vec::with_capacity(setup.size);
    for j in 0..setup.size {
        for (name, each) in setup.each {
            values.insert(name, each[j]);
        }
        dynamics.push(D::new(&values).map_err(|error| of_neuron(j, error))?);
    }
    Ok(D::fast_of(&dynamics).unwrap_or_else(|| Box::new(Individual::new(dynamics))))
}

/// Bytes of such a neuron in memory: its state and its parameters.
pub fn bytes<D: Dynamics>() -> usize {
    size_of::<Cell<D::State>>() + size_of::<D>()
}

/// The error with the neuron that it is about.
fn of_neuron(j: usize, error: ParameterError) -> ParameterError {
    let (model, parameter, reason) = match error {
        ParameterError::Inconsistent {
            model,
            parameter,
            neuron: _,
            reason,
        } => (model, parameter, reason),
        ParameterError::OutOfRange {
            model,
            parameter,
            value,
            unit,
            expected,
        } => (
            model,
            parameter,
            format!(" is {}{unit}, expected {expected}", legible(value)),
        ),
        other => return other,
    };
    ParameterError::Inconsistent {
        model,
        parameter,
        neuron: Some(j),
        reason,
    }
}

#[cfg(test)]
mod tests;

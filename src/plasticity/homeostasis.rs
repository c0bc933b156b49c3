//! Slow forces on weights: at declared instants all synapses of a neuron are changed together.
//!
//! A force is one file: its [`Spec`], and what it does to the strengths of one neuron's synapses, a [`Homeostasis`]. A line
//! in [`REGISTRY`] makes it known to model files, `sharpwave describe` and every network. Who calls it owns the instants,
//! bounds, signs, and the rates that it may go by.

mod decay;
mod downscaling;
mod normalisation;
mod scaling;

use std::fmt::Debug;

use crate::base::parameter::{ParameterError, Spec, Values};

/// What a force does to the synapses of one neuron.
pub trait Homeostasis: Debug + Send + Sync {
    /// Whose synapses it takes together.
    fn side(&self) -> Side {
        Side::Target
    }

    /// The time constant in milliseconds with which rates are averaged that it goes by; `None` if it goes by none.
    fn average_ms(&self) -> Option<f64> {
        None
    }

    /// Changes the strengths, without sign, of all synapses of one neuron that are of one projection; `rate_hz` is that of
    /// the neuron, if it goes by rates. Bounds are kept by who calls.
    fn act(&self, strengths: &mut [f64], rate_hz: f64);
}

/// Whose synapses a force takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Those onto one target.
    Target,
    /// Those from one source.
    Source,
}

/// A force in the registry.
pub struct Entry {
    /// The force as users see it; projections and instants are no parameters of its own.
    pub spec: &'static Spec,
    /// The force with complete values.
    pub build: fn(&Values) -> Result<Box<dyn Homeostasis>, ParameterError>,
}

/// Every force.
pub static REGISTRY: &[&Entry] = &[
    &scaling::ENTRY,
    &downscaling::ENTRY,
    &normalisation::ENTRY,
    &decay::ENTRY,
];

/// Every force as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|entry| entry.spec).collect()
}

/// The force called `name` with `values` for its parameters.
///
/// # Errors
/// If there is none, or a value is missing, unknown or out of range.
pub fn build(name: &str, values: &Values) -> Result<Box<dyn Homeostasis>, ParameterError> {
    let entry = REGISTRY.iter().find(|entry| entry.spec.name == name);
    let entry = entry.ok_or_else(|| ParameterError::UnknownModel(name.into()))?;
    (entry.build)(&crate::base::parameter::complete(entry.spec, values)?)
}

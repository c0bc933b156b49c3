//! Slow forces: at declared instants all synapses of a neuron are changed together, synapses come and go, or thresholds move.
//!
//! A force is one file: its [`Spec`], and what it does to the strengths of one neuron's synapses, a [`Homeostasis`], to
//! the wiring of a projection, a [`Rewiring`], to the thresholds of a population, an [`Excitability`], or to which of its
//! neurons are there, a [`Birth`]. A line in [`REGISTRY`] makes it known to model files, `sharpwave describe` and every
//! network. Who calls it owns the instants, bounds, signs, and the rates that it may go by.

mod balance;
mod contacts;
mod decay;
mod downscaling;
pub mod excitability;
mod forgetting;
mod free;
pub mod neurogenesis;
mod normalisation;
mod scaling;
mod shuffle;
mod structural;
mod taken;
mod threshold;
mod turnover;
pub mod wiring;

use std::fmt::Debug;

use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::stream::Stream;
use excitability::Excitability;
use neurogenesis::Birth;
use wiring::Rewiring;

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

    /// Whether it takes weights with their sign, of rules that do.
    fn is_signed(&self) -> bool {
        false
    }

    /// What is left at an instant of the way from the weight that a synapse was declared with, if that is all that it does.
    fn left(&self) -> Option<f64> {
        None
    }

    /// Changes the strengths, without sign unless it [takes it](Self::is_signed), of all synapses of one neuron that are of one projection; `rate_hz` is that of
    /// the neuron, if it goes by rates; `draw` is a stream of this neuron and instant alone. Bounds are kept by who calls.
    fn act(&self, strengths: &mut [f64], rate_hz: f64, draw: &dyn Fn() -> Stream);
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
    /// The force as users see it; what it acts on and instants are no parameters of its own.
    pub spec: &'static Spec,
    /// What it acts on.
    pub acts_on: ActsOn,
    /// The force with complete values.
    pub build: fn(&Values) -> Result<Act, ParameterError>,
}

/// What a force acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActsOn {
    /// Weights of projections that learn.
    Weights,
    /// Who is connected with whom in a projection that learns.
    Wiring,
    /// Neurons of populations.
    Neurons,
}

/// What a force does.
#[derive(Debug)]
pub enum Act {
    /// To strengths.
    Weights(Box<dyn Homeostasis>),
    /// To who is connected with whom.
    Wiring(Box<dyn Rewiring>),
    /// To how easily neurons fire.
    Neurons(Box<dyn Excitability>),
    /// To which neurons there are.
    Birth(Birth),
}

impl Act {
    /// The time constant in milliseconds with which rates are averaged that it goes by; `None` if it goes by none.
    pub fn average_ms(&self) -> Option<f64> {
        match self {
            Self::Weights(force) => force.average_ms(),
            Self::Wiring(force) => force.average_ms(),
            Self::Neurons(force) => force.average_ms(),
            Self::Birth(_) => None,
        }
    }

    /// Whether it can go on as `other`, with what it remembers.
    pub fn may_become(&self, other: &Self) -> bool {
        let kept = match (self, other) {
            (Self::Neurons(one), Self::Neurons(other)) => one.range() == other.range(),
            (Self::Birth(one), Self::Birth(other)) => one.at_first == other.at_first,
            _ => true,
        };
        kept && self.average_ms() == other.average_ms()
    }

    /// Whether it goes by spikes at all.
    pub fn counts(&self) -> bool {
        self.average_ms().is_some() || matches!(self, Self::Neurons(_))
    }
}

/// Every force.
pub static REGISTRY: &[&Entry] = &[
    &scaling::ENTRY,
    &downscaling::ENTRY,
    &normalisation::ENTRY,
    &decay::ENTRY,
    &forgetting::ENTRY,
    &balance::ENTRY,
    &turnover::ENTRY,
    &structural::ENTRY,
    &shuffle::ENTRY,
    &contacts::ENTRY,
    &threshold::ENTRY,
    &neurogenesis::ENTRY,
];

/// Every force as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|entry| entry.spec).collect()
}

/// What the force called `name` acts on, if there is one.
pub fn acts_on(name: &str) -> Option<ActsOn> {
    let mut entries = REGISTRY.iter();
    let found = entries.find(|entry| entry.spec.name == name);
    found.map(|entry| entry.acts_on)
}

/// The force called `name` with `values` for its parameters.
///
/// # Errors
/// If there is none, or a value is missing, unknown or out of range.
pub fn build(name: &str, values: &Values) -> Result<Act, ParameterError> {
    let entry = REGISTRY.iter().find(|entry| entry.spec.name == name);
    let entry = entry.ok_or_else(|| ParameterError::UnknownModel(name.into()))?;
    (entry.build)(&crate::base::parameter::complete(entry.spec, values)?)
}

/// For tests of forces that draw nothing.
#[cfg(test)]
fn no_stream() -> Stream {
    unreachable!("nothing is drawn")
}

/// The force called `name`, which acts on weights: for tests of one neuron.
#[cfg(test)]
fn of_weights(name: &str, values: &Values) -> Box<dyn Homeostasis> {
    match build(name, values) {
        Ok(Act::Weights(force)) => force,
        other => panic!("{name}: {other:?}"),
    }
}

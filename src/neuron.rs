//! Neuron models: pure numerics of one population, knowing neither network nor engine.
//!
//! A model is one file: its [`ModelSpec`], and a population of it behind [`Neurons`]. Populations are structures of
//! arrays; calls are per row of synapses, never per neuron, so that the loops inside are compiled for the model.

pub mod lif;

use crate::base::parameter::{ModelSpec, ParameterError, Values};
use crate::base::time::Time;

/// Weights of a sparse row.
#[derive(Debug, Clone, Copy)]
pub enum RowWeights<'a> {
    /// All synapses have this one.
    One(f32),
    /// One per target.
    Each(&'a [f32]),
}

/// A piece of external noise: events in order, each to one neuron.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a> {
    /// Instant from which `growth` counts.
    pub start: Time,
    /// e^((t − start)/τ) of each event, for the population's time constant.
    pub growth: &'a [f64],
    /// Neuron of each event.
    pub targets: &'a [u16],
}

/// A population of neurons of one model.
///
/// An instant goes: [`advance`](Self::advance) to it, [`receive`](Self::receive) every row that arrives,
/// [`fire`](Self::fire) once. So each neuron is tested once per instant, after all arrivals are in.
pub trait Neurons: Send {
    /// Number of neurons.
    fn size(&self) -> usize;

    /// Whether neurons may fire without an arrival.
    fn is_spontaneous(&self) -> bool;

    /// Returns every neuron to rest at `t`, which becomes the origin of its clock: a stage run at t = 0 and at
    /// t = 8 h gives the same bits.
    fn reset(&mut self, t: Time);

    /// Moves the population to `t`, not before any earlier instant.
    fn advance(&mut self, t: Time);

    /// Adds `gain · row[j]` to the potential of every neuron j, for each row in turn. Rows have one weight per neuron.
    fn receive(&mut self, rows: &[&[f32]], gain: f64);

    /// Adds `gain · weight` to the potential of each of `targets` in turn; one may stand there more than once. For
    /// populations of at most 65,536 neurons.
    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>, gain: f64);

    /// Adds `weight` to the target of each event at its own instant, without advancing, up to and including the first
    /// that may reach the threshold; tells which that was. The caller advances to its instant, delivers what else
    /// arrives then, and lets the population fire. No event may lie beyond [`next_due`](Self::next_due).
    fn receive_events(&mut self, events: Events<'_>, weight: f64) -> Option<usize>;

    /// The next instant at which the population changes by itself and wants to be advanced to: a refractory end, or a
    /// move of its clock.
    fn next_due(&self) -> Time;

    /// Tests every neuron, resets those at or above threshold and appends them to `fired` in ascending order.
    fn fire(&mut self, fired: &mut Vec<u32>);

    /// Membrane potential of neuron `j` at the instant last advanced to.
    fn potential(&self, j: usize) -> f64;

    /// Sets the membrane potential of neuron `j` at the instant last advanced to; a neuron at or above threshold fires
    /// at its next test.
    fn set_potential(&mut self, j: usize, v: f64);
}

/// Builds a population of a size from parameter values.
pub type Build = fn(usize, &Values) -> Result<Box<dyn Neurons>, ParameterError>;

/// A neuron model in the registry.
pub struct Model {
    /// The model as users see it.
    pub spec: &'static ModelSpec,
    /// Builds a population of the given size from values for every parameter.
    pub build: Build,
}

/// Every neuron model.
pub static REGISTRY: &[&Model] = &[&lif::MODEL];

/// Every model as users see it.
pub fn specs() -> Vec<&'static ModelSpec> {
    REGISTRY.iter().map(|model| model.spec).collect()
}

/// A population of `size` neurons of the model called `name`.
///
/// # Errors
/// If there is no such model, or a value is missing or out of range.
pub fn build(name: &str, size: usize, values: &Values) -> Result<Box<dyn Neurons>, ParameterError> {
    let model = REGISTRY.iter().find(|model| model.spec.name == name);
    let model = model.ok_or_else(|| ParameterError::UnknownModel(name.into()))?;
    (model.build)(size, values)
}

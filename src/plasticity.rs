//! Plasticity rules: what happens to a synapse at an arrival or a postsynaptic spike.
//!
//! A rule is one file: its [`Spec`] and the biology behind [`PlasticityRule`]. The projection owns the loops, the
//! arrival times and the storage.

pub mod sleep_replay;

use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Time;

/// What a rule does to the synapses of one projection.
pub trait PlasticityRule: Send + Sync {
    /// At a spike of a target at `t`, after the arrivals of that instant were delivered: changes `weights`, the
    /// target's afferents, given when each afferent last arrived ([`Time::NEVER`] if it has not).
    fn post_spike(&self, t: Time, weights: &mut [f32], last_arrival: &[Time]);

    /// By how much most weights move at a time, if that is one number: what histograms of changes go by.
    fn step(&self) -> Option<f64> {
        None
    }
}

/// A plasticity rule in the registry.
pub struct Rule {
    /// The rule as users see it.
    pub spec: &'static Spec,
    /// Builds the rule from values for every parameter.
    pub build: fn(&Values) -> Result<Box<dyn PlasticityRule>, ParameterError>,
}

/// Every plasticity rule.
pub static REGISTRY: &[&Rule] = &[&sleep_replay::RULE];

/// Every rule as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|rule| rule.spec).collect()
}

/// The rule called `name`.
///
/// # Errors
/// If there is no such rule, or a value is missing or out of range.
pub fn build(name: &str, values: &Values) -> Result<Box<dyn PlasticityRule>, ParameterError> {
    let rule = REGISTRY.iter().find(|rule| rule.spec.name == name);
    let rule = rule.ok_or_else(|| ParameterError::UnknownModel(name.into()))?;
    (rule.build)(values)
}

//! Plasticity rules: what happens to a synapse at an arrival or a postsynaptic spike.
//!
//! A rule is one file: its [`ModelSpec`] and the biology behind [`PlasticityRule`]. The projection owns the loops, the
//! arrival times and the storage.

pub mod sleep_replay;

use crate::base::parameter::{ModelSpec, ParameterError, Values};
use crate::base::time::Time;

/// What a rule does to the synapses of one projection.
pub trait PlasticityRule: Send {
    /// At a spike of a target at `t`, after the arrivals of that instant were delivered: changes `weights`, the
    /// target's afferents, given when each afferent last arrived ([`Time::NEVER`] if it has not).
    fn post_spike(&self, t: Time, weights: &mut [f32], last_arrival: &[Time]);
}

/// A plasticity rule in the registry.
pub struct Rule {
    /// The rule as users see it.
    pub spec: &'static ModelSpec,
    /// Builds the rule from values for every parameter.
    pub build: fn(&Values) -> Result<Box<dyn PlasticityRule>, ParameterError>,
}

/// Every plasticity rule.
pub static REGISTRY: &[&Rule] = &[&sleep_replay::RULE];

/// The rule called `name`.
pub fn find(name: &str) -> Option<&'static Rule> {
    REGISTRY.iter().copied().find(|rule| rule.spec.name == name)
}

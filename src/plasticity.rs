//! Plasticity rules: what happens to a synapse at an arrival or a postsynaptic spike.

pub mod sleep_replay;

use crate::base::parameter::ModelSpec;

/// Every plasticity rule, by the name that model files use.
pub static REGISTRY: &[&ModelSpec] = &[&sleep_replay::SPEC];

/// The rule called `name`.
pub fn find(name: &str) -> Option<&'static ModelSpec> {
    REGISTRY.iter().copied().find(|spec| spec.name == name)
}

//! Neuron models: pure numerics of one population, knowing neither network nor engine.

pub mod lif;

use crate::base::parameter::ModelSpec;

/// Every neuron model, by the name that model files use.
pub static REGISTRY: &[&ModelSpec] = &[&lif::SPEC];

/// The model called `name`.
pub fn find(name: &str) -> Option<&'static ModelSpec> {
    REGISTRY.iter().copied().find(|spec| spec.name == name)
}

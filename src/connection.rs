//! Connection rules: which synapses a projection has, with which weights and delays.
//!
//! A rule is one file: its [`Spec`] and a type that is [`Connect`]. A line in [`REGISTRY`] makes it known to model files,
//! `sharpwave describe` and every network; a test compares its graphs with what the rule promises.
//! `src/connection/fixed_probability.rs` is an example.
//!
//! Every draw belongs to an entity: a target neuron under rules that count incoming synapses and where edges are given, a
//! source and a tile of targets under `fixed_out_degree`. Connectivity, weights and delays have streams of their own
//! (`connect.NAME`, `weight.NAME`, `delay.NAME`, and `dendritic.NAME` where both parts of a delay are drawn). So the same seed gives the same graph for any division into lanes and
//! any number of threads, and another weight distribution leaves the connectivity as it was.

mod all_to_all;
mod check;
mod connect;
mod distance;
mod distance_in_degree;
mod draw;
mod edge_columns;
mod edges;
mod error;
mod fixed_in_degree;
mod fixed_out_degree;
mod fixed_probability;
mod fixed_total;
mod from_file;
mod new_delays;
mod one_to_one;
mod plan;
mod profile;
mod ring_distance;
mod rule;
mod space;
mod stop;

use std::sync::Arc;

use crate::base::parameter::{ParameterError, Spec, Values};

pub use connect::{connect_together, goes_together};
pub use draw::sample::{Candidates, Sampler};
pub use draw::{Block, ELSEWHERE, Lane, Partners, Visit};
pub use edge_columns::EdgeColumns;
pub use edges::{Column, EdgeFault, EdgeList, Edges};
pub use error::{RuleError, RuleFault};
pub use new_delays::NewDelays;
pub use plan::{Delay, Plan};
pub use profile::{Profile, WEIGHT_PROFILE};
pub use rule::{Connect, Make, Rule};
pub use space::Space;

/// Every connection rule.
pub static REGISTRY: &[&Rule] = &[
    &one_to_one::RULE,
    &all_to_all::RULE,
    &fixed_probability::RULE,
    &fixed_in_degree::RULE,
    &fixed_out_degree::RULE,
    &fixed_total::RULE,
    &ring_distance::RULE,
    &distance::RULE,
    &distance_in_degree::RULE,
    &from_file::RULE,
];

/// Name of the rule whose synapses a file lists.
pub const LISTED: &str = "from_file";

/// Every rule as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|rule| rule.spec).collect()
}

/// The rule called `name`.
///
/// # Errors
/// If there is none.
pub fn rule(name: &str) -> Result<&'static Rule, ParameterError> {
    let rule = REGISTRY.iter().find(|rule| rule.spec.name == name);
    rule.copied()
        .ok_or_else(|| ParameterError::UnknownModel(name.into()))
}

/// The rule called `name` with `values` for its parameters.
///
/// # Errors
/// If there is no such rule, a value is missing, unknown or out of range, or the rule needs edges.
pub fn build(name: &str, values: &Values) -> Result<Arc<dyn Connect>, ParameterError> {
    rule(name)?.build(values)
}

/// The rule that connects as these edges do.
pub fn listed(edges: Arc<Edges>) -> Arc<dyn Connect> {
    from_file::new(edges)
}

//! What a connection rule is.

use std::fmt::Debug;
use std::sync::Arc;

use crate::base::parameter::{
    Default, Kind, ParameterError, ParameterSpec, Spec, Values, complete,
};
use crate::connection::draw::{Lane, Visit};
use crate::connection::edges::Edges;
use crate::connection::error::RuleFault;
use crate::connection::space::Space;

/// Decides who is connected with whom.
///
/// Calls are per lane or per entity, never per synapse. Synapses are drawn from [`Lane::stream`], each from that of the
/// entity that it belongs to, and nothing else decides them: the same seed then gives the same graph for any division
/// into lanes.
pub trait Connect: Debug + Send + Sync {
    /// The rule as users see it.
    fn spec(&self) -> &'static Spec;

    /// Whether it needs to know where neurons lie.
    fn is_spatial(&self) -> bool {
        false
    }

    /// Checks that the neurons of `space` can be paired so.
    ///
    /// # Errors
    /// If they cannot, with the reason.
    fn check(&self, space: &Space) -> Result<(), RuleFault>;

    /// Number of synapses on average.
    fn expected_synapses(&self, space: &Space) -> f64;

    /// Synapses onto `lane`, as far as they can be counted without drawing a list of partners: what is too much for
    /// memory is refused by it.
    fn certain_synapses(&self, _lane: &Lane<'_>) -> u64 {
        0
    }

    /// Hands every synapse onto `lane` to `visit`, entity by entity; the same ones each time.
    ///
    /// # Errors
    /// Those of `visit`, at once.
    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault>;

    /// The edges that make the synapses, if they are given one by one.
    fn edges(&self) -> Option<&Edges> {
        None
    }
}

/// A connection rule in the registry.
#[derive(Debug)]
pub struct Rule {
    /// The rule as users see it; keys that all projections have, such as `autapses`, are no parameters of its own.
    pub spec: &'static Spec,
    /// What it is made from.
    pub make: Make,
}

/// What a rule is made from.
#[derive(Debug, Clone, Copy)]
pub enum Make {
    /// The values of its parameters, complete and in range.
    Values(fn(&Values) -> Result<Arc<dyn Connect>, ParameterError>),
    /// Edges that are read from the file that its parameters name. Autapses and multapses are as given.
    Edges,
}

impl Rule {
    /// Whether its synapses are listed, not made.
    pub fn is_listed(&self) -> bool {
        matches!(self.make, Make::Edges)
    }

    /// The rule with `values` for its parameters; those that are missing take their defaults.
    ///
    /// # Errors
    /// If a value is missing, unknown or out of range, or the rule needs edges.
    pub fn build(&self, values: &Values) -> Result<Arc<dyn Connect>, ParameterError> {
        let values = complete(self.spec, values)?;
        match self.make {
            Make::Values(make) => make(&values),
            Make::Edges => Err(ParameterError::Inconsistent {
                model: self.spec.name,
                parameter: "file",
                neuron: None,
                reason: " has not been read, expected its edges".into(),
            }),
        }
    }
}

/// A parameter of rules with fixed numbers of synapses.
pub(super) const MULTAPSES: ParameterSpec = ParameterSpec::new(
    "multapses",
    Kind::Flag,
    "whether two neurons may have several synapses",
)
.or(Default::Flag(false));

/// A parameter that counts synapses, at most `most`.
pub(super) const fn count(name: &'static str, most: u64, doc: &'static str) -> ParameterSpec {
    ParameterSpec::new(name, Kind::Count { least: 0, most }, doc)
}

//! Slow forces on weights, wiring and neurons.

use crate::base::time::Duration;
use crate::network::projection::Choice;

/// A force that changes weights, synapses or neurons at declared instants.
#[derive(Debug, Clone, PartialEq)]
pub struct Homeostasis {
    /// Name, unique among forces.
    pub name: String,
    /// What it does: an entry of the registry of forces.
    pub kind: Choice,
    /// Names of the projections whose weights it changes, which learn; at least one, none twice, unless it acts on neurons.
    pub projections: Vec<String>,
    /// Names of the populations whose neurons it changes; at least one, none twice, if it acts on neurons.
    pub populations: Vec<String>,
    /// It acts at every multiple of this, above zero, on the network's clock.
    pub every: Duration,
}

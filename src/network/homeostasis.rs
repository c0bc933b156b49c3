//! Slow forces on weights.

use crate::base::time::Duration;
use crate::network::projection::Choice;

/// A force that changes weights at declared instants.
#[derive(Debug, Clone, PartialEq)]
pub struct Homeostasis {
    /// Name, unique among forces.
    pub name: String,
    /// What it does: an entry of the registry of forces.
    pub kind: Choice,
    /// Names of the projections whose weights it changes, which learn; at least one, none twice.
    pub projections: Vec<String>,
    /// It acts at every multiple of this, above zero, on the network's clock.
    pub every: Duration,
}

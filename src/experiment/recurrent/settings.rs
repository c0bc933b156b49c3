//! What a model says about checkpoints, guards and sampled states.

use std::path::PathBuf;
use std::time;

use crate::base::time::Duration;
use crate::config::network::NetworkModel;

/// Limits on what a run may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Highest mean rate of a population in hertz.
    pub max_rate_hz: Option<f64>,
    /// Lowest.
    pub min_rate_hz: Option<f64>,
    /// Time over which rates are taken.
    pub window: Duration,
}

/// States of some neurons of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct States {
    /// Its name.
    pub population: String,
    /// The neurons.
    pub neurons: Vec<u32>,
    /// Number and name of each variable.
    pub variables: Vec<(usize, String)>,
    /// Interval between two samples.
    pub every: Duration,
}

/// Wall time between two checkpoints; `None` for none while nothing stops the run.
pub fn checkpoint_every(_model: &NetworkModel) -> Option<time::Duration> {
    Some(time::Duration::from_secs(600))
}

/// The guards of `model`.
pub fn limits(_model: &NetworkModel) -> Limits {
    Limits {
        max_rate_hz: Some(1000.0),
        min_rate_hz: None,
        window: Duration::from_ps(100_000_000_000),
    }
}

/// The states that `model` records.
pub fn states(_model: &NetworkModel) -> Vec<States> {
    Vec::new()
}

/// Files that `model` reads.
pub fn files(_model: &NetworkModel) -> Vec<PathBuf> {
    Vec::new()
}

//! A population as a run sees it.

use crate::run::selection::Selection;

/// A population as a run sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// Its neurons.
    pub size: u32,
    /// Name of their model.
    pub model: &'static str,
    /// Neurons whose spikes are recorded, if any are.
    pub recorded: Option<Selection>,
}

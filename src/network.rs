//! Populations and projections tied together, and the levels that order them.

pub mod builder;
pub mod level;
pub mod population;
pub mod projection;
pub mod rule;

use population::Population;
use projection::Projection;

/// A network ready to run. Built by [`builder::Builder`], which checks it as a whole.
pub struct Network {
    /// Populations, in order of declaration.
    pub(crate) populations: Vec<Population>,
    /// Projections, in order of declaration.
    pub(crate) projections: Vec<Projection>,
    /// Populations in the order in which an instant visits them: by level, then by the number of their name.
    pub(crate) order: Vec<usize>,
}

impl Network {
    /// Populations, in order of declaration.
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// Projections, in order of declaration.
    pub fn projections(&self) -> &[Projection] {
        &self.projections
    }

    /// Index of the population called `name`.
    pub fn population(&self, name: &str) -> Option<usize> {
        self.populations
            .iter()
            .position(|population| population.name == name)
    }
}

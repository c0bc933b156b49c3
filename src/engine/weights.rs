//! Weights of a dense projection, as they are read from a simulation and given to it.

/// The weights of all pairs: those onto one target lie together.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Neurons of the target population.
    pub n_target: usize,
    /// Neurons of the source population.
    pub n_source: usize,
    /// From source i to target j at `j * n_source + i`.
    pub values: Vec<f32>,
}

impl Weights {
    /// The weight from source `i` to target `j`.
    pub fn at(&self, j: usize, i: usize) -> f32 {
        self.values[j * self.n_source + i]
    }
}

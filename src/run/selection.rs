//! Which neurons of a population are meant.

/// Some neurons of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// These, at least one and not all, ascending.
    Some(Vec<u32>),
}

impl Selection {
    /// Whether neuron `node` is one of them.
    pub fn contains(&self, node: u32) -> bool {
        match self {
            Self::All => true,
            Self::Some(nodes) => nodes.binary_search(&node).is_ok(),
        }
    }

    /// How many they are of a population of `size`.
    pub fn count(&self, size: u32) -> usize {
        match self {
            Self::All => size as usize,
            Self::Some(nodes) => nodes.len(),
        }
    }
}

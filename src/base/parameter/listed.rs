//! Values from files.

use std::path::PathBuf;
use std::sync::Arc;

/// Numbers that a file holds, one for each neuron of a population, and where they stand there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// Its column, where the file names it otherwise than the parameter.
    pub column: Option<String>,
    /// The population of nodes, where the file holds several.
    pub population: Option<String>,
    /// The unit of its numbers.
    pub unit: &'static str,
    /// What they are in the held unit: how many neurons one after the other, and their value.
    pub blocks: Arc<[(u32, f64)]>,
}

impl Listed {
    /// `values` in as few blocks as there can be.
    pub fn blocks_of(values: &[f64]) -> Arc<[(u32, f64)]> {
        let runs = values.chunk_by(|a, b| a == b);
        runs.map(|run| (run.len() as u32, run[0])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_block() {
        let blocks = Listed::blocks_of(&[2.0, 2.0, 1.0, 2.0]);
        assert_eq!(*blocks, [(2, 2.0), (1, 1.0), (1, 2.0)]);
        assert_eq!(*Listed::blocks_of(&[]), []);
    }
}

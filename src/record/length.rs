//! How far the datasets of a run file have come: by number of values, never by time, which as `f64` milliseconds merges
//! instants after hours; and sums over these values, by which damage is found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rows of every growing dataset, by its path in the file, and what is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths(BTreeMap<String, Extent>);

/// Rows of a dataset, and a sum for each block of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Extent {
    rows: u64,
    sums: Vec<u64>,
}

impl Lengths {
    /// Rows of the dataset at `path`; 0 where there is none.
    pub(super) fn of(&self, path: &str) -> usize {
        self.0.get(path).map_or(0, |extent| extent.rows as usize)
    }

    /// Every dataset and its rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .iter()
            .map(|(path, extent)| (path.as_str(), extent.rows))
    }

    /// Every dataset, its rows, and the sums of their blocks.
    pub(super) fn sums(&self) -> impl Iterator<Item = (&str, usize, &[u64])> {
        let extents = self.0.iter();
        extents.map(|(path, extent)| (path.as_str(), extent.rows as usize, &extent.sums[..]))
    }

    /// The first dataset whose sums differ from those in `other`, and the block, if there is one.
    pub(super) fn first_difference(&self, other: &Self) -> Option<(&str, usize)> {
        self.0.iter().find_map(|(path, extent)| {
            let others = other.0.get(path).map_or(&[][..], |other| &other.sums);
            let blocks = extent.sums.len().max(others.len());
            let block = (0..blocks).find(|&block| extent.sums.get(block) != others.get(block))?;
            Some((path.as_str(), block))
        })
    }
}

impl FromIterator<(String, u64, Vec<u64>)> for Lengths {
    fn from_iter<T: IntoIterator<Item = (String, u64, Vec<u64>)>>(datasets: T) -> Self {
        let extents = datasets.into_iter();
        Self(
            extents
                .map(|(path, rows, sums)| (path, Extent { rows, sums }))
                .collect(),
        )
    }
}

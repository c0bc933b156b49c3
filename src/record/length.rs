//! How far the datasets of a run file have come: by number of values, never by time, which as `f64` milliseconds merges
//! instants after hours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rows of every growing dataset, by its path in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths(BTreeMap<String, u64>);

impl Lengths {
    /// Rows of the dataset at `path`; 0 where there is none.
    pub(super) fn of(&self, path: &str) -> usize {
        self.0.get(path).map_or(0, |&rows| rows as usize)
    }

    /// Every dataset and its rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(path, &rows)| (path.as_str(), rows))
    }
}

impl FromIterator<(String, u64)> for Lengths {
    fn from_iter<T: IntoIterator<Item = (String, u64)>>(rows: T) -> Self {
        Self(rows.into_iter().collect())
    }
}

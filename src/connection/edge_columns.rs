//! Names of the columns of a table of edges.

use std::collections::BTreeMap;

use crate::base::parameter::ParameterError;
use crate::connection::LISTED;

/// Names of a table's columns, or their numbers from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeColumns {
    /// Of the sources' numbers.
    pub source: String,
    /// Of the targets' numbers.
    pub target: String,
    /// Of the weights, if there is one.
    pub weight: Option<String>,
    /// Of the delays, if there is one.
    pub delay: Option<String>,
    /// Whether delays are in seconds, not in milliseconds.
    pub seconds: bool,
}

impl EdgeColumns {
    /// Keys of a model file's table.
    pub const KEYS: &[&str] = &["source", "target", "weight", "delay", "unit"];

    /// What `columns` says.
    pub const WHAT: &str = "the names that a table's columns have: { source = \"pre\", target = \"post\" }, with weight and delay \
                            where there are such, and unit = \"s\" where delays are not ms";

    /// From the texts under these keys.
    ///
    /// # Errors
    /// If a column is missing or the unit is neither `ms` nor `s`.
    pub fn new(table: &BTreeMap<&'static str, String>) -> Result<Self, ParameterError> {
        let wrong = |reason: String| ParameterError::Inconsistent {
            model: LISTED,
            parameter: "columns",
            neuron: None,
            reason,
        };
        let need = |key: &str| {
            let name = table.get(key).cloned();
            name.ok_or_else(|| wrong(format!(": no `{key}`, expected the name of that column")))
        };
        let unit = table.get("unit").map_or("ms", String::as_str);
        let seconds = match unit {
            "ms" => false,
            "s" => true,
            _ => return Err(wrong(format!(": unit `{unit}`, expected `ms` or `s`"))),
        };
        Ok(Self {
            source: need("source")?,
            target: need("target")?,
            weight: table.get("weight").cloned(),
            delay: table.get("delay").cloned(),
            seconds,
        })
    }

    /// The texts that [`new`](Self::new) reads back.
    pub fn table(&self) -> BTreeMap<&'static str, String> {
        let unit = if self.seconds { "s" } else { "ms" };
        let some = [("weight", &self.weight), ("delay", &self.delay)];
        let some = some
            .into_iter()
            .filter_map(|(key, name)| Some((key, name.clone()?)));
        let all = [
            ("source", self.source.clone()),
            ("target", self.target.clone()),
            ("unit", unit.to_owned()),
        ];
        all.into_iter().chain(some).collect()
    }
}

//! Documents: model files as nested values, and what model files can name.

use pyo3::prelude::*;

use crate::error;

/// The TOML document `text` as JSON.
#[pyfunction]
pub fn from_toml(text: &str) -> PyResult<String> {
    let document: toml::Value = toml::from_str(text).map_err(error::model)?;
    serde_json::to_string(&document).map_err(error::model)
}

/// The JSON document `text` as TOML.
#[pyfunction]
pub fn to_toml(text: &str) -> PyResult<String> {
    let document: toml::Value = serde_json::from_str(text).map_err(error::model)?;
    toml::to_string_pretty(&document).map_err(error::model)
}

/// All that a model file can name, as JSON.
#[pyfunction]
pub fn describe() -> String {
    sharpwave::cli::described().to_string()
}

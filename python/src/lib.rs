//! What Python needs of Sharpwave: model files, runs, run files, measures, networks step by step. The package `sharpwave`
//! is built on this; users import that.

#![allow(
    clippy::result_large_err,
    reason = "errors of the library pass through; how large they are is its own matter"
)]

mod analysis;
mod attend;
mod document;
mod error;
mod model;
mod process;
mod recording;
mod scout;
mod simulation;
mod warning;

use pyo3::prelude::*;

/// The native part of the package.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    warning::listen();
    scout::install();
    error::register(module)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<model::Model>()?;
    module.add_class::<recording::Recording>()?;
    module.add_class::<simulation::Simulation>()?;
    module.add_function(wrap_pyfunction!(model::resume, module)?)?;
    module.add_function(wrap_pyfunction!(model::shipped, module)?)?;
    module.add_function(wrap_pyfunction!(model::shipped_files, module)?)?;
    module.add_function(wrap_pyfunction!(scout::look_ahead, module)?)?;
    module.add_function(wrap_pyfunction!(analysis::analyse, module)?)?;
    module.add_function(wrap_pyfunction!(analysis::report, module)?)?;
    module.add_function(wrap_pyfunction!(document::from_toml, module)?)?;
    module.add_function(wrap_pyfunction!(document::to_toml, module)?)?;
    module.add_function(wrap_pyfunction!(document::describe, module)?)
}

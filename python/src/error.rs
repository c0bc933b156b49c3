//! Errors as exceptions: their texts are those of the command line.

use std::fmt::Display;

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::scout;

create_exception!(
    sharpwave,
    SharpwaveError,
    PyException,
    "Anything that Sharpwave refuses or fails to do."
);
create_exception!(
    sharpwave,
    ModelError,
    SharpwaveError,
    "A model, one of its files, or a value that was given is wrong; the text names the place, what was found and what \
     was expected."
);
create_exception!(
    sharpwave,
    RecordingError,
    SharpwaveError,
    "A run file, or a file of spikes, is missing or damaged, or has not what was asked for."
);
create_exception!(
    sharpwave,
    GuardError,
    SharpwaveError,
    "A guard of the model stopped the run; the run file is readable up to there."
);

/// What is wrong with a model or a value; or the signal that kept one of its files from being read.
pub fn model(error: impl Display) -> PyErr {
    scout::interrupt().unwrap_or_else(|| ModelError::new_err(error.to_string()))
}

/// What is wrong with a file of a run; or the signal that kept it from being read.
pub fn recording(error: impl Display) -> PyErr {
    scout::interrupt().unwrap_or_else(|| RecordingError::new_err(error.to_string()))
}

/// Adds the exceptions to `module`.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("SharpwaveError", py.get_type::<SharpwaveError>())?;
    module.add("ModelError", py.get_type::<ModelError>())?;
    module.add("RecordingError", py.get_type::<RecordingError>())?;
    module.add("GuardError", py.get_type::<GuardError>())
}

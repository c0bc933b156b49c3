//! One error for programs that use the library: every other converts into it.

use crate::base::parameter::ParameterError;
use crate::base::time::TimeRangeError;
use crate::config::ConfigError;
use crate::engine::assembly::AssemblyError;
use crate::engine::build::BuildError;
use crate::engine::error::{SimulationError, StateError};
use crate::experiment::error::ExperimentError;
use crate::network::NetworkError;
use crate::record::error::RecordError;
use crate::record::recording::RecordingError;
use crate::run::error::RunError;

/// Anything that Sharpwave refuses or fails to do.
///
/// Its text names the place, what was found and what was expected; `source` leads to the error beneath. Match on the errors
/// beneath where a program has to tell them apart: each layer's own errors are finer.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Cause);

/// What is beneath.
#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Experiment(#[from] Box<ExperimentError>),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Time(#[from] TimeRangeError),
}

macro_rules! from {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self(error.into())
            }
        })*
    };
}

from!(
    ConfigError,
    NetworkError,
    BuildError,
    AssemblyError,
    ParameterError,
    SimulationError,
    StateError,
    RecordError,
    RecordingError,
    RunError,
    TimeRangeError,
);

impl From<ExperimentError> for Error {
    fn from(error: ExperimentError) -> Self {
        Self(Box::new(error).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::network::Network;

    #[test]
    fn the_text_is_that_of_the_error_beneath() {
        let beneath = Network::new(1)
            .population("e", 5, "lff", Values::new())
            .map(drop)
            .unwrap_err();
        let text = beneath.to_string();
        assert!(text.contains("did you mean `lif`?"), "{text}");
        assert_eq!(Error::from(beneath).to_string(), text);
    }
}

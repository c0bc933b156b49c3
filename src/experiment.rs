//! Whole runs: config, network, engine, record, analysis and report together.

pub mod control;
pub mod error;
pub mod estimate;
pub mod inputs;
pub mod learner;
pub mod load;
pub mod memory;
pub mod night;
pub mod plot;
pub mod progress;
pub mod recurrent;
pub mod repetition;
pub mod run;
pub mod score;
pub mod spiking;
pub mod summary;
pub mod train;

//! Whole runs: config, network, engine, record, analysis and report together.

pub mod progress;

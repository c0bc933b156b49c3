//! Whole runs: config, network, engine, record, analysis and report together.

pub mod analyse;
pub mod bound;
pub mod circuit;
pub mod control;
mod course;
mod desk;
pub mod error;
pub mod estimate;
pub mod export;
pub mod inputs;
pub mod learner;
pub mod load;
pub mod notice;
mod outcome;
pub mod plot;
pub mod pupil;
mod recorded;
pub mod recurrent;
pub mod repetition;
pub mod report;
pub mod resource;
pub mod run;
pub mod score;
pub mod sleep_replay;
pub mod spiking;
pub mod summary;
pub mod train;

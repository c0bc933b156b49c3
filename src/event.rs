//! Event keys and queues.

pub mod agenda;
pub mod pending;

//! Event keys and queues.

pub mod agenda;

//! Sharpwave: an event-driven spiking-network simulator for sleep, replay and memory consolidation.
//!
//! Spike times are exact (no time grid); plasticity acts on those times; every run leaves one HDF5 file in the
//! SONATA layout. Modules are layers: each imports only from those listed before it (`tests/layering.rs` checks it).
//!
//! | layer | module | what it knows |
//! |---|---|---|
//! | 0 | [`base`] | time, random streams, elementary functions, parameters with units |
//! | 1 | [`event`] | keys and queues |
//! | 2 | [`neuron`], [`synapse`], [`plasticity`], [`connection`] | the numerics of one population, one projection, one rule; who is connected with whom |
//! | 3 | [`stimulus`] | what drives neurons from outside |
//! | 4 | [`network`] | populations and projections tied together, by name; levels |
//! | 5 | [`mlp`] | the artificial network that a spiking one may come from |
//! | 6 | [`engine`] | the event loop and its observers |
//! | 7 | [`protocol`] | bouts of sleep: what changes when |
//! | 8 | [`record`] | HDF5 run files, spike files, tables |
//! | 9 | [`analysis`] | functions of spike trains, weights and scores |
//! | 10 | [`config`], [`report`] | model files and diagnostics; figures |
//! | 11 | [`experiment`] | config, network, engine, record, analysis and report in one run |
//! | 12 | [`cli`] | the command line |

#![warn(missing_docs)]

pub mod analysis;
pub mod base;
pub mod cli;
pub mod config;
pub mod connection;
pub mod engine;
pub mod event;
pub mod experiment;
pub mod mlp;
pub mod network;
pub mod neuron;
pub mod plasticity;
pub mod protocol;
pub mod record;
pub mod report;
pub mod stimulus;
pub mod synapse;

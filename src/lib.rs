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
//! | 3 | [`network`] | populations and projections tied together, levels |
//! | 4 | [`stimulus`], [`mlp`] | what drives a network from outside; the artificial network it came from |
//! | 5 | [`engine`] | the event loop and its observers |
//! | 6 | [`protocol`] | bouts of sleep: what changes when |
//! | 7 | [`record`] | HDF5 run files, spike files, tables |
//! | 8 | [`analysis`] | functions of spike trains, weights and scores |
//! | 9 | [`config`], [`report`] | model files and diagnostics; figures |
//! | 10 | [`experiment`] | config, network, engine, record, analysis and report in one run |
//! | 11 | [`cli`] | the command line |

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

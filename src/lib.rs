//! Sharpwave: an event-driven spiking-network simulator for sleep, replay and memory consolidation.
//!
//! ```
//! use sharpwave::unit::{khz, ms, mv};
//! use sharpwave::{Network, Simulation, Spikes, Time, values};
//!
//! # fn main() -> Result<(), sharpwave::Error> {
//! let mut network = Network::new(1);
//! network.population("e", 100, "lif", values! { tau_m: ms(20.0), v_th: mv(15.0), t_ref: ms(2.0) })?;
//! network
//!     .project("e_e", "e", ["e"])
//!     .rule("fixed_in_degree", values! { in_degree: 10_u32 })
//!     .weight(mv(0.1))
//!     .axonal_delay_ms(ms(1.5))
//!     .add()?;
//! network.stimulate("background", "poisson", ["e"], mv(0.5), values! { rate: khz(2.0) })?;
//! let mut simulation = Simulation::of(&network)?;
//! let mut spikes = Spikes::of(&simulation, ["e"])?;
//! let _ = simulation.run(Time::from_ms(100.0)?, &mut spikes);
//! println!("{} spikes", spikes.from("e").len());
//! # Ok(())
//! # }
//! ```
//!
//! The [`guide`] goes on from there. Model files are read by [`config`] and run by [`experiment`], as the program
//! `sharpwave` does.
//!
//! Spike times are exact (no time grid); plasticity acts on those times; every run leaves one HDF5 file in the
//! SONATA layout. Modules are layers: each imports only from those listed before it (`tests/layering.rs` checks it).
//!
//! | layer | module | what it knows |
//! |---|---|---|
//! | 0 | [`base`] | time, random streams, elementary functions, parameters with units |
//! | 1 | [`event`] | keys and queues |
//! | 2 | [`neuron`], [`synapse`], [`plasticity`], [`position`], [`connection`], [`memory`] | the numerics of one population, one projection, one rule; where neurons lie; who is connected with whom; what was experienced |
//! | 3 | [`stimulus`], [`trigger`] | what drives neurons from outside; what sets off pulses |
//! | 4 | [`network`] | populations and projections tied together, by name; levels |
//! | 5 | [`mlp`] | the artificial network that a spiking one may come from |
//! | 6 | [`engine`] | the event loop and its observers |
//! | 7 | [`protocol`], [`foraging`] | bouts of sleep: what changes when; an agent in its world |
//! | 8 | [`record`] | HDF5 run files, spike files, tables |
//! | 9 | [`analysis`] | functions of spike trains, weights and scores |
//! | 10 | [`run`] | a run of bouts: watched, guarded, checkpointed, gone on with |
//! | 11 | [`config`], [`report`] | model files and diagnostics; figures |
//! | 12 | [`experiment`] | config, network, engine, record, analysis and report in one run |
//! | 13 | [`cli`], [`error`], [`guide`] | the command line; one error for programs; guides whose code is run |

#![warn(missing_docs)]

pub mod analysis;
pub mod base;
pub mod cli;
pub mod config;
pub mod connection;
pub mod engine;
pub mod error;
pub mod event;
pub mod experiment;
pub mod foraging;
pub mod guide;
pub mod memory;
pub mod mlp;
pub mod network;
pub mod neuron;
pub mod plasticity;
pub mod position;
pub mod protocol;
pub mod record;
pub mod report;
pub mod run;
pub mod stimulus;
pub mod synapse;
pub mod trigger;

pub use base::parameter::{Value, Values};
pub use base::time::{Duration, Time};
pub use base::unit;
pub use engine::simulation::Simulation;
pub use engine::spikes::Spikes;
pub use error::Error;
pub use network::Network;
pub use record::recording::Recording;

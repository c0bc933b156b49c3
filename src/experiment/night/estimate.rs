//! What a night will take.

use std::fmt;

use serde::Serialize;

use crate::config::night::Night;
use crate::experiment::error::ExperimentError;
use crate::experiment::resource;
use crate::protocol::hypnogram::{Bout, Kind};

/// What a seed will take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Events that are read or dreamt in all nights.
    pub events: u64,
    /// Of the last night alone.
    pub last_night: u64,
    /// Simulated seconds, pauses too.
    pub simulated_s: f64,
    /// Bytes in memory.
    pub memory_bytes: f64,
}

/// Bytes of a network while it is trained, sleeps and is kept: weights, momentum, the matrices of a spiking network.
const COPIES: f64 = 6.0;

impl Estimate {
    /// Of each seed of `model`.
    ///
    /// # Errors
    /// If its nights last longer than the clock.
    pub fn new(model: &Night) -> Result<Self, ExperimentError> {
        let bouts = model.bouts()?;
        let asleep = bouts.iter().filter(|bout| bout.kind.is_simulated());
        let last = bouts.last().map_or(0, |bout| bout.task);
        let of = |bout: &Bout| match bout.kind {
            Kind::Capture => model.nights.capture_events,
            Kind::Dreams(step) => model.events(bout.task, step),
            _ => 0,
        };
        let events = asleep.map(|bout| (bout.task, of(bout)));
        let events: Vec<(usize, u64)> = events.collect();
        let all: u64 = events.iter().map(|(_, n)| n).sum();
        let last_night = events.iter().filter(|(task, _)| *task == last);
        Ok(Self {
            events: all,
            last_night: last_night.map(|(_, n)| n).sum(),
            simulated_s: all as f64 * model.period().as_ms() * 1e-3,
            memory_bytes: memory_bytes(model) / model.seeds as f64,
        })
    }

    /// Checks that there is memory for `model`.
    ///
    /// # Errors
    /// If there is not.
    pub fn check_memory(&self, model: &Night) -> Result<(), ExperimentError> {
        check_memory(model)
    }
}

/// Checks that there is memory for all seeds of `model`.
///
/// # Errors
/// If there is not.
pub(super) fn check_memory(model: &Night) -> Result<(), ExperimentError> {
    resource::check_memory(memory_bytes(model), "weights of networks and yardsticks")
}

/// Bytes that all seeds of `model` hold.
fn memory_bytes(model: &Night) -> f64 {
    let layers = model.mlp.layers.windows(2);
    let weights: usize = layers.map(|pair| pair[0] * pair[1]).sum();
    let networks = model.data.tasks.len() as f64 + 4.0;
    model.seeds as f64 * networks * COPIES * (weights * size_of::<f32>()) as f64
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} events read or dreamt, {} of them in the last night",
            self.events, self.last_night
        )?;
        writeln!(f, "{:.0} s simulated, pauses too", self.simulated_s)?;
        writeln!(f, "{:.1} MB in memory", self.memory_bytes / 1e6)
    }
}

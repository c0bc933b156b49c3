//! How often whoever draws synapses asks whether to stop.

use crate::base::stop::Stop;
use crate::connection::error::RuleFault;

/// Synapses drawn between two questions: a few milliseconds, and too many for the questions to cost anything.
const OFTEN: u64 = 1 << 16;

/// What an entity without synapses counts: making its stream takes as long as drawing a few.
const ENTITY: u64 = 4;

/// Counts synapses, and asks now and then.
pub(super) struct Pace<'a> {
    stop: Stop<'a>,
    drawn: u64,
}

impl<'a> Pace<'a> {
    pub(super) fn new(stop: Stop<'a>) -> Self {
        Self { stop, drawn: 0 }
    }

    /// Another entity and its `n` synapses.
    ///
    /// # Errors
    /// If there is to be an end.
    #[inline]
    pub(super) fn on(&mut self, n: usize) -> Result<(), RuleFault> {
        self.drawn += n as u64 + ENTITY;
        match self.drawn < OFTEN {
            true => Ok(()),
            false => self.ask(),
        }
    }

    /// Asks.
    ///
    /// # Errors
    /// If there is to be an end.
    #[cold]
    pub(super) fn ask(&mut self) -> Result<(), RuleFault> {
        self.drawn = 0;
        self.stop.ask().map_err(|_| RuleFault::Stopped)
    }
}

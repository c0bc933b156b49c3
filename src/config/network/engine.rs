//! `[engine]`, `[guard]` and `[checkpoint]`: how a network is run.

use std::time;

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::form::{Around, Keys, Table, given, number, off, some, span, wall};
use crate::config::reader::Section;

pub use crate::run::guard::Limits as Guard;

/// No guard; `max_rate_hz` for one against networks that run away.
pub(in crate::config) fn guard(max_rate_hz: Option<f64>) -> Guard {
    Guard {
        max_rate_hz,
        min_rate_hz: None,
        // Long enough that a hundred neurons at 1 Hz are not silent by chance, short enough to stop early.
        window: Duration::from_ps(100_000_000_000),
    }
}

/// The absolute refractory period of cortical neurons is near 1 ms: nothing fires faster for long.
pub(in crate::config) const MAX_RATE_HZ: f64 = 1e3;

impl Table for Guard {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let rate = || off(number(Dimension::Rate, Range::Positive));
        let what =
            "more is a network that runs away; off by default where a trained network sleeps";
        k.or("max_rate", &mut self.max_rate_hz, rate(), what);
        let what = "less is a network that falls silent";
        k.or("min_rate", &mut self.min_rate_hz, rate(), what);
        let what = "of simulated time, one after the other from 0 on";
        k.or("window", &mut self.window, span(), what);
        if let (Some(max), Some(min)) = (self.max_rate_hz, self.min_rate_hz)
            && min >= max
        {
            k.refuse(
                "min_rate",
                &format!("less than `guard.max_rate`, {} Hz", legible(max)),
            );
        }
    }
}

/// Wall time between checkpoints.
#[derive(Clone)]
pub(in crate::config) struct Checkpoint {
    pub(in crate::config) every: Option<time::Duration>,
}

impl Default for Checkpoint {
    /// Wall time that a crash may cost.
    fn default() -> Self {
        let every = Some(time::Duration::from_secs(600));
        Self { every }
    }
}

impl Table for Checkpoint {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "time by the clock from one to the next; changes no result";
        k.or("every", &mut self.every, off(wall()), what);
    }
}

/// How a network is divided.
#[derive(Clone, Default)]
pub(in crate::config) struct Engine {
    pub(in crate::config) lanes: Option<u32>,
}

impl Table for Engine {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "parts that advance side by side, each with noise of its own, so that their number is part of the network";
        k.told(
            "lanes",
            "by the network alone, so that they are the same on every machine",
            &mut self.lanes,
            given(some()),
            what,
        );
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let known = around.known;
        let sizes = known
            .network
            .populations
            .iter()
            .map(|population| u64::from(population.size));
        let neurons: u64 = sizes.sum();
        // Where a population is at fault their sum is unknown.
        let all = known.sound.len() == known.names.len();
        match (self.lanes, section.get("lanes")) {
            (Some(lanes), Some(item)) if all && u64::from(lanes) > neurons && neurons > 0 => item
                .refuse::<()>(&format!("at most {neurons}, one per neuron"), None)
                .is_some(),
            _ => true,
        }
    }
}

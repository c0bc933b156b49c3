//! Dreams as input: event after event a pattern is drawn and played as spikes, with silence in between.

mod entry;
mod scene;

pub use entry::{COMPONENTS, Episodes, FIELD, PATTERNS, rows};
pub use scene::{Field, Scenes};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::stimulus::{Spike, StateError, Stimulus, from_bytes, to_bytes};

/// How patterns follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Each once in random order, then all again in another. Stimuli that begin in one bout and have equally many patterns
    /// have one order, so that they play what belongs together.
    Shuffled,
    /// One after the other.
    Sequence,
}

/// How spikes of a neuron follow each other in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firing {
    /// As a Poisson process.
    Poisson,
    /// At even intervals from a random phase on, as a neuron fires that a steady current drives: as often on average, and so
    /// often in each event but for less than one spike.
    Regular,
}

/// When patterns are played, and how strongly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Programme {
    /// How long one is played.
    pub event: Duration,
    /// Silence after it.
    pub pause: Duration,
    /// The rate of a pixel of 1, in hertz.
    pub rate_hz: f64,
    /// Which comes when.
    pub order: Order,
    /// How spikes follow each other.
    pub firing: Firing,
}

impl Programme {
    /// Plays `pattern` from `now` on.
    fn play(&self, pattern: &[f32], now: Time, stream: &mut Stream, spikes: &mut Vec<Spike>) {
        let first = spikes.len();
        match self.firing {
            Firing::Poisson => self.play_poisson(pattern, now, stream, spikes),
            Firing::Regular => self.play_regular(pattern, now, stream, spikes),
        }
        // Some of one instant.
        spikes[first..].sort_unstable();
    }

    /// One process of all rates; each spike is of a neuron in proportion to its rate.
    fn play_poisson(
        &self,
        pattern: &[f32],
        now: Time,
        stream: &mut Stream,
        spikes: &mut Vec<Spike>,
    ) {
        let mut sums = Vec::with_capacity(pattern.len());
        let mut whole = 0.0;
        for &x in pattern {
            whole += f64::from(x) * self.rate_hz;
            sums.push(whole);
        }
        let length_s = self.event.as_ms() * 1e-3;
        let mut at_s = match whole > 0.0 {
            true => stream.exponential() / whole,
            false => f64::INFINITY,
        };
        while at_s < length_s {
            let of = stream.uniform() * whole;
            let neuron = sums.partition_point(|&sum| sum <= of).min(sums.len() - 1);
            spikes.push((self.inside(now, at_s), neuron as u32));
            at_s += stream.exponential() / whole;
        }
    }

    /// Each neuron by itself.
    fn play_regular(
        &self,
        pattern: &[f32],
        now: Time,
        stream: &mut Stream,
        spikes: &mut Vec<Spike>,
    ) {
        let length_s = self.event.as_ms() * 1e-3;
        for (neuron, &x) in (0..).zip(pattern) {
            let phase = stream.uniform();
            let rate_hz = f64::from(x) * self.rate_hz;
            if rate_hz <= 0.0 {
                continue;
            }
            let times_s = (0..).map(|k| (phase + f64::from(k)) / rate_hz);
            let times_s = times_s.take_while(|&at_s| at_s < length_s);
            spikes.extend(times_s.map(|at_s| (self.inside(now, at_s), neuron)));
        }
    }

    /// The instant `at_s` seconds after `now`, before the event's end, to which rounding may reach.
    fn inside(&self, now: Time, at_s: f64) -> Time {
        let offset = ((at_s * 1e12) as i64).min(self.event.ps() - 1);
        now + Duration::from_ps(offset)
    }
}

/// Patterns that are played.
pub struct Player {
    scenes: Arc<Scenes>,
    programme: Programme,
    seed: u64,
    /// Names the streams of what is drawn, and of the order.
    name: String,
    order: String,
    /// Events so far.
    events: u64,
}

/// All that changes.
#[derive(Serialize, Deserialize)]
struct State {
    events: u64,
}

impl Player {
    /// Plays `scenes` as `programme` says; what is drawn depends on `seed` and `name`, which scene comes when on `seed` and
    /// the `bout` in which it begins.
    pub fn new(
        scenes: Arc<Scenes>,
        programme: Programme,
        seed: u64,
        name: &str,
        bout: &str,
    ) -> Self {
        Self {
            scenes,
            programme,
            seed,
            name: format!("stimulus.episode.{name}"),
            order: format!("stimulus.order{bout}"),
            events: 0,
        }
    }

    /// Which scene is played in event number `event`.
    fn choice(&self, event: u64) -> usize {
        let n = self.scenes.len() as u64;
        let (turn, at) = (event / n.max(1), (event % n.max(1)) as usize);
        match self.programme.order {
            Order::Sequence => at,
            Order::Shuffled => {
                let mut order: Vec<usize> = (0..n as usize).collect();
                Stream::new(self.seed, &self.order, turn).shuffle(&mut order);
                order.get(at).copied().unwrap_or(0)
            }
        }
    }
}

impl Stimulus for Player {
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let mut stream = Stream::new(self.seed, &self.name, self.events);
        let pattern = self.scenes.draw(self.choice(self.events), &mut stream);
        self.events += 1;
        let programme = &self.programme;
        programme.play(&pattern, now, &mut stream, spikes);
        now.checked_add(programme.event)?
            .checked_add(programme.pause)
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            scenes: _,
            programme: _,
            seed: _,
            name: _,
            order: _,
            events,
        } = self;
        to_bytes(&State { events: *events })
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let State { events } = from_bytes(bytes)?;
        self.events = events;
        Ok(())
    }
}

#[cfg(test)]
mod tests;

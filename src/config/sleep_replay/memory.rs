//! `[memory]`: patterns that are cached awake and replayed in sleep.

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Range};
use crate::base::time::{Duration, PS_PER_MS};
use crate::config::form::{Around, Keys, Table, count, given, number, span, words};
use crate::config::reader::Section;
use crate::stimulus::{MOST_AT_ONCE, most_at_once_hz};

use super::{Input, Sleep};

/// The short-term store.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Patterns that it holds, at least 1.
    pub capacity: usize,
    /// Images of each task that are cached at its end.
    pub encode: usize,
    /// How salient they are then.
    pub salience: Salience,
    /// Share of every salience that is left after a sleep, 0 to 1.
    pub decay: f64,
    /// Share of events of sleep in which a pattern is replayed, 0 to 1; in the others the network hears what `[sleep.input]`
    /// says.
    pub share: f64,
    /// How long an event lasts.
    pub event: Duration,
    /// The rate of a pixel of 1 in a replay, in hertz; that of `[sleep.input]` where it is not given.
    pub rate_hz: Option<f64>,
    /// The rate at which the output neuron of the pattern's class is made to fire with it, in hertz.
    pub teacher_hz: f64,
}

/// How salient a pattern is when it is cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Salience {
    /// 1.
    Equal,
    /// Share of the output that is not of its class, after its task was trained.
    Surprise,
}

/// Most patterns that a store holds.
const MOST: u64 = 10_000_000;

impl Default for Memory {
    fn default() -> Self {
        Self {
            capacity: 0,
            encode: 0,
            salience: Salience::Equal,
            decay: 1.0,
            share: 0.5,
            // A guess: nothing published says how long one should be.
            event: Duration::from_ps(50 * PS_PER_MS),
            rate_hz: None,
            teacher_hz: 0.0,
        }
    }
}

impl Table for Memory {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let share = || number(Dimension::One, Range::Between(0.0, 1.0));
        let rate = || number(Dimension::Rate, Range::NonNegative);
        let what = "patterns that it holds; beyond, the least salient goes, of several the oldest";
        k.need("capacity", &mut self.capacity, count(1, MOST), what);
        let what = "images of each task that are cached once it is trained, drawn at random";
        k.need("encode", &mut self.encode, count(0, MOST), what);
        let salience = words(&[("equal", Salience::Equal), ("surprise", Salience::Surprise)]);
        let what = "how often a pattern is replayed, in relation to others, when it is new: each equally, or in proportion to \
                    the share of the output that is not of its class";
        k.or("salience", &mut self.salience, salience, what);
        let what = "share of every salience that is left after a sleep";
        k.or("decay", &mut self.decay, share(), what);
        let what = "share of the events of sleep in which a pattern is replayed; in the others is heard what [sleep.input] says";
        k.or("share", &mut self.share, share(), what);
        let what = "how long an event lasts";
        k.or("event", &mut self.event, span(), what);
        let what = "the rate of a pixel of 1 in a replay, such as \"480 Hz\"";
        let default = "twice that of [sleep.input]";
        k.told("rate", default, &mut self.rate_hz, given(rate()), what);
        let what = "the rate at which the output neuron of its class is made to fire in a replay";
        k.or("teacher", &mut self.teacher_hz, rate(), what);
    }
}

impl Memory {
    /// The rate of a pixel of 1 in a replay during `sleep`.
    pub fn rate_hz(&self, sleep: &Sleep) -> f64 {
        let of_input = match &sleep.input {
            Input::Image { max_rate_hz, .. } => 2.0 * max_rate_hz,
            Input::Spikes(_) => 0.0,
        };
        self.rate_hz.unwrap_or(of_input)
    }
}

/// Whether the memory of `section` fits the `sleep` in which it is replayed; reports it if not.
pub(super) fn fits(
    section: &Section<'_>,
    memory: &Memory,
    sleep: &Sleep,
    around: &Around<'_>,
) -> bool {
    let refuse = |key: &str, message: String, help: &str| {
        let origin = section
            .get(key)
            .map_or(section.origin, |item| item.origin());
        section.reader.problem(origin, message, Some(help.into()));
        false
    };
    if !around.trained {
        let help =
            "remove [memory]: a network from `mlp.weights` experiences nothing before it sleeps";
        return refuse("", "[memory] needs training".into(), help);
    }
    if matches!(sleep.input, Input::Spikes(_)) {
        let help = "give `sleep.input.pattern` in place of `spikes`";
        let message = "[memory] is replayed in turns with an image, but `sleep.input` gives spikes";
        return refuse("", message.into(), help);
    }
    let tick = sleep.tick();
    if memory.event.ps() % tick.ps() != 0 {
        let message = format!(
            "`memory.event` is {}, expected a multiple of {tick}, at which the input of sleep is drawn",
            memory.event
        );
        let help = "that is `sleep.grid`, or the period of `sleep.input.patch`, or 1 ms";
        return refuse("event", message, help);
    }
    // On a grid a neuron fires at most once in a step; else spikes are no denser than the clock's ticks.
    let most_hz = match sleep.grid {
        Some(step) => 1e3 / step.as_ms(),
        None => 1e12,
    };
    for (key, rate_hz) in [
        ("rate", memory.rate_hz(sleep)),
        ("teacher", memory.teacher_hz),
    ] {
        if rate_hz > most_hz {
            let message = format!(
                "`memory.{key}` is {} Hz, expected at most {} Hz: a neuron fires at most once in each step",
                legible(rate_hz),
                legible(most_hz)
            );
            return refuse(key, message, "lower it, or set `sleep.grid = \"off\"`");
        }
    }
    let pixels = around.layers.map_or(1, |layers| layers.sizes[0]);
    for (key, rate_hz, neurons) in [
        ("rate", memory.rate_hz(sleep), pixels),
        ("teacher", memory.teacher_hz, 1),
    ] {
        let most_hz = most_at_once_hz(tick, neurons);
        if sleep.grid.is_none() && rate_hz > most_hz {
            let message = format!(
                "`memory.{key}` is {} Hz, expected at most {} Hz: {neurons} neurons would get more than {MOST_AT_ONCE:e} spikes at \
                 once, in {tick}",
                legible(rate_hz),
                legible(most_hz)
            );
            return refuse(
                key,
                message,
                "lower it, or the period of `sleep.input.patch`",
            );
        }
    }
    true
}

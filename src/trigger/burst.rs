//! Population bursts as they happen, with the cells that take part.
//!
//! The rate at t is that over (t − window, t]. A burst begins when it rises to `down` and ends when it falls below; it is one
//! if it reaches `up` in between. Before the watching begins nothing has spiked. The spikes of the window in which the rate
//! rises are the burst's too: they made it rise, and a replay that they begin is not cut.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::window::{Held, Window};
use super::{Onset, fault};
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;

/// How far back spikes count where nothing is said: a Gaussian of 10 ms, as bursts are found afterwards, has most of its weight
/// within so many milliseconds.
pub(super) const WINDOW_MS: f64 = 20.0;

/// The keys that say what a burst is.
pub(super) const UP: ParameterSpec = ParameterSpec::quantity(
    "up",
    Dimension::Rate,
    Range::Positive,
    "the mean rate of a neuron that a burst reaches, such as \"15 Hz\"",
);
pub(super) const DOWN: ParameterSpec = ParameterSpec::quantity(
    "down",
    Dimension::Rate,
    Range::NonNegative,
    "the rate at which it begins and below which it ends, at most `up`",
);

/// Finds bursts.
pub(super) struct Bursts {
    /// Spikes in the window.
    up: u64,
    down: u64,
    window: Window,
    now: Now,
}

/// All that changes but the window.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Now {
    /// The spikes in the window, by neuron.
    recent: VecDeque<(Time, u32)>,
    /// When the stretch began in which the rate is at least `down`.
    begun: Option<Time>,
    /// Whether it has reached `up`.
    is_high: bool,
}

/// All that a checkpoint keeps.
#[derive(Serialize, Deserialize)]
pub(super) struct BurstState {
    held: Held,
    now: Now,
}

/// What comes of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing goes on.
    Calm,
    /// A burst goes on, or what may become one.
    Within {
        /// When it began.
        begun: Time,
        /// Whether it begins now.
        is_new: bool,
        /// Whether it has reached the rate of one.
        is_high: bool,
    },
    /// A burst is over.
    Over {
        /// When it began.
        begun: Time,
    },
}

impl Bursts {
    /// As the values of `spec` say.
    pub(super) fn new(
        spec: &'static Spec,
        values: &Values,
        onset: &Onset,
    ) -> Result<Self, ParameterError> {
        let window = Window::new(spec, values)?;
        let (up, down) = (values["up"], values["down"]);
        if down > up {
            let reason = format!(
                " is {} Hz, expected at most `up`, {} Hz",
                legible(down),
                legible(up)
            );
            return Err(fault(spec, "down", reason));
        }
        Ok(Self {
            up: window.spikes_at(up, onset),
            down: window.spikes_at(down, onset),
            window,
            now: Now::default(),
        })
    }

    /// Begins anew.
    pub(super) fn begin(&mut self) {
        self.window.clear();
        self.now = Now::default();
    }

    /// Comes to the instant `t`, at which `nodes` spike.
    pub(super) fn at(&mut self, t: Time, nodes: &[u32]) -> Turn {
        let count = self.window.at(t, nodes.len() as u32);
        let (now, span) = (&mut self.now, self.window.span());
        while let Some(&(time, _)) = now.recent.front()
            && time.checked_add(span).is_some_and(|end| end <= t)
        {
            now.recent.pop_front();
        }
        now.recent.extend(nodes.iter().map(|&node| (t, node)));
        if count < self.down {
            let is_high = std::mem::take(&mut now.is_high);
            return match now.begun.take() {
                Some(begun) if is_high => Turn::Over { begun },
                _ => Turn::Calm,
            };
        }
        let is_new = now.begun.is_none();
        let begun = *now.begun.get_or_insert(t);
        now.is_high |= count >= self.up;
        Turn::Within {
            begun,
            is_new,
            is_high: now.is_high,
        }
    }

    /// The spikes in the window, in order of time and neuron.
    pub(super) fn recent(&self) -> impl Iterator<Item = (Time, u32)> {
        self.now.recent.iter().copied()
    }

    /// The next instant at which something changes without a spike.
    pub(super) fn alone(&self) -> Time {
        self.window.next()
    }

    /// Whether a burst may end without a spike.
    pub(super) fn is_within(&self) -> bool {
        self.now.begun.is_some()
    }

    pub(super) fn state(&self) -> BurstState {
        let Self {
            up: _,
            down: _,
            window,
            now,
        } = self;
        BurstState {
            held: window.held().clone(),
            now: now.clone(),
        }
    }

    pub(super) fn load(&mut self, state: BurstState) {
        let BurstState { held, now } = state;
        self.window.hold(held);
        self.now = now;
    }
}

/// The key `window` of detectors of bursts.
pub(super) const WINDOW: ParameterSpec = ParameterSpec::quantity(
    "window",
    Dimension::Time,
    Range::Positive,
    "how far back spikes count for the rate",
)
.or_number(WINDOW_MS);

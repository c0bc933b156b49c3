//! UP and DOWN states of a population, by its rate.
//!
//! The rate at t is that over (t − window, t]. The population is UP from the first instant at which it reaches `up`, and DOWN
//! from the first at which it is below `down`; between the two it stays what it was. An UP state began when the rate last
//! rose to `down`, before it reached `up`. A DOWN state began where the window begins that is the first with so few spikes.
//! Before the watching begins nothing has spiked: the population is DOWN, and has been for ever.

use serde::{Deserialize, Serialize};

use super::window::{Held, Window};
use super::{Detect, Found, Onset, StateError, WINDOW, fault, from_bytes, time, to_bytes};
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};

/// The parameters of both kinds.
pub(super) const PARAMETERS: &[ParameterSpec] = &[
    ParameterSpec::quantity(
        "up",
        Dimension::Rate,
        Range::Positive,
        "the mean rate of a neuron from which on the population is UP",
    )
    .or_number(5.0),
    ParameterSpec::quantity(
        "down",
        Dimension::Rate,
        Range::NonNegative,
        "the rate below which it is DOWN, at most `up`; between the two it stays what it was",
    )
    .or_number(2.0),
    WINDOW,
    ParameterSpec::quantity(
        "after",
        Dimension::Time,
        Range::NonNegative,
        "how long the state before must have lasted",
    )
    .or_number(50.0),
    ParameterSpec::quantity(
        "hold",
        Dimension::Time,
        Range::NonNegative,
        "how long the new state must last before it counts, which adds to the latency",
    )
    .or_number(0.0),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Up,
    Down,
}

/// Finds where a state begins.
pub(super) struct Swing {
    wanted: State,
    /// Spikes in the window.
    up: u64,
    down: u64,
    after: Duration,
    hold: Duration,
    window: Window,
    now: Now,
}

/// All that changes but the window.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Now {
    state: State,
    /// Since when.
    since: Time,
    /// Since when there have been at least `down` spikes in the window, if there are.
    risen: Option<Time>,
    /// What has begun, and when it will have lasted.
    waiting: Option<(Time, Time)>,
}

impl Now {
    const AT_REST: Self = Self {
        state: State::Down,
        since: Time::NEVER,
        risen: None,
        waiting: None,
    };
}

impl Swing {
    /// As the values of `spec` say, for the beginnings of `wanted`.
    pub(super) fn new(
        spec: &'static Spec,
        values: &Values,
        onset: &Onset,
        wanted: State,
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
            wanted,
            up: window.spikes_at(up, onset),
            down: window.spikes_at(down, onset),
            after: time(spec, "after", values)?,
            hold: time(spec, "hold", values)?,
            window,
            now: Now::AT_REST,
        })
    }

    /// At `t` it is known that `state` has begun at `event`, unless it is that already.
    fn enter(&mut self, state: State, event: Time, t: Time, found: &mut Vec<Found>) {
        if self.now.state == state {
            return;
        }
        let lasted = event.since(self.now.since) >= self.after;
        self.now.state = state;
        self.now.since = event;
        self.now.waiting = None;
        if state == self.wanted && lasted {
            match t.checked_add(self.hold) {
                Some(due) if due > t => self.now.waiting = Some((event, due)),
                _ => found.push(Found { event, at: t }),
            }
        }
    }
}

impl Detect for Swing {
    fn begin(&mut self, _: Time) {
        self.window.clear();
        self.now = Now::AT_REST;
    }

    fn alone(&self) -> Time {
        let due = self.now.waiting.map_or(Time::MAX, |(_, due)| due);
        due.min(self.window.next())
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        if let Some((event, due)) = self.now.waiting.filter(|&(_, due)| due <= t) {
            found.push(Found { event, at: due });
            self.now.waiting = None;
        }
        let spikes = self.window.at(t, nodes.len() as u32);
        let risen = (spikes >= self.down).then(|| self.now.risen.unwrap_or(t));
        self.now.risen = risen;
        match risen {
            Some(risen) if spikes >= self.up => self.enter(State::Up, risen, t, found),
            None => {
                let empty = Time::from_ps(t.ps() - self.window.span().ps());
                self.enter(State::Down, empty, t, found);
            }
            _ => {}
        }
    }

    fn next(&self) -> Time {
        match (self.now.state, self.wanted) {
            // Nothing but a spike makes a rate rise.
            (State::Down, _) | (State::Up, State::Up) => {
                self.now.waiting.map_or(Time::MAX, |(_, due)| due)
            }
            (State::Up, State::Down) => self.alone(),
        }
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            wanted: _,
            up: _,
            down: _,
            after: _,
            hold: _,
            window,
            now,
        } = self;
        to_bytes(&(window.held(), now))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let held: Held;
        (held, self.now) = from_bytes(bytes)?;
        self.window.hold(held);
        Ok(())
    }
}

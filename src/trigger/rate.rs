//! A population's rate rises to a level, or falls below it.

use super::window::{Held, Window};
use super::{Detect, Entry, Found, Onset, StateError, WINDOW, Watches, from_bytes, to_bytes, word};
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    build: |values, onset| Ok(Box::new(Level::new(values, &onset)?)),
};

const ABOVE: &str = "above";

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "rate",
    summary: "The rate of a population in a window rises to a level, or falls below it; again once it was on the other side.",
    equations: "rate(t) = spikes in (t - window, t] / (neurons window)",
    parameters: &[
        ParameterSpec::quantity(
            "level",
            Dimension::Rate,
            Range::Positive,
            "the mean rate of a neuron, such as \"10 Hz\"",
        ),
        word(
            "when",
            &[ABOVE, "below"],
            ABOVE,
            "whether it is found where the rate rises to the level, or where it falls below it",
        ),
        WINDOW,
    ],
    source: "",
};

/// Finds where the rate comes to the side that is wanted.
struct Level {
    level: u64,
    wants_above: bool,
    window: Window,
    /// When the window will be filled for the first time; `None` once it is.
    filled: Option<Time>,
    /// Where the rate is; `None` while it is not known.
    is_above: Option<bool>,
}

impl Level {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        let window = Window::new(&SPEC, values)?;
        Ok(Self {
            level: window.spikes_at(values["level"], onset),
            wants_above: values.text("when") == Some(ABOVE),
            window,
            filled: None,
            is_above: None,
        })
    }
}

impl Detect for Level {
    fn begin(&mut self, t: Time) {
        self.window.clear();
        self.filled = t.checked_add(self.window.span());
        self.is_above = None;
    }

    fn alone(&self) -> Time {
        self.window.next().min(self.filled.unwrap_or(Time::MAX))
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        self.filled = self.filled.filter(|&filled| filled > t);
        let is_above = self.window.at(t, nodes.len() as u32) >= self.level;
        if !is_above && self.filled.is_some() {
            return;
        }
        let before = self.is_above.replace(is_above);
        if before == Some(!self.wants_above) && is_above == self.wants_above {
            found.push(Found { event: t, at: t });
        }
    }

    fn next(&self) -> Time {
        match self.wants_above {
            true => Time::MAX,
            false => self.alone(),
        }
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            level: _,
            wants_above: _,
            window,
            filled,
            is_above,
        } = self;
        to_bytes(&(window.held(), filled, is_above))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let held: Held;
        (held, self.filled, self.is_above) = from_bytes(bytes)?;
        self.window.hold(held);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::tests::{begun, found};

    #[test]
    fn a_rate_crosses_its_level_both_ways() {
        // Ten neurons, windows of 50 ms: 6 Hz are 3 spikes.
        let spikes = [(100.0, 2), (120.0, 1), (130.0, 1), (300.0, 3)];
        let cross = |when: &str| {
            let mut values: Values = [("level", 6.0)].into_iter().collect();
            values.insert("when", when);
            found(begun("rate", values, 10).as_mut(), &spikes, 1000.0)
        };
        assert_eq!(cross("above"), [(120.0, 120.0), (300.0, 300.0)]);
        assert_eq!(cross("below"), [(150.0, 150.0), (350.0, 350.0)]);
    }
}

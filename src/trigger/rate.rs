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
    quiet_ms: |_| 0.0,
    build: |values, onset| Ok(Box::new(Level::new(values, &onset)?)),
};

const ABOVE: &str = "above";

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "rate",
    summary: "The rate of a population in a window rises to a level, or falls below it; again once it was on the other side. At \
              the beginning it is 0, and rises from there.",
    equations: "rate(t) = spikes in (t - window, t] / (neurons window), none before the beginning",
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
    is_above: bool,
}

impl Level {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        let window = Window::new(&SPEC, values)?;
        Ok(Self {
            level: window.spikes_at(values["level"], onset),
            wants_above: values.text("when") == Some(ABOVE),
            window,
            is_above: false,
        })
    }
}

impl Detect for Level {
    fn begin(&mut self, _: Time) {
        self.window.clear();
        self.is_above = false;
    }

    fn alone(&self) -> Time {
        self.window.next()
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        let is_above = self.window.at(t, nodes.len() as u32) >= self.level;
        let was_above = std::mem::replace(&mut self.is_above, is_above);
        if was_above != is_above && is_above == self.wants_above {
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
            is_above,
        } = self;
        to_bytes(&(window.held(), is_above))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let held: Held;
        (held, self.is_above) = from_bytes(bytes)?;
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

    #[test]
    fn a_rate_that_is_there_from_the_start_has_risen_from_nothing() {
        // Ten neurons, windows of 50 ms: a spike every 5 ms is 20 Hz, 10 Hz are 5 spikes.
        let spikes: Vec<(f64, u32)> = (1..=200).map(|k| (5.0 * f64::from(k), 1)).collect();
        let values: Values = [("level", 10.0)].into_iter().collect();
        let mut trigger = begun("rate", values, 10);
        assert_eq!(found(trigger.as_mut(), &spikes, 1000.0), [(25.0, 25.0)]);
        // Where everything begins anew at rest, it does so again.
        trigger.begin(Time::from_ms(2000.0).unwrap());
        let later: Vec<(f64, u32)> = spikes.iter().map(|&(ms, n)| (2000.0 + ms, n)).collect();
        assert_eq!(found(trigger.as_mut(), &later, 3000.0), [(2025.0, 2025.0)]);
    }
}

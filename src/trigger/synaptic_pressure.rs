//! Sleep pressure by synaptic strength: a network that falls asleep when its synapses have grown strong, and wakes when they have been
//! brought down.
//!
//! By the synaptic homeostasis hypothesis (Tononi and Cirelli 2003, Brain Res Bull 62:143; 2006, Sleep Med Rev 10:49) process S of the
//! two-process model is how strong synapses are: it rises as they are potentiated awake, and falls as they are scaled down asleep. So S
//! has no time constants here; rules and slow forces on weights make them.

use serde::{Deserialize, Serialize};

use super::two_process::{
    self, AMPLITUDE_KEY, DAY_KEY, LOWER_KEY, PEAK_KEY, Thresholds, UPPER_KEY, look,
};
use super::{Detect, Entry, Found, StateError, Watches, from_bytes, time, to_bytes};
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Weights,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, _| Ok(Box::new(Pressure::new(values)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "synaptic_pressure",
    summary: "Sleep pressure by synaptic strength: the total weight of a projection comes up to where sleep begins, and then down to where \
              it ends, in turns, as `sleep_pressure` by spikes.",
    equations: "S = (w - rested)/(tired - rested), w = sum |weights| / the same at the beginning, at each `look`;  told where S >= upper + C, then \
                where S <= lower + C, C = amplitude cos(2 pi (t - peak)/day); where it may not tell (`triggers`, `refractory`), at the \
                first look at which it may, if it still holds",
    parameters: &[
        ParameterSpec::quantity(
            "tired",
            Dimension::One,
            Range::Positive,
            "total weight, over that at the beginning, at which S is 1, such as 1.3; above `rested`",
        ),
        ParameterSpec::quantity(
            "rested",
            Dimension::One,
            Range::Positive,
            "the same at which S is 0",
        )
        .or_number(1.0),
        UPPER_KEY,
        LOWER_KEY,
        AMPLITUDE_KEY,
        DAY_KEY,
        PEAK_KEY,
        look("how often the weights are looked at"),
    ],
    source: "process S as synaptic strength: Tononi and Cirelli 2006, Sleep Med Rev 10:49; thresholds and clock: as `sleep_pressure`",
};

/// Follows S.
struct Pressure {
    look: Duration,
    tired: f64,
    rested: f64,
    thresholds: Thresholds,
    now: Now,
}

/// All that changes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Now {
    /// The next look.
    next: Time,
    /// Total weight at the beginning, once it is known.
    start: Option<f64>,
    /// Whether sleep has begun, as far as it was told.
    sleeps: bool,
}

impl Now {
    fn beginning(t: Time) -> Self {
        Self {
            next: t,
            start: None,
            sleeps: false,
        }
    }
}

impl Pressure {
    fn new(values: &Values) -> Result<Self, ParameterError> {
        two_process::below(&SPEC, values, "rested", "tired", "")?;
        Ok(Self {
            look: time(&SPEC, "look", values)?,
            tired: values["tired"],
            rested: values["rested"],
            thresholds: Thresholds::of(&SPEC, values)?,
            now: Now::beginning(Time::MAX),
        })
    }
}

impl Detect for Pressure {
    fn begin(&mut self, t: Time) {
        self.now = Now::beginning(t);
    }

    /// Between looks it does nothing.
    fn alone(&self) -> Time {
        Time::MAX
    }

    fn at(&mut self, _t: Time, _nodes: &[u32], _found: &mut Vec<Found>) {}

    fn next(&self) -> Time {
        self.now.next
    }

    fn weighs(&self) -> Time {
        self.now.next
    }

    fn weigh(&mut self, t: Time, sum: f64, found: &mut Vec<Found>) {
        let now = &mut self.now;
        now.next = t.checked_add(self.look).unwrap_or(Time::MAX);
        // Of weights that are all 0 there is no share.
        let start = *now.start.get_or_insert(sum);
        let s = (sum / start - self.rested) / (self.tired - self.rested);
        let sleeps = self.thresholds.sleeps_at(s, t, now.sleeps);
        if start > 0.0 && sleeps != now.sleeps {
            now.sleeps = sleeps;
            found.push(Found { event: t, at: t });
        }
    }

    fn missed(&mut self) {
        self.now.sleeps = !self.now.sleeps;
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&self.now)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.now = from_bytes(bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::tests::begun;

    /// When it is told, weights summing up to `sum` at so many milliseconds, with these values beside `tired`.
    fn turns(more: &[(&'static str, f64)], sum: impl Fn(f64) -> f64) -> Vec<f64> {
        let own = [("tired", 1.5), ("look", 100.0)];
        let values = own.into_iter().chain(more.iter().copied()).collect();
        let mut trigger = begun("synaptic_pressure", values, 0);
        let mut found = Vec::new();
        while trigger.weighs() <= Time::from_ms(1e4).unwrap() {
            let t = trigger.weighs();
            let bytes = trigger.save().unwrap();
            trigger.load(&bytes).unwrap();
            trigger.weigh(t, sum(t.as_ms()), &mut found);
        }
        found.iter().map(|found| found.at.as_ms()).collect()
    }

    /// Up from 8 to 12 in 4 s, down again in the next 4 s.
    fn tent(ms: f64) -> f64 {
        8.0 + 4.0 * (1.0 - (ms / 4e3 - 1.0).abs()).max(0.0)
    }

    #[test]
    fn sleep_begins_where_weights_are_strong_and_ends_where_they_are_weak() {
        // S is the share of the way from 8 to 12: 0.67 at 2.68 s, and 0.17 at 7.32 s.
        assert_eq!(turns(&[], tent), [2_700.0, 7_400.0]);
        assert_eq!(
            turns(&[("upper", 0.5), ("lower", 0.4)], tent),
            [2_000.0, 6_400.0]
        );
        // Never tired enough.
        assert!(turns(&[("rested", 1.2), ("tired", 2.0)], tent).is_empty());
        assert!(turns(&[], |_| 0.0).is_empty());
    }

    #[test]
    fn a_clock_moves_both_thresholds() {
        // Highest at the beginning, lowest after 4 s, where both are a tenth lower.
        let clock = [("amplitude", 0.1), ("day", 8_000.0)];
        let s = |ms: f64| (tent(ms) / 8.0 - 1.0) / 0.5;
        let upper = |ms: f64| 0.67 + 0.1 * (std::f64::consts::TAU * ms / 8e3).cos();
        let first = (0..)
            .map(|k| 100.0 * f64::from(k))
            .find(|&ms| s(ms) >= upper(ms));
        assert_eq!(turns(&clock, tent).first(), first.as_ref());
        assert!(first < Some(2_700.0));
    }
}

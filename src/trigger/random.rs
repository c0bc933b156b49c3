//! Instants of a Poisson process.

use super::{Detect, Entry, Found, Onset, StateError, Watches, fault, from_bytes, to_bytes};
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Nothing,
    ticks: |values, seconds| values.number("rate").map(|hz| seconds * hz),
    quiet_ms: |_| 0.0,
    build: |values, onset| Ok(Box::new(Random::new(values, onset)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "random",
    summary: "Instants at random, independent of each other and of everything: a Poisson process.",
    equations: "",
    parameters: &[ParameterSpec::quantity(
        "rate",
        Dimension::Rate,
        Range::Positive,
        "how many instants there are on average, such as \"0.75 Hz\"",
    )],
    source: "",
};

/// More instants would not be pulses any more, and leave no time for anything else.
const MOST_HZ: f64 = 1e6;

struct Random {
    mean_ps: f64,
    now: Now,
}

/// All that changes.
#[derive(serde::Serialize, serde::Deserialize)]
struct Now {
    next: Time,
    stream: Stream,
}

impl Random {
    fn new(values: &Values, onset: Onset) -> Result<Self, ParameterError> {
        let rate_hz = values["rate"];
        if rate_hz > MOST_HZ {
            let reason = format!(" is {} Hz, expected at most {MOST_HZ} Hz", legible(rate_hz));
            return Err(fault(&SPEC, "rate", reason));
        }
        Ok(Self {
            mean_ps: 1e3 * PS_PER_MS as f64 / rate_hz,
            now: Now {
                next: Time::MAX,
                stream: onset.stream,
            },
        })
    }

    /// Draws the instant after `t`.
    fn draw(&mut self, t: Time) {
        let gap = self.now.stream.exponential() * self.mean_ps;
        let next = (gap < i64::MAX as f64).then(|| t.checked_add(Duration::from_ps(gap as i64)));
        self.now.next = next.flatten().unwrap_or(Time::MAX);
    }
}

impl Detect for Random {
    fn begin(&mut self, t: Time) {
        self.draw(t);
    }

    fn at(&mut self, t: Time, _: &[u32], found: &mut Vec<Found>) {
        if self.now.next == t {
            found.push(Found { event: t, at: t });
            self.draw(t);
        }
    }

    fn alone(&self) -> Time {
        self.now.next
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self { mean_ps: _, now } = self;
        to_bytes(now)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.now = from_bytes(bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::tests::{begun, found};

    #[test]
    fn gaps_are_exponential() {
        let values: Values = [("rate", 20.0)].into_iter().collect();
        let all = found(begun("random", values, 0).as_mut(), &[], 500_000.0);
        // 10,000 expected: the SD is 100.
        assert!((all.len() as f64 - 10_000.0).abs() < 400.0, "{}", all.len());
        let gaps: Vec<f64> = all.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        let long = gaps.iter().filter(|gap| **gap > 100.0).count() as f64 / gaps.len() as f64;
        // e^(−2), with a standard error of 0.0034.
        assert!((long - (-2.0_f64).exp()).abs() < 0.014, "{long}");
    }
}

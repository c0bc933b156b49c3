//! Instants one period after the other, each a bit late.

use super::{Detect, Entry, Found, Onset, StateError, Watches, fault, from_bytes, time, to_bytes};
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Nothing,
    ticks: |values, seconds| values.number("period").map(|ms| seconds * 1e3 / ms),
    quiet_ms: |values| values.number("from").unwrap_or(0.0),
    build: |values, onset| Ok(Box::new(Rhythmic::new(values, onset)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "rhythmic",
    summary: "An instant in every period, moved by a jitter.",
    equations: "t_k = from + k period + u_k, u_k uniform in [0, jitter)",
    parameters: &[
        ParameterSpec::quantity(
            "period",
            Dimension::Time,
            Range::Positive,
            "from one instant to the next, such as \"1 s\"",
        ),
        ParameterSpec::quantity(
            "from",
            Dimension::Time,
            Range::NonNegative,
            "when the first period begins, counted from when it begins to run",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "jitter",
            Dimension::Time,
            Range::NonNegative,
            "how late an instant may be, at most the period",
        )
        .or_number(0.0),
    ],
    source: "",
};

struct Rhythmic {
    period: Duration,
    from: Duration,
    jitter: Duration,
    now: Now,
}

/// All that changes.
#[derive(serde::Serialize, serde::Deserialize)]
struct Now {
    /// When the period at hand begins; `None` beyond the clock.
    period: Option<Time>,
    /// Its instant.
    next: Time,
    stream: Stream,
}

impl Rhythmic {
    fn new(values: &Values, onset: Onset) -> Result<Self, ParameterError> {
        let period = time(&SPEC, "period", values)?;
        let jitter = time(&SPEC, "jitter", values)?;
        if period <= Duration::ZERO {
            let reason = " is less than a picosecond, the clock's tick".into();
            return Err(fault(&SPEC, "period", reason));
        }
        if jitter > period {
            let reason = format!(" is {jitter}, expected at most the `period`, {period}");
            return Err(fault(&SPEC, "jitter", reason));
        }
        Ok(Self {
            period,
            from: time(&SPEC, "from", values)?,
            jitter,
            now: Now {
                period: None,
                next: Time::MAX,
                stream: onset.stream,
            },
        })
    }

    /// Takes the period that begins at `start`.
    fn take(&mut self, start: Option<Time>) {
        let late = match self.jitter.ps() {
            0 => 0,
            jitter => self.now.stream.below(jitter as u64) as i64,
        };
        let next = start.and_then(|start| start.checked_add(Duration::from_ps(late)));
        (self.now.period, self.now.next) = (start, next.unwrap_or(Time::MAX));
    }
}

impl Detect for Rhythmic {
    fn begin(&mut self, t: Time) {
        self.take(t.checked_add(self.from));
    }

    fn at(&mut self, t: Time, _: &[u32], found: &mut Vec<Found>) {
        if self.now.next == t {
            found.push(Found { event: t, at: t });
            let period = self.now.period;
            self.take(period.and_then(|period| period.checked_add(self.period)));
        }
    }

    fn alone(&self) -> Time {
        self.now.next
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            period: _,
            from: _,
            jitter: _,
            now,
        } = self;
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

    fn instants(values: &[(&'static str, f64)]) -> Vec<f64> {
        let mut trigger = begun("rhythmic", values.iter().copied().collect(), 0);
        let found = found(trigger.as_mut(), &[], 1000.0);
        found.into_iter().map(|(event, _)| event).collect()
    }

    #[test]
    fn each_period_has_one_instant() {
        assert_eq!(
            instants(&[("period", 300.0), ("from", 50.0)]),
            [50.0, 350.0, 650.0, 950.0]
        );
        let late = instants(&[("period", 10.0), ("jitter", 4.0)]);
        assert_eq!(late.len(), 100);
        let offsets = late.iter().zip(0..).map(|(t, k)| t - 10.0 * f64::from(k));
        let offsets: Vec<f64> = offsets.collect();
        assert!(offsets.iter().all(|t| (0.0..4.0).contains(t)));
        // Uniform: the standard error of the mean of 100 is 4/√1200 = 0.12 ms.
        let mean = offsets.iter().sum::<f64>() / 100.0;
        assert!((mean - 2.0).abs() < 0.5, "{mean}");
    }

    #[test]
    fn a_jitter_stays_in_its_period() {
        let values: Values = [("period", 10.0), ("from", 0.0), ("jitter", 10.1)]
            .into_iter()
            .collect();
        let stream = Stream::new(1, "", 0);
        let error = Rhythmic::new(&values, Onset { size: 0, stream }).err();
        let error = error.unwrap().to_string();
        assert!(error.contains("at most the `period`"), "{error}");
    }
}

//! Given instants.

use super::{Detect, Entry, Found, StateError, Watches, fault, from_bytes, to_bytes};
use crate::base::parameter::{Kind, ParameterError, ParameterSpec, Spec, Values};
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Nothing,
    ticks: |values, _| Some(values.instants("at").len() as f64),
    quiet_ms: |values| values.instants("at").first().copied().unwrap_or(0.0),
    build: |values, _| Ok(Box::new(Timed::new(values)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "timed",
    summary: "Given instants.",
    equations: "",
    parameters: &[ParameterSpec::new(
        "at",
        Kind::Instants,
        "the instants, counted from when it begins to run, such as [\"1 s\", \"2.5 s\"]",
    )],
    source: "",
};

struct Timed {
    /// Ascending.
    at: Vec<Duration>,
    start: Time,
    /// How many have come.
    next: usize,
}

impl Timed {
    fn new(values: &Values) -> Result<Self, ParameterError> {
        let at = values.instants("at").iter().map(|&ms| {
            Duration::from_ms(ms).map_err(|error| fault(&SPEC, "at", format!(": {error}")))
        });
        let at: Vec<Duration> = at.collect::<Result<_, _>>()?;
        let early = at.first().is_some_and(|&first| first < Duration::ZERO);
        if at.is_empty() || early || !at.is_sorted_by(|a, b| a < b) {
            let reason = " has no instants, or not in order, expected one or more, each after the one before it, from 0 on";
            return Err(fault(&SPEC, "at", reason.into()));
        }
        Ok(Self {
            at,
            start: Time::ZERO,
            next: 0,
        })
    }
}

impl Detect for Timed {
    fn begin(&mut self, t: Time) {
        (self.start, self.next) = (t, 0);
    }

    fn at(&mut self, t: Time, _: &[u32], found: &mut Vec<Found>) {
        if self.alone() == t {
            found.push(Found { event: t, at: t });
            self.next += 1;
        }
    }

    fn alone(&self) -> Time {
        let after = self.at.get(self.next);
        let next = after.and_then(|&after| self.start.checked_add(after));
        next.unwrap_or(Time::MAX)
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self { at: _, start, next } = self;
        to_bytes(&(start, next))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        (self.start, self.next) = from_bytes(bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::tests::{begun, found};

    #[test]
    fn instants_count_from_the_beginning() {
        let mut values = Values::new();
        values.insert("at", vec![0.0, 2.5, 7.0]);
        let mut trigger = begun("timed", values.clone(), 0);
        assert_eq!(found(trigger.as_mut(), &[], 7.0), [(0.0, 0.0), (2.5, 2.5)]);
        trigger.begin(Time::from_ms(100.0).unwrap());
        assert_eq!(
            found(trigger.as_mut(), &[], 103.0),
            [(100.0, 100.0), (102.5, 102.5)]
        );
        for wrong in [vec![], vec![2.0, 2.0], vec![-1.0]] {
            values.insert("at", wrong);
            assert!(Timed::new(&values).is_err());
        }
    }
}

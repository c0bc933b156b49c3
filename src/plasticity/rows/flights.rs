//! Spikes on their way to synapses that may still come.
//!
//! Rows are those of the delays that a source's synapses have. One that comes later must remember what it would if it had
//! always been there: what has arrived by its delay. So spikes are kept as long as they may be under way, and what has passed
//! even the longest delay is kept as traces.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Pre;
use crate::base::function::exp;
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::plasticity::clock::{Clock, jump, times};
use crate::plasticity::rule::Trace;

/// What departed from each source.
#[derive(Clone)]
pub(super) struct Flights<const PRE: usize> {
    /// No delay is longer.
    longest: Duration,
    /// By source.
    passed: Vec<Passed<PRE>>,
    /// When and from which source, in order of time.
    flying: VecDeque<(Time, u32)>,
}

/// Traces of spikes of one source that have passed every delay.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Passed<const PRE: usize> {
    /// When the last of them departed.
    last: Time,
    /// Right before it and right after, as they are where it arrives.
    before: [f64; PRE],
    after: [f64; PRE],
}

impl<const PRE: usize> Passed<PRE> {
    const NONE: Self = Self {
        last: Time::NEVER,
        before: [0.0; PRE],
        after: [0.0; PRE],
    };

    /// After another spike.
    fn next(self, kinds: &[Trace; PRE], t: Time) -> Self {
        let ms = t.since(self.last).ps() as f64 / PS_PER_MS as f64;
        let before = match self.last == Time::NEVER {
            true => self.after,
            false => times(self.after, kinds.map(|kind| exp(-ms / kind.tau_ms))),
        };
        Self {
            last: t,
            before,
            after: jump(kinds, before, [1.0; PRE]),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct SavedFlights {
    passed: Vec<(Time, Vec<f64>, Vec<f64>)>,
    flying: Vec<(Time, u32)>,
}

impl<const PRE: usize> Flights<PRE> {
    pub(super) fn new(n_source: usize, longest: Duration) -> Self {
        Self {
            longest,
            passed: vec![Passed::NONE; n_source],
            flying: VecDeque::new(),
        }
    }

    /// A spike of `source` at `t`, not before any other.
    pub(super) fn depart(&mut self, kinds: &[Trace; PRE], t: Time, source: u32) {
        while let Some(&(before, source)) = self.flying.front()
            && t.since(before) > self.longest
        {
            self.flying.pop_front();
            let passed = &mut self.passed[source as usize];
            *passed = passed.next(kinds, before);
        }
        self.flying.push_back((t, source));
    }

    pub(super) fn under_way(&self) -> impl Iterator<Item = (Time, u32)> + '_ {
        self.flying.iter().copied()
    }

    /// Spikes that may be under way: of which source and when, by source, then time.
    pub(super) fn by_source(&self) -> Vec<(u32, Time)> {
        let mut all: Vec<(u32, Time)> = self.flying.iter().map(|one| (one.1, one.0)).collect();
        all.sort_unstable();
        all
    }

    /// What the spikes of `source` that arrived before `t` have left after a delay; `flying` are those
    /// [by source](Self::by_source).
    pub(super) fn passed<const POST: usize>(
        &self,
        clock: &Clock<PRE, POST>,
        flying: &[(u32, Time)],
        (source, delay): (u32, Duration),
        t: Time,
    ) -> Pre<PRE> {
        let own = &flying[flying.partition_point(|one| one.0 < source)..];
        let arrived = own
            .iter()
            .take_while(|one| one.0 == source && t.since(one.1) > delay);
        let passed = arrived.fold(self.passed[source as usize], |passed, one| {
            passed.next(&clock.pre, one.1)
        });
        if passed.last == Time::NEVER {
            return Pre::NEVER;
        }
        let last = Time::from_ps(passed.last.ps() + delay.ps());
        let rise = clock.rise_pre(last);
        Pre {
            last,
            before: times(passed.before, rise),
            after: times(passed.after, rise),
        }
    }

    pub(super) fn reset(&mut self) {
        self.passed.fill(Passed::NONE);
        self.flying.clear();
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.passed.as_slice()) + self.flying.len() * size_of::<(Time, u32)>()
    }

    pub(super) fn save(&self) -> SavedFlights {
        let Self {
            longest: _,
            passed,
            flying,
        } = self;
        let passed = passed.iter();
        let passed = passed.map(|one| (one.last, one.before.to_vec(), one.after.to_vec()));
        SavedFlights {
            passed: passed.collect(),
            flying: flying.iter().copied().collect(),
        }
    }

    /// `None` if they are flights of others.
    pub(super) fn load(&mut self, SavedFlights { passed, flying }: SavedFlights) -> Option<()> {
        let n_source = self.passed.len();
        let passed: Option<Vec<Passed<PRE>>> = passed
            .into_iter()
            .map(|(last, before, after)| {
                Some(Passed {
                    last,
                    before: before[..].try_into().ok()?,
                    after: after[..].try_into().ok()?,
                })
            })
            .collect();
        let fits = flying.is_sorted_by_key(|flying| flying.0)
            && flying.iter().all(|flying| (flying.1 as usize) < n_source);
        self.passed = passed.filter(|passed| fits && passed.len() == n_source)?;
        self.flying = flying.into();
        Some(())
    }
}

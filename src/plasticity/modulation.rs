//! A modulator as synapses see it.
//!
//! A concentration n decays to its baseline and jumps where it is released: n' = −(n − baseline) / τ. Synapses ask late,
//! at their next event, so what has happened to n since is kept until all have seen it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::function::{exp, expm1, ln};
use crate::base::time::{Duration, PS_PER_MS, Time};

/// How a modulator behaves by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kinetics {
    /// Time constant in milliseconds, above zero.
    pub tau_ms: f64,
    /// What it decays to, and begins at.
    pub baseline: f64,
}

/// What happens to a modulator at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Turn {
    /// So much is released.
    Release(f64),
    /// It decays to another baseline from then on.
    Baseline(f64),
    /// It is at another baseline from then on, as if it had always been.
    Settled(f64),
}

/// Where it jumps, or its baseline does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Mark {
    time: Time,
    /// Right after.
    value: f64,
    baseline: f64,
}

/// A modulator over time, as far back as synapses may ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Modulation {
    kinetics: Kinetics,
    /// Ascending, never empty.
    marks: VecDeque<Mark>,
}

impl Modulation {
    /// At its baseline from `start` on.
    pub fn new(kinetics: Kinetics, start: Time) -> Self {
        let mark = Mark {
            time: start,
            value: kinetics.baseline,
            baseline: kinetics.baseline,
        };
        Self {
            kinetics,
            marks: VecDeque::from([mark]),
        }
    }

    /// Its baseline from `start` on, with all before forgotten.
    pub fn reset(&mut self, start: Time) {
        *self = Self::new(self.kinetics, start);
    }

    /// Lets `turn` happen at `t`, not before any other.
    pub fn turn(&mut self, t: Time, turn: Turn) {
        let last = self.last();
        let mut mark = Mark {
            time: t,
            value: self.value(&last, t),
            baseline: last.baseline,
        };
        match turn {
            Turn::Release(amount) => mark.value += amount,
            Turn::Baseline(baseline) => mark.baseline = baseline,
            Turn::Settled(baseline) => (mark.value, mark.baseline) = (baseline, baseline),
        }
        // What was before the instant is asked of the mark before.
        let is_before = self.marks.front().is_some_and(|first| first.time < t);
        match self.marks.back_mut().filter(|last| last.time == t) {
            Some(last) if is_before => *last = mark,
            _ => self.marks.push_back(mark),
        }
    }

    /// The concentration right before what happens at `t`.
    pub fn before(&self, t: Time) -> f64 {
        let later = self.marks.partition_point(|mark| mark.time < t);
        let mark = self.marks.get(later.saturating_sub(1));
        mark.map_or(0.0, |mark| self.value(mark, t))
    }

    /// The concentration right after what happened at `t` and before.
    pub fn after(&self, t: Time) -> f64 {
        let later = self.marks.partition_point(|mark| mark.time <= t);
        let mark = self.marks.get(later.saturating_sub(1));
        mark.map_or(0.0, |mark| self.value(mark, t))
    }

    /// What it decays to.
    pub fn baseline(&self) -> f64 {
        self.last().baseline
    }

    /// Jumps that are kept.
    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    /// Forgets what nobody who asks from `t` on needs.
    pub fn forget(&mut self, t: Time) {
        while self.marks.get(1).is_some_and(|mark| mark.time < t) {
            self.marks.pop_front();
        }
    }

    /// ∫ e^(−(s − from)/`tau_ms`) (n(s) − `offset`) ds between two instants, in milliseconds, in pieces in which the
    /// integrand keeps its sign, in the order of time.
    pub fn pieces(
        &self,
        (from, to): (Time, Time),
        tau_ms: f64,
        offset: f64,
        mut see: impl FnMut(f64),
    ) {
        let mut at = self.marks.partition_point(|mark| mark.time <= from).max(1) - 1;
        let (mut now, mut left) = (from, 1.0);
        let both = 1.0 / (1.0 / tau_ms + 1.0 / self.kinetics.tau_ms);
        while let Some(mark) = self.marks.get(at)
            && now < to
        {
            at += 1;
            let end = self.marks.get(at).map_or(to, |next| next.time.min(to));
            let (constant, mut moving) = (
                mark.baseline - offset,
                self.value(mark, now) - mark.baseline,
            );
            let area = |moving: f64, ms: f64| {
                -constant * tau_ms * expm1(-ms / tau_ms) - moving * both * expm1(-ms / both)
            };
            let mut ms = ms(end.since(now));
            // Where n − offset is zero, if it is between.
            let zero = match -constant / moving {
                share if share > 0.0 && share < 1.0 => -self.kinetics.tau_ms * ln(share),
                _ => f64::INFINITY,
            };
            if zero < ms {
                see(left * area(moving, zero));
                left *= exp(-zero / tau_ms);
                moving *= exp(-zero / self.kinetics.tau_ms);
                ms -= zero;
            }
            see(left * area(moving, ms));
            left *= exp(-ms / tau_ms);
            now = end;
        }
    }

    fn last(&self) -> Mark {
        let never = Mark {
            time: Time::ZERO,
            value: self.kinetics.baseline,
            baseline: self.kinetics.baseline,
        };
        self.marks.back().copied().unwrap_or(never)
    }

    fn value(&self, mark: &Mark, t: Time) -> f64 {
        let decay = exp(-ms(t.since(mark.time)) / self.kinetics.tau_ms);
        mark.baseline + (mark.value - mark.baseline) * decay
    }

    /// All that changes.
    pub fn save(&self) -> SavedModulation {
        SavedModulation(self.marks.iter().copied().collect())
    }

    /// One that goes on from what [`save`](Self::save) gave; `None` if only one of both is there, or it is that of none.
    pub fn go_on(own: Option<&Self>, saved: Option<&SavedModulation>) -> Option<Option<Self>> {
        match (own, saved) {
            (None, None) => Some(None),
            (Some(own), Some(saved)) if !saved.0.is_empty() => Some(Some(Self {
                kinetics: own.kinetics,
                marks: saved.0.iter().copied().collect(),
            })),
            _ => None,
        }
    }
}

/// What is kept of a modulator in a checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SavedModulation(Vec<Mark>);

fn ms(duration: Duration) -> f64 {
    duration.ps() as f64 / PS_PER_MS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINETICS: Kinetics = Kinetics {
        tau_ms: 200.0,
        baseline: 0.1,
    };

    fn at(ms: f64) -> Time {
        Time::from_ms(ms).expect("in range")
    }

    fn modulation() -> Modulation {
        let mut modulation = Modulation::new(KINETICS, Time::ZERO);
        modulation.turn(at(50.0), Turn::Release(1.0));
        modulation.turn(at(120.0), Turn::Baseline(0.4));
        modulation.turn(at(120.0), Turn::Release(-0.7));
        modulation
    }

    /// In steps of 10 µs.
    fn naive(modulation: &Modulation, from: f64, to: f64, offset: f64) -> (f64, f64) {
        let step = 0.01;
        let n = ((to - from) / step) as usize;
        let each = (0..n).map(|k| {
            let s = from + (k as f64 + 0.5) * step;
            (-(s - from) / 300.0).exp() * (modulation.before(at(s)) - offset) * step
        });
        each.fold((0.0, 0.0), |(up, down), area| {
            (up + area.max(0.0), down + area.min(0.0))
        })
    }

    #[test]
    fn jumps_show_after_their_instant() {
        let modulation = modulation();
        assert_eq!(modulation.before(at(50.0)), 0.1);
        let decayed = 0.1 + (-0.35_f64).exp();
        assert!((modulation.before(at(120.0)) - decayed).abs() < 1e-12);
        let later = 0.4 + (decayed - 0.7 - 0.4) * (-0.5_f64).exp();
        assert!((modulation.before(at(220.0)) - later).abs() < 1e-12);
    }

    #[test]
    fn pieces_keep_their_sign_and_add_up() {
        let modulation = modulation();
        let mut crossed = 0;
        for (from, to, offset) in [(0.0, 400.0, 0.3), (60.0, 110.0, 0.9), (130.0, 500.0, 0.2)] {
            let (mut up, mut down, mut n) = (0.0, 0.0, 0);
            modulation.pieces((at(from), at(to)), 300.0, offset, |area| {
                up += area.max(0.0);
                down += area.min(0.0);
                n += 1;
            });
            let expected = naive(&modulation, from, to, offset);
            assert!((up - expected.0).abs() < 1e-3, "{up} {expected:?}");
            assert!((down - expected.1).abs() < 1e-3, "{down} {expected:?}");
            crossed += usize::from(up > 0.0 && down < 0.0);
            assert!(n >= 1);
        }
        assert!(crossed >= 2);
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let mut modulation = modulation();
        let (before, at_jump) = (modulation.before(at(121.0)), modulation.before(at(120.0)));
        modulation.forget(at(120.0));
        assert_eq!(modulation.before(at(120.0)), at_jump);
        modulation.forget(at(121.0));
        assert_eq!(modulation.len(), 1);
        assert_eq!(modulation.before(at(121.0)), before);
    }
}

//! Oscillations that what comes from outside goes up and down with, and how they depend on each other.
//!
//! At phase φ, counted in turns, an oscillation is at amplitude · envelope · sin(2πφ). One with a frequency of its own goes on
//! from where it is when the frequency changes; one that is locked to another has so many whole cycles in each of its (n:1 phase
//! locking). The envelope of one that is nested in another is a raised cosine around a phase of that, as amplitude nested in
//! phase is modelled (Tort and others 2010, J Neurophysiol 104:1195, there a cosine over the whole cycle, here as wide as said).

use std::f64::consts::TAU;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::function::sin;
use crate::base::time::Time;

/// An oscillation as it was declared, or is altered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wave {
    /// How fast its phase goes on; of a locked one by the other.
    pub pace: Pace,
    /// How far it goes to either side.
    pub amplitude: f64,
    /// Where in its period it begins, or, locked, is where the other is at 0; in turns.
    pub phase: f64,
    /// What it comes and goes with.
    pub nest: Option<Nest>,
}

/// How fast a phase goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// By itself, in hertz.
    Own(f64),
    /// So many cycles in each of an earlier one's.
    Locked {
        /// Index of that.
        to: usize,
        /// How many.
        cycles: u32,
    },
}

/// Where an oscillation is within another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nest {
    /// Index of the other, an earlier one.
    pub within: usize,
    /// The phase of that at which it is strongest, in turns.
    pub at: f64,
    /// For which share of its period it is there, above 0.
    pub width: f64,
}

/// Where a phase was when.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// The instant.
    pub origin: Time,
    /// The phase then, in turns.
    pub turns: f64,
}

/// Oscillations and where they stand; each depends on earlier ones alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waves {
    all: Vec<(Wave, Anchor)>,
}

/// `x` less its whole part.
fn turn(x: f64) -> f64 {
    x - x.floor()
}

impl Waves {
    /// All of them, which begin at `t`.
    pub fn new(waves: impl IntoIterator<Item = Wave>, t: Time) -> Self {
        let begin = |wave: Wave| {
            let anchor = Anchor {
                origin: t,
                turns: turn(wave.phase),
            };
            (wave, anchor)
        };
        Self {
            all: waves.into_iter().map(begin).collect(),
        }
    }

    /// Number of them.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Number `k` as it is.
    pub fn wave(&self, k: usize) -> Wave {
        self.all[k].0
    }

    /// The phase of number `k` at `t`, from 0 to 1.
    pub fn turns(&self, k: usize, t: Time) -> f64 {
        let (wave, anchor) = &self.all[k];
        match wave.pace {
            Pace::Own(hz) => {
                let seconds = (t - anchor.origin).as_ms() / 1e3;
                turn(anchor.turns + hz * seconds)
            }
            Pace::Locked { to, cycles } => turn(f64::from(cycles) * self.turns(to, t) + wave.phase),
        }
    }

    /// How fast the phase of number `k` goes on, in hertz.
    pub fn frequency_hz(&self, k: usize) -> f64 {
        match self.all[k].0.pace {
            Pace::Own(hz) => hz,
            Pace::Locked { to, cycles } => f64::from(cycles) * self.frequency_hz(to),
        }
    }

    /// How much of its amplitude number `k` has at `t`, from 0 to 1; nested twice, of both.
    pub fn envelope(&self, k: usize, t: Time) -> f64 {
        let Some(Nest { within, at, width }) = self.all[k].0.nest else {
            return 1.0;
        };
        let off = turn(self.turns(within, t) - at + 0.5) - 0.5;
        if off.abs() >= width / 2.0 {
            return 0.0;
        }
        // A cosine.
        let near = (1.0 + sin(TAU * turn(off / width + 0.25))) / 2.0;
        near * self.envelope(within, t)
    }

    /// Where number `k` is at `t`.
    pub fn value(&self, k: usize, t: Time) -> f64 {
        let amplitude = self.all[k].0.amplitude;
        amplitude * self.envelope(k, t) * sin(TAU * self.turns(k, t))
    }

    /// Lets number `k` go on from `t` as `wave`.
    pub fn turn_into(&mut self, k: usize, wave: Wave, t: Time) {
        if wave.pace != self.all[k].0.pace {
            let turns = self.turns(k, t);
            self.all[k].1 = Anchor { origin: t, turns };
        }
        self.all[k].0 = wave;
    }

    /// What a checkpoint keeps beside how waves are altered.
    pub fn anchors(&self) -> Vec<Anchor> {
        self.all.iter().map(|(_, anchor)| *anchor).collect()
    }

    /// Goes on from `anchors`; whether they are of as many waves, and sound.
    pub fn go_on_from(&mut self, anchors: &[Anchor]) -> bool {
        let sound = |anchor: &Anchor| (0.0..=1.0).contains(&anchor.turns);
        if anchors.len() != self.all.len() || !anchors.iter().all(sound) {
            return false;
        }
        let own = self.all.iter_mut().zip(anchors);
        own.for_each(|(own, &anchor)| own.1 = anchor);
        true
    }
}

/// What something is multiplied by: 1 and the sum of some oscillations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Modulation {
    waves: Arc<Waves>,
    which: Vec<usize>,
}

impl Modulation {
    /// By those numbered `which` of `waves`.
    pub fn new(waves: Arc<Waves>, which: Vec<usize>) -> Self {
        Self { waves, which }
    }

    /// Which oscillations.
    pub fn which(&self) -> &[usize] {
        &self.which
    }

    /// The same ones as they are in `waves`; whether that is something else.
    pub fn follow(&mut self, waves: &Arc<Waves>) -> bool {
        let concerned = !self.which.is_empty() && self.waves != *waves;
        if concerned {
            self.waves = Arc::clone(waves);
        }
        concerned
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.which.is_empty()
    }

    /// The sum at `t`.
    pub fn sum(&self, t: Time) -> f64 {
        self.which.iter().map(|&k| self.waves.value(k, t)).sum()
    }

    /// How far the sum goes at most.
    pub fn highest(&self) -> f64 {
        let amplitudes = self.which.iter();
        amplitudes.map(|&k| self.waves.wave(k).amplitude).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: f64) -> Time {
        Time::from_ms(ms).unwrap()
    }

    fn slow() -> Wave {
        Wave {
            pace: Pace::Own(0.8),
            amplitude: 0.5,
            phase: 0.1,
            nest: None,
        }
    }

    #[test]
    fn spindles_stay_in_the_up_phase_and_in_step_with_it() {
        let spindle = Wave {
            pace: Pace::Locked { to: 0, cycles: 16 },
            amplitude: 0.3,
            phase: 0.2,
            nest: Some(Nest {
                within: 0,
                at: 0.25,
                width: 0.4,
            }),
        };
        let waves = Waves::new([slow(), spindle], Time::ZERO);
        assert_eq!(waves.frequency_hz(1), 12.8);
        let mut largest = (0.0_f64, 0.0);
        for step in 0..5000 {
            let t = at(f64::from(step));
            let phase = (0.1 + 0.8e-3 * f64::from(step)).fract();
            assert!((waves.turns(0, t) - phase).abs() < 1e-9);
            let value = 0.5 * (TAU * phase).sin();
            assert!((waves.value(0, t) - value).abs() < 1e-9);
            let envelope = match (phase - 0.25).abs() < 0.2 {
                true => (1.0 + (TAU * (phase - 0.25) / 0.4).cos()) / 2.0,
                false => 0.0,
            };
            let fast = 0.3 * envelope * (TAU * (16.0 * phase + 0.2)).sin();
            let found = waves.value(1, t);
            assert!((found - fast).abs() < 1e-9, "{step}: {found}, {fast}");
            if found > largest.0 {
                largest = (found, phase);
            }
        }
        assert!(
            (largest.1 - 0.25).abs() < 0.04 && largest.0 > 0.28,
            "{largest:?}"
        );
    }

    #[test]
    fn a_phase_goes_on_where_the_frequency_changes() {
        let mut waves = Waves::new([slow()], at(100.0));
        let before = waves.turns(0, at(1_100.0));
        let faster = Wave {
            pace: Pace::Own(2.0),
            ..slow()
        };
        waves.turn_into(0, faster, at(1_100.0));
        assert_eq!(waves.turns(0, at(1_100.0)), before);
        assert!((waves.turns(0, at(1_200.0)) - turn(before + 0.2)).abs() < 1e-12);
        // Another amplitude moves no phase.
        let anchors = waves.anchors();
        let higher = Wave {
            amplitude: 0.7,
            ..faster
        };
        waves.turn_into(0, higher, at(1_234.0));
        assert_eq!(waves.anchors(), anchors);
        let mut again = Waves::new([higher], Time::ZERO);
        assert!(again.go_on_from(&anchors));
        assert_eq!(again, waves);
        assert!(!again.go_on_from(&[]));
    }
}

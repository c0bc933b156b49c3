//! Sleepers that sleep many times a day: a rat in its day of rest, and a newborn. Stretches follow each other, each of a length
//! that is drawn anew; what is published of them decides means, and what is not is said to be ours.

use super::stage::{Epoch, Night, Score, Stage};
use crate::base::stream::Stream;
use crate::base::time::Duration;

/// Draws stretches end to end.
struct Chain {
    stream: Stream,
    all: Vec<(Stage, Duration)>,
    left: Duration,
}

impl Chain {
    fn new(length: Duration, seed: u64, sleeper: &str) -> Self {
        Self {
            stream: Stream::new(seed, &format!("hypnogram.{sleeper}"), 0),
            all: Vec::new(),
            left: length,
        }
    }

    /// Adds a stretch, cut at the end.
    fn add(&mut self, stage: Stage, minutes: f64) {
        let whole_s = (minutes * 60.0).round().max(1.0);
        let lasts = Duration::from_ms(whole_s * 1e3).unwrap_or(self.left);
        let lasts = lasts.min(self.left);
        if lasts > Duration::ZERO {
            self.all.push((stage, lasts));
            self.left = Duration::from_ps(self.left.ps() - lasts.ps());
        }
    }

    /// A sum of `shape` exponential parts with this mean.
    fn gamma(&mut self, mean: f64, shape: u32) -> f64 {
        let sum: f64 = (0..shape).map(|_| self.stream.exponential()).sum();
        mean * sum / f64::from(shape)
    }

    fn night(self) -> Night {
        let epochs = self.all.into_iter().enumerate();
        Night::of(epochs.map(|(at, (stage, length))| Epoch {
            length,
            score: Score::Stage(stage),
            place: at + 1,
        }))
    }
}

/// Awakenings an hour of the light period (396 in 12 h), and shares of light and deep slow-wave sleep: Clancy, Caldwell,
/// Villeneuve, Sangiah, "Daytime sleep-wake cycle in the rat" (abstract): awake 24 %, light 13 %, deep 54 %, paradoxical 9 %.
const AWAKENINGS_PER_H: f64 = 33.0;
const LIGHT_OF_NREM: f64 = 13.0 / 67.0;

/// A NREM episode lasts 0.5 to 5 min: Trachsel, Tobler, Borbély 1988, Am J Physiol 255:R27.
const NREM_LEAST_MIN: f64 = 0.5;
const NREM_MOST_MIN: f64 = 5.0;

/// Shares of the light period, between Clancy and others and the table of J Neurosci 26:9426 (2006; awake 27.1, REM 16.0, NREM
/// 57.7 %).
const AWAKE: f64 = 0.255;
const REM: f64 = 0.12;

/// Ours: the mean of a REM episode, the share of awakenings that are long, and how many times a short one's mean they last.
const REM_MIN: f64 = 1.2;
const LONG: f64 = 0.05;
const LONGER: f64 = 18.0;

/// The light period of a rat, `length` of it: short episodes of wake, light (N2), deep (N3) and REM sleep, drawn from the stream
/// of `seed`. It falls asleep into NREM sleep, wakes from either, and has REM sleep after NREM sleep alone.
pub fn rat(length: Duration, seed: u64) -> Night {
    const MIN_PER_H: f64 = 60.0;
    let wake_min = AWAKE * MIN_PER_H / AWAKENINGS_PER_H;
    let short_min = wake_min / (1.0 - LONG + LONG * LONGER);
    // As many NREM episodes as awakenings.
    let nrem_min = (1.0 - AWAKE - REM) * MIN_PER_H / AWAKENINGS_PER_H;
    let into_rem = REM * MIN_PER_H / REM_MIN / AWAKENINGS_PER_H;
    let mut chain = Chain::new(length, seed, "rat");
    while chain.left > Duration::ZERO {
        let long = chain.stream.uniform() < LONG;
        let mean = short_min * if long { LONGER } else { 1.0 };
        let wake = chain.gamma(mean, 1);
        chain.add(Stage::Wake, wake);
        let above = chain.gamma(nrem_min - NREM_LEAST_MIN, 1);
        let nrem = (NREM_LEAST_MIN + above).min(NREM_MOST_MIN);
        chain.add(Stage::N2, nrem * LIGHT_OF_NREM);
        chain.add(Stage::N3, nrem * (1.0 - LIGHT_OF_NREM));
        if chain.stream.uniform() < into_rem {
            let rem = chain.gamma(REM_MIN, SHAPE_REM);
            chain.add(Stage::Rem, rem);
        }
    }
    chain.night()
}

/// Exponential parts that a REM episode of a rat, a part of a newborn's cycle, and its wake are the sums of: ours.
const SHAPE_REM: u32 = 4;
const SHAPE_CYCLE: u32 = 16;
const SHAPE_WAKE: u32 = 4;

/// A cycle of quiet and active sleep at term, 47 min, half each: Stern, Parmelee, Akiyama, Schultz, Wenner 1969, Pediatrics
/// 43:65.
const CYCLE_MIN: f64 = 47.0;

/// All newborns fall asleep in active sleep, and that part is significantly shorter than the next (Dev Psychobiol 1988, 21:431);
/// by how much is ours.
const FIRST: f64 = 0.6;

/// Cycles of one sleep: with three to five of them it lasts two to four hours, as parents are told; ours.
const LEAST_CYCLES: u64 = 3;
const MORE_CYCLES: u64 = 3;

/// Hours of sleep a day: 14 to 17, as the National Sleep Foundation says of newborns.
const SLEEP_H: f64 = 15.5;

/// A newborn at term for `length`: sleeps of some cycles of active (R) and quiet sleep (N3), and wake between them by day and night,
/// drawn from the stream of `seed`.
pub fn newborn(length: Duration, seed: u64) -> Night {
    const DAY_H: f64 = 24.0;
    let cycles = LEAST_CYCLES as f64 + (MORE_CYCLES - 1) as f64 / 2.0;
    let sleep_min = cycles * CYCLE_MIN - (1.0 - FIRST) * CYCLE_MIN / 2.0;
    let wake_min = sleep_min * (DAY_H - SLEEP_H) / SLEEP_H;
    let mut chain = Chain::new(length, seed, "newborn");
    while chain.left > Duration::ZERO {
        let wake = chain.gamma(wake_min, SHAPE_WAKE);
        chain.add(Stage::Wake, wake);
        for cycle in 0..LEAST_CYCLES + chain.stream.below(MORE_CYCLES) {
            let share = if cycle == 0 { FIRST } else { 1.0 };
            let active = chain.gamma(share * CYCLE_MIN / 2.0, SHAPE_CYCLE);
            chain.add(Stage::Rem, active);
            let quiet = chain.gamma(CYCLE_MIN / 2.0, SHAPE_CYCLE);
            chain.add(Stage::N3, quiet);
        }
    }
    chain.night()
}

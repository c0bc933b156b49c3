//! Sleep pressure by the two-process model: a process S that rises awake and falls asleep, between two thresholds that a clock C
//! moves up and down (Borbély 1982, Hum Neurobiol 1:195; Daan, Beersma, Borbély 1984, Am J Physiol 246:R161).
//!
//! dS/dt = (1 − S)/rise awake, −S/fall asleep; sleep begins where S comes up to upper + amplitude C, and ends where it comes down to
//! lower + amplitude C, with C = cos(2π(t − peak)/24 h). The constants are those of [`two_process`](crate::trigger::two_process), which leave
//! the hour of the peak open; with ours one sleeps from 23:28 to 7:25. The clock is a cosine, not the skewed sine of 1984.

use super::night;
use super::stage::{Epoch, Night, Score, Stage};
use crate::base::function::exp;
use crate::base::time::Duration;
use crate::trigger::two_process::{
    AMPLITUDE, DAY_H, FALL_H, HOUR_MS, LOWER, RISE_H, Thresholds, UPPER,
};

/// Where sleep ends and where it begins, in hours after midnight.
const THRESHOLDS: Thresholds = Thresholds {
    upper: UPPER,
    lower: LOWER,
    amplitude: AMPLITUDE,
    day: DAY_H,
    peak: 16.0,
};

/// S is looked at once in an epoch of the AASM's rules.
const EPOCH_MS: f64 = 30_000.0;
const EPOCH_H: f64 = EPOCH_MS / HOUR_MS;

/// Days after which what it began with is forgotten: of each the rise leaves a quarter.
const SETTLED_DAYS: f64 = 20.0;

/// Process S at an hour of the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pressure {
    /// The process, 0 to 1.
    pub s: f64,
    /// Hours since a midnight.
    pub hour: f64,
}

impl Pressure {
    /// As it is at an `hour` after midnight in a sleeper who has slept as the model does for long, and whether that sleeps then.
    pub fn at(hour: f64) -> (Self, bool) {
        let mut now = Self {
            s: LOWER,
            hour: hour - SETTLED_DAYS * DAY_H,
        };
        let mut asleep = false;
        let steps = (SETTLED_DAYS * DAY_H / EPOCH_H).round() as u32;
        for _ in 0..steps {
            asleep = now.turns(asleep);
            now = now.after(EPOCH_H, asleep);
        }
        (Self { hour, ..now }, now.turns(asleep))
    }

    /// As it is after so many hours awake or asleep.
    pub fn after(self, hours: f64, asleep: bool) -> Self {
        let s = match asleep {
            true => self.s * exp(-hours / FALL_H),
            false => 1.0 - (1.0 - self.s) * exp(-hours / RISE_H),
        };
        Self {
            s,
            hour: self.hour + hours,
        }
    }

    /// Where S ends sleep, and where it begins it.
    pub fn thresholds(self) -> [f64; 2] {
        THRESHOLDS.at(self.hour)
    }

    /// Whether one sleeps who was `asleep` up to now.
    fn turns(self, asleep: bool) -> bool {
        THRESHOLDS.sleeps(self.s, self.hour, asleep)
    }
}

/// Days and nights of `length` from waking up on, at `age` in years: the model says when sleep begins and ends, and what stages
/// there are then is drawn as in [`night::human`], each night from a stream of its own.
pub fn days(age: f64, length: Duration, seed: u64) -> Night {
    let (mut now, mut asleep) = Pressure::at(0.0);
    let step = |now: &mut Pressure, asleep: &mut bool| {
        let was = std::mem::replace(asleep, now.turns(*asleep));
        *now = now.after(EPOCH_H, *asleep);
        was && !*asleep
    };
    // The first waking up: sleep is sure to end within a day.
    while !step(&mut now, &mut asleep) {}
    let epoch = Duration::from_ms(EPOCH_MS).unwrap_or(length);
    let epochs = (length.ps() / epoch.ps()) as usize;
    let mut sleeps = vec![asleep];
    while sleeps.len() < epochs {
        step(&mut now, &mut asleep);
        sleeps.push(asleep);
    }
    let mut all = Vec::new();
    let mut nights = 0;
    for stretch in sleeps[..epochs].chunk_by(|a, b| a == b) {
        let lasts = Duration::from_ps(stretch.len() as i64 * epoch.ps());
        let stages = match stretch[0] {
            false => vec![(Stage::Wake, lasts)],
            true => night::of_number(age, lasts, seed, nights).stretches,
        };
        nights += u64::from(stretch[0]);
        all.extend(stages);
    }
    let rest = Duration::from_ps(length.ps() % epoch.ps());
    let last = all.last().map_or(Stage::Wake, |last| last.0);
    all.extend((rest > Duration::ZERO).then_some((last, rest)));
    Night::of(
        all.into_iter()
            .enumerate()
            .map(|(at, (stage, length))| Epoch {
                length,
                score: Score::Stage(stage),
                place: at + 1,
            }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(length: Duration) -> f64 {
        length.as_ms() / 3.6e6
    }

    #[test]
    fn an_undisturbed_sleeper_sleeps_eight_hours_from_half_past_eleven() {
        for hour in 0..24 {
            let (now, asleep) = Pressure::at(f64::from(hour));
            assert_eq!(asleep, hour < 8, "{hour}: {now:?}");
            let [wakes, sleeps] = now.thresholds();
            assert!(now.s > wakes - 1e-2 && now.s < sleeps + 1e-2, "{now:?}");
        }
        // Awake S rises towards 1, asleep it falls towards 0, as the closed forms say, in any number of steps.
        let start = Pressure { s: 0.3, hour: 7.0 };
        let day = start.after(16.0, false);
        assert!((day.s - (1.0 - 0.7 * (-16.0_f64 / 18.2).exp())).abs() < 1e-12);
        let halves = start.after(8.0, false).after(8.0, false);
        assert!((halves.s - day.s).abs() < 1e-12 && halves.hour == 23.0);
        assert!((start.after(4.2, true).s - 0.3 / std::f64::consts::E).abs() < 1e-12);
    }

    #[test]
    fn three_days_have_three_nights_that_differ() {
        let length = Duration::from_ms(72.0 * 3.6e6 + 1.0).unwrap();
        let days = days(25.0, length, 1);
        assert_eq!(days.length(), length);
        let awake = days.stretches.iter().filter(|own| hours(own.1) > 12.0);
        assert_eq!(awake.count(), 3);
        assert_eq!(days.stretches[0].0, Stage::Wake);
        // 16.05 h awake, 7.95 h in bed, of which some 20 to 30 min are wake.
        let first = hours(days.stretches[0].1);
        assert!((first - 16.05).abs() < 0.6, "{first}");
        let asleep = days.stretches.iter().filter(|own| own.0 != Stage::Wake);
        let asleep: f64 = asleep.map(|own| hours(own.1)).sum();
        assert!((20.0..24.0).contains(&asleep), "{asleep}");
        let nights: Vec<&[(Stage, Duration)]> = days
            .stretches
            .split(|own| hours(own.1) > 12.0)
            .filter(|night| !night.is_empty())
            .collect();
        assert_eq!(nights.len(), 3);
        assert!(nights[0] != nights[1] && nights[1] != nights[2]);
        assert_eq!(days, super::days(25.0, length, 1));
    }
}

//! Sleep pressure by use: a network that falls asleep when it has been busy for long, and wakes when it has rested.
//!
//! The two-process model (Borbély 1982, Hum Neurobiol 1:195; Daan, Beersma, Borbély 1984, Am J Physiol 246:R161) with process S
//! driven by spikes in place of a note of who sleeps: S rises as in wake where neurons fire as awake, falls as in sleep where they fire
//! as asleep, between the two in proportion, and faster where they fire more than that, as local and use-dependent sleep asks (Krueger
//! and others 2008, Nat Rev Neurosci 9:910). At the two rates it is the S of the model.

use serde::{Deserialize, Serialize};

use super::stepped::{Look, Stepped};
use super::two_process::{
    self, AMPLITUDE_KEY, DAY_KEY, FALL_H, HOUR_MS, LOWER, LOWER_KEY, PEAK_KEY, RISE_H, Thresholds,
    UPPER_KEY, look,
};
use super::{Entry, Onset, Watches, time};
use crate::base::function::exp;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, onset| {
        let look = time(&SPEC, "look", values)?;
        Ok(Box::new(Stepped::new(Pressure::new(values, &onset)?, look)))
    },
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "sleep_pressure",
    summary: "Sleep pressure of a population comes up to where sleep begins, and then down to where it ends, in turns: `until` of bouts of \
              wake and of sleep lets the network decide when it sleeps.",
    equations: "dS/dt = u (1 - S)/rise - max(0, 1 - u) S/fall, u = max(0, (rate - asleep)/(awake - asleep)), rate in each `look`;  told where S \
                >= upper + C, then where S <= lower + C, C = amplitude cos(2 pi (t - peak)/day); where it may not tell (`triggers`, \
                `refractory`), at the first look at which it may, if it still holds",
    parameters: &[
        ParameterSpec::quantity(
            "awake",
            Dimension::Rate,
            Range::Positive,
            "the mean rate of a neuron at which S rises as awake, such as \"8 Hz\"; faster above it",
        ),
        ParameterSpec::quantity(
            "asleep",
            Dimension::Rate,
            Range::NonNegative,
            "the mean rate at which S falls as asleep, less than `awake`, such as \"4 Hz\"",
        ),
        ParameterSpec::quantity(
            "rise",
            Dimension::Time,
            Range::Positive,
            "time constant of its rise awake",
        )
        .or_number(RISE_H * HOUR_MS),
        ParameterSpec::quantity(
            "fall",
            Dimension::Time,
            Range::Positive,
            "time constant of its fall asleep",
        )
        .or_number(FALL_H * HOUR_MS),
        UPPER_KEY,
        LOWER_KEY,
        two_process::share("start", LOWER, "S at the beginning, of one who is awake"),
        AMPLITUDE_KEY,
        DAY_KEY,
        PEAK_KEY,
        look("how often S is looked at, and over how long rates are taken"),
    ],
    source: "process S and C, and their constants: Skeldon and Dijk 2025, npj Biol Timing Sleep, doi:10.1038/s44323-025-00039-z, after Daan, \
             Beersma, Borbély 1984; driven by use: Krueger and others 2008, Nat Rev Neurosci 9:910",
};

/// Follows S.
struct Pressure {
    /// Spikes in a look to hertz of a neuron.
    hz: f64,
    awake: f64,
    asleep: f64,
    /// What S comes nearer by, awake and asleep, in a look.
    rise: f64,
    fall: f64,
    start: f64,
    thresholds: Thresholds,
}

/// All that changes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Now {
    s: f64,
    /// Whether sleep has begun, as far as it was told.
    sleeps: bool,
}

impl Pressure {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        two_process::below(&SPEC, values, "asleep", "awake", " Hz")?;
        let look_ms = time(&SPEC, "look", values)?.as_ms();
        Ok(Self {
            hz: 1e3 / look_ms / f64::from(onset.size),
            awake: values["awake"],
            asleep: values["asleep"],
            rise: look_ms / values["rise"],
            fall: look_ms / values["fall"],
            start: values["start"],
            thresholds: Thresholds::of(&SPEC, values)?,
        })
    }
}

impl Look for Pressure {
    type Now = Now;

    fn fresh(&self) -> Now {
        Now {
            s: self.start,
            sleeps: false,
        }
    }

    /// After a span in which the rate counts as constant: then S has a closed form.
    fn look(&self, now: &mut Now, at: Time, spikes: u64) -> Option<Time> {
        let rate_hz = spikes as f64 * self.hz;
        let share = ((rate_hz - self.asleep) / (self.awake - self.asleep)).max(0.0);
        let (up, down) = (share * self.rise, (1.0 - share).max(0.0) * self.fall);
        let end = up / (up + down);
        now.s = end + (now.s - end) * exp(-(up + down));
        let sleeps = self.thresholds.sleeps_at(now.s, at, now.sleeps);
        let turns = sleeps != now.sleeps;
        now.sleeps = sleeps;
        turns.then_some(at)
    }

    fn missed(&self, now: &mut Now) {
        now.sleeps = !now.sleeps;
    }
}

#[cfg(test)]
mod tests {
    use crate::trigger::tests::{begun, found};

    /// Ten neurons at 10 Hz up to 10 s, then at 2 Hz up to 20 s, and so on.
    fn spikes() -> Vec<(f64, u32)> {
        let mut spikes = Vec::new();
        for half in 0..4 {
            let (from, every) = (f64::from(half) * 1e4, if half % 2 == 0 { 10 } else { 50 });
            spikes.extend((0..10_000 / every).map(|k| (from + f64::from(k * every) + 0.5, 1)));
        }
        spikes
    }

    fn turns(more: &[(&'static str, f64)]) -> Vec<f64> {
        let own = [
            ("awake", 10.0),
            ("asleep", 2.0),
            ("rise", 5_000.0),
            ("fall", 3_000.0),
            ("look", 100.0),
        ];
        let values = own.into_iter().chain(more.iter().copied()).collect();
        let all = found(begun("sleep_pressure", values, 10).as_mut(), &spikes(), 4e4);
        assert!(all.iter().all(|(event, at)| event == at));
        all.into_iter().map(|(event, _)| event).collect()
    }

    /// The first look at or after so many milliseconds.
    fn look(ms: f64) -> f64 {
        (ms / 100.0).ceil() * 100.0
    }

    #[test]
    fn pressure_rises_with_shareand_falls_with_rest_as_in_the_two_process_model() {
        let up = 5_000.0 * (0.83_f64 / 0.33).ln();
        // At 10 s it is still rising; then it falls from there.
        let top = 1.0 - 0.83 * (-2.0_f64).exp();
        let down = 1e4 + 3_000.0 * (top / 0.17).ln();
        let bottom = top * (-1e4_f64 / 3_000.0).exp();
        let again = 2e4 + 5_000.0 * ((1.0 - bottom) / 0.33).ln();
        let all = turns(&[]);
        assert_eq!(all[..3], [look(up), look(down), look(again)]);
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn a_clock_moves_both_thresholds() {
        // Highest at the beginning, lowest after 20 s.
        let clock = [("amplitude", 0.1), ("day", 40_000.0)];
        let [plain, moved] = [turns(&[]), turns(&clock)];
        assert!(moved[0] > plain[0], "{moved:?} {plain:?}");
        let s = |ms: f64| 1.0 - 0.83 * (-ms / 5_000.0).exp();
        let upper = |ms: f64| 0.67 + 0.1 * (std::f64::consts::TAU * ms / 4e4).cos();
        assert!(s(moved[0]) >= upper(moved[0]));
        assert!(s(moved[0] - 100.0) < upper(moved[0] - 100.0));
    }

    #[test]
    fn more_use_is_a_shorter_day() {
        // Twice as far above `asleep` as `awake` is: the rise takes half as long.
        let [plain, busy] = [turns(&[]), turns(&[("awake", 6.0)])];
        assert_eq!(busy[0], look(2_500.0 * (0.83_f64 / 0.33).ln()), "{plain:?}");
    }

    #[test]
    fn rates_between_the_two_leave_it_between() {
        // Twice as much activity is asked for: S comes to u/rise / (u/rise + (1 - u)/fall), below the threshold.
        assert!(turns(&[("awake", 18.0)]).is_empty());
    }
}

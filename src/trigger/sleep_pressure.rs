//! Sleep pressure by use: a network that falls asleep when it has been busy for long, and wakes when it has rested.
//!
//! The two-process model (Borbély 1982, Hum Neurobiol 1:195; Daan, Beersma, Borbély 1984, Am J Physiol 246:R161) with process S
//! driven by spikes in place of a note of who sleeps: S rises as in wake where neurons fire as awake, falls as in sleep where they fire
//! as asleep, between the two in proportion, and faster where they fire more than that, as local and use-dependent sleep asks (Krueger
//! and others 2008, Nat Rev Neurosci 9:910). At the two rates it is the S of the model.

use serde::{Deserialize, Serialize};

use super::{Detect, Entry, Found, Onset, StateError, fault, from_bytes, time, to_bytes};
use crate::base::function::{cos, exp};
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: true,
    ticks: |_, _| None,
    build: |values, onset| Ok(Box::new(Pressure::new(values, &onset)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "sleep_pressure",
    summary: "Sleep pressure of a population comes up to where sleep begins, and then down to where it ends, in turns: `until` of bouts of \
              wake and of sleep lets the network decide when it sleeps.",
    equations: "dS/dt = u (1 - S)/rise - max(0, 1 - u) S/fall, u = max(0, (rate - asleep)/(awake - asleep)), rate in each `look`;  told where S \
                >= upper + C, then where S <= lower + C, C = amplitude cos(2 pi (t - peak)/day)",
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
        .or_number(18.2 * HOUR_MS),
        ParameterSpec::quantity(
            "fall",
            Dimension::Time,
            Range::Positive,
            "time constant of its fall asleep",
        )
        .or_number(4.2 * HOUR_MS),
        ParameterSpec::quantity(
            "upper",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "where sleep begins, above `lower`",
        )
        .or_number(0.67),
        ParameterSpec::quantity(
            "lower",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "where it ends",
        )
        .or_number(0.17),
        ParameterSpec::quantity(
            "start",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "S at the beginning, of one who is awake",
        )
        .or_number(0.17),
        ParameterSpec::quantity(
            "amplitude",
            Dimension::One,
            Range::NonNegative,
            "how far the clock moves both thresholds up and down (0.12 in people)",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "day",
            Dimension::Time,
            Range::Positive,
            "period of the clock",
        )
        .or_number(24.0 * HOUR_MS),
        ParameterSpec::quantity(
            "peak",
            Dimension::Time,
            Range::NonNegative,
            "when it is highest for the first time",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "look",
            Dimension::Time,
            Range::Positive,
            "how often S is looked at, and over how long rates are taken",
        )
        .or_number(1_000.0),
    ],
    source: "process S and C, and their constants: Skeldon and Dijk 2025, npj Biol Timing Sleep, doi:10.1038/s44323-025-00039-z, after Daan, \
             Beersma, Borbély 1984; driven by use: Krueger and others 2008, Nat Rev Neurosci 9:910",
};

const HOUR_MS: f64 = 3.6e6;

/// Follows S.
struct Pressure {
    look: Duration,
    /// Spikes in a look to hertz of a neuron.
    hz: f64,
    awake: f64,
    asleep: f64,
    /// What S comes nearer by, awake and asleep, in a look.
    rise: f64,
    fall: f64,
    upper: f64,
    lower: f64,
    start: f64,
    amplitude: f64,
    day_ms: f64,
    peak_ms: f64,
    now: Now,
}

/// All that changes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Now {
    /// The next look.
    next: Time,
    /// Spikes since the last one.
    spikes: u64,
    s: f64,
    /// Whether sleep has begun, as far as it was told.
    sleeps: bool,
}

impl Pressure {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        let below = |key: &'static str, least: &'static str, unit: &str| {
            let (value, bound) = (values[key], values[least]);
            let reason = format!(" is {value}{unit}, expected less than `{least}`, {bound}{unit}");
            (value < bound)
                .then_some(())
                .ok_or_else(|| fault(&SPEC, key, reason))
        };
        below("asleep", "awake", " Hz")?;
        below("lower", "upper", "")?;
        let look = time(&SPEC, "look", values)?;
        Ok(Self {
            look,
            hz: 1e3 / look.as_ms() / f64::from(onset.size),
            awake: values["awake"],
            asleep: values["asleep"],
            rise: look.as_ms() / values["rise"],
            fall: look.as_ms() / values["fall"],
            upper: values["upper"],
            lower: values["lower"],
            start: values["start"],
            amplitude: values["amplitude"],
            day_ms: values["day"],
            peak_ms: values["peak"],
            now: Now {
                next: Time::MAX,
                spikes: 0,
                s: values["start"],
                sleeps: false,
            },
        })
    }

    /// What the clock adds to both thresholds at `t`.
    fn clock(&self, t: Time) -> f64 {
        let turns = (t.as_ms() - self.peak_ms) / self.day_ms;
        self.amplitude * cos(std::f64::consts::TAU * (turns - turns.floor()))
    }

    /// Looks at S, after a span in which the rate counts as constant: then it has a closed form.
    fn look(&mut self, found: &mut Vec<Found>) {
        let at = self.now.next;
        let rate_hz = self.now.spikes as f64 * self.hz;
        let share = ((rate_hz - self.asleep) / (self.awake - self.asleep)).max(0.0);
        let (up, down) = (share * self.rise, (1.0 - share).max(0.0) * self.fall);
        let end = up / (up + down);
        self.now.s = end + (self.now.s - end) * exp(-(up + down));
        let clock = self.clock(at);
        let turns = match self.now.sleeps {
            true => self.now.s <= self.lower + clock,
            false => self.now.s >= self.upper + clock,
        };
        if turns {
            self.now.sleeps = !self.now.sleeps;
            found.push(Found { event: at, at });
        }
        self.now.spikes = 0;
        self.now.next = at.checked_add(self.look).unwrap_or(Time::MAX);
    }
}

impl Detect for Pressure {
    fn begin(&mut self, t: Time) {
        self.now = Now {
            next: t.checked_add(self.look).unwrap_or(Time::MAX),
            spikes: 0,
            s: self.start,
            sleeps: false,
        };
    }

    fn alone(&self) -> Time {
        self.now.next
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        // A spike at the end of a look belongs to the next.
        if self.now.next == t {
            self.look(found);
        }
        self.now.spikes += nodes.len() as u64;
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

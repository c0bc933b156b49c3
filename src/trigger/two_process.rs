//! The two-process model of sleep: a process S between two thresholds that a clock C moves up and down (Borbély 1982, Hum
//! Neurobiol 1:195; Daan, Beersma, Borbély 1984, Am J Physiol 246:R161).
//!
//! Constants as Skeldon and Dijk give those of 1984 (2025, npj Biol Timing Sleep, doi:10.1038/s44323-025-00039-z, figure 1b).

use super::{fault, time};
use crate::base::function::cos;
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;

/// Milliseconds in an hour.
pub const HOUR_MS: f64 = 3.6e6;
/// Time constant of the rise of S awake, in hours.
pub const RISE_H: f64 = 18.2;
/// Time constant of its fall asleep.
pub const FALL_H: f64 = 4.2;
/// Where sleep begins.
pub const UPPER: f64 = 0.67;
/// Where it ends.
pub const LOWER: f64 = 0.17;
/// How far the clock of people moves both.
pub const AMPLITUDE: f64 = 0.12;
/// The period of the clock, in hours.
pub const DAY_H: f64 = 24.0;

/// Where sleep begins and ends, and the clock that moves both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Where sleep begins.
    pub upper: f64,
    /// Where it ends.
    pub lower: f64,
    /// How far the clock moves both.
    pub amplitude: f64,
    /// The period of the clock, above zero.
    pub day: f64,
    /// When it is highest, in the same unit.
    pub peak: f64,
}

impl Thresholds {
    /// Where sleep ends and where it begins at `t`, in the unit of the day.
    pub fn at(&self, t: f64) -> [f64; 2] {
        let turns = (t - self.peak) / self.day;
        let clock = self.amplitude * cos(std::f64::consts::TAU * (turns - turns.floor()));
        [self.lower + clock, self.upper + clock]
    }

    /// Whether one sleeps from `t` on who was `asleep` up to then, S being `s`.
    pub fn sleeps(&self, s: f64, t: f64, asleep: bool) -> bool {
        let [wakes, falls_asleep] = self.at(t);
        match asleep {
            true => s > wakes,
            false => s >= falls_asleep,
        }
    }

    /// Those that `values` of a trigger are, in milliseconds.
    pub(super) fn of(spec: &'static Spec, values: &Values) -> Result<Self, ParameterError> {
        below(spec, values, "lower", "upper", "")?;
        Ok(Self {
            upper: values["upper"],
            lower: values["lower"],
            amplitude: values["amplitude"],
            day: time(spec, "day", values)?.as_ms(),
            peak: time(spec, "peak", values)?.as_ms(),
        })
    }

    /// The same in milliseconds of the simulation.
    pub(super) fn sleeps_at(&self, s: f64, at: Time, asleep: bool) -> bool {
        self.sleeps(s, at.as_ms(), asleep)
    }
}

/// That the parameter `key` is less than the parameter `bound`.
pub(super) fn below(
    spec: &'static Spec,
    values: &Values,
    key: &'static str,
    bound: &'static str,
    unit: &str,
) -> Result<(), ParameterError> {
    let (value, most) = (values[key], values[bound]);
    let [shown, bounded] = [value, most].map(legible);
    let reason = format!(" is {shown}{unit}, expected less than `{bound}`, {bounded}{unit}");
    match value < most {
        true => Ok(()),
        false => Err(fault(spec, key, reason)),
    }
}

pub(super) const UPPER_KEY: ParameterSpec =
    share("upper", UPPER, "where sleep begins, above `lower`");
pub(super) const LOWER_KEY: ParameterSpec = share("lower", LOWER, "where it ends");
pub(super) const AMPLITUDE_KEY: ParameterSpec = ParameterSpec::quantity(
    "amplitude",
    Dimension::One,
    Range::NonNegative,
    "how far the clock moves both thresholds up and down (0.12 in people)",
)
.or_number(0.0);
pub(super) const DAY_KEY: ParameterSpec = ParameterSpec::quantity(
    "day",
    Dimension::Time,
    Range::Positive,
    "period of the clock",
)
.or_number(DAY_H * HOUR_MS);
pub(super) const PEAK_KEY: ParameterSpec = ParameterSpec::quantity(
    "peak",
    Dimension::Time,
    Range::NonNegative,
    "when it is highest for the first time",
)
.or_number(0.0);

/// A parameter from 0 to 1.
pub(super) const fn share(name: &'static str, default: f64, doc: &'static str) -> ParameterSpec {
    ParameterSpec::quantity(name, Dimension::One, Range::Between(0.0, 1.0), doc).or_number(default)
}

/// How often S is looked at.
pub(super) const fn look(doc: &'static str) -> ParameterSpec {
    ParameterSpec::quantity("look", Dimension::Time, Range::Positive, doc).or_number(1_000.0)
}

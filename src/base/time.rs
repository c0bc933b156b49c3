//! Simulated time in whole picoseconds.
//!
//! An `i64` of picoseconds spans 106 days, has a total order without NaN, adds delays exactly, and makes a stage
//! simulated at t = 0 and at t = 8 h give the same bits, which `f64` milliseconds (3.7 ps apart at 8 h) cannot.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use super::legible::legible;
use super::vector::vectorized;

/// Picoseconds in a millisecond.
pub const PS_PER_MS: i64 = 1_000_000_000;

/// Picoseconds per second, for rates.
pub const PS_PER_S: f64 = 1e12;

/// Milliseconds in a second.
pub const MS_PER_S: f64 = 1e3;

/// A point on the simulation's time axis, in picoseconds from its start.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Time(i64);

/// A signed length of time in picoseconds.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Duration(i64);

/// A time or duration that a picosecond clock cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{} ms is not a time between -{limit} and {limit} days", legible(*.value_ms), limit = Time::MAX.0 / PS_PER_MS / 86_400_000)]
pub struct TimeRangeError {
    /// The value that was refused, in milliseconds.
    pub value_ms: f64,
}

impl Time {
    /// The start of the simulation.
    pub const ZERO: Self = Self(0);
    /// The last representable instant (106 days).
    pub const MAX: Self = Self(i64::MAX);
    /// Before every instant of a simulation: the last arrival of an afferent that never fired.
    pub const NEVER: Self = Self(i64::MIN);

    /// The instant `ps` picoseconds after the start.
    pub const fn from_ps(ps: i64) -> Self {
        Self(ps)
    }

    /// Picoseconds since the start.
    pub const fn ps(self) -> i64 {
        self.0
    }

    /// The instant nearest to `ms` milliseconds.
    ///
    /// # Errors
    /// If `ms` is not finite or beyond the clock's range.
    pub fn from_ms(ms: f64) -> Result<Self, TimeRangeError> {
        ps_from_ms(ms).map(Self)
    }

    /// Milliseconds since the start, as users and files see them.
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / PS_PER_MS as f64
    }

    /// The instant that a decimal number such as `36000005.123456789` says exactly, to the nearest picosecond; `ps` is its unit in
    /// picoseconds as a power of ten, 9 for milliseconds. `None` if it is no such number, or beyond the clock's range.
    pub fn from_decimal(text: &[u8], ps: u32) -> Option<Self> {
        decimal_ps(text, ps).map(Self)
    }

    /// Milliseconds since the start as a decimal number of every picosecond.
    pub fn in_ms(self) -> impl fmt::Display {
        InMs(self.0)
    }

    /// [`Time::as_ms`], and the picoseconds to add to its whole ones, as files keep both: from 37 minutes on `f64`
    /// milliseconds merge instants, and this takes none apart. [`Time::from_ms_and_rest`] is the way back.
    pub fn as_ms_and_rest(self) -> (f64, i16) {
        let ms = self.as_ms();
        // A few thousand at the end of the clock's range. Rounded down because languages differ in how they round halves.
        (ms, self.0.wrapping_sub(floor_ps(ms)) as i16)
    }

    /// The instant that [`Time::as_ms_and_rest`] gave these for.
    ///
    /// # Errors
    /// If `ms` is not finite or beyond the clock's range.
    #[inline]
    pub fn from_ms_and_rest(ms: f64, rest_ps: i16) -> Result<Self, TimeRangeError> {
        // Saturates; only the last picoseconds of the clock come near.
        let ps = floor_ps(ms).saturating_add(rest_ps.into());
        let within = (ms * PS_PER_MS as f64).abs() <= i64::MAX as f64;
        within
            .then_some(Self(ps))
            .ok_or(TimeRangeError { value_ms: ms })
    }

    /// The instants that [`Time::from_ms_and_rest`] gives for `ms` and `rests`, as many of both, many at once.
    ///
    /// # Errors
    /// As there, with the first that is out of range.
    pub fn all_from_ms_and_rests(ms: &[f64], rests: &[i16]) -> Result<Vec<Self>, TimeRangeError> {
        let mut times = vec![Self::ZERO; ms.len().min(rests.len())];
        if !near(ms, rests, &mut times) {
            for ((time, &ms), &rest) in times.iter_mut().zip(ms).zip(rests) {
                *time = Self::from_ms_and_rest(ms, rest)?;
            }
        }
        Ok(times)
    }

    /// This instant moved by `d`, or `None` beyond the clock's range.
    pub fn checked_add(self, d: Duration) -> Option<Self> {
        self.0.checked_add(d.0).map(Self)
    }

    /// The length from `earlier` to `self`, saturating when `earlier` is [`Time::NEVER`].
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

/// A number of picoseconds, shown in milliseconds.
struct InMs(i64);

impl fmt::Display for InMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, ms) = (self.0.unsigned_abs(), PS_PER_MS.unsigned_abs());
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", all / ms)?;
        match all % ms {
            0 => Ok(()),
            rest => write!(f, ".{}", format!("{rest:09}").trim_end_matches('0')),
        }
    }
}

/// The decimal number `text` times 10^`power`, to the nearest whole number.
fn decimal_ps(text: &[u8], power: u32) -> Option<i64> {
    /// More digits than these say nothing that a picosecond of 106 days shows.
    const DIGITS: usize = 30;
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let exponent_at = digits.iter().position(|&byte| matches!(byte, b'e' | b'E'));
    let (digits, exponent) = match exponent_at {
        None => (digits, 0),
        Some(at) => {
            let exponent = std::str::from_utf8(&digits[at + 1..]).ok()?;
            (&digits[..at], exponent.parse::<i32>().ok()?)
        }
    };
    let point = digits.iter().position(|&byte| byte == b'.');
    let (whole, part) = match point {
        None => (digits, &[][..]),
        Some(at) => (&digits[..at], &digits[at + 1..]),
    };
    let n = whole.len() + part.len();
    if n == 0 || n > DIGITS {
        return None;
    }
    let mut value: i128 = 0;
    for byte in whole.iter().chain(part) {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        value = 10 * value + i128::from(digit);
    }
    let scale = i32::try_from(power).ok()? - i32::try_from(part.len()).ok()?;
    let scale = scale.checked_add(exponent)?;
    let ten = |power: u32| 10_i128.checked_pow(power);
    let value = match u32::try_from(scale) {
        Ok(up) if value != 0 => value.checked_mul(ten(up)?)?,
        Ok(_) => 0,
        // Halves go up.
        Err(_) => match ten(scale.unsigned_abs()) {
            Some(down) => (value + down / 2) / down,
            None => 0,
        },
    };
    i64::try_from(if is_negative { -value } else { value }).ok()
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of `ps` picoseconds.
    pub const fn from_ps(ps: i64) -> Self {
        Self(ps)
    }

    /// Picoseconds.
    pub const fn ps(self) -> i64 {
        self.0
    }

    /// The duration nearest to `ms` milliseconds.
    ///
    /// # Errors
    /// If `ms` is not finite or beyond the clock's range.
    pub fn from_ms(ms: f64) -> Result<Self, TimeRangeError> {
        ps_from_ms(ms).map(Self)
    }

    /// Milliseconds.
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / PS_PER_MS as f64
    }
}

vectorized! {
    /// Fills `times`; false, and nothing that holds, where any is so far out that sums could overflow.
    fn near(ms: &[f64], rests: &[i16], times: &mut [Time]) -> bool {
        const FAR: f64 = (1_i64 << 62) as f64;
        let mut near = true;
        for ((time, &ms), &rest) in times.iter_mut().zip(ms).zip(rests) {
            let ps = ms * PS_PER_MS as f64;
            near &= ps.abs() < FAR;
            let whole = ps as i64;
            let below = i64::from(ps < whole as f64);
            *time = Time(whole.wrapping_sub(below).wrapping_add(rest.into()));
        }
        near
    }
}

/// Whole picoseconds in `ms` milliseconds, rounded down.
#[inline]
fn floor_ps(ms: f64) -> i64 {
    let ps = ms * PS_PER_MS as f64;
    // Towards zero in one instruction, where `floor` is a call on the processors that every program must run on.
    let whole = ps as i64;
    whole.saturating_sub((ps < whole as f64).into())
}

fn ps_from_ms(ms: f64) -> Result<i64, TimeRangeError> {
    let ps = (ms * PS_PER_MS as f64).round();
    // i64::MAX as f64 rounds up to 2^63, which is already out of range.
    if ps.is_finite() && ps.abs() < i64::MAX as f64 {
        Ok(ps as i64)
    } else {
        Err(TimeRangeError { value_ms: ms })
    }
}

/// Panics on overflow in every build: a clock that wraps would reorder events in silence. Durations are checked
/// against the clock's range before a run starts, so users cannot reach it.
impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        self.checked_add(d)
            .expect("simulated time stays within 106 days")
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, d: Duration) {
        *self = *self + d;
    }
}

impl Sub for Time {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(
            self.0
                .checked_add(other.0)
                .expect("durations stay within 106 days"),
        )
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.as_ms())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.as_ms())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_round_to_the_nearest_picosecond() {
        assert_eq!(Time::from_ms(0.1).unwrap().ps(), 100_000_000);
        assert_eq!(Time::from_ms(1e-9).unwrap().ps(), 1);
        assert_eq!(Duration::from_ms(-1.5).unwrap().ps(), -1_500_000_000);
    }

    #[test]
    fn decimal_numbers_are_exact_where_binary_fractions_are_not() {
        let ms = |text: &str| Time::from_decimal(text.as_bytes(), 9).map(Time::ps);
        assert_eq!(ms("36000005.123456789"), Some(36_000_005_123_456_789));
        assert_eq!(ms("-36000007.000000001"), Some(-36_000_007_000_000_001));
        assert_eq!(ms("1e2"), Some(100_000_000_000));
        assert_eq!(ms("+.25E+1"), Some(2_500_000_000));
        assert_eq!(ms("0.0000000005"), Some(1));
        assert_eq!(ms("0.00000000049"), Some(0));
        assert_eq!(ms("1e-40"), Some(0));
        assert_eq!(ms("0e40"), Some(0));
        let s = Time::from_decimal(b"36000.030999999999", 12).map(Time::ps);
        assert_eq!(s, Some(36_000_030_999_999_999));
        for text in [
            "",
            ".",
            "e3",
            "1e",
            "1.2.3",
            "0x1",
            "nan",
            "1e40",
            "9223372037000",
            "1_0",
        ] {
            assert_eq!(ms(text), None, "{text}");
        }
        for ps in [
            0,
            1,
            -1,
            36_000_005_123_456_789,
            PS_PER_MS,
            -25 * PS_PER_MS / 10,
            i64::MAX,
        ] {
            let text = Time::from_ps(ps).in_ms().to_string();
            assert_eq!(ms(&text), Some(ps), "{text}");
        }
        assert_eq!(Time::from_ps(-2_500_000_000).in_ms().to_string(), "-2.5");
    }

    #[test]
    fn times_beyond_the_clock_are_refused() {
        for ms in [f64::NAN, f64::INFINITY, 1e10, -1e10] {
            assert!(Time::from_ms(ms).is_err(), "{ms}");
        }
    }

    #[test]
    fn an_instant_in_two_parts_is_exact_at_any_time() {
        let hour = 3_600_000 * PS_PER_MS;
        for start in [
            0,
            hour / 2,
            hour,
            8 * hour,
            24 * 106 * hour,
            i64::MAX - 3_000,
        ] {
            for ps in start..start + 3_000 {
                let time = Time::from_ps(ps);
                let (ms, rest) = time.as_ms_and_rest();
                assert_eq!(Time::from_ms_and_rest(ms, rest), Ok(time), "{ps}");
                assert!(rest.abs() < 4_000, "{rest}");
            }
        }
        for ms in [f64::NAN, f64::INFINITY, 1e10] {
            assert!(Time::from_ms_and_rest(ms, 0).is_err(), "{ms}");
        }
    }

    #[test]
    fn many_times_are_what_each_is() {
        let values = [
            0.0,
            -0.0,
            1e-9,
            -1e-9,
            0.3,
            -0.3,
            1_234.567_891_234,
            -7.25,
            2.2e6,
            5e9,
            -5e9,
        ];
        let ms: Vec<f64> = values.iter().cycle().take(37).copied().collect();
        let rests: Vec<i16> = (0..37).map(|k| k * 123 - 2000).collect();
        let one = |(&ms, &rest): (&f64, &i16)| Time::from_ms_and_rest(ms, rest).unwrap();
        let each: Vec<Time> = ms.iter().zip(&rests).map(one).collect();
        assert_eq!(Time::all_from_ms_and_rests(&ms, &rests), Ok(each));
        // Beyond half of the clock's range they are looked at one by one.
        let far = [9.2e9, 1.0];
        let each = far.map(|ms| Time::from_ms_and_rest(ms, 5).unwrap());
        assert_eq!(
            Time::all_from_ms_and_rests(&far, &[5, 5]),
            Ok(each.to_vec())
        );
        for ms in [f64::NAN, f64::NEG_INFINITY, 1e10] {
            assert!(
                Time::all_from_ms_and_rests(&[1.0, ms], &[0, 0]).is_err(),
                "{ms}"
            );
        }
    }

    #[test]
    fn an_afferent_that_never_fired_is_infinitely_old() {
        assert_eq!(Time::ZERO.since(Time::NEVER).ps(), i64::MAX);
    }
}

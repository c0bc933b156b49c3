//! Pulses of a closed loop against what they should answer.

use crate::base::time::{Duration, Time};

/// Which onsets were answered, and by how much pulses were off.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answered {
    /// Of each pulse near an onset how long after the nearest one it came, in milliseconds; below zero if before it.
    pub off_ms: Vec<f64>,
    /// Onsets without a pulse though there could have been one.
    pub missed: usize,
    /// Onsets without a pulse in the time after one in which there is no other.
    pub refractory: usize,
    /// Pulses near no onset.
    pub elsewhere: usize,
}

/// `pulses` against `onsets`, both ascending: a pulse answers the nearest onset that lies `within` so much of it; for a time `refractory`
/// after a pulse there is no other.
///
/// ```
/// use sharpwave::analysis::answered::answered;
/// use sharpwave::{Duration, Time};
///
/// let times = |all: &[f64]| -> Vec<Time> { all.iter().map(|&ms| Time::from_ms(ms).unwrap()).collect() };
/// let span = |ms| Duration::from_ms(ms).unwrap();
/// let onsets = times(&[1_000.0, 2_000.0, 4_000.0, 7_000.0]);
/// let found = answered(&times(&[1_010.0, 3_990.0, 5_500.0]), &onsets, span(100.0), span(1_500.0));
/// assert_eq!(found.off_ms, [10.0, -10.0]);
/// // At 2 s there could be none, at 7 s there was none, at 5.5 s there was one for nothing.
/// assert_eq!((found.refractory, found.missed, found.elsewhere), (1, 1, 1));
/// ```
pub fn answered(
    pulses: &[Time],
    onsets: &[Time],
    within: Duration,
    refractory: Duration,
) -> Answered {
    let mut found = Answered::default();
    let off = |pulse: Time, onset: Time| (pulse - onset).ps();
    for &pulse in pulses {
        let near = onsets.iter().map(|&onset| off(pulse, onset));
        match near.min_by_key(|off| off.abs()) {
            Some(off) if off.abs() <= within.ps() => {
                found.off_ms.push(Duration::from_ps(off).as_ms());
            }
            _ => found.elsewhere += 1,
        }
    }
    for &onset in onsets {
        let is_answered = pulses
            .iter()
            .any(|&pulse| off(pulse, onset).abs() <= within.ps());
        let waits = pulses.iter().any(|&pulse| {
            let since = onset - pulse;
            since > Duration::ZERO && since < refractory
        });
        match (is_answered, waits) {
            (true, _) => {}
            (false, true) => found.refractory += 1,
            (false, false) => found.missed += 1,
        }
    }
    found
}

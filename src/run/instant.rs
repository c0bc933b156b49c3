//! When to look: at listed instants, or regularly.

use crate::base::time::{Duration, Time};

/// Instants of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instants {
    /// These, counted from the start: at least one, ascending, none twice, none behind the end.
    At(Vec<Duration>),
    /// The start, then one such span after the other, and the end; above zero and at most the duration.
    Every(Duration),
}

impl Instants {
    /// The first of them at or after `from` in a run that ends at `stop`.
    pub fn first_from(&self, from: Time, stop: Time) -> Option<Time> {
        match self {
            Self::At(listed) => {
                let mut instants = listed.iter().map(|&at| Time::from_ps(at.ps()));
                instants.find(|&instant| instant >= from)
            }
            Self::Every(_) if from > stop => None,
            Self::Every(every) => {
                let from = from.max(Time::ZERO);
                let past = from.ps() % every.ps();
                let wait = if past == 0 { 0 } else { every.ps() - past };
                let next = from.checked_add(Duration::from_ps(wait));
                Some(next.map_or(stop, |next| next.min(stop)))
            }
        }
    }

    /// How many they are in a run of this `duration`.
    pub fn count(&self, duration: Duration) -> u64 {
        match self {
            Self::At(listed) => listed.len() as u64,
            Self::Every(every) => {
                let (whole, rest) = (duration.ps() / every.ps(), duration.ps() % every.ps());
                // The start; the end, where it is no multiple.
                whole as u64 + 1 + u64::from(rest > 0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All of them in a run that ends at `stop`, found one after the other.
    fn all(instants: &Instants, stop: i64) -> Vec<i64> {
        let stop = Time::from_ps(stop);
        let mut found = Vec::new();
        let mut from = Time::ZERO;
        while let Some(instant) = instants.first_from(from, stop) {
            found.push(instant.ps());
            from = Time::from_ps(instant.ps() + 1);
        }
        found
    }

    #[test]
    fn start_and_end_are_among_regular_instants() {
        let every = Instants::Every(Duration::from_ps(4));
        for (stop, expected) in [(8, &[0, 4, 8][..]), (9, &[0, 4, 8, 9]), (4, &[0, 4])] {
            assert_eq!(all(&every, stop), expected);
            assert_eq!(every.count(Duration::from_ps(stop)), expected.len() as u64);
        }
        let at = Instants::At([3, 8].map(Duration::from_ps).into());
        assert_eq!(all(&at, 9), [3, 8]);
        assert_eq!(at.count(Duration::from_ps(9)), 2);
    }
}

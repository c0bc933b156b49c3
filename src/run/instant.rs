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

/// Where a run is cut so that what is seen at an instant is the state after everything that happens then: at the tick after
/// it, or at the end of the run, which nothing happens at. When a cut is due follows from the clock alone.
#[derive(Debug, Clone, Default)]
pub struct Cuts {
    instants: Option<Instants>,
}

/// Where a run is to end, as far as that is known: one of its bouts may end before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The bout at hand.
    pub bout: Time,
    /// The whole run.
    pub run: Time,
}

const TICK: Duration = Duration::from_ps(1);

impl Cuts {
    /// At `instants` of a run.
    pub fn new(instants: Instants) -> Self {
        Self {
            instants: Some(instants),
        }
    }

    /// Where a run that stands at `now` and `ends` there has to be cut next.
    pub fn next(&self, now: Time, ends: Ends) -> Time {
        let next = self.first_from(now, ends).filter(|_| now < ends.bout);
        next.map_or(Time::MAX, |next| cut(next, ends.bout))
    }

    /// The instants for which a run that `ends` there was cut at `now`: at the end there may be two, the last tick and the
    /// end.
    pub fn due(&self, now: Time, ends: Ends) -> Vec<Time> {
        let mut due = Vec::new();
        let mut next = self.first_from(Time::from_ps(now.ps() - TICK.ps()), ends);
        while let Some(instant) = next.filter(|&instant| cut(instant, ends.bout) == now) {
            due.push(instant);
            let after = instant.checked_add(TICK);
            next = after.and_then(|after| self.first_from(after, ends));
        }
        due
    }

    /// The first instant at or after `from` that belongs to the bout at hand: the border between two bouts is the later
    /// one's.
    fn first_from(&self, from: Time, ends: Ends) -> Option<Time> {
        let Ends { bout, run } = ends;
        let next = self.instants.as_ref()?.first_from(from, run)?;
        (next < bout || next == bout && bout == run).then_some(next)
    }
}

fn cut(instant: Time, stop: Time) -> Time {
    let after = instant.checked_add(TICK);
    after.map_or(stop, |after| after.min(stop))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(bout: i64, run: i64) -> Ends {
        let [bout, run] = [bout, run].map(Time::from_ps);
        Ends { bout, run }
    }

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

    #[test]
    fn a_run_is_cut_a_tick_after_each_instant_and_at_its_end() {
        let stop = Time::from_ps(25);
        let ends = ends(25, 25);
        let cuts = Cuts::new(Instants::Every(Duration::from_ps(10)));
        let mut now = Time::ZERO;
        let mut all = Vec::new();
        while now < stop {
            now = cuts.next(now, ends);
            all.push(now.ps());
        }
        assert_eq!(all, [1, 11, 21, 25]);
        // A run that stands at an instant has it still before it; one that is over has none.
        assert_eq!(cuts.next(Time::from_ps(10), ends).ps(), 11);
        assert_eq!(cuts.next(stop, ends), Time::MAX);
        assert_eq!(cuts.due(Time::from_ps(11), ends), [Time::from_ps(10)]);
        assert_eq!(cuts.due(stop, ends), [stop]);
    }

    #[test]
    fn the_last_tick_and_the_end_may_both_be_due() {
        let end = Time::from_ps(25);
        let at = Instants::At([24, 25].map(Duration::from_ps).into());
        assert_eq!(
            Cuts::new(at).due(end, ends(25, 25)),
            [24, 25].map(Time::from_ps)
        );
    }

    #[test]
    fn the_border_of_two_bouts_belongs_to_the_later() {
        let (border, end) = (Time::from_ps(20), Time::from_ps(30));
        let cuts = Cuts::new(Instants::Every(Duration::from_ps(10)));
        assert_eq!(cuts.next(Time::from_ps(11), ends(20, 30)), Time::MAX);
        assert_eq!(cuts.next(border, ends(30, 30)).ps(), 21);
        assert_eq!(cuts.next(Time::from_ps(21), ends(30, 30)), end);
    }
}

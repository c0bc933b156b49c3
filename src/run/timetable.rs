//! The bouts of a run as they come: one may end before its time, and what follows it then comes earlier.

use std::borrow::Cow;

use super::instant::Ends;
use crate::base::time::Time;
use crate::engine::simulation::Keep;
use crate::protocol::hypnogram::Bout;

/// The bouts of a run, those that are over as they were.
pub(super) struct Timetable<'a> {
    bouts: Cow<'a, [Bout]>,
    /// Numbers of the bouts that have ended before their time, ascending, and when.
    early: Vec<(usize, Time)>,
}

impl<'a> Timetable<'a> {
    /// Of `bouts` as they are to come.
    pub(super) fn new(bouts: &'a [Bout]) -> Self {
        Self {
            bouts: Cow::Borrowed(bouts),
            early: Vec::new(),
        }
    }

    /// The bout of number `at`.
    pub(super) fn get(&self, at: usize) -> Option<&Bout> {
        self.bouts.get(at)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.bouts.len()
    }

    /// Which have ended before their time, and when.
    pub(super) fn early(&self) -> &[(usize, Time)] {
        &self.early
    }

    /// The bout of number `at` ends at `stop`, before its time. False, with nothing changed, if it cannot have.
    pub(super) fn end_early(&mut self, at: usize, stop: Time) -> bool {
        let is_after = self.early.last().is_none_or(|&(last, _)| last < at);
        let fits = |bout: &Bout| bout.start < stop && stop < bout.stop;
        if !is_after || !self.bouts.get(at).is_some_and(fits) {
            return false;
        }
        let bouts = self.bouts.to_mut();
        let saved = bouts[at].stop - stop;
        bouts[at].stop = stop;
        for bout in &mut bouts[at + 1..] {
            for t in [&mut bout.start, &mut bout.stop] {
                *t = Time::from_ps(t.ps() - saved.ps());
            }
        }
        self.early.push((at, stop));
        true
    }

    /// Where `bout`, the one at hand, and the run end, as far as that is known.
    pub(super) fn ends(&self, bout: &Bout) -> Ends {
        Ends {
            bout: bout.stop,
            run: self.bouts.last().map_or(bout.stop, |last| last.stop),
        }
    }

    /// How many of the first `n` are simulated.
    pub(super) fn simulated(&self, n: usize) -> usize {
        let bouts = self.bouts[..n].iter();
        bouts.filter(|bout| bout.kind.is_simulated()).count()
    }

    /// Whether with the bout of number `at`, a simulated one, nothing goes on that was before.
    pub(super) fn begins_anew(&self, at: usize) -> bool {
        let bout = &self.bouts[at];
        bout.kind.is_simulated() && (self.simulated(at) == 0 || bout.keep == Keep::Weights)
    }

    /// When the network of the bout of number `at` last began anew; `None` if it has not.
    pub(super) fn begun(&self, at: usize) -> Option<Time> {
        let mut so_far = (0..self.len().min(at + 1)).rev();
        let begun = so_far.find(|&at| self.begins_anew(at));
        begun.map(|at| self.bouts[at].start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;
    use crate::protocol::hypnogram::sleep_replay;

    #[test]
    fn what_follows_a_bout_that_ended_early_comes_earlier() {
        let [ten, twenty] = [10, 20].map(Duration::from_ps);
        let bouts = sleep_replay(2, &[ten, twenty], false).unwrap();
        let times = |table: &Timetable<'_>| -> Vec<(i64, i64)> {
            let bouts = table.bouts.iter();
            bouts
                .map(|bout| (bout.start.ps(), bout.stop.ps()))
                .collect()
        };
        let mut table = Timetable::new(&bouts);
        let planned = [(0, 0), (0, 10), (10, 10), (10, 10), (10, 30), (30, 30)];
        assert_eq!(times(&table), planned);
        // Not at or after its end, nor at its beginning, nor one that takes no time.
        for (at, stop) in [(1, 10), (1, 0), (1, 12), (2, 10), (9, 3)] {
            assert!(!table.end_early(at, Time::from_ps(stop)));
        }
        assert!(table.end_early(1, Time::from_ps(4)));
        assert_eq!(
            times(&table),
            [(0, 0), (0, 4), (4, 4), (4, 4), (4, 24), (24, 24)]
        );
        // One is over once, and the last is the last.
        assert!(!table.end_early(1, Time::from_ps(2)));
        assert!(table.end_early(4, Time::from_ps(20)));
        let last = table.get(4).unwrap();
        assert_eq!(table.ends(last).run, Time::from_ps(20));
        assert_eq!(
            table.early(),
            [(1, Time::from_ps(4)), (4, Time::from_ps(20))]
        );
        assert_eq!(
            (table.begun(4), table.begun(3)),
            (Some(Time::from_ps(4)), Some(Time::ZERO))
        );
    }
}

//! The last spikes of each target, counted from the last one back.

use super::{History, Post, RECENT};
use crate::base::time::Time;

/// What a synapse has to catch up with, counted from its target's last spike back.
#[derive(Debug, Clone, Copy)]
pub(in crate::plasticity) struct Recent {
    /// So many have not reached the synapse yet.
    pub(in crate::plasticity) late: u32,
    /// So many are those and the unseen ones: the last one but one less is the first unseen one.
    pub(in crate::plasticity) next: u32,
}

/// What most synapses need to catch up: so few spikes that nobody looks further.
#[derive(Debug, Clone, Copy)]
pub(in crate::plasticity) struct Glance<const PRE: usize, const POST: usize> {
    pub(in crate::plasticity) recent: Recent,
    /// Whether the first unseen one is at the first instant asked for.
    pub(in crate::plasticity) is_tied: bool,
    /// Factors of the first two unseen ones; of others, nothing that means anything.
    pub(in crate::plasticity) falls: [[f64; PRE]; 2],
    /// Factored traces after the last one that has reached the synapse.
    pub(in crate::plasticity) post: [f64; POST],
}

impl<const PRE: usize, const POST: usize> History<PRE, POST> {
    /// What a synapse onto target `j` has not seen, from `seen` on and before `t` at the soma; without a branch for most.
    #[inline(always)]
    pub(in crate::plasticity) fn glance(&self, j: usize, seen: i64, t: i64) -> Glance<PRE, POST> {
        let last = &self.last[j];
        let times = &last.times;
        // By halves, as nobody can foresee how many there are.
        const { assert!(RECENT == 8) };
        let mut next = 4 * usize::from(times[3].ps() >= seen);
        next += 2 * usize::from(times[next + 1].ps() >= seen);
        next += usize::from(times[next].ps() >= seen);
        let late = usize::from(times[0].ps() >= t);
        let first = next.wrapping_sub(1) % RECENT;
        let is_many = times[RECENT - 1].ps() >= seen;
        let is_later = times[1].ps() >= t;
        if is_many | is_later {
            return self.long_look(j, seen, t);
        }
        Glance {
            recent: Recent {
                late: late as u32,
                next: next as u32,
            },
            is_tied: times[first].ps() == seen,
            falls: [last.falls[first], last.falls[next.wrapping_sub(2) % RECENT]],
            post: self.spans[j].after[late],
        }
    }

    /// As [`glance`](Self::glance), however many there are.
    #[inline(never)]
    fn long_look(&self, j: usize, seen: i64, t: i64) -> Glance<PRE, POST> {
        let recent = self.recent_of_many(j, seen, t);
        let unseen = |k: u32| match recent.next - recent.late > k {
            true => self.last_but(j, recent.next - 1 - k),
            false => (Time::NEVER, [0.0; PRE]),
        };
        let [(time, first), (_, second)] = [unseen(0), unseen(1)];
        Glance {
            recent,
            is_tied: time.ps() == seen,
            falls: [first, second],
            post: self.after_last_but(j, recent.late),
        }
    }

    /// As [`unseen`](Self::unseen), of instants at the soma.
    #[inline(always)]
    pub(in crate::plasticity) fn recent(&self, j: usize, seen: i64, t: i64) -> Recent {
        let times = &self.last[j].times;
        let is_unseen = |k: usize| u32::from(times[k].ps() >= seen);
        // Added up, as nobody can foresee how many there are.
        let next: u32 = (0..RECENT).map(is_unseen).sum();
        let late = u32::from(times[0].ps() >= t);
        if next < RECENT as u32 && times[1].ps() < t {
            return Recent { late, next };
        }
        self.recent_of_many(j, seen, t)
    }

    #[inline(never)]
    fn recent_of_many(&self, j: usize, seen: i64, t: i64) -> Recent {
        let unseen = self.unseen(j, 0, seen, t);
        let end = self.spans[j].end;
        Recent {
            late: end - unseen.end,
            next: end - unseen.start,
        }
    }

    /// Time and factors of the last spike but `k` of target `j`.
    #[inline(always)]
    pub(in crate::plasticity) fn last_but(&self, j: usize, k: u32) -> (Time, [f64; PRE]) {
        match self.last[j].get(k as usize) {
            Some(recent) => recent,
            None => (self.kept(j, k).time, self.kept(j, k).fall),
        }
    }

    /// When the last spike but `k` of target `j` was fired, if there was one.
    #[inline(always)]
    pub(in crate::plasticity) fn time_of_last_but(&self, j: usize, k: u32) -> Time {
        match self.last[j].times.get(k as usize) {
            Some(time) => *time,
            None if k >= self.spans[j].end => Time::NEVER,
            None => self.kept(j, k).time,
        }
    }

    /// Traces of the target's spikes right before its last one but `k`.
    #[inline(always)]
    pub(in crate::plasticity) fn before_last_but(&self, j: usize, k: u32) -> [f64; POST] {
        self.kept(j, k).before
    }

    /// Factored traces right after the last spike but `k` of target `j`.
    #[inline(always)]
    pub(in crate::plasticity) fn after_last_but(&self, j: usize, k: u32) -> [f64; POST] {
        match k {
            0 | 1 => self.spans[j].after[k as usize],
            _ if k >= self.spans[j].end => [0.0; POST],
            _ => self.kept(j, k).after,
        }
    }

    /// All of the last spike but `k` of target `j`, which there is.
    #[inline(always)]
    fn kept(&self, j: usize, k: u32) -> &Post<PRE, POST> {
        let span = &self.spans[j];
        &self.rings[span.place(span.end.wrapping_sub(1).wrapping_sub(k))]
    }
}

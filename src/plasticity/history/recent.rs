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

impl<const PRE: usize, const POST: usize> History<PRE, POST> {
    /// As [`unseen`](Self::unseen), of instants at the soma.
    #[inline(always)]
    pub(in crate::plasticity) fn recent(&self, j: usize, seen: i64, t: i64) -> Recent {
        let recent = &self.spans[j].recent;
        let is_unseen = |k: usize| u32::from(recent[k].0.ps() >= seen);
        // Added up, as nobody can foresee how many there are.
        let next: u32 = (0..RECENT).map(is_unseen).sum();
        let late = u32::from(recent[0].0.ps() >= t);
        if next < RECENT as u32 && recent[1].0.ps() < t {
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
        match self.spans[j].recent.get(k as usize) {
            Some(recent) => *recent,
            None => (self.kept(j, k).time, self.kept(j, k).fall),
        }
    }

    /// When the last spike but `k` of target `j` was fired, if there was one.
    #[inline(always)]
    pub(in crate::plasticity) fn time_of_last_but(&self, j: usize, k: u32) -> Time {
        match self.spans[j].recent.get(k as usize) {
            Some(recent) => recent.0,
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
        let number = (self.spans[j].end.wrapping_sub(1)).wrapping_sub(k) as usize;
        &self.rings[j * self.room + (number & (self.room - 1))]
    }
}

//! The last spikes of each target, counted from the last one back.

use super::sight::Sight;
use super::{AHEAD, FELL, History, Post, RECENT};
use crate::base::time::Time;
use crate::plasticity::rule::TOGETHER;

/// What a synapse has to catch up with, counted from its target's last spike back.
#[derive(Debug, Clone, Copy)]
pub(in crate::plasticity) struct Recent {
    /// So many have not reached the synapse yet.
    pub(in crate::plasticity) late: u32,
    /// So many are those and the unseen ones: the last one but one less is the first unseen one.
    pub(in crate::plasticity) next: u32,
}

/// What a block of synapses needs to catch up.
pub(in crate::plasticity) struct Glances<const PRE: usize> {
    /// So many spikes each have not reached the synapse yet or are unseen: the last one but one less is the first unseen one.
    pub(in crate::plasticity) next: [u32; TOGETHER],
    /// So many are unseen.
    pub(in crate::plasticity) unseen: [u32; TOGETHER],
    /// Whether the first of those is at the first instant asked for, a bit each.
    pub(in crate::plasticity) tied: u64,
    /// Factors of the first two unseen ones; of others, nothing that means anything.
    pub(in crate::plasticity) falls: [[[f64; TOGETHER]; PRE]; 2],
}

impl<const PRE: usize> Glances<PRE> {
    pub(in crate::plasticity) const NONE: Self = Self {
        next: [0; TOGETHER],
        unseen: [0; TOGETHER],
        tied: 0,
        falls: [[[0.0; TOGETHER]; PRE]; 2],
    };
}

impl<const PRE: usize, const POST: usize> History<PRE, POST> {
    /// What synapses onto the first `n` of `targets`, a block of them, have not seen, from `seen` on and before `t` at the soma;
    /// the others come next. Factored traces after the last spike that has reached each go to `post`.
    #[inline(always)]
    pub(in crate::plasticity) fn glance(
        &self,
        targets: &[u16],
        n: usize,
        (seen, t): (i64, i64),
        glances: &mut Glances<PRE>,
        post: &mut [[f64; TOGETHER]; POST],
    ) {
        const { assert!(TOGETHER == 64 && RECENT == 8) };
        let mut sight = Sight::NONE;
        sight.take(&self.last, (targets, n, AHEAD), (seen, t));
        let Sight { since, late, tied } = &sight;
        let (mut is_many, mut is_tied) = ([false; TOGETHER], [false; TOGETHER]);
        for k in 0..TOGETHER {
            let next = since[k].count_ones();
            glances.next[k] = next;
            glances.unseen[k] = next.saturating_sub((late[k] & 1).into());
            is_many[k] = (next > FELL as u32) | (late[k] > 1);
            is_tied[k] = tied[k] != 0;
        }
        let (mut many, tied) = (bits(&is_many), bits(&is_tied));
        let [first, second] = &mut glances.falls;
        let block = targets[..n.min(TOGETHER)].iter().zip(&glances.next);
        for (k, ((&j, &next), late)) in block.zip(late).enumerate() {
            let last = &self.last[usize::from(j)];
            // Of those without any, what lies at hand.
            let fall = |back| last.falls[(next.wrapping_sub(back) as usize).min(FELL - 1)];
            let [one, other] = [1, 2].map(fall);
            for (all, one) in first.iter_mut().zip(one) {
                all[k] = one;
            }
            for (all, other) in second.iter_mut().zip(other) {
                all[k] = other;
            }
            for (all, one) in post.iter_mut().zip(last.after[usize::from(late & 1)]) {
                all[k] = one;
            }
        }
        glances.tied = tied;
        while many != 0 {
            let k = many.trailing_zeros() as usize;
            many &= many - 1;
            self.look_long(targets[k].into(), (seen, t), k, (glances, post));
        }
    }

    /// As [`glance`](Self::glance) for the synapse number `k` of a block, onto target `j`, however many spikes there are.
    #[inline(never)]
    fn look_long(
        &self,
        j: usize,
        (seen, t): (i64, i64),
        k: usize,
        (into, post): (&mut Glances<PRE>, &mut [[f64; TOGETHER]; POST]),
    ) {
        let recent = self.recent_of_many(j, seen, t);
        let unseen = |k: u32| match recent.next - recent.late > k {
            true => self.last_but(j, recent.next - 1 - k),
            false => (Time::NEVER, [0.0; PRE]),
        };
        let [(time, first), (_, second)] = [unseen(0), unseen(1)];
        (into.next[k], into.unseen[k]) = (recent.next, recent.next - recent.late);
        into.tied = into.tied & !(1 << k) | u64::from(time.ps() == seen) << k;
        for (all, falls) in into.falls.iter_mut().zip([first, second]) {
            for (all, fall) in all.iter_mut().zip(falls) {
                all[k] = fall;
            }
        }
        let after = self.after_last_but(j, recent.late);
        for (all, one) in post.iter_mut().zip(after) {
            all[k] = one;
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
        let (span, times) = (&self.spans[j], &self.last[j].times);
        let kept = span.end - span.floor;
        let time = |k: u32| match times.get(k as usize) {
            Some(time) => time.ps(),
            None => self.kept(j, k).time.ps(),
        };
        let mut late = 0;
        while late < kept && time(late) >= t {
            late += 1;
        }
        let mut next = late;
        while next < kept && time(next) >= seen {
            next += 1;
        }
        Recent { late, next }
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
            0 | 1 => self.last[j].after[k as usize],
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

/// A bit for each that is.
#[inline(always)]
fn bits(all: &[bool; TOGETHER]) -> u64 {
    // The product brings the lowest bit of each of eight bytes to the top one.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let eights = all.as_chunks::<8>().0.iter().enumerate();
    eights.fold(0, |bits, (k, eight)| {
        let word = u64::from_le_bytes(eight.map(u8::from));
        bits | word.wrapping_mul(GATHER) >> 56 << (8 * k)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_gathered_in_order() {
        for pattern in [0, 1, u64::MAX, 0x8000_0000_0000_0001, 0x0123_4567_89AB_CDEF] {
            let all = std::array::from_fn(|k| pattern >> k & 1 == 1);
            assert_eq!(bits(&all), pattern);
        }
    }
}

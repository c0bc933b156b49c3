//! Which of the last spikes of a block of targets lie in a stretch of time, as bits.

use super::{Last, RECENT};
use crate::base::time::Time;
use crate::base::vector::{self, Width, prefetch};
use crate::plasticity::rule::TOGETHER;

/// Of each of a block of targets, bit k for its last spike but k.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sight {
    /// Whether it was fired from the first instant on.
    pub(super) since: [u8; TOGETHER],
    /// Whether it was from the second one on.
    pub(super) late: [u8; TOGETHER],
    /// Whether it was at the first one.
    pub(super) tied: [u8; TOGETHER],
}

impl Sight {
    pub(super) const NONE: Self = Self {
        since: [0; TOGETHER],
        late: [0; TOGETHER],
        tied: [0; TOGETHER],
    };

    /// Looks at the spikes in `last` of the first `n` of `targets`, a block of them, from `seen` on and from `t` on. Those of the
    /// targets behind them are asked for, `ahead` of where they are needed.
    #[inline(always)]
    pub(super) fn take<const PRE: usize, const POST: usize>(
        &mut self,
        last: &[Last<PRE, POST>],
        (targets, n, ahead): (&[u16], usize, usize),
        when: (i64, i64),
    ) {
        #[cfg(target_arch = "x86_64")]
        match vector::width() {
            // SAFETY: `width` answers these only if the processor has the features.
            Width::W512 => return unsafe { wide::take_512(self, last, (targets, n, ahead), when) },
            // SAFETY: as above.
            Width::W256 => return unsafe { wide::take_256(self, last, (targets, n, ahead), when) },
            Width::Baseline => {}
        }
        self.take_by(last, (targets, n, ahead), when, compare);
    }

    #[inline(always)]
    fn take_by<const PRE: usize, const POST: usize>(
        &mut self,
        last: &[Last<PRE, POST>],
        (targets, n, ahead): (&[u16], usize, usize),
        when: (i64, i64),
        compare: impl Fn(&[Time; RECENT], (i64, i64)) -> [u8; 3],
    ) {
        for (k, &j) in targets[..n.min(TOGETHER)].iter().enumerate() {
            if let Some(later) = targets
                .get(k + ahead)
                .and_then(|&j| last.get(usize::from(j)))
            {
                prefetch(std::slice::from_ref(later));
            }
            [self.since[k], self.late[k], self.tied[k]] =
                compare(&last[usize::from(j)].times, when);
        }
    }
}

/// A bit for each time that is from `seen` on, from `t` on, and at `seen`.
#[inline(always)]
fn compare(times: &[Time; RECENT], (seen, t): (i64, i64)) -> [u8; 3] {
    let bits = |is: &dyn Fn(i64) -> bool| {
        let all = times.iter().enumerate();
        all.fold(0, |bits, (k, time)| bits | u8::from(is(time.ps())) << k)
    };
    [
        bits(&|time| time >= seen),
        bits(&|time| time >= t),
        bits(&|time| time == seen),
    ]
}

/// The same bits by comparisons of whole vectors, which compilers do not make of the loop. `plastic_balanced` of 12,500 neurons
/// takes an eighth less for it.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256i, _mm256_castsi256_pd, _mm256_cmpeq_epi64, _mm256_cmpgt_epi64, _mm256_movemask_pd,
        _mm256_set_epi64x, _mm256_set1_epi64x, _mm512_cmpeq_epi64_mask, _mm512_cmpge_epi64_mask,
        _mm512_set_epi64, _mm512_set1_epi64,
    };

    use super::{Last, RECENT, Sight, Time};

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
    pub(super) fn take_512<const PRE: usize, const POST: usize>(
        sight: &mut Sight,
        last: &[Last<PRE, POST>],
        block: (&[u16], usize, usize),
        when: (i64, i64),
    ) {
        let [seen, t] = [when.0, when.1].map(|at| _mm512_set1_epi64(at));
        sight.take_by(last, block, when, |times: &[Time; RECENT], _| {
            let [a, b, c, d, e, f, g, h] = times.map(|time| time.ps());
            let times = _mm512_set_epi64(h, g, f, e, d, c, b, a);
            [
                _mm512_cmpge_epi64_mask(times, seen),
                _mm512_cmpge_epi64_mask(times, t),
                _mm512_cmpeq_epi64_mask(times, seen),
            ]
        });
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn take_256<const PRE: usize, const POST: usize>(
        sight: &mut Sight,
        last: &[Last<PRE, POST>],
        block: (&[u16], usize, usize),
        when: (i64, i64),
    ) {
        let [seen, t] = [when.0, when.1].map(|at| _mm256_set1_epi64x(at));
        sight.take_by(last, block, when, |times: &[Time; RECENT], _| {
            let [a, b, c, d, e, f, g, h] = times.map(|time| time.ps());
            let halves = [_mm256_set_epi64x(d, c, b, a), _mm256_set_epi64x(h, g, f, e)];
            let before = |at| bits(halves.map(|half| _mm256_cmpgt_epi64(at, half)));
            let equal = bits(halves.map(|half| _mm256_cmpeq_epi64(half, seen)));
            [!before(seen), !before(t), equal]
        });
    }

    /// The top bits of both halves.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(halves: [__m256i; 2]) -> u8 {
        let [low, high] = halves.map(|half| _mm256_movemask_pd(_mm256_castsi256_pd(half)));
        (low | high << 4) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_every_width_see_the_same() {
        // Times at, before and after both instants, and none at all.
        let of = |j: i64| Last::<1, 1> {
            times: std::array::from_fn(|k| match j - k as i64 {
                at if at < 0 => Time::NEVER,
                at => Time::from_ps(at * 3),
            }),
            ..Last::NONE
        };
        let last: Vec<Last<1, 1>> = (0..40).map(of).collect();
        let targets: Vec<u16> = (0..100).map(|k| k * 7 % 40).collect();
        let seen = |width, n| {
            vector::limit(width);
            let mut sight = Sight::NONE;
            sight.take(&last, (&targets, n, 8), (45, 96));
            sight
        };
        for n in [1, 8, 37, TOGETHER] {
            let [narrow, half, whole] = [Width::Baseline, Width::W256, Width::W512];
            let naive = seen(narrow, n);
            for (k, &j) in targets[..n].iter().enumerate() {
                let times = last[usize::from(j)].times;
                let ask = |is: fn(i64) -> bool| {
                    (0..RECENT)
                        .map(|k| u8::from(is(times[k].ps())) << k)
                        .sum::<u8>()
                };
                let all = [naive.since[k], naive.late[k], naive.tied[k]];
                assert_eq!(all, [ask(|t| t >= 45), ask(|t| t >= 96), ask(|t| t == 45)]);
            }
            assert_eq!(seen(half, n), naive);
            assert_eq!(seen(whole, n), naive);
        }
    }
}

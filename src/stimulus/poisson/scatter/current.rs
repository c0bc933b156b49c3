//! The same where an event brings a current that fades: what it has grown by, and what of it gathers on the membrane.

use super::{BLOCK, Rows};
use crate::base::function::{exp, growth_integral};
use crate::base::vector::vectorized;
use crate::neuron::Growth;

/// Powers of d that are summed up.
const POWERS: usize = 6;

/// Half a bin measured in the shortest time constant is at most this, for [`Course`] to hold.
pub(in crate::stimulus::poisson) const LONGEST: f64 = 0.14;

/// e^(c t) and e^(c t) (e^(δ t) − 1)/δ at instants of a bin as polynomials around its middle m, so that sums of powers are enough.
///
/// With d = t − m and D(d) = (e^(b d) − e^(c d))/δ, where b = c + δ, the second is e^(b m) D(d) + D(m) e^(c d); the powers of D are
/// sums of b^i c^k, so that nothing cancels where δ is small. Both are Taylor's series up to d⁷, the last of which is put in
/// terms of d⁵, d³ and d (T₇, Chebyshev). With h the most that b d or c d can be, what is left is h⁷/(64 · 7!) + h⁸/8! of the first,
/// and of the second h⁶/(64 · 7!) + h⁷/8! of half a bin: 7·10⁻¹², and 2.5·10⁻¹¹ of a bin, at [`LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::stimulus::poisson) struct Course {
    /// Picoseconds in the bin.
    length: u32,
    /// From its start to its middle.
    middle: i32,
    /// What d is multiplied by to lie between −1 and 1.
    scale: f64,
    /// What the number of events and a sum of each power of that count for both.
    factors: [[f64; 2]; POWERS + 1],
}

impl Course {
    /// For bins of `length` ps.
    pub(in crate::stimulus::poisson) fn new(length: u32, growth: Growth) -> Self {
        let (c, delta) = (growth.rate_per_ps, growth.delta_per_ps.unwrap_or(0.0));
        let b = c + delta;
        let middle = length / 2;
        let m = f64::from(middle);
        let half = f64::from(length) / 2.0;
        let (grown, followed) = (exp(c * m), exp(b * m));
        let gathered = grown * growth_integral(m, delta);
        // c^k and Σ b^i c^(k − 1 − i), over k!, in units of half a bin.
        let (mut power, mut divided) = (1.0, 0.0);
        let mut series = [[0.0; 2]; POWERS + 2];
        for (k, both) in series.iter_mut().enumerate() {
            *both = [grown * power, followed * divided + gathered * power];
            let next = half / (k + 1) as f64;
            divided = (divided * b + power) * next;
            power *= c * next;
        }
        let last = series[7].map(|last| last / 64.0);
        for (k, share) in [(5, 112.0), (3, -56.0), (1, 7.0)] {
            series[k][0] += share * last[0];
            series[k][1] += share * last[1];
        }
        let factors = std::array::from_fn(|k| series[k]);
        Self {
            length,
            middle: middle as i32,
            scale: 1.0 / half,
            factors,
        }
    }

    /// Picoseconds from the start of the bin to an instant.
    #[inline]
    pub(in crate::stimulus::poisson) fn offset(&self, instant: i32) -> i64 {
        i64::from(self.middle) + i64::from(instant)
    }
}

vectorized! {
    /// As [`scatter`](super::scatter), with what has `gathered`.
    pub(in crate::stimulus::poisson) fn scatter_currents(
        rows: &mut Rows,
        counts: &[u32],
        instants: &mut [[i32; BLOCK]],
        begins: &mut [u32],
        sums: &mut [f64],
        gathered: &mut [f64],
        course: Course,
    ) {
        let Course { length, middle, scale, factors } = course;
        let mut at = 0;
        let blocks = counts.as_chunks::<BLOCK>().0.iter();
        let sums = sums.as_chunks_mut::<BLOCK>().0.iter_mut();
        let gathered = gathered.as_chunks_mut::<BLOCK>().0.iter_mut();
        for (((counts, sums), gathered), begin) in blocks.zip(sums).zip(gathered).zip(begins) {
            let mut most = 0;
            for &count in counts {
                most = most.max(count);
            }
            *begin = at as u32;
            let end = at + most as usize;
            // Each power by itself: as one array of arrays they are not kept in registers, and it takes six times as long.
            let (mut first, mut second, mut third) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
            let (mut fourth, mut fifth, mut sixth) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
            for (i, instants) in (0..most).zip(&mut instants[at..end]) {
                let row = rows.next();
                for k in 0..BLOCK {
                    let offset = (u64::from(row[k]) * u64::from(length)) >> 32;
                    let instant = offset as i32 - middle;
                    instants[k] = instant;
                    let instant = if i < counts[k] { instant } else { 0 };
                    let d = f64::from(instant) * scale;
                    let square = d * d;
                    let cube = square * d;
                    first[k] += d;
                    second[k] += square;
                    third[k] += cube;
                    fourth[k] += square * square;
                    fifth[k] += cube * square;
                    sixth[k] += cube * cube;
                }
            }
            at = end;
            for k in 0..BLOCK {
                let number = f64::from(counts[k] as i32);
                let powers = [number, first[k], second[k], third[k], fourth[k], fifth[k], sixth[k]];
                let (mut sum, mut other) = (0.0, 0.0);
                for (power, [factor, following]) in powers.iter().zip(&factors) {
                    sum += power * factor;
                    other += power * following;
                }
                sums[k] = sum;
                gathered[k] = other;
            }
        }
    }
}

#[cfg(test)]
mod tests;

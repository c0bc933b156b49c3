//! How many events every neuron gets within a bin of time, and when: the loops that vectorise.

pub(super) mod current;

use serde::{Deserialize, Serialize};

use crate::base::function::exp;
use crate::base::process::BATCH;
use crate::base::process::bits::Bits;
use crate::base::stream::Stream;
use crate::base::vector::vectorized;

/// Neurons that go through the loops together: as many 32-bit numbers as a vector of the widest kind holds.
pub(super) const BLOCK: usize = 16;

/// Most events of a neuron in a bin: so many instants add up to less than 2³¹ (see [`MOST_EXPONENT`]).
pub(super) const MOST: usize = 31;

/// A bin is at most 2 to the power of this picoseconds long, 134 µs.
pub(super) const MOST_EXPONENT: u32 = 27;

/// Neurons whose events are counted together.
const COUNTED: usize = 8 * BLOCK;

/// 64-bit words in as many 32-bit numbers as a block has.
const WORDS: usize = BLOCK / 2;

/// Random numbers of 32 bits, a block's at a time.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    place: Place,
    /// After the words at hand were drawn.
    bits: Bits,
    words: Box<[i64; BATCH]>,
}

/// All that decides the rest of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    /// From what the words at hand were drawn.
    drawn_from: Bits,
    /// How many of these have been used.
    used: u16,
}

impl Rows {
    /// Numbers from generators that `stream` seeds.
    pub(super) fn new(stream: &mut Stream) -> Self {
        Self::at(Place {
            drawn_from: Bits::new(stream),
            used: 0,
        })
    }

    /// Goes on from a `place`.
    pub(super) fn at(mut place: Place) -> Self {
        let mut bits = place.drawn_from.clone();
        let mut words = Box::new([0; BATCH]);
        bits.fill(&mut words);
        // Whole rows, whatever the bytes say.
        place.used = (place.used / WORDS as u16 * WORDS as u16).min(BATCH as u16);
        Self { place, bits, words }
    }

    /// Where we are.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The next row.
    #[inline(always)]
    fn next(&mut self) -> [u32; BLOCK] {
        if usize::from(self.place.used) >= BATCH {
            self.refill();
        }
        let used = usize::from(self.place.used);
        self.place.used += WORDS as u16;
        let mut row = [0; BLOCK];
        let words = &self.words[used..used + WORDS];
        for (pair, word) in row.as_chunks_mut::<2>().0.iter_mut().zip(words) {
            *pair = [*word as u32, (*word >> 32) as u32];
        }
        row
    }

    #[inline(never)]
    fn refill(&mut self) {
        self.place.drawn_from = self.bits.clone();
        self.bits.fill(&mut self.words);
        self.place.used = 0;
    }
}

/// Neurons whose counts and draws stay in registers while bounds go by: as many as 16 of 256 bits hold. Of fewer the compiler makes
/// numbers one by one.
const HELD: usize = 4 * BLOCK;

/// A random number of 32 bits as one with a sign, in the same order: vectors of 256 bits compare no others.
#[inline]
fn signed(draw: u32) -> i32 {
    (draw ^ 1 << 31).cast_signed()
}

/// A Poisson distribution: P(N ≤ k) for k = 0, 1, …, in units of 2⁻³², [signed]. What is rarer than that does not happen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cumulative(Vec<i32>);

impl Cumulative {
    /// Of this `mean`, far below [`MOST`].
    pub(super) fn new(mean: f64) -> Self {
        let mut share = exp(-mean);
        let mut sum = 0.0;
        let mut bounds = Vec::new();
        for k in 1..=MOST {
            sum += share;
            let bound = (sum * 2_f64.powi(32)).round();
            if bound >= 2_f64.powi(32) {
                break;
            }
            bounds.push(signed(bound as u32));
            share *= mean / k as f64;
        }
        Self(bounds)
    }

    /// Draws a number for each of `counts`.
    pub(super) fn draw(&self, rows: &mut Rows, counts: &mut [u32]) {
        for counts in counts.chunks_mut(COUNTED) {
            let mut draws = [0; COUNTED];
            let blocks = draws.as_chunks_mut::<BLOCK>().0.iter_mut();
            for draws in blocks.take(counts.len().div_ceil(BLOCK)) {
                *draws = rows.next();
            }
            let mut numbers = [0; COUNTED];
            count(&mut numbers, &draws, &self.0);
            counts.copy_from_slice(&numbers[..counts.len()]);
        }
    }
}

vectorized! {
    /// How many of the bounds each draw has reached.
    fn count(counts: &mut [u32; COUNTED], draws: &[u32; COUNTED], bounds: &[i32]) {
        let mut highest = i32::MIN;
        let mut bits = [0; COUNTED];
        for (bits, &draw) in bits.iter_mut().zip(draws) {
            *bits = signed(draw);
            highest = highest.max(*bits);
        }
        let reached = bounds.iter().take_while(|&&bound| bound <= highest).count();
        let blocks = counts.as_chunks_mut::<HELD>().0.iter_mut();
        for (counts, draws) in blocks.zip(bits.as_chunks::<HELD>().0) {
            let mut left = [reached as u32; HELD];
            for &bound in &bounds[..reached] {
                for k in 0..HELD {
                    left[k] -= u32::from(bound > draws[k]);
                }
            }
            *counts = left;
        }
    }
}

/// e^(c t) at instants of a bin as a polynomial around its middle m, so that sums of powers are enough.
///
/// With d = t − m and h the most that c d can be, T₄ (Chebyshev) leaves e^(c d) ≈ 1 − h⁴/192 + c d + (1/2 + h²/24)(c d)² + (c d)³/6
/// but for h⁴/192. The sum of d is exact; in those behind it single precision is enough. An event gets a relative error below
/// 2·10⁻¹¹, less than what a tick of the clock makes of it, and below 2·10⁻¹² where τ is 20 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Terms {
    /// What a sum of each power of d counts.
    factors: [f64; 4],
    /// Bits that a random number has too many.
    shift: u32,
    /// The middle of the bin.
    middle: i64,
}

/// Half a bin measured in the time constant is at most this, for [`Terms`] to hold.
pub(super) const LONGEST: f64 = 1.0 / 128.0;

impl Terms {
    /// For bins of 2^`exponent` ps and this rate of growth.
    pub(super) fn new(exponent: u32, rate_per_ps: f64) -> Self {
        let middle = 1_i64 << (exponent - 1);
        let half = middle as f64 * rate_per_ps;
        let square = half * half;
        let whole = exp(half);
        let series = [
            1.0 - square * square / 192.0,
            rate_per_ps,
            (0.5 + square / 24.0) * rate_per_ps * rate_per_ps,
            rate_per_ps * rate_per_ps * rate_per_ps / 6.0,
        ];
        Self {
            factors: series.map(|factor| whole * factor),
            shift: 32 - exponent,
            middle,
        }
    }

    /// Picoseconds from the start of the bin to an instant.
    #[inline]
    pub(super) fn offset(&self, instant: i32) -> i64 {
        self.middle + i64::from(instant)
    }
}

/// Neurons of which powers are gathered before they are summed: such a loop becomes vectors as it stands.
const GATHERED: usize = 4 * BLOCK;

vectorized! {
    /// Draws when the events come of which every neuron has a count, and what they add up to. Of a block of neurons there are
    /// as many rows of `instants` (from the middle of the bin) as the most that one of them has; the first of them stands in
    /// `begins`.
    pub(super) fn scatter(rows: &mut Rows, counts: &[u32], instants: &mut [[i32; BLOCK]], begins: &mut [u32], sums: &mut [f64], terms: Terms) {
        let Terms { factors, shift, .. } = terms;
        let mut at = 0;
        let groups = counts.chunks(GATHERED).zip(sums.chunks_mut(GATHERED));
        for ((counts, sums), begins) in groups.zip(begins.chunks_mut(GATHERED / BLOCK)) {
            let mut firsts = [0_i32; GATHERED];
            let mut powers = [[0_f32; GATHERED]; 2];
            let [seconds, thirds] = &mut powers;
            let gathered = firsts.as_chunks_mut::<BLOCK>().0.iter_mut();
            let gathered = gathered.zip(seconds.as_chunks_mut::<BLOCK>().0);
            let gathered = gathered.zip(thirds.as_chunks_mut::<BLOCK>().0);
            let blocks = counts.as_chunks::<BLOCK>().0.iter().zip(begins);
            for ((counts, begin), ((firsts, seconds), thirds)) in blocks.zip(gathered) {
                let mut most = 0;
                for &count in counts {
                    most = most.max(count);
                }
                *begin = at as u32;
                let mut first = [0_i32; BLOCK];
                let mut powers = [[0_f32; BLOCK]; 2];
                let end = at + most as usize;
                for (i, instants) in (0..most).zip(&mut instants[at..end]) {
                    let row = rows.next();
                    let [second, third] = &mut powers;
                    for k in 0..BLOCK {
                        let instant = row[k] as i32 >> shift;
                        instants[k] = instant;
                        let instant = if i < counts[k] { instant } else { 0 };
                        first[k] += instant;
                        let d = instant as f32;
                        let square = d * d;
                        second[k] += square;
                        third[k] += square * d;
                    }
                }
                at = end;
                *firsts = first;
                [*seconds, *thirds] = powers;
            }
            for (k, (sum, &count)) in sums.iter_mut().zip(counts).enumerate() {
                let mut all = f64::from(count as i32) * factors[0];
                all += f64::from(firsts[k]) * factors[1];
                all += f64::from(powers[0][k]) * factors[2];
                all += f64::from(powers[1][k]) * factors[3];
                *sum = all;
            }
        }
    }
}

#[cfg(test)]
mod tests;

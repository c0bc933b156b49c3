//! Independent Poisson processes as one: events in order of time, each of one entity.
//!
//! Processes of n entities at rates r_j are one process of rate Σ r_j in which each event picks entity j with
//! probability r_j / Σ r: exact, one stream for all. Processes of several classes per entity are one too, in which an
//! event picks a class with the entity. Events are drawn in batches by loops that vectorise: uniform bits, logarithms,
//! an integer prefix sum (a floating-point one is slow and depends on its order).

pub mod bits;
mod choice;

use serde::{Deserialize, Serialize};

use super::function::{floor_log2, minus_ln};
use super::stream::Stream;
use super::time::{Duration, Time};
use super::vector::vectorized;
use bits::Bits;
use choice::Choice;

/// Events drawn together: enough for the vector loops, few enough that a batch stays in the first-level cache.
pub const BATCH: usize = 512;

/// Most entities in one process.
pub const MOST_ENTITIES: usize = 1 << 16;

/// Most classes of events in one process.
pub const MOST_CLASSES: usize = 1 << 8;

/// Sum of a batch's gaps in units of the fixed-point clock, on average, where a unit is a picosecond or less.
const BATCH_UNITS: f64 = (1_u64 << 49) as f64;

/// No gap is longer than so many means: 52 ln 2, as there are 52 bits of uniform.
const LONGEST_MEANS: f64 = 36.1;

/// Gaps of fewer units than this are rounded by an addition.
const ADDED: f64 = (1_u64 << 51) as f64;

/// Superposed Poisson processes, and where in them we are.
#[derive(Debug, Clone)]
pub struct Process {
    choice: Choice,
    /// Mean gap between events, in units of 2^(−shift) ps.
    mean_gap: f64,
    shift: u32,
    /// From what the batch at hand was drawn.
    drawn_from: Origin,
    /// From what the next will be.
    origin: Origin,
    batch: Batch,
    /// The next event of the batch, and when it comes.
    next: usize,
    next_time: Time,
}

/// All that decides the rest of the process.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Origin {
    bits: Bits,
    /// The last event.
    start: Time,
    /// What is left of a picosecond after it, in units.
    fraction: i64,
}

/// What a checkpoint keeps of a process: the batch at hand is drawn again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    drawn_from: Origin,
    next: u32,
}

/// Events in order.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The last event of the batch before.
    pub start: Time,
    /// Picoseconds since `start`.
    pub offsets: Box<[i64; BATCH]>,
    /// Whose event it is.
    pub entities: Box<[u16; BATCH]>,
    /// Of which class.
    pub class: Box<[u8; BATCH]>,
    room: Box<[i64; BATCH]>,
}

impl Process {
    /// Events from `start` on, given, for each of at most [`MOST_CLASSES`] classes, the rates in hertz of the same
    /// entities, at most [`MOST_ENTITIES`]. `None` if nothing would ever come.
    pub fn new(rates_hz: &[&[f64]], start: Time, stream: &mut Stream) -> Option<Self> {
        let mean_ps = mean_gap_ps(rates_hz);
        // Infinite when the total is zero.
        if !mean_ps.is_finite() {
            return None;
        }
        // As fine as exactness allows, at most 2⁻²⁰ ps.
        let finest = floor_log2(BATCH_UNITS / (BATCH as f64 * mean_ps));
        let shift = finest.clamp(0, 20) as u32;
        let origin = Origin {
            bits: Bits::new(stream),
            start,
            fraction: 0,
        };
        let mut process = Self {
            choice: Choice::new(rates_hz),
            mean_gap: mean_ps * f64::from(1_u32 << shift),
            shift,
            drawn_from: origin.clone(),
            origin,
            batch: Batch {
                start,
                offsets: Box::new([0; BATCH]),
                entities: Box::new([0; BATCH]),
                class: Box::new([0; BATCH]),
                room: Box::new([0; BATCH]),
            },
            next: 0,
            next_time: start,
        };
        process.draw();
        Some(process)
    }

    /// What a checkpoint keeps.
    pub fn state(&self) -> State {
        State {
            drawn_from: self.drawn_from.clone(),
            next: self.next as u32,
        }
    }

    /// Goes on from where [`state`](Self::state) was taken of a process made alike.
    pub fn go_on_from(&mut self, state: State) {
        let State { drawn_from, next } = state;
        self.origin = drawn_from;
        // What is less than a picosecond, whatever the bytes say.
        self.origin.fraction &= (1 << self.shift) - 1;
        self.draw();
        self.next = (next as usize).min(BATCH - 1);
        self.next_time = self.time(self.next);
    }

    /// The events at hand, those already passed among them.
    #[inline]
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Which event of the batch is next; 0 when the batch has just been drawn.
    #[inline]
    pub fn next_index(&self) -> usize {
        self.next
    }

    /// Time of the next event.
    #[inline]
    pub fn next_time(&self) -> Time {
        self.next_time
    }

    /// Time of event `k` of the batch at hand.
    #[inline]
    fn time(&self, k: usize) -> Time {
        later(self.batch.start, self.batch.offsets[k])
    }

    /// Goes past `n` events of the batch and tells the time of the last. After the batch's last, the next is drawn.
    pub fn pass(&mut self, n: usize) -> Time {
        self.next += n;
        let last = self.time(self.next - 1);
        if self.next == BATCH {
            self.draw();
        } else {
            self.next_time = self.time(self.next);
        }
        last
    }

    /// Draws the next batch, which starts at the last event of the one before.
    fn draw(&mut self) {
        self.drawn_from = self.origin.clone();
        let Batch {
            start,
            offsets,
            entities,
            class,
            room,
        } = &mut self.batch;
        *start = self.origin.start;
        self.origin.bits.fill(offsets);
        if self.mean_gap * LONGEST_MEANS < ADDED {
            gaps(offsets, self.mean_gap);
            let (mut sum, shift) = (self.origin.fraction, self.shift);
            for offset in offsets.iter_mut() {
                sum += *offset;
                *offset = sum >> shift;
            }
            self.origin.fraction = sum & ((1 << shift) - 1);
        } else {
            // Less than an event a minute, where units are picoseconds.
            let mut sum = 0_i64;
            for offset in offsets.iter_mut() {
                sum = sum.saturating_add(long_gap(*offset, self.mean_gap));
                *offset = sum;
            }
        }
        self.origin.start = later(*start, offsets[BATCH - 1]);
        self.choice
            .draw(&mut self.origin.bits, room, entities, class);
        self.next = 0;
        self.next_time = self.time(0);
    }
}

/// Mean gap in picoseconds between the events of processes at `rates_hz`, infinite when all are 0.
pub fn mean_gap_ps(rates_hz: &[&[f64]]) -> f64 {
    // From +0: the sum of no rates at all would be -0, and their gap below every limit.
    let rates_hz = rates_hz.iter().copied().flatten();
    let total_hz = rates_hz.fold(0.0, |total, rate| total + rate);
    1e12 / total_hz
}

/// `ps` after `t`; what lies beyond the clock never comes.
pub fn later(t: Time, ps: i64) -> Time {
    t.checked_add(Duration::from_ps(ps)).unwrap_or(Time::MAX)
}

/// Uniform on (0, 1]: 52 of the bits as the mantissa of a number in [1, 2), and 2 minus it.
#[inline(always)]
fn uniform(bits: i64) -> f64 {
    2.0 - f64::from_bits((bits as u64 >> 12) | 0x3FF0_0000_0000_0000)
}

/// An exponential gap of a mean of any length, rounded as [`gaps`] does; the longest number there is for what is longer.
fn long_gap(bits: i64, mean: f64) -> i64 {
    (minus_ln(uniform(bits)) * mean).round_ties_even() as i64
}

vectorized! {
    /// Turns random bits into exponential gaps of the given mean, rounded to whole units; all are below [`ADDED`].
    fn gaps(bits: &mut [i64; BATCH], mean: f64) {
        // 1.5 · 2⁵²: adding it leaves the nearest integer in the mantissa's low bits.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        for x in bits.iter_mut() {
            let gap = minus_ln(uniform(*x)) * mean + ROUND;
            *x = (gap.to_bits() as i64) - (ROUND.to_bits() as i64);
        }
    }
}

#[cfg(test)]
mod tests;

//! External noise: independent Poisson input to every neuron of a lane, as one superposed process.
//!
//! Input to n neurons at rates r_j is one Poisson process of rate Σ r_j in which each event picks neuron j with
//! probability r_j / Σ r: exact, in time order, one stream per lane. Inputs of several weights are one process too, in
//! which an event picks a class with the neuron. It costs as much as the network itself, so events are drawn in batches
//! by loops that vectorise: uniform bits, logarithms, an integer prefix sum (a floating-point one is slow and depends on
//! its order), and the growth of the factored decay (see [`crate::neuron::lif`]).

mod bits;
mod choice;

use serde::{Deserialize, Serialize};

use crate::base::function::{
    exp_near_zero, exp_polynomial, growth_integral, growth_integral_near_zero, minus_ln,
};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::neuron::{EventWeights, Events, Growth};
use bits::Bits;
use choice::Choice;

/// Events drawn together: enough for the vector loops, few enough that a batch stays in the first-level cache.
pub const BATCH: usize = 512;

/// Most classes of events in one process.
pub const MOST_CLASSES: usize = 1 << 8;

/// Sum of a batch's gaps in units of the fixed-point clock, on average; leaves 2¹³ below the 52 bits in which an f64
/// counts exactly, while no gap exceeds 36.1 means (52 bits of uniform).
const BATCH_UNITS: f64 = (1_u64 << 49) as f64;

/// Rates below one event an hour on average are zero in all but name; the fixed-point clock has no unit for them.
const SLOWEST_PS: f64 = 3.6e15;

/// Input of one weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// What an event adds.
    pub weight: f64,
    /// Rate onto each neuron of the lane, in hertz.
    pub rates_hz: Vec<f64>,
}

/// Superposed Poisson input to the neurons of one lane.
#[derive(Debug, Clone)]
pub struct Poisson {
    choice: Choice,
    /// Weight of each class.
    weights: Vec<f64>,
    growth: Growth,
    /// Mean gap between events, in units of 2^(−shift) ps.
    mean_gap: f64,
    shift: u32,
    /// Whether a batch is so short that growth within it cannot overflow; else every event is an instant of its own.
    dense: bool,
    /// From what the batch at hand was drawn.
    drawn_from: Origin,
    /// From what the next will be.
    origin: Origin,
    batch: Batch,
    next: usize,
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
struct Batch {
    start: Time,
    /// Picoseconds since `start`.
    offsets: Box<[i64; BATCH]>,
    /// e^(offset/τ); 1 where every event is an instant of its own.
    growth: Box<[f64; BATCH]>,
    /// What a current has brought by then; 0 where every event is an instant of its own.
    psi: Box<[f64; BATCH]>,
    targets: Box<[u16; BATCH]>,
    class: Box<[u8; BATCH]>,
    room: Box<[i64; BATCH]>,
}

impl Poisson {
    /// Input of at most [`MOST_CLASSES`] `classes`, of one sign of weights, to neurons 0, 1, … of a lane of at most
    /// 65,536, from `start` on; `growth` is what their population wants to know of each event. `None` if nothing would
    /// ever come.
    pub fn new(
        classes: &[Class],
        growth: Growth,
        start: Time,
        stream: &mut Stream,
    ) -> Option<Self> {
        let total_hz: f64 = classes.iter().flat_map(|class| &class.rates_hz).sum();
        let mean_ps = 1e12 / total_hz;
        // Infinite when the total is zero.
        if mean_ps >= SLOWEST_PS || mean_ps.is_nan() {
            return None;
        }
        // As fine as exactness allows, at most 2⁻²⁰ ps.
        let shift = (BATCH_UNITS / (BATCH as f64 * mean_ps))
            .log2()
            .floor()
            .clamp(0.0, 20.0) as u32;
        let fastest = growth
            .rate_per_ps
            .max(growth.delta_per_ps.unwrap_or(0.0).abs());
        let origin = Origin {
            bits: Bits::new(stream),
            start,
            fraction: 0,
        };
        let mut poisson = Self {
            choice: Choice::new(classes),
            weights: classes.iter().map(|class| class.weight).collect(),
            growth,
            mean_gap: mean_ps * f64::from(1_u32 << shift),
            shift,
            dense: BATCH as f64 * mean_ps * fastest <= 1.0,
            drawn_from: origin.clone(),
            origin,
            batch: Batch {
                start,
                offsets: Box::new([0; BATCH]),
                growth: Box::new([1.0; BATCH]),
                psi: Box::new([0.0; BATCH]),
                targets: Box::new([0; BATCH]),
                class: Box::new([0; BATCH]),
                room: Box::new([0; BATCH]),
            },
            next: 0,
        };
        poisson.draw();
        Some(poisson)
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
        self.draw();
        self.next = (next as usize).min(BATCH - 1);
    }

    /// Time of the next event.
    #[inline]
    pub fn next_time(&self) -> Time {
        self.time(self.next)
    }

    /// Time of event `k` of the batch at hand.
    #[inline]
    fn time(&self, k: usize) -> Time {
        later(self.batch.start, self.batch.offsets[k])
    }

    /// Whether events are so frequent that [`before`](Self::before) hands them out by the segment; otherwise each is an
    /// instant, to be asked for with [`at`](Self::at).
    pub fn is_dense(&self) -> bool {
        self.dense
    }

    /// The events at hand that come before `until`; none when the next is not.
    pub fn before(&self, until: Time) -> Events<'_> {
        let limit = until.since(self.batch.start).ps();
        let rest = &self.batch.offsets[self.next..];
        // A segment is usually much shorter than what is left of the batch: gallop, then bisect.
        let mut reach = 16;
        while reach < rest.len() && rest[reach] < limit {
            reach *= 4;
        }
        let n = rest[..reach.min(rest.len())].partition_point(|&offset| offset < limit);
        self.events(self.batch.start, n)
    }

    /// The events at hand that come at `t`, the time of the next one or before it.
    pub fn at(&self, t: Time) -> Events<'_> {
        let offset = t.since(self.batch.start).ps();
        let n = self.batch.offsets[self.next..]
            .iter()
            .take_while(|&&other| other == offset)
            .count();
        self.events(if self.dense { self.batch.start } else { t }, n)
    }

    fn events(&self, start: Time, n: usize) -> Events<'_> {
        let span = self.next..self.next + n;
        let batch = &self.batch;
        Events {
            origin: batch.start,
            offsets: &batch.offsets[span.clone()],
            start,
            growth: &batch.growth[span.clone()],
            psi: match self.growth.delta_per_ps {
                Some(_) => &batch.psi[span.clone()],
                None => &[],
            },
            targets: &batch.targets[span.clone()],
            weights: match self.weights[..] {
                [weight] => EventWeights::One(weight),
                _ => EventWeights::Class {
                    class: &batch.class[span],
                    weight: &self.weights,
                },
            },
        }
    }

    /// Goes past `n` events and tells the time of the last.
    pub fn pass(&mut self, n: usize) -> Time {
        self.next += n;
        let last = self.time(self.next - 1);
        if self.next == BATCH {
            self.draw();
        }
        last
    }

    /// Draws the next batch, which starts at the last event of the one before.
    fn draw(&mut self) {
        self.drawn_from = self.origin.clone();
        let Batch {
            start,
            offsets,
            growth,
            psi,
            targets,
            class,
            room,
        } = &mut self.batch;
        *start = self.origin.start;
        self.origin.bits.fill(offsets);
        gaps(offsets, self.mean_gap);
        let mut sum = self.origin.fraction;
        for offset in offsets.iter_mut() {
            sum += *offset;
            *offset = sum >> self.shift;
        }
        self.origin.fraction = sum & ((1 << self.shift) - 1);
        self.origin.start = later(*start, offsets[BATCH - 1]);
        if self.dense {
            let Growth {
                rate_per_ps: rate,
                delta_per_ps: delta,
            } = self.growth;
            // Offsets ascend: the last one is the longest.
            let fastest = rate.max(delta.unwrap_or(0.0).abs());
            let near = offsets[BATCH - 1] as f64 * fastest <= NEAR;
            if near {
                grow_little(growth, offsets, rate);
            } else {
                grow(growth, offsets, rate);
            }
            match delta {
                Some(delta) if near => gather_little(psi, offsets, delta),
                Some(delta) => gather(psi, offsets, delta),
                None => {}
            }
        }
        self.choice
            .draw(&mut self.origin.bits, room, targets, class);
        self.next = 0;
    }
}

/// `ps` after `t`; what lies beyond the clock never comes.
fn later(t: Time, ps: i64) -> Time {
    t.checked_add(Duration::from_ps(ps)).unwrap_or(Time::MAX)
}

vectorized! {
    /// Turns random bits into exponential gaps of the given mean, rounded to whole units.
    fn gaps(bits: &mut [i64; BATCH], mean: f64) {
        // 1.5 · 2⁵²: adding it leaves the nearest integer in the mantissa's low bits, for numbers below 2⁵¹.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        for x in bits.iter_mut() {
            // 52 bits as the mantissa of a number in [1, 2); 2 minus it is uniform on (0, 1].
            let uniform = 2.0 - f64::from_bits((*x as u64 >> 12) | 0x3FF0_0000_0000_0000);
            let gap = minus_ln(uniform) * mean + ROUND;
            *x = (gap.to_bits() as i64) - (ROUND.to_bits() as i64);
        }
    }
}

/// Batches shorter than this share of the shortest time constant, as those of dense noise are, take short polynomials.
const NEAR: f64 = 0.01;

/// 2⁵²: with it as the exponent, an integer below it is the mantissa of a double.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// An integer from 0 to 2⁵² as a double, in a way that vectors of every width have; offsets are below (see
/// [`BATCH_UNITS`]).
#[inline(always)]
fn to_f64(x: i64) -> f64 {
    f64::from_bits(x as u64 | TWO_52.to_bits()) - TWO_52
}

vectorized! {
    /// e^(offset · rate).
    fn grow(growth: &mut [f64; BATCH], offsets: &[i64; BATCH], rate: f64) {
        for (g, &offset) in growth.iter_mut().zip(offsets) {
            *g = exp_polynomial(to_f64(offset) * rate);
        }
    }
}

vectorized! {
    /// e^(offset · rate) where that is close to 1.
    fn grow_little(growth: &mut [f64; BATCH], offsets: &[i64; BATCH], rate: f64) {
        for (g, &offset) in growth.iter_mut().zip(offsets) {
            *g = exp_near_zero(to_f64(offset) * rate);
        }
    }
}

vectorized! {
    /// What a current has brought after each offset.
    fn gather(psi: &mut [f64; BATCH], offsets: &[i64; BATCH], delta: f64) {
        for (p, &offset) in psi.iter_mut().zip(offsets) {
            *p = growth_integral(to_f64(offset), delta);
        }
    }
}

vectorized! {
    /// What a current has brought after each offset, where its decay is close to 1.
    fn gather_little(psi: &mut [f64; BATCH], offsets: &[i64; BATCH], delta: f64) {
        for (p, &offset) in psi.iter_mut().zip(offsets) {
            *p = growth_integral_near_zero(to_f64(offset), delta);
        }
    }
}

#[cfg(test)]
mod tests;

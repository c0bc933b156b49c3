//! External noise: independent Poisson input to every neuron of a lane, as one superposed process.
//!
//! Input to n neurons at rates r_j is one Poisson process of rate Σ r_j in which each event picks neuron j with
//! probability r_j / Σ r: exact, in time order, one stream per lane. It costs as much as the network itself, so events
//! are drawn in batches by loops that vectorise: uniform bits, logarithms, an integer prefix sum (a floating-point one
//! is slow and depends on its order), and the growth of the factored decay (see [`crate::neuron::lif`]).

use crate::base::function::{exp_near_zero, exp_polynomial, minus_ln};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::neuron::Events;

/// Events drawn together: enough for the vector loops, few enough that a batch stays in the first-level cache.
pub const BATCH: usize = 512;

/// Generators that run side by side, one per element of a vector.
const WIDTH: usize = 8;

/// Sum of a batch's gaps in units of the fixed-point clock, on average; leaves 2¹³ below the 52 bits in which an f64
/// counts exactly, while no gap exceeds 36.1 means (52 bits of uniform).
const BATCH_UNITS: f64 = (1_u64 << 49) as f64;

/// Rates below one event an hour on average are zero in all but name; the fixed-point clock has no unit for them.
const SLOWEST_PS: f64 = 3.6e15;

/// Superposed Poisson input to the neurons of one lane.
#[derive(Debug, Clone)]
pub struct Poisson {
    bits: Bits,
    choice: Choice,
    /// Mean gap between events, in units of 2^(−shift) ps.
    mean_gap: f64,
    shift: u32,
    /// What is left of a picosecond after the last event, in units.
    fraction: i64,
    /// Growth of e^((t − start)/τ) per picosecond; `None` where a batch lasts longer than τ, so that the growth within
    /// it could overflow: then every event is an instant of its own.
    rate_per_ps: Option<f64>,
    batch: Batch,
    next: usize,
}

/// Events in order.
#[derive(Debug, Clone)]
struct Batch {
    start: Time,
    /// Picoseconds since `start`.
    offsets: Box<[i64; BATCH]>,
    /// e^(offset/τ).
    growth: Box<[f64; BATCH]>,
    targets: Box<[u16; BATCH]>,
}

impl Poisson {
    /// Input at `rates_hz` to neurons 0, 1, … of a lane whose factored decay has the time constant `tau`, from `start`
    /// on. `None` if nothing would ever come.
    pub fn new(rates_hz: &[f64], tau: Duration, start: Time, stream: &mut Stream) -> Option<Self> {
        let total_hz: f64 = rates_hz.iter().sum();
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
        let mut poisson = Self {
            bits: Bits::new(stream),
            choice: Choice::new(rates_hz),
            mean_gap: mean_ps * f64::from(1_u32 << shift),
            shift,
            fraction: 0,
            rate_per_ps: (BATCH as f64 * mean_ps <= tau.ps() as f64).then(|| 1.0 / tau.ps() as f64),
            batch: Batch {
                start,
                offsets: Box::new([0; BATCH]),
                growth: Box::new([1.0; BATCH]),
                targets: Box::new([0; BATCH]),
            },
            next: BATCH,
        };
        poisson.draw();
        Some(poisson)
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
        self.rate_per_ps.is_some()
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
        self.events(if self.is_dense() { self.batch.start } else { t }, n)
    }

    fn events(&self, start: Time, n: usize) -> Events<'_> {
        Events {
            start,
            growth: &self.batch.growth[self.next..self.next + n],
            targets: &self.batch.targets[self.next..self.next + n],
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
        let Batch {
            start,
            offsets,
            growth,
            targets,
        } = &mut self.batch;
        *start = later(*start, offsets[BATCH - 1]);
        self.bits.fill(offsets);
        gaps(offsets, self.mean_gap);
        let mut sum = self.fraction;
        for offset in offsets.iter_mut() {
            sum += *offset;
            *offset = sum >> self.shift;
        }
        self.fraction = sum & ((1 << self.shift) - 1);
        if let Some(rate) = self.rate_per_ps {
            // Offsets ascend: the last one is the longest.
            if offsets[BATCH - 1] as f64 * rate <= NEAR {
                grow_little(growth, offsets, rate);
            } else {
                grow(growth, offsets, rate);
            }
        }
        self.choice.draw(&mut self.bits, targets);
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

/// Batches shorter than this share of τ, as those of dense noise are, take the short polynomial.
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

/// Eight interleaved xoshiro256++ generators (Blackman and Vigna 2021, ACM TOMS 47:36), each seeded from the house's
/// stream: they need no multiplication, so vectors of every width run them.
#[derive(Debug, Clone)]
struct Bits {
    state: [[u64; WIDTH]; 4],
}

impl Bits {
    fn new(stream: &mut Stream) -> Self {
        let mut state = [[0; WIDTH]; 4];
        for word in state.iter_mut().flatten() {
            *word = stream.bits();
        }
        Self { state }
    }

    fn fill(&mut self, out: &mut [i64; BATCH]) {
        fill(&mut self.state, out);
    }
}

vectorized! {
    /// Random bits from every generator in turn.
    fn fill(state: &mut [[u64; WIDTH]; 4], out: &mut [i64; BATCH]) {
        let [mut a, mut b, mut c, mut d] = *state;
        for chunk in out.chunks_exact_mut(WIDTH) {
            for k in 0..WIDTH {
                chunk[k] = (a[k].wrapping_add(d[k]).rotate_left(23).wrapping_add(a[k])) as i64;
                let t = b[k] << 17;
                c[k] ^= a[k];
                d[k] ^= b[k];
                b[k] ^= c[k];
                a[k] ^= d[k];
                c[k] ^= t;
                d[k] = d[k].rotate_left(45);
            }
        }
        *state = [a, b, c, d];
    }
}

/// How an event picks its neuron.
#[derive(Debug, Clone)]
enum Choice {
    /// All neurons have one rate. A 32-bit fraction times n: rates differ by at most n/2³² of themselves.
    Uniform {
        /// Neurons.
        n: u64,
        bits: Box<[i64; BATCH]>,
    },
    /// Rates differ: the alias method (Walker 1977, ACM TOMS 3:253).
    Alias {
        /// Per column, the share (of 2³²) that is its own neuron's, and whose the rest is.
        columns: Vec<(u32, u16)>,
        bits: Box<[i64; BATCH]>,
    },
}

impl Choice {
    fn new(rates: &[f64]) -> Self {
        let bits = Box::new([0; BATCH]);
        if rates.iter().all(|&rate| rate == rates[0]) {
            Self::Uniform {
                n: rates.len() as u64,
                bits,
            }
        } else {
            Self::Alias {
                columns: alias_table(rates),
                bits,
            }
        }
    }

    fn draw(&mut self, source: &mut Bits, targets: &mut [u16; BATCH]) {
        match self {
            Self::Uniform { n, bits } => {
                source.fill(bits);
                pick(targets, bits, *n);
            }
            Self::Alias { columns, bits } => {
                source.fill(bits);
                for (target, &x) in targets.iter_mut().zip(bits.iter()) {
                    let product = (x as u64 >> 32) * columns.len() as u64;
                    let column = (product >> 32) as usize;
                    let (own, other) = columns[column];
                    *target = if (x as u32) < own {
                        column as u16
                    } else {
                        other
                    };
                }
            }
        }
    }
}

vectorized! {
    fn pick(targets: &mut [u16; BATCH], bits: &[i64; BATCH], n: u64) {
        for (target, &x) in targets.iter_mut().zip(bits) {
            *target = (((x as u64 >> 32) * n) >> 32) as u16;
        }
    }
}

/// The alias table of `rates` (Vose 1991, IEEE TSE 17:972).
fn alias_table(rates: &[f64]) -> Vec<(u32, u16)> {
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    let mut share: Vec<f64> = rates.iter().map(|rate| rate / mean).collect();
    let mut columns: Vec<(u32, u16)> = (0..rates.len()).map(|j| (u32::MAX, j as u16)).collect();
    let (mut poor, mut rich): (Vec<usize>, Vec<usize>) =
        (0..rates.len()).partition(|&j| share[j] < 1.0);
    while let (Some(small), Some(&large)) = (poor.pop(), rich.last()) {
        columns[small] = ((share[small] * 2_f64.powi(32)) as u32, large as u16);
        share[large] -= 1.0 - share[small];
        if share[large] < 1.0 {
            rich.pop();
            poor.push(large);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAU: Duration = Duration::from_ps(20_000_000_000);

    fn events(rates: &[f64], n: usize) -> (Vec<(i64, u16)>, Vec<f64>) {
        let mut poisson = Poisson::new(rates, TAU, Time::ZERO, &mut Stream::new(1, "test", 0))
            .expect("some rate");
        let (mut all, mut growth_errors) = (Vec::new(), Vec::new());
        while all.len() < n {
            let t = poisson.next_time();
            let now = poisson.at(t);
            assert!(!now.targets.is_empty());
            for (&target, &growth) in now.targets.iter().zip(now.growth) {
                all.push((t.ps(), target));
                let exact = ((t.ps() - now.start.ps()) as f64 / TAU.ps() as f64).exp();
                growth_errors.push((growth / exact - 1.0).abs());
            }
            let k = now.targets.len();
            assert_eq!(poisson.pass(k), t);
        }
        (all, growth_errors)
    }

    #[test]
    fn gaps_are_exponential_at_high_and_low_rates() {
        for rates in [vec![20_000.0; 5_000], vec![3.0; 10], vec![0.1; 2]] {
            let total: f64 = rates.iter().sum();
            let (all, growth_errors) = events(&rates, 200_000);
            assert!(all.is_sorted_by_key(|event| event.0));
            let gaps: Vec<f64> = all
                .windows(2)
                .map(|pair| (pair[1].0 - pair[0].0) as f64 * 1e-12 * total)
                .collect();
            let n = gaps.len() as f64;
            let mean = gaps.iter().sum::<f64>() / n;
            let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / n;
            let lag: f64 = gaps
                .windows(2)
                .map(|pair| (pair[0] - mean) * (pair[1] - mean))
                .sum::<f64>()
                / n;
            // Standard errors: 1/√n, √8/√n, 1/√n; five of each.
            let error = 5.0 / n.sqrt();
            assert!((mean - 1.0).abs() < error, "mean {mean}");
            assert!((variance - 1.0).abs() < 2.83 * error, "variance {variance}");
            assert!(lag.abs() < error, "correlation {lag}");
            // χ² over 20 classes of equal probability: 19 degrees of freedom, mean 19, SD 6.2.
            let mut classes = [0.0; 20];
            gaps.iter()
                .for_each(|gap| classes[((-(-gap).exp_m1() * 20.0) as usize).min(19)] += 1.0);
            let chi2: f64 = classes
                .iter()
                .map(|count| (count - n / 20.0).powi(2) / (n / 20.0))
                .sum();
            assert!(chi2 < 19.0 + 5.0 * 6.2, "{chi2}");
            assert!(growth_errors.iter().all(|&error| error < 1e-14));
        }
    }

    #[test]
    fn every_neuron_gets_its_rate() {
        for rates in [
            vec![100.0; 50],
            (0..50).map(|j| f64::from(j % 7) * 30.0).collect::<Vec<_>>(),
        ] {
            let total: f64 = rates.iter().sum();
            let n = 500_000;
            let (all, _) = events(&rates, n);
            let mut counts = vec![0.0_f64; rates.len()];
            all.iter()
                .for_each(|event| counts[usize::from(event.1)] += 1.0);
            for (rate, count) in rates.iter().zip(counts) {
                let expected = rate / total * all.len() as f64;
                assert!(
                    (count - expected).abs() <= 5.0 * expected.sqrt(),
                    "{count} for {expected}"
                );
            }
        }
    }

    #[test]
    fn silence_needs_no_generator() {
        assert!(Poisson::new(&[0.0; 3], TAU, Time::ZERO, &mut Stream::new(1, "test", 0)).is_none());
    }
}

//! How many values spread: mean, standard deviation, quantiles, histogram.
//!
//! All of it is the same in every bit on any number of threads: sums are taken over chunks of a fixed size and put together
//! in their order, and everything else is counted.

use rayon::prelude::*;

pub use crate::record::weight_statistics::LEVELS;

/// Values of a chunk: a megabyte, which a core keeps to itself.
const CHUNK: usize = 1 << 18;
/// Leading and trailing halves of a value's 32 bits.
const HALVES: usize = 1 << 16;

/// How a set of values spreads.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// How many there are, at least one.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, over n.
    pub sd: f64,
    /// The smallest.
    pub min: f32,
    /// The largest.
    pub max: f32,
    /// Quantiles at [`LEVELS`], between two values in proportion.
    pub quantiles: [f64; LEVELS.len()],
    /// Edges of the bins, one more than there are bins; ascending.
    pub edges: Vec<f64>,
    /// Values in each bin, whose lower edge belongs to it; those outside are in the first and the last.
    pub counts: Vec<u64>,
}

impl Spread {
    /// Of `values`, with `n_bins` equal bins over `range`, or over all values where there is none; `None` of no values.
    pub fn of(values: &[f32], range: Option<(f64, f64)>, n_bins: usize) -> Option<Self> {
        let moments: Vec<Moments> = values.par_chunks(CHUNK).map(Moments::of).collect();
        let moments = moments.into_iter().reduce(Moments::with)?;
        let (low, high) = range.unwrap_or((moments.min.into(), moments.max.into()));
        let edge = |k: usize| low + (high - low) * k as f64 / n_bins as f64;
        let last = n_bins.saturating_sub(1);
        // Values that are all equal have no width to be parted by.
        let per_unit = if high > low {
            n_bins as f64 / (high - low)
        } else {
            0.0
        };
        let counts = tally(values, n_bins, |value| {
            Some((((f64::from(value) - low) * per_unit) as usize).min(last))
        });
        Some(Self {
            n: values.len(),
            mean: moments.mean,
            sd: (moments.squares / moments.n).sqrt(),
            min: moments.min,
            max: moments.max,
            quantiles: quantiles(values),
            edges: (0..=n_bins).map(edge).collect(),
            counts,
        })
    }
}

/// Sums over a chunk.
#[derive(Clone, Copy)]
struct Moments {
    n: f64,
    mean: f64,
    /// Of the distances from the mean.
    squares: f64,
    min: f32,
    max: f32,
}

impl Moments {
    fn of(values: &[f32]) -> Self {
        let n = values.len() as f64;
        let mean = sum(values, |value| value) / n;
        let least = |a: f32, b: f32| if b < a { b } else { a };
        let most = |a: f32, b: f32| if b > a { b } else { a };
        Self {
            n,
            mean,
            squares: sum(values, |value| (value - mean) * (value - mean)),
            min: extreme(values, f32::INFINITY, least),
            max: extreme(values, f32::NEG_INFINITY, most),
        }
    }

    /// Of both chunks together (Chan, Golub, LeVeque 1979).
    fn with(self, other: Self) -> Self {
        let n = self.n + other.n;
        let apart = other.mean - self.mean;
        Self {
            n,
            mean: self.mean + apart * (other.n / n),
            squares: self.squares + other.squares + apart * apart * (self.n * other.n / n),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// Terms that are added at a time: additions of one sum would wait for each other.
const SUMS: usize = 16;

/// Sum over the terms of values, in an order of its own.
#[inline]
fn sum(values: &[f32], term: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; SUMS];
    let (whole, rest) = values.as_chunks::<SUMS>();
    for values in whole {
        for (sum, &value) in sums.iter_mut().zip(values) {
            *sum += term(value.into());
        }
    }
    let rest = rest.iter().map(|&value| term(value.into()));
    sums.into_iter()
        .chain(rest)
        .fold(0.0, |sum, term| sum + term)
}

/// The value that `better` chooses of all.
#[inline]
fn extreme(values: &[f32], none: f32, better: impl Fn(f32, f32) -> f32) -> f32 {
    let mut found = [none; SUMS];
    let (whole, rest) = values.as_chunks::<SUMS>();
    for values in whole {
        for (found, &value) in found.iter_mut().zip(values) {
            *found = better(*found, value);
        }
    }
    found
        .into_iter()
        .chain(rest.iter().copied())
        .fold(none, better)
}

/// How many values have each of `n_keys` keys; those without one are not counted.
fn tally(values: &[f32], n_keys: usize, key: impl Fn(f32) -> Option<usize> + Sync) -> Vec<u64> {
    let chunks = values.par_chunks(CHUNK).map(|chunk| {
        let mut counts = vec![0_u32; n_keys];
        for key in chunk.iter().filter_map(|&value| key(value)) {
            counts[key] += 1;
        }
        counts
    });
    let add = |mut sums: Vec<u64>, counts: Vec<u32>| {
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += u64::from(count);
        }
        sums
    };
    let none = || vec![0; n_keys];
    let both = |one: Vec<u64>, other: Vec<u64>| {
        let sums = one.into_iter().zip(other);
        sums.map(|(one, other)| one + other).collect()
    };
    chunks.fold(none, add).reduce(none, both)
}

/// Quantiles of `values`, of which there is one at least, without sorting them: their leading bits are counted, then those among
/// which a quantile lies are looked at by themselves.
pub(super) fn quantiles(values: &[f32]) -> [f64; LEVELS.len()] {
    let leading = tally(values, HALVES, |value| Some(half(value, 16)));
    // The values on either side of each level, by rank.
    let last = values.len() - 1;
    let places = LEVELS.map(|level| level * last as f64);
    let sides = places.map(|place| {
        let below = place.floor() as usize;
        [below, (below + 1).min(last)]
    });
    let ranks = sides.iter().flatten();
    let mut wanted: Vec<usize> = ranks.map(|&rank| find(&leading, rank).0).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut trailing = trailing(values, &wanted);
    let mut value = |rank: usize| {
        let (above, rest) = find(&leading, rank);
        let slot = wanted.partition_point(|&half| half < above);
        let (_, below, _) = trailing[slot].select_nth_unstable(rest);
        f64::from(unordered((above as u32) << 16 | u32::from(*below)))
    };
    let mut quantiles = places;
    for (quantile, [below, above]) in quantiles.iter_mut().zip(sides) {
        let (part, below, above) = (quantile.fract(), value(below), value(above));
        *quantile = below + part * (above - below);
    }
    quantiles
}

/// The trailing bits of all values whose leading ones are among `wanted`, for each of these.
fn trailing(values: &[f32], wanted: &[usize]) -> Vec<Vec<u16>> {
    let mut slots = vec![u8::MAX; HALVES];
    for (slot, &half) in (0..).zip(wanted) {
        slots[half] = slot;
    }
    let chunks = values.par_chunks(CHUNK).map(|chunk| {
        let mut found = vec![Vec::new(); wanted.len()];
        for &value in chunk {
            if let Some(slot) = found.get_mut(usize::from(slots[half(value, 16)])) {
                slot.push(half(value, 0) as u16);
            }
        }
        found
    });
    let mut all = vec![Vec::new(); wanted.len()];
    for found in chunks.collect::<Vec<Vec<Vec<u16>>>>() {
        for (all, found) in all.iter_mut().zip(found) {
            all.extend(found);
        }
    }
    all
}

/// The key that the value of this rank has, and its rank among those of the key.
fn find(counts: &[u64], rank: usize) -> (usize, usize) {
    let mut rest = rank as u64;
    for (key, &count) in counts.iter().enumerate() {
        if rest < count {
            return (key, rest as usize);
        }
        rest -= count;
    }
    (counts.len() - 1, 0)
}

/// 16 bits of a value, from `shift` on, of bits that ascend with values.
fn half(value: f32, shift: u32) -> usize {
    let bits = value.to_bits();
    let ordered = match bits >> 31 {
        0 => bits | 1 << 31,
        _ => !bits,
    };
    (ordered >> shift) as usize % HALVES
}

/// The value of which `bits` are those that ascend with values.
fn unordered(bits: u32) -> f32 {
    f32::from_bits(match bits >> 31 {
        1 => bits & !(1 << 31),
        _ => !bits,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::Stream;
    use proptest::prelude::*;

    #[test]
    fn spread_by_hand() {
        let spread = Spread::of(&[4.0, 1.0, 3.0, 2.0, 10.0], Some((0.0, 5.0)), 5).unwrap();
        assert_eq!(
            (spread.n, spread.mean, spread.min, spread.max),
            (5, 4.0, 1.0, 10.0)
        );
        assert_eq!(spread.sd, 10_f64.sqrt());
        assert_eq!(spread.quantiles[2], 3.0);
        assert!((spread.quantiles[4] - 8.8).abs() < 1e-12, "{spread:?}");
        assert_eq!(spread.counts, [0, 1, 1, 1, 2]);
        assert_eq!(spread.edges, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(Spread::of(&[], None, 5), None);
        let equal = Spread::of(&[-2.0; 3], None, 2).unwrap();
        assert_eq!((equal.sd, equal.quantiles), (0.0, [-2.0; 5]));
        assert_eq!(equal.counts, [3, 0]);
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let mut stream = Stream::new(1, "test", 0);
        let values: Vec<f32> = (0..3 * CHUNK + 7)
            .map(|_| (stream.uniform() - 0.3) as f32)
            .collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| Spread::of(&values, Some((-0.5, 1.0)), 50).unwrap())
        };
        let one = on(1);
        assert_eq!(one.mean.to_bits(), on(3).mean.to_bits());
        assert_eq!(one, on(3));
        assert_eq!(one.counts.iter().sum::<u64>(), values.len() as u64);
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_sorted_values(values in proptest::collection::vec(-1e3_f32..1e3, 1..300)) {
            let found = quantiles(&values);
            let mut sorted = values.clone();
            sorted.sort_by(f32::total_cmp);
            for (level, found) in LEVELS.into_iter().zip(found) {
                let place = level * (values.len() - 1) as f64;
                let (k, part) = (place.floor() as usize, place.fract());
                let (below, above) = (sorted[k], sorted[(k + 1).min(values.len() - 1)]);
                let expected = f64::from(below) + part * (f64::from(above) - f64::from(below));
                prop_assert_eq!(found, expected);
            }
        }
    }
}

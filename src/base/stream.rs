//! Random streams that belong to entities.
//!
//! A stream is named by `(seed, purpose, entity)`; nothing depends on the order in which entities draw. Each is one
//! `Pcg64Mcg` whose state is a pinned hash of the name: the crate's own numbered streams may be correlated. Exact
//! values are pinned by a test, so that a dependency cannot change results in silence.

use rand::Rng;
use rand_pcg::Pcg64Mcg;

use super::function;

/// The random stream of one entity for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stream(Pcg64Mcg);

impl Stream {
    /// The stream of `entity` for `purpose` (a dotted name, `"stimulus.image"`) in a run with `seed`.
    pub fn new(seed: u64, purpose: &str, entity: u64) -> Self {
        let name = name_hash(purpose);
        let low = mix(mix(mix(seed) ^ name).wrapping_add(entity));
        let high = mix(low ^ mix(name.wrapping_add(mix(entity ^ seed.rotate_left(32)))));
        // A multiplicative generator's state must be odd; the crate sets the lowest bit itself.
        Self(Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low)))
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on [0, 1), 53 bits.
    pub fn uniform(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.bits() >> 11) as f64 * SCALE
    }

    /// Uniform on (0, 1]: safe under a logarithm.
    pub fn uniform_positive(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// Exponentially distributed with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -function::ln(self.uniform_positive())
    }

    /// Uniform on `0..n`, without bias (Lemire 2019, ACM TOMACS 29:3). `n` must not be 0.
    pub fn below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.bits()) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.bits()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// Puts `items` into uniformly random order (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits in which every input bit reaches
/// every output bit.
pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A 64-bit name for a string (FNV-1a, then mixed): numbers populations and streams by name, so that the order in
/// which they are declared does not matter.
pub fn name_hash(name: &str) -> u64 {
    let fnv = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    mix(fnv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_values_are_pinned() {
        let mut stream = Stream::new(1, "stimulus.image", 7);
        assert_eq!(stream.bits(), 0x1555_7366_761C_C4AA);
        assert_eq!(stream.bits(), 0xAE78_3D88_E2D5_0AC7);
        assert_eq!(stream.uniform(), 0.737898591492722);
        assert_eq!(stream.exponential(), 2.0770740274600823);
        assert_eq!([(); 5].map(|()| stream.below(10)), [5, 0, 5, 9, 5]);
    }

    #[test]
    fn every_part_of_the_name_matters() {
        let first = |seed, purpose, entity| Stream::new(seed, purpose, entity).bits();
        let all = [
            first(1, "a", 0),
            first(2, "a", 0),
            first(1, "b", 0),
            first(1, "a", 1),
            first(0, "a", 1),
        ];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn below_is_uniform() {
        let mut stream = Stream::new(3, "test", 0);
        let mut counts = [0_u32; 6];
        (0..60_000).for_each(|_| counts[stream.below(6) as usize] += 1);
        // Standard deviation of a count is 91: five of them.
        assert!(
            counts.iter().all(|&c| (9_545..=10_455).contains(&c)),
            "{counts:?}"
        );
    }

    #[test]
    fn exponential_has_mean_and_variance_one() {
        let mut stream = Stream::new(4, "test", 0);
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| stream.exponential()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!(
            (mean - 1.0).abs() < 0.016 && (variance - 1.0).abs() < 0.045,
            "{mean} {variance}"
        );
    }
}

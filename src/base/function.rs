//! Elementary functions with the same bits on every machine.
//!
//! The platform's C library picks fused variants at run time (740 of 10⁶ results of glibc's `exp` change between
//! machines), so simulation paths use these instead: `libm` in pure Rust where a call is rare, our own polynomial
//! where a loop over it must vectorise.

mod power;
mod short;

use crate::base::vector::vectorized;

pub use power::{Power, power};
pub use short::{exp_near_zero, exp_to_half, growth_integral_near_zero, growth_integral_to_half};

/// What has decayed to less is nothing: no sum feels it. Some more time constants would make a subnormal number of it, which
/// slows arithmetic down tenfold; and by steps in which more than half is left it would never decay any further.
pub const NOTHING: f64 = 1e-280;

/// `x`, or 0 where all but [`NOTHING`] of it has decayed.
#[inline(always)]
pub fn lasting(x: f64) -> f64 {
    if x.abs() < NOTHING { 0.0 } else { x }
}

/// e^x, to the bit what `libm` gives.
#[inline]
pub fn exp(x: f64) -> f64 {
    let size = x.abs();
    if (SMALLEST..LARGEST).contains(&size) {
        exp_within(x)
    } else {
        libm::exp(x)
    }
}

/// From where on and up to where [`exp_within`] holds.
const SMALLEST: f64 = 1.0 / (1_u64 << 27) as f64;
const LARGEST: f64 = 708.0;

/// The steps of `libm::exp` (FreeBSD's `e_exp.c`: Remez polynomial of degree 5, error below an ulp) without its branches,
/// which a processor cannot foresee where arguments vary from call to call, and without a call.
#[inline(always)]
fn exp_within(x: f64) -> f64 {
    // Just above ln 2 / 2; below it the argument is not reduced.
    const REDUCED: f64 = f64::from_bits(0x3FD6_2E43_0000_0000);
    const LN2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
    const P: [f64; 5] = [
        f64::from_bits(0x3FC5_5555_5555_553E),
        f64::from_bits(0xBF66_C16C_16BE_BD93),
        f64::from_bits(0x3F11_566A_AF25_DE2C),
        f64::from_bits(0xBEBB_BD41_C5D2_6BF1),
        f64::from_bits(0x3E66_3769_72BE_A4D0),
    ];
    let size = x.abs();
    // Towards zero; adding 1.5 · 2⁵² rounds to the nearest.
    let scaled = size * std::f64::consts::LOG2_E + 0.5;
    let nearest = (scaled + ROUND) - ROUND;
    let below = if nearest > scaled {
        nearest - 1.0
    } else {
        nearest
    };
    let turns = if size < REDUCED { 0.0 } else { below };
    let k = if x < 0.0 { -turns } else { turns };
    let high = x - k * LN2_HIGH;
    let low = k * LN2_LOW;
    let r = high - low;
    let square = r * r;
    let c =
        r - square * (P[0] + square * (P[1] + square * (P[2] + square * (P[3] + square * P[4]))));
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    // 2^k is a normal number: the product is exact.
    y * f64::from_bits((k + ROUND).to_bits().wrapping_add(1023) << 52)
}

/// Adding it leaves the nearest integer in the low bits of the mantissa: 1.5 · 2⁵².
const ROUND: f64 = 6_755_399_441_055_744.0;

vectorized! {
    /// e^x of each, to the bit as [`exp`].
    pub fn exp_each(x: &mut [f64; 8]) {
        let inside = x.iter().all(|x| (SMALLEST..LARGEST).contains(&x.abs()));
        if inside {
            for x in x {
                *x = exp_within(*x);
            }
        } else {
            for x in x {
                *x = exp(*x);
            }
        }
    }
}

/// The largest k with 2ᵏ ≤ `x`, of a normal number above zero: by its bits, as logarithms of the platform differ in their last ones.
pub fn floor_log2(x: f64) -> i32 {
    const BIAS: i32 = 1023;
    ((x.to_bits() >> 52) & 0x7ff) as i32 - BIAS
}

/// The least whole number that is no less than `x`, which is not below 0; what is whole but for rounding is whole.
pub fn least_whole(x: f64) -> f64 {
    const ROUNDING: f64 = 1e-9;
    (x * (1.0 - ROUNDING)).ceil()
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// e^x − 1 without cancellation near 0.
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Sine of x in radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of x in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Tangent of x in radians.
pub fn tan(x: f64) -> f64 {
    libm::tan(x)
}

/// The x below which this share of a standard normal variable lies: -∞ of nothing, ∞ of all.
pub fn normal_quantile(share: f64) -> f64 {
    if share <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if share >= 1.0 {
        return f64::INFINITY;
    }
    // Halving 40 between -40 and 40 leaves less than 1e-10.
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2);
        match below < share {
            true => low = middle,
            false => high = middle,
        }
    }
    0.5 * (low + high)
}

/// e^x in single precision, correctly rounded but for one argument in about 2²⁶: the double-precision result of
/// [`exp_polynomial`] rounded once.
#[inline(always)]
pub fn exp_f32(x: f32) -> f32 {
    exp_polynomial(f64::from(x)) as f32
}

/// e^x without a branch or a table, so that loops over it vectorise; relative error below 4e-16 (tested), saturating
/// at |x| = 708.
///
/// Reduction x = k·ln 2 + r with |r| ≤ ln 2 / 2 (Cody and Waite), then the Taylor polynomial of degree 13, whose
/// remainder is below 2⁻⁵⁷ there.
#[inline(always)]
pub fn exp_polynomial(x: f64) -> f64 {
    // ln 2 in two parts: the first has 20 trailing zero bits, so that k times it is exact.
    const LN2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
    let x = x.clamp(-708.0, 708.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let mut p = 1.0 / 6_227_020_800.0;
    p = p * r + 1.0 / 479_001_600.0;
    p = p * r + 1.0 / 39_916_800.0;
    p = p * r + 1.0 / 3_628_800.0;
    p = p * r + 1.0 / 362_880.0;
    p = p * r + 1.0 / 40_320.0;
    p = p * r + 1.0 / 5_040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * (r * r) + r + 1.0;
    // 2^k by its exponent bits: the low bits of `shifted` hold k in two's complement.
    p * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// ∫₀^y e^(rate·s) ds = (e^(rate·y) − 1)/rate, or y where the rate is 0, without cancellation for small |rate·y|;
/// relative error below 4e-16 there and 2e-15 elsewhere (tested). What a membrane has gathered of a current that decays at
/// another rate.
#[inline(always)]
pub fn growth_integral(y: f64, rate: f64) -> f64 {
    if (rate * y).abs() >= GROWTH_NEAR {
        return (exp_polynomial(rate * y) - 1.0) / rate;
    }
    growth_integral_below_near(y, rate)
}

/// Below it the Taylor series of (e^z − 1)/z to the 13th power leaves less than 2⁻⁵⁷; above it less than two bits cancel.
pub const GROWTH_NEAR: f64 = 0.4;

/// As [`growth_integral`] where |rate·y| < [`GROWTH_NEAR`].
#[inline(always)]
pub fn growth_integral_below_near(y: f64, rate: f64) -> f64 {
    let z = rate * y;
    let mut p = 1.0 / 87_178_291_200.0;
    p = p * z + 1.0 / 6_227_020_800.0;
    p = p * z + 1.0 / 479_001_600.0;
    p = p * z + 1.0 / 39_916_800.0;
    p = p * z + 1.0 / 3_628_800.0;
    p = p * z + 1.0 / 362_880.0;
    p = p * z + 1.0 / 40_320.0;
    p = p * z + 1.0 / 5_040.0;
    p = p * z + 1.0 / 720.0;
    p = p * z + 1.0 / 120.0;
    p = p * z + 1.0 / 24.0;
    p = p * z + 1.0 / 6.0;
    p = p * z + 0.5;
    (p * z + 1.0) * y
}

vectorized! {
    /// [`exp_polynomial`] of each x.
    pub fn exp_polynomial_each(x: &mut [f64; 8]) {
        for x in x {
            *x = exp_polynomial(*x);
        }
    }
}

/// Numbers that [`exp_polynomial_of_first`] takes at most: a few vectors of the widest kind.
pub const TOGETHER: usize = 64;

vectorized! {
    /// [`exp_polynomial`] of the first `n` numbers; of the others, nothing that means anything.
    pub fn exp_polynomial_of_first(x: &mut [f64; TOGETHER], n: usize) {
        let (eights, _) = x.as_chunks_mut::<8>();
        for eight in eights.iter_mut().take(n.div_ceil(8)) {
            for x in eight {
                *x = exp_polynomial(*x);
            }
        }
    }
}

vectorized! {
    /// [`growth_integral`] of each y.
    pub fn growth_integral_each(y: &mut [f64; 8], rate: f64) {
        for y in y {
            let far = (exp_polynomial(rate * *y) - 1.0) / rate;
            let near = growth_integral_below_near(*y, rate);
            *y = if (rate * *y).abs() >= GROWTH_NEAR { far } else { near };
        }
    }
}

/// k and z of x = 2^k · (1 + z)/(1 − z) for normal x > 0: the mantissa lies in [√½, √2), so that |z| is at most 0.1716, and
/// ln x = k · ln 2 + 2 artanh z.
#[inline(always)]
fn halvings(x: f64) -> (f64, f64) {
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    // Exponent of x / √½, biased; as a double by way of the mantissa of a number in [2⁵², 2⁵³).
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF);
    let m = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF).wrapping_add(SQRT_HALF));
    let biased = shifted.wrapping_add(1024 << 52) >> 52;
    let k = f64::from_bits(biased | TWO_52.to_bits()) - (TWO_52 + 1024.0);
    (k, (m - 1.0) / (m + 1.0))
}

/// −ln x for normal x > 0 without a branch or a table, so that loops over it vectorise; relative error below 2e-12
/// (tested), ample for random intervals, which is what it is for: the series of artanh to the 13th power, whose remainder
/// is below 5e-13.
#[inline(always)]
pub fn minus_ln(x: f64) -> f64 {
    let (k, z) = halvings(x);
    let y = z * z;
    let mut p = 2.0 / 13.0;
    p = p * y + 2.0 / 11.0;
    p = p * y + 2.0 / 9.0;
    p = p * y + 2.0 / 7.0;
    p = p * y + 2.0 / 5.0;
    p = p * y + 2.0 / 3.0;
    -(k * std::f64::consts::LN_2 + (z * 2.0 + z * y * p))
}

/// ln x for normal x > 0 without a branch or a table, so that loops over it vectorise; relative error below 5e-16 (tested):
/// the series of artanh to the 19th power, whose remainder is below 2e-17.
#[inline(always)]
pub fn ln_polynomial(x: f64) -> f64 {
    let (k, z) = halvings(x);
    let y = z * z;
    let mut p = 2.0 / 19.0;
    p = p * y + 2.0 / 17.0;
    p = p * y + 2.0 / 15.0;
    p = p * y + 2.0 / 13.0;
    p = p * y + 2.0 / 11.0;
    p = p * y + 2.0 / 9.0;
    p = p * y + 2.0 / 7.0;
    p = p * y + 2.0 / 5.0;
    p = p * y + 2.0 / 3.0;
    k * std::f64::consts::LN_2 + (z * 2.0 + z * y * p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_found_from_below() {
        for k in [-1022, -3, 0, 1, 20, 52, 1023] {
            let x = 2.0_f64.powi(k);
            assert_eq!(floor_log2(x), k);
            assert_eq!(floor_log2(x.next_down()), (k - 1).max(-1023));
            assert_eq!(floor_log2(1.5 * x), k);
        }
    }

    #[test]
    fn what_is_whole_but_for_rounding_is_whole() {
        for n in 1..=100_u32 {
            for hundredths in 0..=100_u32 {
                let exact = (n * hundredths).div_ceil(100);
                let share = f64::from(hundredths) / 100.0;
                assert_eq!(
                    least_whole(share * f64::from(n)),
                    f64::from(exact),
                    "{share} of {n}"
                );
            }
        }
        assert_eq!(least_whole(7.001), 8.0);
    }

    #[test]
    fn the_integral_of_growth_agrees_with_libm() {
        for i in -40_000..=40_000 {
            let z = f64::from(i) * 1e-3;
            let (rate, y) = (0.37, z / 0.37);
            let exact = libm::expm1(rate * y) / rate;
            let error = (growth_integral(y, rate) - exact).abs();
            assert!(error <= 2e-15 * exact.abs(), "{z}: {error:e}");
        }
        assert_eq!(growth_integral(3.5, 0.0), 3.5);
    }

    #[test]
    fn the_logarithm_agrees_with_libm() {
        let mut stream = crate::base::stream::Stream::new(1, "test", 0);
        for _ in 0..1_000_000 {
            let x = stream.uniform_positive();
            let error = (minus_ln(x) + libm::log(x)).abs();
            assert!(error < 2e-12 * libm::log(x).abs() + 1e-16, "{x}: {error:e}");
        }
        assert_eq!(minus_ln(1.0), 0.0);
        assert!((minus_ln(2_f64.powi(-52)) - 52.0 * std::f64::consts::LN_2).abs() < 1e-13);
    }

    #[test]
    fn the_polynomial_agrees_with_libm() {
        let worst = (-7_000_000..=7_000_000)
            .map(|i| f64::from(i) * 1e-4)
            .map(|x| (exp_polynomial(x) / libm::exp(x) - 1.0).abs())
            .fold(0.0, f64::max);
        assert!(worst < 4e-16, "{worst:e}");
    }

    #[test]
    fn the_exponential_has_the_bits_of_libm() {
        let same = |x: f64| assert_eq!(exp(x).to_bits(), libm::exp(x).to_bits(), "{x:e}");
        let mut stream = crate::base::stream::Stream::new(1, "test", 0);
        for _ in 0..1_000_000 {
            let x = 2.0 * stream.uniform() - 1.0;
            let scaled = [1.0, 16.0, 800.0, 1e-7].map(|scale| scale * x);
            scaled.into_iter().for_each(same);
            let mut each = [x; 8];
            each[..4].copy_from_slice(&scaled);
            each[2] /= 2.0;
            let expected = each.map(|x| exp(x).to_bits());
            exp_each(&mut each);
            assert_eq!(each.map(f64::to_bits), expected);
        }
        // Where the steps change: multiples of ln 2 / 2, and the ends of the range.
        for k in 0..=2_060 {
            let near = f64::from(k) * std::f64::consts::LN_2 / 2.0;
            for ulps in -3_000..=3_000_i64 {
                let x = f64::from_bits(near.to_bits().saturating_add_signed(ulps * 104_729));
                [x, -x].into_iter().for_each(same);
            }
        }
        let ends = [
            0.0,
            SMALLEST,
            LARGEST,
            709.8,
            745.2,
            1e300,
            f64::MIN_POSITIVE,
            f64::INFINITY,
        ];
        for x in ends {
            [x, -x, x.next_down(), x.next_up()]
                .into_iter()
                .for_each(same);
        }
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn the_polynomial_saturates() {
        assert_eq!(exp_polynomial(0.0), 1.0);
        assert!(exp_polynomial(1e300) > 1e307);
        assert!(exp_polynomial(-1e300) < 1e-307);
        assert_eq!(exp_f32(200.0), f32::INFINITY);
        assert_eq!(exp_f32(-200.0), 0.0);
    }

    #[test]
    fn single_precision_is_correctly_rounded() {
        for i in -2_000_000..2_000_000 {
            let x = i as f32 * 5e-5;
            assert_eq!(
                exp_f32(x).to_bits(),
                (libm::exp(f64::from(x)) as f32).to_bits(),
                "{x}"
            );
        }
    }
}

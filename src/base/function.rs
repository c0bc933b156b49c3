//! Elementary functions with the same bits on every machine.
//!
//! The platform's C library picks fused variants at run time (740 of 10⁶ results of glibc's `exp` change between
//! machines), so simulation paths use these instead: `libm` in pure Rust where a call is rare, our own polynomial
//! where a loop over it must vectorise.

/// e^x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// e^x − 1 without cancellation near 0.
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
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
    // Adding 1.5 · 2⁵² leaves the nearest integer in the low bits of the mantissa.
    const ROUND: f64 = 6_755_399_441_055_744.0;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_polynomial_agrees_with_libm() {
        let worst = (-7_000_000..=7_000_000)
            .map(|i| f64::from(i) * 1e-4)
            .map(|x| (exp_polynomial(x) / libm::exp(x) - 1.0).abs())
            .fold(0.0, f64::max);
        assert!(worst < 4e-16, "{worst:e}");
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

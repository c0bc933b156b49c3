//! Powers.

use super::{TOGETHER, exp_polynomial, ln_polynomial};
use crate::base::vector::vectorized;

/// x^`exponent` for x ≥ 0; relative error below 1e-15 for each unit of |exponent · ln x| and 1e-15 beside (tested). 0^0 is 1.
#[inline(always)]
pub fn power(x: f64, exponent: f64) -> f64 {
    if exponent == 0.0 {
        1.0
    } else if exponent == 1.0 {
        x
    } else {
        power_polynomial(x, exponent)
    }
}

/// The same for exponents but 0 and 1, without a branch, so that loops over it vectorise.
#[inline(always)]
fn power_polynomial(x: f64, exponent: f64) -> f64 {
    let power = exp_polynomial(exponent * ln_polynomial(x));
    if x > 0.0 { power } else { 0.0 }
}

/// A power that many numbers are raised to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    exponent: f64,
    is_single: bool,
}

impl Power {
    /// To this exponent, in single precision: for what is stored so. The relative error is below 4e-7 for each unit of
    /// |exponent · log2 x| and 4e-7 beside (tested); what is too small for a normal number in single precision is taken for 0.
    pub const fn single(exponent: f64) -> Self {
        Self {
            exponent,
            is_single: true,
        }
    }

    /// As [`power`].
    pub const fn in_double(self) -> Self {
        Self {
            is_single: false,
            ..self
        }
    }

    /// Whether it makes 1 of everything.
    pub fn is_one(self) -> bool {
        self.exponent == 0.0
    }

    /// Whether it is none of those that take no more than a multiplication.
    pub fn is_costly(self) -> bool {
        self.exponent != 0.0 && self.exponent != 1.0
    }

    /// x to this power, x ≥ 0.
    #[inline(always)]
    pub fn of(self, x: f64) -> f64 {
        // With `is_costly` in place of this the loop over a matrix is compiled to one that takes a quarter longer.
        if !self.is_single || self.exponent == 0.0 || self.exponent == 1.0 {
            return power(x, self.exponent);
        }
        power_in_single(x as f32, self.exponent as f32).into()
    }

    /// [`of`](Self::of) the first `n` numbers, to the bit; of the others, nothing that means anything.
    #[inline(always)]
    pub fn of_first(self, x: &mut [f64; TOGETHER], n: usize) {
        if self.exponent == 0.0 {
            x.fill(1.0);
        } else if self.exponent == 1.0 {
        } else if self.is_single {
            power_in_single_of_first(x, n, self.exponent as f32);
        } else {
            power_polynomial_of_first(x, n, self.exponent);
        }
    }
}

/// 2/(n·ln 2) for odd n up to 9: log2 m is the sum of these times zⁿ, z = (m − 1)/(m + 1), as ln m = 2 artanh z. Where
/// √½ ≤ m < √2 the rest of the series is below 3e-9 of it.
const LOG2: [f32; 5] = [
    std::f32::consts::LOG2_E * 2.0,
    std::f32::consts::LOG2_E * (2.0 / 3.0),
    std::f32::consts::LOG2_E * (2.0 / 5.0),
    std::f32::consts::LOG2_E * (2.0 / 7.0),
    std::f32::consts::LOG2_E * (2.0 / 9.0),
];

/// (ln 2)ⁿ/n! for n from 1 to 7: the Taylor series of 2^r, whose rest is below 6e-9 where |r| ≤ ½.
const EXP2: [f32; 7] = {
    let mut series = [0.0; 7];
    let (mut term, mut n) = (1.0, 0);
    while n < series.len() {
        term *= std::f64::consts::LN_2 / (n + 1) as f64;
        series[n] = term as f32;
        n += 1;
    }
    series
};

/// Without a branch, so that loops over it vectorise, 16 numbers in the widest registers.
#[inline(always)]
fn power_in_single(x: f32, exponent: f32) -> f32 {
    const ROOT_HALF: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    const MANTISSA: u32 = (1 << 23) - 1;
    // Adding it leaves the nearest integer in the low bits of the mantissa.
    const ROUND: f32 = 1.5 * (1_u32 << 23) as f32;
    let bits = x.to_bits().wrapping_sub(ROOT_HALF);
    let k = (bits.cast_signed() >> 23) as f32;
    let m = f32::from_bits((bits & MANTISSA) + ROOT_HALF);
    let z = (m - 1.0) / (m + 1.0);
    let y = z * z;
    // In pairs, which waits less than one term after the other.
    let late = (LOG2[2] + LOG2[3] * y) + y * y * LOG2[4];
    let p = (LOG2[0] + LOG2[1] * y) + y * y * late;
    let log2 = (exponent * (k + z * p)).clamp(-126.0, 127.0);
    let shifted = log2 + ROUND;
    let r = log2 - (shifted - ROUND);
    let rr = r * r;
    let early = (1.0 + EXP2[0] * r) + rr * (EXP2[1] + EXP2[2] * r);
    let late = (EXP2[3] + EXP2[4] * r) + rr * (EXP2[5] + EXP2[6] * r);
    let p = early + rr * rr * late;
    let power = p * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    if x >= f32::MIN_POSITIVE { power } else { 0.0 }
}

/// Where callers are compiled for vectors, for theirs.
#[inline(always)]
fn power_in_single_of_first(x: &mut [f64; TOGETHER], n: usize, exponent: f32) {
    let (wide, _) = x.as_chunks_mut::<16>();
    for wide in wide.iter_mut().take(n.div_ceil(16)) {
        let mut single = [0.0_f32; 16];
        for (single, x) in single.iter_mut().zip(&*wide) {
            *single = *x as f32;
        }
        for x in &mut single {
            *x = power_in_single(*x, exponent);
        }
        for (x, single) in wide.iter_mut().zip(&single) {
            *x = f64::from(*single);
        }
    }
}

vectorized! {
    fn power_polynomial_of_first(x: &mut [f64; TOGETHER], n: usize, exponent: f64) {
        let (eights, _) = x.as_chunks_mut::<8>();
        for eight in eights.iter_mut().take(n.div_ceil(8)) {
            for x in eight {
                *x = power_polynomial(*x, exponent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_agree_with_libm() {
        let mut stream = crate::base::stream::Stream::new(1, "test", 0);
        for _ in 0..300_000 {
            let x = 10_f64.powf(8.0 * stream.uniform() - 6.0) * stream.uniform_positive();
            let (found, exact) = (ln_polynomial(x), libm::log(x));
            assert!((found - exact).abs() <= 5e-16 * exact.abs(), "{x}");
            for exponent in [0.3, 0.4, 1.0, 2.7, -0.5] {
                let exact = libm::pow(x, exponent);
                let share = 1e-15 * (1.0 + (exponent * libm::log(x)).abs());
                assert!(
                    (power(x, exponent) - exact).abs() <= share * exact,
                    "{x}^{exponent}"
                );
            }
        }
        assert_eq!((power(0.0, 0.4), power(1.0, 0.4)), (0.0, 1.0));
        let x: [f64; TOGETHER] = std::array::from_fn(|k| 0.3 * k as f64);
        for exponent in [0.0, 0.4, 1.0] {
            let mut each = x;
            Power::single(exponent).in_double().of_first(&mut each, 13);
            assert_eq!(each[..13], x.map(|x| power(x, exponent))[..13]);
        }
    }

    #[test]
    fn powers_in_single_precision_agree_with_libm() {
        let mut stream = crate::base::stream::Stream::new(1, "test", 0);
        for exponent in [0.0, 0.02, 0.4, 0.5, 1.0, 2.7, -0.5] {
            let power = Power::single(exponent);
            for _ in 0..3_000 {
                let some = |_| 10_f64.powf(9.0 * stream.uniform() - 6.0);
                let x: [f64; TOGETHER] = std::array::from_fn(some);
                let mut each = x;
                power.of_first(&mut each, 61);
                for (x, found) in x.into_iter().zip(each).take(61) {
                    assert_eq!(found, power.of(x));
                    let (exact, steps) = (libm::pow(x, exponent), exponent * libm::log2(x));
                    let share = 4e-7 * (1.0 + steps.abs());
                    assert!((found - exact).abs() <= share * exact, "{x}^{exponent}");
                }
            }
            assert_eq!(power.of(1.0), 1.0);
            assert_eq!(power.of(0.0), if exponent == 0.0 { 1.0 } else { 0.0 });
        }
    }
}

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

/// [`power`] of the first `n` numbers; of the others, nothing that means anything.
#[inline(always)]
pub fn power_of_first(x: &mut [f64; TOGETHER], n: usize, exponent: f64) {
    if exponent == 0.0 {
        x.fill(1.0);
    } else if exponent != 1.0 {
        power_polynomial_of_first(x, n, exponent);
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
            power_of_first(&mut each, 13, exponent);
            assert_eq!(each[..13], x.map(|x| power(x, exponent))[..13]);
        }
    }
}

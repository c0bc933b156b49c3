//! Polynomials for arguments that are known to be small, for loops in which the full range would be wasted.

/// 1/k!.
const INVERSE_FACTORIALS: [f64; 9] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
];

/// e^x for small |x|, for loops in which the full range of [`exp_polynomial`](super::exp_polynomial) would be wasted: the Taylor polynomial of
/// `DEGREE`, with a relative error below 2e-15 (tested) up to 0.01 for degree 5 and up to 0.05 for degree 7.
#[inline(always)]
pub fn exp_near_zero<const DEGREE: usize>(x: f64) -> f64 {
    let mut p = INVERSE_FACTORIALS[DEGREE];
    for k in (0..DEGREE).rev() {
        p = p * x + INVERSE_FACTORIALS[k];
    }
    p
}

/// As [`growth_integral`](super::growth_integral) for small |rate·y|, as [`exp_near_zero`] with the same degrees, ranges and error.
#[inline(always)]
pub fn growth_integral_near_zero<const DEGREE: usize>(y: f64, rate: f64) -> f64 {
    let z = rate * y;
    let mut p = INVERSE_FACTORIALS[DEGREE + 1];
    for k in (0..DEGREE).rev() {
        p = p * z + INVERSE_FACTORIALS[k + 1];
    }
    p * y
}

/// e^x for 0 ≤ x ≤ 1/2, for loops in which the full range of [`exp_polynomial`](super::exp_polynomial) would be wasted: the Taylor polynomial of degree
/// 11 about 1/4, whose remainder is below 2⁻⁵²; relative error below 1e-15 (tested).
#[inline(always)]
pub fn exp_to_half(x: f64) -> f64 {
    const DEGREE: usize = 11;
    /// e^(1/4)/k!.
    const TAYLOR: [f64; DEGREE + 1] = {
        let mut all = [1.284_025_416_687_741_5; DEGREE + 1];
        let mut k = 1;
        while k <= DEGREE {
            all[k] = all[k - 1] / k as f64;
            k += 1;
        }
        all
    };
    let z = x - 0.25;
    let mut p = TAYLOR[DEGREE];
    for k in (0..DEGREE).rev() {
        p = p * z + TAYLOR[k];
    }
    p
}

/// As [`growth_integral`](super::growth_integral) where −1/2 ≤ rate·y ≤ 1/10, for such loops: the Taylor polynomial of (e^z − 1)/z of degree 11 about
/// −1/5, whose remainder is below 2⁻⁵³; relative error below 1e-15 (tested).
#[inline(always)]
pub fn growth_integral_to_half(y: f64, rate: f64) -> f64 {
    const DEGREE: usize = 11;
    const ABOUT: f64 = -0.2;
    /// ∑ₙ (n over k) ABOUT^(n − k)/(n + 1)!, n from k on.
    const TAYLOR: [f64; DEGREE + 1] = {
        let mut all = [0.0; DEGREE + 1];
        let mut k = 0;
        let mut first = 1.0;
        while k <= DEGREE {
            // The first term, n = k, is 1/(k + 1)!.
            first /= (k + 1) as f64;
            let (mut term, mut sum, mut n) = (first, 0.0, k);
            while n < k + 30 {
                sum += term;
                n += 1;
                term *= ABOUT * n as f64 / ((n - k) * (n + 1)) as f64;
            }
            all[k] = sum;
            k += 1;
        }
        all
    };
    let z = rate * y - ABOUT;
    let mut p = TAYLOR[DEGREE];
    for k in (0..DEGREE).rev() {
        p = p * z + TAYLOR[k];
    }
    p * y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_polynomials_agree_with_libm() {
        for i in -10_000..=10_000 {
            let share = f64::from(i) * 1e-4;
            let agrees = |found: f64, exact: f64| {
                assert!((found / exact - 1.0).abs() < 2e-15, "{share}");
            };
            let (x, y) = (share * 0.01, share * 0.05);
            agrees(exp_near_zero::<5>(x), libm::exp(x));
            agrees(exp_near_zero::<7>(y), libm::exp(y));
            if i > 0 {
                for rate in [-1.0, 1.0] {
                    agrees(
                        growth_integral_near_zero::<5>(x, rate),
                        libm::expm1(rate * x) / rate,
                    );
                    agrees(
                        growth_integral_near_zero::<7>(y, rate),
                        libm::expm1(rate * y) / rate,
                    );
                }
            }
        }
    }

    #[test]
    fn polynomials_of_half_agree_with_libm() {
        let near = |found: f64, exact: f64, at: f64| {
            let error = (found / exact - 1.0).abs();
            assert!(error < 1e-15, "{at}: {error:e}");
        };
        for i in 0..=100_000 {
            let x = f64::from(i) * 5e-6;
            near(exp_to_half(x), libm::exp(x), x);
            for rate in [-1.0, 0.2] {
                let exact = match i {
                    0 => continue,
                    _ => libm::expm1(rate * x) / rate,
                };
                near(growth_integral_to_half(x, rate), exact, rate * x);
            }
        }
        assert_eq!(growth_integral_to_half(0.0, 0.3), 0.0);
        near(growth_integral_to_half(3.5, 0.0), 3.5, 0.0);
    }
}

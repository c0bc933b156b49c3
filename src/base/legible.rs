//! Numbers as they stand in a message: of bounded length.

use std::fmt::{self, Display, LowerExp};

/// `number` as short as it can be read back: in digits, or where that would be a row of zeros with a power of ten, 1e300.
pub fn legible<T: Display + LowerExp + Copy + Into<f64>>(number: T) -> Legible<T> {
    Legible(number)
}

/// What [`legible`] makes of a number.
#[derive(Debug, Clone, Copy)]
pub struct Legible<T>(T);

impl<T: Display + LowerExp + Copy + Into<f64>> Display for Legible<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// A picosecond in milliseconds, or of ten thousand seconds, still stand in digits.
        const LEAST: f64 = 1e-9;
        /// From here on double precision has no fractions.
        const MOST: f64 = 1e16;
        let size = self.0.into().abs();
        if size == 0.0 || !size.is_finite() || (LEAST..MOST).contains(&size) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_zeros_are_powers_of_ten() {
        let shown = |number: f64| legible(number).to_string();
        let shorter = [1e300, -2.5e16, 1e-10, -3.25e-300, f64::MAX, 5e-324];
        for number in shorter {
            assert_eq!(shown(number), format!("{number:e}"));
            assert_eq!(shown(number).parse(), Ok(number));
        }
        let same = [0.0, -0.0, 1.0, -0.001, 1e-9, 0.1, 123_456.75, 1e15];
        for number in same.into_iter().chain([f64::NAN, f64::INFINITY]) {
            assert_eq!(shown(number), number.to_string());
        }
        assert_eq!(legible(0.1_f32).to_string(), "0.1");
        assert_eq!(legible(f32::MAX).to_string(), "3.4028235e38");
    }
}

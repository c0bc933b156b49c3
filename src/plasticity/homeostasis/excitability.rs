//! How easily neurons fire.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

/// What a force does to the thresholds of the neurons of one population.
pub trait Excitability: Debug + Send + Sync {
    /// The time constant in milliseconds with which rates are averaged that it goes by; `None` for the rates since its last
    /// instant.
    fn average_ms(&self) -> Option<f64>;

    /// Between which heights it keeps thresholds; what was declared lies between them.
    fn range(&self) -> (Height, Height);

    /// Changes the heights of all neurons of a population, which had these rates in hertz.
    fn adapt(&self, heights: &mut [Height], rates_hz: &[f64]);
}

/// How high a threshold lies above rest, by what was declared.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Height(pub f64);

impl Height {
    /// As it was declared.
    pub const DECLARED: Self = Self(1.0);

    /// The threshold in millivolts that is this high, where `v_th` was declared above the resting potential `e_l`; `v_th` itself,
    /// to the bit, where it is as declared or does not lie above rest.
    pub fn of(self, v_th: f64, e_l: f64) -> f64 {
        match self == Self::DECLARED || v_th <= e_l {
            true => v_th,
            false => e_l + self.0 * (v_th - e_l),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_are_counted_from_rest_and_leave_what_lies_below_it() {
        assert_eq!(Height(0.5).of(-50.0, -70.0), -60.0);
        assert_eq!(Height::DECLARED.of(0.3, 0.1), 0.3);
        assert_eq!(Height(3.0).of(-60.0, -49.0), -60.0);
    }
}

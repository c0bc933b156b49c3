//! Distributions that weights, delays and initial values are drawn from.

pub mod count;
mod normal;

use std::f64::consts::SQRT_2;

use crate::base::function;
use crate::base::stream::Stream;

/// Fewer than one draw in this many inside the bounds is refused: redrawing would take for ever.
const HOPELESS: f64 = 1e3;

/// The form of a distribution before bounds, in the held unit of what is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Always the same value.
    Constant(f64),
    /// Uniform on [low, high).
    Uniform {
        /// Smallest value.
        low: f64,
        /// Bound that is not reached.
        high: f64,
    },
    /// Gaussian.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// A variable whose logarithm is Gaussian.
    LogNormal {
        /// Mean of the variable itself, not of its logarithm.
        mean: f64,
        /// Standard deviation of the variable itself.
        sd: f64,
    },
}

/// Numbers that do not make a distribution.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DistributionError {
    /// NaN or infinity.
    #[error("{name} is {value}, expected a finite number")]
    NotFinite {
        /// Which number.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A standard deviation below 0.
    #[error("the standard deviation is {0}, expected 0 or more")]
    NegativeDeviation(f64),
    /// A log-normal variable is positive.
    #[error("the mean of a log-normal distribution is {0}, expected more than 0")]
    MeanNotPositive(f64),
    /// Bounds in the wrong order.
    #[error("found bounds {low} to {high}, expected the lower one first")]
    Empty {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Bounds that almost no draw meets.
    #[error(
        "{inside:e} of all draws lie between the bounds {low} and {high}, expected at least {least}",
        least = 1.0 / HOPELESS
    )]
    Hopeless {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
        /// Fraction of draws inside.
        inside: f64,
    },
}

/// A checked distribution, with bounds if it has any: a draw outside them is drawn again, so that inside them the
/// shape is unchanged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    shape: Shape,
    low: f64,
    high: f64,
    /// Mean and standard deviation of the Gaussian underneath.
    mu: f64,
    sigma: f64,
}

impl Distribution {
    /// A distribution without bounds.
    ///
    /// # Errors
    /// If a number is not finite, a standard deviation is negative, limits are in the wrong order, or the mean of a
    /// log-normal variable is not positive.
    pub fn new(shape: Shape) -> Result<Self, DistributionError> {
        Self::within(shape, f64::NEG_INFINITY, f64::INFINITY)
    }

    /// A distribution whose draws lie between `low` and `high`, both allowed; infinite where there is no bound.
    ///
    /// # Errors
    /// As [`Self::new`], and if fewer than 1 in 1000 draws lie between the bounds.
    pub fn within(shape: Shape, low: f64, high: f64) -> Result<Self, DistributionError> {
        let finite = |name, value: f64| {
            if value.is_finite() {
                Ok(value)
            } else {
                Err(DistributionError::NotFinite { name, value })
            }
        };
        let deviation = |sd: f64| {
            if finite("the standard deviation", sd)? < 0.0 {
                return Err(DistributionError::NegativeDeviation(sd));
            }
            Ok(sd)
        };
        for (name, value) in [("the lower bound", low), ("the upper bound", high)] {
            if value.is_nan() {
                return Err(DistributionError::NotFinite { name, value });
            }
        }
        if low > high {
            return Err(DistributionError::Empty { low, high });
        }
        let (mu, sigma) = match shape {
            Shape::Constant(value) => (finite("the value", value)?, 0.0),
            Shape::Uniform { low, high } => {
                finite("the lower limit", low)?;
                finite("the upper limit", high)?;
                if low > high {
                    return Err(DistributionError::Empty { low, high });
                }
                finite("the distance between the limits", high - low)?;
                (0.0, 0.0)
            }
            Shape::Normal { mean, sd } => (finite("the mean", mean)?, deviation(sd)?),
            Shape::LogNormal { mean, sd } => {
                if finite("the mean", mean)? <= 0.0 {
                    return Err(DistributionError::MeanNotPositive(mean));
                }
                // Variance of the logarithm: ln(1 + (sd / mean)²).
                let ratio = deviation(sd)? / mean;
                let variance = libm::log1p(ratio * ratio);
                finite("the standard deviation over the mean", variance)?;
                (function::ln(mean) - 0.5 * variance, variance.sqrt())
            }
        };
        let distribution = Self {
            shape,
            low,
            high,
            mu,
            sigma,
        };
        let inside = distribution.inside();
        if inside * HOPELESS < 1.0 {
            return Err(DistributionError::Hopeless { low, high, inside });
        }
        Ok(distribution)
    }

    /// The form before bounds.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The bounds, infinite where there is none.
    pub fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The value if every draw is the same.
    pub fn constant(&self) -> Option<f64> {
        match self.shape {
            Shape::Constant(value) => Some(value),
            Shape::Uniform { low, high } => (low == high).then_some(low),
            Shape::Normal { mean, sd } | Shape::LogNormal { mean, sd } => {
                (sd == 0.0).then_some(mean)
            }
        }
    }

    /// The interval that no draw can leave: bounds, and the finite reach of the Gaussian generator.
    pub fn reach(&self) -> (f64, f64) {
        if let Some(value) = self.constant() {
            return (value, value);
        }
        let far = normal::REACH * self.sigma;
        let (low, high) = match self.shape {
            Shape::Constant(value) => (value, value),
            Shape::Uniform { low, high } => (low, high),
            Shape::Normal { .. } => (self.mu - far, self.mu + far),
            Shape::LogNormal { .. } => (function::exp(self.mu - far), function::exp(self.mu + far)),
        };
        (low.max(self.low), high.min(self.high))
    }

    /// Draws one value.
    #[inline]
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        if let Some(value) = self.constant() {
            return value;
        }
        loop {
            let value = match self.shape {
                Shape::Constant(value) => value,
                Shape::Uniform { low, high } => low + (high - low) * stream.uniform(),
                Shape::Normal { mean, sd } => mean + sd * normal::draw(stream),
                Shape::LogNormal { .. } => {
                    function::exp(self.mu + self.sigma * normal::draw(stream))
                }
            };
            if self.low <= value && value <= self.high {
                return value;
            }
        }
    }

    /// Fraction of unbounded draws that lie inside the bounds.
    fn inside(&self) -> f64 {
        // P(standard normal > z).
        let above = |z: f64| 0.5 * libm::erfc(z / SQRT_2);
        let gaussian = |low: f64, high: f64| {
            let (low, high) = ((low - self.mu) / self.sigma, (high - self.mu) / self.sigma);
            // On the side of the tail, so that small probabilities keep their digits.
            if low > 0.0 {
                above(low) - above(high)
            } else {
                above(-high) - above(-low)
            }
        };
        if let Some(value) = self.constant() {
            return f64::from(u8::from((self.low..=self.high).contains(&value)));
        }
        match self.shape {
            Shape::Constant(_) => 1.0,
            Shape::Uniform { low, high } => {
                (high.min(self.high) - low.max(self.low)).max(0.0) / (high - low)
            }
            Shape::Normal { .. } => gaussian(self.low, self.high),
            Shape::LogNormal { .. } => gaussian(
                function::ln(self.low.max(0.0)),
                function::ln(self.high.max(0.0)),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(distribution: Distribution, n: u32) -> Vec<f64> {
        let mut stream = Stream::new(11, "test", 0);
        (0..n).map(|_| distribution.draw(&mut stream)).collect()
    }

    fn moments(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        (mean, variance.sqrt())
    }

    #[test]
    fn a_normal_variable_has_the_shape_of_a_normal_variable() {
        let n = 400_000;
        let values = draws(
            Distribution::new(Shape::Normal { mean: 0.0, sd: 1.0 }).unwrap(),
            n,
        );
        // 40 intervals of equal probability, by bisection of the distribution function.
        let below = |z: f64| 0.5 * libm::erfc(-z / SQRT_2);
        let edges: Vec<f64> = (1..40)
            .map(|i| {
                let (mut low, mut high) = (-10.0, 10.0);
                for _ in 0..100 {
                    let middle = 0.5 * (low + high);
                    if below(middle) < f64::from(i) / 40.0 {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                low
            })
            .collect();
        let mut counts = [0_u32; 40];
        for &value in &values {
            counts[edges.partition_point(|&edge| edge < value)] += 1;
        }
        let expected = f64::from(n) / 40.0;
        let chi: f64 = counts
            .iter()
            .map(|&count| (f64::from(count) - expected).powi(2) / expected)
            .sum();
        // 39 degrees of freedom: 99.99 % lie below 81.
        assert!(chi < 81.0, "{chi}");
        // Beyond 3.66, where the tail has its own generator: 1.26e-4 on each side.
        let far = values.iter().filter(|x| x.abs() > 3.66).count() as f64;
        let expected = f64::from(n) * libm::erfc(3.66 / SQRT_2);
        assert!(
            (far - expected).abs() < 5.0 * expected.sqrt(),
            "{far} {expected}"
        );
    }

    #[test]
    fn draws_have_the_mean_and_deviation_asked_for() {
        let n = 200_000_u32;
        for (shape, mean, sd) in [
            (
                Shape::Normal {
                    mean: -3.0,
                    sd: 0.5,
                },
                -3.0,
                0.5,
            ),
            (Shape::LogNormal { mean: 2.0, sd: 1.0 }, 2.0, 1.0),
            (
                Shape::Uniform {
                    low: 1.0,
                    high: 4.0,
                },
                2.5,
                0.75_f64.sqrt(),
            ),
        ] {
            let (found_mean, found_sd) = moments(&draws(Distribution::new(shape).unwrap(), n));
            assert!(
                (found_mean - mean).abs() < 5.0 * sd / f64::from(n).sqrt(),
                "{shape:?}"
            );
            // The log-normal's fourth moment makes its deviation the least certain of the three.
            assert!((found_sd / sd - 1.0).abs() < 0.03, "{shape:?} {found_sd}");
        }
    }

    #[test]
    fn bounds_hold_and_keep_the_shape() {
        let shape = Shape::Normal {
            mean: 1.5,
            sd: 0.75,
        };
        let distribution = Distribution::within(shape, 0.1, f64::INFINITY).unwrap();
        let values = draws(distribution, 200_000);
        assert!(values.iter().all(|&x| x >= 0.1));
        // Truncated at z = −1.8667: mean 1.5 + 0.75 φ(z) / (1 − Φ(z)) = 1.5 + 0.75 · 0.069867 / 0.969026.
        let (mean, _) = moments(&values);
        assert!(
            (mean - 1.554075).abs() < 5.0 * 0.7 / 200_000_f64.sqrt(),
            "{mean}"
        );
        assert_eq!(distribution.reach().0, 0.1);
    }

    #[test]
    fn exact_values_are_pinned() {
        let mut stream = Stream::new(1, "weight.e_all", 7);
        let normal = Distribution::new(Shape::Normal { mean: 0.0, sd: 1.0 }).unwrap();
        let found = [(); 4].map(|()| normal.draw(&mut stream));
        assert_eq!(
            found,
            [
                -0.46798682443221085,
                -0.664676551415897,
                -0.04100007425165642,
                0.819335588611229
            ]
        );
    }

    #[test]
    fn a_distribution_of_one_value_is_constant() {
        let constant = |shape| Distribution::new(shape).unwrap().constant();
        assert_eq!(constant(Shape::Constant(2.0)), Some(2.0));
        assert_eq!(constant(Shape::Normal { mean: 2.0, sd: 0.0 }), Some(2.0));
        assert_eq!(constant(Shape::LogNormal { mean: 2.0, sd: 0.0 }), Some(2.0));
        assert_eq!(
            constant(Shape::Uniform {
                low: 2.0,
                high: 2.0
            }),
            Some(2.0)
        );
        assert_eq!(constant(Shape::Normal { mean: 2.0, sd: 1.0 }), None);
    }

    #[test]
    fn numbers_that_make_no_distribution_are_refused() {
        let message = |shape, low, high| {
            Distribution::within(shape, low, high)
                .unwrap_err()
                .to_string()
        };
        let (no, none) = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(
            message(
                Shape::Normal {
                    mean: 1.0,
                    sd: -2.0
                },
                no,
                none
            ),
            "the standard deviation is -2, expected 0 or more"
        );
        assert_eq!(
            message(
                Shape::Normal {
                    mean: f64::NAN,
                    sd: 1.0
                },
                no,
                none
            ),
            "the mean is NaN, expected a finite number"
        );
        assert_eq!(
            message(Shape::LogNormal { mean: 0.0, sd: 1.0 }, no, none),
            "the mean of a log-normal distribution is 0, expected more than 0"
        );
        assert_eq!(
            message(
                Shape::Uniform {
                    low: 2.0,
                    high: 1.0
                },
                no,
                none
            ),
            "found bounds 2 to 1, expected the lower one first"
        );
        assert_eq!(
            message(Shape::Constant(0.0), 1.0, none),
            "0e0 of all draws lie between the bounds 1 and inf, expected at least 0.001"
        );
        assert!(
            message(Shape::Normal { mean: 0.0, sd: 1.0 }, 4.0, none).starts_with("3.167124183311")
        );
        assert!(Distribution::within(Shape::Normal { mean: 0.0, sd: 1.0 }, 3.0, none).is_ok());
    }
}

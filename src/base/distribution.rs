//! Distributions that weights, delays and initial values are drawn from.

pub mod count;
mod normal;
#[cfg(test)]
mod tests;

use std::f64::consts::SQRT_2;

use crate::base::function;
use crate::base::legible::legible;
use crate::base::stream::Stream;

/// Fewer than one draw in this many inside the bounds is refused: redrawing would take for ever.
const HOPELESS: f64 = 1e3;

/// A draw with mean 0 and standard deviation 1.
pub fn standard_normal(stream: &mut Stream) -> f64 {
    normal::draw(stream)
}

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
    /// A variable whose logarithm is Gaussian; with a negative mean, one whose negative is such a variable.
    LogNormal {
        /// Mean of the variable itself, not of its logarithm; not 0.
        mean: f64,
        /// Standard deviation of the variable itself.
        sd: f64,
    },
    /// Exponential, from an offset upwards.
    Exponential {
        /// Smallest value.
        offset: f64,
        /// Mean distance from the offset.
        mean: f64,
    },
}

/// No exponential draw is farther from its offset, in means: −ln(2⁻⁵³).
const EXPONENTIAL_REACH: f64 = 36.74;

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
    #[error("the standard deviation is {}, expected 0 or more", legible(*.0))]
    NegativeDeviation(f64),
    /// A log-normal variable has a sign.
    #[error("the mean of a log-normal distribution is {}, expected one above or below 0", legible(*.0))]
    NoSign(f64),
    /// An exponential variable lies above its offset.
    #[error("the mean of an exponential distribution is {}, expected 0 or more", legible(*.0))]
    NegativeMean(f64),
    /// Bounds in the wrong order.
    #[error("found bounds {} to {}, expected the lower one first", legible(*.low), legible(*.high))]
    Empty {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Bounds that almost no draw meets.
    #[error(
        "{inside:e} of all draws lie between the bounds {} and {}, expected at least {least}",
        legible(*.low), legible(*.high),
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
    /// Mean and standard deviation of the Gaussian underneath, if there is one.
    mu: f64,
    sigma: f64,
}

impl Distribution {
    /// A distribution without bounds.
    ///
    /// # Errors
    /// If a number is not finite, a standard deviation is negative, limits are in the wrong order, or the mean of a
    /// log-normal variable is 0 or that of an exponential one negative.
    pub fn new(shape: Shape) -> Result<Self, DistributionError> {
        Self::within(shape, f64::NEG_INFINITY, f64::INFINITY)
    }

    /// What stands for a value that is not finite: any check refuses it.
    pub(crate) fn undefined() -> Self {
        Self {
            shape: Shape::Constant(f64::NAN),
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
            mu: f64::NAN,
            sigma: 0.0,
        }
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
                if finite("the mean", mean)? == 0.0 {
                    return Err(DistributionError::NoSign(mean));
                }
                // Variance of the logarithm: ln(1 + (sd / mean)²).
                let ratio = deviation(sd)? / mean;
                let variance = libm::log1p(ratio * ratio);
                finite("the standard deviation over the mean", variance)?;
                (function::ln(mean.abs()) - 0.5 * variance, variance.sqrt())
            }
            Shape::Exponential { offset, mean } => {
                finite("the offset", offset)?;
                if finite("the mean", mean)? < 0.0 {
                    return Err(DistributionError::NegativeMean(mean));
                }
                finite("the farthest draw", offset + EXPONENTIAL_REACH * mean)?;
                (0.0, 0.0)
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
            Shape::Exponential { offset, mean } => (mean == 0.0).then_some(offset),
        }
    }

    /// The interval that no draw can leave: bounds, and the finite reach of the generators.
    pub fn reach(&self) -> (f64, f64) {
        if let Some(value) = self.constant() {
            return (value, value);
        }
        let far = normal::REACH * self.sigma;
        let (low, high) = match self.shape {
            Shape::Constant(value) => (value, value),
            Shape::Uniform { low, high } => (low, high),
            Shape::Normal { .. } => (self.mu - far, self.mu + far),
            Shape::LogNormal { mean, .. } => self.log_normal_within(mean, far),
            Shape::Exponential { offset, mean } => (offset, offset + EXPONENTIAL_REACH * mean),
        };
        (low.max(self.low), high.min(self.high))
    }

    /// The interval of the middle of all draws, without the 1 in 100 farthest from it.
    pub fn bulk(&self) -> (f64, f64) {
        /// Of a Gaussian, 99 % lie within so many standard deviations.
        const GAUSSIAN: f64 = 2.576;
        let (least, most) = self.reach();
        let far = GAUSSIAN * self.sigma;
        let (low, high) = match self.shape {
            Shape::Constant(_) | Shape::Uniform { .. } => (least, most),
            Shape::Normal { .. } => (self.mu - far, self.mu + far),
            Shape::LogNormal { mean, .. } => self.log_normal_within(mean, far),
            // ln 100 means.
            Shape::Exponential { offset, mean } => (offset, offset + 4.605 * mean),
        };
        (low.clamp(least, most), high.clamp(least, most))
    }

    /// The interval of a log-normal variable whose logarithm is within `far` of its mean.
    fn log_normal_within(&self, mean: f64, far: f64) -> (f64, f64) {
        let (near, far) = (function::exp(self.mu - far), function::exp(self.mu + far));
        match mean < 0.0 {
            true => (-far, -near),
            false => (near, far),
        }
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
                Shape::LogNormal { mean, .. } => {
                    function::exp(self.mu + self.sigma * normal::draw(stream)).copysign(mean)
                }
                Shape::Exponential { offset, mean } => offset + mean * stream.exponential(),
            };
            if self.low <= value && value <= self.high {
                return value;
            }
        }
    }

    /// As many values as `values` has room for: what [`draw`](Self::draw) gives one after the other, with less asking for
    /// what they all have in common.
    pub fn draw_each(&self, stream: &mut Stream, values: &mut [f64]) {
        match self.shape {
            Shape::Normal { mean, sd } if sd > 0.0 => {
                let mut normal = normal::drawing();
                for place in values {
                    *place = loop {
                        let value = mean + sd * normal(stream);
                        if self.low <= value && value <= self.high {
                            break value;
                        }
                    };
                }
            }
            _ => values
                .iter_mut()
                .for_each(|value| *value = self.draw(stream)),
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
            Shape::LogNormal { mean, .. } => {
                let (low, high) = match mean < 0.0 {
                    true => (-self.high, -self.low),
                    false => (self.low, self.high),
                };
                gaussian(function::ln(low.max(0.0)), function::ln(high.max(0.0)))
            }
            Shape::Exponential { offset, mean } => {
                let (low, high) = (self.low.max(offset), self.high.max(offset));
                // P(x > low) P(x ≤ high given x > low), so that small probabilities keep their digits.
                function::exp((offset - low) / mean) * libm::expm1((low - high) / mean).abs()
            }
        }
    }
}

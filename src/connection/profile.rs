//! How the probability of a synapse falls with distance.

use crate::base::function;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};

/// Equations of the profiles, for users.
macro_rules! equations {
    () => {
        "gaussian: f(d) = exp(-d^2 / (2 width^2));  exponential: f(d) = exp(-d / width);  \
         power_law: f(d) = (1 + d / width)^(-exponent);  uniform: f(d) = 1 where d <= width, else 0"
    };
}
pub(super) use equations;

/// The parameter `profile`.
pub(super) const PROFILE: ParameterSpec = ParameterSpec::new(
    "profile",
    Kind::Word(&["gaussian", "exponential", "power_law", "uniform"]),
    "how the probability falls with distance",
);

/// The parameter `width`.
pub(super) const WIDTH: ParameterSpec = ParameterSpec::quantity(
    "width",
    Dimension::Length,
    Range::Positive,
    "how far it reaches: standard deviation, decay length, inner scale or largest distance",
);

/// The parameter `exponent`.
pub(super) const EXPONENT: ParameterSpec = ParameterSpec::quantity(
    "exponent",
    Dimension::One,
    Range::Positive,
    "how steeply a power law falls, which needs it; of no other profile",
)
.or(Default::Absent("none"));

/// A function of distance that is 1 at 0 and never rises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    form: Form,
    width_mm: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Gaussian,
    Exponential,
    PowerLaw { exponent: f64 },
    Uniform,
}

impl Profile {
    /// The one that `values` of the rule `spec` give.
    pub(super) fn new(spec: &'static Spec, values: &Values) -> Result<Self, ParameterError> {
        let exponent = values.number("exponent");
        let wrong = |reason: &str| ParameterError::Inconsistent {
            model: spec.name,
            parameter: "exponent",
            neuron: None,
            reason: reason.into(),
        };
        let form = match (values.text("profile"), exponent) {
            (Some("power_law"), Some(exponent)) => Form::PowerLaw { exponent },
            (Some("power_law"), None) => {
                return Err(wrong(" is missing, expected that of the power law"));
            }
            (_, Some(_)) => {
                return Err(wrong(" belongs to profile = \"power_law\" alone"));
            }
            (Some("gaussian"), None) => Form::Gaussian,
            (Some("exponential"), None) => Form::Exponential,
            _ => Form::Uniform,
        };
        Ok(Self {
            form,
            width_mm: values["width"],
        })
    }

    /// Its value where `square` is that of the distance, in square millimetres.
    #[inline]
    pub fn at(&self, square: f64) -> f64 {
        let width = self.width_mm;
        match self.form {
            Form::Gaussian => function::exp(-0.5 * (square / (width * width))),
            Form::Exponential => function::exp(-square.sqrt() / width),
            Form::PowerLaw { exponent } => {
                function::exp(-exponent * function::ln(1.0 + square.sqrt() / width))
            }
            Form::Uniform => f64::from(square.sqrt() <= width * (1.0 + ROUNDING)),
        }
    }
}

/// How weights fall with distance.
pub static WEIGHT_PROFILE: Spec = Spec {
    name: "weight_profile",
    summary: "Weights fall with the distance between the two neurons: each is multiplied by f(d).",
    equations: equations!(),
    parameters: &[PROFILE, WIDTH, EXPONENT],
    source: "",
};

impl Profile {
    /// The one that weights are multiplied with, where `values` are those of [`WEIGHT_PROFILE`].
    ///
    /// # Errors
    /// If a value is missing or out of range, or the exponent does not belong to the profile.
    pub fn of_weights(values: &Values) -> Result<Self, ParameterError> {
        Self::new(&WEIGHT_PROFILE, &complete(&WEIGHT_PROFILE, values)?)
    }
}

/// A parameter of rules by which pairs are independent.
pub(super) const PROBABILITY: ParameterSpec = ParameterSpec::quantity(
    "probability",
    Dimension::One,
    Range::Between(0.0, 1.0),
    "the probability of a pair at distance 0, 0 to 1",
);

/// The same, of pairs far from each other.
pub(super) const LONG_RANGE: ParameterSpec = ParameterSpec::quantity(
    "long_range",
    Dimension::One,
    Range::Between(0.0, 1.0),
    "a probability that every pair has besides, whatever its distance",
)
.or_number(0.0);

/// A distance that is the width up to rounding is within it, so that all neurons of a grid have the same neighbours.
const ROUNDING: f64 = 1e-9;

/// A function of distance that never rises, between bounds that take no more than a look: its values at equal steps.
#[derive(Debug)]
pub(super) struct Bounds {
    per_mm: f64,
    values: Vec<f64>,
}

impl Bounds {
    /// Of `at`, a function of the square of the distance, over distances up to `longest_mm`.
    pub(super) fn new(longest_mm: f64, at: impl Fn(f64) -> f64) -> Self {
        /// Steps: fine enough for widths of a thousandth of the longest distance, and small enough for a first-level cache.
        const STEPS: u32 = 2048;
        let step_mm = longest_mm.max(f64::MIN_POSITIVE) / f64::from(STEPS);
        let value = |step: u32| {
            let distance = step_mm * f64::from(step);
            at(distance * distance)
        };
        Self {
            per_mm: step_mm.recip().min(f64::MAX),
            // Rounding may lead one step beyond the longest.
            values: (0..STEPS + 3).map(value).collect(),
        }
    }

    /// The step that a distance lies in, where `square` is that of it.
    #[inline]
    pub(super) fn step(&self, square: f64) -> usize {
        ((square.sqrt() * self.per_mm) as usize).min(self.values.len() - 2)
    }

    /// An upper bound at the smaller of two distances and a lower bound at the larger, where these are their squares.
    #[inline]
    pub(super) fn between(&self, near: f64, far: f64) -> (f64, f64) {
        (
            self.values[self.step(near)],
            self.values[self.step(far) + 1],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_their_equations() {
        let at = |form, distance: f64| {
            let profile = Profile {
                form,
                width_mm: 0.5,
            };
            profile.at(distance * distance)
        };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        near(at(Form::Gaussian, 0.5), (-0.5_f64).exp());
        near(at(Form::Exponential, 1.0), (-2.0_f64).exp());
        near(at(Form::PowerLaw { exponent: 2.0 }, 1.5), 1.0 / 16.0);
        assert_eq!(at(Form::Uniform, 0.5), 1.0);
        assert_eq!(at(Form::Uniform, 0.1 + 0.2 + 0.2), 1.0);
        assert_eq!(at(Form::Uniform, 0.51), 0.0);
    }
}

//! Why synapses cannot learn by a rule.

use crate::base::legible::legible;
use crate::base::time::{Duration, Time};
use crate::plasticity::clock::Clock;
use crate::plasticity::rule::PlasticityRule;

/// Why synapses cannot learn by a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// A rule that knows strengths only.
    #[error(
        "`weight` may be {} and {}, expected one sign: the rule `{rule}` changes how strong synapses are",
        legible(*.first), legible(*.second)
    )]
    Signs {
        /// The rule.
        rule: &'static str,
        /// A weight above zero.
        first: f64,
        /// One below.
        second: f64,
    },
    /// Weights that excite, under a rule of inhibition.
    #[error(
        "`weight` may be {}, expected less than 0: the rule `{rule}` is one of inhibition",
        legible(*.weight)
    )]
    Excites {
        /// The rule.
        rule: &'static str,
        /// The weight.
        weight: f64,
    },
    /// Weights outside the bounds of the rule.
    #[error("`weight` may be {}, expected {expected}, the bounds of the rule `{rule}`", legible(*.weight))]
    Bounds {
        /// The rule.
        rule: &'static str,
        /// The weight.
        weight: f64,
        /// The bounds in words.
        expected: String,
    },
    /// Spikes would be on their way back longer than traces last.
    #[error(
        "`dendritic_delay` may be {lag}, expected less than 50 times the shortest time constant of the rule `{rule}`"
    )]
    Lag {
        /// The rule.
        rule: &'static str,
        /// The delay.
        lag: Duration,
    },
}

impl LearnError {
    /// The key of a projection that it is about.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Signs { .. } | Self::Excites { .. } | Self::Bounds { .. } => "weight",
            Self::Lag { .. } => "dendritic_delay",
        }
    }

    /// What may help.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Signs { .. } => {
                Some("a distribution takes bounds, `low` and `high`; or make it two projections")
            }
            Self::Excites { .. } => Some(
                "synapses that begin at zero have a sign too: \"-0 mV\", and where weights are bare numbers -0.0",
            ),
            Self::Bounds { .. } => {
                Some("raise `w_max`; a distribution takes bounds, `low` and `high`")
            }
            Self::Lag { .. } => None,
        }
    }

    /// Checks that arrivals and spikes of the target, which are on their way for twice `dendritic`, can be told apart by
    /// `rule`: its traces, factored.
    ///
    /// # Errors
    /// If they cannot.
    pub(super) fn check_lag<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>(
        rule: &R,
        dendritic: Duration,
    ) -> Result<Clock<PRE, POST>, Self> {
        let lag = Duration::from_ps(2 * dendritic.ps());
        let clock = Clock::new(Time::ZERO, rule.pre(), rule.post(), lag);
        clock.ok_or(Self::Lag {
            rule: R::SPEC.name,
            lag: dendritic,
        })
    }

    /// What the strengths of `weights` are multiplied with, if `rule` can change them.
    ///
    /// # Errors
    /// If it cannot.
    pub(super) fn sign_of<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>(
        rule: &R,
        weights: impl Iterator<Item = f64> + Clone,
    ) -> Result<f64, Self> {
        let name = R::SPEC.name;
        let mut sign = 1.0;
        if !R::SIGNED {
            // Also of what begins at -0.
            let below = weights.clone().find(|&weight| weight.is_sign_negative());
            let above = weights.clone().find(|&weight| weight > 0.0);
            if let (Some(first), Some(second)) = (above, below) {
                return Err(Self::Signs {
                    rule: name,
                    first,
                    second,
                });
            }
            sign = if below.is_some() { -1.0 } else { 1.0 };
        }
        if let (true, 1.0, Some(weight)) = (R::INHIBITS, sign, weights.clone().next()) {
            return Err(Self::Excites { rule: name, weight });
        }
        // As they are stored.
        let (low, high) = rule.bounds();
        let within = |weight: f64| {
            let strength = sign * f64::from(weight as f32);
            f64::from(low as f32) <= strength && strength <= f64::from(high as f32)
        };
        match weights.into_iter().find(|&weight| !within(weight)) {
            None => Ok(sign),
            Some(weight) => Err(Self::Bounds {
                rule: name,
                weight,
                expected: format!("{} to {}", legible(low), legible(high)),
            }),
        }
    }
}

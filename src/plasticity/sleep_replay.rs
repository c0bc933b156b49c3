//! The Hebbian rule of sleep replay consolidation.
//!
//! The weight-dependent factor s(w), which the papers' text hardly mentions, is 2 for w ≪ 0, 1 at 0 and 0 for
//! w ≫ 0: in single precision weights above about 0.0175 are frozen. It is computed in f32 and in the published form;
//! simplified, or in f64, nothing is exactly frozen any more and weights drift.

use crate::base::function::exp_f32;
use crate::base::parameter::{self, Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::plasticity::rule::{Event, PlasticityRule, Trace};
use crate::plasticity::{ColumnRule, Rule};

/// The registry's entry.
pub static RULE: Rule =
    Rule::of::<SleepReplay, 0, 0>().with_column(|values| Ok(Box::new(SleepReplay::new(values)?)));

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "sleep_replay",
    summary: "Hebbian rule of sleep replay consolidation: at a postsynaptic spike, active afferents are strengthened \
              and silent ones weakened, strong weights least.",
    equations: "at a postsynaptic spike at t, for every afferent: w <- w + increment * s(w) if it arrived in \
                (t - window, t], else w <- w - decrement * s(w);  s(w) = 2 (1 - 1 / (1 + exp(-w / 0.001)))",
    parameters: &[
        ParameterSpec::quantity(
            "increment",
            Dimension::One,
            Range::NonNegative,
            "step of an afferent that was active when the target fired",
        ),
        ParameterSpec::quantity(
            "decrement",
            Dimension::One,
            Range::NonNegative,
            "step of an afferent that was silent when the target fired",
        ),
        ParameterSpec::quantity(
            "window",
            Dimension::Time,
            Range::Positive,
            "an afferent is active if its last spike arrived in (t - window, t]",
        )
        .or_number(1.0),
    ],
    source: "Tadros, Krishnan, Ramyaa, Bazhenov 2022, Nat Commun 13:7742; s(w) from the published code",
};

/// Weights from here on are frozen: single precision takes s(w) for 0.
pub const FROZEN: f64 = 0.0175;

/// Width of the sigmoid in s(w), from the published code.
const WIDTH: f32 = 0.001;

/// The rule with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepReplay {
    increment: f32,
    decrement: f32,
    window: Duration,
}

impl PlasticityRule<0, 0> for SleepReplay {
    const SPEC: &'static Spec = &SPEC;
    const SIGNED: bool = true;
    const BOUNDED: bool = false;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = parameter::complete(&SPEC, values)?;
        let window =
            Duration::from_ms(values["window"]).map_err(|error| ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "window",
                neuron: None,
                reason: format!(": {error}"),
            })?;
        Ok(Self {
            increment: values["increment"] as f32,
            decrement: values["decrement"] as f32,
            window,
        })
    }

    fn pre(&self) -> [Trace; 0] {
        []
    }

    fn post(&self) -> [Trace; 0] {
        []
    }

    fn bounds(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), _event: &Event<0, 0>) -> f64 {
        weight
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<0, 0>) -> f64 {
        let active = event.since_arrival < self.window;
        let step = if active {
            self.increment
        } else {
            -self.decrement
        };
        moved(weight as f32, step).into()
    }
}

impl ColumnRule for SleepReplay {
    fn post_spike(&self, t: Time, weights: &mut [f32], last_arrival: &[Time]) {
        change(
            weights,
            last_arrival,
            t,
            self.window,
            self.increment,
            -self.decrement,
        );
    }

    /// What a silent afferent of negative weight loses, as s(w) = 2 for w ≪ 0: most weights that move do so.
    fn step(&self) -> Option<f64> {
        let step = 2.0 * f64::from(self.decrement);
        (step > 0.0).then_some(step)
    }
}

/// s(w) = 2 (1 − 1 / (1 + e^(−w / 0.001))), every operation in f32 as published.
#[inline(always)]
fn softness(w: f32) -> f32 {
    2.0 * (1.0 - 1.0 / (1.0 + exp_f32(-w / WIDTH)))
}

/// w + step · s(w).
#[inline(always)]
fn moved(w: f32, step: f32) -> f32 {
    w + step * softness(w)
}

vectorized! {
    /// w += step · s(w), with the step of active or of silent afferents.
    fn change(
        weights: &mut [f32],
        last_arrival: &[Time],
        t: Time,
        window: Duration,
        active: f32,
        silent: f32,
    ) {
        for (w, &last) in weights.iter_mut().zip(last_arrival) {
            let step = if t.since(last) < window { active } else { silent };
            *w = moved(*w, step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> SleepReplay {
        let values = [("increment", 0.25), ("decrement", 0.125)]
            .into_iter()
            .collect();
        SleepReplay::new(&values).expect("valid")
    }

    #[test]
    fn softness_at_its_landmarks() {
        assert_eq!(softness(0.0), 1.0);
        assert_eq!(softness(-1.0), 2.0);
        assert_eq!(softness(FROZEN as f32), 0.0, "frozen");
        assert!(softness(0.015) > 0.0);
    }

    #[test]
    fn active_afferents_gain_and_silent_ones_lose() {
        let t = Time::from_ps(5_000_000_000);
        let just_inside = Time::from_ps(4_000_000_001);
        let just_outside = Time::from_ps(4_000_000_000);
        let mut weights = [0.0, 0.0, 0.0, 0.0, 1.0, -1.0];
        rule().post_spike(
            t,
            &mut weights,
            &[t, just_inside, just_outside, Time::NEVER, t, t],
        );
        assert_eq!(weights, [0.25, 0.25, -0.125, -0.125, 1.0, -0.5]);
    }
}

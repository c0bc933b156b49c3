//! Strength that follows how often a synapse is used.

use crate::base::function::{exp, expm1};
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{
    Event, Memory, Modulated, PlasticityRule, Stretch, Trace, W_MAX, tau,
};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<HebbianRate, 1, 0>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "hebbian_rate",
    summary: "A synapse becomes as strong as it is often used: an arrival that the target follows is a use.",
    equations: "w' = (importance * w_max * u - w) / tau_w;  u' = -u / tau_u;  at a spike of the target: u <- u + step * x * (1 \
                - u);  x jumps to 1 at an arrival and decays with tau_plus;  so u goes from 0, never used, to 1, used all the \
                time, and 0 <= w <= w_max;  under a modulator n: u <- u + n * step * x * (1 - u), within 0 and 1",
    parameters: &[
        W_MAX,
        ParameterSpec::quantity(
            "step",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "how far one use moves u towards 1",
        )
        .or_number(0.1),
        ParameterSpec::drawn(
            "importance",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "share of w_max that a synapse in use all the time reaches; one for all, or of each target neuron its own",
        )
        .or_number(1.0),
        tau("tau_plus", 20.0, "how soon the target has to follow"),
        tau("tau_u", 10_000.0, "how long a use counts"),
        tau("tau_w", 1000.0, "how fast strength follows"),
    ],
    source: "Hebb 1949, The Organization of Behavior; as a linear system with an exact solution: this program",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct HebbianRate {
    w_max: f64,
    /// importance · w_max; w_max alone where each neuron has its own.
    most: f64,
    step: f64,
    tau_plus_ms: f64,
    tau_u_ms: f64,
    tau_w_ms: f64,
}

impl PlasticityRule<1, 0> for HebbianRate {
    const SPEC: &'static Spec = &SPEC;
    const FLOWS: bool = true;
    const MODULATED: Modulated = Modulated::State;
    const OWN: Option<&'static str> = Some("importance");
    /// How often it is used, u.
    type State = f64;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            w_max: values["w_max"],
            most: values.number("importance").unwrap_or(1.0) * values["w_max"],
            step: values["step"],
            tau_plus_ms: values["tau_plus"],
            tau_u_ms: values["tau_u"],
            tau_w_ms: values["tau_w"],
        })
    }

    fn pre(&self) -> [Trace; 1] {
        [Memory::Last.trace(self.tau_plus_ms)]
    }

    fn post(&self) -> [Trace; 0] {
        []
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.w_max)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, _u: &mut f64, _event: &Event<1, 0>) -> f64 {
        weight
    }

    #[inline(always)]
    fn fire(&self, weight: f64, u: &mut f64, event: &Event<1, 0>) -> f64 {
        *u += self.step * event.pre[0] * (1.0 - *u);
        weight
    }

    #[inline(always)]
    fn gain(before: f64, after: f64, concentration: f64) -> f64 {
        (before + concentration * (after - before)).clamp(0.0, 1.0)
    }

    fn flow(&self, weight: f64, u: &mut f64, stretch: &Stretch<'_>) -> f64 {
        let ms = stretch.ms();
        let stays = exp(-ms / self.tau_w_ms);
        // ∫ e^(−(h − s)/τ_w) e^(−s/τ_u) ds / τ_w, also where both time constants are one.
        let apart = ms * (1.0 / self.tau_w_ms - 1.0 / self.tau_u_ms);
        let mean = match apart.abs() < f64::EPSILON {
            true => 1.0,
            false => expm1(apart) / apart,
        };
        let follows = stays * ms / self.tau_w_ms * mean;
        let followed = weight * stays + self.most * stretch.own * *u * follows;
        *u *= exp(-ms / self.tau_u_ms);
        followed
    }
}

//! Triplet STDP: pairs, and triplets of two spikes on one side and one on the other.

use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Memory, PlasticityRule, Trace, share, tau};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<StdpTriplet, 2, 2>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "stdp_triplet",
    summary: "Triplet STDP: strengthening grows with how often the target fires, as in visual cortex.",
    equations: "at a spike of the target: w <- w + w_max * x1 * (a2_plus + a3_plus * y2);  at an arrival: w <- w - w_max * y1 \
                * (a2_minus + a3_minus * x2);  x1, x2 of arrivals decay with tau_plus, tau_x, y1, y2 of the target's spikes \
                with tau_minus, tau_y; x2 and y2 are read before their own jump;  0 <= w <= w_max",
    parameters: &[
        ParameterSpec::quantity(
            "w_max",
            Dimension::Weight,
            Range::Positive,
            "largest strength, without sign; amplitudes are shares of it",
        ),
        share(
            "a2_plus",
            5e-10,
            "what a pair adds; no stage makes its sign and that of a3_plus opposite ones, or like ones of these",
        ),
        share(
            "a3_plus",
            6.2e-3,
            "what a triplet with two spikes of the target adds; in stages as a2_plus",
        ),
        share(
            "a2_minus",
            7e-3,
            "what a pair in the reverse order takes away",
        ),
        share(
            "a3_minus",
            2.3e-4,
            "what a triplet with two arrivals takes away",
        ),
        tau("tau_plus", 16.8, "time constant of x1"),
        tau("tau_x", 101.0, "time constant of x2"),
        tau("tau_minus", 33.7, "time constant of y1"),
        tau("tau_y", 125.0, "time constant of y2"),
        ParameterSpec::new(
            "pairing",
            Kind::Word(Memory::WORDS),
            "which spikes meet: all, or each with the last ones",
        )
        .or(Default::Word("all_to_all")),
    ],
    source: "Pfister, Gerstner 2006, J Neurosci 26:9673, equations 3 and 4; default values: table 3, visual cortex, \
             all-to-all",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct StdpTriplet {
    w_max: f64,
    /// Of pairs and triplets.
    plus: [f64; 2],
    minus: [f64; 2],
    /// Of x1, x2 and of y1, y2.
    tau_pre_ms: [f64; 2],
    tau_post_ms: [f64; 2],
    memory: Memory,
}

impl PlasticityRule<2, 2> for StdpTriplet {
    const SPEC: &'static Spec = &SPEC;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        let pair = |one: &str, other: &str| [values[one], values[other]];
        Ok(Self {
            w_max: values["w_max"],
            plus: pair("a2_plus", "a3_plus"),
            minus: pair("a2_minus", "a3_minus"),
            tau_pre_ms: pair("tau_plus", "tau_x"),
            tau_post_ms: pair("tau_minus", "tau_y"),
            memory: Memory::named(values.text("pairing")),
        })
    }

    fn pre(&self) -> [Trace; 2] {
        self.tau_pre_ms.map(|tau_ms| self.memory.trace(tau_ms))
    }

    fn post(&self) -> [Trace; 2] {
        self.tau_post_ms.map(|tau_ms| self.memory.trace(tau_ms))
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.w_max)
    }

    fn push(&self, post: [f64; 2]) -> Option<f64> {
        let one_sign = self.plus[0] * self.plus[1] >= 0.0;
        one_sign.then_some(self.w_max * (self.plus[0] + self.plus[1] * post[1]))
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), event: &Event<2, 2>) -> f64 {
        let amplitude = self.minus[0] + self.minus[1] * event.pre[1];
        weight - self.w_max * event.post[0] * amplitude
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<2, 2>) -> f64 {
        let amplitude = self.plus[0] + self.plus[1] * event.post[1];
        weight + self.w_max * event.pre[0] * amplitude
    }
}

//! STDP of pairs of spikes whose strengthening goes with a power of the weight, without an upper bound.

use crate::base::function::{self, Power};
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Events, Memory, PlasticityRule, TOGETHER, Trace, share, tau};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<StdpPowerLaw, 1, 1>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "stdp_power_law",
    summary: "Pair STDP as measured: strengthening goes with a power of the weight, weakening with the weight.",
    equations: "at a spike of the target: w <- w + lambda * w_0^(1 - mu) * w^mu * x;  at an arrival: w <- w - lambda * alpha \
                * w * y;  x of arrivals and y of the target's spikes jump by 1 and decay with tau_plus and tau_minus;  0 <= w",
    parameters: &[
        ParameterSpec::quantity(
            "w_0",
            Dimension::Weight,
            Range::Positive,
            "strength at which a pair hardly apart adds lambda of it",
        ),
        share("lambda", 0.1, "how much a pair changes"),
        share("alpha", 0.11, "weakening over strengthening at w_0"),
        ParameterSpec::quantity(
            "mu",
            Dimension::One,
            Range::NonNegative,
            "exponent of strengthening: 0 additive, 1 multiplicative",
        )
        .or_number(0.4),
        tau(
            "tau_plus",
            20.0,
            "time constant of the window in which the target follows",
        ),
        tau(
            "tau_minus",
            20.0,
            "time constant of the window in which the target precedes",
        ),
    ],
    source: "Morrison, Aertsen, Diesmann 2007, Neural Comput 19:1437 (there w_0 is 1 pA)",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct StdpPowerLaw {
    /// lambda · w_0^(1 − mu).
    plus: f64,
    /// lambda · alpha.
    minus: f64,
    mu: Power,
    tau_plus_ms: f64,
    tau_minus_ms: f64,
}

impl PlasticityRule<1, 1> for StdpPowerLaw {
    const SPEC: &'static Spec = &SPEC;
    const BOUNDED: bool = false;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        let (lambda, mu) = (values["lambda"], values["mu"]);
        Ok(Self {
            plus: lambda * function::power(values["w_0"], 1.0 - mu),
            minus: lambda * values["alpha"],
            mu: Power::single(mu),
            tau_plus_ms: values["tau_plus"],
            tau_minus_ms: values["tau_minus"],
        })
    }

    fn in_double(self) -> Self {
        Self {
            mu: self.mu.in_double(),
            ..self
        }
    }

    fn pre(&self) -> [Trace; 1] {
        [Memory::All.trace(self.tau_plus_ms)]
    }

    fn post(&self) -> [Trace; 1] {
        [Memory::All.trace(self.tau_minus_ms)]
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn fire_reads_post(&self) -> bool {
        false
    }

    fn reads_times(&self) -> bool {
        false
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        weight - self.minus * weight * event.post[0]
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        weight + self.plus * self.mu.of(weight) * event.pre[0]
    }

    #[inline(always)]
    fn fire_each(
        &self,
        weights: &mut [f64; TOGETHER],
        _states: &mut [(); TOGETHER],
        events: &Events<'_, 1, 1>,
        n: usize,
    ) {
        let mut powers = *weights;
        self.mu.of_first(&mut powers, n);
        for k in 0..n.min(TOGETHER) {
            weights[k] += self.plus * powers[k] * events.pre[0][k];
        }
    }
}

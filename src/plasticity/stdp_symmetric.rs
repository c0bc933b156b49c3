//! STDP that strengthens in both orders of spikes, as found between pyramidal cells of CA3.

use crate::base::parameter::{
    Default, Kind, ParameterError, ParameterSpec, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Memory, PlasticityRule, Trace, W_MAX, share, tau};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<StdpSymmetric, 1, 1>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "stdp_symmetric",
    summary: "Symmetric STDP: spikes close in time strengthen the synapse in either order.",
    equations: "at a spike of the target: w <- w + a * w_max * x;  at an arrival: w <- w + a * w_max * y;  x of arrivals and \
                y of the target's spikes decay with tau;  0 <= w <= w_max",
    parameters: &[
        W_MAX,
        share("a", 4e-3, "what a pair hardly apart adds"),
        tau("tau", 62.5, "time constant of the window"),
        ParameterSpec::new(
            "pairing",
            Kind::Word(Memory::WORDS),
            "which spikes pair: all, or each with the last one of the other side",
        )
        .or(Default::Word("all_to_all")),
    ],
    source: "Mishra et al. 2016, Nat Commun 7:11552; default values: Ecker et al. 2022, eLife 11:e71850",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct StdpSymmetric {
    w_max: f64,
    /// What a pair hardly apart adds.
    step: f64,
    trace: Trace,
}

impl PlasticityRule<1, 1> for StdpSymmetric {
    const SPEC: &'static Spec = &SPEC;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            w_max: values["w_max"],
            step: values["a"] * values["w_max"],
            trace: Memory::named(values.text("pairing")).trace(values["tau"]),
        })
    }

    fn pre(&self) -> [Trace; 1] {
        [self.trace]
    }

    fn post(&self) -> [Trace; 1] {
        [self.trace]
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.w_max)
    }

    fn push(&self, _post: [f64; 1]) -> Option<f64> {
        Some(self.step)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        weight + self.step * event.post[0]
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        weight + self.step * event.pre[0]
    }
}

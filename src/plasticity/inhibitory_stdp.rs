//! Inhibitory plasticity that brings the target's rate to a wanted one.

use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::base::time::MS_PER_S;
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Memory, PlasticityRule, Trace, W_MAX, tau};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<InhibitoryStdp, 1, 1>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "inhibitory_stdp",
    summary: "Inhibitory STDP: inhibition grows while its target fires more than `rate`, and shrinks while it fires less.",
    equations: "at an arrival: w <- w + eta * (y - alpha);  at a spike of the target: w <- w + eta * x;  alpha = 2 * rate * \
                tau;  x of arrivals and y of the target's spikes jump by 1 and decay with tau;  0 <= w <= w_max, the strength \
                without sign",
    parameters: &[
        W_MAX,
        ParameterSpec::quantity(
            "eta",
            Dimension::Weight,
            Range::NonNegative,
            "what a pair hardly apart adds",
        ),
        ParameterSpec::quantity(
            "rate",
            Dimension::Rate,
            Range::NonNegative,
            "rate that targets are brought to",
        ),
        tau("tau", 20.0, "time constant of the window"),
    ],
    source: "Vogels, Sprekeler, Zenke, Clopath, Gerstner 2011, Science 334:1569",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct InhibitoryStdp {
    w_max: f64,
    eta: f64,
    alpha: f64,
    trace: Trace,
}

impl PlasticityRule<1, 1> for InhibitoryStdp {
    const SPEC: &'static Spec = &SPEC;
    const INHIBITS: bool = true;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            w_max: values["w_max"],
            eta: values["eta"],
            alpha: 2.0 * values["rate"] * values["tau"] / MS_PER_S,
            trace: Memory::All.trace(values["tau"]),
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
        Some(self.eta)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        weight + self.eta * (event.post[0] - self.alpha)
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        weight + self.eta * event.pre[0]
    }
}

//! Remote supervised learning: a neuron learns to fire when a teacher does that never drives it.

use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Memory, PlasticityRule, Trace, tau};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<RemoteSupervised, 1, 0>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "remote_supervised",
    summary: "Remote supervised learning (ReSuMe): spikes of a teacher strengthen what has just arrived, spikes of the target itself \
              weaken it, until both come alike.",
    equations: "at a spike of neuron j of the teacher, which takes the axonal delay, the dendritic one to the soma and as long \
                back: w <- w + eta * x;  at a spike of target j, a dendritic delay after it: w <- w - eta * x;  x of arrivals jumps \
                by 1 and decays with tau",
    parameters: &[
        ParameterSpec::quantity(
            "eta",
            Dimension::Weight,
            Range::NonNegative,
            "what a pair hardly apart adds or takes away",
        ),
        tau("tau", 30.0, "time constant of the window"),
    ],
    source: "Ponulak, Kasinski 2010, Neural Comput 22:467, without the term that does not depend on arrivals",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteSupervised {
    eta: f64,
    tau_ms: f64,
}

impl PlasticityRule<1, 0> for RemoteSupervised {
    const SPEC: &'static Spec = &SPEC;
    const SIGNED: bool = true;
    const BOUNDED: bool = false;
    const TAUGHT: bool = true;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            eta: values["eta"],
            tau_ms: values["tau"],
        })
    }

    fn pre(&self) -> [Trace; 1] {
        [Memory::All.trace(self.tau_ms)]
    }

    fn post(&self) -> [Trace; 0] {
        []
    }

    fn bounds(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), _event: &Event<1, 0>) -> f64 {
        weight
    }

    fn push(&self, _post: [f64; 0]) -> Option<f64> {
        Some(-self.eta)
    }

    fn push_taught(&self) -> f64 {
        self.eta
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<1, 0>) -> f64 {
        weight - self.eta * event.pre[0]
    }
}

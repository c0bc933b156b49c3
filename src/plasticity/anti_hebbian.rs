//! Anti-Hebbian STDP of covariances, whose changes show at once or at the ends of epochs.

pub mod epoch;

use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Memory, PlasticityRule, Trace, W_MAX, tau};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<AntiHebbian, 2, 2>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "anti_hebbian",
    summary: "Anti-Hebbian covariance STDP: spikes that come together more often than their rates alone would let them weaken \
              the synapse, and spikes that avoid each other strengthen it.",
    equations: "at a spike of the target: w <- w - eta * (x - <x>);  at an arrival: w <- w - eta_pre * (y - <y>);  x of arrivals \
                and y of the target's spikes jump by 1 and decay with tau;  <x>' = (x - <x>) / tau_average, and <y> alike;  0 <= \
                w <= w_max",
    parameters: &[W_MAX, ETA, ETA_PRE, TAU, TAU_AVERAGE],
    source: "the covariance rule of Sejnowski 1977, J Math Biol 4:303, with its sign reversed and traces of spikes; Roberts, \
             Leen 2010, Front Comput Neurosci 4:156 (anti-Hebbian STDP)",
};

/// What a spike of the target changes.
const ETA: ParameterSpec = ParameterSpec::quantity(
    "eta",
    Dimension::Weight,
    Range::NonNegative,
    "what a pair hardly apart takes away",
);

/// What an arrival changes.
const ETA_PRE: ParameterSpec = ParameterSpec::quantity(
    "eta_pre",
    Dimension::Weight,
    Range::NonNegative,
    "what a pair in the reverse order takes away",
)
.or_number(0.0);

/// The window.
const TAU: ParameterSpec = tau("tau", 20.0, "time constant of the window");

/// The average of traces.
const TAU_AVERAGE: ParameterSpec = tau(
    "tau_average",
    10_000.0,
    "how long traces are averaged; not `tau`",
);

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct AntiHebbian {
    w_max: f64,
    eta_post: f64,
    eta_pre: f64,
    tau_ms: f64,
    average_ms: f64,
}

impl AntiHebbian {
    /// A trace minus its average, given one trace for each time constant: <x> is what a low-pass filter makes of x, a
    /// difference of two exponentials for each spike.
    #[inline(always)]
    fn above_average(&self, [fast, slow]: [f64; 2]) -> f64 {
        fast - (slow - fast) * self.tau_ms / (self.average_ms - self.tau_ms)
    }

    /// Both time constants, or such ones further apart. The difference of a trace and its average does not change where they are
    /// swapped: about their middle it goes by the square of half their distance, so that this leaves out 1e-11 at most,
    /// where subtracting exponentials that are nearly equal would leave few digits.
    fn apart(tau_ms: f64, average_ms: f64) -> (f64, f64) {
        /// As a share of the middle.
        const LEAST: f64 = 1e-5;
        let middle = tau_ms + (average_ms - tau_ms) / 2.0;
        if (average_ms - tau_ms).abs() >= LEAST * middle {
            return (tau_ms, average_ms);
        }
        let half = LEAST / 2.0 * middle;
        (middle - half, middle + half)
    }

    /// From complete values of the rule that `spec` is.
    fn of(values: &Values, spec: &'static Spec) -> Result<Self, ParameterError> {
        if values["tau"] == values["tau_average"] {
            return Err(ParameterError::Inconsistent {
                model: spec.name,
                parameter: "tau_average",
                neuron: None,
                reason: " is equal to `tau`, expected another time constant".into(),
            });
        }
        let (tau_ms, average_ms) = Self::apart(values["tau"], values["tau_average"]);
        Ok(Self {
            w_max: values["w_max"],
            eta_post: values["eta"],
            eta_pre: values["eta_pre"],
            tau_ms,
            average_ms,
        })
    }

    fn traces(&self) -> [Trace; 2] {
        [self.tau_ms, self.average_ms].map(|tau_ms| Memory::All.trace(tau_ms))
    }
}

impl PlasticityRule<2, 2> for AntiHebbian {
    const SPEC: &'static Spec = &SPEC;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        Self::of(&complete(&SPEC, values)?, &SPEC)
    }

    fn pre(&self) -> [Trace; 2] {
        self.traces()
    }

    fn post(&self) -> [Trace; 2] {
        self.traces()
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.w_max)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), event: &Event<2, 2>) -> f64 {
        weight - self.eta_pre * self.above_average(event.post)
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<2, 2>) -> f64 {
        weight - self.eta_post * self.above_average(event.pre)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A spike so long ago leaves (tau_average e^(-t/tau) - tau e^(-t/tau_average)) / (tau_average - tau), which goes to (1 - t/tau) e^(-t/tau).
    #[test]
    fn a_trace_and_its_average_may_be_nearly_alike() {
        for apart in [3e-11, 1e-9, 1e-7, 0.9e-5, 1.1e-5, -3e-11, -1e-6] {
            let (tau, average) = (20.0, 20.0 * (1.0 + apart));
            let values = Values::from([
                ("w_max", 1.0),
                ("eta", 0.1),
                ("tau", tau),
                ("tau_average", average),
            ]);
            let rule = AntiHebbian::new(&values).expect("valid");
            for t in [0.0, 3.0, 20.0, 50.0, 150.0] {
                let traces = rule.traces().map(|trace| (-t / trace.tau_ms).exp());
                let found = rule.above_average(traces);
                // To first order in how far they are apart.
                let s = t / tau;
                let expected = (-s).exp() * (1.0 - s - apart * s * (s / 2.0 - 1.0));
                assert!(
                    (found - expected).abs() < 3e-10,
                    "{apart}, {t} ms: {found}, {expected}"
                );
            }
        }
    }
}

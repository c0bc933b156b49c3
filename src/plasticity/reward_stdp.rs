//! STDP whose changes wait for a reward.

use crate::base::function::exp;
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::base::time::MS_PER_S;
use crate::plasticity::Rule;
use crate::plasticity::rule::{
    Event, Memory, Modulated, PlasticityRule, Stretch, Trace, W_MAX, share, tau,
};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<RewardStdp, 1, 1>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "reward_stdp",
    summary: "Reward-modulated STDP: pairs make a synapse eligible, and the modulator n, such as dopamine, turns that into \
              a change.",
    equations: "w' = c (n - b), c per second;  c' = -c / tau_c;  at a spike of the target: c <- c + a_plus * w_max * x;  at an \
                arrival: c <- c - a_minus * w_max * y;  x' = -x / tau_plus, y' = -y / tau_minus, x of arrivals and y of the \
                target's spikes jump by 1;  0 <= w <= w_max",
    parameters: &[
        W_MAX,
        share(
            "a_plus",
            2.5,
            "what a pair hardly apart adds to c, as a share of w_max per second",
        ),
        share(
            "a_minus",
            3.75,
            "what a pair in the reverse order takes from c, as a share of w_max per second",
        ),
        tau("tau_plus", 20.0, "time constant of the window in which the target follows"),
        tau("tau_minus", 20.0, "time constant of the window in which the target precedes"),
        tau("tau_c", 1000.0, "how long a synapse stays eligible"),
        ParameterSpec::quantity(
            "b",
            Dimension::One,
            Range::Finite,
            "concentration at which nothing changes; pairs count by themselves where it is below the baseline",
        )
        .or_number(0.0),
    ],
    source: "Izhikevich 2007, Cereb Cortex 17:2443 (the default values: 0.1 and 0.15 mV of 4 mV, taken up a hundred times a \
             second, in the published code); Potjans, Morrison, Diesmann 2010, Front Comput Neurosci 4:141 (b, and the \
             closed form)",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct RewardStdp {
    w_max: f64,
    plus: f64,
    minus: f64,
    tau_plus_ms: f64,
    tau_minus_ms: f64,
    tau_c_ms: f64,
    b: f64,
}

impl PlasticityRule<1, 1> for RewardStdp {
    const SPEC: &'static Spec = &SPEC;
    const FLOWS: bool = true;
    const MODULATED: Modulated = Modulated::Own;
    /// The eligibility c.
    type State = f64;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            w_max: values["w_max"],
            plus: values["a_plus"] * values["w_max"],
            minus: values["a_minus"] * values["w_max"],
            tau_plus_ms: values["tau_plus"],
            tau_minus_ms: values["tau_minus"],
            tau_c_ms: values["tau_c"],
            b: values["b"],
        })
    }

    fn pre(&self) -> [Trace; 1] {
        [Memory::All.trace(self.tau_plus_ms)]
    }

    fn post(&self) -> [Trace; 1] {
        [Memory::All.trace(self.tau_minus_ms)]
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.w_max)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, c: &mut f64, event: &Event<1, 1>) -> f64 {
        *c -= self.minus * event.post[0];
        weight
    }

    #[inline(always)]
    fn fire(&self, weight: f64, c: &mut f64, event: &Event<1, 1>) -> f64 {
        *c += self.plus * event.pre[0];
        weight
    }

    fn flow(&self, mut weight: f64, c: &mut f64, stretch: &Stretch<'_>) -> f64 {
        let start = *c;
        if start == 0.0 {
            return weight;
        }
        *c = start * exp(-stretch.ms() / self.tau_c_ms);
        if let Some(modulation) = stretch.modulation {
            let span = (stretch.from, stretch.to);
            // c keeps its sign, and n - b does within a piece: a bound that is met is met at its end.
            modulation.pieces(span, self.tau_c_ms, self.b, |area| {
                weight = (weight + start * area / MS_PER_S).clamp(0.0, self.w_max);
            });
        }
        weight
    }
}

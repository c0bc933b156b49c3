//! Spike-timing-dependent plasticity of pairs of spikes.

use crate::base::function::{Power, power};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::plasticity::Rule;
use crate::plasticity::rule::{
    Event, Events, Memory, PlasticityRule, TOGETHER, Trace, W_MAX, share, tau,
};

mod presynaptic;

pub use presynaptic::Presynaptic;

/// The registry's entry.
pub static RULE: Rule = Rule::of::<StdpPair, 1, 1>().with_form(
    |values| values.text("pairing") == Some(PRESYNAPTIC),
    &AROUND_ARRIVALS,
);

static AROUND_ARRIVALS: Rule = Rule::of::<Presynaptic, 0, 1>();

/// The rule as users see it.
pub static SPEC: Spec = Spec {
    name: "stdp_pair",
    summary: "Pair STDP: an arrival before a spike of the target strengthens the synapse, one after it weakens it.",
    equations: "at a spike of the target: w <- w + a_plus * w_max * (1 - w / w_max)^mu_plus * x;  at an arrival: w <- w - \
                a_minus * w_max * (w / w_max)^mu_minus * y;  x' = -x / tau_plus, y' = -y / tau_minus, x of arrivals and y of \
                the target's spikes jump by 1 (all_to_all) or to 1 (nearest); nearest_presynaptic: x by 1, and to 0 at a spike of \
                the target, y to 1;  0 <= w <= w_max",
    parameters: &[
        W_MAX,
        share(
            "a_plus",
            0.01,
            "what a pair hardly apart adds, as a share of w_max",
        ),
        share(
            "a_minus",
            0.0105,
            "what a pair in the reverse order takes away, as a share of w_max",
        ),
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
        ParameterSpec::quantity(
            "mu_plus",
            Dimension::One,
            Range::NonNegative,
            "how strengthening depends on the weight: 0 additive, 1 multiplicative; no stage makes another of 0, or 0 of another",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "mu_minus",
            Dimension::One,
            Range::NonNegative,
            "how weakening depends on the weight: 0 additive, 1 multiplicative",
        )
        .or_number(0.0),
        ParameterSpec::new(
            "pairing",
            Kind::Word(PAIRINGS),
            "which spikes pair: all, each with the last one of the other side, or each arrival with the spike before it and the one after \
             it",
        )
        .or(Default::Word("all_to_all")),
    ],
    source: "Song, Miller, Abbott 2000, Nat Neurosci 3:919 (additive; the default values but for w_max); Guetig et al. \
             2003, J Neurosci 23:3697 (mu); Morrison, Diesmann, Gerstner 2008, Biol Cybern 98:459 (pairings)",
};

/// In this order: all; each with the last one of the other side; each arrival with the spikes of the target on both sides
/// of it (Morrison, Diesmann, Gerstner 2008, figure 7).
const PAIRINGS: &[&str] = &["all_to_all", "nearest", PRESYNAPTIC];

const PRESYNAPTIC: &str = "nearest_presynaptic";

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct StdpPair {
    w_max: f64,
    /// a_plus · w_max^(1 − mu_plus), so that nothing is divided by w_max.
    plus: f64,
    /// a_minus · w_max^(1 − mu_minus).
    minus: f64,
    mu_plus: Power,
    mu_minus: Power,
    tau_plus_ms: f64,
    tau_minus_ms: f64,
    memory: Memory,
}

impl StdpPair {
    /// The weight after an arrival that finds this trace of the target's spikes.
    #[inline(always)]
    fn weaken(&self, weight: f64, post: f64) -> f64 {
        weight - self.minus * self.mu_minus.of(weight) * post
    }

    /// The weight after a spike of the target that finds this trace of arrivals.
    #[inline(always)]
    fn strengthen(&self, weight: f64, pre: f64) -> f64 {
        weight + self.plus * self.mu_plus.of(self.w_max - weight) * pre
    }
}

impl PlasticityRule<1, 1> for StdpPair {
    const SPEC: &'static Spec = &SPEC;
    type State = ();

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            w_max: values["w_max"],
            plus: values["a_plus"] * power(values["w_max"], 1.0 - values["mu_plus"]),
            minus: values["a_minus"] * power(values["w_max"], 1.0 - values["mu_minus"]),
            mu_plus: Power::single(values["mu_plus"]),
            mu_minus: Power::single(values["mu_minus"]),
            tau_plus_ms: values["tau_plus"],
            tau_minus_ms: values["tau_minus"],
            memory: match values.text("pairing") {
                Some("nearest") => Memory::Last,
                _ => Memory::All,
            },
        })
    }

    fn in_double(self) -> Self {
        Self {
            mu_plus: self.mu_plus.in_double(),
            mu_minus: self.mu_minus.in_double(),
            ..self
        }
    }

    fn pre(&self) -> [Trace; 1] {
        [self.memory.trace(self.tau_plus_ms)]
    }

    fn post(&self) -> [Trace; 1] {
        [self.memory.trace(self.tau_minus_ms)]
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.w_max)
    }

    fn fire_reads_post(&self) -> bool {
        false
    }

    fn reads_times(&self) -> bool {
        false
    }

    fn arrive_raises(&self) -> bool {
        self.mu_minus.is_costly()
    }

    fn push(&self, _post: [f64; 1]) -> Option<f64> {
        self.mu_plus.is_one().then_some(self.plus)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        self.weaken(weight, event.post[0])
    }

    #[inline(always)]
    fn arrive_plainly(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        let power = if self.mu_minus.is_one() { 1.0 } else { weight };
        weight - self.minus * power * event.post[0]
    }

    #[inline(always)]
    fn fire(&self, weight: f64, (): &mut (), event: &Event<1, 1>) -> f64 {
        self.strengthen(weight, event.pre[0])
    }

    #[inline(always)]
    fn arrive_each(
        &self,
        weights: &mut [f64; TOGETHER],
        _states: &mut [(); TOGETHER],
        events: &Events<'_, 1, 1>,
        n: usize,
    ) {
        let mut powers = *weights;
        self.mu_minus.of_first(&mut powers, n);
        for k in 0..n.min(TOGETHER) {
            weights[k] -= self.minus * powers[k] * events.post[0][k];
        }
    }

    #[inline(always)]
    fn fire_each(
        &self,
        weights: &mut [f64; TOGETHER],
        _states: &mut [(); TOGETHER],
        events: &Events<'_, 1, 1>,
        n: usize,
    ) {
        let mut powers = weights.map(|weight| self.w_max - weight);
        self.mu_plus.of_first(&mut powers, n);
        for k in 0..n.min(TOGETHER) {
            weights[k] += self.plus * powers[k] * events.pre[0][k];
        }
    }
}

//! # A plasticity rule of your own
//!
//! A rule is one file in `src/plasticity/`: its [`Spec`](crate::base::parameter::Spec) and the biology of one synapse, a
//! [`PlasticityRule`](crate::plasticity::PlasticityRule); and a line in
//! [`REGISTRY`](crate::plasticity::REGISTRY). What holds the synapses owns the rest: loops, traces, both delays, bounds,
//! signs, checkpoints; sparse rows and matrices alike. `src/plasticity/stdp_symmetric.rs` is a rule in some eighty lines.
//!
//! Say how many traces of arrivals and of the target's spikes the rule reads: here one of each. Then say what an arrival
//! does, and what a spike of the target does. This one strengthens a synapse by `step` for a pair at no distance, and
//! weakens it a little at every arrival:
//!
//! ```
//! use sharpwave::base::parameter::{
//!     Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
//! };
//! use sharpwave::plasticity::rule::{Event, Memory, PlasticityRule, Trace};
//! use sharpwave::values;
//!
//! static SPEC: Spec = Spec {
//!     name: "use_it_or_lose_it",
//!     summary: "Pairs strengthen, arrivals alone weaken.",
//!     equations: "at a spike of the target: w <- w + step * x;  at an arrival: w <- w - cost",
//!     parameters: &[
//!         ParameterSpec::quantity("w_max", Dimension::Weight, Range::Positive, "largest strength"),
//!         ParameterSpec::quantity("step", Dimension::Weight, Range::Positive, "what a pair adds"),
//!         ParameterSpec::quantity("cost", Dimension::Weight, Range::NonNegative, "what an arrival takes"),
//!         ParameterSpec::quantity("tau", Dimension::Time, Range::Positive, "width of the window")
//!             .or_number(20.0),
//!     ],
//!     source: "this page",
//! };
//!
//! #[derive(Clone)]
//! struct UseIt {
//!     w_max: f64,
//!     step: f64,
//!     cost: f64,
//!     tau_ms: f64,
//! }
//!
//! impl PlasticityRule<1, 0> for UseIt {
//!     const SPEC: &'static Spec = &SPEC;
//!     type State = ();
//!
//!     fn new(values: &Values) -> Result<Self, ParameterError> {
//!         let values = complete(&SPEC, values)?;
//!         let [w_max, step, cost, tau_ms] = ["w_max", "step", "cost", "tau"].map(|name| values[name]);
//!         Ok(Self { w_max, step, cost, tau_ms })
//!     }
//!
//!     fn pre(&self) -> [Trace; 1] {
//!         [Trace { tau_ms: self.tau_ms, memory: Memory::All }]
//!     }
//!
//!     fn post(&self) -> [Trace; 0] {
//!         []
//!     }
//!
//!     fn bounds(&self) -> (f64, f64) {
//!         (0.0, self.w_max)
//!     }
//!
//!     fn arrive(&self, weight: f64, (): &mut (), _: &Event<1, 0>) -> f64 {
//!         weight - self.cost
//!     }
//!
//!     fn fire(&self, weight: f64, (): &mut (), event: &Event<1, 0>) -> f64 {
//!         weight + self.step * event.pre[0]
//!     }
//! }
//!
//! // By hand: one synapse of 0.5, an arrival, and a spike of the target 20 ms later.
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use sharpwave::base::time::{Duration, Time};
//! use sharpwave::plasticity::Rule;
//!
//! static RULE: Rule = Rule::of::<UseIt, 1, 0>();
//! let values = values! { w_max: 1.0, step: 0.1, cost: 0.01 };
//! let mut weights = [0.5_f32];
//! let mut synapse = RULE.matrix(&values, None, &weights, 1, Duration::ZERO)?;
//! synapse.catch_up(Time::ZERO, 0, &mut weights);
//! synapse.arrive(Time::ZERO, 0, &mut weights);
//! synapse.fire(Time::from_ms(20.0)?, &[0], &mut weights);
//! synapse.settle(Time::from_ms(30.0)?, &mut weights);
//! let expected = 0.5 - 0.01 + 0.1 * (-1.0_f32).exp();
//! assert!((weights[0] - expected).abs() < 1e-6);
//! # Ok(())
//! # }
//! ```
//!
//! In the tree the file is `src/plasticity/use_it.rs`, with `crate` in place of `sharpwave` where it imports, and `Rule` of
//! `plasticity` imported too; `src/plasticity.rs` has `mod use_it;` and, in the registry, `&use_it::RULE`. With
//! `pub static RULE: Rule = Rule::of::<UseIt, 1, 0>();` in the file, `describe` shows the rule, any projection of a model file may name it, and mistakes in its parameters are told like those of any
//! other. For the reference, write the two changes once more in `src/plasticity/tests/naive.rs`: a line in
//! `src/plasticity/tests.rs` then compares rows and matrix with a synapse that stores all its spikes, to 10⁻¹².
//!
//! Where a spike of the target adds its trace of arrivals times a number, whatever the weight, say so with
//! [`push`](crate::plasticity::PlasticityRule::push): such rules run several times faster.
//!
//! A rule may keep something for each synapse, [`State`](crate::plasticity::PlasticityRule::State), such as an eligibility, and
//! may let it and the weight [flow](crate::plasticity::PlasticityRule::FLOWS) between events, in closed form: cut anywhere, two
//! stretches are one. With a modulator, changes of the weight at events are multiplied by its concentration then. A rule whose
//! events change the state alone says that these changes are, and a rule that reads the modulator by itself says so,
//! [`MODULATED`](crate::plasticity::PlasticityRule::MODULATED). `src/plasticity/reward_stdp.rs` does all three.
//!
//! Slow forces on whole neurons, and synapses that come and go, are rules of another kind: one file in
//! `src/plasticity/homeostasis/`, a line in its [`REGISTRY`](crate::plasticity::homeostasis::REGISTRY).

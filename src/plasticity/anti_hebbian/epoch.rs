//! The rule whose changes are collected, and show at the ends of epochs.

use super::{AntiHebbian, ETA, ETA_PRE, TAU, TAU_AVERAGE};
use crate::base::legible::legible;
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::base::time::{Duration, Time};
use crate::plasticity::Rule;
use crate::plasticity::rule::{Event, Modulated, PlasticityRule, Stretch, Trace, W_MAX};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<AntiHebbianEpoch, 2, 2>();

/// The rule as users see it.
static SPEC: Spec = Spec {
    name: "anti_hebbian_epoch",
    summary: "The rule `anti_hebbian`, whose changes are collected and show at the end of each epoch, all at once.",
    equations: "at a spike of the target: c <- c - eta * (x - <x>);  at an arrival: c <- c - eta_pre * (y - <y>);  at every multiple of epoch, \
                on the clock of the synapse and before anything else that happens there then: w <- w + c, c <- 0;  x, <x>, y and <y> are those of \
                anti_hebbian;  0 <= w <= w_max;  where a bout begins anew, and where learning is off at the end of an epoch, what has been collected and not shown is dropped; epochs go on \
                by the network's clock;  under a modulator what is collected is multiplied by its concentration at that spike or arrival",
    parameters: &[
        W_MAX,
        ETA,
        ETA_PRE,
        TAU,
        TAU_AVERAGE,
        ParameterSpec::quantity(
            "epoch",
            Dimension::Time,
            Range::Positive,
            "changes show at every multiple of it",
        ),
    ],
    source: "as anti_hebbian; that a network unlearns what it did in an epoch when the epoch is over: Hopfield, Feinstein, Palmer 1983, \
             Nature 304:158",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct AntiHebbianEpoch {
    rule: AntiHebbian,
    epoch: Duration,
}

impl AntiHebbianEpoch {
    fn number(&self, t: Time) -> i64 {
        t.ps().div_euclid(self.epoch.ps())
    }
}

impl PlasticityRule<2, 2> for AntiHebbianEpoch {
    const SPEC: &'static Spec = &SPEC;
    const FLOWS: bool = true;
    const MODULATED: Modulated = Modulated::State;
    /// What has been collected, c.
    type State = f64;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        let epoch = Duration::from_ms(values["epoch"]).ok();
        let epoch = epoch.filter(|epoch| *epoch > Duration::ZERO);
        Ok(Self {
            rule: AntiHebbian::of(&values, &SPEC)?,
            epoch: epoch.ok_or_else(|| ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "epoch",
                neuron: None,
                reason: format!(
                    " is {} ms, expected a picosecond to 106 days",
                    legible(values["epoch"])
                ),
            })?,
        })
    }

    fn pre(&self) -> [Trace; 2] {
        self.rule.traces()
    }

    fn post(&self) -> [Trace; 2] {
        self.rule.traces()
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, self.rule.w_max)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, collected: &mut f64, event: &Event<2, 2>) -> f64 {
        *collected = self.rule.arrive(*collected, &mut (), event);
        weight
    }

    #[inline(always)]
    fn fire(&self, weight: f64, collected: &mut f64, event: &Event<2, 2>) -> f64 {
        *collected = self.rule.fire(*collected, &mut (), event);
        weight
    }

    #[inline(always)]
    fn gain(before: f64, after: f64, concentration: f64) -> f64 {
        before + concentration * (after - before)
    }

    #[inline(always)]
    fn flow(&self, weight: f64, collected: &mut f64, stretch: &Stretch<'_>) -> f64 {
        match self.number(stretch.to) > self.number(stretch.from) {
            true => weight + std::mem::take(collected),
            false => weight,
        }
    }
}

//! How far a modulator lets a synapse change.

use crate::base::time::Time;
use crate::plasticity::modulation::Modulation;
use crate::plasticity::rule::{Modulated, PlasticityRule};

/// A strength under the rule `R` after a change at `t`, at the synapse.
#[inline(always)]
pub(super) fn strength<R, const PRE: usize, const POST: usize>(
    modulation: Option<&Modulation>,
    t: Time,
    (before, after): (f64, f64),
) -> f64
where
    R: PlasticityRule<PRE, POST>,
{
    match (modulation, R::MODULATED) {
        (Some(modulation), Modulated::Gain) => before + modulation.before(t) * (after - before),
        _ => after,
    }
}

/// A state under the rule `R` after an event at `t`, at the synapse.
#[inline(always)]
pub(super) fn state<R, const PRE: usize, const POST: usize>(
    modulation: Option<&Modulation>,
    t: Time,
    (before, after): (R::State, R::State),
) -> R::State
where
    R: PlasticityRule<PRE, POST>,
{
    match (modulation, R::MODULATED) {
        (Some(modulation), Modulated::State) => R::gain(before, after, modulation.before(t)),
        _ => after,
    }
}

//! Plasticity rules: what happens to a synapse at an arrival and at a spike of its target.
//!
//! A rule is one file: its [`Spec`] and the biology of one synapse, a [`PlasticityRule`]. What it is built into owns the
//! loops, the traces, both delays, bounds and signs, and the storage: sparse rows or a matrix.
//!
//! # When
//!
//! Synapses run on the clock of their target's soma. A spike of the source at t arrives at t + axonal + dendritic delay; a
//! spike of the target at t is seen at t + 2 · dendritic delay, because what arrives at the synapse together with it
//! reaches the soma one dendritic delay later. Differences and order are then exactly those at the synapse. An arrival adds
//! the weight that it finds, before it changes it.

mod anti_hebbian;
mod clock;
mod covariance;
mod error;
mod gain;
mod hebbian_rate;
mod history;
pub mod homeostasis;
pub mod inhibitory_stdp;
pub mod learn;
mod matrix;
pub mod modulation;
mod remote_supervised;
mod reward_stdp;
mod rows;
pub mod rule;
pub mod sleep_replay;
pub mod stdp_pair;
pub mod stdp_power_law;
pub mod stdp_symmetric;
pub mod stdp_triplet;
#[cfg(test)]
mod tests;

use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::{Duration, Time};
use crate::synapse::sparse::Sparse;
pub use error::LearnError;
pub use learn::{Learn, LearnMatrix, Synapse};
use matrix::PlasticMatrix;
pub use modulation::{Kinetics, Modulation};
use rows::PlasticRows;
pub use rule::{Memory, Modulated, PlasticityRule, Trace};

/// What a rule does to a target's column of a matrix when it fires, for rules that do nothing at arrivals: all of it is
/// done at once, in one vectorised pass.
pub trait ColumnRule: Send + Sync {
    /// At a spike of a target at `t`, after the arrivals of that instant were delivered: changes `weights`, the
    /// target's afferents, given when each afferent last arrived ([`Time::NEVER`] if it has not).
    fn post_spike(&self, t: Time, weights: &mut [f32], last_arrival: &[Time]);

    /// By how much most weights move at a time, if that is one number: what histograms of changes go by.
    fn step(&self) -> Option<f64> {
        None
    }
}

/// A plasticity rule in the registry.
pub struct Rule {
    /// The rule as users see it.
    pub spec: &'static Spec,
    /// Whether it takes weights with their sign, as those of trained networks are.
    pub is_signed: bool,
    /// Whether weights have finite bounds.
    pub is_bounded: bool,
    /// What a modulator does.
    pub modulated: Modulated,
    /// Whether a teacher acts on it.
    pub is_taught: bool,
    /// The parameter of which each target may have its own.
    pub own: Option<&'static str>,
    rows: BuildRows,
    matrix: BuildMatrix,
    /// Bounds of strengths.
    bounds: fn(&Values) -> Result<(f64, f64), ParameterError>,
    /// Checks values, extreme weights, and the longest dendritic delay.
    check: fn(&Values, &[f64], Duration) -> Result<(), BuildError>,
    /// Why it cannot become another one while it runs, if it cannot.
    obstacle: fn(&Values, &Values) -> Result<Option<&'static str>, ParameterError>,
    /// Builds what changes columns of a matrix, if it is such a rule.
    column: Option<BuildColumn>,
    /// What it is under some values, where that has traces of other kinds.
    form: Option<(Picks, &'static Rule)>,
}

/// Whether values ask for it.
type Picks = fn(&Values) -> bool;

/// What a rule builds.
type Built<T> = Result<Box<T>, BuildError>;

/// Builds sparse synapses onto a group of so many neurons.
type BuildRows = fn(&Values, Option<Kinetics>, Sparse<u16>, usize) -> Built<dyn Learn>;

/// Builds a matrix of these weights by source onto so many neurons, with so long a dendritic delay.
type BuildMatrix = fn(&Values, Option<Kinetics>, &[f32], usize, Duration) -> Built<dyn LearnMatrix>;

/// Builds what changes columns of a matrix.
type BuildColumn = fn(&Values) -> Built<dyn ColumnRule>;

/// Why a rule cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Its parameters.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The synapses that it is to change.
    #[error(transparent)]
    Learn(#[from] LearnError),
}

impl Rule {
    /// The entry of the rule `R`.
    pub const fn of<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>() -> Self {
        // Where nothing flows the container does not let a modulator act on states, nor the rule read it.
        assert!(R::FLOWS || matches!(R::MODULATED, Modulated::Gain));
        Self {
            spec: R::SPEC,
            is_signed: R::SIGNED,
            is_bounded: R::BOUNDED,
            modulated: R::MODULATED,
            is_taught: R::TAUGHT,
            own: R::OWN,
            rows: |values, modulator, synapses, n_target| {
                let rule = R::new(values)?;
                let rows =
                    PlasticRows::<R, f32, PRE, POST>::new(rule, modulator, synapses, n_target)?;
                Ok(Box::new(rows))
            },
            matrix: |values, modulator, weights, n_target, dendritic| {
                let rule = R::new(values)?;
                let matrix = PlasticMatrix::<R, PRE, POST>::new(
                    rule, modulator, weights, n_target, dendritic,
                )?;
                Ok(Box::new(matrix))
            },
            bounds: |values| Ok(R::new(values)?.bounds()),
            check: |values, weights, dendritic| {
                let rule = R::new(values)?;
                LearnError::sign_of(&rule, weights.iter().copied())?;
                LearnError::check_lag(&rule, dendritic)?;
                Ok(())
            },
            obstacle: |from, to| Ok(R::new(from)?.obstacle(&R::new(to)?)),
            column: None,
            form: None,
        }
    }

    /// The same, and `other` under values for which `is_other`.
    const fn with_form(mut self, is_other: Picks, other: &'static Rule) -> Self {
        self.form = Some((is_other, other));
        self
    }

    /// What it is under `values`.
    fn under(&self, values: &Values) -> &Rule {
        match self.form {
            Some((is_other, other)) if is_other(values) => other,
            _ => self,
        }
    }

    /// The same for a rule that changes columns of a matrix.
    const fn with_column(mut self, build: fn(&Values) -> Built<dyn ColumnRule>) -> Self {
        self.column = Some(build);
        self
    }
}

/// Every plasticity rule.
pub static REGISTRY: &[&Rule] = &[
    &sleep_replay::RULE,
    &stdp_pair::RULE,
    &stdp_triplet::RULE,
    &stdp_symmetric::RULE,
    &stdp_power_law::RULE,
    &inhibitory_stdp::RULE,
    &reward_stdp::RULE,
    &hebbian_rate::RULE,
    &anti_hebbian::RULE,
    &anti_hebbian::epoch::RULE,
    &remote_supervised::RULE,
    &covariance::RULE,
];

/// Every rule as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|rule| rule.spec).collect()
}

/// Every rule that takes weights with their sign and needs nothing but the spikes on both sides.
pub fn signed_specs() -> Vec<&'static Spec> {
    let signed = REGISTRY
        .iter()
        .filter(|rule| rule.is_signed && !rule.is_taught);
    signed.map(|rule| rule.spec).collect()
}

/// The rule called `name`.
///
/// # Errors
/// If there is none.
pub fn rule(name: &str) -> Result<&'static Rule, ParameterError> {
    let rule = REGISTRY.iter().find(|rule| rule.spec.name == name);
    let rule = rule.ok_or_else(|| ParameterError::UnknownModel(name.into()))?;
    Ok(rule)
}

impl Rule {
    /// Checks values for its parameters, and that it can change synapses with `weights` between two extremes and such
    /// dendritic delays at most.
    ///
    /// # Errors
    /// If a value is missing or out of range, or it cannot.
    pub fn check(
        &self,
        values: &Values,
        weights: &[f64],
        dendritic: Duration,
    ) -> Result<(), BuildError> {
        (self.under(values).check)(values, weights, dendritic)
    }

    /// Why what learns with the values `from` cannot go on with the values `to`, if it cannot.
    ///
    /// # Errors
    /// If a value is missing or out of range.
    pub fn obstacle(
        &self,
        from: &Values,
        to: &Values,
    ) -> Result<Option<&'static str>, ParameterError> {
        let (from_form, to_form) = (self.under(from), self.under(to));
        match std::ptr::eq(from_form, to_form) {
            true => (from_form.obstacle)(from, to),
            false => Ok(Some(rule::MADE_OF)),
        }
    }

    /// What strengths may be.
    ///
    /// # Errors
    /// If a value is missing or out of range.
    pub fn bounds(&self, values: &Values) -> Result<(f64, f64), ParameterError> {
        (self.under(values).bounds)(values)
    }

    /// `synapses` onto a group of `n_target` neurons that learn by it, with a modulator of such kinetics.
    ///
    /// # Errors
    /// If a value is missing or out of range, or the rule cannot change these synapses.
    pub fn rows(
        &self,
        values: &Values,
        modulator: Option<Kinetics>,
        synapses: Sparse<u16>,
        n_target: usize,
    ) -> Built<dyn Learn> {
        (self.under(values).rows)(values, modulator, synapses, n_target)
    }

    /// What lets `weights`, by source, onto a group of `n_target` neurons learn by it, with a modulator of such kinetics.
    ///
    /// # Errors
    /// If a value is missing or out of range, or the rule cannot change these weights.
    pub fn matrix(
        &self,
        values: &Values,
        modulator: Option<Kinetics>,
        weights: &[f32],
        n_target: usize,
        dendritic: Duration,
    ) -> Built<dyn LearnMatrix> {
        (self.under(values).matrix)(values, modulator, weights, n_target, dendritic)
    }

    /// What changes columns of a matrix, if it is such a rule.
    ///
    /// # Errors
    /// If a value is missing or out of range.
    pub fn column(&self, values: &Values) -> Result<Option<Box<dyn ColumnRule>>, BuildError> {
        self.column.map(|build| build(values)).transpose()
    }
}

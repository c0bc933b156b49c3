//! How fast the neurons of a population go: all alike, or each at its own pace.
//!
//! All else is the same for both: budgets, horizons, who is looked at when. Neurons that are alike share what a span of time
//! and an arrival do; of others each has constants of its own, and what arrivals add is computed for many at once.

mod alike;
mod own;

use std::fmt::Debug;

use crate::base::time::{Duration, Time};
use crate::neuron::lif_exp::clock::Decay;
use crate::neuron::lif_exp::crossing::Ahead;
use crate::neuron::lif_exp::derived::Derived;
use crate::neuron::lif_exp::kernel::Cell;
use crate::neuron::lif_exp::level::Distances;
use crate::neuron::lif_exp::state::State;
use crate::neuron::lif_exp::sweep::Found;
use crate::neuron::{Events, Growth, RowWeights};
pub(super) use alike::Alike;
pub(super) use own::{BYTES as OWN_BYTES, Own};

/// What time and arrivals do to the neurons of a population.
pub(super) trait Pace: Debug + Send + Sync {
    /// Whether all neurons share it.
    const ALIKE: bool;

    /// Constants of neuron `j`.
    fn of(&self, j: usize) -> &Derived;

    /// How long a horizon is.
    fn horizon(&self) -> Duration;

    /// The instant last advanced to is another one.
    fn move_on(&mut self);

    /// What has passed of the horizon after `ps` picoseconds of it and what is left, for neuron `j`; the same `ps` until it
    /// is told to [`move_on`](Self::move_on).
    fn passed(&mut self, j: usize, ps: f64) -> (Decay, Ahead);

    /// As [`Neurons::growth`](crate::neuron::Neurons::growth).
    fn growth(&self, weight: f64) -> Growth;

    /// Computes what arrivals at `instants` after `origin` will need, if that is the same for all neurons.
    fn expect(&mut self, instants: &[Time], origin: Time);

    /// Moves the clock's origin by so many picoseconds, or if none are given by a horizon, and sets every budget anew,
    /// counted from `distances` above v_inf.
    fn sweep(&self, cells: &mut [Cell], ps: Option<f64>, distances: Distances<'_>) -> Found;

    /// Adds `gain` times the weights of each of `rows` to all neurons; those whose budget is below 0 become candidates.
    fn add_to_all(&mut self, state: &mut State, rows: &[&[f32]], gain: f64);

    /// Adds weights to `targets`; those whose budget is below 0 become candidates.
    fn add_to_targets(&mut self, state: &mut State, targets: &[u16], weights: RowWeights<'_>);

    /// Adds each event to its target in order, up to and including the first that leaves a budget below 0; its index, if
    /// there is one. All are of one sign, and there is one.
    fn add_events(&mut self, state: &mut State, events: &Events<'_>) -> Option<usize>;
}

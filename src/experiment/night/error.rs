//! What goes wrong by night, or by day for what a night has left.

use crate::base::time::Time;

/// What makes a night leave large weights.
pub(super) const LARGE: &str = "weights become large where dreams go further than to their targets (`eta`), and where hidden neurons \
                                answer faintly (`init` of [mlp])";

/// Why a network cannot dream on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NightError {
    /// There is nothing to learn from.
    #[error(
        "night {night}: no hidden neuron answers to the dreams, expected some of the last hidden layer\n  help: raise `init` of [mlp], \
         or leave `decay` of [night] on: without it hidden weights are what the day has left"
    )]
    Silent {
        /// The night, from 1.
        night: usize,
    },
    /// Outputs that are no numbers.
    #[error(
        "night {night}: found outputs that are not finite in the dreams that were learnt\n  help: lower `eta` of [night]: {LARGE}"
    )]
    Diverged {
        /// The night, from 1.
        night: usize,
    },
    /// A weight that is no number.
    #[error(
        "night: found a weight of the output layer that is {weight} at {time}, expected a finite number\n  help: lower `eta` of [night]: \
         {LARGE}"
    )]
    Weight {
        /// The weight.
        weight: f64,
        /// When it was found.
        time: Time,
    },
    /// Training that does not bear what a night has left.
    #[error(
        "training after night {night} diverged in epoch {epoch}: found a loss or weight that is not finite at a learning rate of \
         {learning_rate}\n  help: lower `eta` or `target` of [night], or `learning_rate` of [mlp.training]: {LARGE}"
    )]
    Day {
        /// The night before, from 1.
        night: usize,
        /// The epoch, from 1.
        epoch: usize,
        /// The learning rate.
        learning_rate: f32,
    },
}

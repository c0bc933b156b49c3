//! Caching what was experienced awake.

use ndarray::Array2;

use crate::base::stream::Stream;
use crate::config::sleep_replay::{self, Salience};
use crate::memory::{Engram, Memory};
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;

/// Stores as many of the `images` of task `task` as `asked` says, drawn at random, in `memory`, as salient as they are to
/// `mlp`, which has learnt them. Whether any is salient, so that it can be replayed, or none is asked for.
pub(super) fn encode(
    memory: &mut Memory,
    asked: &sleep_replay::Memory,
    images: &Images,
    mlp: &Mlp,
    seed: u64,
    task: usize,
) -> bool {
    let mut is_salient = asked.encode == 0;
    let mut order: Vec<usize> = (0..images.len()).collect();
    Stream::new(seed, "memory.encode", task as u64).shuffle(&mut order);
    for &i in order.iter().take(asked.encode) {
        let mut row = Array2::zeros((1, images.pixels()));
        images.fill(std::iter::once(i), row.view_mut());
        let pattern: Vec<f32> = row.into_iter().collect();
        let class = images.label(i);
        let salience = match asked.salience {
            Salience::Equal => 1.0,
            Salience::Surprise => 1.0 - mlp.confidence(&pattern, class.into()),
        };
        is_salient |= salience > 0.0;
        memory.encode(Engram {
            pattern,
            class,
            salience,
        });
    }
    is_salient
}

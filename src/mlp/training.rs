//! Training by stochastic gradient descent with momentum and plain dropout, as the published work does it.
//!
//! - A batch is drawn in a fresh random order each epoch.
//! - Dropout sets hidden activations to 0 with probability `dropout` and does not rescale the others: outside training
//!   [`Mlp::keep`] does that.
//! - ReLU outputs minimise the squared error, and their error is not gated: δ = a − y even where a = 0, so a silent
//!   output of the right class learns. This is the gradient of ½·relu(z)² − y·z. Softmax outputs minimise the
//!   cross-entropy, δ = p − y.
//! - Momentum: v ← momentum·v + learning_rate·g with g the mean over the batch, then W ← W − v.
//!
//! Networks are trained on one thread each. The matrix library picks its kernels at run time, so training is outside
//! the promise that a run gives the same bits on every machine; on one machine it does.

mod lesson;

use std::ops::ControlFlow;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayViewMut2, Axis, s};

use super::images::Images;
use super::parameters::Parameters;
use super::perceptron::{Mlp, Output};
use crate::base::distribution::standard_normal;
use crate::base::function;
use crate::base::stream::Stream;
use crate::base::vector::vectorized;

pub use lesson::Lesson;

/// How a network is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// Images per step, at least 1.
    pub batch: usize,
    /// Factor on the gradient.
    pub learning_rate: f32,
    /// Share of the last step that goes into the next, 0 to 1.
    pub momentum: f32,
    /// Probability that a hidden activation is set to 0, from 0 to below 1; the network's `keep` is 1 − dropout.
    pub dropout: f32,
    /// Added to the gradient of a weight is this share of the weight (L2), 0 or more; biases are left alone.
    pub weight_decay: f32,
    /// Standard deviation of Gaussian noise on each pixel, drawn anew each time an image is shown, in units of full scale; pixels stay
    /// within 0 and 1. Drawn from the lesson's own stream for it.
    pub noise: f32,
}

/// Why training failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainingError {
    /// The loss or a weight is infinite or not a number.
    #[error(
        "training diverged in epoch {epoch}: found a loss or weight that is not finite at a learning rate of {learning_rate}\n  \
         help: lower `learning_rate` of `[mlp.training]`"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The learning rate.
        learning_rate: f32,
    },
    /// The same of a network that has slept before.
    #[error(
        "training after sleep {sleep} diverged in epoch {epoch}: found a loss or weight that is not finite at a learning rate of \
         {learning_rate}\n  help: lower `increment` and `decrement` of `[plasticity]`, or `learning_rate` of `[mlp.training]`: sleep \
         may leave weights from which training cannot go on"
    )]
    DivergedAfter {
        /// The last sleep before, from 1.
        sleep: usize,
        /// The epoch, from 1.
        epoch: usize,
        /// The learning rate.
        learning_rate: f32,
    },
}

impl TrainingError {
    /// The same of a network that has slept so many times before.
    pub fn after_sleeps(self, sleeps: usize) -> Self {
        match self {
            Self::Diverged {
                epoch,
                learning_rate,
            } if sleeps > 0 => Self::DivergedAfter {
                sleep: sleeps,
                epoch,
                learning_rate,
            },
            other => other,
        }
    }
}

/// What has been done after a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Images shown since training began.
    pub images: usize,
    /// Mean loss per image in this epoch so far.
    pub loss: f64,
}

/// Training in progress: what is kept from task to task and across sleeps (the momentum), and room to compute.
#[derive(Debug, Clone)]
pub struct Trainer {
    training: Training,
    steps: Vec<Step>,
    /// Per layer, the input first: activations, shape (images of the largest batch so far, neurons).
    activations: Vec<Array2<f32>>,
    /// Per layer but the input: errors δ, of the same shape.
    deltas: Vec<Array2<f32>>,
}

/// The last change of a layer, "v".
#[derive(Debug, Clone)]
struct Step {
    weights: Array2<f32>,
    bias: Option<Array1<f32>>,
}

impl Trainer {
    /// A trainer for networks of the shape of `mlp`, at rest.
    pub fn new(mlp: &Mlp, training: Training) -> Self {
        let steps = mlp.layers.iter().map(|layer| Step {
            weights: Array2::zeros(layer.weights.raw_dim()),
            bias: layer.bias.as_ref().map(|bias| Array1::zeros(bias.len())),
        });
        let activations: Vec<_> = mlp
            .sizes()
            .into_iter()
            .map(|neurons| Array2::zeros((0, neurons)))
            .collect();
        Self {
            training,
            steps: steps.collect(),
            deltas: activations[1..].to_vec(),
            activations,
        }
    }

    /// Whether images are learnt with noise.
    pub fn has_noise(&self) -> bool {
        self.training.noise > 0.0
    }

    /// The momentum.
    pub fn parameters(&self) -> Parameters {
        let steps = self.steps.iter();
        Parameters::of(steps.map(|step| (&step.weights, step.bias.as_ref())))
    }

    /// Takes on the momentum of a network of this shape; false if it is of another.
    pub fn restore(&mut self, momentum: &Parameters) -> bool {
        let steps = self.steps.iter_mut();
        momentum.restore(steps.map(|step| (&mut step.weights, step.bias.as_mut())))
    }

    /// Trains `mlp` for `epochs` passes over `images`; order and dropout come from `stream`. `progress` is told after
    /// every batch and may stop the training, which is then returned.
    ///
    /// # Errors
    /// [`TrainingError::Diverged`].
    ///
    /// # Panics
    /// If `mlp` has another shape than the network of [`Trainer::new`], its input does not fit the images, or `batch`
    /// is 0.
    pub fn train(
        &mut self,
        mlp: &mut Mlp,
        images: &Images,
        epochs: usize,
        stream: &mut Stream,
        mut progress: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, TrainingError> {
        let mut lesson = Lesson::new(images.len(), epochs, stream.clone());
        let mut outcome = ControlFlow::Continue(());
        while outcome.is_continue()
            && let Some(so_far) = self.step(mlp, images, &mut lesson)?
        {
            outcome = progress(so_far);
        }
        stream.clone_from(lesson.stream());
        Ok(outcome)
    }

    /// One step of `lesson`, on the next batch of its `images`; `None` once it is over.
    ///
    /// # Errors
    /// [`TrainingError::Diverged`].
    ///
    /// # Panics
    /// As [`Trainer::train`], and if the lesson is of another number of images.
    pub fn step(
        &mut self,
        mlp: &mut Mlp,
        images: &Images,
        lesson: &mut Lesson,
    ) -> Result<Option<Progress>, TrainingError> {
        assert_eq!(lesson.images(), images.len(), "a lesson of these images");
        let chosen = lesson.take(self.training.batch);
        if chosen.is_empty() {
            return Ok(None);
        }
        let loss = self.batch(mlp, images, &chosen, lesson);
        let so_far = lesson.add(loss);
        let epoch_ends = lesson.is_between_epochs();
        if !so_far.loss.is_finite() || epoch_ends && !is_finite(mlp) {
            return Err(TrainingError::Diverged {
                epoch: lesson.epoch(),
                learning_rate: self.training.learning_rate,
            });
        }
        Ok(Some(so_far))
    }

    /// Makes room for a batch of `n` images, which may be far fewer than a batch has at most.
    fn hold(&mut self, n: usize) {
        for rows in self.activations.iter_mut().chain(&mut self.deltas) {
            if rows.nrows() < n {
                *rows = Array2::zeros((n, rows.ncols()));
            }
        }
    }

    /// One step on the images `chosen`; the sum of their losses before it.
    fn batch(
        &mut self,
        mlp: &mut Mlp,
        images: &Images,
        chosen: &[u32],
        lesson: &mut Lesson,
    ) -> f64 {
        let n = chosen.len();
        self.hold(n);
        let rows = s![..n, ..];
        let last = mlp.layers.len() - 1;
        let numbers = chosen.iter().map(|&i| i as usize);
        images.fill(numbers.clone(), self.activations[0].slice_mut(rows));
        if let Some(noise) = lesson.noise() {
            let sd = self.training.noise;
            self.activations[0].slice_mut(rows).mapv_inplace(|x| {
                let drawn = standard_normal(noise) as f32;
                (x + sd * drawn).clamp(0.0, 1.0)
            });
        }
        let stream = lesson.stream();
        for (l, layer) in mlp.layers.iter().enumerate() {
            let (below, above) = self.activations.split_at_mut(l + 1);
            let mut above = above[0].slice_mut(rows);
            general_mat_mul(
                1.0,
                &below[l].slice(rows),
                &layer.weights.t(),
                0.0,
                &mut above,
            );
            if let Some(bias) = &layer.bias {
                above += bias;
            }
            if let (true, Some(above)) = (l < last, above.as_slice_mut()) {
                relu_and_drop(above, self.training.dropout, stream);
            }
        }
        let labels = numbers.map(|i| usize::from(images.label(i)));
        let loss = output_error(
            mlp.output,
            self.activations[last + 1].slice_mut(rows),
            labels,
            self.deltas[last].slice_mut(rows),
        );
        let rate = self.training.learning_rate / n as f32;
        let momentum = self.training.momentum;
        for (l, layer) in mlp.layers.iter_mut().enumerate().rev() {
            let (deltas_below, deltas) = self.deltas.split_at_mut(l);
            let delta = deltas[0].slice(rows);
            let below = self.activations[l].slice(rows);
            if let Some(delta_below) = deltas_below.last_mut() {
                let mut delta_below = delta_below.slice_mut(rows);
                general_mat_mul(1.0, &delta, &layer.weights, 0.0, &mut delta_below);
                if let (Some(delta), Some(a)) = (delta_below.as_slice_mut(), below.as_slice()) {
                    gate(delta, a);
                }
            }
            let step = &mut self.steps[l];
            general_mat_mul(rate, &delta.t(), &below, momentum, &mut step.weights);
            if self.training.weight_decay > 0.0 {
                let pull = self.training.learning_rate * self.training.weight_decay;
                step.weights.scaled_add(pull, &layer.weights);
            }
            match (layer.weights.as_slice_mut(), step.weights.as_slice()) {
                (Some(weights), Some(step)) => subtract(weights, step),
                // Weights from elsewhere may lie column by column.
                _ => layer.weights -= &step.weights,
            }
            if let (Some(bias), Some(step)) = (&mut layer.bias, &mut step.bias) {
                *step *= momentum;
                step.scaled_add(rate, &delta.sum_axis(Axis(0)));
                *bias -= &*step;
            }
        }
        loss
    }
}

fn is_finite(mlp: &Mlp) -> bool {
    mlp.layers.iter().all(|layer| {
        let weights = layer.weights.iter().all(|w| w.is_finite());
        weights && layer.bias.iter().flatten().all(|b| b.is_finite())
    })
}

vectorized! {
    /// Errors of silent neurons are 0. A dropped neuron has activation 0 too, so this gates by ReLU and by dropout.
    fn gate(deltas: &mut [f32], activations: &[f32]) {
        for (delta, &a) in deltas.iter_mut().zip(activations) {
            *delta = if a > 0.0 { *delta } else { 0.0 };
        }
    }
}

vectorized! {
    /// ReLU. NaN stays, so that divergence shows in the loss.
    fn relu(z: &mut [f32]) {
        for z in z {
            *z = if *z <= 0.0 { 0.0 } else { *z };
        }
    }
}

vectorized! {
    /// ReLU, and 0 where the random number lies below the threshold. NaN stays unless dropped.
    fn relu_and_mask(z: &mut [f32], random: &[u16], threshold: u16) {
        for (z, &random) in z.iter_mut().zip(random) {
            *z = if *z <= 0.0 || random < threshold { 0.0 } else { *z };
        }
    }
}

vectorized! {
    /// `weights -= step`.
    fn subtract(weights: &mut [f32], step: &[f32]) {
        for (weight, &step) in weights.iter_mut().zip(step) {
            *weight -= step;
        }
    }
}

/// ReLU, then 0 with probability `dropout`.
fn relu_and_drop(activations: &mut [f32], dropout: f32, stream: &mut Stream) {
    if dropout <= 0.0 {
        return relu(activations);
    }
    // 16 random bits per neuron are plenty; four neurons share one draw.
    let threshold = (dropout * 65_536.0) as u16;
    let mut random = [0; 256];
    for piece in activations.chunks_mut(random.len()) {
        for four in random.chunks_exact_mut(4) {
            let bits = stream.bits();
            for (random, shift) in four.iter_mut().zip([0, 16, 32, 48]) {
                *random = (bits >> shift) as u16;
            }
        }
        relu_and_mask(piece, &random, threshold);
    }
}

/// Turns the last layer's sums `z` into activations, writes the errors and returns the sum of the losses.
fn output_error(
    output: Output,
    mut z: ArrayViewMut2<'_, f32>,
    labels: impl Iterator<Item = usize>,
    mut deltas: ArrayViewMut2<'_, f32>,
) -> f64 {
    let mut loss = 0.0;
    let rows = z.rows_mut().into_iter().zip(deltas.rows_mut());
    for ((mut z, mut delta), label) in rows.zip(labels) {
        match output {
            Output::Relu => {
                // Not `max`, which would hide NaN.
                z.mapv_inplace(|z| if z <= 0.0 { 0.0 } else { z });
                for (class, (&a, delta)) in z.iter().zip(&mut delta).enumerate() {
                    *delta = a - f32::from(u8::from(class == label));
                    loss += 0.5 * f64::from(*delta) * f64::from(*delta);
                }
            }
            Output::Softmax => {
                let largest = z.fold(f32::NEG_INFINITY, |largest, &z| largest.max(z));
                let target = z.get(label).map_or(f64::NAN, |&z| f64::from(z - largest));
                z.mapv_inplace(|z| function::exp(f64::from(z - largest)) as f32);
                let sum = z.sum();
                loss += function::ln(f64::from(sum)) - target;
                for (class, (&e, delta)) in z.iter().zip(&mut delta).enumerate() {
                    *delta = e / sum - f32::from(u8::from(class == label));
                }
            }
        }
    }
    loss
}

#[cfg(test)]
mod tests;

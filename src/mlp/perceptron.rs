//! A multilayer perceptron with ReLU hidden layers: the network that is trained, sleeps and is tested.

use ndarray::{Array1, Array2, ArrayView2, Zip};

use super::images::BATCH;
use super::parameters::Parameters;
use crate::base::function::exp;
use crate::base::stream::Stream;

/// What the output layer computes, and with it the loss that training minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// ReLU with squared error, as in the published work.
    Relu,
    /// Softmax with cross-entropy.
    Softmax,
}

/// One linear layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Weights, shape (n_out, n_in): row j holds the afferents of neuron j, as PyTorch stores them.
    pub weights: Array2<f32>,
    /// Biases, length n_out, or none (as in the published work).
    pub bias: Option<Array1<f32>>,
}

/// A multilayer perceptron. Hidden layers are ReLU.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// Layers from input to output; `layers[l].weights.ncols() == layers[l - 1].weights.nrows()`. Never empty.
    pub layers: Vec<Layer>,
    /// Nonlinearity of the last layer.
    pub output: Output,
    /// Factor on hidden activations outside training: 1 − dropout ("plain" dropout scales when testing).
    pub keep: f32,
}

/// What a network makes of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The class: the output unit with the largest activation, the first of equals.
    pub class: usize,
    /// Whether all are equal, as where no output unit is active.
    pub is_undecided: bool,
}

impl Mlp {
    /// A network of `sizes` neurons per layer (input first) with weights uniform in ±`half_width`, each layer from
    /// its own stream of `seed`. Biases, when asked for, start at zero.
    pub fn random(
        sizes: &[usize],
        bias: bool,
        half_width: f32,
        output: Output,
        keep: f32,
        seed: u64,
    ) -> Self {
        let layers = sizes
            .windows(2)
            .enumerate()
            .map(|(l, pair)| {
                let mut stream = Stream::new(seed, "mlp.init", l as u64);
                let weights = Array2::from_shape_simple_fn((pair[1], pair[0]), || {
                    ((2.0 * stream.uniform() - 1.0) * f64::from(half_width)) as f32
                });
                Layer {
                    weights,
                    bias: bias.then(|| Array1::zeros(pair[1])),
                }
            })
            .collect();
        Self {
            layers,
            output,
            keep,
        }
    }

    /// A network of `sizes` neurons per layer (input first) with all weights 0 and no biases.
    pub fn zeros(sizes: &[usize], output: Output) -> Self {
        let layer = |pair: &[usize]| Layer {
            weights: Array2::zeros((pair[1], pair[0])),
            bias: None,
        };
        Self {
            layers: sizes.windows(2).map(layer).collect(),
            output,
            keep: 1.0,
        }
    }

    /// Neurons per layer, input first.
    pub fn sizes(&self) -> Vec<usize> {
        let input = self.layers.first().map(|layer| layer.weights.ncols());
        input
            .into_iter()
            .chain(self.layers.iter().map(|layer| layer.weights.nrows()))
            .collect()
    }

    /// Gives layers without biases some that are 0, as where a file has them for some layers alone.
    pub fn complete_biases(&mut self) {
        for Layer { weights, bias } in &mut self.layers {
            bias.get_or_insert_with(|| Array1::zeros(weights.nrows()));
        }
    }

    /// Activations of every layer but the input for `images` of shape (n, pixels), as in testing: hidden layers are
    /// scaled by `keep`, the output layer is not.
    pub fn activations(&self, images: ArrayView2<'_, f32>) -> Vec<Array2<f32>> {
        let last = self.layers.len() - 1;
        let mut all: Vec<Array2<f32>> = Vec::with_capacity(self.layers.len());
        for (l, layer) in self.layers.iter().enumerate() {
            let mut a = match all.last() {
                None => images.dot(&layer.weights.t()),
                Some(below) => below.dot(&layer.weights.t()),
            };
            if let Some(bias) = &layer.bias {
                a += bias;
            }
            if l < last {
                a.mapv_inplace(|x| x.max(0.0) * self.keep);
            } else if self.output == Output::Relu {
                a.mapv_inplace(|x| x.max(0.0));
            }
            all.push(a);
        }
        all
    }

    /// What the network makes of each image. Softmax does not change the order of outputs, so it is not computed.
    pub fn answers(&self, images: ArrayView2<'_, f32>) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(images.nrows());
        for batch in images.axis_chunks_iter(ndarray::Axis(0), BATCH) {
            let Some(output) = self.activations(batch).pop() else {
                break;
            };
            answers.extend(output.rows().into_iter().map(|row| {
                let mut best = 0;
                for (class, &a) in row.iter().enumerate() {
                    if a > row[best] {
                        best = class;
                    }
                }
                Answer {
                    class: best,
                    is_undecided: row.len() > 1 && row.iter().all(|&a| a == row[best]),
                }
            }));
        }
        answers
    }

    /// Share of the output that is of `class` for an image, 0 to 1: of the probability where the output is one, of the sum of
    /// activations else; 0 of none at all.
    pub fn confidence(&self, image: &[f32], class: usize) -> f64 {
        let image = ArrayView2::from_shape((1, image.len()), image);
        let output = image.ok().and_then(|image| self.activations(image).pop());
        let mut output: Vec<f64> = output.iter().flatten().map(|&a| f64::from(a)).collect();
        if self.output == Output::Softmax {
            let most = output.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            output.iter_mut().for_each(|a| *a = exp(*a - most));
        }
        let sum: f64 = output.iter().sum();
        let own = output.get(class).copied().unwrap_or_default();
        if sum > 0.0 { own / sum } else { 0.0 }
    }

    /// Its weights and biases.
    pub fn parameters(&self) -> Parameters {
        let layers = self.layers.iter();
        Parameters::of(layers.map(|layer| (&layer.weights, layer.bias.as_ref())))
    }

    /// Takes on weights and biases of a network of this shape; false if they are of another.
    pub fn restore(&mut self, parameters: &Parameters) -> bool {
        let layers = self.layers.iter_mut();
        parameters.restore(layers.map(|layer| (&mut layer.weights, layer.bias.as_mut())))
    }

    /// The mean of the weights of several networks of one shape: the null model beside which every result of sleep
    /// is shown.
    ///
    /// # Panics
    /// If `networks` is empty or the shapes differ.
    pub fn mean(networks: &[Self]) -> Self {
        let mut mean = networks[0].clone();
        let n = networks.len() as f32;
        for (l, layer) in mean.layers.iter_mut().enumerate() {
            for other in &networks[1..] {
                layer.weights += &other.layers[l].weights;
                if let (Some(sum), Some(bias)) = (&mut layer.bias, &other.layers[l].bias) {
                    *sum += bias;
                }
            }
            Zip::from(&mut layer.weights).for_each(|w| *w /= n);
            if let Some(bias) = &mut layer.bias {
                *bias /= n;
            }
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn two_layers() -> Mlp {
        let layers = vec![
            Layer {
                weights: array![[1.0, -1.0], [0.5, 0.5]],
                bias: None,
            },
            Layer {
                weights: array![[2.0, 0.0], [0.0, 4.0]],
                bias: Some(array![0.0, -1.0]),
            },
        ];
        Mlp {
            layers,
            output: Output::Relu,
            keep: 0.5,
        }
    }

    #[test]
    fn activations_by_hand() {
        let all = two_layers().activations(array![[3.0, 1.0], [1.0, 3.0]].view());
        // Hidden: relu([2, 2]) · 0.5 and relu([-2, 2]) · 0.5; output: [2·1, 4·1 − 1] and [0, 3].
        assert_eq!(all[0], array![[1.0, 1.0], [0.0, 1.0]]);
        assert_eq!(all[1], array![[2.0, 3.0], [0.0, 3.0]]);
    }

    #[test]
    fn the_first_of_equal_outputs_wins() {
        let silent = two_layers().answers(array![[0.0, 0.0]].view());
        let first = Answer {
            class: 0,
            is_undecided: true,
        };
        assert_eq!(silent, [first]);
        let heard = two_layers().answers(array![[3.0, 1.0]].view());
        assert!(!heard[0].is_undecided);
    }

    #[test]
    fn mean_of_two() {
        let a = two_layers();
        let mut b = a.clone();
        b.layers[0].weights[[0, 0]] = 3.0;
        assert_eq!(Mlp::mean(&[a, b]).layers[0].weights[[0, 0]], 2.0);
    }

    #[test]
    fn confidence_is_the_share_of_a_class() {
        let mut mlp = two_layers();
        // Outputs 2 and 3, as above.
        assert!((mlp.confidence(&[3.0, 1.0], 0) - 0.4).abs() < 1e-12);
        assert_eq!(mlp.confidence(&[0.0, 0.0], 0), 0.0);
        mlp.output = Output::Softmax;
        let expected = 1.0 / (1.0 + 1.0_f64.exp());
        assert!((mlp.confidence(&[3.0, 1.0], 0) - expected).abs() < 1e-12);
    }
}

//! The numbers of a network, or the momentum of its training, out of their matrices and back.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use crate::base::bytes::floats;

/// Layer by layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters(Vec<Layer>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Layer {
    /// Rows and columns of the matrix.
    shape: (usize, usize),
    /// The matrix row by row.
    #[serde(with = "floats")]
    weights: Vec<f32>,
    /// A number per row, where there are biases.
    bias: Option<Vec<f32>>,
}

impl Parameters {
    pub(super) fn of<'a>(
        layers: impl Iterator<Item = (&'a Array2<f32>, Option<&'a Array1<f32>>)>,
    ) -> Self {
        let bias = |bias: &Array1<f32>| bias.iter().copied().collect();
        let layer = |(weights, biases): (&Array2<f32>, Option<&Array1<f32>>)| Layer {
            shape: weights.dim(),
            weights: weights.iter().copied().collect(),
            bias: biases.map(bias),
        };
        Self(layers.map(layer).collect())
    }

    /// The matrices, row by row.
    pub fn matrices(&self) -> impl Iterator<Item = &[f32]> {
        self.0.iter().map(|layer| &layer.weights[..])
    }

    /// Puts the numbers in the place of those of `layers`, whose matrices stay as they lie in memory; false if there
    /// are of another shape.
    pub(super) fn restore<'a>(
        &self,
        layers: impl Iterator<Item = (&'a mut Array2<f32>, Option<&'a mut Array1<f32>>)>,
    ) -> bool {
        let layers: Vec<_> = layers.collect();
        let fits = layers.len() == self.0.len()
            && layers.iter().zip(&self.0).all(|(own, layer)| {
                let biases = own.1.as_ref().map(|bias| bias.len());
                let shape = own.0.dim() == layer.shape && own.0.len() == layer.weights.len();
                shape && biases == layer.bias.as_ref().map(Vec::len)
            });
        if !fits {
            return false;
        }
        for ((own, own_bias), layer) in layers.into_iter().zip(&self.0) {
            let weights = own.iter_mut().zip(&layer.weights);
            weights.for_each(|(own, &w)| *own = w);
            if let (Some(own), Some(bias)) = (own_bias, &layer.bias) {
                own.iter_mut().zip(bias).for_each(|(own, &b)| *own = b);
            }
        }
        true
    }
}

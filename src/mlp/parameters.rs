//! The numbers of a network, or the momentum of its training, out of their matrices and back.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

/// Per layer, a matrix row by row, and a number per row where there are biases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters(Vec<(Vec<f32>, Option<Vec<f32>>)>);

impl Parameters {
    pub(super) fn of<'a>(
        layers: impl Iterator<Item = (&'a Array2<f32>, Option<&'a Array1<f32>>)>,
    ) -> Self {
        let bias = |bias: &Array1<f32>| bias.iter().copied().collect();
        let layer = |(weights, biases): (&Array2<f32>, Option<&Array1<f32>>)| {
            (weights.iter().copied().collect(), biases.map(bias))
        };
        Self(layers.map(layer).collect())
    }

    /// The matrices, row by row.
    pub fn matrices(&self) -> impl Iterator<Item = &[f32]> {
        self.0.iter().map(|(weights, _)| &weights[..])
    }

    /// Puts the numbers in the place of those of `layers`, whose matrices stay as they lie in memory; false if there
    /// are more or fewer of them.
    pub(super) fn restore<'a>(
        &self,
        layers: impl Iterator<Item = (&'a mut Array2<f32>, Option<&'a mut Array1<f32>>)>,
    ) -> bool {
        let layers: Vec<_> = layers.collect();
        let fits = layers.len() == self.0.len()
            && layers.iter().zip(&self.0).all(|(own, (weights, bias))| {
                let biases = own.1.as_ref().map(|bias| bias.len());
                own.0.len() == weights.len() && biases == bias.as_ref().map(Vec::len)
            });
        if !fits {
            return false;
        }
        for ((own, own_bias), (weights, bias)) in layers.into_iter().zip(&self.0) {
            own.iter_mut().zip(weights).for_each(|(own, &w)| *own = w);
            if let (Some(own), Some(bias)) = (own_bias, bias) {
                own.iter_mut().zip(bias).for_each(|(own, &b)| *own = b);
            }
        }
        true
    }
}

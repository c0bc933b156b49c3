//! From activations to spikes: how strongly each layer of the spiking network is driven.
//!
//! In the spiking network a spike of neuron i moves the potential of neuron j by `gain · W_ji`, one gain per layer:
//! gain_l = scale × factor_l, the factors coming from calibration images. Or the gains are given, and nothing of this
//! is needed.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::images::Images;
use super::perceptron::Mlp;

/// How the factors of the layers are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// From the largest weight or activation of each layer (Tadros et al. 2022, Nat Commun 13:7742, after Diehl et al.
    /// 2015, IJCNN), as published:
    /// ```text
    /// previous = 1
    /// for each layer:  s = the largest of its weights, its activations and 0
    ///                  applied = s / previous;  factor = 1 / applied;  previous = applied
    /// ```
    /// where Diehl et al. have `previous = s`. Activations are those of testing: ReLU, hidden layers times `keep`.
    DataMax,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 1] = [Self::DataMax];

    /// The name in a model file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataMax => "data_max",
        }
    }

    /// One factor per layer of `mlp`, with the statistics of `images`.
    ///
    /// # Errors
    /// If a layer has neither a positive weight nor a positive activation, or one that is not finite.
    ///
    /// # Panics
    /// If the images do not fit the network's input.
    pub fn factors(self, mlp: &Mlp, images: &[Images]) -> Result<Vec<f64>, ConversionError> {
        match self {
            Self::DataMax => {
                let mut calibration = Calibration::new(mlp);
                while calibration.step(mlp, images).is_continue() {}
                calibration.factors()
            }
        }
    }
}

/// The statistics of [`Method::DataMax`] as far as they are known: taken in pieces that nobody waits for. Saved and read
/// back, they go on to the same factors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The largest weight or activation of each layer so far, at least 0; NaN where there is one.
    largest: Vec<f32>,
    /// The set of images at hand, and how many of it have been seen.
    set: usize,
    seen: usize,
}

impl Calibration {
    /// The weights of `mlp`.
    pub fn new(mlp: &Mlp) -> Self {
        let weights = mlp.layers.iter().map(|layer| largest(0.0, &layer.weights));
        Self {
            largest: weights.collect(),
            set: 0,
            seen: 0,
        }
    }

    /// Takes the activations of `mlp` under the next batch of `images` into account; breaks once all have been seen.
    ///
    /// # Panics
    /// If the images do not fit the network's input.
    pub fn step(&mut self, mlp: &Mlp, images: &[Images]) -> ControlFlow<()> {
        let Some(set) = images.get(self.set) else {
            return ControlFlow::Break(());
        };
        if self.seen < set.len() {
            let (batch, _) = set.batch(self.seen);
            for (so_far, a) in self.largest.iter_mut().zip(mlp.activations(batch.view())) {
                *so_far = largest(*so_far, &a);
            }
            self.seen += batch.nrows();
        } else {
            (self.set, self.seen) = (self.set + 1, 0);
        }
        ControlFlow::Continue(())
    }

    /// One factor per layer.
    ///
    /// # Errors
    /// As [`Method::factors`].
    pub fn factors(&self) -> Result<Vec<f64>, ConversionError> {
        let mut previous = 1.0;
        let largest = self.largest.iter().enumerate();
        largest
            .map(|(l, &s)| {
                let layer = l + 1;
                if !s.is_finite() {
                    return Err(ConversionError::NotFinite { layer });
                }
                if s <= 0.0 {
                    return Err(ConversionError::Silent { layer });
                }
                let applied = f64::from(s) / previous;
                previous = applied;
                Ok(1.0 / applied)
            })
            .collect()
    }

    /// Whether the statistics of a network of `layers` layers after the input may stand here.
    pub fn fits(&self, layers: usize) -> bool {
        self.largest.len() == layers
    }
}

/// Why a network cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// A layer that never does anything.
    #[error(
        "conversion: found no positive weight and no positive activation in layer {layer}, expected at least one"
    )]
    Silent {
        /// The layer, 1 being the first after the input.
        layer: usize,
    },
    /// Infinite or not a number.
    #[error(
        "conversion: found a weight or activation that is not finite in layer {layer}, expected finite numbers"
    )]
    NotFinite {
        /// The layer, 1 being the first after the input.
        layer: usize,
    },
}

/// The gain of each layer: `scale` × factor.
pub fn gains(scale: f64, factors: &[f64]) -> Vec<f64> {
    factors.iter().map(|factor| scale * factor).collect()
}

/// The largest of `start` and `values`; NaN where there is one.
fn largest(start: f32, values: &ndarray::ArrayRef2<f32>) -> f32 {
    values.iter().fold(start, |largest, &x| {
        // Unlike `f32::max`, keeps NaN.
        if largest.is_nan() || x <= largest {
            largest
        } else {
            x
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::idx::ImageFile;
    use crate::mlp::perceptron::{Layer, Output};
    use ndarray::{Array2, array};

    fn network(weights: [Array2<f32>; 2]) -> Mlp {
        let layer = |weights| Layer {
            weights,
            bias: None,
        };
        Mlp {
            layers: weights.map(layer).into(),
            output: Output::Relu,
            keep: 0.5,
        }
    }

    fn images(pixels: &[u8]) -> Images {
        let file = ImageFile {
            width: 2,
            height: 1,
            pixels: pixels.to_vec(),
        };
        Images::new(file, vec![0; pixels.len() / 2])
    }

    #[test]
    fn data_max_by_hand() {
        let mlp = network([array![[4.0, 8.0], [-9.0, 2.0]], array![[0.25, 0.5]]]);
        // Images [1, 1] and [1, 0]. Hidden: relu([12, -7])·0.5 = [6, 0] and [2, 0]; largest of these and 8: 8.
        // Output: 6 · 0.25 = 1.5, not scaled; largest of 1.5, 0.5: 1.5.
        // applied: 8 / 1 = 8, then 1.5 / 8 = 0.1875; factors 1/8 and 16/3.
        let both = [images(&[255, 255]), images(&[255, 0])];
        let factors = Method::DataMax.factors(&mlp, &both).unwrap();
        assert_eq!(factors, [0.125, 1.0 / 0.1875]);
        // Without [1, 1]: hidden [2, 0] < 8; output 0.5, and the weight 0.5.
        let factors = Method::DataMax.factors(&mlp, &both[1..]).unwrap();
        assert_eq!(factors, [0.125, 16.0]);
        assert_eq!(gains(2.0, &factors), [0.25, 32.0]);
    }

    #[test]
    fn the_next_layer_is_divided_by_what_was_applied() {
        let eight = array![[8.0]];
        let layers = [eight.clone(), eight.clone(), eight].map(|weights| Layer {
            weights,
            bias: None,
        });
        let mlp = Mlp {
            layers: layers.into(),
            output: Output::Relu,
            keep: 1.0,
        };
        // Largest 8, 8, 8 on a dark image. applied 8, 1, 8 (with previous = s it would be 8, 1, 1).
        let file = ImageFile {
            width: 1,
            height: 1,
            pixels: vec![0],
        };
        let dark = Images::new(file, vec![0]);
        let factors = Method::DataMax.factors(&mlp, &[dark]).unwrap();
        assert_eq!(factors, [0.125, 1.0, 0.125]);
    }

    #[test]
    fn silent_and_broken_layers_are_refused() {
        let bright = [images(&[255, 255])];
        let mut mlp = network([array![[1.0, 1.0]], array![[-1.0]]]);
        let silent = Method::DataMax.factors(&mlp, &bright);
        assert_eq!(silent, Err(ConversionError::Silent { layer: 2 }));
        mlp.layers[0].weights[[0, 1]] = f32::NAN;
        let broken = Method::DataMax.factors(&mlp, &bright);
        assert_eq!(broken, Err(ConversionError::NotFinite { layer: 1 }));
        mlp.layers[0].weights[[0, 1]] = f32::INFINITY;
        let broken = Method::DataMax.factors(&mlp, &[]);
        assert_eq!(broken, Err(ConversionError::NotFinite { layer: 1 }));
    }
}

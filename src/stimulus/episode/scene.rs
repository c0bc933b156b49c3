//! What a dream may be drawn from.

use crate::base::distribution::standard_normal;
use crate::base::function::normal_quantile;
use crate::base::stream::Stream;
use crate::memory::sketch::Palette;

/// What is played.
#[derive(Debug, Clone, PartialEq)]
pub enum Scenes {
    /// These patterns, as they are.
    Patterns(Vec<Vec<f32>>),
    /// Pixels that are on or off, near ones together.
    Field(Field),
    /// A dream of a class each, all as long as this where it is given: a gain control of the input.
    Palettes(Vec<Palette>, Option<f64>),
}

impl Scenes {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Patterns(patterns) => patterns.len(),
            Self::Field(_) => 1,
            Self::Palettes(palettes, _) => palettes.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Most that the pixels of one may add up to.
    pub fn most(&self) -> f64 {
        match self {
            Self::Patterns(patterns) => {
                let sum = |row: &Vec<f32>| row.iter().map(|&x| f64::from(x)).sum();
                patterns.iter().map(sum).fold(0.0, f64::max)
            }
            Self::Field(field) => field.below.len() as f64,
            Self::Palettes(palettes, length) => {
                let pixels = palettes.iter().map(|palette| palette.mean.len());
                let pixels = pixels.max().unwrap_or(0) as f64;
                // Of all of one length the sum is largest where all pixels are equal.
                length.map_or(pixels, |length| length * pixels.sqrt())
            }
        }
    }

    /// Draws what scene number `at` is this time; nothing where there is none.
    pub fn draw(&self, at: usize, stream: &mut Stream) -> Vec<f32> {
        match self {
            Self::Patterns(patterns) => patterns.get(at).cloned().unwrap_or_default(),
            Self::Field(field) => field.draw(stream),
            Self::Palettes(palettes, length) => {
                let Some(palette) = palettes.get(at) else {
                    return Vec::new();
                };
                let mut dream = palette.draw(stream);
                let square: f64 = dream.iter().map(|&x| f64::from(x).powi(2)).sum();
                if let (Some(length), true) = (length, square > 0.0) {
                    let gain = length / square.sqrt();
                    dream
                        .iter_mut()
                        .for_each(|x| *x = (f64::from(*x) * gain) as f32);
                }
                dream
            }
        }
    }
}

/// A Gaussian field over an image: a pixel is on where the field lies below what makes it so often enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Where the field, of variance 1, must lie below.
    below: Vec<f64>,
    width: usize,
    /// Weights by distance, from 0 on; those of each pixel with its neighbours have squares that add up to 1.
    kernel: Vec<f64>,
}

/// Standard deviations after which the kernel ends: what is beyond adds 1e-4 of the variance.
const REACH: f64 = 3.0;

impl Field {
    /// A field smooth over `sigma` pixels on images with rows of `width`, whose pixels are on with the probabilities
    /// `marginals`.
    pub fn new(marginals: &[f32], width: usize, sigma: f64) -> Self {
        // What is farther than the image is long meets nothing.
        let longest = width.max(marginals.len() / width.max(1));
        let reach = (REACH * sigma).ceil().min(longest as f64) as usize;
        let weight = |d: usize| crate::base::function::exp(-0.5 * (d as f64 / sigma).powi(2));
        Self {
            below: marginals
                .iter()
                .map(|&p| normal_quantile(f64::from(p)))
                .collect(),
            width,
            kernel: match sigma > 0.0 {
                true => (0..=reach).map(weight).collect(),
                false => vec![1.0],
            },
        }
    }

    /// Draws which pixels are on: 1 or 0.
    fn draw(&self, stream: &mut Stream) -> Vec<f32> {
        let n = self.below.len();
        let noise: Vec<f64> = (0..n).map(|_| standard_normal(stream)).collect();
        let height = n / self.width.max(1);
        let rows = self.smooth(&noise, self.width, (1, self.width, height));
        let field = self.smooth(&rows, height, (self.width, 1, self.width));
        let on = |(x, below): (&f64, &f64)| f32::from(u8::from(x < below));
        field.iter().zip(&self.below).map(on).collect()
    }

    /// Smooths along lines of `length`, whose points lie `step` apart; there are `lines`, `next` apart. Variances stay, at the
    /// edges too.
    fn smooth(
        &self,
        noise: &[f64],
        length: usize,
        (step, next, lines): (usize, usize, usize),
    ) -> Vec<f64> {
        let mut smooth = vec![0.0; noise.len()];
        for line in 0..lines {
            let at = |k: usize| line * next + k * step;
            for k in 0..length {
                let (mut sum, mut square) = (0.0, 0.0);
                let reach = self.kernel.len() - 1;
                for other in k.saturating_sub(reach)..=(k + reach).min(length - 1) {
                    let weight = self.kernel[k.abs_diff(other)];
                    sum += weight * noise[at(other)];
                    square += weight * weight;
                }
                smooth[at(k)] = sum / square.sqrt();
            }
        }
        smooth
    }
}

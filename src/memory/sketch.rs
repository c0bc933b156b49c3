//! A sketch of a class: its mean, its main components and what is left, learnt in one pass by Hebbian rules.
//!
//! Each image moves the mean, then one unit after the other: a unit grows by what it finds times how strongly it answers
//! (Hebb, with rate 1/n), and takes that off what the next ones see, as if it inhibited them. This is candid covariance-free
//! incremental principal component analysis (Weng, Zhang, Hwang 2003, IEEE Trans Pattern Anal Mach Intell 25:1034): the
//! length of a unit's weights becomes the variance along their direction, as more and more images are seen. What all images
//! vary by is known exactly at any time; what components do not have of it is spread over all pixels alike.

use serde::{Deserialize, Serialize};

use crate::base::distribution::standard_normal;
use crate::base::stream::Stream;

/// Mean count of the Poisson spikes that a coefficient is made of: the sampler is the store's own noise.
const SPIKES: f64 = 10.0;

/// Share of the length of what an image differs by below which what is left of it is rounding, which no unit may take for a
/// direction: sums over a thousand pixels round to some 10⁻¹⁴ of it.
const ROUNDED: f64 = 1e-10;

/// What is known of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// Images seen.
    n: u64,
    mean: Vec<f64>,
    /// Of a unit each: a direction, as long as the variance along it.
    components: Vec<Vec<f64>>,
    /// Sum over all images and pixels of squared distances from the mean.
    spread: f64,
}

impl Sketch {
    /// Of nothing yet: so many pixels and components.
    pub fn new(pixels: usize, components: usize) -> Self {
        Self {
            n: 0,
            mean: vec![0.0; pixels],
            components: vec![vec![0.0; pixels]; components],
            spread: 0.0,
        }
    }

    /// Images seen.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean of all that was seen.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Directions, each as long as the variance along it.
    pub fn components(&self) -> &[Vec<f64>] {
        &self.components
    }

    /// Variance of a pixel about mean and components.
    pub fn residual(&self) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        let whole = self.spread / (self.n - 1) as f64;
        let lengths = self.components.iter().map(|unit| dot(unit, unit).sqrt());
        ((whole - lengths.sum::<f64>()) / self.mean.len() as f64).max(0.0)
    }

    /// Whether it is of so many pixels and components, all of them numbers.
    pub fn fits(&self, pixels: usize, components: usize) -> bool {
        let all = self.components.iter().chain([&self.mean]);
        let sound = |row: &Vec<f64>| row.len() == pixels && row.iter().all(|x| x.is_finite());
        self.components.len() == components
            && all.into_iter().all(sound)
            && self.spread.is_finite()
            && self.spread >= 0.0
    }

    /// Bytes of its numbers in single precision.
    pub fn bytes(&self) -> usize {
        let rows = 1 + self.components.len();
        (rows * self.mean.len() + 1) * size_of::<f32>()
    }

    /// Learns of an image.
    ///
    /// # Panics
    /// If it is of another size.
    pub fn learn(&mut self, image: impl ExactSizeIterator<Item = f64>) {
        assert_eq!(image.len(), self.mean.len(), "an image of another size");
        self.n += 1;
        let n = self.n as f64;
        let mut left: Vec<f64> = Vec::with_capacity(self.mean.len());
        for (mean, x) in self.mean.iter_mut().zip(image) {
            let from_before = x - *mean;
            *mean += from_before / n;
            left.push(x - *mean);
            self.spread += from_before * (x - *mean);
        }
        let rounded = dot(&left, &left) * ROUNDED.powi(2);
        for (number, unit) in self.components.iter_mut().enumerate() {
            let rate = 1.0 / (n - 1.0).max(number as f64 + 1.0);
            let length = dot(unit, unit).sqrt();
            // A unit without weights answers to whatever comes first, and is no unit before something does.
            if length == 0.0 && dot(&left, &left) <= rounded {
                break;
            }
            let answer = match length > 0.0 {
                true => dot(unit, &left) / length,
                false => dot(&left, &left).sqrt(),
            };
            for (weight, x) in unit.iter_mut().zip(&left) {
                *weight += (answer * x - *weight) * rate;
            }
            let square = dot(unit, unit);
            if square > 0.0 {
                let share = dot(unit, &left) / square;
                for (x, weight) in left.iter_mut().zip(&*unit) {
                    *x -= share * weight;
                }
            }
        }
    }

    /// What a dream of it is drawn from.
    pub fn palette(&self) -> Palette {
        let single = |row: &[f64], factor: f64| row.iter().map(|x| (x * factor) as f32).collect();
        let component = |row: &Vec<f64>| {
            let variance = dot(row, row).sqrt();
            let factor = if variance > 0.0 {
                variance.sqrt().recip()
            } else {
                0.0
            };
            single(row, factor)
        };
        Palette {
            mean: single(&self.mean, 1.0),
            components: self.components.iter().map(component).collect(),
            noise: self.residual().sqrt() as f32,
        }
    }
}

/// A mean, what may be added to it, and noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    /// The mean, 0 to 1.
    pub mean: Vec<f32>,
    /// Directions, each a standard deviation long.
    pub components: Vec<Vec<f32>>,
    /// Standard deviation of what is added to each pixel.
    pub noise: f32,
}

impl Palette {
    /// Draws a pattern, 0 to 1: coefficients are Poisson counts about their mean of 10.
    pub fn draw(&self, stream: &mut Stream) -> Vec<f32> {
        let mut pattern: Vec<f64> = self.mean.iter().map(|&x| f64::from(x)).collect();
        for component in &self.components {
            let coefficient = (poisson(stream) - SPIKES) / SPIKES.sqrt();
            for (x, &way) in pattern.iter_mut().zip(component) {
                *x += coefficient * f64::from(way);
            }
        }
        if self.noise > 0.0 {
            for x in &mut pattern {
                *x += f64::from(self.noise) * standard_normal(stream);
            }
        }
        pattern.iter().map(|x| x.clamp(0.0, 1.0) as f32).collect()
    }

    /// The Euclidean length of a typical pattern.
    pub fn length(&self) -> f64 {
        let square = |row: &[f32]| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let noise = f64::from(self.noise).powi(2) * self.mean.len() as f64;
        let components: f64 = self.components.iter().map(|row| square(row)).sum();
        (square(&self.mean) + components + noise).sqrt()
    }
}

/// A Poisson count of mean [`SPIKES`]: arrivals of a process within its time.
fn poisson(stream: &mut Stream) -> f64 {
    let (mut n, mut t) = (0.0, stream.exponential());
    while t < SPIKES {
        n += 1.0;
        t += stream.exponential();
    }
    n
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Eight sums side by side.
    let (mut sums, pairs) = ([0.0; 8], a.chunks_exact(8).zip(b.chunks_exact(8)));
    for (a, b) in pairs {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    let rest = a.chunks_exact(8).remainder().iter();
    let rest = rest.zip(b.chunks_exact(8).remainder());
    sums.iter().sum::<f64>() + rest.map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Images of 12 pixels: a mean, two directions with standard deviations 0.3 and 0.1, noise of 0.02.
    fn image(stream: &mut Stream) -> Vec<f64> {
        let (a, b) = (0.3 * standard_normal(stream), 0.1 * standard_normal(stream));
        let pixel = |k: usize| {
            let first = if k < 4 { 0.5 } else { 0.0 };
            let second = match k {
                4..8 => 0.5,
                _ => 0.0,
            };
            0.5 + a * first + b * second
        };
        let pixels: Vec<f64> = (0..12).map(pixel).collect();
        let noisy = pixels
            .into_iter()
            .map(|x| x + 0.02 * standard_normal(stream));
        noisy.collect()
    }

    #[test]
    fn one_pass_finds_mean_directions_and_variances() {
        let mut stream = Stream::new(1, "sketch", 0);
        let mut sketch = Sketch::new(12, 2);
        (0..4000).for_each(|_| sketch.learn(image(&mut stream).into_iter()));
        assert!(sketch.mean().iter().all(|x| (x - 0.5).abs() < 0.02));
        let variance = |k: usize| dot(&sketch.components[k], &sketch.components[k]).sqrt();
        // Variances of the directions, and of noise along them.
        assert!((variance(0) - 0.0904).abs() < 0.01, "{}", variance(0));
        assert!((variance(1) - 0.0104).abs() < 0.002, "{}", variance(1));
        let along = sketch.components[0][0] / variance(0);
        assert!((along.abs() - 0.5).abs() < 0.02, "{along}");
        // Ten of twelve directions are noise alone.
        let expected = 0.02_f64.powi(2) * 10.0 / 12.0;
        assert!((sketch.residual() / expected - 1.0).abs() < 0.15);
        assert!(sketch.fits(12, 2) && !sketch.fits(12, 3) && !sketch.fits(11, 2));
    }

    /// What is learnt does not hang on the order of pixels: the first images leave nothing but rounding to most units, and that is no
    /// direction.
    #[test]
    fn pixels_in_another_order_make_the_same_sketch() {
        let mut stream = Stream::new(4, "sketch", 0);
        let images: Vec<Vec<f64>> = (0..60).map(|_| image(&mut stream)).collect();
        let (mut one, mut other) = (Sketch::new(12, 4), Sketch::new(12, 4));
        for image in &images {
            one.learn(image.iter().copied());
            other.learn(image.iter().rev().copied());
        }
        let variance = |unit: &Vec<f64>| dot(unit, unit).sqrt();
        for (one, other) in one.components().iter().zip(other.components()) {
            assert!((variance(one) / variance(other) - 1.0).abs() < 1e-9);
            let turned: Vec<f64> = other.iter().rev().copied().collect();
            let along = dot(one, &turned) / (variance(one) * variance(&turned));
            assert!((along - 1.0).abs() < 1e-9, "{along}");
        }
        assert!((one.residual() / other.residual() - 1.0).abs() < 1e-9);
        // Nothing of the whole variance is lost.
        let n = images.len() as f64;
        let whole: f64 = (0..12)
            .map(|k| {
                let mean = images.iter().map(|image| image[k]).sum::<f64>() / n;
                let square = |image: &Vec<f64>| (image[k] - mean).powi(2);
                images.iter().map(square).sum::<f64>() / (n - 1.0)
            })
            .sum();
        let lengths: f64 = one.components().iter().map(variance).sum();
        assert!((lengths + 12.0 * one.residual() - whole).abs() < 1e-12);
    }

    #[test]
    fn dreams_vary_as_what_was_seen_did() {
        let mut stream = Stream::new(2, "sketch", 0);
        let mut sketch = Sketch::new(12, 2);
        (0..2000).for_each(|_| sketch.learn(image(&mut stream).into_iter()));
        let palette = sketch.palette();
        let dreams: Vec<Vec<f32>> = (0..4000).map(|_| palette.draw(&mut stream)).collect();
        let of = |k: usize| dreams.iter().map(move |dream| f64::from(dream[k]));
        let mean = |k: usize| of(k).sum::<f64>() / 4000.0;
        let variance = |k: usize| of(k).map(|x| (x - mean(k)).powi(2)).sum::<f64>() / 4000.0;
        // 0.3² · 0.5² and noise.
        assert!((mean(0) - 0.5).abs() < 0.01 && (variance(0) - 0.0229).abs() < 0.003);
        assert!((variance(11) - 0.0004).abs() < 0.0001, "{}", variance(11));
        let square = |dream: &Vec<f32>| dream.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let length = (dreams.iter().map(square).sum::<f64>() / 4000.0).sqrt();
        assert!((palette.length() - length).abs() < 0.02);
    }

    #[test]
    fn saved_in_the_middle_it_goes_on_the_same() {
        let mut stream = Stream::new(3, "sketch", 0);
        let images: Vec<Vec<f64>> = (0..40).map(|_| image(&mut stream)).collect();
        let mut whole = Sketch::new(12, 3);
        images.iter().for_each(|x| whole.learn(x.iter().copied()));
        let mut first = Sketch::new(12, 3);
        images[..17]
            .iter()
            .for_each(|x| first.learn(x.iter().copied()));
        let bytes = postcard::to_stdvec(&first).unwrap();
        let mut rest: Sketch = postcard::from_bytes(&bytes).unwrap();
        images[17..]
            .iter()
            .for_each(|x| rest.learn(x.iter().copied()));
        assert_eq!(rest, whole);
    }
}

//! Means of images, of the day and of all so far.

use serde::{Deserialize, Serialize};

use crate::mlp::images::Images;
use crate::mlp::shown::Shown;

/// What a network knows of the mean of images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct MeanOf {
    /// Mean of all that was seen, and of how many.
    pub(super) all: Vec<f32>,
    n: u64,
    /// The same before the day.
    before: Vec<f32>,
    n_before: u64,
}

impl MeanOf {
    /// Whether it may be of images of so many `pixels`.
    pub(super) fn fits(&self, pixels: usize) -> bool {
        let mut means = [&self.all, &self.before].into_iter();
        means.all(|mean| mean.is_empty() || mean.len() == pixels)
    }

    /// After a day of these images as they are `shown`.
    pub(super) fn see(&mut self, images: &Images, shown: Shown) {
        let day = shown.mean(std::slice::from_ref(images));
        let (n, new) = (self.n as f64, images.len() as f64);
        self.before = std::mem::take(&mut self.all);
        self.n_before = self.n;
        let zeros = vec![0.0; day.len()];
        let old = if self.before.is_empty() {
            &zeros
        } else {
            &self.before
        };
        let mean = |(&old, &day): (&f32, &f32)| {
            ((f64::from(old) * n + f64::from(day) * new) / (n + new)) as f32
        };
        self.all = old.iter().zip(&day).map(mean).collect();
        self.n += images.len() as u64;
    }

    /// Share of all images that were seen before the day.
    pub(super) fn share_before(&self) -> f64 {
        self.n_before as f64 / self.n.max(1) as f64
    }

    /// The mean of the day alone, from those after and before it.
    pub(super) fn today(&self) -> Vec<f32> {
        if self.before.is_empty() {
            return self.all.clone();
        }
        let (n, before) = (self.n as f64, self.n_before as f64);
        let day = |(&all, &old): (&f32, &f32)| {
            let day = (n * f64::from(all) - before * f64::from(old)) / (n - before);
            day.clamp(0.0, 1.0) as f32
        };
        self.all.iter().zip(&self.before).map(day).collect()
    }
}

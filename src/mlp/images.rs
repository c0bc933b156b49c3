//! Labelled images as lists of indices into shared bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ndarray::{Array2, ArrayViewMut2};

use super::idx::ImageFile;
use crate::base::stream::Stream;

/// Rows that fill a matrix product and keep the activations of a large set out of memory: a tenth of a second for the
/// published networks.
pub(super) const BATCH: usize = 500;

/// The bytes behind any number of [`Images`].
#[derive(Debug, PartialEq, Eq)]
struct Store {
    pixels: Vec<u8>,
    labels: Vec<u8>,
    width: usize,
    height: usize,
}

/// Labelled images, as a list of indices into shared bytes: a selection or a copy costs four bytes per image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    store: Arc<Store>,
    indices: Vec<u32>,
}

impl Images {
    /// All images of a file with their labels, of which there must be equally many.
    pub(super) fn new(file: ImageFile, labels: Vec<u8>) -> Self {
        let indices = (0..labels.len() as u32).collect();
        let store = Arc::new(Store {
            pixels: file.pixels,
            labels,
            width: file.width,
            height: file.height,
        });
        Self { store, indices }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Pixels per row.
    pub fn width(&self) -> usize {
        self.store.width
    }

    /// Rows per image.
    pub fn height(&self) -> usize {
        self.store.height
    }

    /// Pixels per image.
    pub fn pixels(&self) -> usize {
        self.store.width * self.store.height
    }

    /// The label of image `i`.
    ///
    /// # Panics
    /// If `i` is not below [`len`](Self::len).
    pub fn label(&self, i: usize) -> u8 {
        self.store.labels[self.indices[i] as usize]
    }

    /// The number of image `i` in its data set.
    ///
    /// # Panics
    /// If `i` is not below [`len`](Self::len).
    pub(super) fn number(&self, i: usize) -> u32 {
        self.indices[i]
    }

    /// The pixels of image `i` as the file has them: row by row, 0 is background, 255 full.
    ///
    /// # Panics
    /// If `i` is not below [`len`](Self::len).
    pub fn image(&self, i: usize) -> &[u8] {
        let start = self.indices[i] as usize * self.pixels();
        &self.store.pixels[start..start + self.pixels()]
    }

    /// Writes the images `chosen` into the rows of `rows`, shape (chosen, pixels), as numbers from 0 to 1 (byte / 255).
    ///
    /// # Panics
    /// If the shape differs or an index is not below [`len`](Self::len).
    pub fn fill(&self, chosen: impl ExactSizeIterator<Item = usize>, mut rows: ArrayViewMut2<f32>) {
        assert_eq!(rows.dim(), (chosen.len(), self.pixels()));
        for (i, mut row) in chosen.zip(rows.rows_mut()) {
            for (value, &byte) in row.iter_mut().zip(self.image(i)) {
                *value = f32::from(byte) / 255.0;
            }
        }
    }

    /// The images from number `start` on, shape (n, pixels), and their labels: 500 of them, or what is left.
    ///
    /// # Panics
    /// If `start` is above [`len`](Self::len).
    pub fn batch(&self, start: usize) -> (Array2<f32>, Vec<u8>) {
        let chosen = start..self.len().min(start + BATCH);
        let mut rows = Array2::zeros((chosen.len(), self.pixels()));
        self.fill(chosen.clone(), rows.view_mut());
        (rows, chosen.map(|i| self.label(i)).collect())
    }

    /// The images of all `parts`, one after the other.
    ///
    /// # Panics
    /// If `parts` is empty or its members come from different data sets.
    pub fn concatenate(parts: &[Self]) -> Self {
        let store = Arc::clone(&parts[0].store);
        let same = parts.iter().all(|part| Arc::ptr_eq(&part.store, &store));
        assert!(same, "images of different data sets");
        let indices = parts.iter().flat_map(|part| &part.indices).copied();
        Self {
            indices: indices.collect(),
            store,
        }
    }

    /// The images of a `new` task and, after them, a random `share` (0 to 1, rounded to whole images) of those of each
    /// `old` task: "rehearsal" (Tadros et al. 2022, Nat Commun 13:7742).
    ///
    /// # Panics
    /// If the tasks come from different data sets.
    pub fn rehearsed(new: &Self, old: &[Self], share: f64, stream: &mut Stream) -> Self {
        let mut parts = vec![new.clone()];
        for task in old {
            let wanted = (task.len() as f64 * share).round() as usize;
            let mut part = task.clone();
            part.keep_random(wanted, stream);
            parts.push(part);
        }
        Self::concatenate(&parts)
    }

    /// Keeps `count` images, each subset being equally likely, in their order.
    fn keep_random(&mut self, count: usize, stream: &mut Stream) {
        // Selection sampling (Knuth, The Art of Computer Programming, vol. 2, 3.4.2, algorithm S).
        let (mut left, mut wanted) = (self.len() as u64, count.min(self.len()) as u64);
        self.indices.retain(|_| {
            let keep = stream.below(left) < wanted;
            left -= 1;
            wanted -= u64::from(keep);
            keep
        });
    }

    /// The mean image of several tasks, one number from 0 to 1 per pixel. Every image counts the same. The sums are
    /// those of the bytes, so the result does not depend on the order.
    ///
    /// # Panics
    /// If there is no image, or the sizes differ.
    pub fn mean(tasks: &[Self]) -> Vec<f32> {
        let mut sums = vec![0_u64; tasks[0].pixels()];
        let mut count = 0_u64;
        for task in tasks {
            assert_eq!(task.pixels(), sums.len(), "images of different sizes");
            for i in 0..task.len() {
                for (sum, &byte) in sums.iter_mut().zip(task.image(i)) {
                    *sum += u64::from(byte);
                }
            }
            count += task.len() as u64;
        }
        assert!(count > 0, "the mean of no image");
        let full = (255 * count) as f64;
        sums.iter().map(|&sum| (sum as f64 / full) as f32).collect()
    }

    /// `count` of them drawn from `stream`, each subset being equally likely, in their order.
    pub(super) fn random(&self, count: usize, stream: &mut Stream) -> Self {
        let mut drawn = self.clone();
        drawn.keep_random(count, stream);
        drawn
    }

    /// Those that none of `others` has.
    pub(super) fn without(&self, others: &[Self]) -> Self {
        let others: BTreeSet<u32> = others
            .iter()
            .flat_map(|other| &other.indices)
            .copied()
            .collect();
        let kept = self.indices.iter().filter(|index| !others.contains(index));
        Self {
            store: Arc::clone(&self.store),
            indices: kept.copied().collect(),
        }
    }

    /// The images of `class`.
    pub fn of_class(&self, class: u8) -> Self {
        self.filter(|label| label == class)
    }

    /// The first `n` images, over and over until they are at least `least`.
    pub fn repeated(&self, n: usize, least: usize) -> Self {
        let first = &self.indices[..n.min(self.len())];
        let times = if first.is_empty() {
            0
        } else {
            least.div_ceil(first.len()).max(1)
        };
        Self {
            store: Arc::clone(&self.store),
            indices: first.repeat(times),
        }
    }

    /// How many images each class has.
    pub fn counts(&self) -> BTreeMap<u8, usize> {
        let mut counts = BTreeMap::new();
        for i in 0..self.len() {
            *counts.entry(self.label(i)).or_default() += 1;
        }
        counts
    }

    /// The images for which `keep` holds of the label.
    pub(super) fn filter(&self, mut keep: impl FnMut(u8) -> bool) -> Self {
        let kept = self
            .indices
            .iter()
            .copied()
            .filter(|&i| keep(self.store.labels[i as usize]));
        Self {
            indices: kept.collect(),
            store: Arc::clone(&self.store),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn numbers(images: &Images) -> Vec<u8> {
        (0..images.len()).map(|i| images.image(i)[0]).collect()
    }

    #[test]
    fn pixels_become_numbers_from_0_to_1() {
        let file = ImageFile {
            width: 2,
            height: 1,
            pixels: vec![0, 255, 51, 102, 204, 0],
        };
        let images = Images::new(file, vec![3, 4, 5]);
        let two = (array![[0.2, 0.4], [0.8, 0.0]], vec![4, 5]);
        assert_eq!(images.batch(1), two);
        assert!(images.batch(3).1.is_empty());
        // (0 + 51 + 204) / (3 · 255) and (255 + 102 + 0) / (3 · 255).
        assert_eq!(
            Images::mean(&[images]),
            [255.0 / 765.0, (357.0_f64 / 765.0) as f32]
        );
    }

    #[test]
    fn rehearsal_mixes_in_a_share_of_each_old_task() {
        // Twelve images of one pixel whose byte is their number; classes 0, 1, 2, 0, 1, 2, ...
        let file = ImageFile {
            width: 1,
            height: 1,
            pixels: (0..12).collect(),
        };
        let all = Images::new(file, (0..12).map(|i| i % 3).collect());
        let tasks = [0, 1, 2].map(|class| all.filter(|label| label == class));
        let mut stream = Stream::new(1, "test", 0);
        let mut seen = [0_u32; 12];
        for _ in 0..4000 {
            let mixed = Images::rehearsed(&tasks[2], &tasks[..2], 0.5, &mut stream);
            let mixed = numbers(&mixed);
            assert_eq!(mixed[..4], [2, 5, 8, 11]);
            assert_eq!(mixed.len(), 8);
            assert!(mixed[4..6].iter().all(|n| n % 3 == 0) && mixed[4] < mixed[5]);
            assert!(mixed[6..].iter().all(|n| n % 3 == 1));
            mixed.iter().for_each(|&n| seen[usize::from(n)] += 1);
        }
        // Each old image is taken half of the time: standard deviation 32.
        for (n, &count) in seen.iter().enumerate() {
            let expected = if n % 3 == 2 { 4000 } else { 2000 };
            assert!(count.abs_diff(expected) <= 160, "{seen:?}");
        }
        let none = Images::rehearsed(&tasks[2], &tasks[..2], 0.0, &mut stream);
        assert_eq!(none, tasks[2]);
        let all = Images::rehearsed(&tasks[2], &tasks[..2], 1.0, &mut stream);
        assert_eq!(numbers(&all), [2, 5, 8, 11, 0, 3, 6, 9, 1, 4, 7, 10]);
    }
}

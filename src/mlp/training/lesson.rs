//! A lesson: some passes through some images, which can be left and gone on with between any two batches.

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::base::stream::Stream;

/// Where a lesson stands. With the weights of its network and the momentum of its [`Trainer`](super::Trainer) it is all
/// that training depends on: saved and read back, it goes on bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    images: usize,
    epochs: usize,
    /// The epoch at hand, from 1; 0 before the first.
    epoch: usize,
    /// Images in the order of this epoch, and how many of them have been shown.
    order: Vec<u32>,
    next: usize,
    /// Sum of the losses of those.
    loss: f64,
    /// Draws orders and dropout.
    stream: Stream,
    /// Draws noise on images, if there is any.
    noise: Option<Stream>,
}

impl Lesson {
    /// `epochs` passes over `images` images; order and dropout come from `stream`.
    pub fn new(images: usize, epochs: usize, stream: Stream) -> Self {
        Self {
            images,
            epochs: if images == 0 { 0 } else { epochs },
            epoch: 0,
            order: Vec::new(),
            next: 0,
            loss: 0.0,
            stream,
            noise: None,
        }
    }

    /// The same with noise on images from `stream`.
    pub fn with_noise(mut self, stream: Stream) -> Self {
        self.noise = Some(stream);
        self
    }

    pub(super) fn noise(&mut self) -> Option<&mut Stream> {
        self.noise.as_mut()
    }

    /// Images in it.
    pub fn images(&self) -> usize {
        self.images
    }

    /// Whether everything has been shown.
    pub fn is_over(&self) -> bool {
        self.epoch == self.epochs && self.is_between_epochs()
    }

    /// The epoch at hand or last, from 1; 0 before the first.
    pub(super) fn epoch(&self) -> usize {
        self.epoch
    }

    pub(super) fn is_between_epochs(&self) -> bool {
        self.next == self.order.len()
    }

    pub(super) fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The next images, at most `batch` of them; none once the lesson is over.
    pub(super) fn take(&mut self, batch: usize) -> Vec<u32> {
        if self.is_over() {
            return Vec::new();
        }
        if self.is_between_epochs() {
            self.epoch += 1;
            self.order.clear();
            self.order.extend(0..self.images as u32);
            self.stream.shuffle(&mut self.order);
            (self.next, self.loss) = (0, 0.0);
        }
        let end = self.order.len().min(self.next + batch);
        let chosen = self.order[self.next..end].to_vec();
        self.next = end;
        chosen
    }

    /// Takes note of the sum of the losses of the last batch.
    pub(super) fn add(&mut self, loss: f64) -> Progress {
        self.loss += loss;
        Progress {
            epoch: self.epoch,
            images: (self.epoch - 1) * self.images + self.next,
            loss: self.loss / self.next as f64,
        }
    }
}

//! A test of a network, in pieces that nobody waits for.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::images::Images;
use super::perceptron::Mlp;

/// What networks are tested on: the test images of each task, those held out for validation and those learnt, if any are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tests {
    /// Test images of each task, then the held-out ones of each task, then those learnt.
    images: Vec<Images>,
    tasks: usize,
    /// How many lists are held out.
    held: usize,
}

/// Shares of images that are classified rightly, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// For each task.
    pub tasks: Vec<f64>,
    /// For the images of all tasks together.
    pub overall: f64,
}

/// What test images of a class are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Their class.
    pub class: u8,
    /// The class that the network answers.
    pub answer: usize,
    /// How many they are, at least one.
    pub images: u32,
}

/// Shares of test images that are classified rightly, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// For each task.
    pub tasks: Vec<f64>,
    /// For the images of all tasks together.
    pub overall: f64,
    /// The same of images held out for validation, if there are any.
    pub validation: Option<Shares>,
    /// The same of training images, if they are scored.
    pub training: Option<Shares>,
    /// Share of the test images of all tasks together that no output answers more than another, so that each counts as the first class.
    pub undecided: f64,
    /// What the test images of each class of all tasks are taken for, in order; empty where only shares are known.
    pub taken: Vec<Taken>,
}

impl Tests {
    /// The `test` images of each task, and those held out of its training images, one entry per task where there are any.
    pub fn new(test: Vec<Images>, held: Vec<Images>) -> Self {
        let (tasks, held_out) = (test.len(), held.len());
        let images = test.into_iter().chain(held).collect();
        Self {
            images,
            tasks,
            held: held_out,
        }
    }

    /// These, and the images that are `learnt` in each task.
    #[must_use]
    pub fn with_training(mut self, learnt: &[Images]) -> Self {
        self.images.extend_from_slice(learnt);
        self
    }

    /// Whether there is nothing to be tested on.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// All images: the test images of each task, then those held out, then those learnt.
    pub fn images(&self) -> &[Images] {
        &self.images
    }

    /// What so many images classified `right`ly, a number for each of [`images`](Self::images), come to. A task without images
    /// scores 0.
    pub(super) fn accuracy(&self, right: &[usize]) -> Accuracy {
        let share = |right: usize, n: usize| right as f64 / n.max(1) as f64;
        let shares = |right: &[usize], images: &[Images]| Shares {
            tasks: right
                .iter()
                .zip(images)
                .map(|(&right, task)| share(right, task.len()))
                .collect(),
            overall: share(right.iter().sum(), images.iter().map(Images::len).sum()),
        };
        let (test, held) = (self.tasks, self.tasks + self.held);
        let part = |range: Range<usize>| {
            let is_there = !range.is_empty();
            is_there.then(|| shares(&right[range.clone()], &self.images[range]))
        };
        let Shares { tasks, overall } = shares(&right[..test], &self.images[..test]);
        Accuracy {
            tasks,
            overall,
            validation: part(test..held),
            training: part(held..self.images.len()),
            undecided: 0.0,
            taken: Vec::new(),
        }
    }

    /// The share of the test images of all tasks together that so many are, a number for each of [`images`](Self::images).
    fn share_of_test(&self, numbers: &[usize]) -> f64 {
        let all: usize = self.images[..self.tasks].iter().map(Images::len).sum();
        numbers[..self.tasks].iter().sum::<usize>() as f64 / all.max(1) as f64
    }
}

/// Where a test stands. Saved and read back, it goes on to the same result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exam {
    /// Images classified rightly, for each list of images that has begun.
    right: Vec<usize>,
    /// Images that no output answers more than another, for each list that has begun.
    undecided: Vec<usize>,
    /// How many test images of a class are taken for which.
    taken: BTreeMap<(u8, usize), u32>,
    /// Images of the last of them that have been seen.
    seen: usize,
}

impl Exam {
    /// Tests `mlp`, with all outputs to choose from, on the next batch of the images of `tests`; what it comes to, once
    /// all have been seen.
    ///
    /// # Panics
    /// If the images do not fit the network's input.
    pub fn step(&mut self, mlp: &Mlp, tests: &Tests) -> Option<Accuracy> {
        let begun = self.right.len();
        let unseen = |images: &&Images| self.seen < images.len();
        match begun
            .checked_sub(1)
            .and_then(|last| tests.images.get(last))
            .filter(unseen)
        {
            Some(images) => {
                let (pixels, labels) = images.batch(self.seen);
                for (answer, &label) in mlp.answers(pixels.view()).into_iter().zip(&labels) {
                    self.right[begun - 1] += usize::from(answer.class == usize::from(label));
                    self.undecided[begun - 1] += usize::from(answer.is_undecided);
                    if begun <= tests.tasks {
                        *self.taken.entry((label, answer.class)).or_default() += 1;
                    }
                }
                self.seen += labels.len();
            }
            None if begun < tests.images.len() => {
                self.right.push(0);
                self.undecided.push(0);
                self.seen = 0;
            }
            None => {
                return Some(Accuracy {
                    undecided: tests.share_of_test(&self.undecided),
                    taken: self.taken(),
                    ..tests.accuracy(&self.right)
                });
            }
        }
        None
    }

    fn taken(&self) -> Vec<Taken> {
        let all = self.taken.iter();
        all.map(|(&(class, answer), &images)| Taken {
            class,
            answer,
            images,
        })
        .collect()
    }

    /// Whether a test on `tests` may stand here.
    pub fn fits(&self, tests: &Tests) -> bool {
        if self.right.len() != self.undecided.len() {
            return false;
        }
        let last = self.right.len().checked_sub(1);
        match last {
            Some(last) => {
                let images = tests.images.get(last);
                images.is_some_and(|images| self.seen <= images.len())
            }
            None => self.seen == 0,
        }
    }
}

/// Tests `mlp` on `tests` at one go.
pub fn accuracy(mlp: &Mlp, tests: &Tests) -> Accuracy {
    let mut exam = Exam::default();
    loop {
        if let Some(accuracy) = exam.step(mlp, tests) {
            return accuracy;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::idx::ImageFile;

    fn images(n: usize) -> Images {
        let file = ImageFile {
            width: 1,
            height: 1,
            pixels: vec![0; n],
        };
        Images::new(file, vec![0; n])
    }

    #[test]
    fn test_held_out_and_learnt_images_have_shares_of_their_own() {
        let test = || vec![images(4), images(2)];
        let (held, learnt) = ([images(10), images(0)], [images(5), images(15)]);
        let shares = |tasks: [f64; 2], overall| Shares {
            tasks: tasks.to_vec(),
            overall,
        };
        let tests = Tests::new(test(), held.to_vec()).with_training(&learnt);
        let all = tests.accuracy(&[1, 2, 9, 0, 2, 12]);
        assert_eq!((all.tasks, all.overall), (vec![0.25, 1.0], 0.5));
        assert_eq!(all.validation, Some(shares([0.9, 0.0], 0.9)));
        assert_eq!(all.training, Some(shares([0.4, 0.8], 0.7)));
        let tests = Tests::new(test(), Vec::new()).with_training(&learnt);
        let all = tests.accuracy(&[1, 2, 2, 12]);
        assert_eq!(all.validation, None);
        assert_eq!(all.training, Some(shares([0.4, 0.8], 0.7)));
        let all = Tests::new(test(), Vec::new()).accuracy(&[1, 2]);
        assert_eq!(
            (all.overall, all.validation, all.training),
            (0.5, None, None)
        );
    }
}

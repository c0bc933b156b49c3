//! A test of a network, in pieces that nobody waits for.

use serde::{Deserialize, Serialize};

use super::images::Images;
use super::perceptron::Mlp;

/// Shares of test images that are classified rightly, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// For each task.
    pub tasks: Vec<f64>,
    /// For the images of all tasks together.
    pub overall: f64,
}

/// Where a test stands. Saved and read back, it goes on to the same result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exam {
    /// Images classified rightly, for each task that has begun.
    right: Vec<usize>,
    /// Images of the last of them that have been seen.
    seen: usize,
}

impl Exam {
    /// Tests `mlp`, with all outputs to choose from, on the next batch of the images of `tasks`; what it comes to, once
    /// all have been seen. A task without images scores 0.
    ///
    /// # Panics
    /// If the images do not fit the network's input.
    pub fn step(&mut self, mlp: &Mlp, tasks: &[Images]) -> Option<Accuracy> {
        let begun = self.right.len();
        let unseen = |task: &&Images| self.seen < task.len();
        match begun
            .checked_sub(1)
            .and_then(|last| tasks.get(last))
            .filter(unseen)
        {
            Some(task) => {
                let (images, labels) = task.batch(self.seen);
                let classes = mlp.classify(images.view());
                let pairs = classes.iter().zip(&labels);
                let right = pairs.filter(|&(&class, &label)| class == usize::from(label));
                self.right[begun - 1] += right.count();
                self.seen += labels.len();
            }
            None if begun < tasks.len() => {
                self.right.push(0);
                self.seen = 0;
            }
            None => return Some(self.accuracy(tasks)),
        }
        None
    }

    fn accuracy(&self, tasks: &[Images]) -> Accuracy {
        let share = |right: usize, n: usize| right as f64 / n.max(1) as f64;
        let each = self.right.iter().zip(tasks);
        Accuracy {
            tasks: each
                .map(|(&right, task)| share(right, task.len()))
                .collect(),
            overall: share(self.right.iter().sum(), tasks.iter().map(Images::len).sum()),
        }
    }

    /// Whether a test on `tasks` may stand here.
    pub fn fits(&self, tasks: &[Images]) -> bool {
        let last = self.right.len().checked_sub(1);
        match last {
            Some(last) => tasks.get(last).is_some_and(|task| self.seen <= task.len()),
            None => self.seen == 0,
        }
    }
}

/// Tests `mlp` on the images of each task at one go.
pub fn accuracy(mlp: &Mlp, tasks: &[Images]) -> Accuracy {
    let mut exam = Exam::default();
    loop {
        if let Some(accuracy) = exam.step(mlp, tasks) {
            return accuracy;
        }
    }
}

//! What is learnt at one bout, a batch at a time.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::base::stream::Stream;
use crate::config::sleep_replay::Training;
use crate::experiment::control::MEAN_WEIGHTS;
use crate::experiment::error::ExperimentError;
use crate::experiment::learner::Learner;
use crate::mlp::images::Images;
use crate::mlp::training::Lesson;
use crate::run::error::ResumeError;
use crate::run::progress::{Progress, Watch};

/// What is learnt at one bout.
pub struct Material<'a> {
    /// The images.
    pub images: Cow<'a, Images>,
    /// Passes through them.
    pub epochs: usize,
    /// Which task it is, from 0, and of how many.
    pub task: usize,
    /// Tasks in all.
    pub tasks: usize,
    /// Names the random stream of order and dropout, whose entity is the task: equal lessons of different networks draw
    /// equally.
    purpose: &'static str,
}

impl<'a> Material<'a> {
    /// The `images` of the task number `task` of `tasks`, `epochs` times.
    pub fn new(images: Cow<'a, Images>, epochs: usize, task: usize, tasks: usize) -> Self {
        Self {
            images,
            epochs,
            task,
            tasks,
            purpose: "mlp.training",
        }
    }

    /// What the network called `network` learns as the task number `task` of `tasks`: its images, with rehearsal of the
    /// ones before as `training` asks, but for the null model, which learns one task alone.
    pub fn of_task(
        network: &str,
        training: &Training,
        tasks: &'a [Images],
        task: usize,
        seed: u64,
    ) -> Self {
        let mut images = Cow::Borrowed(&tasks[task]);
        if training.rehearsal > 0.0 && task > 0 && network != MEAN_WEIGHTS {
            let mut stream = Stream::new(seed, "mlp.rehearsal", task as u64);
            let old = &tasks[..task];
            let mixed = Images::rehearsed(&tasks[task], old, training.rehearsal, &mut stream);
            images = Cow::Owned(mixed);
        }
        Self::new(images, training.epochs[task], task, tasks.len())
    }

    /// The lesson in which it is learnt, with a stream of its own for noise on images if they have any.
    fn lesson(&self, seed: u64, has_noise: bool) -> Lesson {
        let stream = |purpose: &str| Stream::new(seed, purpose, self.task as u64);
        let lesson = Lesson::new(self.images.len(), self.epochs, stream(self.purpose));
        match has_noise {
            true => lesson.with_noise(stream(&format!("{}.noise", self.purpose))),
            false => lesson,
        }
    }

    /// The `images` of all tasks at once, `epochs` times.
    pub fn joint(images: Cow<'a, Images>, epochs: usize) -> Self {
        Self {
            purpose: "mlp.training.joint",
            ..Self::new(images, epochs, 0, 1)
        }
    }
}

/// The lesson at hand of one network, and what is learnt in it.
pub struct Lessons<'a> {
    seed: u64,
    network: &'static str,
    at_hand: Option<(Lesson, Material<'a>)>,
}

impl<'a> Lessons<'a> {
    /// Of the network called `network`, before the first. `seed` names the random streams.
    pub fn new(seed: u64, network: &'static str) -> Self {
        Self {
            seed,
            network,
            at_hand: None,
        }
    }

    /// One batch of the lesson at hand, or of the one that begins with `material`. It breaks at the lesson's end, and where
    /// there is nothing to learn or nobody who learns.
    ///
    /// # Errors
    /// If training diverges.
    pub fn step(
        &mut self,
        learner: &mut Learner,
        material: impl FnOnce() -> Option<Material<'a>>,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, ExperimentError> {
        let Learner { mlp, trainer } = learner;
        let Some(trainer) = trainer else {
            return Ok(ControlFlow::Break(()));
        };
        let (lesson, material) = match &mut self.at_hand {
            Some(at_hand) => at_hand,
            none => {
                let Some(material) = material() else {
                    return Ok(ControlFlow::Break(()));
                };
                let lesson = material.lesson(self.seed, trainer.has_noise());
                none.insert((lesson, material))
            }
        };
        if let Some(so_far) = trainer.step(mlp, &material.images, lesson)? {
            let all = material.epochs * material.images.len();
            watch.show(&Progress::Training {
                seed: self.seed,
                network: self.network,
                task: material.task + 1,
                tasks: material.tasks,
                epoch: so_far.epoch,
                epochs: material.epochs,
                share: so_far.images as f64 / all as f64,
                loss: so_far.loss,
            });
        }
        if !lesson.is_over() {
            return Ok(ControlFlow::Continue(()));
        }
        self.at_hand = None;
        Ok(ControlFlow::Break(()))
    }

    /// What changes of it.
    pub fn save(&self) -> Option<Lesson> {
        self.at_hand.as_ref().map(|(lesson, _)| lesson.clone())
    }

    /// Goes on where `saved` was, in the lesson of `material`.
    ///
    /// # Errors
    /// If it was of other images.
    pub fn load(
        &mut self,
        saved: Option<Lesson>,
        material: impl FnOnce() -> Option<Material<'a>>,
    ) -> Result<(), ResumeError> {
        self.at_hand = None;
        let Some(lesson) = saved else { return Ok(()) };
        let material = material().filter(|material| material.images.len() == lesson.images());
        let Some(material) = material else {
            return Err(ResumeError::State("found other images".into()));
        };
        self.at_hand = Some((lesson, material));
        Ok(())
    }
}

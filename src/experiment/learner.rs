//! A network that learns one task after another.

use std::ops::ControlFlow;

use crate::base::stream::Stream;
use crate::config::sleep_replay::{SleepReplay, Training, Weights};
use crate::experiment::progress::{Progress, Watch};
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::mlp::training::{self, Trainer, TrainingError};

/// How networks of one model and seed are trained.
#[derive(Clone, Copy)]
pub struct School<'a> {
    /// The model.
    pub model: &'a SleepReplay,
    /// Seed of this repetition: names every random stream.
    pub seed: u64,
    /// Who is told.
    pub watch: &'a dyn Watch,
}

/// A network with the momentum of its training.
#[derive(Clone)]
pub struct Learner {
    /// The network.
    pub mlp: Mlp,
    trainer: Trainer,
}

/// What a lesson is called and made of.
pub struct Lesson<'a> {
    /// Which network learns, for progress: `sleep`, `joint`.
    pub network: &'a str,
    /// Names the random streams of order and dropout: equal lessons of different networks draw equally.
    pub stream: &'a str,
    /// The task, from 0; also the entity of the streams.
    pub task: usize,
    /// Tasks in all.
    pub tasks: usize,
    /// Images to learn.
    pub images: &'a Images,
    /// Passes through them.
    pub epochs: usize,
}

impl<'a> School<'a> {
    /// Training parameters, or `None` for a network from a file.
    pub fn training(&self) -> Option<&'a Training> {
        match &self.model.mlp.weights {
            Weights::Trained { training, .. } => Some(training),
            Weights::File { .. } => None,
        }
    }

    /// The untrained network of this seed, or `None` if networks come from a file.
    pub fn newborn(&self) -> Option<Learner> {
        let Weights::Trained {
            init,
            bias,
            training,
        } = &self.model.mlp.weights
        else {
            return None;
        };
        let config = &self.model.mlp;
        let keep = (1.0 - training.dropout) as f32;
        let mlp = Mlp::random(
            &config.layers,
            *bias,
            *init as f32,
            config.output,
            keep,
            self.seed,
        );
        let trainer = Trainer::new(
            &mlp,
            training::Training {
                batch: training.batch,
                learning_rate: training.learning_rate as f32,
                momentum: training.momentum as f32,
                dropout: training.dropout as f32,
            },
        );
        Some(Learner { mlp, trainer })
    }

    /// Teaches `learner` a lesson. Breaks if the run is to stop.
    ///
    /// # Errors
    /// If training diverges.
    pub fn teach(
        &self,
        learner: &mut Learner,
        lesson: &Lesson<'_>,
    ) -> Result<ControlFlow<()>, TrainingError> {
        let mut stream = Stream::new(self.seed, lesson.stream, lesson.task as u64);
        let per_epoch = lesson.images.len();
        learner.trainer.train(
            &mut learner.mlp,
            lesson.images,
            lesson.epochs,
            &mut stream,
            |progress| {
                if progress.images == progress.epoch * per_epoch {
                    self.watch.show(&Progress::Training {
                        seed: self.seed,
                        network: lesson.network,
                        task: lesson.task + 1,
                        tasks: lesson.tasks,
                        epoch: progress.epoch,
                        epochs: lesson.epochs,
                        loss: progress.loss,
                    });
                }
                if self.watch.stopped() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        )
    }

    /// Teaches the `task`th of `tasks` in sequence, with rehearsal of those before as the model asks.
    ///
    /// # Errors
    /// If training diverges.
    pub fn teach_task(
        &self,
        learner: &mut Learner,
        network: &str,
        task: usize,
        tasks: &[Images],
    ) -> Result<ControlFlow<()>, TrainingError> {
        let Some(training) = self.training() else {
            return Ok(ControlFlow::Continue(()));
        };
        let rehearsed;
        let mut images = &tasks[task];
        if training.rehearsal > 0.0 && task > 0 {
            let mut stream = Stream::new(self.seed, "mlp.rehearsal", task as u64);
            rehearsed = Images::rehearsed(
                &tasks[task],
                &tasks[..task],
                training.rehearsal,
                &mut stream,
            );
            images = &rehearsed;
        }
        let epochs = training.epochs[task];
        let lesson = Lesson {
            network,
            stream: "mlp.training",
            task,
            tasks: tasks.len(),
            images,
            epochs,
        };
        self.teach(learner, &lesson)
    }
}

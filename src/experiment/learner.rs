//! How the networks of one model and seed are made and trained.

use std::borrow::Cow;

use crate::base::stream::Stream;
use crate::config::sleep_replay::{Data, SleepReplay, Training, Weights};
use crate::experiment::control::{JOINT, MEAN_WEIGHTS};
use crate::experiment::inputs::Inputs;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::mlp::training::{self, Lesson, Trainer};

/// What all networks of one seed have in common.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The model.
    pub model: &'a SleepReplay,
    /// What it runs on.
    pub inputs: &'a Inputs,
    /// Seed of this repetition: names every random stream.
    pub seed: u64,
}

/// A network with the momentum of its training, if it is trained.
#[derive(Clone)]
pub struct Learner {
    /// The network.
    pub mlp: Mlp,
    /// Its momentum; `None` for a network from a file, and for one that learns no more.
    pub trainer: Option<Trainer>,
}

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

impl<'a> Setting<'a> {
    /// Training parameters, or `None` for a network from a file.
    pub fn training(&self) -> Option<&'a Training> {
        match &self.model.mlp.weights {
            Weights::Trained { training, .. } => Some(training),
            Weights::File { .. } => None,
        }
    }

    /// The network before anything is learnt: untrained, or from its file.
    pub fn first(&self) -> Learner {
        if let Some(mlp) = &self.inputs.given {
            return Learner {
                mlp: mlp.clone(),
                trainer: None,
            };
        }
        let config = &self.model.mlp;
        let Weights::Trained {
            init,
            bias,
            training,
        } = &config.weights
        else {
            unreachable!("a model's weights are trained or from a file, which has been read")
        };
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
                weight_decay: training.weight_decay as f32,
                noise: train_noise(self.model.data.as_ref()) as f32,
            },
        );
        Learner {
            mlp,
            trainer: Some(trainer),
        }
    }

    /// What `network` learns as its `task`th task: the images of all tasks at once for joint training, those of one task
    /// for the null model, and for others those of the task, with rehearsal of the ones before as the model asks.
    pub fn material(&self, network: &str, task: usize) -> Option<Material<'a>> {
        let training = self.training()?;
        let tasks = &self.inputs.train;
        if network == JOINT {
            return Some(Material {
                images: Cow::Borrowed(self.inputs.joint.as_ref()?),
                epochs: self.model.compare.joint.as_ref()?.epochs,
                task: 0,
                tasks: 1,
                purpose: "mlp.training.joint",
            });
        }
        let mut images = Cow::Borrowed(&tasks[task]);
        if training.rehearsal > 0.0 && task > 0 && network != MEAN_WEIGHTS {
            let mut stream = Stream::new(self.seed, "mlp.rehearsal", task as u64);
            images = Cow::Owned(Images::rehearsed(
                &tasks[task],
                &tasks[..task],
                training.rehearsal,
                &mut stream,
            ));
        }
        Some(Material {
            images,
            epochs: training.epochs[task],
            task,
            tasks: tasks.len(),
            purpose: "mlp.training",
        })
    }

    /// The lesson in which `material` is learnt.
    pub fn lesson(&self, material: &Material<'_>) -> Lesson {
        let Material { purpose, task, .. } = *material;
        let noise = train_noise(self.model.data.as_ref());
        lesson(
            self.seed,
            purpose,
            task,
            (material.images.len(), material.epochs),
            noise,
        )
    }
}

/// Noise that images of `data` are learnt with.
pub fn train_noise(data: Option<&Data>) -> f64 {
    data.map_or(0.0, |data| data.train_noise)
}

/// The lesson on `images` for so many epochs; `purpose` and `task` name its streams. With `noise` it has one for that.
pub fn lesson(
    seed: u64,
    purpose: &str,
    task: usize,
    (images, epochs): (usize, usize),
    noise: f64,
) -> Lesson {
    let stream = |purpose: &str| Stream::new(seed, purpose, task as u64);
    let lesson = Lesson::new(images, epochs, stream(purpose));
    match noise > 0.0 {
        true => lesson.with_noise(stream(&format!("{purpose}.noise"))),
        false => lesson,
    }
}

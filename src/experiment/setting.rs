//! What all networks of one model of sleep replay and one seed have in common, and what they learn.

use std::borrow::Cow;

use crate::config::sleep_replay::{SleepReplay, Training, Weights};
use crate::experiment::control::JOINT;
use crate::experiment::inputs::Inputs;
use crate::experiment::learner::Learner;
use crate::experiment::lesson::Material;

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
        let data = self.model.data.as_ref();
        Learner::untrained(&self.model.mlp, data, self.seed).unwrap_or_else(|| {
            unreachable!("a model's weights are trained or from a file, which has been read")
        })
    }

    /// What `network` learns as its `task`th task: the images of all tasks at once for joint training, those of one task
    /// for the null model, and for others those of the task, with rehearsal of the ones before as the model asks.
    pub fn material(&self, network: &str, task: usize) -> Option<Material<'a>> {
        let training = self.training()?;
        let tasks = &self.inputs.train;
        if network == JOINT {
            let epochs = self.model.compare.joint.as_ref()?.epochs;
            let images = self.inputs.joint.as_ref()?;
            return Some(Material::joint(Cow::Borrowed(images), epochs));
        }
        Some(Material::of_task(network, training, tasks, task, self.seed))
    }
}

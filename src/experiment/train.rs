//! Training without sleep: makes the network that others sleep with.

use crate::config::sleep_replay::{Amount, Joint, SleepReplay, TrainImages, Weights};
use crate::experiment::control::{JOINT, SEQUENTIAL, lessons};
use crate::experiment::error::ExperimentError;
use crate::experiment::estimate::memory_bytes;
use crate::experiment::inputs::Inputs;
use crate::experiment::pupil::Pupil;
use crate::experiment::resource;
use crate::experiment::score::Score;
use crate::experiment::setting::Setting;
use crate::experiment::sleep_replay::watched;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::run::progress::Watch;
use crate::run::{Ended, Run};

/// A trained network and its tests.
pub struct Trained {
    /// The network.
    pub mlp: Mlp,
    /// A test after each task, or one after joint training.
    pub scores: Vec<Score>,
    /// Whether training came to its end.
    pub complete: bool,
}

/// Trains the network of `model` on its tasks in sequence, or on all of them at once if `joint` (for the epochs of the
/// first task). `None` if the model's network comes from a file.
///
/// # Errors
/// If the data are missing or wrong, training diverges, or `watch` says to stop before it begins.
pub fn train(
    model: &SleepReplay,
    joint: bool,
    watch: &dyn Watch,
) -> Result<Option<Trained>, ExperimentError> {
    let mut model = model.clone();
    let mut inputs = Inputs::read_watched(&model, watch)?;
    resource::check_memory(memory_bytes(&model, &inputs), "weights and images")?;
    let Weights::Trained { training, .. } = &model.mlp.weights else {
        return Ok(None);
    };
    let tasks = inputs.train.len();
    let (network, bouts) = if joint {
        model.compare.joint = Some(Joint {
            train: TrainImages::PerTask(Amount::All),
            epochs: training.epochs[0],
        });
        inputs.joint = Some(Images::concatenate(&inputs.train));
        (JOINT, lessons(tasks - 1..tasks, true))
    } else {
        (SEQUENTIAL, lessons(0..tasks, true))
    };
    let setting = Setting {
        model: &model,
        inputs: &inputs,
        seed: model.seed,
    };
    let pupil = Pupil::new(setting, network, setting.first());
    let watched = watched(&model);
    let mut run = Run::new(model.seed, &bouts, &watched, pupil, None);
    let ended = run.run(watch, None)?;
    let pupil = run.act();
    Ok(Some(Trained {
        mlp: pupil.learner().mlp.clone(),
        scores: pupil.scores().to_vec(),
        complete: ended == Ended::Complete,
    }))
}

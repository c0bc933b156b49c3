//! Training without sleep: makes the network that others sleep with.

use crate::config::sleep_replay::SleepReplay;
use crate::experiment::control::{JOINT, SEQUENTIAL};
use crate::experiment::error::ExperimentError;
use crate::experiment::estimate::memory_bytes;
use crate::experiment::inputs::Inputs;
use crate::experiment::learner::{Lesson, School};
use crate::experiment::memory;
use crate::experiment::progress::Watch;
use crate::experiment::score::{Score, Stage};
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;

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
/// If the data are missing or wrong, or training diverges.
pub fn train(
    model: &SleepReplay,
    joint: bool,
    watch: &dyn Watch,
) -> Result<Option<Trained>, ExperimentError> {
    let inputs = Inputs::read(model)?;
    memory::check(memory_bytes(model, &inputs), "weights and images")?;
    let school = School {
        model,
        seed: model.seed,
        watch,
    };
    let (Some(training), Some(mut learner)) = (school.training(), school.newborn()) else {
        return Ok(None);
    };
    let mut scores = Vec::new();
    let mut complete = true;
    if joint {
        let images = Images::concatenate(&inputs.train);
        let lesson = Lesson {
            network: JOINT,
            stream: "mlp.training.joint",
            task: 0,
            tasks: 1,
            images: &images,
            epochs: training.epochs[0],
        };
        complete = school.teach(&mut learner, &lesson)?.is_continue();
        let last = Stage::Task(inputs.train.len() - 1);
        scores.push(school.test(JOINT, last, &learner.mlp, &inputs));
    } else {
        for task in 0..inputs.train.len() {
            complete = school
                .teach_task(&mut learner, SEQUENTIAL, task, &inputs.train)?
                .is_continue();
            if !complete {
                break;
            }
            scores.push(school.test(SEQUENTIAL, Stage::Task(task), &learner.mlp, &inputs));
        }
    }
    Ok(Some(Trained {
        mlp: learner.mlp,
        scores,
        complete,
    }))
}

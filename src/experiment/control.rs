//! The controls beside which sleep is judged: training without sleep, joint training, and the null model.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::experiment::learner::{Learner, Lesson, School};
use crate::experiment::score::{Score, Stage};
use crate::mlp::perceptron::Mlp;
use crate::mlp::training::{TrainingError, accuracy};

/// Name of training without sleep, in files and tables.
pub const SEQUENTIAL: &str = "sequential";
/// Name of training on all tasks at once.
pub const JOINT: &str = "joint";
/// Name of the null model.
pub const MEAN_WEIGHTS: &str = "mean_weights";

/// The same training without sleep, from the network `first` that has learnt the first task. `None` if stopped.
///
/// # Errors
/// If training diverges.
pub fn sequential(
    school: &School<'_>,
    inputs: &Inputs,
    first: &Learner,
) -> Result<Option<Vec<Score>>, ExperimentError> {
    let mut learner = first.clone();
    let mut scores = Vec::new();
    for task in 0..inputs.train.len() {
        if task > 0
            && school
                .teach_task(&mut learner, SEQUENTIAL, task, &inputs.train)?
                .is_break()
        {
            return Ok(None);
        }
        scores.push(school.test(SEQUENTIAL, Stage::Task(task), &learner.mlp, inputs));
    }
    Ok(Some(scores))
}

/// Training on the images of all tasks at once. `None` if stopped, or not asked for.
///
/// # Errors
/// If training diverges.
pub fn joint(school: &School<'_>, inputs: &Inputs) -> Result<Option<Score>, ExperimentError> {
    let (Some(images), Some(asked), Some(mut learner)) =
        (&inputs.joint, &school.model.compare.joint, school.newborn())
    else {
        return Ok(None);
    };
    let lesson = Lesson {
        network: JOINT,
        stream: "mlp.training.joint",
        task: 0,
        tasks: 1,
        images,
        epochs: asked.epochs,
    };
    if school.teach(&mut learner, &lesson)?.is_break() {
        return Ok(None);
    }
    let last = inputs.train.len().saturating_sub(1);
    Ok(Some(school.test(
        JOINT,
        Stage::Task(last),
        &learner.mlp,
        inputs,
    )))
}

/// The null model: the mean of the weights of networks that learnt one task each, all from one initialisation. The
/// first of them is `first`. `None` if stopped.
///
/// # Errors
/// If training diverges.
pub fn mean_weights(
    school: &School<'_>,
    inputs: &Inputs,
    first: &Learner,
) -> Result<Option<Score>, ExperimentError> {
    let Some(training) = school.training() else {
        return Ok(None);
    };
    let tasks = inputs.train.len();
    let others = (1..tasks).into_par_iter().map(|task| {
        let Some(mut learner) = school.newborn() else {
            return Ok(None);
        };
        let (images, epochs) = (&inputs.train[task], training.epochs[task]);
        let lesson = Lesson {
            network: MEAN_WEIGHTS,
            stream: "mlp.training",
            task,
            tasks,
            images,
            epochs,
        };
        Ok(match school.teach(&mut learner, &lesson)? {
            ControlFlow::Break(()) => None,
            ControlFlow::Continue(()) => Some(learner.mlp),
        })
    });
    let Some(others) = others.collect::<Result<Option<Vec<Mlp>>, TrainingError>>()? else {
        return Ok(None);
    };
    let networks: Vec<Mlp> = std::iter::once(first.mlp.clone()).chain(others).collect();
    let mean = Mlp::mean(&networks);
    Ok(Some(school.test(
        MEAN_WEIGHTS,
        Stage::Task(tasks - 1),
        &mean,
        inputs,
    )))
}

impl School<'_> {
    /// Tests `mlp` and tells the watcher.
    pub fn test(&self, network: &'static str, stage: Stage, mlp: &Mlp, inputs: &Inputs) -> Score {
        let score = Score {
            network,
            stage,
            accuracy: accuracy(mlp, &inputs.test),
        };
        self.watch
            .show(&crate::experiment::progress::Progress::Tested {
                seed: self.seed,
                network,
                stage: &stage.label(),
                slept: matches!(stage, Stage::Sleep { .. }),
                overall: score.accuracy.overall,
            });
        score
    }
}

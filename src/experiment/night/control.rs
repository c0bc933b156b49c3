//! Yardsticks that need no sleep.

use std::collections::BTreeMap;

use ndarray::Array2;
use rayon::prelude::*;

use crate::base::stream::Stream;
use crate::config::night::Control;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, REHEARSAL, SEQUENTIAL, lessons};
use crate::experiment::desk::Desk;
use crate::experiment::error::ExperimentError;
use crate::experiment::score::{Score, Stage};
use crate::memory::sketch::Sketch;
use crate::mlp::exam::Accuracy;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::mlp::shown::Shown;
use crate::mlp::yardstick;
use crate::protocol::hypnogram::Bout;
use crate::run::watched::Watched;
use crate::run::{Ended, Run};
use crate::stimulus::episode::{Field, Scenes};

use super::sleeper::{Setting, Sleeper};

/// Names of networks and classifiers in files.
pub const MEAN_CALIBRATED: &str = "mean_calibrated";
pub const ORACLE: &str = "oracle_calibration";
pub const NEAREST_DREAM: &str = "nearest_dream";
pub const NEAREST_MEAN: &str = "nearest_mean";
pub const LINEAR: &str = "linear";
pub const QUADRATIC: &str = "quadratic";

/// Patterns over which outputs of the mean of networks are calibrated.
const PATTERNS: u64 = 500;

/// Yardsticks of one seed.
pub(super) struct Controls<'a> {
    pub(super) setting: Setting<'a>,
    pub(super) watched: &'a Watched,
    pub(super) desk: &'a Desk<'a>,
}

/// What a network came to.
type Learnt = (Vec<Score>, Option<Mlp>);

impl<'a> Controls<'a> {
    fn asked(&self, control: Control) -> bool {
        self.setting.model.compare.has(control)
    }

    /// Trains a network through `bouts`; nothing, if the run is to stop before.
    fn train(
        &self,
        part: &str,
        network: &'static str,
        bouts: &[Bout],
    ) -> Result<Option<Learnt>, ExperimentError> {
        let seed = self.setting.seed;
        let sleeper = Sleeper::new(self.setting, network);
        let mut run = Run::new(seed, bouts, self.watched, sleeper, None);
        let ended = self.desk.carry_out(&format!("{seed}/{part}"), &mut run)?;
        let (sleeper, _) = run.into_parts();
        let done = ended == Ended::Complete;
        Ok(done.then(|| (sleeper.scores().to_vec(), Some(sleeper.learner.mlp))))
    }

    /// Networks that are trained: their scores; nothing, if the run is to stop before.
    pub(super) fn trained(&self) -> Result<Option<Vec<Score>>, ExperimentError> {
        let Setting { model, inputs, .. } = self.setting;
        let tasks = inputs.train.len();
        let last = tasks - 1;
        let all = lessons(0..tasks, true);
        let alone = |task: usize| lessons(task..=task, false);
        let mut jobs: Vec<(String, &'static str, Vec<Bout>)> = Vec::new();
        let sequential = self.asked(Control::Sequential) || self.asked(Control::Oracle);
        if sequential {
            jobs.push((SEQUENTIAL.into(), SEQUENTIAL, all.clone()));
        }
        if self.asked(Control::Rehearsal) {
            jobs.push((REHEARSAL.into(), REHEARSAL, all));
        }
        if self.asked(Control::Joint) {
            jobs.push((JOINT.into(), JOINT, lessons(last..=last, true)));
        }
        let means = self.asked(Control::MeanWeights) || self.asked(Control::MeanCalibrated);
        if means {
            let of = |task: usize| {
                (
                    format!("{MEAN_WEIGHTS} {}", task + 1),
                    MEAN_WEIGHTS,
                    alone(task),
                )
            };
            jobs.extend((0..tasks).map(of));
        }
        let done = jobs.par_iter().map(|(part, network, bouts)| {
            let learnt = self.train(part, network, bouts)?;
            Ok(learnt.map(|learnt| (*network, learnt)))
        });
        let done = done.collect::<Result<Option<Vec<(&str, Learnt)>>, ExperimentError>>()?;
        let Some(done) = done else { return Ok(None) };
        let mut scores = Vec::new();
        let mut networks: Vec<Mlp> = Vec::new();
        for (network, (own, mlp)) in done {
            match network {
                MEAN_WEIGHTS => networks.extend(mlp),
                SEQUENTIAL => {
                    if self.asked(Control::Sequential) {
                        scores.extend(own);
                    }
                    if let (true, Some(mlp)) = (self.asked(Control::Oracle), mlp) {
                        let seen = self.setting.shown().rows(&inputs.train);
                        let classes = model.seen(last);
                        let found =
                            yardstick::calibrated(&mlp, &classes, seen.view(), &inputs.test);
                        scores.push(self.score(ORACLE, found));
                    }
                }
                // What it knows at its end.
                _ => scores.extend(own.into_iter().next_back()),
            }
        }
        if means {
            let mean = Mlp::mean(&networks);
            if self.asked(Control::MeanWeights) {
                let accuracy = crate::mlp::exam::accuracy(&mean, &inputs.test);
                scores.push(self.score(MEAN_WEIGHTS, accuracy));
            }
            if self.asked(Control::MeanCalibrated) {
                let found = yardstick::calibrated(
                    &mean,
                    &model.seen(last),
                    self.fields().view(),
                    &inputs.test,
                );
                scores.push(self.score(MEAN_CALIBRATED, found));
            }
        }
        Ok(Some(scores))
    }

    /// Patterns with the mean of all images as their marginals.
    fn fields(&self) -> Array2<f32> {
        let Setting {
            model,
            inputs,
            seed,
        } = self.setting;
        let field = Field::new(
            &self.setting.shown().mean(&inputs.train),
            inputs.width,
            model.nights.sigma,
        );
        let scenes = Scenes::Field(field);
        let draw = |k| scenes.draw(0, &mut Stream::new(seed, "night.calibrated", k));
        let drawn: Vec<Vec<f32>> = (0..PATTERNS).map(draw).collect();
        let columns = drawn.first().map_or(0, Vec::len);
        Array2::from_shape_fn((drawn.len(), columns), |(k, i)| drawn[k][i])
    }

    fn score(&self, network: &'static str, accuracy: Accuracy) -> Score {
        let last = self.setting.inputs.train.len() - 1;
        Score {
            network,
            stage: Stage::Task(last),
            accuracy,
        }
    }

    /// Classifiers: of what was dreamt, and of what a store knows, which is learnt here unless the night has one.
    pub(super) fn classified(&self, sleeper: &Sleeper<'_>) -> Vec<Score> {
        let Setting { model, inputs, .. } = self.setting;
        let mut scores = Vec::new();
        if self.asked(Control::NearestDream) {
            let patterns: Vec<(u8, Vec<f32>)> = sleeper.patterns.clone().into_iter().collect();
            scores.push(self.score(NEAREST_DREAM, yardstick::nearest(&patterns, &inputs.test)));
        }
        let asked = [Control::NearestMean, Control::Linear, Control::Quadratic];
        if !asked.iter().any(|control| self.asked(*control)) {
            return scores;
        }
        let learnt = match sleeper.sketches.is_empty() {
            true => sketches(
                &inputs.train,
                &model.seen(inputs.train.len() - 1),
                model.nights.components,
                self.setting.shown(),
            ),
            false => sleeper.sketches.clone(),
        };
        let known: Vec<(u8, &Sketch)> = learnt.iter().map(|(class, own)| (*class, own)).collect();
        if self.asked(Control::NearestMean) {
            let mean = |own: &Sketch| own.mean().iter().map(|&x| x as f32).collect();
            let means: Vec<(u8, Vec<f32>)> = known
                .iter()
                .map(|(class, own)| (*class, mean(own)))
                .collect();
            scores.push(self.score(NEAREST_MEAN, yardstick::nearest(&means, &inputs.test)));
        }
        if self.asked(Control::Linear) {
            scores.push(self.score(LINEAR, yardstick::linear(&known, &inputs.test)));
        }
        if self.asked(Control::Quadratic) {
            scores.push(self.score(QUADRATIC, yardstick::quadratic(&known, &inputs.test)));
        }
        scores
    }
}

/// A sketch of each of `classes`, from the images of all tasks in their order, as they are `shown`.
fn sketches(
    tasks: &[Images],
    classes: &[u8],
    components: usize,
    shown: Shown,
) -> BTreeMap<u8, Sketch> {
    let learnt = classes.par_iter().map(|&class| {
        let mut sketch = Sketch::new(tasks.first().map_or(0, Images::pixels), components);
        for task in tasks {
            let own = task.of_class(class);
            for i in 0..own.len() {
                sketch.learn(shown.pixels(&own, i).into_iter());
            }
        }
        (class, sketch)
    });
    learnt.collect()
}

//! A network on its way through days and nights, or through the days of a yardstick.

mod dream;
mod mean;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::config::night::{Night, Part};
use crate::config::sleep_replay::{Training, Weights};
use crate::engine::simulation::Simulation;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, REHEARSAL};
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::learner::lesson;
use crate::experiment::score::{Score, Stage};
use crate::memory::sketch::Sketch;
use crate::mlp::exam::{Accuracy, Exam};
use crate::mlp::images::Images;
use crate::mlp::parameters::Parameters;
use crate::mlp::perceptron::Mlp;
use crate::mlp::training::{self, Lesson, Trainer};
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::act::{Act, pack, unpack};
use crate::run::error::ResumeError;
use crate::run::progress::{Progress, Watch};

use super::Inputs;
use super::calibration::Calibration;
use mean::MeanOf;

/// Images that a store learns of at a time: nobody waits for their end.
const AT_A_TIME: usize = 100;

/// What all networks of one seed have in common.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) model: &'a Night,
    pub(super) inputs: &'a Inputs,
    pub(super) seed: u64,
}

/// A network with what it remembers.
pub(super) struct Sleeper<'a> {
    pub(super) setting: Setting<'a>,
    network: &'static str,
    pub(super) mlp: Mlp,
    trainer: Option<Trainer>,
    lesson: Option<(Lesson, Material<'a>)>,
    exam: Option<Exam>,
    scores: Vec<Score>,
    stage: Stage,
    sleeps: usize,
    calibration: Option<Calibration>,
    mean: MeanOf,
    /// What it dreams each class as, read from weights.
    pub(super) patterns: BTreeMap<u8, Vec<f32>>,
    /// What a store holds, and how many images of the task at hand it has seen.
    pub(super) sketches: BTreeMap<u8, Sketch>,
    seen: usize,
}

/// All that changes.
#[derive(Serialize, Deserialize)]
struct State {
    mlp: Parameters,
    momentum: Option<Parameters>,
    lesson: Option<Lesson>,
    exam: Option<Exam>,
    scores: Vec<(Stage, Accuracy)>,
    stage: Stage,
    sleeps: usize,
    calibration: Option<Calibration>,
    mean: MeanOf,
    patterns: BTreeMap<u8, Vec<f32>>,
    sketches: BTreeMap<u8, Sketch>,
    seen: usize,
}

/// What is learnt at one bout.
struct Material<'a> {
    images: Cow<'a, Images>,
    epochs: usize,
    task: usize,
    tasks: usize,
    purpose: &'static str,
}

impl<'a> Setting<'a> {
    fn training(&self) -> Option<(&'a Training, f64, bool)> {
        match &self.model.mlp.weights {
            Weights::Trained {
                init,
                bias,
                training,
            } => Some((training, *init, *bias)),
            Weights::File { .. } => None,
        }
    }

    /// The network before anything is learnt.
    pub(super) fn innate(&self) -> Mlp {
        let config = &self.model.mlp;
        let Some((training, init, bias)) = self.training() else {
            return Mlp::zeros(&config.layers, config.output);
        };
        Mlp::random(
            &config.layers,
            bias,
            init as f32,
            config.output,
            (1.0 - training.dropout) as f32,
            self.seed,
        )
    }

    fn trainer(&self, mlp: &Mlp) -> Option<Trainer> {
        let (training, ..) = self.training()?;
        let how = training::Training {
            batch: training.batch,
            learning_rate: training.learning_rate as f32,
            momentum: training.momentum as f32,
            dropout: training.dropout as f32,
            weight_decay: training.weight_decay as f32,
            noise: self.model.data.train_noise as f32,
        };
        Some(Trainer::new(mlp, how))
    }

    /// What `network` learns as its `task`th task.
    fn material(&self, network: &str, task: usize) -> Option<Material<'a>> {
        let (training, ..) = self.training()?;
        let tasks = &self.inputs.train;
        if network == JOINT {
            return Some(Material {
                images: Cow::Owned(Images::concatenate(tasks)),
                epochs: training.epochs.iter().copied().max()?,
                task: 0,
                tasks: 1,
                purpose: "mlp.training.joint",
            });
        }
        let mut images = Cow::Borrowed(&tasks[task]);
        if network == REHEARSAL && task > 0 {
            let kept = self.model.compare.images;
            let old = self.model.data.tasks[..task].iter().enumerate();
            let classes: Vec<(usize, u8)> = old
                .flat_map(|(task, classes)| classes.iter().map(move |&class| (task, class)))
                .collect();
            let least = tasks[task].len() / classes.len();
            let of =
                |&(task, class): &(usize, u8)| tasks[task].of_class(class).repeated(kept, least);
            let mut parts = vec![tasks[task].clone()];
            parts.extend(classes.iter().map(of));
            images = Cow::Owned(Images::concatenate(&parts));
        } else if training.rehearsal > 0.0 && task > 0 && network != MEAN_WEIGHTS {
            let mut stream = Stream::new(self.seed, "mlp.rehearsal", task as u64);
            let old = &tasks[..task];
            let mixed = Images::rehearsed(&tasks[task], old, training.rehearsal, &mut stream);
            images = Cow::Owned(mixed);
        }
        Some(Material {
            images,
            epochs: training.epochs[task],
            task,
            tasks: tasks.len(),
            purpose: "mlp.training",
        })
    }

    fn lesson(&self, material: &Material<'_>) -> Lesson {
        let Material { purpose, task, .. } = *material;
        let noise = self.model.data.train_noise;
        lesson(
            self.seed,
            purpose,
            task,
            (material.images.len(), material.epochs),
            noise,
        )
    }
}

impl<'a> Sleeper<'a> {
    /// The network called `network` before its first day, as `mlp` is.
    pub(super) fn new(setting: Setting<'a>, network: &'static str, mlp: Mlp) -> Self {
        Self {
            trainer: setting.trainer(&mlp),
            setting,
            network,
            mlp,
            lesson: None,
            exam: None,
            scores: Vec::new(),
            stage: Stage::Given,
            sleeps: 0,
            calibration: None,
            mean: MeanOf::default(),
            patterns: BTreeMap::new(),
            sketches: BTreeMap::new(),
            seen: 0,
        }
    }

    /// Tests so far.
    pub(super) fn scores(&self) -> &[Score] {
        &self.scores
    }

    /// A piece of the day of `bout`.
    fn learn(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, ExperimentError> {
        self.stage = Stage::Task(bout.task);
        let sleeps = self.network == super::SLEEP;
        if sleeps && !self.setting.model.trains() {
            return Ok(self.store(bout.task, watch));
        }
        let (lesson, material) = match &mut self.lesson {
            Some(lesson) => lesson,
            none => {
                let Some(material) = self.setting.material(self.network, bout.task) else {
                    return Ok(ControlFlow::Break(()));
                };
                let lesson = self.setting.lesson(&material);
                none.insert((lesson, material))
            }
        };
        let Some(trainer) = &mut self.trainer else {
            return Ok(ControlFlow::Break(()));
        };
        if let Some(so_far) = trainer.step(&mut self.mlp, &material.images, lesson)? {
            let all = material.epochs * material.images.len();
            watch.show(&Progress::Training {
                seed: self.setting.seed,
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
        self.lesson = None;
        if sleeps {
            self.mean.see(&self.setting.inputs.train[bout.task]);
        }
        Ok(ControlFlow::Break(()))
    }

    /// Some images of `task` pass through the store.
    fn store(&mut self, task: usize, watch: &dyn Watch) -> ControlFlow<()> {
        let Setting {
            model,
            inputs,
            seed,
        } = self.setting;
        let images = &inputs.train[task];
        let stop = images.len().min(self.seen + AT_A_TIME);
        for i in self.seen..stop {
            let sketch = self.sketches.entry(images.label(i));
            let new = || Sketch::new(images.pixels(), model.nights.components);
            let pixels = images.image(i).iter();
            let pixels = pixels.map(|&byte| f64::from(byte) / f64::from(u8::MAX));
            sketch.or_insert_with(new).learn(pixels);
        }
        self.seen = stop;
        watch.show(&Progress::Training {
            seed,
            network: self.network,
            task: task + 1,
            tasks: inputs.train.len(),
            epoch: 1,
            epochs: 1,
            share: stop as f64 / images.len().max(1) as f64,
            loss: 0.0,
        });
        if stop < images.len() {
            return ControlFlow::Continue(());
        }
        self.seen = 0;
        ControlFlow::Break(())
    }

    /// One batch of a test.
    fn test(
        &mut self,
        file: Option<&mut RunFile>,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, ExperimentError> {
        let Setting { inputs, seed, .. } = self.setting;
        let exam = self.exam.get_or_insert_default();
        let Some(accuracy) = exam.step(&self.mlp, &inputs.test) else {
            return Ok(ControlFlow::Continue(()));
        };
        self.exam = None;
        let score = Score {
            network: self.network,
            stage: self.stage,
            accuracy,
        };
        watch.show(&Progress::Tested {
            seed,
            network: self.network,
            stage: &self.stage.label(),
            slept: matches!(self.stage, Stage::Sleep { .. }),
            overall: score.accuracy.overall,
        });
        if let Some(file) = file {
            let rows = score.rows(seed);
            rows.iter().try_for_each(|row| file.accuracy(row))?;
        }
        self.scores.push(score);
        Ok(ControlFlow::Break(()))
    }
}

impl Act for Sleeper<'_> {
    type Error = ExperimentError;

    fn build(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<Option<Simulation>, ExperimentError> {
        let built = match Night::part(&bout.name) {
            Some(Part::Capture) => self.build_capture(bout, watch),
            Some(Part::Dreams(step)) => self.build_dreams(bout, step, watch),
            None => Ok(None),
        };
        Ok(unless_stopped(built)?.flatten())
    }

    fn begin(&mut self, _bout: &Bout, _file: Option<&mut RunFile>) -> Result<(), ExperimentError> {
        Ok(())
    }

    fn spikes(&mut self, _population: usize, _t: Time, _nodes: &[u32]) {}

    fn end(
        &mut self,
        bout: &Bout,
        simulation: Simulation,
        file: Option<&mut RunFile>,
    ) -> Result<(), ExperimentError> {
        let is_over = match Night::part(&bout.name) {
            Some(Part::Capture) => {
                self.end_capture(bout, &simulation)?;
                false
            }
            Some(Part::Dreams(step)) => self.end_dreams(bout, step, &simulation, file)?,
            None => false,
        };
        if is_over {
            self.stage = Stage::Sleep {
                sleep: self.sleeps,
                task: bout.task,
            };
            self.sleeps += 1;
        }
        Ok(())
    }

    fn step(
        &mut self,
        bout: &Bout,
        file: Option<&mut RunFile>,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, ExperimentError> {
        match bout.kind {
            Kind::Training => self.learn(bout, watch),
            Kind::Test => self.test(file, watch),
            Kind::Sleep | Kind::Run => Ok(ControlFlow::Break(())),
        }
    }

    fn finish(&mut self) {
        self.trainer = None;
    }

    fn save(&self) -> Result<Vec<u8>, ResumeError> {
        let Self {
            setting: _,
            network: _,
            mlp,
            trainer,
            lesson,
            exam,
            scores,
            stage,
            sleeps,
            calibration,
            mean,
            patterns,
            sketches,
            seen,
        } = self;
        let scores = scores.iter();
        pack(&State {
            mlp: mlp.parameters(),
            momentum: trainer.as_ref().map(Trainer::parameters),
            lesson: lesson.as_ref().map(|(lesson, _)| lesson.clone()),
            exam: exam.clone(),
            scores: scores
                .map(|score| (score.stage, score.accuracy.clone()))
                .collect(),
            stage: *stage,
            sleeps: *sleeps,
            calibration: calibration.clone(),
            mean: mean.clone(),
            patterns: patterns.clone(),
            sketches: sketches.clone(),
            seen: *seen,
        })
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError> {
        let state: State = unpack(bytes)?;
        let Setting { model, inputs, .. } = self.setting;
        let (layers, pixels) = (&model.mlp.layers, model.mlp.layers[0]);
        let momentum = match (&mut self.trainer, &state.momentum) {
            (Some(trainer), Some(momentum)) => trainer.restore(momentum),
            (trainer, None) => {
                *trainer = None;
                true
            }
            (None, Some(_)) => false,
        };
        let calibration = state.calibration.as_ref();
        let kept = [&state.mean.all];
        let sized = |own: &Vec<f32>| own.is_empty() || own.len() == pixels;
        let patterns = state.patterns.values().chain(kept).all(sized);
        let components = model.nights.components;
        let mut sketches = state.sketches.values();
        let sketches = sketches.all(|own| own.fits(pixels, components));
        let fits = momentum
            && self.mlp.restore(&state.mlp)
            && calibration.is_none_or(|own| own.fits(layers.len() - 2, layers[layers.len() - 1]))
            && sketches
            && patterns
            && state
                .exam
                .as_ref()
                .is_none_or(|exam| exam.fits(&inputs.test));
        let stage = state.stage.after_task();
        let material = state
            .lesson
            .as_ref()
            .and_then(|_| self.setting.material(self.network, stage));
        let lesson = match (state.lesson, material) {
            (Some(lesson), Some(material)) if lesson.images() == material.images.len() => {
                Some((lesson, material))
            }
            (None, _) => None,
            _ => return Err(ResumeError::State("found another lesson".into())),
        };
        if !fits || stage >= inputs.train.len() {
            return Err(ResumeError::State("found another network".into()));
        }
        self.lesson = lesson;
        self.exam = state.exam;
        let network = self.network;
        let scores = state.scores.into_iter();
        let scores = scores.map(|(stage, accuracy)| Score {
            network,
            stage,
            accuracy,
        });
        self.scores = scores.collect();
        (self.stage, self.sleeps) = (state.stage, state.sleeps);
        self.calibration = state.calibration;
        self.mean = state.mean;
        (self.patterns, self.sketches) = (state.patterns, state.sketches);
        self.seen = state.seen;
        Ok(())
    }
}

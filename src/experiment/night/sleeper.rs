//! A network on its way through days and nights, or through the days of a yardstick.

mod dream;
mod mean;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::config::night::Night;
use crate::config::sleep_replay::Weights;
use crate::engine::simulation::Simulation;
use crate::experiment::control::{JOINT, REHEARSAL};
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::examined::{self, Examined};
use crate::experiment::learner::Learner;
use crate::experiment::lesson::{Lessons, Material};
use crate::experiment::score::{Score, Stage};
use crate::memory::sketch::Sketch;
use crate::mlp::images::Images;
use crate::mlp::parameters::Parameters;
use crate::mlp::perceptron::Mlp;
use crate::mlp::shown::Shown;
use crate::mlp::training::{Lesson, Trainer, TrainingError};
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::run_file::RunFile;
use crate::run::act::{Act, pack, unpack};
use crate::run::error::ResumeError;
use crate::run::progress::{Progress, Watch};

use super::Inputs;
use super::calibration::Calibration;
use super::error::NightError;
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
    pub(super) learner: Learner,
    lessons: Lessons<'a>,
    examined: Examined,
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
    examined: examined::State,
    stage: Stage,
    sleeps: usize,
    calibration: Option<Calibration>,
    mean: MeanOf,
    patterns: BTreeMap<u8, Vec<f32>>,
    sketches: BTreeMap<u8, Sketch>,
    seen: usize,
}

impl<'a> Setting<'a> {
    /// The network before anything is learnt; with nothing but zeros where its days train nothing.
    pub(super) fn innate(&self) -> Learner {
        let config = &self.model.mlp;
        let data = Some(&self.model.data);
        Learner::untrained(config, data, self.seed).unwrap_or_else(|| Learner {
            mlp: Mlp::zeros(&config.layers, config.output),
            trainer: None,
        })
    }

    /// What those see of training images who see each once.
    pub(super) fn shown(&self) -> Shown {
        Shown {
            noise: self.model.data.train_noise,
            seed: self.seed,
        }
    }

    /// What `network` learns as its `task`th task.
    fn material(&self, network: &str, task: usize) -> Option<Material<'a>> {
        let Weights::Trained { training, .. } = &self.model.mlp.weights else {
            return None;
        };
        let tasks = &self.inputs.train;
        if network == JOINT {
            let images = Cow::Owned(Images::concatenate(tasks));
            let epochs = training.epochs.iter().copied().max()?;
            return Some(Material::joint(images, epochs));
        }
        if network == REHEARSAL && task > 0 {
            let images = Cow::Owned(self.with_kept(task));
            let epochs = training.epochs[task];
            return Some(Material::new(images, epochs, task, tasks.len()));
        }
        Some(Material::of_task(network, training, tasks, task, self.seed))
    }

    /// The images of `task`, beside the ones that are kept of each class before it, repeated to about as many of each.
    fn with_kept(&self, task: usize) -> Images {
        let tasks = &self.inputs.train;
        let kept = self.model.compare.images;
        let old = self.model.data.tasks[..task].iter().enumerate();
        let classes: Vec<(usize, u8)> = old
            .flat_map(|(task, classes)| classes.iter().map(move |&class| (task, class)))
            .collect();
        let least = tasks[task].len() / classes.len();
        let of = |&(task, class): &(usize, u8)| tasks[task].of_class(class).repeated(kept, least);
        let parts = std::iter::once(tasks[task].clone()).chain(classes.iter().map(of));
        Images::concatenate(&parts.collect::<Vec<_>>())
    }
}

impl<'a> Sleeper<'a> {
    /// The network called `network` before its first day, innate.
    pub(super) fn new(setting: Setting<'a>, network: &'static str) -> Self {
        Self {
            setting,
            network,
            learner: setting.innate(),
            lessons: Lessons::new(setting.seed, network),
            examined: Examined::new(setting.seed, network),
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
        self.examined.scores()
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
        let (setting, network) = (self.setting, self.network);
        let material = || setting.material(network, bout.task);
        let flow = self.lessons.step(&mut self.learner, material, watch);
        let flow = flow.map_err(|error| match error {
            ExperimentError::Training(TrainingError::Diverged {
                epoch,
                learning_rate,
            }) if self.sleeps > 0 => NightError::Day {
                night: self.sleeps,
                epoch,
                learning_rate,
            }
            .into(),
            error => error,
        })?;
        if flow.is_break() && sleeps {
            self.mean
                .see(&setting.inputs.train[bout.task], setting.shown());
        }
        Ok(flow)
    }

    /// Some images of `task` pass through the store.
    fn store(&mut self, task: usize, watch: &dyn Watch) -> ControlFlow<()> {
        let Setting {
            model,
            inputs,
            seed,
        } = self.setting;
        let (images, shown) = (&inputs.train[task], self.setting.shown());
        let stop = images.len().min(self.seen + AT_A_TIME);
        for i in self.seen..stop {
            let sketch = self.sketches.entry(images.label(i));
            let new = || Sketch::new(images.pixels(), model.nights.components);
            let pixels = shown.pixels(images, i).into_iter();
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
}

impl Act for Sleeper<'_> {
    type Error = ExperimentError;

    fn build(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<Option<Simulation>, ExperimentError> {
        let built = match bout.kind {
            Kind::Capture => self.build_capture(bout, watch),
            Kind::Dreams(step) => self.build_dreams(bout, step, watch),
            _ => Ok(None),
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
        let is_over = match bout.kind {
            Kind::Capture => {
                self.end_capture(bout, &simulation)?;
                false
            }
            Kind::Dreams(step) => self.end_dreams(bout, step, &simulation, file)?,
            _ => false,
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
            Kind::Test => {
                let (mlp, tests) = (&self.learner.mlp, &self.setting.inputs.test);
                Ok(self.examined.step(mlp, tests, self.stage, file, watch)?)
            }
            _ => Ok(ControlFlow::Break(())),
        }
    }

    fn finish(&mut self) {
        self.learner.trainer = None;
    }

    fn save(&self) -> Result<Vec<u8>, ResumeError> {
        let Self {
            setting: _,
            network: _,
            learner: Learner { mlp, trainer },
            lessons,
            examined,
            stage,
            sleeps,
            calibration,
            mean,
            patterns,
            sketches,
            seen,
        } = self;
        pack(&State {
            mlp: mlp.parameters(),
            momentum: trainer.as_ref().map(Trainer::parameters),
            lesson: lessons.save(),
            examined: examined.save(),
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
        let last = layers.len() - 1;
        let calibration = state.calibration.as_ref();
        let patterns = &mut state.patterns.values();
        let components = model.nights.components;
        let sketches = &mut state.sketches.values();
        let task = state.stage.after_task();
        let fits = task < inputs.train.len()
            && self.learner.mlp.restore(&state.mlp)
            && self.learner.restore_momentum(state.momentum.as_ref())
            && calibration.is_none_or(|own| own.fits(last - 1, layers[last]))
            && state.mean.fits(pixels)
            && patterns.all(|own| own.len() == pixels)
            && sketches.all(|own| own.fits(pixels, components))
            && self.examined.load(state.examined, &inputs.test);
        if !fits {
            return Err(ResumeError::State("found another network".into()));
        }
        let (setting, network) = (self.setting, self.network);
        let material = || setting.material(network, task);
        self.lessons.load(state.lesson, material)?;
        (self.stage, self.sleeps) = (state.stage, state.sleeps);
        self.calibration = state.calibration;
        self.mean = state.mean;
        (self.patterns, self.sketches) = (state.patterns, state.sketches);
        self.seen = state.seen;
        Ok(())
    }
}

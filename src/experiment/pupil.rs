//! A network that goes through the bouts of sleep replay, or of a control: it learns, is tested, sleeps as a spiking
//! network and gets its weights back.

mod sleep;

use std::ops::ControlFlow;

use ndarray::Axis;
use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::config::sleep_replay::projection_name;
use crate::engine::assembly::assemble_watched;
use crate::engine::simulation::{self, Keep, Simulation};
use crate::experiment::encode::encode;
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::examined::{self, Examined};
use crate::experiment::learner::Learner;
use crate::experiment::lesson::Lessons;
use crate::experiment::score::{Score, Stage};
use crate::experiment::setting::Setting;
use crate::experiment::spiking::{self, Gains};
use crate::memory::Memory;
use crate::mlp::parameters::Parameters;
use crate::mlp::perceptron::Mlp;
use crate::mlp::training::Lesson;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::error::RecordError;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::act::{Act, pack, unpack};
use crate::run::error::ResumeError;
use crate::run::progress::{Building, Watch};

pub use sleep::Sleep;

/// Name of the network that sleeps, in files and tables.
pub const SLEEP: &str = "sleep";

/// A network on its way through its bouts.
pub struct Pupil<'a> {
    setting: Setting<'a>,
    /// Which network: `sleep`, `sequential`, …
    network: &'static str,
    learner: Learner,
    /// Whether the first task has been learnt before the first bout.
    is_ahead: bool,
    /// Whether training goes on after the last bout, with the momentum.
    goes_on: bool,
    /// Whether nothing but its scores is asked for after the last bout.
    for_scores: bool,
    /// Whether every bout is over.
    is_over: bool,
    lessons: Lessons<'a>,
    examined: Examined,
    /// Gains of the network that is about to sleep, or sleeps.
    gains: Option<Gains>,
    /// What it has cached awake, if it has a memory.
    memory: Option<Memory>,
    stage: Stage,
    /// Sleeps that have ended.
    sleeps: usize,
    /// Name of the sleep to keep for figures, if one is.
    kept: Option<String>,
    /// Spikes of that sleep so far, per population, while it goes on.
    spikes: Option<Vec<Vec<(Time, u32)>>>,
    sleep: Option<Sleep>,
    /// Whether a neuron of a layer that learns has fired in the sleep that goes on.
    has_learnt: bool,
    /// Names of the sleeps in which none has.
    silent: Vec<String>,
    /// Tasks of which no cached image is salient.
    unsalient: Vec<usize>,
}

/// All that changes.
#[derive(Serialize, Deserialize)]
struct State {
    /// `None` once nobody asks for it.
    mlp: Option<Parameters>,
    momentum: Option<Parameters>,
    lesson: Option<Lesson>,
    examined: examined::State,
    gains: Option<Gains>,
    memory: Option<Memory>,
    stage: Stage,
    sleeps: usize,
    spikes: Option<Vec<Vec<(Time, u32)>>>,
    sleep: Option<Sleep>,
    has_learnt: bool,
    silent: Vec<String>,
    unsalient: Vec<usize>,
}

impl<'a> Pupil<'a> {
    /// The network called `network`, which has learnt what `learner` has.
    pub fn new(setting: Setting<'a>, network: &'static str, learner: Learner) -> Self {
        Self {
            setting,
            network,
            learner,
            is_ahead: false,
            goes_on: false,
            for_scores: false,
            is_over: false,
            lessons: Lessons::new(setting.seed, network),
            examined: Examined::new(setting.seed, network),
            gains: None,
            memory: None,
            stage: Stage::Given,
            sleeps: 0,
            kept: None,
            spikes: None,
            sleep: None,
            has_learnt: false,
            silent: Vec::new(),
            unsalient: Vec::new(),
        }
    }

    /// The same, where the network has learnt the first task already: the bout in which it would is a name only.
    pub fn ahead(mut self) -> Self {
        self.is_ahead = true;
        self
    }

    /// The same, where training goes on after the last bout.
    pub fn going_on(mut self) -> Self {
        self.goes_on = true;
        self
    }

    /// The same, of which nothing but its scores is asked for after the last bout.
    pub fn for_scores(mut self) -> Self {
        self.for_scores = true;
        self
    }

    /// The same with the memory that the model asks for, if it does: of what is experienced from now on.
    pub fn remembering(mut self) -> Self {
        let asked = self.setting.model.memory.as_ref();
        self.memory = asked.map(|asked| Memory::new(asked.capacity));
        self
    }

    /// Keeps the last sleep of `bouts` for figures.
    pub fn keeping(mut self, bouts: &[Bout]) -> Self {
        let mut sleeps = bouts.iter().filter(|bout| bout.kind == Kind::Sleep);
        self.kept = sleeps.next_back().map(|bout| bout.name.clone());
        self
    }

    /// Tests so far.
    pub fn scores(&self) -> &[Score] {
        self.examined.scores()
    }

    /// The network as it is now.
    pub fn learner(&self) -> &Learner {
        &self.learner
    }

    /// The sleep kept for figures, once it has ended.
    pub fn sleep(&self) -> Option<&Sleep> {
        self.sleep.as_ref()
    }

    /// Names of the sleeps so far in which no neuron of a layer that learns has fired.
    pub fn silent(&self) -> &[String] {
        &self.silent
    }

    /// The tasks of which no image that was cached is salient.
    pub fn unsalient(&self) -> &[usize] {
        &self.unsalient
    }

    /// Whether `memory` may be its own.
    fn remembers(&self, memory: Option<&Memory>) -> bool {
        let model = self.setting.model;
        match (memory, &self.memory, &model.memory) {
            (None, None, _) => true,
            (Some(memory), Some(_), Some(asked)) => {
                memory.fits(asked.capacity, model.mlp.layers[0])
            }
            _ => false,
        }
    }

    fn is_kept(&self, bout: &Bout) -> bool {
        self.kept.as_ref() == Some(&bout.name)
    }

    /// One batch of the lesson of `bout`.
    fn learn(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, ExperimentError> {
        self.stage = Stage::Task(bout.task);
        let learns = self.learner.trainer.is_some();
        if !learns || self.is_ahead && bout.task == 0 {
            // It has learnt it already, but nothing was remembered then.
            self.remember(bout.task);
            return Ok(ControlFlow::Break(()));
        }
        let Self {
            setting,
            network,
            learner,
            lessons,
            ..
        } = self;
        let material = || setting.material(network, bout.task);
        let flow = lessons.step(learner, material, watch);
        let flow = flow.map_err(|error| match error {
            ExperimentError::Training(error) => error.after_sleeps(self.sleeps).into(),
            error => error,
        })?;
        if flow.is_break() {
            self.remember(bout.task);
        }
        Ok(flow)
    }

    /// Caches images of `task`, which has been learnt.
    fn remember(&mut self, task: usize) {
        let Setting {
            model,
            inputs,
            seed,
        } = self.setting;
        if let (Some(memory), Some(asked)) = (&mut self.memory, &model.memory) {
            let (images, mlp) = (&inputs.train[task], &self.learner.mlp);
            if !encode(memory, asked, images, mlp, seed, task) {
                self.unsalient.push(task);
            }
        }
    }

    /// Writes weights and biases `when` (before, after) `bout`.
    fn snapshot(
        &self,
        file: Option<&mut RunFile>,
        bout: &Bout,
        when: &str,
        t: Time,
    ) -> Result<(), RecordError> {
        let record = &self.setting.model.record;
        let Some(file) = file.filter(|_| record.weights_around_sleep) else {
            return Ok(());
        };
        let label = format!("{when} {}", bout.name);
        for (projection, layer) in self.learner.mlp.layers.iter().enumerate() {
            file.weights(projection, &label, t, &layer.weights.view().into())?;
        }
        // Behind the weights, of which all are recorded.
        let layers = &self.learner.mlp.layers;
        let biases = layers.iter().filter_map(|layer| layer.bias.as_ref());
        for (number, bias) in (layers.len()..).zip(biases) {
            let column = bias.view().insert_axis(Axis(1));
            file.weights(number, &label, t, &column.into())?;
        }
        Ok(())
    }
}

/// Synapses of the network that `mlp` becomes.
fn synapses(mlp: &Mlp) -> u64 {
    let layers = mlp.layers.iter();
    layers.map(|layer| layer.weights.len() as u64).sum()
}

impl Act for Pupil<'_> {
    type Error = ExperimentError;

    fn build(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<Option<Simulation>, ExperimentError> {
        let Setting {
            model,
            inputs,
            seed,
        } = self.setting;
        let seen = inputs.seen(bout.task);
        let mlp = &self.learner.mlp;
        let gains = self.gains.get_or_insert_with(|| Gains::new(model, mlp));
        let Some(gains) = gains.step(model, mlp, seen)? else {
            return Ok(None);
        };
        let network = spiking::network(model, seed, mlp, gains)?;
        let building = Building::new(watch, seed, synapses(mlp));
        let assembled = assemble_watched(&network, &building);
        let Some(mut simulation) = unless_stopped(assembled.map_err(ExperimentError::from))? else {
            return Ok(None);
        };
        simulation.begin(&simulation::Bout {
            number: 0,
            name: bout.name.clone(),
            start: bout.start,
            keep: Keep::Weights,
            on: Vec::new(),
            regime: simulation::Regime::default(),
        })?;
        let drive = spiking::drive(model, inputs, seen, self.memory.as_ref(), seed, bout);
        let of = |l: usize| &network.populations[l].name;
        simulation.drive(spiking::STIMULUS, of(0), spiking::WEIGHT, drive.input)?;
        if let Some(teacher) = drive.teacher {
            let output = of(network.populations.len() - 1);
            simulation.drive(spiking::TEACHER, output, spiking::TEACHER_WEIGHT, teacher)?;
        }
        Ok(Some(simulation))
    }

    fn begin(&mut self, bout: &Bout, file: Option<&mut RunFile>) -> Result<(), ExperimentError> {
        let layers = self.setting.model.mlp.layers.len();
        self.spikes = self.is_kept(bout).then(|| vec![Vec::new(); layers]);
        self.has_learnt = false;
        Ok(self.snapshot(file, bout, "before", bout.start)?)
    }

    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        if !self.has_learnt {
            // Nothing comes onto the input layer.
            let plasticity = &self.setting.model.plasticity.layers;
            let learns = population.checked_sub(1).and_then(|l| plasticity.get(l));
            self.has_learnt = learns.is_some_and(Option::is_some);
        }
        if let Some(spikes) = &mut self.spikes {
            spikes[population].extend(nodes.iter().map(|&node| (t, node)));
        }
    }

    fn end(
        &mut self,
        bout: &Bout,
        simulation: Simulation,
        file: Option<&mut RunFile>,
    ) -> Result<(), ExperimentError> {
        let before = self.spikes.take().map(|spikes| {
            let before = self.learner.mlp.parameters();
            (spikes, before)
        });
        let names = self.setting.model.mlp.layer_names();
        for (l, layer) in self.learner.mlp.layers.iter_mut().enumerate() {
            let weights = simulation.weights(&projection_name(&names, l))?;
            layer.set_weights(&weights);
        }
        self.gains = None;
        let learning = &self.setting.model.plasticity.layers;
        if !self.has_learnt && learning.iter().any(Option::is_some) {
            self.silent.push(bout.name.clone());
        }
        if let (Some(memory), Some(asked)) = (&mut self.memory, &self.setting.model.memory) {
            memory.fade(asked.decay);
        }
        self.snapshot(file, bout, "after", bout.stop)?;
        if let Some((spikes, before)) = before {
            self.sleep = Some(Sleep {
                start: bout.start,
                stop: bout.stop,
                spikes,
                before,
                after: self.learner.mlp.parameters(),
            });
        }
        self.stage = Stage::Sleep {
            sleep: self.sleeps,
            task: bout.task,
        };
        self.sleeps += 1;
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
        self.is_over = true;
        if !self.goes_on {
            self.learner.trainer = None;
        }
    }

    fn save(&self) -> Result<Vec<u8>, ResumeError> {
        let forgotten = self.is_over && self.for_scores;
        let trainer = self.learner.trainer.as_ref();
        pack(&State {
            mlp: (!forgotten).then(|| self.learner.mlp.parameters()),
            momentum: trainer.map(|trainer| trainer.parameters()),
            lesson: self.lessons.save(),
            examined: self.examined.save(),
            gains: self.gains.clone(),
            memory: self.memory.clone(),
            stage: self.stage,
            sleeps: self.sleeps,
            spikes: self.spikes.clone(),
            sleep: self.sleep.clone(),
            has_learnt: self.has_learnt,
            silent: self.silent.clone(),
            unsalient: self.unsalient.clone(),
        })
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError> {
        let state: State = unpack(bytes)?;
        let learner = &mut self.learner;
        let mlp = state.mlp;
        let fits = mlp.is_none_or(|parameters| learner.mlp.restore(&parameters))
            && learner.restore_momentum(state.momentum.as_ref());
        let layers = self.setting.model.mlp.layers.len();
        let known = |spikes: &Vec<_>| spikes.len() == layers;
        let gains = state.gains.as_ref();
        let fits = fits
            && state.spikes.as_ref().is_none_or(known)
            && gains.is_none_or(|gains| gains.fits(layers - 1))
            && self.remembers(state.memory.as_ref())
            && self
                .examined
                .load(state.examined, &self.setting.inputs.test);
        if !fits {
            return Err(ResumeError::State("found another network".into()));
        }
        if state.lesson.is_some() && !matches!(state.stage, Stage::Task(_)) {
            return Err(ResumeError::State("found a lesson without a task".into()));
        }
        let (setting, task) = (self.setting, state.stage.after_task());
        let material = || setting.material(self.network, task);
        self.lessons.load(state.lesson, material)?;
        self.gains = state.gains;
        self.memory = state.memory;
        (self.stage, self.sleeps) = (state.stage, state.sleeps);
        (self.spikes, self.sleep) = (state.spikes, state.sleep);
        (self.has_learnt, self.silent) = (state.has_learnt, state.silent);
        self.unsalient = state.unsalient;
        Ok(())
    }
}

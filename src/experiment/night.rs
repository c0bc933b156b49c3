//! One repetition of sleep replay: for each task train, sleep, put the weights back, test.

use std::cell::RefCell;
use std::ops::ControlFlow;

use ndarray::Array2;

use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::engine::Observer;
use crate::engine::assembly::assemble;
use crate::engine::fingerprint::Fingerprint;
use crate::engine::simulation::Ended;
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::experiment::learner::{Learner, School};
use crate::experiment::progress::{LayerActivity, Progress};
use crate::experiment::recurrent::guard::Tripped;
use crate::experiment::score::{Score, Stage};
use crate::experiment::spiking;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::protocol::bout;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::error::RecordError;
use crate::record::sink::{self, Sink};

/// Name of the network that sleeps, in files and tables.
pub const SLEEP: &str = "sleep";

/// What a night left.
pub struct Slept {
    /// Tests, in order.
    pub scores: Vec<Score>,
    /// The network at the end.
    pub mlp: Mlp,
    /// Hash over all spikes.
    pub fingerprint: Fingerprint,
    /// The last sleep that ran to its end.
    pub last_sleep: Option<Sleep>,
    /// Whether every bout ran to its end.
    pub complete: bool,
}

/// One sleep, kept for figures.
pub struct Sleep {
    /// The bout.
    pub bout: Bout,
    /// Per layer, its spikes.
    pub spikes: Vec<Vec<(Time, u32)>>,
    /// Per projection, weights when it began, shape (n_target, n_source).
    pub before: Vec<Matrix>,
    /// Per projection, weights when it ended.
    pub after: Vec<Matrix>,
}

/// A night in progress.
pub struct Night<'a> {
    school: School<'a>,
    inputs: &'a Inputs,
    bouts: &'a [Bout],
    sink: &'a mut dyn Sink,
    /// Whether to keep the last sleep.
    keep: bool,
}

impl<'a> Night<'a> {
    /// A night of `bouts`, written to `sink`; `keep` keeps the last sleep's spikes and weights in memory.
    pub fn new(
        school: School<'a>,
        inputs: &'a Inputs,
        bouts: &'a [Bout],
        sink: &'a mut dyn Sink,
        keep: bool,
    ) -> Self {
        Self {
            school,
            inputs,
            bouts,
            sink,
            keep,
        }
    }

    /// Runs the night of `learner`, which has learnt the first task already if it is trained at all.
    ///
    /// # Errors
    /// If training diverges, a layer cannot be converted, or the sink fails.
    pub fn run(mut self, mut learner: Sleeper) -> Result<Slept, ExperimentError> {
        let mut scores = Vec::new();
        let mut fingerprint = Fingerprint::default();
        let mut last_sleep = None;
        let mut sleeps = 0;
        let mut stage = Stage::Given;
        for bout in self.bouts {
            let seen = self.inputs.seen(bout.task);
            match bout.kind {
                Kind::Training => {
                    stage = Stage::Task(bout.task);
                    if bout.task > 0
                        && let Sleeper::Learner(learner) = &mut learner
                        && self
                            .school
                            .teach_task(learner, SLEEP, bout.task, &self.inputs.train)?
                            .is_break()
                    {
                        return Ok(self.stopped(
                            scores,
                            learner.mlp.clone(),
                            fingerprint,
                            last_sleep,
                        ));
                    }
                }
                Kind::Test => {
                    if !self.inputs.test.is_empty() {
                        let score = self.school.test(SLEEP, stage, learner.mlp(), self.inputs);
                        score
                            .rows(self.school.seed)
                            .iter()
                            .try_for_each(|row| self.sink.accuracy(row))?;
                        scores.push(score);
                    }
                }
                Kind::Sleep => {
                    let (slept, ended) =
                        self.sleep(bout, seen, learner.mlp_mut(), sleeps, &mut fingerprint)?;
                    if !ended {
                        let mlp = learner.mlp().clone();
                        return Ok(self.stopped(scores, mlp, fingerprint, last_sleep));
                    }
                    last_sleep = slept;
                    stage = Stage::Sleep {
                        sleep: sleeps,
                        task: bout.task,
                    };
                    sleeps += 1;
                }
            }
            self.sink.bout(&sink::Bout {
                name: bout.name.clone(),
                kind: bout.kind.name().into(),
                start: bout.start,
                stop: bout.stop,
            })?;
        }
        Ok(Slept {
            scores,
            mlp: learner.into_mlp(),
            fingerprint,
            last_sleep,
            complete: true,
        })
    }

    fn stopped(
        self,
        scores: Vec<Score>,
        mlp: Mlp,
        fingerprint: Fingerprint,
        last_sleep: Option<Sleep>,
    ) -> Slept {
        Slept {
            scores,
            mlp,
            fingerprint,
            last_sleep,
            complete: false,
        }
    }

    /// One sleep: MLP to spiking network, noise, weights back. Tells whether it ran to its end; if not, the weights
    /// of `mlp` are as before.
    fn sleep(
        &mut self,
        bout: &Bout,
        seen: &[Images],
        mlp: &mut Mlp,
        sleep: usize,
        fingerprint: &mut Fingerprint,
    ) -> Result<(Option<Sleep>, bool), ExperimentError> {
        let School { model, seed, watch } = self.school;
        let gains = spiking::gains(model, mlp, seen)?;
        let mut engine = assemble(&spiking::network(model, mlp, &gains)?)?;
        let stimulus = spiking::stimulus(model, self.inputs, seen, seed, bout);
        self.snapshot(mlp, bout, "before", bout.start)?;
        let n_layers = engine.populations().len();
        let kept = if self.keep {
            vec![Vec::new(); n_layers]
        } else {
            Vec::new()
        };
        let input = engine.populations()[0].name.clone();
        let failed = RefCell::new(None);
        let mut recorder = Recorder {
            sink: &mut *self.sink,
            kept,
            failed: &failed,
        };
        let sleeps = self
            .bouts
            .iter()
            .filter(|bout| bout.kind == Kind::Sleep)
            .count();
        let mut layers: Vec<LayerActivity> = engine
            .populations()
            .iter()
            .map(|population| LayerActivity {
                name: population.name.clone(),
                spikes: 0,
                size: population.size,
            })
            .collect();
        let ended = bout::sleep(
            &mut engine,
            bout,
            &input,
            stimulus,
            &mut recorder,
            |engine| {
                for (layer, &spikes) in layers.iter_mut().zip(engine.counts()) {
                    layer.spikes = spikes;
                }
                watch.show(&Progress::Sleeping {
                    seed,
                    sleep: sleep + 1,
                    sleeps,
                    simulated: engine.now() - bout.start,
                    total: bout.duration(),
                    layers: &layers,
                });
                if watch.stopped() || failed.borrow().is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        let kept = recorder.kept;
        if let Some(error) = failed.into_inner() {
            return Err(error.into());
        }
        match ended? {
            Ended::Reached => Tripped::check_finite(&engine)?,
            Ended::Enough => {
                fingerprint.merge(engine.fingerprint());
                return Ok((None, false));
            }
            Ended::Exploded(window) => return Err(Tripped::explosion(&engine, window).into()),
        }
        fingerprint.merge(engine.fingerprint());
        let after = spiking::weights(&engine, model)?;
        let before = mlp.layers.clone();
        for (layer, weights) in mlp.layers.iter_mut().zip(&after) {
            layer.set_weights(weights);
        }
        self.snapshot(mlp, bout, "after", bout.stop)?;
        let matrix = |weights: &Array2<f32>| Matrix::from(weights.view());
        let slept = self.keep.then(|| Sleep {
            bout: bout.clone(),
            spikes: kept,
            before: before.iter().map(|layer| matrix(&layer.weights)).collect(),
            after,
        });
        Ok((slept, true))
    }

    fn snapshot(&mut self, mlp: &Mlp, bout: &Bout, when: &str, t: Time) -> Result<(), RecordError> {
        if !self.school.model.record.weights_around_sleep {
            return Ok(());
        }
        for (projection, layer) in mlp.layers.iter().enumerate() {
            self.sink.weights(
                projection,
                &format!("{when} {}", bout.name),
                t,
                &Matrix::from(layer.weights.view()),
            )?;
        }
        Ok(())
    }
}

/// The network that sleeps.
pub enum Sleeper {
    /// It learns tasks in between.
    Learner(Learner),
    /// It comes from a file.
    Given(Mlp),
}

impl Sleeper {
    fn mlp(&self) -> &Mlp {
        match self {
            Self::Learner(learner) => &learner.mlp,
            Self::Given(mlp) => mlp,
        }
    }

    fn mlp_mut(&mut self) -> &mut Mlp {
        match self {
            Self::Learner(learner) => &mut learner.mlp,
            Self::Given(mlp) => mlp,
        }
    }

    fn into_mlp(self) -> Mlp {
        match self {
            Self::Learner(learner) => learner.mlp,
            Self::Given(mlp) => mlp,
        }
    }
}

/// Hands spikes to the sink, and keeps them if asked to.
struct Recorder<'a> {
    sink: &'a mut dyn Sink,
    /// Per population; empty if nothing is kept.
    kept: Vec<Vec<(Time, u32)>>,
    /// The first failure: the engine goes on to the end of its slice, the night does not.
    failed: &'a RefCell<Option<RecordError>>,
}

impl Observer for Recorder<'_> {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        if let Some(kept) = self.kept.get_mut(population) {
            kept.extend(nodes.iter().map(|&node| (t, node)));
        }
        let mut failed = self.failed.borrow_mut();
        if failed.is_none() {
            *failed = self.sink.spikes(population, t, nodes).err();
        }
    }
}

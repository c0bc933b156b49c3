//! One seed of sleep replay: the night and its controls, each a job, side by side on the threads there are.

use rayon::prelude::*;

use crate::engine::fingerprint::Fingerprint;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, SEQUENTIAL, WITHOUT_MEMORY, lessons};
use crate::experiment::desk::Desk;
use crate::experiment::error::ExperimentError;
use crate::experiment::learner::Learner;
use crate::experiment::pupil::{Pupil, SLEEP, Sleep};
use crate::experiment::score::Score;
use crate::experiment::setting::Setting;
use crate::mlp::perceptron::Mlp;
use crate::protocol::hypnogram::Bout;
use crate::record::run_file::RunFile;
use crate::run::guard::Tripped;
use crate::run::progress::{Progress, Watch};
use crate::run::watched::Watched;
use crate::run::{Ended, Run};

/// What one seed gave.
pub struct Repetition {
    /// The seed.
    pub seed: u64,
    /// The network that slept.
    pub slept: Slept,
    /// The same training without sleep, one score per task.
    pub sequential: Vec<Score>,
    /// The same with sleep but without a memory.
    pub without_memory: Vec<Score>,
    /// Joint training.
    pub joint: Option<Score>,
    /// The null model.
    pub mean_weights: Option<Score>,
    /// Whether everything ran to its end.
    pub complete: bool,
}

/// What a night left.
pub struct Slept {
    /// Tests, in order.
    pub scores: Vec<Score>,
    /// The network at the end.
    pub mlp: Mlp,
    /// Hash over all spikes.
    pub fingerprint: Fingerprint,
    /// Names of the sleeps in which no neuron of a layer that learns fired.
    pub silent: Vec<String>,
    /// Tasks of which the memory replays nothing, as no image that was cached is salient.
    pub unsalient: Vec<usize>,
    /// The last sleep, if it is kept for figures.
    pub last_sleep: Option<Sleep>,
    /// Whether every bout ran to its end.
    pub complete: bool,
    /// The guard that stopped it, or its control that sleeps without the memory, if one did.
    pub tripped: Option<Tripped>,
    /// The run file, still open so that the table of all seeds can follow.
    pub file: Option<RunFile>,
}

impl Repetition {
    /// Every score, those of the network that slept first.
    pub fn scores(&self) -> impl Iterator<Item = &Score> {
        self.slept.scores.iter().chain(self.control_scores())
    }

    /// The scores of the networks beside the one that slept.
    pub fn control_scores(&self) -> impl Iterator<Item = &Score> {
        let one = self.joint.iter().chain(&self.mean_weights);
        let without = self.without_memory.iter();
        self.sequential.iter().chain(without).chain(one)
    }
}

/// One seed, before it is run.
pub struct Jobs<'a> {
    /// The model, its inputs, the seed.
    pub setting: Setting<'a>,
    /// The night.
    pub bouts: &'a [Bout],
    /// What is watched of it.
    pub watched: &'a Watched,
    /// Whether the last sleep is kept for figures.
    pub keep: bool,
    /// Where it is done.
    pub desk: &'a Desk<'a>,
}

/// The network that has learnt the first task, from which all begin.
const FIRST: &str = "first";

/// The network of the null model that learns `task`.
fn other(task: usize) -> String {
    format!("{MEAN_WEIGHTS} {}", task + 1)
}

/// Name of the job that is `part` of the repetition with `seed`.
pub fn job(seed: u64, part: &str) -> String {
    format!("{seed}/{part}")
}

impl<'a> Jobs<'a> {
    /// Runs all of them; the night is written to `file`.
    ///
    /// # Errors
    /// If training diverges, a layer cannot be converted, a guard trips, or an output cannot be written.
    pub fn run(&self, file: Option<RunFile>) -> Result<Repetition, ExperimentError> {
        let Setting { seed, inputs, .. } = self.setting;
        let first = self.setting.first();
        let mut repetition = if inputs.given.is_some() {
            let pupil = Pupil::new(self.setting, SLEEP, first);
            self.alone(self.night(pupil, file)?)
        } else {
            let first = Pupil::new(self.setting, SLEEP, first).going_on();
            let first = match self.is_over() {
                // Nobody asks for it any more.
                true => Some(self.setting.first()),
                false => self.learn(FIRST, 0, first)?,
            };
            match first {
                Some(first) => self.beside_controls(&first, file)?,
                None => self.alone(Slept {
                    scores: Vec::new(),
                    mlp: Mlp::zeros(
                        &self.setting.model.mlp.layers,
                        self.setting.model.mlp.output,
                    ),
                    fingerprint: Fingerprint::default(),
                    silent: Vec::new(),
                    unsalient: Vec::new(),
                    last_sleep: None,
                    complete: false,
                    tripped: None,
                    file,
                }),
            }
        };
        repetition.complete &= repetition.slept.complete;
        if repetition.complete {
            self.desk.crew.show(&Progress::Done { seed });
            // The first first: by it a checkpoint in between tells.
            let others = (1..inputs.train.len()).map(other);
            for part in std::iter::once(FIRST.to_owned()).chain(others) {
                self.desk.ledger.forget(&job(seed, &part));
            }
        }
        Ok(repetition)
    }

    /// Whether all of them came to their ends before the run was stopped: the night begins after the first network, which is
    /// then forgotten with those of the null model.
    fn is_over(&self) -> bool {
        let saved = |part| self.desk.ledger.holds(&job(self.setting.seed, part));
        saved(SLEEP) && !saved(FIRST)
    }

    /// The night and the controls from one network that has learnt the first task.
    fn beside_controls(
        &self,
        first: &Learner,
        file: Option<RunFile>,
    ) -> Result<Repetition, ExperimentError> {
        let Setting { model, seed, .. } = self.setting;
        let ahead = |network| Pupil::new(self.setting, network, first.clone()).ahead();
        let without_memory = || match model.compare.without_memory {
            true => self.guarded(WITHOUT_MEMORY, ahead(WITHOUT_MEMORY), self.bouts),
            false => Ok((Vec::new(), true, None)),
        };
        let ((slept, (without_memory, joint)), (sequential, mean_weights)) = rayon::join(
            || {
                rayon::join(
                    || self.night(ahead(SLEEP), file),
                    || rayon::join(without_memory, || self.joint()),
                )
            },
            || {
                rayon::join(
                    || match model.compare.sequential {
                        true => self.tested(
                            SEQUENTIAL,
                            ahead(SEQUENTIAL),
                            &lessons(0..self.setting.inputs.train.len(), true),
                        ),
                        false => Ok((Vec::new(), true)),
                    },
                    || self.mean_weights(first),
                )
            },
        );
        let (mut slept, joint, sequential) = (slept?, joint?, sequential?);
        let (without_memory, forgot, tripped) = without_memory?;
        let (mean_weights, meant) = mean_weights?;
        if slept.complete {
            slept.tripped = tripped;
        }
        Ok(Repetition {
            seed,
            slept,
            complete: joint.1 && sequential.1 && forgot && meant,
            joint: joint.0.into_iter().next_back(),
            sequential: sequential.0,
            without_memory,
            mean_weights,
        })
    }

    fn alone(&self, slept: Slept) -> Repetition {
        Repetition {
            seed: self.setting.seed,
            slept,
            sequential: Vec::new(),
            without_memory: Vec::new(),
            joint: None,
            mean_weights: None,
            complete: true,
        }
    }

    /// The night of `pupil`.
    fn night(&self, pupil: Pupil<'a>, file: Option<RunFile>) -> Result<Slept, ExperimentError> {
        let pupil = if self.keep {
            pupil.keeping(self.bouts)
        } else {
            pupil
        };
        let seed = self.setting.seed;
        let pupil = pupil.remembering();
        let mut run = Run::new(seed, self.bouts, self.watched, pupil, file);
        let (ended, tripped) = self.desk.carry_out_guarded(&job(seed, SLEEP), &mut run)?;
        let fingerprint = run.fingerprint();
        let (pupil, file) = run.into_parts();
        Ok(Slept {
            scores: pupil.scores().to_vec(),
            mlp: pupil.learner().mlp.clone(),
            fingerprint,
            silent: pupil.silent().to_vec(),
            unsalient: pupil.unsalient().to_vec(),
            last_sleep: pupil.sleep().cloned(),
            complete: ended == Ended::Complete,
            tripped,
            file,
        })
    }

    /// The scores of a control that learns and is tested, so far, and whether they are all.
    fn tested(
        &self,
        part: &str,
        pupil: Pupil<'a>,
        bouts: &[Bout],
    ) -> Result<(Vec<Score>, bool), ExperimentError> {
        let (scores, complete, tripped) = self.guarded(part, pupil, bouts)?;
        match tripped {
            Some(tripped) => Err(tripped.into()),
            None => Ok((scores, complete)),
        }
    }

    /// The same of one that sleeps, with the guard that stopped it.
    fn guarded(
        &self,
        part: &str,
        pupil: Pupil<'a>,
        bouts: &[Bout],
    ) -> Result<(Vec<Score>, bool, Option<Tripped>), ExperimentError> {
        let seed = self.setting.seed;
        let pupil = pupil.for_scores();
        let mut run = Run::new(seed, bouts, self.watched, pupil, None);
        let (ended, tripped) = self.desk.carry_out_guarded(&job(seed, part), &mut run)?;
        let scores = run.act().scores().to_vec();
        Ok((scores, ended == Ended::Complete, tripped))
    }

    /// Training on the images of all tasks at once, if it is asked for.
    fn joint(&self) -> Result<(Vec<Score>, bool), ExperimentError> {
        let Setting { model, inputs, .. } = self.setting;
        if model.compare.joint.is_none() {
            return Ok((Vec::new(), true));
        }
        let last = inputs.train.len().saturating_sub(1);
        let pupil = Pupil::new(self.setting, JOINT, self.setting.first());
        self.tested(JOINT, pupil, &lessons(last..=last, true))
    }

    /// The null model, whose first network is `first`; and whether it has all of them.
    fn mean_weights(&self, first: &Learner) -> Result<(Option<Score>, bool), ExperimentError> {
        let Setting { model, inputs, .. } = self.setting;
        if !model.compare.mean_weights {
            return Ok((None, true));
        }
        let tasks = inputs.train.len();
        let others = (1..tasks).into_par_iter().filter(|_| !self.is_over());
        let others = others.map(|task| {
            let part = other(task);
            let pupil = Pupil::new(self.setting, MEAN_WEIGHTS, self.setting.first());
            let learnt = self.learn(&part, task, pupil)?;
            Ok(learnt.map(|learner| learner.mlp))
        });
        let others = others.collect::<Result<Option<Vec<Mlp>>, ExperimentError>>()?;
        let Some(others) = others else {
            return Ok((None, false));
        };
        let networks: Vec<Mlp> = std::iter::once(first.mlp.clone()).chain(others).collect();
        let mean = Learner {
            mlp: Mlp::mean(&networks),
            trainer: None,
        };
        let pupil = Pupil::new(self.setting, MEAN_WEIGHTS, mean);
        let last = tasks - 1;
        let (scores, tested) = self.tested(MEAN_WEIGHTS, pupil, &lessons(last..=last, true))?;
        Ok((scores.into_iter().next_back(), tested))
    }

    /// What `pupil` knows after `task`; `None` if the run is to stop before.
    fn learn(
        &self,
        part: &str,
        task: usize,
        pupil: Pupil<'a>,
    ) -> Result<Option<Learner>, ExperimentError> {
        let seed = self.setting.seed;
        let bouts = lessons(task..=task, false);
        let mut run = Run::new(seed, &bouts, self.watched, pupil, None);
        let ended = self.desk.carry_out(&job(seed, part), &mut run)?;
        Ok((ended == Ended::Complete).then(|| run.act().learner().clone()))
    }
}

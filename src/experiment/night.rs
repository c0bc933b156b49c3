//! Nights that dream what was learnt: seeds side by side, yardsticks, the run file, the table, the figures.

mod calibration;
pub(super) mod control;
pub mod error;
mod estimate;
mod knowledge;
mod network;
mod sleeper;
pub mod summary;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time;

use rayon::prelude::*;

use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::config::night::Night;
use crate::config::sleep_replay::{Source, projection_name};
use crate::engine::fingerprint::Fingerprint;
use crate::experiment::desk::{Desk, seeds};
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::{data_set, held_out, selection, tests};
use crate::experiment::notice;
use crate::experiment::outcome::{Experiment, Outcome, Summary as AnySummary};
use crate::experiment::score::Score;
use crate::experiment::trained_weights;
use crate::mlp::dataset;
use crate::mlp::exam::Tests;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::protocol::hypnogram::Bout;
use crate::record::layout::{Layout, Projection};
use crate::record::output;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::record::table;
use crate::record::warning;
use crate::report::figure;
use crate::run::aside::aside;
use crate::run::guard::Tripped;
use crate::run::population::Population;
use crate::run::progress::{Progress, Watch};
use crate::run::selection::Selection;
use crate::run::watched::Watched;
use crate::run::{Ended, Run};
use control::Controls;
use error::NightError;
pub use estimate::Estimate;
use sleeper::{Setting, Sleeper};
use summary::Summary;

pub use crate::experiment::pupil::SLEEP;

/// Table of accuracies, and figures.
const ACCURACY: &str = "accuracy.csv";
const FIGURES: &str = "figures";
const NAMES: [&str; 2] = ["dreams", "accuracy"];

/// Numbers of what is recorded as weights: the output layer, dreams, and class means.
const OUTPUT: usize = 0;
const DREAMS: usize = 1;
const MEANS: usize = 2;

/// Name of the matrix of dreams, which are images and no weights: a row for each output.
pub const DREAMT: &str = "dreams";
/// The same of mean images of classes.
pub const CLASS_MEANS: &str = "class_means";
/// The moment of class means. In run files of before they are the last of the dreams.
pub const AT_MEANS: &str = "class means";

/// What an experiment on nights runs on.
pub(super) struct Inputs {
    train: Vec<Images>,
    test: Tests,
    width: usize,
    height: usize,
}

impl Inputs {
    pub(super) fn read(model: &Night) -> Result<Self, ExperimentError> {
        let (data, set) = (&model.data, data_set(&model.data.source)?);
        set.check_layers(&model.mlp.layers, &data.tasks)?;
        let selection = selection(data, &data.train);
        let (rest, held) = held_out(data, &selection, &set)?;
        let train = selection.train(&rest)?;
        Ok(Self {
            test: tests(data, selection.test(&rest)?, held, &train),
            train,
            width: set.train.width(),
            height: set.train.height(),
        })
    }

    /// Pixels along a row of an image, and rows.
    pub(super) fn shape(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Training images of each class.
    fn counts(&self) -> BTreeMap<u8, u64> {
        let tasks = self.train.iter();
        let counts = tasks.flat_map(|task| task.counts());
        counts.map(|(class, n)| (class, n as u64)).collect()
    }

    /// The mean image of each class, a row for each of `outputs`.
    fn means(&self, outputs: usize) -> Matrix {
        let pixels = self.train.first().map_or(0, Images::pixels);
        let mut means = Matrix::zeros(outputs, pixels);
        for task in &self.train {
            for class in task.counts().into_keys() {
                let mean = Images::mean(&[task.of_class(class)]);
                for (i, x) in mean.into_iter().enumerate() {
                    means[(class.into(), i)] = x;
                }
            }
        }
        means
    }
}

/// Reads what `model` names, as a run does before anything else.
///
/// # Errors
/// If something is missing or wrong.
pub fn check_inputs(model: &Night) -> Result<(), ExperimentError> {
    Inputs::read(model).map(drop)
}

/// Networks that dream, one per seed, and their yardsticks.
pub(super) struct Dreamers {
    model: Night,
    inputs: Inputs,
    bouts: Vec<Bout>,
    watched: Watched,
    warnings: Vec<String>,
}

/// What a seed came to.
struct Slept {
    seed: u64,
    scores: Vec<Score>,
    dreams: Matrix,
    mlp: Mlp,
    fingerprint: Fingerprint,
    complete: bool,
    tripped: Option<Tripped>,
    file: Option<RunFile>,
}

impl Dreamers {
    /// Reads what `model` names.
    ///
    /// # Errors
    /// If something is missing or wrong, or `watch` says to stop.
    pub(super) fn new(model: Night, watch: &dyn Watch) -> Result<Self, ExperimentError> {
        estimate::check_memory(&model)?;
        let own = model.clone();
        let inputs = aside(watch, move || Inputs::read(&own))??;
        let warnings = notice::of_dreams(&model);
        warnings
            .iter()
            .for_each(|warning| tracing::warn!("{warning}"));
        Ok(Self {
            warnings,
            bouts: model.bouts()?,
            watched: watched(&model),
            inputs,
            model,
        })
    }

    fn one_seed(&self, desk: &Desk<'_>, index: usize, seed: u64) -> Result<Slept, ExperimentError> {
        let job = format!("{seed}/{SLEEP}");
        let file = desk.file(&job, index, seed, || self.layout(desk, seed))?;
        let setting = Setting {
            model: &self.model,
            inputs: &self.inputs,
            seed,
        };
        let controls = Controls {
            setting,
            watched: &self.watched,
            desk,
        };
        let night = || -> Result<_, ExperimentError> {
            let sleeper = Sleeper::new(setting, SLEEP);
            let mut run = Run::new(seed, &self.bouts, &self.watched, sleeper, file);
            let (ended, tripped) = desk.carry_out_guarded(&job, &mut run)?;
            // A night has no `max_weight`, which a guard would advise.
            if let Some(Tripped::Weight { synapse, time }) = &tripped {
                let (weight, time) = (synapse.weight, *time);
                return Err(NightError::Weight { weight, time }.into());
            }
            let fingerprint = run.fingerprint();
            let (sleeper, file) = run.into_parts();
            let complete = ended == Ended::Complete;
            let classified = match complete {
                true => controls.classified(&sleeper),
                false => Vec::new(),
            };
            Ok((sleeper, file, fingerprint, complete, tripped, classified))
        };
        let (night, trained) = rayon::join(night, || controls.trained());
        let (sleeper, mut file, fingerprint, slept, tripped, classified) = night?;
        let trained = trained?;
        let complete = slept && trained.is_some();
        let own = sleeper.scores().len();
        let mut scores = sleeper.scores().to_vec();
        scores.extend(classified);
        scores.extend(trained.into_iter().flatten());
        if complete {
            desk.crew.show(&Progress::Done { seed });
            if let Some(file) = &mut file {
                let rows = scores[own..].iter().flat_map(|score| score.rows(seed));
                rows.collect::<Vec<_>>()
                    .iter()
                    .try_for_each(|row| file.accuracy(row))?;
                let outputs = self.model.mlp.layers[self.model.mlp.layers.len() - 1];
                let end = self.bouts.last().map_or(Time::ZERO, |bout| bout.stop);
                file.weights(MEANS, AT_MEANS, end, &self.inputs.means(outputs))?;
                file.fingerprint(seed, &fingerprint.to_string())?;
                file.flush()?;
            }
        }
        Ok(Slept {
            seed,
            dreams: sleeper.dreamt(self.model.data.tasks.len() - 1),
            mlp: sleeper.learner.mlp,
            scores,
            fingerprint,
            complete,
            tripped,
            file,
        })
    }

    fn layout(&self, desk: &Desk<'_>, seed: u64) -> Layout {
        let model = &self.model;
        // What the file says runs this seed by itself.
        let alone = Night {
            seed,
            seeds: 1,
            ..model.clone()
        };
        let resolved = desk.held(model.seeds, model, &alone);
        let (names, sizes) = (model.mlp.layer_names(), &model.mlp.layers);
        let last = sizes.len() - 1;
        let images = |name: &str| Projection {
            name: name.into(),
            n_target: sizes[last],
            n_source: sizes[0],
        };
        Layout {
            seed,
            resolved: crate::config::resolved_night(resolved),
            source: desk.source.to_owned(),
            overrides: desk.overrides.to_vec(),
            warnings: self.warnings.clone(),
            tasks: model.task_labels(),
            is_validated: model.data.validation > 0,
            scores_training: model.data.score_training,
            populations: self.watched.layout(),
            projections: vec![
                Projection {
                    name: projection_name(&names, last - 1),
                    n_target: sizes[last],
                    n_source: sizes[last - 1],
                },
                images(DREAMT),
                images(CLASS_MEANS),
            ],
            ..Layout::default()
        }
    }

    /// Writes what a complete run leaves beside its run files.
    fn write(
        &self,
        desk: &Desk<'_>,
        slept: &[Slept],
        summary: &Summary,
    ) -> Result<(), ExperimentError> {
        let rows = slept.iter().flat_map(rows_of);
        table::write_csv(&desk.directory.join(ACCURACY), &rows.collect::<Vec<_>>())?;
        let taken = slept.iter();
        let taken = taken.flat_map(|own| own.scores.iter().flat_map(|score| score.taken(own.seed)));
        table::write_confusion(desk.directory, taken)?;
        let networks = slept.iter().map(|slept| (slept.seed, &slept.mlp));
        trained_weights::write(&self.model.output, networks, desk.directory)?;
        if !self.model.output.figures {
            return Ok(());
        }
        let figures = desk.directory.join(FIGURES);
        output::named_directory(&figures)?;
        if let Some(first) = slept.first() {
            let means = self.inputs.means(first.dreams.rows());
            let dreams = figure::Dreams {
                dreams: &first.dreams,
                means: &means,
                classes: self.model.data.classes().collect(),
                width: self.inputs.width,
                height: self.inputs.height,
                of: format!("seed {}", first.seed),
            };
            dreams.draw(&figures.join(NAMES[0]))?;
        }
        summary.figure().draw(&figures.join(NAMES[1]))?;
        Ok(())
    }
}

fn rows_of(slept: &Slept) -> Vec<table::Accuracy> {
    let scores = slept.scores.iter();
    scores.flat_map(|score| score.rows(slept.seed)).collect()
}

/// What is watched of a night.
fn watched(model: &Night) -> Watched {
    let names = model.mlp.layer_names();
    let sizes = &model.mlp.layers;
    let layers = names.iter().zip(sizes).enumerate();
    let mut populations: Vec<Population> = layers
        .map(|(l, (name, &size))| Population {
            name: name.clone(),
            size: size as u32,
            model: if l == 0 { "relay" } else { "lif" },
            recorded: model.record.spikes.contains(name).then_some(Selection::All),
        })
        .collect();
    populations.push(Population {
        name: network::TEACHER.into(),
        size: sizes[sizes.len() - 1] as u32,
        model: "relay",
        recorded: None,
    });
    Watched::spikes_of(populations)
}

/// Every file that `model` reads, as far as they are found.
pub(super) fn files(model: &Night) -> Vec<PathBuf> {
    match &model.data.source {
        Source::At(path) => dataset::files_at(path),
        Source::Files(images) => images.to_vec(),
        _ => Vec::new(),
    }
}

impl Experiment for Dreamers {
    fn files(&self) -> Vec<PathBuf> {
        files(&self.model)
    }

    fn checkpoint_every(&self) -> Option<time::Duration> {
        self.model.checkpoint_every
    }

    fn disk_bytes(&self, keep_seeds: bool) -> Result<f64, ExperimentError> {
        let files = if keep_seeds { self.model.seeds } else { 1 };
        let sizes = &self.model.mlp.layers;
        let last = sizes.len() - 1;
        let matrices = sizes[last] * (sizes[last - 1] + sizes[0]) * size_of::<f32>();
        let nights = self.model.data.tasks.len() as f64 + 1.0;
        Ok(files as f64 * (1e5 + nights * matrices as f64))
    }

    fn products(&self) -> Vec<PathBuf> {
        let figures = NAMES
            .iter()
            .flat_map(|name| ["svg", "png"].map(|ending| format!("{FIGURES}/{name}.{ending}")));
        let seeds = seeds(self.model.seed, self.model.seeds);
        let weights = trained_weights::names(&seeds);
        figures
            .chain(weights)
            .chain([ACCURACY, table::CONFUSION].map(str::to_owned))
            .map(PathBuf::from)
            .collect()
    }

    fn is_reported(&self) -> bool {
        self.model.record.report
    }

    fn run(&self, desk: &Desk<'_>) -> Result<Outcome, ExperimentError> {
        let slept: Vec<Result<Slept, ExperimentError>> = seeds(self.model.seed, self.model.seeds)
            .par_iter()
            .map(|&(index, seed)| {
                let slept = self.one_seed(desk, index, seed);
                desk.crew.share(slept.map_err(|error| error.of_seed(seed)))
            })
            .collect();
        let mut slept = slept.into_iter().collect::<Result<Vec<_>, _>>()?;
        let complete = slept.iter().all(|slept| slept.complete);
        let ended = slept
            .iter()
            .all(|own| own.complete || own.tripped.is_some());
        let mut tripped = None;
        for own in &mut slept {
            let stopped = own.tripped.take();
            tripped = tripped.or(stopped.map(|it| it.of_seed(own.seed, self.model.seeds)));
            if !(own.complete && ended) {
                own.file.take().map_or(Ok(()), RunFile::stop)?;
            }
        }
        if ended && slept.iter().any(|own| own.complete) {
            // What a guard has stopped says nothing of the others.
            slept.retain(|own| own.complete);
        }
        let rows = slept.iter().flat_map(rows_of).collect::<Vec<_>>();
        let hashes = slept
            .iter()
            .map(|own| (own.seed, own.fingerprint.to_string()));
        let summary = Summary::new(&self.model, &self.inputs.counts(), &rows, hashes.collect());
        let are_whole = ended && slept.iter().all(|own| own.complete);
        if are_whole {
            self.write(desk, &slept, &summary)?;
        }
        let (first, others) = slept.split_at_mut(1);
        if let Some(file) = &mut first[0].file
            && first[0].seed == self.model.seed
        {
            for other in others.iter() {
                rows_of(other)
                    .iter()
                    .try_for_each(|row| file.accuracy(row))?;
                file.fingerprint(other.seed, &other.fingerprint.to_string())?;
            }
        }
        // Those that were stopped are told of once they have gone on.
        slept.retain(|_| are_whole);
        let undecided = |own: &Slept| notice::of_undecided(own.seed, own.scores.iter());
        let late: Vec<Vec<String>> = slept
            .iter()
            .map(|own| undecided(own).into_iter().collect())
            .collect();
        for notice in late.iter().flatten() {
            tracing::warn!("{notice}");
        }
        for (own, mut late) in slept.into_iter().zip(warning::of_files(late)) {
            late.extend(tripped.as_ref().map(Tripped::to_string));
            if let Some(file) = own.file {
                let hex = own.fingerprint.to_string();
                warning::finish(file, &hex, &self.warnings, &late)?;
            }
        }
        Ok(Outcome {
            summary: AnySummary::Night(summary),
            complete,
            ended,
            tripped,
        })
    }
}

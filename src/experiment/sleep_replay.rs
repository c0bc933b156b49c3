//! Sleep replay: seeds in parallel, the run file, the table, the figures.

use std::path::{Path, PathBuf};
use std::time;

use rayon::prelude::*;

use crate::base::stop::Stop;
use crate::config::sleep_replay::{Input, Pattern, SleepReplay, Source, Weights, projection_name};
use crate::engine::assembly::assemble;
use crate::experiment::desk::{Desk, seeds};
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::estimate::{estimate, memory_bytes};
use crate::experiment::inputs::Inputs;
use crate::experiment::notice;
use crate::experiment::outcome::{Experiment, Outcome, Summary};
use crate::experiment::plot;
use crate::experiment::pupil::SLEEP;
use crate::experiment::repetition::{Jobs, Repetition, job};
use crate::experiment::resource;
use crate::experiment::setting::Setting;
use crate::experiment::spiking::{self, Gains};
use crate::experiment::summary;
use crate::experiment::trained_weights;
use crate::mlp::dataset;
use crate::neuron::relay;
use crate::protocol::hypnogram::Bout;
use crate::record::layout::{Layout, Projection};
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::record::table;
use crate::record::warning;
use crate::run::guard::Tripped;
use crate::run::population::Population;
use crate::run::progress::Watch;
use crate::run::sampling::{Probe, Probed, Sampling};
use crate::run::selection::Selection;
use crate::run::snapshot::Snapshots;
use crate::run::watched::Watched;

/// Table of accuracies, and folder of figures.
const ACCURACY: &str = "accuracy.csv";
const FIGURES: &str = "figures";

/// Nights, one per seed, and their controls.
pub(super) struct Nights {
    model: SleepReplay,
    inputs: Inputs,
    bouts: Vec<Bout>,
    watched: Watched,
    warnings: Vec<String>,
}

impl Nights {
    /// Reads what `model` names.
    ///
    /// # Errors
    /// If something is missing or wrong, the network impossible, or `watch` says to stop.
    pub(super) fn new(model: SleepReplay, watch: &dyn Watch) -> Result<Self, ExperimentError> {
        let inputs = Inputs::read_watched(&model, watch)?;
        resource::check_memory(memory_bytes(&model, &inputs), "weights and images")?;
        let bouts = model.bouts()?;
        check_network(&model, &inputs, watch)?;
        let warnings = notice::of_nights(&model, &inputs, &bouts);
        warnings
            .iter()
            .for_each(|warning| tracing::warn!("{warning}"));
        Ok(Self {
            warnings,
            watched: watched(&model),
            model,
            inputs,
            bouts,
        })
    }

    /// One seed, with its part of the run file written.
    fn one_seed(
        &self,
        desk: &Desk<'_>,
        index: usize,
        seed: u64,
    ) -> Result<Repetition, ExperimentError> {
        let night = job(seed, SLEEP);
        let file = desk.file(&night, index, seed, || layout(self, desk, seed))?;
        let jobs = Jobs {
            setting: Setting {
                model: &self.model,
                inputs: &self.inputs,
                seed,
            },
            bouts: &self.bouts,
            watched: &self.watched,
            keep: index == 0 && self.model.output.figures,
            desk,
        };
        let mut repetition = jobs.run(file)?;
        if repetition.complete {
            // The night's own scores are there already.
            let scores = repetition.control_scores();
            let rows: Vec<table::Accuracy> = scores.flat_map(|score| score.rows(seed)).collect();
            let hex = repetition.slept.fingerprint.to_string();
            if let Some(file) = &mut repetition.slept.file {
                rows.iter().try_for_each(|row| file.accuracy(row))?;
                file.fingerprint(seed, &hex)?;
                file.flush()?;
            }
        }
        Ok(repetition)
    }

    /// Ends the run files of seeds that have come to their ends: that of the first of all holds the table of all, others already
    /// hold their own. What stopped another seed stands in them, too.
    fn finish(
        &self,
        repetitions: &mut [Repetition],
        tripped: Option<&Tripped>,
    ) -> Result<(), ExperimentError> {
        let Some((first, others)) = repetitions.split_first_mut() else {
            return Ok(());
        };
        if let Some(file) = &mut first.slept.file
            && first.seed == self.model.seed
        {
            for other in others.iter() {
                rows_of(other)
                    .iter()
                    .try_for_each(|row| file.accuracy(row))?;
            }
            for other in others.iter() {
                file.fingerprint(other.seed, &other.slept.fingerprint.to_string())?;
            }
        }
        let late: Vec<Vec<String>> = repetitions.iter().map(|own| self.late(own)).collect();
        for notice in late.iter().flatten() {
            tracing::warn!("{notice}");
        }
        for (repetition, mut late) in repetitions.iter_mut().zip(warning::of_files(late)) {
            late.extend(tripped.map(Tripped::to_string));
            let slept = &mut repetition.slept;
            if let Some(file) = slept.file.take() {
                let hex = slept.fingerprint.to_string();
                warning::finish(file, &hex, &self.warnings, &late)?;
            }
        }
        Ok(())
    }

    /// What one seed came to warn of.
    fn late(&self, repetition: &Repetition) -> Vec<String> {
        let (seed, slept) = (repetition.seed, &repetition.slept);
        let undecided = notice::of_undecided(seed, repetition.scores());
        let silence = notice::of_silence(&self.model, seed, &slept.silent);
        let unsalient = notice::of_salience(seed, &slept.unsalient);
        silence
            .into_iter()
            .chain(undecided)
            .chain(unsalient)
            .collect()
    }

    /// Writes what a complete run leaves beside its run files, which are closed.
    ///
    /// # Errors
    /// If that cannot be done, or the run is to stop meanwhile.
    fn write(
        &self,
        desk: &Desk<'_>,
        repetitions: &[Repetition],
        summary: &summary::Summary,
    ) -> Result<(), ExperimentError> {
        self.write_tables(desk.directory, repetitions)?;
        if self.model.output.figures {
            let figures = desk.directory.join(FIGURES);
            plot::draw(
                &self.model,
                &self.inputs,
                repetitions,
                summary,
                &self.bouts,
                &figures,
                Stop::new(&|| desk.crew.is_told_to_stop()),
            )?;
        }
        self.write_weights(desk.directory, repetitions)
    }

    /// Tables of these `repetitions`.
    fn write_tables(
        &self,
        directory: &Path,
        repetitions: &[Repetition],
    ) -> Result<(), ExperimentError> {
        let rows: Vec<table::Accuracy> = repetitions.iter().flat_map(rows_of).collect();
        table::write_csv(&directory.join(ACCURACY), &rows)?;
        let taken = repetitions.iter().flat_map(|repetition| {
            let scores = repetition.scores();
            scores.flat_map(|score| score.taken(repetition.seed))
        });
        Ok(table::write_confusion(directory, taken)?)
    }

    /// The weights of these `repetitions` after their last sleep.
    fn write_weights(
        &self,
        directory: &Path,
        repetitions: &[Repetition],
    ) -> Result<(), ExperimentError> {
        let networks = repetitions.iter();
        let networks = networks.map(|repetition| (repetition.seed, &repetition.slept.mlp));
        trained_weights::write(&self.model.output, networks, directory)
    }
}

/// Every file that `model` reads, as far as they are found.
pub(super) fn files(model: &SleepReplay) -> Vec<PathBuf> {
    let mut files = Vec::new();
    match model.data.as_ref().map(|data| &data.source) {
        Some(Source::At(path)) => files.extend(dataset::files_at(path)),
        Some(Source::Files(images)) => files.extend(images.iter().cloned()),
        _ => {}
    }
    if let Weights::File { path, .. } = &model.mlp.weights {
        files.push(path.clone());
    }
    match &model.sleep.input {
        Input::Spikes(file) => files.push(file.path.clone()),
        Input::Image {
            pattern: Pattern::File(path),
            ..
        } => files.push(path.clone()),
        Input::Image { .. } => {}
    }
    files
}

impl Experiment for Nights {
    fn files(&self) -> Vec<PathBuf> {
        files(&self.model)
    }

    fn disk_bytes(&self, keep_seeds: bool) -> Result<f64, ExperimentError> {
        let files = if keep_seeds { self.model.seeds } else { 1 };
        Ok(files as f64 * estimate(&self.model, &self.inputs)?.file_bytes)
    }

    fn checkpoint_every(&self) -> Option<time::Duration> {
        self.model.checkpoint_every
    }

    fn products(&self) -> Vec<PathBuf> {
        let figures = plot::NAMES
            .iter()
            .flat_map(|name| ["svg", "png"].map(|ending| format!("{FIGURES}/{name}.{ending}")));
        let seeds = seeds(self.model.seed, self.model.seeds);
        let weights = trained_weights::names(&seeds);
        let names = figures
            .chain(weights)
            .chain([ACCURACY, table::CONFUSION].map(str::to_owned));
        names.map(PathBuf::from).collect()
    }

    fn is_reported(&self) -> bool {
        self.model.record.report
    }

    fn run(&self, desk: &Desk<'_>) -> Result<Outcome, ExperimentError> {
        let seeds = seeds(self.model.seed, self.model.seeds);
        let repetitions: Vec<Result<Repetition, ExperimentError>> = seeds
            .par_iter()
            .map(|&(index, seed)| {
                let slept = self.one_seed(desk, index, seed);
                desk.crew.share(slept.map_err(|error| error.of_seed(seed)))
            })
            .collect();
        let repetitions: Result<Vec<Repetition>, ExperimentError> =
            repetitions.into_iter().collect();
        let mut repetitions = repetitions?;
        let mut complete = repetitions.iter().all(|repetition| repetition.complete);
        let has_ended = |own: &Repetition| own.complete || own.slept.tripped.is_some();
        let mut ended = repetitions.iter().all(has_ended);
        let mut tripped = None;
        for repetition in &mut repetitions {
            let (seed, own) = (repetition.seed, repetition.slept.tripped.take());
            tripped = tripped.or(own.map(|own| own.of_seed(seed, self.model.seeds)));
            if !(repetition.complete && ended) {
                let file = repetition.slept.file.take();
                file.map_or(Ok(()), RunFile::stop)?;
            }
        }
        if ended && repetitions.iter().any(|own| own.complete) {
            // What a guard has stopped says nothing of the others.
            repetitions.retain(|own| own.complete);
            self.finish(&mut repetitions, tripped.as_ref())?;
        }
        let summary = summary::Summary::new(&self.model, &repetitions);
        if complete {
            complete = unless_stopped(self.write(desk, &repetitions, &summary))?.is_some();
            ended = complete;
        } else if ended && repetitions.iter().all(|own| own.complete) {
            self.write_tables(desk.directory, &repetitions)?;
            self.write_weights(desk.directory, &repetitions)?;
        }
        Ok(Outcome {
            summary: Summary::SleepReplay(summary),
            complete,
            ended,
            tripped,
        })
    }
}

fn rows_of(repetition: &Repetition) -> Vec<table::Accuracy> {
    let scores = repetition.scores();
    scores
        .flat_map(|score| score.rows(repetition.seed))
        .collect()
}

/// What is watched of a night.
pub(super) fn watched(model: &SleepReplay) -> Watched {
    let names = model.mlp.layer_names().into_iter().enumerate();
    let population = |(l, name): (usize, String)| Population {
        name,
        size: model.mlp.layers[l] as u32,
        model: match l {
            0 => relay::SPEC.name,
            _ => model.neuron.model.name,
        },
        recorded: model.record.spikes.contains(&l).then_some(Selection::All),
    };
    Watched {
        sampling: sampling(model),
        snapshots: snapshots(model),
        limits: model.guard.clone(),
        ..Watched::spikes_of(names.map(population).collect())
    }
}

fn sampling(model: &SleepReplay) -> Sampling {
    let names = model.mlp.layer_names();
    let probes = model.record.states.iter().flat_map(|states| {
        let layer = names.iter().position(|name| *name == states.population);
        let variables = states.variables.iter();
        variables.filter_map(move |&(variable, _)| {
            Some(Probe {
                of: Probed::Neurons {
                    population: layer?,
                    variable,
                    neurons: states.neurons.clone(),
                },
                every: states.every,
            })
        })
    });
    Sampling::new(probes.collect())
}

/// Layers whose outgoing weights are recorded: all around sleep, some at instants.
fn recorded(model: &SleepReplay) -> Vec<usize> {
    let names = model.mlp.layer_names();
    let weights = model.record.weights.as_ref();
    let asked = |l: &usize| {
        let name = projection_name(&names, *l);
        weights.is_some_and(|weights| weights.projections.contains(&name))
    };
    let all = 0..names.len() - 1;
    all.filter(|l| model.record.weights_around_sleep || asked(l))
        .collect()
}

fn snapshots(model: &SleepReplay) -> Snapshots {
    let Some(weights) = &model.record.weights else {
        return Snapshots::default();
    };
    let names = model.mlp.layer_names();
    let recorded = recorded(model).into_iter().enumerate();
    let recorded = recorded.map(|(number, l)| (number, projection_name(&names, l)));
    let asked = recorded.filter(|(_, name)| weights.projections.contains(name));
    Snapshots::new(asked.collect(), weights.instants.clone())
}

/// Builds the spiking network once, of weights as they are before training, so that wrong parameters are found
/// before anything is written.
fn check_network(
    model: &SleepReplay,
    inputs: &Inputs,
    watch: &dyn Watch,
) -> Result<(), ExperimentError> {
    let mlp = match &inputs.given {
        Some(mlp) => mlp.clone(),
        None => crate::mlp::perceptron::Mlp::zeros(&model.mlp.layers, model.mlp.output),
    };
    let mut gains = match &inputs.given {
        Some(mlp) => Gains::new(model, mlp),
        None => Gains::Known(vec![1.0; mlp.layers.len()]),
    };
    let stop = || watch.stopped();
    let gains = loop {
        if let Some(gains) = gains.step(model, &mlp, &inputs.train)? {
            break gains.to_vec();
        }
        Stop::new(&stop).ask()?;
    };
    assemble(&spiking::network(model, model.seed, &mlp, &gains)?)?;
    Ok(())
}

fn layout(nights: &Nights, desk: &Desk<'_>, seed: u64) -> Layout {
    let Nights {
        model,
        inputs,
        watched,
        warnings,
        ..
    } = nights;
    let names = model.mlp.layer_names();
    let sizes = &model.mlp.layers;
    let projection = |l: usize| Projection {
        name: projection_name(&names, l),
        n_target: sizes[l + 1],
        n_source: sizes[l],
    };
    // A column for each layer; sleep changes no bias.
    let bias = |(name, &n_target): (String, &usize)| Projection {
        name,
        n_target,
        n_source: 1,
    };
    let biases = model.mlp.bias_names().into_iter().zip(&sizes[1..]);
    let biases = biases.filter(|_| model.record.weights_around_sleep);
    let projections = recorded(model).into_iter().map(projection);
    let tasks = if inputs.train.is_empty() {
        Vec::new()
    } else {
        model.task_labels()
    };
    // What the file says runs this seed by itself.
    let alone = SleepReplay {
        seed,
        seeds: 1,
        ..model.clone()
    };
    let resolved = desk.held(model.seeds, model, &alone);
    Layout {
        seed,
        resolved: crate::config::resolved(resolved),
        source: desk.source.to_owned(),
        overrides: desk.overrides.to_vec(),
        warnings: warnings.clone(),
        data: inputs.digest(),
        is_validated: model.data.as_ref().is_some_and(|data| data.validation > 0),
        scores_training: model.data.as_ref().is_some_and(|data| data.score_training),
        tasks,
        populations: watched.layout(),
        projections: projections.chain(biases.map(bias)).collect(),
        compress_weights: model.record.compress,
        reports: watched.sampling.reports(&watched.populations),
        ..Layout::default()
    }
}

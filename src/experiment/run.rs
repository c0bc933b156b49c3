//! A whole run: seeds in parallel, the run file, the table, the figures.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::sleep_replay::{SleepReplay, Weights};
use crate::engine::assembly::assemble;
use crate::experiment::error::ExperimentError;
use crate::experiment::estimate::memory_bytes;
use crate::experiment::inputs::Inputs;
use crate::experiment::memory;
use crate::experiment::progress::Watch;
use crate::experiment::recurrent::guard::Tripped;
use crate::experiment::repetition::{self, Repetition};
use crate::experiment::summary::Summary;
use crate::experiment::{plot, spiking};
use crate::mlp::weight_file;
use crate::protocol::hypnogram::Bout;
use crate::record::layout::{Layout, Population, Projection};
use crate::record::output;
use crate::record::run_file::RunFile;
use crate::record::sink::{Nowhere, Sink};
use crate::record::table;

/// What a run is given beside the model.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Directory to make; numbered (`run-001`, …) in the current directory if absent.
    pub out: Option<PathBuf>,
    /// Whether every seed leaves a run file, not the first alone.
    pub keep_seeds: bool,
    /// The model file as typed, kept in the run file.
    pub source: String,
    /// What was given beside it in place of its values, `key=value`, kept there too.
    pub overrides: Vec<String>,
}

impl Options {
    /// Makes the directory to write into.
    ///
    /// # Errors
    /// If it exists or cannot be made.
    pub fn directory(&self) -> Result<PathBuf, ExperimentError> {
        let Some(directory) = &self.out else {
            return Ok(output::numbered_directory(Path::new("."), "run")?);
        };
        output::named_directory(directory)?;
        Ok(directory.clone())
    }
}

/// What a run left: `S` is its table.
pub struct Finished<S> {
    /// Directory with `run.h5`, a tidy CSV, figures.
    pub directory: PathBuf,
    /// What is in it, by name.
    pub files: Vec<String>,
    /// The table.
    pub summary: S,
    /// Whether the run, of every seed, came to its end.
    pub complete: bool,
    /// The guard that stopped it, if one did.
    pub tripped: Option<Tripped>,
}

/// Runs `model`.
///
/// # Errors
/// If an input is wrong (then nothing is written) or an output cannot be written.
pub fn run(
    model: &SleepReplay,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Finished<Summary>, ExperimentError> {
    let inputs = Inputs::read(model)?;
    memory::check(memory_bytes(model, &inputs), "weights and images")?;
    let bouts = model.bouts()?;
    if matches!(model.mlp.weights, Weights::Trained { bias: true, .. }) {
        tracing::warn!(
            "the MLP has biases, which take no part in sleep: the spiking network has none"
        );
    }
    check_network(model, &inputs)?;
    let directory = options.directory()?;
    let seeds: Vec<u64> = (0..model.seeds)
        .map(|k| model.seed.wrapping_add(k))
        .collect();
    let repetitions = seeds
        .par_iter()
        .map(|&seed| one_seed(model, options, &directory, &inputs, &bouts, seed, watch))
        .collect::<Result<Vec<_>, ExperimentError>>();
    let repetitions = repetitions.inspect_err(|_| {
        // A folder in which nothing could be written; one with content refuses.
        let _ = std::fs::remove_dir(&directory);
    })?;
    let (repetitions, mut files): (Vec<Repetition>, Vec<Option<RunFile>>) =
        repetitions.into_iter().flatten().unzip();
    let complete = repetitions.len() == seeds.len()
        && repetitions.iter().all(|repetition| repetition.complete);
    let rows: Vec<table::Accuracy> = repetitions
        .iter()
        .flat_map(|repetition| {
            repetition
                .scores()
                .flat_map(|score| score.rows(repetition.seed))
                .collect::<Vec<_>>()
        })
        .collect();
    if let Some(Some(first)) = files.first_mut() {
        // The first file holds the table of all seeds; others already hold their own.
        rows.iter()
            .filter(|row| row.seed != model.seed)
            .try_for_each(|row| first.accuracy(row))?;
        for repetition in repetitions[1..].iter().filter(|other| other.complete) {
            first.fingerprint(repetition.seed, &repetition.slept.fingerprint.to_string())?;
        }
    }
    for (file, repetition) in files.into_iter().zip(&repetitions) {
        let Some(file) = file else { continue };
        // The first file speaks for all seeds, others for their own.
        if complete || repetition.complete && repetition.seed != model.seed {
            file.finish(&repetition.slept.fingerprint.to_string())?
        } else {
            file.stop()?
        }
    }
    table::write_csv(&directory.join("accuracy.csv"), &rows)?;
    let summary = Summary::new(model, &repetitions);
    if model.output.figures {
        plot::draw(
            model,
            &inputs,
            &repetitions,
            &summary,
            &directory.join("figures"),
        )?;
    }
    if complete {
        export(model, &repetitions, &directory)?;
    }
    Ok(Finished {
        files: listing(&directory),
        directory,
        summary,
        complete,
        tripped: None,
    })
}

/// What lies in `directory`, folders with a slash; nothing if it cannot be read, as it only adorns the output.
pub(super) fn listing(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            let slash = if entry.path().is_dir() { "/" } else { "" };
            format!("{}{slash}", entry.file_name().to_string_lossy())
        })
        .collect();
    names.sort();
    names
}

/// One seed, its run file still open so that the table of all seeds can follow. `None` for a further seed that did not
/// begin before the run was stopped.
fn one_seed(
    model: &SleepReplay,
    options: &Options,
    directory: &Path,
    inputs: &Inputs,
    bouts: &[Bout],
    seed: u64,
    watch: &dyn Watch,
) -> Result<Option<(Repetition, Option<RunFile>)>, ExperimentError> {
    let first = seed == model.seed;
    if !first && watch.stopped() {
        return Ok(None);
    }
    let name = if first {
        "run.h5".into()
    } else {
        format!("run-seed-{seed}.h5")
    };
    let mut file = (first || options.keep_seeds)
        .then(|| RunFile::create(&directory.join(name), layout(model, options, inputs, seed)))
        .transpose()?;
    let mut nowhere = Nowhere;
    let sink: &mut (dyn Sink + Send) = match &mut file {
        Some(file) => file,
        None => &mut nowhere,
    };
    let repetition = repetition::run(model, inputs, bouts, seed, watch, sink, first)?;
    if let Some(file) = &mut file {
        // The night's own scores are there already.
        for row in repetition
            .control_scores()
            .flat_map(|score| score.rows(seed))
        {
            file.accuracy(&row)?;
        }
        if repetition.complete {
            file.fingerprint(seed, &repetition.slept.fingerprint.to_string())?;
        }
        file.flush()?;
    }
    Ok(Some((repetition, file)))
}

/// Builds the spiking network once, of weights as they are before training, so that wrong parameters are found
/// before anything is written.
fn check_network(model: &SleepReplay, inputs: &Inputs) -> Result<(), ExperimentError> {
    let mlp = match &inputs.given {
        Some(mlp) => mlp.clone(),
        None => crate::mlp::perceptron::Mlp::zeros(&model.mlp.layers, model.mlp.output),
    };
    let gains = match &inputs.given {
        Some(mlp) => spiking::gains(model, mlp, &inputs.train)?,
        None => vec![1.0; mlp.layers.len()],
    };
    assemble(&spiking::network(model, &mlp, &gains)?)?;
    Ok(())
}

fn layout(model: &SleepReplay, options: &Options, inputs: &Inputs, seed: u64) -> Layout {
    let names = model.mlp.layer_names();
    let sizes = &model.mlp.layers;
    let population = |l: usize| Population {
        name: names[l].clone(),
        size: sizes[l],
        recorded: match model.record.spikes.contains(&l) {
            true => sizes[l],
            false => 0,
        },
    };
    let projection = |l: usize| Projection {
        name: spiking::projection_name(&names, l),
        n_target: sizes[l + 1],
        n_source: sizes[l],
    };
    let recorded = if model.record.weights_around_sleep {
        sizes.len() - 1
    } else {
        0
    };
    let tasks = if inputs.train.is_empty() {
        Vec::new()
    } else {
        task_labels(model)
    };
    // What the file says runs this seed by itself.
    let alone = SleepReplay {
        seed,
        seeds: 1,
        ..model.clone()
    };
    let resolved = if options.keep_seeds || model.seeds == 1 {
        &alone
    } else {
        model
    };
    Layout {
        seed,
        resolved: crate::config::resolved(resolved),
        source: options.source.clone(),
        overrides: options.overrides.clone(),
        tasks,
        populations: (0..sizes.len()).map(population).collect(),
        projections: (0..recorded).map(projection).collect(),
        reports: Vec::new(),
    }
}

/// Names of the tasks: their classes, "0 1".
pub fn task_labels(model: &SleepReplay) -> Vec<String> {
    let label = |classes: &Vec<u8>| {
        classes
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    model
        .data
        .iter()
        .flat_map(|data| data.tasks.iter().map(label))
        .collect()
}

fn export(
    model: &SleepReplay,
    repetitions: &[Repetition],
    directory: &Path,
) -> Result<(), ExperimentError> {
    for repetition in repetitions {
        let stem = match repetitions.len() {
            1 => "weights".into(),
            _ => format!("weights-seed-{}", repetition.seed),
        };
        if model.output.safetensors {
            let path = directory.join(format!("{stem}.safetensors"));
            weight_file::write_safetensors(&path, &repetition.slept.mlp)?;
        }
        if model.output.npz {
            weight_file::write_npz(
                &directory.join(format!("{stem}.npz")),
                &repetition.slept.mlp,
            )?;
        }
    }
    Ok(())
}

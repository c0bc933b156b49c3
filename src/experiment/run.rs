//! A whole run of any experiment: begun or gone on with, to its end, and what it leaves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::{self, Model};
use crate::experiment::desk::{Desk, RUN_FILE};
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::foraging::Foragers;
use crate::experiment::limit;
use crate::experiment::load;
use crate::experiment::night::{self, Dreamers};
use crate::experiment::outcome::{Experiment, Outcome};
use crate::experiment::recurrent::Network;
use crate::experiment::report;
use crate::experiment::resource;
use crate::experiment::sleep_replay::{self, Nights};
use crate::record::checkpoint::{self, Checkpoint, CheckpointError};
use crate::record::lock::lock;
use crate::record::{ahead, output, recover};
use crate::run::aside::{aside, free};
use crate::run::crew::Crew;
use crate::run::error::ResumeError;
use crate::run::guard::Tripped;
use crate::run::ledger::Ledger;
use crate::run::progress::Watch;
use crate::run::source;

pub use crate::experiment::outcome::Summary;

/// What a run is given beside the model.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Directory to make; numbered (`run-001`, …) in the current directory if absent.
    pub out: Option<PathBuf>,
    /// Whether every seed leaves a run file, not the first alone.
    pub keep_seeds: bool,
    /// The model file as typed, kept in the run file.
    pub source: String,
    /// What was given beside it in place of its values, `key=value` each; kept in the run file.
    pub overrides: Vec<String>,
}

impl Options {
    /// Makes the directory to write into.
    fn directory(&self) -> Result<PathBuf, ExperimentError> {
        let Some(directory) = &self.out else {
            return Ok(output::numbered_directory(Path::new("."), "run")?);
        };
        if !is_unused(directory) {
            output::named_directory(directory)?;
        }
        Ok(directory.clone())
    }
}

/// Whether `directory` holds nothing but what a run leaves that was killed before its first checkpoint.
fn is_unused(directory: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return false;
    };
    let part = format!("{}.part", checkpoint::FILE);
    let mut names = entries.map(|entry| entry.is_ok_and(|entry| entry.file_name() == *part));
    names.all(|unused| unused)
}

/// What a run left.
pub struct Finished {
    /// Directory with `run.h5`, tables, figures.
    pub directory: PathBuf,
    /// What is in it, by name.
    pub files: Vec<String>,
    /// The table.
    pub summary: Summary,
    /// Whether the run, of every seed, came to its end.
    pub complete: bool,
    /// The guard that stopped it, if one did.
    pub tripped: Option<Tripped>,
}

/// The experiment that `model` describes. Nothing is written.
fn prepare(model: Model, watch: &dyn Watch) -> Result<Box<dyn Experiment + Send>, ExperimentError> {
    Ok(match model {
        Model::SleepReplay(model) => Box::new(Nights::new(*model, watch)?),
        Model::Network(model) => Box::new(Network::new(*model, watch)?),
        Model::Foraging(model) => Box::new(Foragers::new(*model)?),
        Model::Night(model) => Box::new(Dreamers::new(*model, watch)?),
    })
}

/// Every file that `model` reads, as far as they are found.
pub(super) fn files(model: &Model) -> Vec<PathBuf> {
    match model {
        Model::SleepReplay(model) => sleep_replay::files(model),
        Model::Network(model) => load::files(&model.network),
        Model::Night(model) => night::files(model),
        Model::Foraging(_) => Vec::new(),
    }
}

/// The files that `model` reads, and those of `others` that can be read, with hashes of what is in them, once all that can be known
/// of the model before a run is checked. Nothing is written.
///
/// # Errors
/// As [`run`] before anything is written.
pub(super) fn inputs(
    model: Model,
    others: &BTreeSet<PathBuf>,
    watch: &dyn Watch,
) -> Result<Vec<(PathBuf, u128)>, ExperimentError> {
    let names = prepare(model, watch)?.files();
    let others: Vec<PathBuf> = others.iter().cloned().collect();
    let hashed = aside(watch, move || {
        let others = others.into_iter().filter(|path| !names.contains(path));
        // The run that cannot read one says so.
        let others: Vec<_> = others
            .filter_map(|path| source::hashes(vec![path]).ok())
            .collect();
        let mut hashed = source::hashes(names)?;
        hashed.extend(others.into_iter().flatten());
        Ok::<_, ResumeError>(hashed)
    });
    Ok(hashed??)
}

/// Runs `model`. A run that is stopped leaves a checkpoint, from which [`resume`] goes on.
///
/// # Errors
/// If an input is wrong, the model impossible or larger than the machine, or `watch` says to stop meanwhile (then nothing is
/// written), training diverges, or an output cannot be written. A guard that trips is no error: [`Finished::tripped`].
pub fn run(
    model: Model,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Finished, ExperimentError> {
    let (resolved, seeds) = (model.resolved(), model.seeds());
    let experiment = prepare(model, watch)?;
    let names = experiment.files();
    let files = aside(watch, || source::hashes(names))??;
    let directory = options.directory()?;
    if let Some(warning) = resource::of_disk(experiment.disk_bytes(options.keep_seeds)?, &directory)
    {
        tracing::warn!("{warning}");
    }
    let _lock = lock(&directory)?;
    // Another run may have begun, and ended, since that was asked.
    if !is_unused(&directory) {
        output::named_directory(&directory)?;
    }
    let checkpoint = Checkpoint {
        model: resolved,
        before: Vec::new(),
        source: options.source.clone(),
        overrides: options.overrides.clone(),
        keep_seeds: options.keep_seeds,
        files,
        ..Checkpoint::default()
    };
    let begun = checkpoint::write(&directory, checkpoint.bytes());
    begun.inspect_err(|_| {
        // Nothing could be written in it; one with content refuses.
        let _ = std::fs::remove_dir(&directory);
    })?;
    let finished = carry_out((&*experiment, seeds), directory, checkpoint, watch);
    free(experiment);
    Ok(finished?.0)
}

/// What there is to go on with.
pub enum Resumed {
    /// Nothing: the run in this folder is complete.
    Complete(PathBuf),
    /// The run in this folder, which was stopped again before it went on: its checkpoint is as it was.
    Stopped(PathBuf),
    /// A run that has now come to its end, or was stopped again.
    Finished(Box<Finished>),
}

/// Goes on with the run that `path` names: its folder, or the checkpoint or the run file in it. It ends as it would
/// have ended without a break, bit for bit; where `limits`, as `key=value`, are given for guards in place of those it had, as it would
/// have ended with these.
///
/// # Errors
/// If there is no checkpoint, or it does not fit this program, the files that the model reads, or the run file, or `limits` are none:
/// then nothing is changed. And as [`run`].
pub fn resume(
    path: &Path,
    limits: &[String],
    watch: &dyn Watch,
) -> Result<Resumed, ExperimentError> {
    let directory = folder_of(path)?;
    let _lock = lock(&directory)?;
    let mut checkpoint = match Checkpoint::read(&directory) {
        Err(CheckpointError::Missing { .. }) if recover::is_complete(&directory.join(RUN_FILE)) => {
            return match limits.is_empty() {
                true => Ok(Resumed::Complete(directory)),
                false => Err(ResumeError::Ended { path: directory }.into()),
            };
        }
        // Told to stop before it was known whether it is complete.
        Err(CheckpointError::Missing { .. }) if watch.stopped() => {
            return Ok(Resumed::Stopped(directory));
        }
        read => read?,
    };
    let mut model = model(&checkpoint, &directory)?;
    if !limits.is_empty() {
        model = limit::moved(&model, limits, &directory)?;
        let before = std::mem::replace(&mut checkpoint.model, model.resolved());
        checkpoint.before.push(before);
        checkpoint.overrides.extend_from_slice(limits);
    }
    let seeds = model.seeds();
    let files = checkpoint.files.clone();
    let prepared = aside(watch, move || source::check(&files)).map_err(ExperimentError::from);
    let prepared = prepared.and_then(|checked| Ok(checked?));
    let prepared = prepared.and_then(|()| prepare(model, watch));
    let Some(experiment) = unless_stopped(prepared)? else {
        return Ok(Resumed::Stopped(directory));
    };
    if !limits.is_empty() {
        // First of all: the run file will be known by it.
        checkpoint::write(&directory, checkpoint.bytes())?;
    }
    // The page of the stop stays until there is another: the run file may yet turn out not to fit.
    clear(&directory, &experiment.products());
    let finished = carry_out((&*experiment, seeds), directory.clone(), checkpoint, watch);
    free(experiment);
    Ok(match unless_stopped(finished)? {
        Some((finished, true)) => Resumed::Finished(Box::new(finished)),
        Some((_, false)) | None => Resumed::Stopped(directory),
    })
}

/// The one way in which every run ends; with it, whether it is known where any of its jobs stands.
fn carry_out(
    (experiment, seeds): (&dyn Experiment, u64),
    directory: PathBuf,
    checkpoint: Checkpoint,
    watch: &dyn Watch,
) -> Result<(Finished, bool), ExperimentError> {
    let (source, overrides) = (checkpoint.source.clone(), checkpoint.overrides.clone());
    let before = checkpoint.before.clone();
    let desk = Desk {
        directory: &directory,
        keep_seeds: checkpoint.keep_seeds,
        source: &source,
        overrides: &overrides,
        before: &before,
        crew: Crew::new(watch),
        ledger: Ledger::new(&directory, checkpoint, experiment.checkpoint_every()),
        is_known: AtomicBool::new(false),
    };
    let outcome = match experiment.run(&desk) {
        Ok(outcome) => outcome,
        Err(error) if error.would_recur() => {
            checkpoint::remove(&directory)?;
            return Err(error.left_in(&directory));
        }
        Err(error) => {
            // What others had done is worth keeping, if that can be done; the first error is the one to report.
            let _ = desk.ledger.write();
            return Err(error.resumable(&directory));
        }
    };
    // Those of others have come to their ends, and say so.
    let is_halted = outcome.tripped.is_some() && seeds == 1;
    if is_halted && let Err(error) = desk.ledger.write() {
        // The last one stays.
        tracing::warn!("no checkpoint: {error}");
    }
    if outcome.ended {
        if experiment.is_reported() {
            describe(&directory);
        }
        if !is_halted {
            checkpoint::remove(&directory)?;
        }
    } else if desk.is_known.load(Ordering::Relaxed) {
        // First of all it can be gone on with.
        desk.ledger.write()?;
        if experiment.is_reported() {
            describe(&directory);
        }
    }
    let is_known = desk.is_known.load(Ordering::Relaxed);
    drop(desk);
    let Outcome {
        summary,
        complete,
        ended,
        tripped,
    } = outcome;
    // With others to go on with, the run was stopped, and not by that.
    let tripped = tripped.filter(|tripped| {
        if !ended {
            tracing::warn!("{tripped}");
        }
        ended
    });
    let finished = Finished {
        files: listing(&directory),
        directory,
        summary,
        complete,
        tripped,
    };
    Ok((finished, is_known))
}

/// Writes the report of the run in `directory`, which has ended or was stopped.
fn describe(directory: &Path) {
    let options = report::Options::default();
    let page = directory.join(report::FILE);
    // That of an earlier stop.
    let _ = std::fs::remove_file(&page);
    ahead::trust(&directory.join(RUN_FILE));
    let written = report::write(&[directory.to_owned()], &options, &page);
    match written {
        // A network without anything recorded has nothing to tell.
        Ok(())
        | Err(ExperimentError::NothingRecorded { .. } | ExperimentError::EmptyRun { .. }) => {}
        // The run itself is whole.
        Err(error) => tracing::warn!("no report: {error}"),
    }
}

/// The model of a checkpoint in `folder`.
fn model(checkpoint: &Checkpoint, folder: &Path) -> Result<Model, ExperimentError> {
    let path = folder.join(checkpoint::FILE);
    let name = path.display().to_string();
    let options = config::Options::default();
    let model = config::parse(&name, &checkpoint.model, folder, &options)?;
    if model.resolved() != checkpoint.model {
        return Err(ResumeError::Model { path }.into());
    }
    Ok(model)
}

/// The folder of the run that `path` names.
fn folder_of(path: &Path) -> Result<PathBuf, ResumeError> {
    let named = || {
        let name = path.file_name()?;
        let parent = path.parent()?;
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        // A run that has come to its end has no checkpoint any more, one that has just begun no run file yet.
        let known = name == checkpoint::FILE || name == RUN_FILE;
        Some(parent).filter(|_| known)
    };
    let holds = |folder: &&Path| {
        let inside = [RUN_FILE, checkpoint::FILE].map(|name| folder.join(name));
        inside.iter().any(|file| file.exists())
    };
    let folder = if path.is_dir() { Some(path) } else { named() };
    let folder = folder.filter(holds);
    let no_run = || ResumeError::NoRun {
        path: path.to_owned(),
    };
    folder.map(Path::to_owned).ok_or_else(no_run)
}

/// Removes what a run killed at its very end may have written after its run file: all of it is written again.
fn clear(directory: &Path, products: &[PathBuf]) {
    // What is not there need not go; what cannot be removed is told when it is written.
    for product in products {
        let _ = std::fs::remove_file(directory.join(product));
    }
    let folders = products.iter().filter_map(|product| product.parent());
    for folder in folders.map(|folder| directory.join(folder)) {
        output::remove_temporary(&folder);
        if folder != directory {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// What lies in `directory`, folders with a slash; nothing if it cannot be read, as it only adorns the output.
fn listing(directory: &Path) -> Vec<String> {
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

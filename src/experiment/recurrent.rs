//! A recurrent network from its model file to its run file, table and figure.

pub mod activity;
mod drive;
pub mod estimate;
pub mod guard;
pub mod sampling;
pub mod snapshot;
pub mod state;

use std::path::{Path, PathBuf};

use crate::base::time::{Duration, Time};
use crate::config::network::{self as config, NetworkModel};
use crate::engine::assembly::{AssemblyError, assemble_watched};
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::progress::{Building, Progress, Watch};
use crate::experiment::run::{Finished, Options, listing};
use crate::experiment::{load, memory};
use crate::network::plan::NetworkPlan;
use crate::record::checkpoint::{self, Checkpoint};
use crate::record::layout;
use crate::record::lock::lock;
use crate::record::output;
use crate::record::recover;
use crate::record::run_file::{self, RunFile};
use crate::record::sink::{Bout, Sink};
use crate::report::figure;
use activity::{Activity, Summary};
use drive::Drive;
use estimate::estimate;
use state::ResumeError;

/// Name of the one bout.
const BOUT: &str = "run";

/// Name of the table of rates.
const RATES: &str = "rates.csv";
/// Name of the folder of figures, and of the one figure without its endings.
const FIGURES: &str = "figures";
const RASTER: &str = "raster";

/// Runs `model`. A run that is stopped leaves a checkpoint, and its table so far.
///
/// # Errors
/// If the network is impossible or larger than the machine, a spike file is wrong, or the run is stopped before the
/// network is built (then nothing is written), a guard trips, or an output cannot be written.
pub fn run(
    model: &NetworkModel,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Finished<Summary>, ExperimentError> {
    let engine = build(model, watch)?;
    let files = state::hashes(model)?;
    let directory = options.directory()?;
    let _lock = lock(&directory)?;
    let layout = layout(model, &engine, options);
    let file = RunFile::create(&directory.join(run_file::FILE), layout).inspect_err(|_| {
        // A folder in which nothing could be written; one with content refuses.
        let _ = std::fs::remove_dir(&directory);
    })?;
    end(Drive::new(model, files, engine, file, directory), watch)
}

/// What there is to go on with.
pub enum Resumed {
    /// Nothing: the run in this folder is complete.
    Complete(PathBuf),
    /// A run that has now come to its end, or was stopped again.
    Finished(Finished<Summary>),
}

/// Goes on with the run that `path` names: its folder, or the checkpoint or the run file in it. It ends as it would
/// have ended without a break, bit for bit.
///
/// # Errors
/// If there is no checkpoint, or it does not fit this program, the files that the model reads, or the run file: then
/// nothing is changed. And as [`run`].
pub fn resume(path: &Path, watch: &dyn Watch) -> Result<Resumed, ExperimentError> {
    let directory = folder_of(path)?;
    let _lock = lock(&directory)?;
    let run_file = directory.join(run_file::FILE);
    let checkpoint = match Checkpoint::read(&directory) {
        Err(checkpoint::CheckpointError::Missing { .. }) if recover::is_complete(&run_file) => {
            return Ok(Resumed::Complete(directory));
        }
        read => read?,
    };
    let model = state::model(&checkpoint, &directory)?;
    let mut engine = build(&model, watch)?;
    let building = Building {
        watch,
        seed: model.network.seed,
    };
    let hash = engine.graph_hash_watched(&building);
    if hash.map_err(AssemblyError::from)? != checkpoint.graph {
        let path = directory.join(checkpoint::FILE);
        return Err(ResumeError::Graph { path }.into());
    }
    let loaded = engine.load(&checkpoint.engine);
    loaded.map_err(|error| ResumeError::State(error.to_string()))?;
    let layout = layout(&model, &engine, &Options::default());
    let file = RunFile::reopen(&run_file, layout, &checkpoint.lengths)?;
    let mut drive = Drive::new(&model, checkpoint.files, engine, file, directory);
    drive.restore(&checkpoint.driver)?;
    drop(checkpoint.driver);
    clear(&drive.directory);
    end(drive, watch).map(Resumed::Finished)
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
        // A run that has come to its end has no checkpoint any more.
        let known = name == checkpoint::FILE || name == run_file::FILE;
        (known && parent.join(run_file::FILE).exists()).then_some(parent)
    };
    let holds = |folder: &&Path| {
        let inside = [run_file::FILE, checkpoint::FILE].map(|name| folder.join(name));
        inside.iter().any(|file| file.exists())
    };
    let folder = if path.is_dir() {
        Some(path).filter(holds)
    } else {
        named()
    };
    let no_run = || ResumeError::NoRun {
        path: path.to_owned(),
    };
    folder.map(Path::to_owned).ok_or_else(no_run)
}

/// Removes what a run killed at its very end may have written after its run file: all of it is written again.
fn clear(directory: &Path) {
    let figures = directory.join(FIGURES);
    let drawn = ["svg", "png"].map(|ending| figures.join(RASTER).with_extension(ending));
    for path in drawn.into_iter().chain([directory.join(RATES)]) {
        // What is not there need not go; what cannot be removed is told when it is written.
        let _ = std::fs::remove_file(path);
    }
    let _ = std::fs::remove_dir(figures);
}

fn build(model: &NetworkModel, watch: &dyn Watch) -> Result<Simulation, ExperimentError> {
    let network = declare(model)?;
    let expected = estimate(model, &network)?;
    let what = format!(
        "{} neurons, {:.2e} synapses, rates",
        expected.neurons, expected.synapses
    );
    memory::check(expected.memory_bytes, &what)?;
    let seed = model.network.seed;
    Ok(assemble_watched(&network, &Building { watch, seed })?)
}

/// Runs to the end and writes what a run leaves.
fn end(mut drive: Drive<'_>, watch: &dyn Watch) -> Result<Finished<Summary>, ExperimentError> {
    let ran = drive.run(watch);
    let Drive {
        model,
        engine,
        watchers,
        directory,
        ..
    } = drive;
    let (mut file, activity) = (watchers.file, watchers.activity);
    let (complete, tripped) = match ran {
        Ok(complete) => (complete, None),
        // What there was up to then is worth a look.
        Err(ExperimentError::Tripped(tripped)) => (false, Some(tripped)),
        Err(error) => {
            // The first error is the one to report: after one of the file's own there is nothing to save.
            let _ = file.stop();
            return Err(error);
        }
    };
    file.bout(&Bout {
        name: BOUT.into(),
        kind: BOUT.into(),
        start: Time::ZERO,
        stop: engine.now(),
    })?;
    let fingerprint = engine.fingerprint().to_string();
    if complete {
        file.fingerprint(model.network.seed, &fingerprint)?;
        file.finish(&fingerprint)?;
        if let Some(bin) = model.record.rates_bin {
            activity.write_rates(&directory.join(RATES), bin, engine.now(), &engine)?;
        }
        if let Some(raster) = &model.figures.raster {
            draw(raster, &activity, model, &directory.join(FIGURES))?;
        }
        checkpoint::remove(&directory)?;
    } else {
        file.stop()?;
    }
    watch.show(&Progress::Done {
        seed: model.network.seed,
    });
    Ok(Finished {
        files: listing(&directory),
        summary: activity.summary(&engine, model),
        directory,
        complete,
        tripped,
    })
}

/// The network that a model file describes, with the data of the files that it names.
///
/// # Errors
/// If a file is missing or wrong, or something does not fit.
pub fn declare(model: &NetworkModel) -> Result<NetworkPlan, ExperimentError> {
    Ok(load::load(&model.network)?.plan()?)
}

fn layout(model: &NetworkModel, engine: &Simulation, options: &Options) -> layout::Layout {
    layout::Layout {
        seed: model.network.seed,
        resolved: crate::config::resolved_network(model),
        source: options.source.clone(),
        overrides: options.overrides.clone(),
        tasks: Vec::new(),
        populations: engine
            .populations()
            .iter()
            .map(|population| layout::Population {
                name: population.name.clone(),
                size: population.size as usize,
                recorded: model
                    .record
                    .recorded(&population.name)
                    .map_or(0, |neurons| neurons.count(population.size)),
            })
            .collect(),
        projections: snapshot::projections(model),
        reports: sampling::reports(model),
    }
}

/// The raster that the model asks for, with the part of the run that was reached.
fn draw(
    raster: &config::Raster,
    activity: &Activity,
    model: &NetworkModel,
    directory: &Path,
) -> Result<(), ExperimentError> {
    /// Bins of the rate traces: a hundredth of what is shown, at least the published 0.1 ms.
    const BINS: i64 = 200;
    const LEAST: i64 = 100_000_000;
    output::named_directory(directory)?;
    let span = raster.to.ps() - raster.from.ps();
    let layers = raster.populations.iter().rev().map(|name| {
        let size = model.network.find(name).map_or(0, |p| p.size);
        figure::Layer {
            name: name.clone(),
            n_neurons: raster.neurons.map_or(size, |most| most.min(size)) as usize,
            spikes: activity.shown(name),
        }
    });
    figure::Raster {
        layers: layers.collect(),
        origin: Time::ZERO,
        start: Time::ZERO + raster.from,
        stop: Time::ZERO + raster.to,
        bin: Duration::from_ps((span / BINS).max(LEAST)),
    }
    .draw(&directory.join(RASTER))?;
    Ok(())
}

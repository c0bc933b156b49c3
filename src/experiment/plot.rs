//! The figures of a run, from its results.

use std::cmp::Reverse;
use std::path::Path;

use crate::analysis::rate::SpikeCount;
use crate::analysis::weight::most_changed;
use crate::base::matrix::Matrix;
use crate::base::time::{Duration, Time};
use crate::config::sleep_replay::SleepReplay;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, SEQUENTIAL};
use crate::experiment::inputs::Inputs;
use crate::experiment::pupil::{SLEEP, Sleep};
use crate::experiment::repetition::Repetition;
use crate::experiment::score::Stage;
use crate::experiment::summary::Summary;
use crate::record::output;
use crate::report::FigureError;
use crate::report::figure;

use super::error::ExperimentError;

/// Bins of the rate traces.
const RATE_BIN: Duration = Duration::from_ps(100_000_000_000);

/// The closer look at a burst, and the bins of its rate traces.
const BURST: Duration = Duration::from_ps(500_000_000_000);
const BURST_BIN: Duration = Duration::from_ps(5_000_000_000);

/// Hidden units whose receptive fields are shown.
const UNITS: usize = 8;

/// Names of all figures, without their endings.
pub const NAMES: [&str; 5] = [
    "sleep_raster",
    "sleep_burst",
    "weights",
    "receptive_fields",
    "accuracy",
];

/// Draws every figure for which there are results, into a new `directory`: the last sleep is that of the first seed.
///
/// # Errors
/// If a file cannot be written.
pub fn draw(
    model: &SleepReplay,
    inputs: &Inputs,
    repetitions: &[Repetition],
    summary: &Summary,
    directory: &Path,
) -> Result<(), ExperimentError> {
    output::named_directory(directory)?;
    let sleep = repetitions
        .first()
        .and_then(|repetition| repetition.slept.last_sleep.as_ref());
    if let Some(sleep) = sleep {
        let whole = (sleep.start, sleep.stop);
        raster(
            model,
            sleep,
            whole,
            RATE_BIN,
            &directory.join("sleep_raster"),
        )?;
        if let Some(burst) = burst(sleep) {
            raster(
                model,
                sleep,
                burst,
                BURST_BIN,
                &directory.join("sleep_burst"),
            )?;
        }
        let changed = sleep.weights(&model.mlp.layers);
        weights(model, &changed, &directory.join("weights"))?;
        receptive_fields(inputs, &changed, &directory.join("receptive_fields"))?;
    }
    if !summary.rows.is_empty() {
        accuracy(model, summary, &directory.join("accuracy"))?;
    }
    Ok(())
}

fn raster(
    model: &SleepReplay,
    sleep: &Sleep,
    (start, stop): (Time, Time),
    bin: Duration,
    stem: &Path,
) -> Result<(), FigureError> {
    let layers = model
        .mlp
        .layer_names()
        .into_iter()
        .zip(&sleep.spikes)
        .zip(&model.mlp.layers);
    figure::Raster {
        layers: layers
            .map(|((name, spikes), &n_neurons)| figure::Layer {
                name,
                n_neurons,
                spikes: spikes
                    .iter()
                    .map(|&(t, node)| (t, u64::from(node)))
                    .collect(),
            })
            .collect(),
        origin: start,
        start,
        stop,
        bin,
    }
    .draw(stem)
}

/// The half second around the bin in which the layers after the input fire most: sleep is silent but for bursts, which
/// a raster of the whole cannot resolve. `None` if they are silent or the sleep is no longer than that.
fn burst(sleep: &Sleep) -> Option<(Time, Time)> {
    let (start, stop) = (sleep.start, sleep.stop);
    let times = sleep.spikes.iter().skip(1).flatten().map(|&(t, _)| t);
    let counts = SpikeCount::new(times, start, stop, RATE_BIN).ok()?;
    let busiest = counts
        .edges()
        .zip(counts.counts())
        .max_by_key(|(edges, count)| (**count, Reverse(edges.0)));
    let ((peak, _), _) = busiest.filter(|(_, count)| **count > 0)?;
    let latest = stop.ps() - BURST.ps();
    // A fifth of the window before the burst, the rest for what follows.
    let from = Time::from_ps((peak.ps() - BURST.ps() / 5).min(latest).max(start.ps()));
    (latest > start.ps()).then(|| (from, from + BURST))
}

/// Weights of each projection before and after a sleep.
type Changed = [(Matrix, Matrix)];

fn weights(model: &SleepReplay, changed: &Changed, stem: &Path) -> Result<(), FigureError> {
    let names = model.mlp.layer_names();
    let projections = changed.iter().enumerate();
    figure::WeightHistogram {
        projections: projections
            .map(|(l, (before, after))| figure::Projection {
                name: format!("{} → {}", names[l], names[l + 1]),
                before,
                after,
            })
            .collect(),
        unit: String::new(),
    }
    .draw(stem)
}

fn receptive_fields(inputs: &Inputs, changed: &Changed, stem: &Path) -> Result<(), FigureError> {
    let Some((before, after)) = changed.first() else {
        return Ok(());
    };
    figure::ReceptiveFields {
        before,
        after,
        width: inputs.width,
        height: inputs.height,
        units: most_changed(before, after, UNITS),
        unit: String::new(),
    }
    .draw(stem)
}

fn accuracy(model: &SleepReplay, summary: &Summary, stem: &Path) -> Result<(), FigureError> {
    let rows: Vec<_> = summary.of(SLEEP).collect();
    let n_seeds = summary.seeds.len();
    let of_seed = |network: &'static str, stage: &str, seed: usize| {
        summary
            .of(network)
            .find(|row| row.stage == stage)
            .map_or(f64::NAN, |row| row.overall.seeds[seed])
    };
    let line = |network: &'static str, name: &str| figure::Run {
        name: name.into(),
        seeds: (0..n_seeds)
            .map(|seed| {
                rows.iter()
                    .map(|row| of_seed(network, &row.stage, seed))
                    .collect()
            })
            .collect(),
    };
    let mut runs = vec![line(SLEEP, "with sleep")];
    if model.compare.sequential {
        runs.push(line(SEQUENTIAL, "without sleep"));
    }
    let last = Stage::Task(summary.tasks.len().saturating_sub(1)).label();
    let references = [(JOINT, "joint training"), (MEAN_WEIGHTS, "mean of weights")]
        .into_iter()
        .filter(|(network, _)| summary.of(network).next().is_some())
        .map(|(network, name)| figure::Reference {
            name: name.into(),
            seeds: (0..n_seeds)
                .map(|seed| of_seed(network, &last, seed))
                .collect(),
        })
        .collect();
    let n_classes = model.data.as_ref().map_or(0, |data| data.classes().count());
    figure::Accuracy {
        stages: rows
            .iter()
            .map(|row| figure::Stage {
                name: row.stage.clone(),
                is_sleep: row.after_sleep,
            })
            .collect(),
        runs,
        references,
        chance_percent: (n_classes > 0).then(|| 100.0 / n_classes as f64),
        tasks: summary.tasks.clone(),
        per_task_name: "With sleep".into(),
        per_task: (0..summary.tasks.len())
            .map(|task| rows.iter().map(|row| row.tasks[task].mean).collect())
            .collect(),
    }
    .draw(stem)
}

//! The figures of a run, from its results.

use std::cmp::Reverse;
use std::path::Path;

use crate::analysis::active::shortest;
use crate::analysis::rate::SpikeCount;
use crate::analysis::weight::most_changed;
use crate::base::matrix::Matrix;
use crate::base::stop::Stop;
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::config::sleep_replay::SleepReplay;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, SEQUENTIAL, WITHOUT_MEMORY};
use crate::experiment::curve::Curves;
use crate::experiment::inputs::Inputs;
use crate::experiment::pupil::{SLEEP, Sleep};
use crate::experiment::repetition::Repetition;
use crate::experiment::summary::Summary;
use crate::plasticity;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::output;
use crate::report::FigureError;
use crate::report::figure;

use super::error::ExperimentError;

/// Bins of the rate traces, and how many there are at most: of more, several are one.
const RATE_BIN: Duration = Duration::from_ps(100_000_000_000);
const MOST_BINS: i64 = 10_000;

/// The closer look at a busy moment, where there is no one stretch in which all happens, and the bins of its rate traces.
const BURST: Duration = Duration::from_ps(500_000_000_000);
const BURST_BIN: Duration = Duration::from_ps(5_000_000_000);

/// A stretch of a sleep is looked at more closely if it holds this share of the spikes after the input in less than this
/// part of the time.
const MOST: f64 = 0.9;
const PART: i64 = 5;

/// Hidden units whose receptive fields are shown.
const UNITS: usize = 8;

/// Names of all figures, without their endings.
pub const NAMES: [&str; 4] = ["sleep_raster", "weights", "receptive_fields", "accuracy"];

/// Draws every figure for which there are results, into a new `directory`: of the last of `bouts` that is a sleep, that of
/// the first seed. Between two of them `stop` is asked.
///
/// # Errors
/// If a file cannot be written, or there is to be an end.
pub fn draw(
    model: &SleepReplay,
    inputs: &Inputs,
    repetitions: &[Repetition],
    summary: &Summary,
    bouts: &[Bout],
    directory: &Path,
    stop: Stop<'_>,
) -> Result<(), ExperimentError> {
    output::named_directory(directory)?;
    let first = repetitions.first();
    let slept = first.and_then(|first| Some((first, first.slept.last_sleep.as_ref()?)));
    if let Some((first, sleep)) = slept {
        stop.ask()?;
        let mut sleeps = bouts.iter().filter(|bout| bout.kind == Kind::Sleep);
        let name = sleeps.next_back().map_or(SLEEP, |bout| &bout.name);
        let of = format!("{name} of seed {}", first.seed);
        raster(model, sleep, &of, &directory.join("sleep_raster"))?;
        stop.ask()?;
        let changed = sleep.weights(&model.mlp.layers);
        weights(model, &changed, &of, &directory.join("weights"))?;
        let layer = match model.mlp.layers.len() {
            2 => "the output layer",
            _ => "the first hidden layer",
        };
        let stem = directory.join("receptive_fields");
        receptive_fields(inputs, &changed, (layer, &of), &stem)?;
    }
    if !summary.rows.is_empty() {
        stop.ask()?;
        accuracy(model, summary, &directory.join("accuracy"))?;
    }
    Ok(())
}

fn raster(model: &SleepReplay, sleep: &Sleep, of: &str, stem: &Path) -> Result<(), FigureError> {
    let layers = model
        .mlp
        .layer_names()
        .into_iter()
        .zip(&sleep.spikes)
        .zip(&model.mlp.layers);
    let layer = |(k, ((name, spikes), &n_neurons)): (usize, ((String, &Vec<_>), &usize))| {
        let spikes = spikes.iter().map(|&(t, node)| (t, u64::from(node)));
        figure::Layer {
            name,
            n_neurons,
            size: n_neurons,
            numbers: None,
            // Weights of a trained network have both signs; the input has none that learn.
            sign: (k > 0).then_some(figure::Sign::Mixed),
            spikes: spikes.collect(),
        }
    };
    figure::Raster {
        layers: layers.enumerate().map(layer).collect(),
        bouts: Vec::new(),
        stimuli: Vec::new(),
        origin: sleep.start,
        window: figure::Window {
            start: sleep.start,
            stop: sleep.stop,
            bin: rate_bin(sleep.stop.since(sleep.start)),
        },
        closer: closer(sleep),
        of: format!("Spikes of {of}."),
    }
    .draw(stem)
}

/// The bins of the rate traces of a sleep of this `length`.
fn rate_bin(length: Duration) -> Duration {
    let together = length.ps() / (RATE_BIN.ps() * MOST_BINS) + 1;
    Duration::from_ps(RATE_BIN.ps() * together)
}

/// What is worth a closer look: the stretch in which nearly all spikes after the input lie, if it is short, or half a second
/// around their busiest moment. `None` if there are none or the sleep is no longer than that.
fn closer(sleep: &Sleep) -> Option<figure::Window> {
    let times = sleep.spikes.iter().skip(1).flatten().map(|&(t, _)| t);
    let mut times: Vec<Time> = times.collect();
    times.sort_unstable();
    stretch(&times, sleep.start, sleep.stop).or_else(|| burst(&times, sleep.start, sleep.stop))
}

/// The stretch of [start, stop) in which nearly all of `times` lie, with a twentieth of it on either side, if it is short.
fn stretch(times: &[Time], start: Time, stop: Time) -> Option<figure::Window> {
    /// Bins of its rate traces in milliseconds: the largest of which there are at least a hundred.
    const BINS_MS: [i64; 6] = [50, 20, 10, 5, 2, 1];
    const FEWEST_BINS: i64 = 100;
    let (from, to) = shortest(times, MOST)?;
    let margin = Duration::from_ps(to.since(from).ps() / 20 + PS_PER_MS);
    let from = Time::from_ps(from.ps() - margin.ps()).max(start);
    let to = (to + margin).min(stop);
    let span = to.since(from).ps();
    let mut bins = BINS_MS.iter().map(|ms| ms * PS_PER_MS);
    let bin = bins.find(|bin| span / bin >= FEWEST_BINS);
    let bin = bin.unwrap_or(PS_PER_MS);
    (span < stop.since(start).ps() / PART).then(|| figure::Window {
        start: from,
        stop: to,
        bin: Duration::from_ps(bin),
    })
}

/// Half a second around the bin in which most of `times` lie.
fn burst(times: &[Time], start: Time, stop: Time) -> Option<figure::Window> {
    let counts = SpikeCount::new(times.iter().copied(), start, stop, RATE_BIN).ok()?;
    let busiest = counts
        .edges()
        .zip(counts.counts())
        .max_by_key(|(edges, count)| (**count, Reverse(edges.0)));
    let ((peak, _), _) = busiest.filter(|(_, count)| **count > 0)?;
    let latest = stop.ps() - BURST.ps();
    // A fifth of the window before the burst, the rest for what follows.
    let from = Time::from_ps((peak.ps() - BURST.ps() / 5).min(latest).max(start.ps()));
    (latest > start.ps()).then(|| figure::Window {
        start: from,
        stop: from + BURST,
        bin: BURST_BIN,
    })
}

/// Weights of each projection before and after a sleep.
type Changed = [(Matrix, Matrix)];

fn weights(
    model: &SleepReplay,
    changed: &Changed,
    of: &str,
    stem: &Path,
) -> Result<(), FigureError> {
    let step = |l: usize| {
        let values = model.plasticity.layers.get(l)?.as_ref()?;
        let rule = plasticity::rule(model.plasticity.rule.name).ok()?;
        rule.column(values).ok()??.step()
    };
    let names = model.mlp.layer_names();
    let projections = changed.iter().enumerate();
    figure::WeightHistogram {
        projections: projections
            .map(|(l, (before, after))| figure::Projection {
                name: format!("{} → {}", names[l], names[l + 1]),
                before,
                after,
                step: step(l),
            })
            .collect(),
        unit: String::new(),
        of: of.into(),
    }
    .draw(stem)
}

fn receptive_fields(
    inputs: &Inputs,
    changed: &Changed,
    (layer, of): (&str, &str),
    stem: &Path,
) -> Result<(), FigureError> {
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
        layer,
        of: of.into(),
    }
    .draw(stem)
}

fn accuracy(model: &SleepReplay, summary: &Summary, stem: &Path) -> Result<(), FigureError> {
    accuracy_figure(model, summary).draw(stem)
}

/// Accuracies of `model` stage by stage, beside its controls.
pub(super) fn accuracy_figure(model: &SleepReplay, summary: &Summary) -> figure::Accuracy {
    let with_sleep = match model.memory {
        Some(_) => "sleep and memory",
        None => "with sleep",
    };
    // Whatever was learnt, any of its outputs may be the highest.
    let outputs = model.mlp.layers.last().filter(|_| model.data.is_some());
    let curves = Curves {
        runs: &[
            (SLEEP, with_sleep),
            (WITHOUT_MEMORY, "sleep alone"),
            (SEQUENTIAL, "without sleep"),
        ],
        references: &[(JOINT, "joint training"), (MEAN_WEIGHTS, "mean of weights")],
        n_classes: outputs.copied().unwrap_or(0),
        per_task: "With sleep",
    };
    curves.of(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_of_a_day_have_no_more_bins_than_can_be_seen() {
        let bin_ms =
            |seconds: i64| rate_bin(Duration::from_ps(seconds * 1_000 * PS_PER_MS)).as_ms();
        assert_eq!([1, 40, 999].map(bin_ms), [100.0; 3]);
        assert_eq!(bin_ms(1_000), 200.0);
        assert_eq!(bin_ms(86_400), 8_700.0);
    }
}

//! What pulses of a network that ran evoked.

use std::path::Path;

use crate::analysis::answered::answered;
use crate::analysis::data::Data;
use crate::analysis::evoked::{Around, evoked};
use crate::analysis::measure::{MeasureError, up_down};
use crate::analysis::table::Cells;
use crate::analysis::trains::Span;
use crate::base::parameter::complete;
use crate::base::time::{Duration, Time};
use crate::config::network::{EvokedFigure, NetworkModel, UpOnsets};
use crate::engine::simulation::Keep;
use crate::experiment::error::ExperimentError;
use crate::experiment::recorded::population;
use crate::protocol::hypnogram::Bout;
use crate::record::recording::Recording;
use crate::record::sink::Pulsed;
use crate::report::figure::{Evoked, Response};

/// Name of the figure without its endings.
pub(super) const NAME: &str = "evoked";

/// Where the parameters of the measure stand in a model file.
const UP_ONSETS: &str = "figure.evoked.up_onsets.";

/// When UP states begin, as the measure finds it in each bout in which one of the stimuli is on; none where it finds that it cannot.
fn onsets(
    run: &Recording,
    asked: &UpOnsets,
    figure: &EvokedFigure,
    bouts: &[Bout],
) -> Result<Vec<Time>, ExperimentError> {
    let mut data = Data {
        populations: vec![population(run, &asked.population)?],
        spans: Vec::new(),
        bouts: Vec::new(),
        tables: Default::default(),
        courses: Vec::new(),
        layered: None,
        weights: Vec::new(),
    };
    let mut all = Vec::new();
    let values = complete(&up_down::SPEC, &asked.values).map_err(MeasureError::from);
    for bout in bouts {
        if !figure.stimuli.iter().any(|own| bout.on.contains(own)) {
            continue;
        }
        let (start, stop) = (bout.start, bout.stop);
        data.spans = vec![Span { start, stop }];
        let found = values.as_ref().map_err(ToString::to_string);
        let found = found.and_then(|values| {
            up_down::states(&data, values, UP_ONSETS).map_err(|error| error.to_string())
        });
        let tables = match found {
            Ok(tables) => tables,
            Err(error) => {
                tracing::warn!("[figure.evoked]: no UP onsets in `{}`: {error}", bout.name);
                continue;
            }
        };
        for table in tables {
            if let Some(Cells::Text(states)) = table.column("state") {
                let edges = table.numbers("start").iter().zip(table.numbers("stop"));
                // One that the bout's end cuts has begun too: where a DOWN state has ended.
                let onsets =
                    states
                        .iter()
                        .zip(edges)
                        .map(|(state, (start, stop))| match state == "up" {
                            true => start,
                            false => stop,
                        });
                all.extend(onsets.filter_map(|&ms| Time::from_ms(ms).ok()));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// For how long after a pulse of `stimulus` there is no other.
fn refractory(model: &NetworkModel, stimulus: &str) -> Duration {
    let mut stimuli = model.network.stimuli.iter();
    let pulses = stimuli.find(|own| own.name == stimulus);
    let pulses = pulses.map(|own| &own.pulses);
    let trigger = pulses.and_then(|pulses| pulses.trigger.as_ref());
    let mut triggers = model.network.triggers.iter();
    let trigger = triggers.find(|own| Some(&own.name) == trigger);
    let both = [
        pulses.map(|pulses| pulses.refractory),
        trigger.map(|trigger| trigger.refractory),
    ];
    both.into_iter().flatten().max().unwrap_or(Duration::ZERO)
}

/// Draws the `figure` of what the run file `run` of `model` holds into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw(
    figure: &EvokedFigure,
    run: &Path,
    model: &NetworkModel,
    bouts: &[Bout],
    directory: &Path,
) -> Result<(), ExperimentError> {
    let run = Recording::open(run)?;
    let around = Around {
        before: figure.before,
        after: figure.after,
        bin: figure.bin,
    };
    // What the network remembers of a pulse ends where it begins anew.
    let anew = bouts.iter().filter(|bout| bout.keep == Keep::Weights);
    let mut edges: Vec<Time> = anew.map(|bout| bout.start).collect();
    edges.extend([Time::ZERO, Time::ZERO + model.duration()]);
    edges.sort_unstable();
    edges.dedup();
    let mut responses = Vec::new();
    let times = |population: &String| -> Result<Vec<Time>, ExperimentError> {
        let mut times = Vec::new();
        for chunk in run.spike_chunks(population, ..)? {
            times.extend(chunk?.into_iter().map(|(t, _)| t));
        }
        Ok(times)
    };
    let onsets = match &figure.up_onsets {
        Some(asked) => Some((asked, onsets(&run, asked, figure, bouts)?)),
        None => None,
    };
    let spikes = figure.populations.iter().map(times);
    let spikes = spikes.collect::<Result<Vec<_>, _>>()?;
    for stimulus in &figure.stimuli {
        let pulses = run.pulses(stimulus)?;
        for (population, spikes) in figure.populations.iter().zip(&spikes) {
            let neurons = run.population(population)?.recorded as u32;
            let rates = |is_delivered: bool| {
                let own = pulses
                    .iter()
                    .filter(|pulse| pulse.is_delivered == is_delivered);
                let times: Vec<Time> = own.map(|pulse| pulse.time).collect();
                let (rates, n) = evoked(spikes, &times, &around, neurons.max(1), &edges)?;
                Some((rates, n as usize))
            };
            let latency = |pulse: &Pulsed| (pulse.time - pulse.event).as_ms();
            responses.push(Response {
                stimulus: stimulus.clone(),
                population: population.clone(),
                latencies_ms: pulses.iter().map(latency).collect(),
                answered: onsets.as_ref().map(|(asked, onsets)| {
                    let pulses: Vec<Time> = pulses.iter().map(|pulse| pulse.time).collect();
                    let refractory = refractory(model, stimulus);
                    let found = answered(&pulses, onsets, asked.within, refractory);
                    (found, asked.within.as_ms())
                }),
                times_ms: (0..around.bins()).map(|k| around.middle_ms(k)).collect(),
                delivered: rates(true),
                sham: rates(false),
            });
        }
    }
    Evoked { responses }.draw(&directory.join(NAME))?;
    Ok(())
}

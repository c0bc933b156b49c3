//! What pulses of a network that ran evoked.

use std::path::Path;

use crate::analysis::evoked::{Around, evoked};
use crate::base::time::Time;
use crate::config::network::{EvokedFigure, NetworkModel};
use crate::experiment::error::ExperimentError;
use crate::record::recording::Recording;
use crate::record::sink::Pulsed;
use crate::report::figure::{Evoked, Response};

/// Name of the figure without its endings.
pub(super) const NAME: &str = "evoked";

/// Draws the `figure` of what the run file `run` of `model` holds into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw(
    figure: &EvokedFigure,
    run: &Path,
    model: &NetworkModel,
    directory: &Path,
) -> Result<(), ExperimentError> {
    let run = Recording::open(run)?;
    let around = Around {
        before: figure.before,
        after: figure.after,
        bin: figure.bin,
    };
    let end = Time::ZERO + model.duration();
    let mut responses = Vec::new();
    let times = |population: &String| -> Result<Vec<Time>, ExperimentError> {
        let mut times = Vec::new();
        for chunk in run.spike_chunks(population, ..)? {
            times.extend(chunk?.into_iter().map(|(t, _)| t));
        }
        Ok(times)
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
                let (rates, n) = evoked(spikes, &times, &around, neurons.max(1), end)?;
                Some((rates, n as usize))
            };
            let latency = |pulse: &Pulsed| (pulse.time - pulse.event).as_ms();
            responses.push(Response {
                stimulus: stimulus.clone(),
                population: population.clone(),
                latencies_ms: pulses.iter().map(latency).collect(),
                times_ms: (0..around.bins()).map(|k| around.middle_ms(k)).collect(),
                delivered: rates(true),
                sham: rates(false),
            });
        }
    }
    Evoked { responses }.draw(&directory.join(NAME))?;
    Ok(())
}

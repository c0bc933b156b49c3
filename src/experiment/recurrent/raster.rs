//! The raster of a network that ran.

mod drive;

pub(in crate::experiment) use drive::switched_on;

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::legible::legible;
use crate::base::time::{Duration, Time};
use crate::config::network::{self as config, MOST_UNSAID, NetworkModel};
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::summary::Seed;
use crate::network::Network;
use crate::protocol::hypnogram::Bout;
use crate::protocol::stage::Stage;
use crate::record::recording::Recording;
use crate::report::figure;

/// Name of the figure without its endings.
pub const NAME: &str = "raster";

/// What a raster shows beside the spikes: known before the run, from the data of its files.
pub struct Setting {
    signs: Vec<Option<figure::Sign>>,
    /// When each acts after it is switched on.
    stimuli: Vec<figure::Stimulus>,
    is_night: bool,
}

impl Setting {
    /// Of `network`, which has the data of its files, whose bouts may be those of a night.
    pub fn new(network: &Network, is_night: bool) -> Self {
        let populations = network.populations.iter();
        Self {
            signs: populations
                .map(|population| drive::sign(network, &population.name))
                .collect(),
            stimuli: drive::stimuli(network),
            is_night,
        }
    }

    /// What happened when in a run through `bouts`.
    pub fn bouts(&self, bouts: &[Bout]) -> Vec<figure::Bout> {
        let stage = |bout: &Bout| self.is_night.then(|| Stage::of_bout(&bout.name)).flatten();
        let bout = |bout: &Bout| figure::Bout {
            name: bout.name.clone(),
            start: bout.start,
            stop: bout.stop,
            stage: stage(bout),
        };
        bouts.iter().map(bout).collect()
    }

    /// Draws the `raster` that `model` asks for, of a run through `bouts` whose run file is `run`, into the folder `directory`.
    ///
    /// # Errors
    /// If the run file is damaged, or the figure cannot be written.
    pub fn draw(
        &self,
        raster: &config::Raster,
        seed: &Seed,
        model: &NetworkModel,
        bouts: &[Bout],
        (run, directory): (&Path, &Path),
    ) -> Result<(), ExperimentError> {
        /// Bins of the rate traces: a two hundredth of what is shown, at least the published 0.1 ms.
        const BINS: i64 = 200;
        const LEAST: i64 = 100_000_000;
        let span = raster.to.ps() - raster.from.ps();
        let populations = &model.network.populations;
        let layers = raster.populations.iter().rev().filter_map(|name| {
            let index = populations.iter().position(|known| known.name == *name)?;
            let size = populations[index].size;
            let shown = seed.activity.shown(name);
            let spikes = shown.spikes.into_iter();
            let spikes = spikes.filter_map(|(t, node)| match &shown.numbers {
                Some(numbers) => {
                    let row = numbers.binary_search(&u32::try_from(node).ok()?);
                    Some((t, row.ok()? as u64))
                }
                None => Some((t, node)),
            });
            Some(figure::Layer {
                name: name.clone(),
                size: size as usize,
                n_neurons: shown.neurons as usize,
                spikes: spikes.collect(),
                numbers: shown.numbers,
                sign: self.signs[index],
            })
        });
        let mut stimuli = drive::on(&self.stimuli, bouts);
        let pulses = pulses(run)?;
        for stimulus in &mut stimuli {
            if let Some(times) = pulses.get(&stimulus.name) {
                let instant = |&t: &Time| (t, t + Duration::from_ps(1));
                stimulus.on = times.iter().map(instant).collect();
            }
        }
        figure::Raster {
            layers: layers.collect(),
            bouts: self.bouts(bouts),
            stimuli,
            origin: Time::ZERO,
            window: figure::Window {
                start: Time::ZERO + raster.from,
                stop: Time::ZERO + raster.to,
                bin: Duration::from_ps((span / BINS).max(LEAST)),
            },
            closer: None,
            of: [part(raster, bouts), left_out(raster, model)]
                .iter()
                .filter(|said| !said.is_empty())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" "),
        }
        .draw(&directory.join(NAME))?;
        Ok(())
    }
}

/// Which part of the run is shown, where it is not all of it.
fn part(raster: &config::Raster, bouts: &[Bout]) -> String {
    let whole = bouts
        .last()
        .map_or(Duration::ZERO, |last| last.stop.since(Time::ZERO));
    let seconds = |length: Duration| legible(length.as_ms() / 1e3);
    match raster.from > Duration::ZERO || raster.to < whole {
        true => {
            let [from, to, whole] = [raster.from, raster.to, whole].map(seconds);
            format!("Shown: {from} to {to} s of {whole} s.")
        }
        false => String::new(),
    }
}

/// Which of the recorded populations are not shown, where nobody has said which are.
fn left_out(raster: &config::Raster, model: &NetworkModel) -> String {
    let recorded = model.record.spikes.iter();
    let recorded: Vec<&str> = recorded.map(|own| own.population.as_str()).collect();
    let shown = raster.populations.iter().map(String::as_str);
    let is_unsaid = shown.eq(recorded.iter().copied().take(MOST_UNSAID));
    match recorded.get(MOST_UNSAID..) {
        Some(others) if is_unsaid && !others.is_empty() => {
            format!("Recorded, not shown: {}.", others.join(", "))
        }
        _ => String::new(),
    }
}

/// When pulses were delivered that are in the run file `run`, by the name of their stimulus.
fn pulses(run: &Path) -> Result<BTreeMap<String, Vec<Time>>, ExperimentError> {
    let run = Recording::open(run)?;
    let mut pulses = BTreeMap::new();
    for name in run.pulsed()? {
        let own = run.pulses(&name)?.into_iter();
        let delivered = own.filter(|pulse| pulse.is_delivered);
        pulses.insert(name, delivered.map(|pulse| pulse.time).collect());
    }
    Ok(pulses)
}

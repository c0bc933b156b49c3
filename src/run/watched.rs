//! What is watched of the networks of a run: recorded, sampled, guarded.

use std::collections::BTreeMap;

use crate::engine::simulation::{Detection, Edited, Pulse};
use crate::record::error::RecordError;
use crate::record::layout;
use crate::record::run_file::RunFile;
use crate::record::sink::{Detected, Edits, Pulsed, Sink};
use crate::run::guard::Limits;
use crate::run::population::Population;
use crate::run::sampling::Sampling;
use crate::run::snapshot::Snapshots;
use crate::run::weight_statistics::WeightWatch;

/// Everything that is watched.
#[derive(Debug, Clone)]
pub struct Watched {
    /// In the order of the network.
    pub populations: Vec<Population>,
    /// States at regular instants.
    pub sampling: Sampling,
    /// Weights at some instants.
    pub snapshots: Snapshots,
    /// Statistics of weights at some instants.
    pub weights: WeightWatch,
    /// Projections whose synapses come and go: their numbers in the run file, by name.
    pub rewired: BTreeMap<String, usize>,
    /// Names of the triggers, as the run file has them.
    pub triggers: Vec<String>,
    /// Names of the stimuli that come in pulses, as the run file has them.
    pub pulsed: Vec<String>,
    /// What ends the run.
    pub limits: Limits,
}

impl Watched {
    /// `populations`, of which nothing more than their spikes is asked for, and whose rates are free.
    pub fn spikes_of(populations: Vec<Population>) -> Self {
        Self {
            populations,
            sampling: Sampling::default(),
            snapshots: Snapshots::default(),
            weights: WeightWatch::default(),
            rewired: BTreeMap::new(),
            triggers: Vec::new(),
            pulsed: Vec::new(),
            limits: Limits::NONE,
        }
    }

    /// The populations of a run file.
    pub fn layout(&self) -> Vec<layout::Population> {
        let populations = self.populations.iter();
        let population = |population: &Population| layout::Population {
            name: population.name.clone(),
            size: population.size as usize,
            recorded: population
                .recorded
                .as_ref()
                .map_or(0, |neurons| neurons.count(population.size)),
        };
        populations.map(population).collect()
    }

    /// Writes what triggers found, and which pulses there were.
    ///
    /// # Errors
    /// If the run file cannot be written.
    pub fn record_stimulation(
        &self,
        detections: &[Detection],
        pulses: &[Pulse],
        file: &mut RunFile,
    ) -> Result<(), RecordError> {
        let place = |names: &[String], name: &String| names.iter().position(|own| own == name);
        for found in detections {
            if let Some(trigger) = place(&self.triggers, &found.trigger) {
                let (event, told) = (found.event, found.told);
                file.detection(trigger, Detected { event, told })?;
            }
        }
        for pulse in pulses {
            if let Some(stimulus) = place(&self.pulsed, &pulse.stimulus) {
                let pulse = Pulsed {
                    event: pulse.event,
                    time: pulse.time,
                    is_delivered: pulse.is_delivered,
                };
                file.pulse(stimulus, pulse)?;
            }
        }
        Ok(())
    }

    /// Writes which synapses came and went.
    ///
    /// # Errors
    /// If the run file cannot be written.
    pub fn record_edits(&self, edits: Vec<Edited>, file: &mut RunFile) -> Result<(), RecordError> {
        for edited in edits {
            let Edited {
                at,
                projection,
                removed,
                added,
            } = edited;
            if let Some(&recorded) = self.rewired.get(&projection) {
                let edits = Edits {
                    time: at,
                    removed,
                    added,
                };
                file.edits(recorded, edits)?;
            }
        }
        Ok(())
    }
}

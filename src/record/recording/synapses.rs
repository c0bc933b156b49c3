//! The sparse synapses of a run that learn.

use ndarray::s;

use super::{Kind, Recording, RecordingError};
use crate::base::time::{Duration, Time};
use crate::plasticity::Synapse;

/// Synapses of a projection at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Synapses {
    /// What the run calls the moment: `1 s`.
    pub label: String,
    /// When.
    pub time: Time,
    /// The synapses, by source, target and delay. Targets are counted over the target populations one after the other.
    pub synapses: Vec<Synapse>,
}

impl Recording {
    /// The sparse projections whose synapses are recorded, by name.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn learning(&self) -> Result<Vec<String>, RecordingError> {
        let reader = self.reader();
        match reader.holds_group("/synapses") {
            true => reader.groups("/synapses"),
            false => Ok(Vec::new()),
        }
    }

    /// All snapshots of the synapses of `projection`, in order.
    ///
    /// # Errors
    /// If there is no such projection or its tables are damaged.
    pub fn synapses(&self, projection: &str) -> Result<Vec<Synapses>, RecordingError> {
        let reader = self.reader();
        let names = self.learning()?;
        if !names.iter().any(|name| name == projection) {
            return Err(self.unknown(Kind::Projection, projection, names));
        }
        let place = format!("/synapses/{projection}");
        let at = |name: &str| format!("{place}/{name}");
        let labels = reader.labels(&at("label"))?;
        let times = reader.times(&at("time"))?;
        let sources = reader.column::<u64>(&at("source_node_id"))?;
        let targets = reader.column::<u64>(&at("target_node_id"))?;
        let delays = reader.column::<f64>(&at("delay"))?;
        let dendritic = reader.column::<f64>(&at("dendritic_delay"))?;
        let weights = reader.dataset::<f32>(&at("weight"), 2)?;
        let shape = weights.shape();
        let rows = reader.rows(&place, &[labels.len(), times.len(), shape[0]])?;
        let n = reader.rows(
            &place,
            &[sources.len(), targets.len(), delays.len(), dendritic.len()],
        )?;
        if rows > 0 && shape[1] != n {
            let found = format!("{} weights in a row", shape[1]);
            return Err(reader.content(&at("weight"), found, format!("{n}, one for each synapse")));
        }
        let duration = |ms: f64| {
            let found = || format!("a delay of {ms} ms");
            Duration::from_ms(ms)
                .map_err(|_| reader.content(&at("delay"), found(), "a time".to_owned()))
        };
        let node = |id: u64| {
            let wrong = || reader.content(&place, format!("neuron {id}"), "a number of 32 bits");
            u32::try_from(id).map_err(|_| wrong())
        };
        let moments = labels.into_iter().zip(times).take(rows).enumerate();
        moments
            .map(|(row, (label, time))| {
                let own = self.matrix(&weights, &at("weight"), s![row..=row, ..])?;
                let synapses = own.values().iter().enumerate().map(|(k, &weight)| {
                    Ok(Synapse {
                        source: node(sources[k])?,
                        target: node(targets[k])?,
                        delay: duration(delays[k])?,
                        dendritic: duration(dendritic[k])?,
                        weight: weight.into(),
                    })
                });
                Ok(Synapses {
                    label,
                    time,
                    synapses: synapses.collect::<Result<_, RecordingError>>()?,
                })
            })
            .collect()
    }
}

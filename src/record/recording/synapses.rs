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

/// A synapse that came or went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edit {
    /// When.
    pub time: Time,
    /// Its source.
    pub source: u64,
    /// Its target: over the target populations one after the other.
    pub target: u64,
    /// From a spike to its arrival at the soma.
    pub delay: Duration,
    /// How much of that is from the synapse to the soma.
    pub dendritic: Duration,
    /// Its weight then.
    pub weight: f64,
    /// Whether it came, or else went.
    pub created: bool,
}

impl Recording {
    /// The sparse projections whose synapses are recorded, by name.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn learning(&self) -> Result<Vec<String>, RecordingError> {
        let reader = self.reader()?;
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
        let reader = self.reader()?;
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
        if reader.has(&at("end")) {
            return self.wirings(&place);
        }
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

    /// All snapshots of synapses that come and go, in order.
    fn wirings(&self, place: &str) -> Result<Vec<Synapses>, RecordingError> {
        let reader = self.reader()?;
        let at = |name: &str| format!("{place}/{name}");
        let labels = reader.labels(&at("label"))?;
        let times = reader.times(&at("time"))?;
        let ends = reader.column::<u64>(&at("end"))?;
        let sources = reader.column::<u64>(&at("source_node_id"))?;
        let targets = reader.column::<u64>(&at("target_node_id"))?;
        let delays = reader.column::<f64>(&at("delay"))?;
        let dendritic = reader.column::<f64>(&at("dendritic_delay"))?;
        let weights = reader.column::<f32>(&at("weight"))?;
        let rows = reader.rows(place, &[labels.len(), times.len(), ends.len()])?;
        let lengths = [
            sources.len(),
            targets.len(),
            delays.len(),
            dendritic.len(),
            weights.len(),
        ];
        let n = reader.rows(place, &lengths)?;
        let wrong =
            |found: String, expected: &str| reader.content(&at("end"), found, expected.to_owned());
        let mut start = 0;
        let mut all = Vec::new();
        for ((label, time), &end) in labels.into_iter().zip(times).zip(&ends).take(rows) {
            let end = usize::try_from(end)
                .ok()
                .filter(|&end| start <= end && end <= n);
            let end =
                end.ok_or_else(|| wrong(format!("{ends:?}"), "ends of snapshots, ascending"))?;
            let ms =
                |ms: f64| Duration::from_ms(ms).map_err(|_| wrong(format!("{ms} ms"), "a delay"));
            let node = |id: u64| {
                u32::try_from(id).map_err(|_| wrong(format!("neuron {id}"), "a number of 32 bits"))
            };
            let synapses = (start..end).map(|k| {
                Ok(Synapse {
                    source: node(sources[k])?,
                    target: node(targets[k])?,
                    delay: ms(delays[k])?,
                    dendritic: ms(dendritic[k])?,
                    weight: weights[k].into(),
                })
            });
            all.push(Synapses {
                label,
                time,
                synapses: synapses.collect::<Result<_, RecordingError>>()?,
            });
            start = end;
        }
        Ok(all)
    }

    /// The synapses of `projection` that came and went, in order; none where they do not.
    ///
    /// # Errors
    /// If there is no such projection or its tables are damaged.
    pub fn edits(&self, projection: &str) -> Result<Vec<Edit>, RecordingError> {
        let reader = self.reader()?;
        let names = self.learning()?;
        if !names.iter().any(|name| name == projection) {
            return Err(self.unknown(Kind::Projection, projection, names));
        }
        let place = format!("/synapses/{projection}/edits");
        if !reader.has(&place) {
            return Ok(Vec::new());
        }
        let at = |name: &str| format!("{place}/{name}");
        let times = reader.times(&at("time"))?;
        let sources = reader.column::<u64>(&at("source_node_id"))?;
        let targets = reader.column::<u64>(&at("target_node_id"))?;
        let delays = reader.column::<f64>(&at("delay"))?;
        let dendritic = reader.column::<f64>(&at("dendritic_delay"))?;
        let weights = reader.column::<f32>(&at("weight"))?;
        let created = reader.column::<u64>(&at("created"))?;
        let lengths = [
            times.len(),
            sources.len(),
            targets.len(),
            delays.len(),
            dendritic.len(),
            weights.len(),
            created.len(),
        ];
        let rows = reader.rows(&place, &lengths)?;
        let wrong = |ms: f64| reader.content(&at("delay"), format!("{ms} ms"), "a delay");
        let delay = |ms: f64| Duration::from_ms(ms).map_err(|_| wrong(ms));
        let edit = |k: usize| {
            Ok(Edit {
                time: times[k],
                source: sources[k],
                target: targets[k],
                delay: delay(delays[k])?,
                dendritic: delay(dendritic[k])?,
                weight: weights[k].into(),
                created: created[k] != 0,
            })
        };
        (0..rows).map(edit).collect()
    }
}

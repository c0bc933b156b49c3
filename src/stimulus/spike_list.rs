//! Spikes given one by one, from a file or another program.

use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec,
};
use crate::base::time::{Duration, Time};
use crate::stimulus::{Brings, Entry, Spike, Stimulus};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: true,
    build: |values| {
        let missing = || ParameterError::Missing {
            model: SPEC.name,
            parameter: "file",
            doc: SPEC.parameters[0].doc,
        };
        let from = values.number("from").unwrap_or(0.0);
        Ok(Brings::File {
            path: values.file("file").ok_or_else(missing)?.clone(),
            population: values.text("population").map(str::to_owned),
            from: Duration::from_ms(from).map_err(|error| ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "from",
                neuron: None,
                reason: format!(": {error}"),
            })?,
        })
    },
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "spikes",
    summary: "Spikes from a file, each onto the neuron that it names.",
    equations: "",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(&["h5", "hdf5", "csv"]),
            "the spikes, such as \"raster.h5\" (SONATA) or \"raster.csv\" (node_id,timestamp_ms)",
        ),
        ParameterSpec::new(
            "population",
            Kind::Text,
            "the name of a population in the file",
        )
        .or(Default::Absent("the only one")),
        ParameterSpec::quantity(
            "from",
            Dimension::Time,
            Range::NonNegative,
            "spikes are moved by it; they count from when the stimulus is switched on",
        )
        .or_number(0.0),
    ],
    source: "",
};

/// Spikes handed over at one tick: enough to make ticks rare, few enough to stay in cache.
const CHUNK: usize = 4096;

/// A fixed list of spikes.
#[derive(Debug, Clone)]
pub struct SpikeList {
    spikes: Vec<Spike>,
    next: usize,
}

impl SpikeList {
    /// The spikes of `list`, given in any order on a clock of their own, moved by `offset` onto the network's.
    pub fn new(list: &[Spike], offset: Duration) -> Self {
        let mut spikes: Vec<Spike> = list.iter().map(|&(t, unit)| (t + offset, unit)).collect();
        spikes.sort_unstable();
        Self { spikes, next: 0 }
    }
}

impl Stimulus for SpikeList {
    fn tick(&mut self, _now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let end = (self.next + CHUNK).min(self.spikes.len());
        spikes.extend_from_slice(&self.spikes[self.next..end]);
        self.next = end;
        self.spikes.get(end).map(|&(t, _)| t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spike_comes_once_and_in_order() {
        let list: Vec<Spike> = (0..10_000)
            .map(|i| (Time::from_ps((i * 7919) % 10_007), i as u32))
            .collect();
        let mut stimulus = SpikeList::new(&list, Duration::from_ps(5));
        let (mut spikes, mut tick) = (Vec::new(), Some(Time::ZERO));
        while let Some(now) = tick {
            tick = stimulus.tick(now, &mut spikes);
        }
        assert_eq!(spikes.len(), list.len());
        assert!(spikes.is_sorted());
        assert_eq!(spikes[0], (Time::from_ps(5), 0));
    }
}

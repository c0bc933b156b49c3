//! Spikes given one by one, from a file or another program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Value,
};
use crate::base::time::{Duration, Time};
use crate::stimulus::{Brings, Entry, Spike, StateError, Stimulus, from_bytes, to_bytes};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: true,
    pulsed: false,
    changes: &[],
    swings: false,
    build: |values| {
        let missing = || ParameterError::Missing {
            model: SPEC.name,
            parameter: "file",
            doc: SPEC.parameters[0].doc,
        };
        let columns = match values.get("columns") {
            Some(Value::Table(table)) => Some(Columns::new(table)?),
            _ => None,
        };
        let from = values.number("from").unwrap_or(0.0);
        Ok(Brings::File {
            file: SpikeFile {
                path: values.file("file").ok_or_else(missing)?.clone(),
                population: values.text("population").map(str::to_owned),
                columns,
                first_neuron: values.count("first_neuron"),
            },
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
            Kind::File(FILES),
            "the spikes, such as \"raster.h5\" (SONATA) or \"raster.csv\" (node_id,timestamp_ms)",
        ),
        ParameterSpec::new(
            "population",
            Kind::Text,
            "the name of a population in the file",
        )
        .or(Default::Absent("the only one")),
        ParameterSpec::new("columns", Kind::Table(Columns::KEYS), COLUMNS)
            .or(Default::Absent("those of a known layout")),
        ParameterSpec::new("first_neuron", FIRST, FIRST_NEURON).or(Default::Absent("0")),
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

/// Endings of files of spikes.
pub const FILES: &[&str] = &["h5", "hdf5", "nwb", "csv", "tsv", "txt", "dat"];

/// What `columns` says.
pub const COLUMNS: &str = "the names that a table's columns have, or their numbers from 1 on: { time = \"t\", neuron = \"id\" }, with unit = \"s\" where times are not ms";

/// What `first_neuron` says.
pub const FIRST_NEURON: &str = "the number that the file gives to the population's first neuron (NEST counts from 1 over all nodes)";

const FIRST: Kind = Kind::Count {
    least: 0,
    most: i64::MAX as u64,
};

/// Where the spikes of one population are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpikeFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// Name of a population in it, or `None` for the only one.
    pub population: Option<String>,
    /// Columns of a table whose layout is no known one.
    pub columns: Option<Columns>,
    /// The number that the file gives to neuron 0, or `None` for 0.
    pub first_neuron: Option<u64>,
}

impl SpikeFile {
    /// The only population of the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            population: None,
            columns: None,
            first_neuron: None,
        }
    }

    /// The same, of the population `name`.
    pub fn of(self, name: impl Into<String>) -> Self {
        Self {
            population: Some(name.into()),
            ..self
        }
    }
}

/// Names of a table's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Of the instants.
    pub time: String,
    /// Of the neurons' numbers.
    pub neuron: String,
    /// Whether times are in seconds, not in milliseconds.
    pub seconds: bool,
}

impl Columns {
    /// Keys of a model file's table.
    pub const KEYS: &[&str] = &["time", "neuron", "unit"];

    /// From the texts under these keys.
    ///
    /// # Errors
    /// If a column is missing or the unit is neither `ms` nor `s`.
    pub fn new(table: &BTreeMap<&'static str, String>) -> Result<Self, ParameterError> {
        let wrong = |reason: String| ParameterError::Inconsistent {
            model: SPEC.name,
            parameter: "columns",
            neuron: None,
            reason,
        };
        let need = |key: &str| {
            let name = table.get(key).cloned();
            name.ok_or_else(|| wrong(format!(": no `{key}`, expected the name of that column")))
        };
        let unit = table.get("unit").map_or("ms", String::as_str);
        let seconds = match unit {
            "ms" => false,
            "s" => true,
            _ => return Err(wrong(format!(": unit `{unit}`, expected `ms` or `s`"))),
        };
        Ok(Self {
            time: need("time")?,
            neuron: need("neuron")?,
            seconds,
        })
    }

    /// The texts that [`new`](Self::new) reads back.
    pub fn table(&self) -> BTreeMap<&'static str, String> {
        let unit = if self.seconds { "s" } else { "ms" };
        BTreeMap::from([
            ("time", self.time.clone()),
            ("neuron", self.neuron.clone()),
            ("unit", unit.to_owned()),
        ])
    }
}

/// Spikes handed over at one tick: enough to make ticks rare, few enough to stay in cache.
const CHUNK: usize = 4096;

/// A fixed list of spikes.
#[derive(Debug, Clone)]
pub struct SpikeList {
    /// In order, on a clock of their own.
    spikes: Arc<[Spike]>,
    offset: Duration,
    next: usize,
}

impl SpikeList {
    /// The spikes of `list`, given in any order on a clock of their own, moved by `offset` onto the network's.
    pub fn new(list: &[Spike], offset: Duration) -> Self {
        let mut spikes = list.to_vec();
        spikes.sort_unstable();
        Self::shared(spikes.into(), offset)
    }

    /// As [`new`](Self::new), of spikes that are in order.
    pub fn shared(spikes: Arc<[Spike]>, offset: Duration) -> Self {
        Self {
            spikes,
            offset,
            next: 0,
        }
    }
}

impl Stimulus for SpikeList {
    fn tick(&mut self, _now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let end = (self.next + CHUNK).min(self.spikes.len());
        for &(t, neuron) in &self.spikes[self.next..end] {
            // What lies beyond the end of the clock never comes.
            let Some(t) = t.checked_add(self.offset) else {
                self.next = self.spikes.len();
                return None;
            };
            spikes.push((t, neuron));
        }
        self.next = end;
        self.spikes.get(end)?.0.checked_add(self.offset)
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&self.next)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let next: usize = from_bytes(bytes)?;
        if next > self.spikes.len() {
            return Err(StateError(format!(
                "found {next} spikes that have come, expected at most {}",
                self.spikes.len()
            )));
        }
        self.next = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(n: i64) -> Vec<Spike> {
        (0..n)
            .map(|i| (Time::from_ps((i * 7919) % 10_007), i as u32))
            .collect()
    }

    fn rest(stimulus: &mut SpikeList) -> Vec<Spike> {
        let (mut spikes, mut tick) = (Vec::new(), Some(Time::ZERO));
        while let Some(now) = tick {
            tick = stimulus.tick(now, &mut spikes);
        }
        spikes
    }

    #[test]
    fn every_spike_comes_once_and_in_order() {
        let spikes = rest(&mut SpikeList::new(&list(10_000), Duration::from_ps(5)));
        assert_eq!(spikes.len(), 10_000);
        assert!(spikes.is_sorted());
        assert_eq!(spikes[0], (Time::from_ps(5), 0));
    }

    #[test]
    fn a_state_is_gone_on_from_and_one_of_a_longer_list_refused() {
        let mut stimulus = SpikeList::new(&list(10_000), Duration::ZERO);
        stimulus.tick(Time::ZERO, &mut Vec::new());
        let bytes = stimulus.save().unwrap();
        let mut other = SpikeList::new(&list(10_000), Duration::ZERO);
        other.load(&bytes).unwrap();
        let expected = rest(&mut stimulus);
        assert_eq!(expected.len(), 10_000 - CHUNK);
        assert_eq!(rest(&mut other), expected);
        let mut short = SpikeList::new(&list(100), Duration::ZERO);
        assert!(short.load(&bytes).is_err());
    }

    #[test]
    fn what_lies_beyond_the_clock_never_comes() {
        let late = [(Time::ZERO, 0), (Time::from_ps(10), 1)];
        let mut stimulus = SpikeList::new(&late, Duration::from_ps(i64::MAX - 5));
        assert_eq!(rest(&mut stimulus), [(Time::from_ps(i64::MAX - 5), 0)]);
    }
}

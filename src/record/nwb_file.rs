//! A run as a file of Neurodata Without Borders (NWB 2, core schema 2.11): units, and bouts as epochs.
//!
//! What stands where is what `pynwb-validate` asks for and pynwb and pynapple read. Neither subject nor laboratory is invented: a
//! simulation has no animal, and whose it is, the user says.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group, H5Type, Location, ObjectReference1};

use crate::base::stream::{mix, name_hash};
use crate::base::time::{MS_PER_S, Time};
use crate::record::cause::cause;
use crate::record::column::CHUNK;
use crate::record::header::text_attribute;
use crate::record::layout::Population;
use crate::record::output::{OutputError, persist, refuse_existing, temporary_beside};
use crate::record::recording::{Recording, RecordingError};
use crate::record::sink::Bout;

/// The version of the schema.
const NWB_VERSION: &str = "2.11.0";

/// Times of runs are whole picoseconds.
const RESOLUTION_S: f64 = 1e-12;

/// What every run is.
const EXPERIMENT: &str =
    "A simulated network of spiking neurons; `source_script` is its model file.";
const KEYWORDS: [&str; 2] = ["simulation", "spiking neurons"];

/// Whose run it was, which no run file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who ran it; NWB asks for "Last, First".
    pub experimenters: Vec<String>,
    /// Their laboratory.
    pub lab: Option<String>,
    /// Its institution.
    pub institution: Option<String>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum NwbError {
    /// The run cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Writes the run `recording` to the new file `path`: a unit for each recorded neuron, an epoch for each bout that has ended, and
/// whose it was, as far as `origin` says. Of a population that was recorded in part `selected` says which neurons were; of those it
/// does not know, silent ones are left out. Gives the number of spikes of each population. All spikes of one population are in
/// memory at once.
///
/// # Errors
/// If a part of the run is damaged, `path` exists or it cannot be written. Then there is no file.
pub fn write(
    recording: &Recording,
    path: &Path,
    origin: &Origin,
    selected: &dyn Fn(&str) -> Option<Vec<u32>>,
) -> Result<Vec<(String, u64)>, NwbError> {
    refuse_existing(path)?;
    let failed = |source| OutputError::Write {
        path: path.into(),
        source,
    };
    let bouts = recording.bouts()?;
    let temporary = temporary_beside(path).map_err(failed)?;
    let written = fill(recording, &bouts, temporary.path(), origin, selected);
    let counts = written.map_err(|error| match error {
        Unwritten::Recording(error) => NwbError::Recording(error),
        Unwritten::Hdf5(error) => failed(io::Error::other(cause(&error))).into(),
    })?;
    persist(temporary, path)?;
    Ok(counts)
}

/// Why the content could not be written.
enum Unwritten {
    Recording(RecordingError),
    Hdf5(hdf5::Error),
}

impl From<RecordingError> for Unwritten {
    fn from(error: RecordingError) -> Self {
        Self::Recording(error)
    }
}

impl From<hdf5::Error> for Unwritten {
    fn from(error: hdf5::Error) -> Self {
        Self::Hdf5(error)
    }
}

fn fill(
    recording: &Recording,
    bouts: &[Bout],
    path: &Path,
    origin: &Origin,
    selected: &dyn Fn(&str) -> Option<Vec<u32>>,
) -> Result<Vec<(String, u64)>, Unwritten> {
    let file = File::create(path)?;
    let document = Document::new(recording);
    document.head(&file, recording)?;
    came_from(&file.group("general")?, origin)?;
    let counts = document.units(&file, recording, selected)?;
    if !bouts.is_empty() {
        document.epochs(&file, bouts)?;
    }
    file.close()?;
    Ok(counts)
}

/// What objects of one file are numbered by.
struct Document {
    /// What the file is called.
    identifier: String,
}

/// The neurons of a population that get units, and when they spiked.
struct Trains {
    neurons: Vec<i64>,
    /// In s, one neuron after the other.
    times: Vec<f64>,
    /// Where the times of each neuron end.
    ends: Vec<u64>,
}

impl Document {
    fn new(recording: &Recording) -> Self {
        let (seed, version) = (recording.seed(), recording.version());
        let identifier = match recording.fingerprint() {
            Some(fingerprint) => format!("sharpwave {version} {fingerprint} seed {seed}"),
            None => format!("sharpwave {version} seed {seed}, not complete"),
        };
        Self { identifier }
    }

    /// Makes `place` an object of a neurodata type; it has the same number in every file of the same run.
    fn declare(&self, at: &Location, place: &str, kind: &str, space: &str) -> hdf5::Result<()> {
        text_attribute(at, "neurodata_type", kind)?;
        text_attribute(at, "namespace", space)?;
        let name = name_hash(&format!("{}{place}", self.identifier));
        let [high, low] = [mix(name), mix(mix(name))];
        // A version 4 UUID, though it is not drawn.
        let id = format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high & 0xFFF,
            low >> 48 & 0x3FFF | 0x8000,
            low & 0xFFFF_FFFF_FFFF,
        );
        text_attribute(at, "object_id", &id)
    }

    fn head(&self, file: &File, recording: &Recording) -> hdf5::Result<()> {
        text_attribute(file, "nwb_version", NWB_VERSION)?;
        self.declare(file, "/", "NWBFile", "core")?;
        let seed = recording.seed();
        let complete = match recording.is_complete() {
            true => "",
            false => "; the run was not complete",
        };
        let description = format!(
            "Simulation by sharpwave {}, seed {seed}{complete}",
            recording.version()
        );
        text(file, "identifier", &self.identifier)?;
        text(file, "session_description", &description)?;
        // The clock of a run begins at 0, wherever that lies.
        let written = std::fs::metadata(recording.path()).and_then(|metadata| metadata.modified());
        let start = iso(written.unwrap_or(UNIX_EPOCH));
        text(file, "session_start_time", &start)?;
        text(file, "timestamps_reference_time", &start)?;
        let created = iso(SystemTime::now());
        let dates = file.new_dataset::<VarLenUnicode>().chunk(1).shape(1..);
        dates
            .create("file_create_date")?
            .write(&[unicode(&created)])?;
        for name in [
            "acquisition",
            "analysis",
            "processing",
            "stimulus",
            "general",
            "intervals",
        ] {
            file.create_group(name)?;
        }
        let stimulus = file.group("stimulus")?;
        stimulus.create_group("presentation")?;
        stimulus.create_group("templates")?;
        let general = file.group("general")?;
        text(&general, "experiment_description", EXPERIMENT)?;
        let keywords = KEYWORDS.map(unicode);
        let dataset = general.new_dataset::<VarLenUnicode>().shape(keywords.len());
        dataset.create("keywords")?.write_raw(&keywords)?;
        text(&general, "source_script", recording.model())?;
        let script = general.dataset("source_script")?;
        text_attribute(&script, "file_name", "model.toml")
    }

    fn units(
        &self,
        file: &File,
        recording: &Recording,
        selected: &dyn Fn(&str) -> Option<Vec<u32>>,
    ) -> Result<Vec<(String, u64)>, Unwritten> {
        let units = file.create_group("units")?;
        self.declare(&units, "/units", "Units", "core")?;
        text_attribute(&units, "description", "neurons that were recorded")?;
        names(&units, &["spike_times", "population", "neuron"])?;
        let times = units
            .new_dataset::<f64>()
            .chunk(CHUNK)
            .shape(0..)
            .create("spike_times")?;
        let mut ends: Vec<u64> = Vec::new();
        let (mut neurons, mut owners) = (Vec::new(), Vec::new());
        let mut counts = Vec::new();
        let mut n = 0;
        for population in recording
            .populations()
            .iter()
            .filter(|known| known.recorded > 0)
        {
            let some = match population.recorded < population.size {
                true => selected(&population.name),
                false => None,
            };
            let trains = trains(recording, population, &some.unwrap_or_default())?;
            let before = n;
            n += trains.times.len();
            times.resize(n)?;
            if n > before {
                times.write_slice(&trains.times, before..n)?;
            }
            ends.extend(trains.ends.iter().map(|end| end + before as u64));
            owners.resize(
                owners.len() + trains.neurons.len(),
                unicode(&population.name),
            );
            neurons.extend(trains.neurons);
            counts.push((population.name.clone(), (n - before) as u64));
        }
        self.column(
            &times,
            "/units/spike_times",
            "VectorData",
            "times of spikes in s",
        )?;
        times
            .new_attr::<f64>()
            .create("resolution")?
            .write_scalar(&RESOLUTION_S)?;
        let index = column(&units, "spike_times_index", &ends)?;
        self.column(
            &index,
            "/units/spike_times_index",
            "VectorIndex",
            "where the times of each unit end",
        )?;
        let target: ObjectReference1 = units.reference("spike_times")?;
        index
            .new_attr::<ObjectReference1>()
            .create("target")?
            .write_scalar(&target)?;
        let owner = column(&units, "population", &owners)?;
        self.column(
            &owner,
            "/units/population",
            "VectorData",
            "the population of the neuron",
        )?;
        let neuron = column(&units, "neuron", &neurons)?;
        self.column(
            &neuron,
            "/units/neuron",
            "VectorData",
            "its number in the population, from 0",
        )?;
        let ids: Vec<i64> = (0..ends.len() as i64).collect();
        let id = column(&units, "id", &ids)?;
        self.declare(&id, "/units/id", "ElementIdentifiers", "hdmf-common")?;
        Ok(counts)
    }

    fn epochs(&self, file: &File, bouts: &[Bout]) -> hdf5::Result<()> {
        const PLACE: &str = "/intervals/epochs";
        let epochs = file.group("intervals")?.create_group("epochs")?;
        self.declare(&epochs, PLACE, "TimeIntervals", "core")?;
        text_attribute(&epochs, "description", "bouts of the run")?;
        names(&epochs, &["start_time", "stop_time", "bout", "kind"])?;
        let seconds = |time: fn(&Bout) -> Time| -> Vec<f64> {
            bouts
                .iter()
                .map(|bout| time(bout).as_ms() / MS_PER_S)
                .collect()
        };
        let texts = |text: fn(&Bout) -> &str| -> Vec<VarLenUnicode> {
            bouts.iter().map(|bout| unicode(text(bout))).collect()
        };
        let described = |made: hdf5::Dataset, name: &str, what: &str| {
            self.column(&made, &format!("{PLACE}/{name}"), "VectorData", what)
        };
        described(
            column(&epochs, "start_time", &seconds(|bout| bout.start))?,
            "start_time",
            "start in s",
        )?;
        described(
            column(&epochs, "stop_time", &seconds(|bout| bout.stop))?,
            "stop_time",
            "end in s",
        )?;
        described(
            column(&epochs, "bout", &texts(|bout| &bout.name))?,
            "bout",
            "name of the bout",
        )?;
        described(
            column(&epochs, "kind", &texts(|bout| &bout.kind))?,
            "kind",
            "training, sleep, test or run",
        )?;
        let ids: Vec<i64> = (0..bouts.len() as i64).collect();
        let id = column(&epochs, "id", &ids)?;
        self.declare(
            &id,
            &format!("{PLACE}/id"),
            "ElementIdentifiers",
            "hdmf-common",
        )
    }

    /// Makes `at` a column of a table.
    fn column(&self, at: &Location, place: &str, kind: &str, what: &str) -> hdf5::Result<()> {
        self.declare(at, place, kind, "hdmf-common")?;
        text_attribute(at, "description", what)
    }
}

fn came_from(general: &Group, origin: &Origin) -> hdf5::Result<()> {
    if !origin.experimenters.is_empty() {
        let names: Vec<VarLenUnicode> = origin.experimenters.iter().map(|n| unicode(n)).collect();
        let dataset = general.new_dataset::<VarLenUnicode>().shape(names.len());
        dataset.create("experimenter")?.write_raw(&names)?;
    }
    for (name, value) in [("lab", &origin.lab), ("institution", &origin.institution)] {
        if let Some(value) = value {
            text(general, name, value)?;
        }
    }
    Ok(())
}

/// The spikes of `population`, neuron by neuron: of all where all were recorded, else of the `selected` and of those that spiked.
fn trains(
    recording: &Recording,
    population: &Population,
    selected: &[u32],
) -> Result<Trains, RecordingError> {
    let mut by_neuron: Vec<u64> = vec![0; population.size + 1];
    for chunk in recording.spike_chunks(&population.name, ..)? {
        for (_, neuron) in chunk? {
            by_neuron[neuron as usize + 1] += 1;
        }
    }
    let all = population.recorded == population.size;
    let is_selected = |neuron: usize| selected.binary_search(&(neuron as u32)).is_ok();
    let neurons = 0..population.size;
    let neurons = neurons.filter(|&k| all || by_neuron[k + 1] > 0 || is_selected(k));
    let neurons: Vec<i64> = neurons.map(|neuron| neuron as i64).collect();
    let mut sum = 0;
    for count in &mut by_neuron {
        sum += *count;
        *count = sum;
    }
    let ends = neurons
        .iter()
        .map(|&neuron| by_neuron[neuron as usize + 1])
        .collect();
    // A file that is being written may have grown since it was counted: no more are taken than there is room for.
    let mut next = by_neuron.clone();
    let mut times = vec![0.0; sum as usize];
    for chunk in recording.spike_chunks(&population.name, ..)? {
        for (time, neuron) in chunk? {
            let at = &mut next[neuron as usize];
            if *at < by_neuron[neuron as usize + 1] {
                times[*at as usize] = time.as_ms() / MS_PER_S;
                *at += 1;
            }
        }
    }
    Ok(Trains {
        neurons,
        times,
        ends,
    })
}

/// `text` as HDF5 has texts of any length, which end with a NUL.
fn unicode(text: &str) -> VarLenUnicode {
    let text = text.replace('\0', "\u{FFFD}");
    text.parse().unwrap_or_default()
}

fn text(group: &Group, name: &str, value: &str) -> hdf5::Result<()> {
    group
        .new_dataset::<VarLenUnicode>()
        .create(name)?
        .write_scalar(&unicode(value))
}

/// The names of a table's columns.
fn names(table: &Group, columns: &[&str]) -> hdf5::Result<()> {
    let names: Vec<VarLenUnicode> = columns.iter().map(|name| unicode(name)).collect();
    let attribute = table
        .new_attr::<VarLenUnicode>()
        .shape(names.len())
        .create("colnames")?;
    attribute.write_raw(&names)
}

fn column<T: H5Type>(table: &Group, name: &str, values: &[T]) -> hdf5::Result<hdf5::Dataset> {
    let dataset = table.new_dataset::<T>().shape(values.len()).create(name)?;
    dataset.write_raw(values)?;
    Ok(dataset)
}

/// `time` by ISO 8601, in UTC.
fn iso(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years of 365.2425 days that begin in March, so that the leap day comes last (Hinnant 2013, days from civil).
    let from_march = days + 719_468;
    let (era, day) = (from_march / 146_097, from_march % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = year + era * 400 + later;
    let [hour, minute, second] = [second / 3_600, second / 60 % 60, second % 60];
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_by_hand() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00+00:00"),
            (951_782_399, "2000-02-28T23:59:59+00:00"),
            (951_782_400, "2000-02-29T00:00:00+00:00"),
            (951_868_800, "2000-03-01T00:00:00+00:00"),
            (4_107_542_400, "2100-03-01T00:00:00+00:00"),
            (1_798_675_199, "2026-12-30T23:59:59+00:00"),
        ] {
            assert_eq!(iso(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }
}

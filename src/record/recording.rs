//! A run read back: what [`RunFile`](super::run_file::RunFile) wrote, with the times that it was given.

mod error;
mod positions;
mod read;
mod spikes;
mod states;
mod stimulation;
mod synapses;
mod table;
#[cfg(test)]
mod tests;
mod weight_statistics;
mod weights;

use std::ops::RangeBounds;
use std::path::{Path, PathBuf};

use hdf5::{File, Selection};

pub use error::{Kind, RecordingError};
use read::{Reader, content, unreadable};
pub use spikes::SpikeChunks;
pub use states::States;
use states::instant;
pub use synapses::{Edit, Synapses};
pub use weights::Snapshot;

use super::header::Header;
use super::layout::Population;
use super::open::open_again;
use super::recover::open_run;
pub use super::run_file::FILE;
use crate::base::matrix::Matrix;
use crate::base::time::Time;

/// A run file that is read: one of a run that is complete, was stopped or killed, or still goes on.
///
/// A file that is being written is seen as it is when a part is read; open it anew to see more. Tables and spikes that a
/// kill cut are as long as their shortest column.
///
/// ```
/// use sharpwave::base::time::Time;
/// use sharpwave::record::layout::{Layout, Population};
/// use sharpwave::record::recording::Recording;
/// use sharpwave::record::run_file::RunFile;
/// use sharpwave::record::sink::Sink;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("run.h5");
/// let layout = Layout {
///     seed: 7,
///     populations: vec![Population { name: "e".into(), size: 100, recorded: 100 }],
///     ..Layout::default()
/// };
/// let mut file = RunFile::create(&path, layout)?;
/// file.spikes(0, Time::from_ms(1.5)?, &[3, 42])?;
/// file.spikes(0, Time::from_ms(2.5)?, &[3])?;
/// file.finish("0123456789abcdef")?;
///
/// let run = Recording::open(&path)?;
/// assert!(run.is_complete());
/// assert_eq!((run.seed(), run.fingerprint()), (7, Some("0123456789abcdef")));
/// assert_eq!(run.spikes("e", ..)?.len(), 3);
/// assert_eq!(run.spikes("e", Time::from_ms(2.0)?..)?, [(Time::from_ms(2.5)?, 3)]);
/// assert!(run.spikes("i", ..).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    /// Of a complete run. One that goes on is opened for each look: the library shares a file that is open, so that others who open
    /// it would see what it was, and a writer in this process could not close it.
    file: Option<File>,
    header: Header,
    fingerprint: Option<String>,
    model: String,
    source: String,
    overrides: Vec<String>,
    warnings: Vec<String>,
    data: Option<String>,
    tasks: Vec<String>,
    populations: Vec<Population>,
}

impl Recording {
    /// Opens the run file `path`, or the one of the run whose folder `path` is.
    ///
    /// # Errors
    /// If there is none, it is another file, or it is damaged.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let mut path = path.to_owned();
        if path.is_dir() {
            let file = path.join(FILE);
            if !file.is_file() {
                return Err(RecordingError::NoRun { path });
            }
            path = file;
        }
        let file = open_run(&path)?;
        let mut reader = Reader {
            path: &path,
            file: file.clone(),
            complete: false,
        };
        let header = Header::read(&file).map_err(|error| reader.unreadable("/", &error))?;
        reader.complete = header.complete;
        let [model, source] =
            ["resolved", "source"].map(|name| reader.text(&format!("/config/{name}")));
        let texts = |name: &str| match file.link_exists(name) {
            true => reader.texts(name),
            // Files of before there were any.
            false => Ok(Vec::new()),
        };
        let overrides = texts("/config/overrides")?;
        let warnings = texts("/config/warnings")?;
        let data = texts("/config/data")?.pop();
        let tasks = reader.texts("/config/task")?;
        let populations = populations(&reader)?;
        Ok(Self {
            fingerprint: header.complete.then(|| header.fingerprint.clone()),
            model: model?,
            source: source?,
            overrides,
            warnings,
            data,
            tasks,
            populations,
            file: header.complete.then_some(file),
            header,
            path,
        })
    }

    /// The run file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Version of the program that wrote it.
    pub fn version(&self) -> &str {
        &self.header.sharpwave_version
    }

    /// Seed of the run that the file holds in full.
    pub fn seed(&self) -> u64 {
        self.header.seed
    }

    /// Whether the run had come to its end.
    pub fn is_complete(&self) -> bool {
        self.header.complete
    }

    /// Hash of all spikes as hexadecimal digits; `None` of a run that has not come to its end.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// The model file with every default filled in: it runs by itself.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The model file as typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What was given beside the model file in place of its values: `key=value`.
    pub fn overrides(&self) -> &[String] {
        &self.overrides
    }

    /// What the run warned of when it began.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the images of the data set are known again by, where they are and the file is not older.
    pub fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// Label of each task, where there are tasks.
    pub fn tasks(&self) -> &[String] {
        &self.tasks
    }

    /// Every population of the network, recorded or not.
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// How far the run has come: the last bout's end, or the last spike, snapshot or sample behind it.
    ///
    /// # Errors
    /// If a part that tells is damaged.
    pub fn reached(&self) -> Result<Time, RecordingError> {
        let mut reached = Time::ZERO;
        let bouts = self.bouts()?;
        let mut see = |time: Option<Time>| reached = reached.max(time.unwrap_or(reached));
        see(bouts.iter().map(|bout| bout.stop).max());
        for population in self.populations.iter().filter(|p| p.recorded > 0) {
            see(self.spike_chunks(&population.name, ..)?.last_time()?);
        }
        for projection in self.projections()? {
            see(self
                .moments(&projection.name)?
                .last()
                .map(|(_, time)| *time));
        }
        for report in self.reports()? {
            let frames = self.frames(&report)?;
            see(frames
                .checked_sub(1)
                .and_then(|last| instant(&report, last)));
        }
        Ok(reached)
    }

    /// The spikes of `population` within `span`, sorted by time: `(time, neuron)`, to the picosecond.
    ///
    /// # Errors
    /// If there is no such population, it was not recorded, or what should be its spikes are none.
    pub fn spikes(
        &self,
        population: &str,
        span: impl RangeBounds<Time>,
    ) -> Result<Vec<(Time, u32)>, RecordingError> {
        let chunks = self.spike_chunks(population, span)?;
        let mut spikes = Vec::with_capacity(chunks.remaining());
        for chunk in chunks {
            spikes.extend(chunk?);
        }
        Ok(spikes)
    }

    /// As [`Recording::spikes`], a few ten thousand at a time, for more than memory holds.
    ///
    /// # Errors
    /// As [`Recording::spikes`]; damage is found on the way.
    pub fn spike_chunks(
        &self,
        population: &str,
        span: impl RangeBounds<Time>,
    ) -> Result<SpikeChunks<'_>, RecordingError> {
        let known = self.population(population)?;
        if known.recorded == 0 {
            return Err(RecordingError::NotRecorded {
                path: self.path.clone(),
                population: population.to_owned(),
            });
        }
        SpikeChunks::new(self, population, known.size, span)
    }

    /// The population called `name`.
    ///
    /// # Errors
    /// If there is none.
    pub fn population(&self, name: &str) -> Result<&Population, RecordingError> {
        let mut populations = self.populations.iter();
        populations
            .find(|population| population.name == name)
            .ok_or_else(|| {
                let known = self.populations.iter().map(|p| p.name.clone());
                self.unknown(Kind::Population, name, known.collect())
            })
    }

    fn reader(&self) -> Result<Reader<'_>, RecordingError> {
        let file = match &self.file {
            Some(file) => file.clone(),
            None => open_again(&self.path).map_err(|error| unreadable(&self.path, "/", &error))?,
        };
        Ok(Reader {
            path: &self.path,
            file,
            complete: self.header.complete,
        })
    }

    fn unknown(&self, kind: Kind, name: &str, known: Vec<String>) -> RecordingError {
        RecordingError::Unknown {
            path: self.path.clone(),
            kind,
            name: name.to_owned(),
            known,
        }
    }

    fn matrix(
        &self,
        dataset: &hdf5::Dataset,
        place: &str,
        part: impl TryInto<Selection, Error = hdf5::Error>,
    ) -> Result<Matrix, RecordingError> {
        let selection: Result<Selection, hdf5::Error> = part.try_into();
        let values = selection.and_then(|part| dataset.read_slice_2d::<f32, _>(part));
        let values = values.map_err(|error| unreadable(&self.path, place, &error))?;
        let (rows, columns) = values.dim();
        let matrix = Matrix::new(rows, columns, values.into_raw_vec_and_offset().0);
        let shape = || {
            let expected = format!("{rows} × {columns}");
            content(&self.path, place, "too few values", expected)
        };
        matrix.ok_or_else(shape)
    }
}

/// How many neurons of each population, of these `sizes`, are recorded: files before this was counted say all or none.
fn recorded(reader: &Reader<'_>, sizes: &[u64]) -> Result<Vec<u64>, RecordingError> {
    const PLACE: &str = "/populations/recorded";
    if !reader.holds::<u8>(PLACE) {
        return reader.column(PLACE);
    }
    let all = reader.column::<u8>(PLACE)?.into_iter();
    let sizes = sizes.iter().chain(std::iter::repeat(&0));
    Ok(all
        .zip(sizes)
        .map(|(all, &size)| if all == 0 { 0 } else { size })
        .collect())
}

fn populations(reader: &Reader<'_>) -> Result<Vec<Population>, RecordingError> {
    let names = reader.texts("/populations/name")?;
    let sizes = reader.column::<u64>("/populations/size")?;
    let recorded = recorded(reader, &sizes)?;
    let lengths = [names.len(), sizes.len(), recorded.len()];
    // They stood before the run began.
    let reader = Reader {
        complete: true,
        ..reader.clone()
    };
    reader.rows("/populations", &lengths)?;
    let rows = names.into_iter().zip(sizes.into_iter().zip(recorded));
    let population = |(index, (name, (size, recorded))): (usize, (String, (u64, u64)))| {
        if recorded > size || size > u64::from(u32::MAX) {
            let place = format!("/populations[{index}]");
            let found = format!("{recorded} recorded neurons of {size}");
            return Err(reader.content(&place, found, "at most as many as there are"));
        }
        Ok(Population {
            name,
            size: size as usize,
            recorded: recorded as usize,
        })
    };
    rows.enumerate().map(population).collect()
}

//! Files that spikes are converted to.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use hdf5::{File, Group};
use tempfile::NamedTempFile;

use super::{ConvertError, Converted};
use crate::base::time::Time;
use crate::record::cause::cause;
use crate::record::column::{CHUNK, Column, Times, create_column, create_times};
use crate::record::contents::Sorting;
use crate::record::header::{attribute, declare_sonata};
use crate::record::output::{OutputError, persist, refuse_existing, temporary_beside};
use crate::record::spike_file::table;

/// Spikes of a population that wait to be written together.
const WAITING: usize = 4096;

/// Most populations of a file: each holds memory.
const MOST_POPULATIONS: usize = 1000;

/// A file that is being written; it gets its name when it is whole.
pub(super) struct Target {
    path: PathBuf,
    temporary: NamedTempFile,
    /// What populations without a name are called.
    name: String,
    /// Spikes of each population, in order of their first.
    counts: Vec<(String, u64)>,
    current: usize,
    format: Format,
}

enum Format {
    Table {
        out: BufWriter<std::fs::File>,
        /// Whether rows name their population; known once the first is there.
        named: Option<bool>,
        may_be_named: bool,
    },
    Sonata {
        spikes: Group,
        populations: Vec<Population>,
        /// Closed last.
        file: File,
    },
}

impl Target {
    /// Begins the file at `path`; populations are named if `all` of an input are converted.
    pub(super) fn new(path: &Path, name: &str, all: bool) -> Result<Self, ConvertError> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let sonata = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("h5" | "hdf5") => true,
            Some("csv") => false,
            _ => return Err(ConvertError::Format { path: path.into() }),
        };
        refuse_existing(path)?;
        let failed = |source| OutputError::Write {
            path: path.into(),
            source,
        };
        let temporary = temporary_beside(path).map_err(failed)?;
        let format = match sonata {
            false => Format::Table {
                out: BufWriter::with_capacity(1 << 16, temporary.reopen().map_err(failed)?),
                named: None,
                may_be_named: all,
            },
            true => Format::sonata(temporary.path()).map_err(|error| failed(system(&error)))?,
        };
        Ok(Self {
            path: path.into(),
            temporary,
            name: name.into(),
            counts: Vec::new(),
            current: 0,
            format,
        })
    }

    /// Adds a spike.
    pub(super) fn put(
        &mut self,
        population: &str,
        time: Time,
        neuron: u64,
    ) -> Result<(), ConvertError> {
        let named = !population.is_empty();
        let population = if named { population } else { &self.name };
        if self
            .counts
            .get(self.current)
            .is_none_or(|(name, _)| name != population)
        {
            let population = population.to_owned();
            self.turn_to(&population, named)?;
        }
        self.counts[self.current].1 += 1;
        let written = match &mut self.format {
            Format::Table { out, named, .. } => match named {
                Some(true) => {
                    let (name, _) = &self.counts[self.current];
                    writeln!(out, "{} {name} {neuron}", time.in_ms())
                }
                _ => writeln!(out, "{neuron},{}", time.in_ms()),
            },
            Format::Sonata { populations, .. } => populations[self.current]
                .put(time, neuron)
                .map_err(|error| system(&error)),
        };
        written.map_err(|source| self.failed(source))
    }

    /// Makes `population` the one that spikes go to.
    pub(super) fn turn_to(&mut self, population: &str, named: bool) -> Result<(), ConvertError> {
        let known = self.counts.iter().position(|(name, _)| name == population);
        if let Some(known) = known {
            self.current = known;
            return Ok(());
        }
        let refuse = |problem| {
            let name = population.escape_debug().to_string();
            Err(ConvertError::Name { name, problem })
        };
        if self.counts.len() == MOST_POPULATIONS {
            return refuse("is one of more than 1000, the most that a file may have");
        }
        let begun = match &mut self.format {
            Format::Table {
                out,
                named: header,
                may_be_named,
            } => {
                if named && population.contains(|c: char| c.is_whitespace() || c.is_control()) {
                    return refuse("has a name with spaces, which would part a row of the table");
                }
                match header {
                    Some(_) => Ok(()),
                    None => {
                        *header = Some(named && *may_be_named);
                        writeln!(out, "{}", self::header(*header))
                    }
                }
            }
            Format::Sonata {
                spikes,
                populations,
                ..
            } => {
                if population.contains(['/', '\0']) || population == "." {
                    return refuse("has a name that HDF5 cannot use: `/`, `.`, or a NUL in it");
                }
                Population::create(spikes, population)
                    .map(|begun| populations.push(begun))
                    .map_err(|error| system(&error))
            }
        };
        begun.map_err(|source| self.failed(source))?;
        self.current = self.counts.len();
        self.counts.push((population.to_owned(), 0));
        Ok(())
    }

    /// Ends the file and gives it its name.
    pub(super) fn finish(mut self) -> Result<Converted, ConvertError> {
        if self.counts.is_empty() {
            // A file without spikes has one population without any.
            let name = self.name.clone();
            self.turn_to(&name, false)?;
        }
        let ended = match &mut self.format {
            Format::Table { out, .. } => out.flush(),
            Format::Sonata { populations, .. } => populations
                .iter_mut()
                .try_for_each(Population::finish)
                .map_err(|error| system(&error)),
        };
        ended.map_err(|source| self.failed(source))?;
        if let Format::Sonata {
            spikes,
            populations,
            file,
        } = self.format
        {
            drop((populations, spikes));
            let source = file.close().map_err(|error| system(&error));
            source.map_err(|source| OutputError::Write {
                path: self.path.clone(),
                source,
            })?;
        }
        persist(self.temporary, &self.path)?;
        Ok(Converted {
            populations: self.counts,
        })
    }

    fn failed(&self, source: io::Error) -> ConvertError {
        let path = self.path.clone();
        OutputError::Write { path, source }.into()
    }
}

impl Format {
    fn sonata(path: &Path) -> hdf5::Result<Self> {
        let file = File::create(path)?;
        declare_sonata(&file)?;
        Ok(Self::Sonata {
            spikes: file.create_group("spikes")?,
            populations: Vec::new(),
            file,
        })
    }
}

/// The first line of a table.
fn header(named: Option<bool>) -> &'static str {
    match named {
        Some(true) => "timestamps population node_ids",
        _ => table::HEADER,
    }
}

/// The library's reason as an error of the system.
fn system(error: &hdf5::Error) -> io::Error {
    io::Error::other(cause(error))
}

/// A population of a SONATA file that is being written.
struct Population {
    group: Group,
    times: Times,
    neurons: Column,
    /// Not written yet.
    waiting: (Vec<Time>, Vec<u64>),
    last: Option<(Time, u64)>,
    by_time: bool,
    by_id: bool,
}

impl Population {
    fn create(spikes: &Group, name: &str) -> hdf5::Result<Self> {
        let group = spikes.create_group(name)?;
        create_times(&group, "timestamps", CHUNK)?;
        create_column::<u64>(&group, "node_ids", CHUNK)?;
        Ok(Self {
            times: Times::open(&group, "timestamps")?,
            neurons: Column::open(&group, "node_ids")?,
            group,
            waiting: Default::default(),
            last: None,
            by_time: true,
            by_id: true,
        })
    }

    fn put(&mut self, time: Time, neuron: u64) -> hdf5::Result<()> {
        if let Some((last, before)) = self.last.replace((time, neuron)) {
            self.by_time &= last <= time;
            self.by_id &= before <= neuron;
        }
        self.waiting.0.push(time);
        self.waiting.1.push(neuron);
        match self.waiting.0.len() < WAITING {
            true => Ok(()),
            false => self.write(),
        }
    }

    fn write(&mut self) -> hdf5::Result<()> {
        let (times, neurons) = &mut self.waiting;
        self.times.append(times)?;
        self.neurons.append(neurons)?;
        times.clear();
        neurons.clear();
        Ok(())
    }

    fn finish(&mut self) -> hdf5::Result<()> {
        self.write()?;
        let sorting = match (self.by_time, self.by_id) {
            (true, _) => Sorting::ByTime,
            (false, true) => Sorting::ById,
            (false, false) => Sorting::None,
        };
        attribute(&self.group, "sorting", &sorting)
    }
}

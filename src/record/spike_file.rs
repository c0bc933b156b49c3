//! Spikes from a file: SONATA or NWB (HDF5), or a table of ours, of bmtk, of NEST, or of named columns.

pub mod convert;
mod header;
mod nwb;
mod sonata;
mod table;

use std::path::{Path, PathBuf};

use super::dataset::{Fault, listing};
use super::open::{is_hdf5, open};
use super::output::{OutputError, write_new};
use super::sink::Bout;
use crate::base::time::Time;
use crate::stimulus::spike_list::SpikeFile;

/// Why spikes cannot be read from a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpikeFileError {
    /// The file cannot be opened or read.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system or the HDF5 library says.
        cause: String,
    },
    /// Something in the file is not as it must be.
    #[error("`{}`: {place}: found {found}, expected {expected}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Line or dataset.
        place: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// No population of the name asked for, or none was asked for and there is not exactly one.
    #[error("`{}`: {problem}; the file has {}\n  help: {help}", path.display(), listing(found))]
    Population {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// Populations in the file, the first hundred of a table.
        found: Vec<String>,
        /// A way out.
        help: String,
    },
    /// A neuron that fires twice at one instant.
    #[error(
        "`{}`: neuron {node} spikes twice at {time}, expected at most one spike of a neuron at a time",
        path.display()
    )]
    Duplicate {
        /// The file.
        path: PathBuf,
        /// The neuron.
        node: u32,
        /// The instant.
        time: Time,
    },
}

impl SpikeFileError {
    fn new(path: &Path, fault: Fault) -> Self {
        let path = path.to_owned();
        match fault {
            Fault::Unreadable(cause) => Self::Unreadable { path, cause },
            Fault::Content {
                place,
                found,
                expected,
            } => Self::Content {
                path,
                place,
                found,
                expected,
            },
            Fault::Population {
                problem,
                found,
                help,
            } => Self::Population {
                path,
                problem,
                found,
                help,
            },
        }
    }
}

/// Reads the spikes for a population of `size` neurons, sorted by time, then by neuron.
///
/// An HDF5 file must hold `/spikes/<population>/{timestamps, node_ids}` with times in ms or s, SONATA's layout before
/// populations (`/spikes/{timestamps, gids}`), or the units of an NWB file. Anything else is read as a table, its columns
/// separated by tabs, semicolons, commas or spaces, with the header `node_id,timestamp_ms`, that of bmtk or of NEST, or with
/// columns that `file` names. The population may be left out if there is only one, and must be where there are none. Times
/// are rounded to the clock's picosecond; those of a run file of ours are exact.
///
/// # Errors
/// With file and line or dataset: unreadable or malformed files, neurons that are not below `size`, times that are
/// negative or not finite, two spikes of one neuron at one time.
pub fn read(file: &SpikeFile, size: usize) -> Result<Vec<(Time, u32)>, SpikeFileError> {
    let mut spikes = Vec::new();
    let choice = Choice::One(file.population.as_deref());
    visit(file, choice, &mut |_, time, id| {
        spikes.push((time, spike_node(id, size)?));
        Ok(())
    })?;
    spikes.sort_unstable();
    if let Some(pair) = spikes.windows(2).find(|pair| pair[0] == pair[1]) {
        let (time, node) = pair[0];
        return Err(SpikeFileError::Duplicate {
            path: file.path.clone(),
            node,
            time,
        });
    }
    Ok(spikes)
}

/// Hands over all spikes of `file` in its order, or those of the population that it names: population ("" where there are
/// none), time and neuron, counted from `file.first_neuron`. `take` refuses a neuron by saying what it expected.
///
/// # Errors
/// As [`read`], but for neurons that fire twice at one time.
pub fn each(
    file: &SpikeFile,
    take: &mut dyn FnMut(&str, Time, u64) -> Result<(), String>,
) -> Result<(), SpikeFileError> {
    let choice = match &file.population {
        Some(name) => Choice::One(Some(name)),
        None => Choice::All,
    };
    visit(file, choice, take)
}

/// Which spikes of a file are read.
#[derive(Debug, Clone, Copy)]
enum Choice<'a> {
    /// Those of the population of this name, or of the only one.
    One(Option<&'a str>),
    /// All.
    All,
}

/// Takes a spike: population, or "" where there are none, time and neuron. Refuses a neuron by what was expected.
type Take<'a> = dyn FnMut(&str, Time, u64) -> Result<(), String> + 'a;

/// Hands over the chosen spikes of `file` in its order, neurons counted from `file.first_neuron`.
fn visit(file: &SpikeFile, choice: Choice<'_>, take: &mut Take<'_>) -> Result<(), SpikeFileError> {
    let first = file.first_neuron.unwrap_or(0);
    let mut counted = |population: &str, time: Time, id: u64| match id.checked_sub(first) {
        Some(id) => take(population, time, id),
        None => Err(format!("a neuron from {first} on, which is `first_neuron`")),
    };
    let take: &mut Take<'_> = &mut counted;
    let visited = match is_hdf5(&file.path) {
        Err(cause) => Err(Fault::Unreadable(cause)),
        Ok(false) => table::visit(file, choice, take),
        Ok(true) if file.columns.is_some() => Err(Fault::content(
            "columns",
            "names of columns",
            "none: they belong to a table, and the file is HDF5",
        )),
        Ok(true) => hdf5(&file.path, choice, take),
    };
    visited.map_err(|fault| SpikeFileError::new(&file.path, fault))
}

/// Names of the chosen populations of `file` that are known without a look at its spikes: those of SONATA and NWB, silent ones too.
fn populations(file: &SpikeFile, choice: Choice<'_>) -> Result<Vec<String>, SpikeFileError> {
    let named = || -> Result<Vec<String>, Fault> {
        if !is_hdf5(&file.path).map_err(Fault::Unreadable)? {
            return Ok(Vec::new());
        }
        let root = open(&file.path)?;
        if !holds_units(&root) {
            return sonata::populations(&root, choice);
        }
        let mut names: Vec<String> = Vec::new();
        for (name, _) in nwb::neurons(&root, &file.path, choice)? {
            if !name.is_empty() && names.last() != Some(&name) && !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    };
    named().map_err(|fault| SpikeFileError::new(&file.path, fault))
}

/// Population ("" where there are none) and number of each neuron that `file` lists, of the population that it names or of all:
/// the units of NWB, silent ones too. Other files tell of neurons that spike alone, and list none.
///
/// # Errors
/// If the file cannot be read, or its units are malformed.
pub fn neurons(file: &SpikeFile) -> Result<Vec<(String, u64)>, SpikeFileError> {
    let choice = match &file.population {
        Some(name) => Choice::One(Some(name)),
        None => Choice::All,
    };
    of_units(&file.path, |root, path| nwb::neurons(root, path, choice))
}

/// Whether it is a file of NWB.
fn holds_units(root: &hdf5::File) -> bool {
    root.link_exists("units") && !root.link_exists("spikes")
}

/// Of an HDF5 file in any of the known layouts.
fn hdf5(path: &Path, choice: Choice<'_>, take: &mut Take<'_>) -> Result<(), Fault> {
    let root = open(path)?;
    if root.link_exists("spikes") {
        sonata::visit(&root, path, choice, take)
    } else if root.link_exists("units") {
        nwb::visit(&root, path, choice, take)
    } else {
        let found = "neither `spikes` nor `units`";
        let expected = "the SONATA layout `/spikes/<population>`, or the `/units` of NWB";
        Err(Fault::content("/", found, expected))
    }
}

/// The epochs of the NWB file `path`, as bouts; none of any other file.
///
/// # Errors
/// If it cannot be read, or its epochs have no start or end.
pub fn epochs(path: &Path) -> Result<Vec<Bout>, SpikeFileError> {
    of_units(path, nwb::epochs)
}

/// From when to when the NWB file `path` says that units were observed (`obs_intervals`); nothing of any other file.
///
/// # Errors
/// If it cannot be read, or what it says are no times.
pub fn observed(path: &Path) -> Result<Option<(Time, Time)>, SpikeFileError> {
    of_units(path, nwb::observed)
}

/// What `read` finds in the NWB file `path`; nothing of any other file.
fn of_units<T: Default>(
    path: &Path,
    read: impl Fn(&hdf5::File, &Path) -> Result<T, Fault>,
) -> Result<T, SpikeFileError> {
    let found = || match is_hdf5(path).map_err(Fault::Unreadable)? {
        true => match open(path)? {
            root if holds_units(&root) => read(&root, path),
            _ => Ok(T::default()),
        },
        false => Ok(T::default()),
    };
    found().map_err(|fault| SpikeFileError::new(path, fault))
}

/// Writes spikes as a new CSV file that [`read`] reads back exactly.
///
/// # Errors
/// If `path` exists or cannot be written.
pub fn write_csv(path: &Path, spikes: &[(Time, u32)]) -> Result<(), OutputError> {
    write_new(path, |out| {
        writeln!(out, "{}", table::HEADER)?;
        spikes
            .iter()
            .try_for_each(|(time, node)| writeln!(out, "{node},{}", time.in_ms()))
    })
}

/// What a time must be.
const SPIKE_TIME: &str = "a time from 0 to 106 days";

/// The instant `value_ms` after the start, or what was expected.
fn spike_time(value_ms: f64) -> Result<Time, &'static str> {
    let time = Time::from_ms(value_ms).ok();
    time.filter(|_| value_ms >= 0.0).ok_or(SPIKE_TIME)
}

/// The instant `value_ms` and `rest_ps` after the start, or what was expected.
fn exact_time(value_ms: f64, rest_ps: i16) -> Result<Time, &'static str> {
    let time = Time::from_ms_and_rest(value_ms, rest_ps).ok();
    time.filter(|&time| time >= Time::ZERO).ok_or(SPIKE_TIME)
}

/// `node` as a neuron of a population of `size`, or what was expected.
fn spike_node(node: u64, size: usize) -> Result<u32, String> {
    match u32::try_from(node) {
        Ok(id) if (id as usize) < size => Ok(id),
        _ => Err(match size {
            0 => "no neuron, as the population is empty".to_owned(),
            _ => format!("a neuron from 0 to {}", size - 1),
        }),
    }
}

//! Spikes from a file: SONATA HDF5 of any program, or a table in CSV.

mod csv;
mod sonata;

use std::path::{Path, PathBuf};

use super::dataset::{Fault, listing};
use super::open::is_hdf5;
use super::output::{OutputError, write_new};
use crate::base::time::Time;

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
        /// Populations in the file.
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
/// An HDF5 file must hold `/spikes/<population>/{timestamps, node_ids}` with times in ms or s; `population` may be
/// left out if there is only one. Anything else is read as CSV: a header `node_id,timestamp_ms`, then a row per
/// spike in any order; there `population` is ignored, because such a table has no populations. Times are rounded to
/// the clock's picosecond; those of a run file of ours are exact.
///
/// # Errors
/// With file and line or dataset: unreadable or malformed files, neurons that are not below `size`, times that are
/// negative or not finite, two spikes of one neuron at one time.
pub fn read(
    path: &Path,
    population: Option<&str>,
    size: usize,
) -> Result<Vec<(Time, u32)>, SpikeFileError> {
    let wrong = |fault| SpikeFileError::new(path, fault);
    let hdf5 = is_hdf5(path).map_err(|cause| wrong(Fault::Unreadable(cause)))?;
    let mut spikes = if hdf5 {
        sonata::read(path, population, size).map_err(wrong)?
    } else {
        csv::read(path, size)?
    };
    spikes.sort_unstable();
    if let Some(pair) = spikes.windows(2).find(|pair| pair[0] == pair[1]) {
        let (time, node) = pair[0];
        return Err(SpikeFileError::Duplicate {
            path: path.to_owned(),
            node,
            time,
        });
    }
    Ok(spikes)
}

/// Writes spikes as a new CSV file that [`read`] reads back exactly.
///
/// # Errors
/// If `path` exists or cannot be written.
pub fn write_csv(path: &Path, spikes: &[(Time, u32)]) -> Result<(), OutputError> {
    write_new(path, |out| {
        writeln!(out, "{}", csv::HEADER)?;
        spikes
            .iter()
            .try_for_each(|(time, node)| writeln!(out, "{node},{}", time.as_ms()))
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

//! Spikes from a file: SONATA HDF5 of any program, or a table in CSV.

mod csv;
mod sonata;

use std::io::Read;
use std::path::{Path, PathBuf};

use super::output::{OutputError, write_new};
use crate::base::time::Time;

/// First bytes of every HDF5 file without a user block.
const HDF5_SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

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
    #[error("`{}`: {problem}; the file has {}\n  help: {help}", path.display(), list(found))]
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

/// Reads the spikes for a population of `size` neurons, sorted by time, then by neuron.
///
/// An HDF5 file must hold `/spikes/<population>/{timestamps, node_ids}` with times in ms or s; `population` may be
/// left out if there is only one. Anything else is read as CSV: a header `node_id,timestamp_ms`, then a row per
/// spike in any order; there `population` is ignored, because such a table has no populations. Times are rounded to
/// the clock's picosecond.
///
/// # Errors
/// With file and line or dataset: unreadable or malformed files, neurons that are not below `size`, times that are
/// negative or not finite, two spikes of one neuron at one time.
pub fn read(
    path: &Path,
    population: Option<&str>,
    size: usize,
) -> Result<Vec<(Time, u32)>, SpikeFileError> {
    let mut spikes = if is_hdf5(path)? {
        sonata::read(path, population, size)?
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

fn is_hdf5(path: &Path) -> Result<bool, SpikeFileError> {
    let unreadable = |cause: std::io::Error| SpikeFileError::Unreadable {
        path: path.to_owned(),
        cause: cause.to_string(),
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut start = Vec::new();
    file.take(HDF5_SIGNATURE.len() as u64)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    let named_so = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("h5") || e.eq_ignore_ascii_case("hdf5"));
    match start == HDF5_SIGNATURE {
        false if named_so => Err(SpikeFileError::Unreadable {
            path: path.to_owned(),
            cause: "is not an HDF5 file".to_owned(),
        }),
        signed => Ok(signed),
    }
}

/// The instant `value_ms` after the start, or what was expected.
fn spike_time(value_ms: f64) -> Result<Time, &'static str> {
    match Time::from_ms(value_ms) {
        Ok(time) if value_ms >= 0.0 => Ok(time),
        _ => Err("a time from 0 to 106 days"),
    }
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

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

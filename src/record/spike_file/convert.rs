//! From one file of spikes to another, a piece at a time, so that a file of any size is converted.

mod target;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use target::Target;

use super::{Choice, SpikeFileError, populations, visit};
use crate::record::output::OutputError;
use crate::stimulus::spike_list::SpikeFile;

/// Why spikes cannot be converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The input is wrong.
    #[error(transparent)]
    Input(#[from] SpikeFileError),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The output's ending is unknown.
    #[error(
        "`{}`: found no ending of a file of spikes, expected .h5 (SONATA), .csv, or of a run .nwb", path.display()
    )]
    Format {
        /// The output.
        path: PathBuf,
    },
    /// A population that the output cannot name.
    #[error("population `{name}`: {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Somebody asked to stop; there is no output.
    #[error("stopped early; nothing was written")]
    Stopped,
}

/// What was converted: spikes of each population.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Converted {
    /// Name and number of spikes, in the order of the input.
    pub populations: Vec<(String, u64)>,
}

/// Writes the spikes of `input` to the new file `output`: SONATA if it ends in `.h5`, else a table (`.csv`), ours
/// (`node_id,timestamp_ms`) if `input` names its population or has no populations, and bmtk's (`timestamps population
/// node_ids`) if not. All populations are converted unless `input` names one; `name` is what those without a name are called.
/// Spikes keep their order, and times their picoseconds in SONATA files.
///
/// # Errors
/// If a file is wrong or cannot be written, or `stop` becomes true; then there is no output.
pub fn convert(
    input: &SpikeFile,
    output: &Path,
    name: &str,
    stop: &AtomicBool,
) -> Result<Converted, ConvertError> {
    let choice = match &input.population {
        Some(name) => Choice::One(Some(name)),
        None => Choice::All,
    };
    let mut target = Target::new(output, name, input.population.is_none())?;
    for population in populations(input, choice)? {
        target.turn_to(&population, true)?;
    }
    let mut failed = None;
    let mut n = 0_u64;
    let visited = visit(input, choice, &mut |population, time, neuron| {
        /// Spikes between looks at the stop, some milliseconds apart.
        const LOOK: u64 = 1 << 16;
        let stopped = n.is_multiple_of(LOOK) && stop.load(Ordering::Relaxed);
        n += 1;
        let put = match stopped {
            true => Err(ConvertError::Stopped),
            false => target.put(population, time, neuron),
        };
        put.map_err(|error| {
            failed = Some(error);
            String::new()
        })
    });
    match failed {
        Some(error) => Err(error),
        None => {
            visited?;
            target.finish()
        }
    }
}

#[cfg(test)]
mod tests;

//! How many spikes a run file holds.

use std::path::Path;

use hdf5::types::FixedUnicode;

use super::Failure;

/// Activity of one layer.
#[derive(Debug, Clone)]
pub struct Count {
    /// Name of the layer.
    pub layer: String,
    /// Spikes in the first 15 s of the first sleep.
    pub spikes: usize,
}

/// Counts the spikes of every recorded layer of the run file `path`, in the order of the layers.
pub fn count(path: &Path) -> Result<Vec<Count>, Failure> {
    let file = hdf5::File::open(path)?;
    let kinds: Vec<FixedUnicode<64>> = file.dataset("bouts/kind")?.read_raw()?;
    let starts: Vec<f64> = file.dataset("bouts/start")?.read_raw()?;
    let first_sleep = kinds.iter().position(|kind| kind.as_str() == "sleep");
    let start_ms = *first_sleep
        .and_then(|at| starts.get(at))
        .ok_or("the run file holds no sleep")?;
    let layers: Vec<hdf5::types::VarLenUnicode> = file.dataset("populations/name")?.read_raw()?;
    layers
        .iter()
        .map(|layer| {
            let times: Vec<f64> = file
                .dataset(&format!("spikes/{layer}/timestamps"))?
                .read_raw()?;
            let phase = start_ms..start_ms + 15_000.0;
            Ok(Count {
                layer: layer.to_string(),
                spikes: times.iter().filter(|t| phase.contains(t)).count(),
            })
        })
        .collect()
}

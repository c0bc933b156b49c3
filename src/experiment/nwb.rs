//! A run as a file of NWB.

use std::path::Path;

use super::recorded::selected;
use crate::record::nwb_file::{self, NwbError, Origin};
use crate::record::recording::Recording;

/// Writes the run `recording` to the new file `path`, a unit for each neuron that was recorded, as [`nwb_file::write`] does: which
/// those are where a population was recorded in part, the model of the run says.
///
/// # Errors
/// If a part of the run is damaged, `path` exists or it cannot be written. Then there is no file.
pub fn write(
    recording: &Recording,
    path: &Path,
    origin: &Origin,
) -> Result<Vec<(String, u64)>, NwbError> {
    nwb_file::write(recording, path, origin, &|name| selected(recording, name))
}

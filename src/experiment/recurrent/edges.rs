//! Synapses that a model file leaves to other files.

use std::sync::Arc;

use crate::config::network::{Connection, NetworkModel, Projection};
use crate::connection::{EdgeList, Edges};
use crate::record::edge_file::{self, EdgeFileError};

/// The edges of `projection`, one of `model`'s, if a file lists them: with its weights and delays, unless the model file
/// gives them.
///
/// # Errors
/// If the file cannot be read, or does not fit the populations.
pub(super) fn read(
    model: &NetworkModel,
    projection: &Projection,
) -> Result<Option<Arc<Edges>>, EdgeFileError> {
    let Connection::File(file) = &projection.connection else {
        return Ok(None);
    };
    let Some((n_source, n_target)) = model.sizes(projection) else {
        return Ok(None);
    };
    let list = EdgeList::new(
        n_source,
        n_target,
        projection.weight.is_none(),
        projection.axonal_delay_ms.is_none(),
    );
    let edges = edge_file::read(&file.path, file.population.as_deref(), list)?;
    Ok(Some(Arc::new(edges)))
}

//! Where neurons lie, as SONATA nodes in a run file.

use hdf5::Group;

use super::column::fixed_column;
use super::header::text_attribute;
use super::layout::Positions;
use crate::network::AXES;

/// Where nodes are.
pub(super) const NODES: &str = "nodes";

/// SONATA's micrometres in a millimetre.
pub(super) const UM_PER_MM: f64 = 1e3;

/// Writes a population of nodes into the group of all.
pub(super) fn lay_out(nodes: &Group, positions: &Positions) -> hdf5::Result<()> {
    let population = nodes.create_group(&positions.population)?;
    let n = positions.points.at().len();
    fixed_column(&population, "node_id", (0..n).map(|node| node as u64))?;
    // One type and one group for all.
    fixed_column(&population, "node_type_id", (0..n).map(|_| 0_u64))?;
    fixed_column(&population, "node_group_id", (0..n).map(|_| 0_u64))?;
    fixed_column(
        &population,
        "node_group_index",
        (0..n).map(|node| node as u64),
    )?;
    let group = population.create_group("0")?;
    for (axis, name) in AXES.into_iter().enumerate() {
        let at = positions.points.at().iter();
        fixed_column(&group, name, at.map(|point| point[axis] * UM_PER_MM))?;
        text_attribute(&*group.dataset(name)?, "units", "um")?;
    }
    Ok(())
}

//! Where neurons lie and what they have of their own, as SONATA nodes in a run file.

use hdf5::Group;

use super::circuit_file::DYNAMICS;
use super::column::fixed_column;
use super::header::text_attribute;
use super::layout::Nodes;
use crate::network::AXES;

/// Where nodes are.
pub(super) const NODES: &str = "nodes";

/// SONATA's micrometres in a millimetre.
pub(super) const UM_PER_MM: f64 = 1e3;

/// Writes a population of nodes into the group of all.
pub(super) fn lay_out(all: &Group, nodes: &Nodes) -> hdf5::Result<()> {
    let population = all.create_group(&nodes.population)?;
    let n = nodes.size;
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
    if let Some(points) = &nodes.points {
        for (axis, name) in AXES.into_iter().enumerate() {
            let at = points.at().iter();
            fixed_column(&group, name, at.map(|point| point[axis] * UM_PER_MM))?;
            text_attribute(&*group.dataset(name)?, "units", "um")?;
        }
    }
    if nodes.own.is_empty() {
        return Ok(());
    }
    let parameters = group.create_group(DYNAMICS)?;
    for own in &nodes.own {
        fixed_column(&parameters, own.parameter, own.values.iter().copied())?;
        text_attribute(&*parameters.dataset(own.parameter)?, "units", own.unit)?;
    }
    Ok(())
}

//! `/synapses`: sparse synapses that learn. Who is connected with whom is written once, with the first snapshot, as before
//! the network is drawn nobody knows how many synapses there are; each snapshot adds a row of weights.

use hdf5::{Extent, Group};
use ndarray::ArrayView2;

use super::column::{CHUNK, Column, Label, TABLE_CHUNK, Times, create_column, create_times, label};
use super::header::text_attribute;
use crate::base::time::Time;
use crate::plasticity::Synapse;

/// Group of all projections.
pub(super) const SYNAPSES: &str = "synapses";

/// Makes the empty datasets of the projection `name` in `parent`.
pub(super) fn lay_out(parent: &Group, name: &str) -> hdf5::Result<()> {
    let group = parent.create_group(name)?;
    create_column::<u64>(&group, "source_node_id", CHUNK)?;
    create_column::<u64>(&group, "target_node_id", CHUNK)?;
    for name in ["delay", "dendritic_delay"] {
        create_column::<f64>(&group, name, CHUNK)?;
        let dataset: hdf5::Dataset = group.dataset(name)?;
        text_attribute(&dataset, "units", "ms")?;
    }
    group
        .new_dataset_builder()
        .empty::<f32>()
        .fill_time(hdf5::dataset::FillTime::Never)
        .chunk([1, CHUNK])
        .shape([Extent::resizable(0), Extent::resizable(0)])
        .create("weight")?;
    create_times(&group, "time", TABLE_CHUNK)?;
    create_column::<Label>(&group, "label", TABLE_CHUNK)
}

/// The open datasets of a projection.
#[derive(Debug)]
pub(super) struct Synapses {
    nodes: [Column; 2],
    delays: [Column; 2],
    weights: Column,
    time: Times,
    label: Column,
}

impl Synapses {
    /// Opens those of the group `/synapses/NAME`, to go on after what is in them.
    pub(super) fn open(group: &Group) -> hdf5::Result<Self> {
        Ok(Self {
            nodes: [
                Column::open(group, "source_node_id")?,
                Column::open(group, "target_node_id")?,
            ],
            delays: [
                Column::open(group, "delay")?,
                Column::open(group, "dendritic_delay")?,
            ],
            weights: Column::open(group, "weight")?,
            time: Times::open(group, "time")?,
            label: Column::open(group, "label")?,
        })
    }

    /// Appends a snapshot of the projection's synapses, always the same and in one order.
    pub(super) fn append(
        &mut self,
        text: &str,
        at: Time,
        synapses: &[Synapse],
    ) -> hdf5::Result<()> {
        if self.weights.len() == 0 {
            let nodes: [fn(&Synapse) -> u32; 2] = [|one| one.source, |one| one.target];
            for (column, node) in self.nodes.iter_mut().zip(nodes) {
                column.append(
                    &synapses
                        .iter()
                        .map(node)
                        .map(u64::from)
                        .collect::<Vec<u64>>(),
                )?;
            }
            let delays: [fn(&Synapse) -> f64; 2] =
                [|one| one.delay.as_ms(), |one| one.dendritic.as_ms()];
            for (column, delay) in self.delays.iter_mut().zip(delays) {
                column.append(&synapses.iter().map(delay).collect::<Vec<f64>>())?;
            }
        }
        let weights: Vec<f32> = synapses.iter().map(|one| one.weight as f32).collect();
        let row = ArrayView2::from_shape((1, weights.len()), &weights)
            .map_err(|error| hdf5::Error::from(error.to_string()))?;
        self.weights.append_frames(row)?;
        self.time.append(&[at])?;
        self.label.append(&[label(text)])
    }

    /// All columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let Self {
            nodes,
            delays,
            weights,
            time,
            label,
        } = self;
        let single = [weights, label].into_iter();
        nodes
            .iter()
            .chain(delays)
            .chain(single)
            .chain(time.columns())
    }
}

//! `/synapses`: sparse synapses that learn. Who is connected with whom is written once, with the first snapshot, as before
//! the network is drawn nobody knows how many synapses there are; each snapshot adds a row of weights. Where synapses come and
//! go each snapshot lists its own, one after the other, and `end` says where each one's end; `edits` has all that came and went.

use hdf5::{Extent, Group};
use ndarray::ArrayView2;

use super::column::{
    CHUNK, Column, Label, TABLE_CHUNK, Times, create_column, create_times, frames_per_chunk, label,
};
use super::header::text_attribute;
use super::layout::SynapseTable;
use super::sink::Edits;
use crate::base::time::Time;
use crate::plasticity::Synapse;

/// Group of all projections.
pub(super) const SYNAPSES: &str = "synapses";

/// Group of what came and went, in that of a projection.
const EDITS: &str = "edits";

/// Makes the empty datasets of a projection in `parent`.
pub(super) fn lay_out(parent: &Group, table: &SynapseTable) -> hdf5::Result<()> {
    let group = parent.create_group(&table.name)?;
    // Snapshots of few synapses share a piece: one of its own would be nearly empty, and a file of many a thousand times as long.
    let about = table.about.clamp(1, CHUNK);
    let chunk = match table.is_rewired {
        true => CHUNK,
        false => about.max(TABLE_CHUNK),
    };
    create_column::<u64>(&group, "source_node_id", chunk)?;
    create_column::<u64>(&group, "target_node_id", chunk)?;
    lay_out_delays(&group, chunk)?;
    if table.is_rewired {
        create_column::<f32>(&group, "weight", CHUNK)?;
        create_column::<u64>(&group, "end", TABLE_CHUNK)?;
        let edits = group.create_group(EDITS)?;
        create_times(&edits, "time", CHUNK)?;
        create_column::<u64>(&edits, "source_node_id", CHUNK)?;
        create_column::<u64>(&edits, "target_node_id", CHUNK)?;
        lay_out_delays(&edits, CHUNK)?;
        create_column::<f32>(&edits, "weight", CHUNK)?;
        create_column::<u64>(&edits, "created", CHUNK)?;
    } else {
        group
            .new_dataset_builder()
            .empty::<f32>()
            .fill_time(hdf5::dataset::FillTime::Never)
            .chunk([frames_per_chunk(about), about])
            .shape([Extent::resizable(0), Extent::resizable(0)])
            .create("weight")?;
    }
    create_times(&group, "time", TABLE_CHUNK)?;
    create_column::<Label>(&group, "label", TABLE_CHUNK)
}

/// Names of the columns of delays, whole and their dendritic part.
const DELAYS: [&str; 2] = ["delay", "dendritic_delay"];

fn lay_out_delays(group: &Group, chunk: usize) -> hdf5::Result<()> {
    for name in DELAYS {
        create_column::<f64>(group, name, chunk)?;
        let dataset: hdf5::Dataset = group.dataset(name)?;
        text_attribute(&dataset, "units", "ms")?;
    }
    Ok(())
}

fn open_delays(group: &Group) -> hdf5::Result<[Column; 2]> {
    let [whole, dendritic] = DELAYS.map(|name| Column::open(group, name));
    Ok([whole?, dendritic?])
}

fn append_delays<'a>(
    delays: &mut [Column; 2],
    synapses: impl Iterator<Item = &'a Synapse> + Clone,
) -> hdf5::Result<()> {
    let [whole, dendritic] = delays;
    let of = synapses.clone().map(|one| one.delay.as_ms());
    whole.append(&of.collect::<Vec<f64>>())?;
    let of = synapses.map(|one| one.dendritic.as_ms());
    dendritic.append(&of.collect::<Vec<f64>>())
}

/// The open datasets of a projection.
#[derive(Debug)]
pub(super) struct Synapses {
    nodes: [Column; 2],
    delays: [Column; 2],
    weights: Column,
    time: Times,
    label: Column,
    wiring: Option<Wiring>,
}

/// What a projection has beside them whose synapses come and go.
#[derive(Debug)]
struct Wiring {
    end: Column,
    at: Times,
    /// Source, target.
    nodes: [Column; 2],
    delays: [Column; 2],
    weight: Column,
    created: Column,
}

impl Wiring {
    fn open(group: &Group) -> hdf5::Result<Self> {
        let edits = group.group(EDITS)?;
        Ok(Self {
            end: Column::open(group, "end")?,
            at: Times::open(&edits, "time")?,
            nodes: [
                Column::open(&edits, "source_node_id")?,
                Column::open(&edits, "target_node_id")?,
            ],
            delays: open_delays(&edits)?,
            weight: Column::open(&edits, "weight")?,
            created: Column::open(&edits, "created")?,
        })
    }
}

impl Synapses {
    /// Opens those of the group `/synapses/NAME`, to go on after what is in them.
    pub(super) fn open(group: &Group, table: &SynapseTable) -> hdf5::Result<Self> {
        let wiring = table.is_rewired.then(|| Wiring::open(group)).transpose()?;
        Ok(Self {
            wiring,
            nodes: [
                Column::open(group, "source_node_id")?,
                Column::open(group, "target_node_id")?,
            ],
            delays: open_delays(group)?,
            weights: Column::open(group, "weight")?,
            time: Times::open(group, "time")?,
            label: Column::open(group, "label")?,
        })
    }

    /// Appends a snapshot of the projection's synapses, in one order; unless they come and go always the same.
    pub(super) fn append(
        &mut self,
        text: &str,
        at: Time,
        synapses: &[Synapse],
    ) -> hdf5::Result<()> {
        if self.weights.len() == 0 || self.wiring.is_some() {
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
            append_delays(&mut self.delays, synapses.iter())?;
        }
        let weights: Vec<f32> = synapses.iter().map(|one| one.weight as f32).collect();
        match &mut self.wiring {
            Some(wiring) => {
                self.weights.append(&weights)?;
                wiring.end.append(&[self.weights.len() as u64])?;
            }
            None => {
                let row = ArrayView2::from_shape((1, weights.len()), &weights)
                    .map_err(|error| hdf5::Error::from(error.to_string()))?;
                self.weights.append_frames(row)?;
            }
        }
        self.time.append(&[at])?;
        self.label.append(&[label(text)])
    }

    /// Appends synapses that came and went.
    pub(super) fn append_edits(&mut self, edits: &Edits) -> hdf5::Result<()> {
        let Some(wiring) = &mut self.wiring else {
            return Ok(());
        };
        let all = edits.removed.iter().map(|one| (one, 0));
        let all: Vec<_> = all.chain(edits.added.iter().map(|one| (one, 1))).collect();
        let [sources, targets] = &mut wiring.nodes;
        wiring.at.append(&vec![edits.time; all.len()])?;
        let of = |node: fn(&Synapse) -> u32| -> Vec<u64> {
            all.iter().map(|(one, _)| node(one).into()).collect()
        };
        sources.append(&of(|one| one.source))?;
        targets.append(&of(|one| one.target))?;
        append_delays(&mut wiring.delays, all.iter().map(|one| one.0))?;
        let weights: Vec<f32> = all.iter().map(|(one, _)| one.weight as f32).collect();
        wiring.weight.append(&weights)?;
        let created: Vec<u64> = all.iter().map(|(_, created)| *created).collect();
        wiring.created.append(&created)
    }

    /// All columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let Self {
            nodes,
            delays,
            weights,
            time,
            label,
            wiring,
        } = self;
        let wired = wiring.iter().flat_map(|wiring| {
            let Wiring {
                end,
                at,
                nodes,
                delays,
                weight,
                created,
            } = wiring;
            let single = [end, weight, created].into_iter();
            single.chain(nodes).chain(delays).chain(at.columns())
        });
        let single = [weights, label].into_iter();
        nodes
            .iter()
            .chain(delays)
            .chain(single)
            .chain(time.columns())
            .chain(wired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;

    #[test]
    fn snapshots_of_few_synapses_share_pieces_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = hdf5::File::create(folder.path().join("run.h5")).expect("a file");
        let synapse = |k: u32| Synapse {
            source: k,
            target: 0,
            delay: Duration::from_ps(1),
            dendritic: Duration::ZERO,
            weight: f64::from(k),
        };
        // 819 snapshots of 40 weights of four bytes, one of 20,000.
        for (name, n, bytes) in [("few", 40, 131_040), ("more", 20_000, 500 * 80_000)] {
            let table = SynapseTable {
                name: name.to_owned(),
                is_rewired: false,
                about: n as usize,
            };
            lay_out(&file, &table).expect("laid out");
            let group = file.group(name).expect("a group");
            let mut synapses = Synapses::open(&group, &table).expect("opened");
            let all: Vec<Synapse> = (0..n).map(synapse).collect();
            for k in 0..500 {
                let appended = synapses.append("", Time::from_ps(k), &all);
                appended.expect("appended");
            }
            let weights = group.dataset("weight").expect("weights");
            assert_eq!(weights.storage_size(), bytes, "{name}");
            let last = weights.read_slice_1d::<f32, _>(ndarray::s![499, ..]);
            let last = last.expect("a row");
            assert!(last.iter().zip(0..).all(|(&w, k)| w == k as f32));
        }
    }
}

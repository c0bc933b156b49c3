//! NIR files written.

use std::path::Path;

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group};

use super::{Graph, Kind};
use crate::mlp::weight_file::Tensor;
use crate::record::header::string;
use crate::record::output::{OutputError, write_hdf5};

/// The version of NIR's package that such files are like.
const VERSION: &str = "1.0.8";

/// Writes `graph` to `path`. The file appears whole or not at all.
///
/// # Errors
/// If it exists or cannot be written.
pub(crate) fn write(path: &Path, graph: &Graph) -> Result<(), OutputError> {
    write_hdf5(path, |file| fill(file, graph))
}

fn fill(file: &File, graph: &Graph) -> hdf5::Result<()> {
    text(file, "version", VERSION)?;
    let root = file.create_group("node")?;
    text(&root, "type", "NIRGraph")?;
    let nodes = root.create_group("nodes")?;
    for node in &graph.nodes {
        let group = nodes.create_group(&node.name)?;
        match &node.kind {
            Kind::Input(size) => shaped(&group, "Input", *size)?,
            Kind::Output(size) => shaped(&group, "Output", *size)?,
            Kind::Flatten => text(&group, "type", "Flatten")?,
            Kind::Delay(each) => {
                text(&group, "type", "Delay")?;
                let dataset = group.new_dataset::<f64>().shape(each.len());
                dataset.create("delay")?.write_raw(each)?;
            }
            Kind::Weights(weight, None) => {
                text(&group, "type", "Linear")?;
                array(&group, "weight", weight)?;
            }
            Kind::Weights(weight, Some(bias)) => {
                text(&group, "type", "Affine")?;
                array(&group, "weight", weight)?;
                array(&group, "bias", bias)?;
            }
            Kind::Neurons(neurons) => {
                text(&group, "type", neurons.model.name)?;
                for (name, values) in neurons.model.parameters.iter().zip(&neurons.values) {
                    let dataset = group.new_dataset::<f64>().shape(values.len());
                    dataset.create(*name)?.write_raw(values)?;
                }
            }
            Kind::Other(kind) => text(&group, "type", kind)?,
        }
    }
    let ends: Vec<VarLenUnicode> = graph
        .edges
        .iter()
        .flat_map(|(from, to)| [string(from), string(to)])
        .collect();
    let edges = root.new_dataset::<VarLenUnicode>();
    let edges = edges.shape((graph.edges.len(), 2)).create("edges")?;
    edges.write_raw(&ends)
}

fn shaped(group: &Group, kind: &str, size: usize) -> hdf5::Result<()> {
    text(group, "type", kind)?;
    let shape = group.new_dataset::<i64>().shape(1).create("shape")?;
    shape.write_raw(&[size as i64])
}

fn array(group: &Group, name: &str, tensor: &Tensor) -> hdf5::Result<()> {
    let dataset = group.new_dataset::<f32>().shape(tensor.shape.as_slice());
    dataset.create(name)?.write_raw(&tensor.values)
}

fn text(group: &Group, name: &str, value: &str) -> hdf5::Result<()> {
    let dataset = group.new_dataset::<VarLenUnicode>().create(name)?;
    dataset.write_scalar(&string(value))
}

//! Edges as files that other programs read, and `rule = "from_file"` too, bit for bit.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hdf5::{File, Group};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::npz::{COL, DATA, DELAY, DENDRITIC, FORMAT, ROW, SHAPE};
use crate::plasticity::Synapse;
use crate::record::header::{declare_sonata, text_attribute};
use crate::record::output::{OutputError, refuse_existing, write_hdf5, write_new};

/// The edges of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeTable {
    /// Name of the projection.
    pub name: String,
    /// Name of the source population, and its neurons.
    pub source: (String, u32),
    /// Names of the target populations, which edges count one after the other, and their neurons together.
    pub target: (String, u32),
    /// The edges.
    pub edges: Vec<Synapse>,
    /// Whether their delays are known.
    pub delayed: bool,
}

/// Why edges cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EdgeWriteError {
    /// The ending is unknown.
    #[error("`{}`: found no ending of a file of edges, expected .npz (SciPy) or .h5 (SONATA)", path.display())]
    Ending {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Formats by their endings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Npz,
    Sonata,
}

fn format(path: &Path) -> Result<Format, EdgeWriteError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("npz") => Ok(Format::Npz),
        Some("h5" | "hdf5") => Ok(Format::Sonata),
        _ => Err(EdgeWriteError::Ending { path: path.into() }),
    }
}

/// Checks that [`write()`] could write `path`, before there is anything to write.
///
/// # Errors
/// If its ending is unknown or it exists.
pub fn check(path: &Path) -> Result<(), EdgeWriteError> {
    format(path)?;
    Ok(refuse_existing(path)?)
}

/// Writes `table` as the ending of `path` says, `.npz` or `.h5`. The file appears whole or not at all.
///
/// # Errors
/// If the ending is unknown, the file exists or cannot be written.
pub fn write(path: &Path, table: &EdgeTable) -> Result<(), EdgeWriteError> {
    match format(path)? {
        Format::Npz => write_new(path, |file| npz(file, table))?,
        Format::Sonata => write_hdf5(path, |file| sonata(file, table))?,
    }
    Ok(())
}

/// A matrix of sources × targets that `scipy.sparse.load_npz` opens, and the delays of its entries.
fn npz(file: &mut dyn Write, table: &EdgeTable) -> io::Result<()> {
    // An archive is finished by going back in it.
    let mut bytes = io::Cursor::new(Vec::new());
    let mut archive = ZipWriter::new(&mut bytes);
    let edges = &table.edges;
    let n = edges.len();
    let ids = |id: fn(&Synapse) -> u32| edges.iter().flat_map(move |edge| id(edge).to_le_bytes());
    let numbers =
        |value: fn(&Synapse) -> f64| edges.iter().flat_map(move |edge| value(edge).to_le_bytes());
    // Numbers of neurons are below 2³¹ wherever memory holds the neurons; SciPy's own indices are of this type.
    put(&mut archive, ROW, "<i4", &[n], ids(|edge| edge.source))?;
    put(&mut archive, COL, "<i4", &[n], ids(|edge| edge.target))?;
    put(&mut archive, DATA, "<f8", &[n], numbers(|edge| edge.weight))?;
    let shape = [table.source.1, table.target.1].map(u64::from);
    let shape = shape.into_iter().flat_map(u64::to_le_bytes);
    put(&mut archive, SHAPE, "<i8", &[2], shape)?;
    put(&mut archive, FORMAT, "|S3", &[], *b"coo")?;
    if table.delayed {
        put(
            &mut archive,
            DELAY,
            "<f8",
            &[n],
            numbers(|edge| edge.delay.as_ms()),
        )?;
        put(
            &mut archive,
            DENDRITIC,
            "<f8",
            &[n],
            numbers(|edge| edge.dendritic.as_ms()),
        )?;
    }
    archive.finish()?;
    file.write_all(bytes.get_ref())
}

/// Adds an array in NumPy's format, version 1.0.
fn put(
    archive: &mut ZipWriter<&mut io::Cursor<Vec<u8>>>,
    name: &str,
    descriptor: &str,
    shape: &[usize],
    values: impl IntoIterator<Item = u8>,
) -> io::Result<()> {
    /// Headers end at a multiple of it.
    const ALIGNMENT: usize = 64;
    /// Magic, version and length of the header.
    const PREFIX: usize = 10;
    let shape = match shape {
        [] => "()".to_owned(),
        [n] => format!("({n},)"),
        _ => return Err(io::Error::other("an array of more than one axis")),
    };
    let mut header =
        format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {shape}, }}");
    let end = (PREFIX + header.len() + 1).next_multiple_of(ALIGNMENT) - PREFIX;
    header += &" ".repeat(end - header.len() - 1);
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(bytes.len() > u32::MAX as usize);
    archive.start_file(format!("{name}.npy"), options)?;
    archive.write_all(&bytes)
}

/// One edge population in SONATA's layout, all attributes in group 0.
fn sonata(file: &File, table: &EdgeTable) -> hdf5::Result<()> {
    declare_sonata(file)?;
    let population = file.create_group(&format!("edges/{}", table.name))?;
    let edges = &table.edges;
    let ids = |name: &str, id: &dyn Fn(usize, &Synapse) -> u64| {
        let ids = edges.iter().enumerate().map(|(k, edge)| id(k, edge));
        column(&population, name, &ids.collect::<Vec<u64>>())
    };
    let source = ids("source_node_id", &|_, edge| edge.source.into())?;
    text_attribute(&source, "node_population", &table.source.0)?;
    let target = ids("target_node_id", &|_, edge| edge.target.into())?;
    text_attribute(&target, "node_population", &table.target.0)?;
    ids("edge_type_id", &|_, _| 0)?;
    ids("edge_group_id", &|_, _| 0)?;
    ids("edge_group_index", &|k, _| k as u64)?;
    let group = population.create_group("0")?;
    let numbers = |name: &str, value: fn(&Synapse) -> f64| {
        column(&group, name, &edges.iter().map(value).collect::<Vec<f64>>())
    };
    numbers("syn_weight", |edge| edge.weight)?;
    if table.delayed {
        let delays = [
            numbers(DELAY, |edge| edge.delay.as_ms())?,
            numbers(DENDRITIC, |edge| edge.dendritic.as_ms())?,
        ];
        for delay in delays {
            text_attribute(&delay, "units", "ms")?;
        }
    }
    Ok(())
}

fn column<T: hdf5::H5Type>(group: &Group, name: &str, values: &[T]) -> hdf5::Result<hdf5::Dataset> {
    let dataset = group.new_dataset::<T>().shape(values.len()).create(name)?;
    dataset.write_raw(values)?;
    Ok(dataset)
}

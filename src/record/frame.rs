//! Sampled states in SONATA's layout of frame reports, one group per variable.

use hdf5::{Dataset, File, Group};
use ndarray::ArrayView2;

use super::column::{Column, create_frames};
use super::header::{attribute, text_attribute};
use super::layout::Report;

/// Name of the group that holds all reports.
pub(super) const REPORTS: &str = "report";

/// Creates the group of `report` in the group of all.
pub(super) fn lay_out(reports: &Group, report: &Report) -> hdf5::Result<()> {
    let group = reports.create_group(&report.name)?;
    let width = report.nodes.len();
    let data = create_frames(&group, "data", width)?;
    text_attribute(&data, "units", &report.unit)?;
    text_attribute(&data, "variable", &report.variable)?;

    let mapping = group.create_group("mapping")?;
    let nodes: Vec<u64> = report.nodes.iter().map(|&node| u64::from(node)).collect();
    let ids = dataset(&mapping, "node_ids", &nodes)?;
    attribute(&ids, "sorted", &u8::from(nodes.is_sorted()))?;
    // A neuron is one point: one element each, the soma.
    let pointers: Vec<u64> = (0..=width as u64).collect();
    dataset(&mapping, "index_pointers", &pointers)?;
    dataset(&mapping, "element_ids", &vec![0_u32; width])?;
    let time = dataset(&mapping, "time", &span(0, report.every.as_ms()))?;
    text_attribute(&time, "units", "ms")
}

fn dataset<T: hdf5::H5Type>(group: &Group, name: &str, values: &[T]) -> hdf5::Result<Dataset> {
    let dataset = group.new_dataset::<T>().shape(values.len()).create(name)?;
    dataset.write_raw(values)?;
    Ok(dataset)
}

/// Start, stop and step of `frames` frames in milliseconds, as SONATA counts them: the stop is a step after the last.
fn span(frames: usize, step_ms: f64) -> [f64; 3] {
    [0.0, frames as f64 * step_ms, step_ms]
}

/// Makes the time of every report say how many frames there are: a kill can fall between the two.
pub(super) fn align_times(file: &File) -> hdf5::Result<u64> {
    if !file.link_exists(REPORTS) {
        return Ok(0);
    }
    let mut frames = 0;
    for group in file.group(REPORTS)?.groups()? {
        let rows = group.dataset("data")?.shape().first().copied();
        let time = group.dataset("mapping/time")?;
        let [_, _, step]: [f64; 3] = time
            .read_raw()?
            .try_into()
            .map_err(|_| hdf5::Error::from("`time` of a report holds other than 3 values"))?;
        let rows = rows.unwrap_or(0);
        time.write_raw(&span(rows, step))?;
        frames += rows as u64;
    }
    Ok(frames)
}

/// A report that is being written.
pub(super) struct Frames {
    data: Column,
    time: Dataset,
    width: usize,
    step_ms: f64,
}

impl Frames {
    /// Opens a report to go on after what is in it.
    pub(super) fn open(file: &File, report: &Report) -> hdf5::Result<Self> {
        let group = file.group(REPORTS)?.group(&report.name)?;
        Ok(Self {
            data: Column::open(&group, "data")?,
            time: group.dataset("mapping/time")?,
            width: report.nodes.len(),
            step_ms: report.every.as_ms(),
        })
    }

    /// The values themselves.
    pub(super) fn data(&self) -> &Column {
        &self.data
    }

    /// Appends whole frames, one after the other, and says how many there are.
    pub(super) fn append(&mut self, values: &[f32]) -> hdf5::Result<()> {
        let frames = ArrayView2::from_shape((values.len() / self.width.max(1), self.width), values)
            .map_err(|_| hdf5::Error::from("a frame with a value too many or too few"))?;
        self.data.append_frames(frames)?;
        self.time.write_raw(&span(self.data.len(), self.step_ms))
    }
}

//! `/weight_statistics`: how the weights of a projection spread, and how a few of its synapses fare, over time.

use hdf5::{Dataset, Group};
use ndarray::ArrayView2;

use super::column::{
    CHUNK, Column, TABLE_CHUNK, Times, create_column, create_rows, create_times, frames_per_chunk,
};
use super::sum::Value;
use crate::base::time::Time;

/// Group of all projections.
pub(super) const WEIGHT_STATISTICS: &str = "weight_statistics";

/// Levels of the quantiles.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// The weights of a projection at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightStatistics {
    /// Number of synapses; where there is none all that would be a weight is NaN.
    pub n: u64,
    /// Mean weight.
    pub mean: f64,
    /// Standard deviation, over n.
    pub sd: f64,
    /// The smallest.
    pub min: f32,
    /// The largest.
    pub max: f32,
    /// Quantiles at [`LEVELS`].
    pub quantiles: [f64; LEVELS.len()],
    /// Edges of the bins, ascending: the bounds of the rule where it has such, the same at every moment; else the smallest
    /// and the largest weight.
    pub edges: Vec<f64>,
    /// Synapses in each bin.
    pub histogram: Vec<u64>,
    /// Synapses that are followed, the same at every moment.
    pub tracked: Vec<Tracked>,
}

impl WeightStatistics {
    /// Of no synapses, with a histogram of so many bins.
    pub fn of_none(bins: usize, tracked: Vec<Tracked>) -> Self {
        Self {
            n: 0,
            mean: f64::NAN,
            sd: f64::NAN,
            min: f32::NAN,
            max: f32::NAN,
            quantiles: [f64::NAN; LEVELS.len()],
            edges: vec![f64::NAN; bins + 1],
            histogram: vec![0; bins],
            tracked,
        }
    }
}

/// A synapse that is followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tracked {
    /// The neuron that it comes from, in its population.
    pub source: u32,
    /// The neuron that it leads to, counted over the target populations one after the other.
    pub target: u32,
    /// Its weight.
    pub weight: f32,
}

/// A projection whose weights are observed, as the run file sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedProjection {
    /// Name, also of its group.
    pub name: String,
    /// Bins of the histogram, at least 1.
    pub bins: usize,
}

/// Makes the empty datasets of a projection in `parent`.
pub(super) fn lay_out(parent: &Group, projection: &ObservedProjection) -> hdf5::Result<()> {
    let group = parent.create_group(&projection.name)?;
    create_times(&group, "time", TABLE_CHUNK)?;
    create_column::<u64>(&group, "n", TABLE_CHUNK)?;
    for name in ["mean", "sd"] {
        create_column::<f64>(&group, name, TABLE_CHUNK)?;
    }
    for name in ["min", "max"] {
        create_column::<f32>(&group, name, TABLE_CHUNK)?;
    }
    rows::<f64>(&group, "quantile", LEVELS.len())?;
    let levels = group.new_dataset::<f64>().shape(LEVELS.len());
    levels.create("quantile_level")?.write_raw(&LEVELS)?;
    rows::<f64>(&group, "edges", projection.bins + 1)?;
    rows::<u64>(&group, "histogram", projection.bins)?;
    create_column::<u64>(&group, "tracked_source", TABLE_CHUNK)?;
    create_column::<u64>(&group, "tracked_target", TABLE_CHUNK)?;
    // How many synapses there are to be followed is known once the network is drawn.
    group
        .new_dataset_builder()
        .empty::<f32>()
        .fill_time(hdf5::dataset::FillTime::Never)
        .chunk([1, TABLE_CHUNK])
        .shape([hdf5::Extent::resizable(0), hdf5::Extent::resizable(0)])
        .create("tracked_weight")
        .map(drop)
}

/// Makes an empty dataset of rows of `width` values, which share chunks as a long column's do.
fn rows<T: Value>(group: &Group, name: &str, width: usize) -> hdf5::Result<Dataset> {
    let chunk = [
        frames_per_chunk(width).min(TABLE_CHUNK),
        width.clamp(1, CHUNK),
    ];
    create_rows::<T>(group, name, width, chunk)
}

/// The open datasets of a projection.
#[derive(Debug)]
pub(super) struct Observation {
    time: Times,
    n: Column,
    moments: [Column; 2],
    extremes: [Column; 2],
    quantile: Column,
    edges: Column,
    histogram: Column,
    tracked: [Column; 2],
    weight: Column,
}

impl Observation {
    /// Opens those of the group `/weight_statistics/NAME`, to go on after what is in them.
    pub(super) fn open(group: &Group) -> hdf5::Result<Self> {
        let open = |name: &str| Column::open(group, name);
        Ok(Self {
            time: Times::open(group, "time")?,
            n: open("n")?,
            moments: [open("mean")?, open("sd")?],
            extremes: [open("min")?, open("max")?],
            quantile: open("quantile")?,
            edges: open("edges")?,
            histogram: open("histogram")?,
            tracked: [open("tracked_source")?, open("tracked_target")?],
            weight: open("tracked_weight")?,
        })
    }

    /// Appends a moment.
    pub(super) fn append(&mut self, at: Time, now: &WeightStatistics) -> hdf5::Result<()> {
        if self.weight.len() == 0 {
            let ends: [fn(&Tracked) -> u32; 2] = [|one| one.source, |one| one.target];
            for (column, end) in self.tracked.iter_mut().zip(ends) {
                let ends = now.tracked.iter().map(end).map(u64::from);
                column.append(&ends.collect::<Vec<u64>>())?;
            }
        }
        self.n.append(&[now.n])?;
        for (column, value) in self.moments.iter_mut().zip([now.mean, now.sd]) {
            column.append(&[value])?;
        }
        for (column, value) in self.extremes.iter_mut().zip([now.min, now.max]) {
            column.append(&[value])?;
        }
        append_row(&mut self.quantile, &now.quantiles)?;
        append_row(&mut self.edges, &now.edges)?;
        append_row(&mut self.histogram, &now.histogram)?;
        let weights: Vec<f32> = now.tracked.iter().map(|one| one.weight).collect();
        append_row(&mut self.weight, &weights)?;
        self.time.append(&[at])
    }

    /// All columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let Self {
            time,
            n,
            moments,
            extremes,
            quantile,
            edges,
            histogram,
            tracked,
            weight,
        } = self;
        let single = [n, quantile, edges, histogram, weight].into_iter();
        let double = [moments, extremes, tracked].into_iter().flatten();
        single.chain(double).chain(time.columns())
    }
}

fn append_row<T: Value>(column: &mut Column, row: &[T]) -> hdf5::Result<()> {
    let row = ArrayView2::from_shape((1, row.len()), row);
    column.append_frames(row.map_err(|error| hdf5::Error::from(error.to_string()))?)
}

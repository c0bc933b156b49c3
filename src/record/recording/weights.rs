//! The weights of a run's projections.

use hdf5::Dataset;
use ndarray::s;

use super::read::Reader;
use super::{Kind, Recording, RecordingError};
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::record::layout::Projection;

/// Weights of a projection at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// What the run calls the moment: `before sleep 1`.
    pub label: String,
    /// When.
    pub time: Time,
    /// The weights, a row for each target and a column for each source.
    pub weights: Matrix,
}

/// The dataset of all snapshots, and its path.
struct Values {
    dataset: Dataset,
    place: String,
}

/// Names of the projections whose weights are recorded; without any there is no group of them.
fn projections(reader: &Reader<'_>) -> Result<Vec<String>, RecordingError> {
    match reader.has("/weights") {
        true => reader.groups("/weights"),
        false => Ok(Vec::new()),
    }
}

impl Recording {
    /// The projections whose weights are recorded, by name.
    ///
    /// # Errors
    /// If one is damaged.
    pub fn projections(&self) -> Result<Vec<Projection>, RecordingError> {
        let reader = self.reader()?;
        let names = projections(&reader)?.into_iter();
        let projection = |name: String| {
            let values = reader.dataset::<f32>(&format!("/weights/{name}/values"), 3)?;
            let shape = values.shape();
            Ok(Projection {
                name,
                n_target: shape[1],
                n_source: shape[2],
            })
        };
        names.map(projection).collect()
    }

    /// When snapshots of the weights of `projection` were taken: label and time.
    ///
    /// # Errors
    /// If there is no such projection or its table is damaged.
    pub fn moments(&self, projection: &str) -> Result<Vec<(String, Time)>, RecordingError> {
        let reader = self.reader()?;
        let names = projections(&reader)?;
        if !names.iter().any(|name| name == projection) {
            return Err(self.unknown(Kind::Projection, projection, names));
        }
        let place = format!("/weights/{projection}");
        let labels = reader.labels(&format!("{place}/label"))?;
        let times = reader.times(&format!("{place}/time"))?;
        let values = reader.dataset::<f32>(&format!("{place}/values"), 3)?;
        let lengths = [labels.len(), times.len(), values.shape()[0]];
        let rows = reader.rows(&place, &lengths)?;
        Ok(labels.into_iter().zip(times).take(rows).collect())
    }

    /// Snapshot `number` of the weights of `projection`, counted from 0.
    ///
    /// # Errors
    /// If there is no such projection or snapshot, or it is damaged.
    pub fn snapshot(&self, projection: &str, number: usize) -> Result<Snapshot, RecordingError> {
        let moments = self.moments(projection)?;
        let known = moments.len();
        let Some((label, time)) = moments.into_iter().nth(number) else {
            let found = format!("{known} snapshots");
            let expected = format!("one of number {number}, counted from 0");
            return Err(self
                .reader()?
                .content(&format!("/weights/{projection}"), found, expected));
        };
        let values = self.values(projection)?;
        self.snapshot_of(&values, number, (label, time))
    }

    fn values(&self, projection: &str) -> Result<Values, RecordingError> {
        let place = format!("/weights/{projection}/values");
        let dataset = self.reader()?.dataset::<f32>(&place, 3)?;
        Ok(Values { dataset, place })
    }

    fn snapshot_of(
        &self,
        values: &Values,
        number: usize,
        (label, time): (String, Time),
    ) -> Result<Snapshot, RecordingError> {
        let Values { dataset, place } = values;
        let weights = self.matrix(dataset, place, s![number, .., ..])?;
        Ok(Snapshot {
            label,
            time,
            weights,
        })
    }

    /// All snapshots of the weights of `projection`, in order. [`Recording::snapshot`] reads one alone.
    ///
    /// # Errors
    /// As [`Recording::snapshot`].
    pub fn weights(&self, projection: &str) -> Result<Vec<Snapshot>, RecordingError> {
        let moments = self.moments(projection)?.into_iter().enumerate();
        let values = self.values(projection)?;
        moments
            .map(|(number, moment)| self.snapshot_of(&values, number, moment))
            .collect()
    }
}

//! How the weights of a run spread over time.

use ndarray::s;

use super::{Kind, Recording, RecordingError};
use crate::base::time::Time;
use crate::record::weight_statistics::{LEVELS, Tracked, WEIGHT_STATISTICS, WeightStatistics};

impl Recording {
    /// The projections of whose weights there are statistics, by name.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn observed(&self) -> Result<Vec<String>, RecordingError> {
        let (reader, place) = (self.reader()?, format!("/{WEIGHT_STATISTICS}"));
        match reader.holds_group(&place) {
            true => reader.groups(&place),
            false => Ok(Vec::new()),
        }
    }

    /// What the weights of `projection` were, at each instant, in order.
    ///
    /// ```no_run
    /// use sharpwave::Recording;
    ///
    /// let run = Recording::open("run-001".as_ref())?;
    /// for (time, weights) in run.weight_statistics("e_e")? {
    ///     let [_, lower, median, upper, _] = weights.quantiles;
    ///     println!("{time}: {median} ({lower} to {upper}), mean {} ± {}", weights.mean, weights.sd);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such projection or its tables are damaged.
    pub fn weight_statistics(
        &self,
        projection: &str,
    ) -> Result<Vec<(Time, WeightStatistics)>, RecordingError> {
        let reader = self.reader()?;
        let names = self.observed()?;
        if !names.iter().any(|name| name == projection) {
            return Err(self.unknown(Kind::Projection, projection, names));
        }
        let place = format!("/{WEIGHT_STATISTICS}/{projection}");
        let at = |name: &str| format!("{place}/{name}");
        let times = reader.times(&at("time"))?;
        let n = reader.column::<u64>(&at("n"))?;
        let [mean, sd] = ["mean", "sd"].map(|name| reader.column::<f64>(&at(name)));
        let [min, max] = ["min", "max"].map(|name| reader.column::<f32>(&at(name)));
        let (mean, sd, min, max) = (mean?, sd?, min?, max?);
        let sources = reader.column::<u64>(&at("tracked_source"))?;
        let targets = reader.column::<u64>(&at("tracked_target"))?;
        let quantiles = self.table::<f64>(&at("quantile"), Some(LEVELS.len()))?;
        let edges = self.table::<f64>(&at("edges"), None)?;
        let bins = edges.first().map_or(0, |row| row.len().saturating_sub(1));
        let histograms = self.table::<u64>(&at("histogram"), Some(bins))?;
        let ends = reader.rows(&place, &[sources.len(), targets.len()])?;
        let weights = self.table::<f32>(&at("tracked_weight"), Some(ends))?;
        let lengths = [
            times.len(),
            n.len(),
            mean.len(),
            sd.len(),
            min.len(),
            max.len(),
        ];
        let rows = [
            quantiles.len(),
            edges.len(),
            histograms.len(),
            weights.len(),
        ];
        let rows = reader.rows(&place, &[&lengths[..], &rows].concat())?;
        let node = |id: u64| {
            let wrong = || reader.content(&place, format!("neuron {id}"), "a number of 32 bits");
            u32::try_from(id).map_err(|_| wrong())
        };
        let moment = |row: usize| {
            let tracked = weights[row].iter().enumerate().map(|(k, &weight)| {
                let (source, target) = (node(sources[k])?, node(targets[k])?);
                Ok(Tracked {
                    source,
                    target,
                    weight,
                })
            });
            let mut levels = [0.0; LEVELS.len()];
            levels.copy_from_slice(&quantiles[row]);
            let statistics = WeightStatistics {
                n: n[row],
                mean: mean[row],
                sd: sd[row],
                min: min[row],
                max: max[row],
                quantiles: levels,
                edges: edges[row].clone(),
                histogram: histograms[row].clone(),
                tracked: tracked.collect::<Result<_, RecordingError>>()?,
            };
            Ok((times[row], statistics))
        };
        (0..rows).map(moment).collect()
    }

    /// The rows of the dataset at `place`, of `width` values where that is known.
    fn table<T: hdf5::H5Type + Clone>(
        &self,
        place: &str,
        width: Option<usize>,
    ) -> Result<Vec<Vec<T>>, RecordingError> {
        let reader = self.reader()?;
        let dataset = reader.dataset::<T>(place, 2)?;
        let shape = dataset.shape();
        let (rows, found) = (shape[0], shape[1]);
        if let Some(width) = width.filter(|&width| rows > 0 && width != found) {
            return Err(reader.content(place, format!("{found} values in a row"), width));
        }
        let values = dataset.read_slice_2d::<T, _>(s![.., ..]);
        let values = values.map_err(|error| reader.unreadable(place, &error))?;
        Ok(values.rows().into_iter().map(|row| row.to_vec()).collect())
    }
}

//! Run files, read.

use std::ops::Bound as Limit;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, ndarray::Array2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use sharpwave::base::matrix::Matrix;
use sharpwave::base::time::Time;
use sharpwave::experiment::{nwb, recorded};
use sharpwave::record;
use sharpwave::record::nwb_file::Origin;
use sharpwave::record::recording::RecordingError;
use sharpwave::record::table::Accuracy;
use sharpwave::record::weight_statistics::{LEVELS, WeightStatistics};

use crate::{error, process};

/// Times in milliseconds, and who.
type Spikes<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<u32>>);

/// A run file that is read. HDF5 takes one caller at a time, so every look is taken without the interpreter's lock.
#[pyclass(frozen, module = "sharpwave._core")]
pub struct Recording {
    path: PathBuf,
    /// `None` once it is closed.
    file: Mutex<Option<record::recording::Recording>>,
}

impl Recording {
    /// What `look` finds in the file.
    fn look<T: Send>(
        &self,
        py: Python<'_>,
        look: impl FnOnce(&record::recording::Recording) -> Result<T, RecordingError> + Send,
    ) -> PyResult<T> {
        let _under_way = process::begin()?;
        py.detach(|| match &*self.open_file() {
            Some(file) => look(file).map_err(error::recording),
            None => Err(error::recording(format!(
                "`{}` was closed",
                self.path.display()
            ))),
        })
    }

    fn open_file(&self) -> MutexGuard<'_, Option<record::recording::Recording>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Recording {
    /// Opens the run file `path`, or that in the folder `path`; also one that is still being written, or was cut by a kill.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let _under_way = process::begin()?;
        let opened = py.detach(|| record::recording::Recording::open(&path));
        let file = opened.map_err(error::recording)?;
        Ok(Self {
            path: file.path().to_owned(),
            file: Mutex::new(Some(file)),
        })
    }

    /// Writes the run to the new NWB file `out`.
    fn to_nwb(
        &self,
        py: Python<'_>,
        out: PathBuf,
        experimenters: Vec<String>,
        lab: Option<String>,
        institution: Option<String>,
    ) -> PyResult<()> {
        let _under_way = process::begin()?;
        let origin = Origin {
            experimenters,
            lab,
            institution,
        };
        py.detach(|| match &*self.open_file() {
            Some(file) => nwb::write(file, &out, &origin)
                .map(drop)
                .map_err(error::recording),
            None => Err(error::recording(format!(
                "`{}` was closed",
                self.path.display()
            ))),
        })
    }

    /// Closes the file.
    fn close(&self, py: Python<'_>) {
        py.detach(|| drop(self.open_file().take()));
    }

    /// The run file.
    #[getter]
    fn path(&self) -> &Path {
        &self.path
    }

    /// Version of the program that wrote it, seed, whether it is complete, fingerprint.
    fn header(&self, py: Python<'_>) -> PyResult<(String, u64, bool, Option<String>)> {
        self.look(py, |file| {
            let fingerprint = file.fingerprint().map(str::to_owned);
            Ok((
                file.version().to_owned(),
                file.seed(),
                file.is_complete(),
                fingerprint,
            ))
        })
    }

    /// The model as resolved, as typed, its overrides, and what the run warned of.
    fn config(&self, py: Python<'_>) -> PyResult<(String, String, Vec<String>, Vec<String>)> {
        self.look(py, |file| {
            let [overrides, warnings] = [file.overrides(), file.warnings()].map(<[String]>::to_vec);
            Ok((
                file.model().to_owned(),
                file.source().to_owned(),
                overrides,
                warnings,
            ))
        })
    }

    /// Labels of tasks.
    fn tasks(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.look(py, |file| Ok(file.tasks().to_vec()))
    }

    /// Name, size, and how many neurons are recorded, of every population.
    fn populations(&self, py: Python<'_>) -> PyResult<Vec<(String, usize, usize)>> {
        let row =
            |known: &record::layout::Population| (known.name.clone(), known.size, known.recorded);
        self.look(py, |file| Ok(file.populations().iter().map(row).collect()))
    }

    /// How far the run has come, in ms.
    fn reached_ms(&self, py: Python<'_>) -> PyResult<f64> {
        self.look(py, |file| Ok(file.reached()?.as_ms()))
    }

    /// The neurons of `population` whose spikes are recorded; `None` of all.
    fn neurons(&self, py: Python<'_>, population: &str) -> PyResult<Option<Vec<u32>>> {
        self.look(py, |file| {
            let known = file.population(population)?;
            let some = (known.recorded < known.size).then(|| recorded::selected(file, population));
            Ok(some.flatten().filter(|some| some.len() == known.recorded))
        })
    }

    /// Spikes of `population` from and up to, in ms: times in ms and neurons, sorted by time.
    #[pyo3(signature = (population, start_ms=None, stop_ms=None))]
    fn spikes<'py>(
        &self,
        py: Python<'py>,
        population: &str,
        start_ms: Option<f64>,
        stop_ms: Option<f64>,
    ) -> PyResult<Spikes<'py>> {
        let instant = |name: &str, ms: f64| {
            Time::from_ms(ms).map_err(|cause| error::recording(format!("`{name}`: {cause}")))
        };
        let start = start_ms.map(|ms| instant("start_ms", ms)).transpose()?;
        let stop = stop_ms.map(|ms| instant("stop_ms", ms)).transpose()?;
        let span = (
            start.map_or(Limit::Unbounded, Limit::Included),
            stop.map_or(Limit::Unbounded, Limit::Excluded),
        );
        let (times, neurons) = self.look(py, |file| {
            let chunks = file.spike_chunks(population, span)?;
            let n = chunks.remaining();
            let (mut times, mut neurons) = (Vec::with_capacity(n), Vec::with_capacity(n));
            for chunk in chunks {
                for (time, neuron) in chunk? {
                    times.push(time.as_ms());
                    neurons.push(neuron);
                }
            }
            Ok((times, neurons))
        })?;
        Ok((times.into_pyarray(py), neurons.into_pyarray(py)))
    }

    /// Bouts that have ended: columns by name.
    fn bouts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let bouts = self.look(py, record::recording::Recording::bouts)?;
        let columns = PyDict::new(py);
        columns.set_item(
            "name",
            bouts.iter().map(|bout| &bout.name[..]).collect::<Vec<_>>(),
        )?;
        columns.set_item(
            "kind",
            bouts.iter().map(|bout| &bout.kind[..]).collect::<Vec<_>>(),
        )?;
        let ms = |time: fn(&record::sink::Bout) -> Time| {
            let times: Vec<f64> = bouts.iter().map(|bout| time(bout).as_ms()).collect();
            times.into_pyarray(py)
        };
        columns.set_item("start_ms", ms(|bout| bout.start))?;
        columns.set_item("stop_ms", ms(|bout| bout.stop))?;
        Ok(columns)
    }

    /// The table of scores: columns by name. `task` is −1 for all tasks together.
    fn accuracies<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rows = self.look(py, record::recording::Recording::accuracies)?;
        let columns = PyDict::new(py);
        let seeds: Vec<u64> = rows.iter().map(|row| row.seed).collect();
        columns.set_item("seed", seeds.into_pyarray(py))?;
        columns.set_item(
            "network",
            rows.iter().map(|row| &row.network[..]).collect::<Vec<_>>(),
        )?;
        columns.set_item(
            "stage",
            rows.iter().map(|row| &row.stage[..]).collect::<Vec<_>>(),
        )?;
        let after: Vec<i64> = rows.iter().map(|row| row.after_task as i64).collect();
        columns.set_item("after_task", after.into_pyarray(py))?;
        let tasks: Vec<i64> = rows
            .iter()
            .map(|row| row.task.map_or(-1, |task| task as i64))
            .collect();
        columns.set_item("task", tasks.into_pyarray(py))?;
        let accuracy: Vec<f64> = rows.iter().map(|row| row.accuracy).collect();
        columns.set_item("accuracy", accuracy.into_pyarray(py))?;
        let of = |share: fn(&Accuracy) -> Option<f64>| rows.iter().map(share).collect::<Vec<_>>();
        for (name, shares) in [
            ("validation", of(|row| row.validation)),
            ("training", of(|row| row.training)),
        ] {
            if shares.iter().any(Option::is_some) {
                let shares = shares.iter().map(|share| share.unwrap_or(f64::NAN));
                let shares: Vec<f64> = shares.collect();
                columns.set_item(name, shares.into_pyarray(py))?;
            }
        }
        Ok(columns)
    }

    /// Names of projections of which there are weights: matrices, and synapses that learn.
    fn projections(&self, py: Python<'_>) -> PyResult<(Vec<String>, Vec<String>)> {
        self.look(py, |file| {
            let dense = file.projections()?.into_iter();
            Ok((
                dense.map(|projection| projection.name).collect(),
                file.learning()?,
            ))
        })
    }

    /// Label and time in ms of every snapshot of a projection.
    fn moments(&self, py: Python<'_>, projection: &str) -> PyResult<Vec<(String, f64)>> {
        self.look(py, |file| {
            let moments = match file.learning()?.iter().any(|name| name == projection) {
                true => file
                    .synapses(projection)?
                    .into_iter()
                    .map(|taken| (taken.label, taken.time))
                    .collect(),
                false => file.moments(projection)?,
            };
            Ok(moments
                .into_iter()
                .map(|(label, time)| (label, time.as_ms()))
                .collect())
        })
    }

    /// Snapshot `number` of the matrix of `projection`: a row for each target.
    fn matrix<'py>(
        &self,
        py: Python<'py>,
        projection: &str,
        number: usize,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let snapshot = self.look(py, |file| file.snapshot(projection, number))?;
        array(py, &snapshot.weights)
    }

    /// Snapshot `number` of the synapses of `projection`: columns by name.
    fn synapses<'py>(
        &self,
        py: Python<'py>,
        projection: &str,
        number: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let taken = self.look(py, |file| file.synapses(projection))?;
        let known = taken.len();
        let Some(taken) = taken.into_iter().nth(number) else {
            let text = format!(
                "synapses of `{projection}`: found {known} snapshots, expected one of number {number}"
            );
            return Err(error::recording(text));
        };
        synapses(py, &taken.synapses)
    }

    /// Statistics of the weights of sparse projections: names.
    fn observed(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.look(py, record::recording::Recording::observed)
    }

    /// The weights of `projection` over time: columns by name, quantiles and histograms as arrays of two dimensions.
    fn weight_statistics<'py>(
        &self,
        py: Python<'py>,
        projection: &str,
    ) -> PyResult<Bound<'py, PyDict>> {
        let rows = self.look(py, |file| file.weight_statistics(projection))?;
        let columns = PyDict::new(py);
        let times: Vec<f64> = rows.iter().map(|(time, _)| time.as_ms()).collect();
        columns.set_item("time_ms", times.into_pyarray(py))?;
        let counts: Vec<u64> = rows.iter().map(|(_, row)| row.n).collect();
        columns.set_item("n", counts.into_pyarray(py))?;
        let of = |value: fn(&WeightStatistics) -> f64| {
            let values: Vec<f64> = rows.iter().map(|(_, row)| value(row)).collect();
            values.into_pyarray(py)
        };
        columns.set_item("mean", of(|row| row.mean))?;
        columns.set_item("sd", of(|row| row.sd))?;
        columns.set_item("min", of(|row| row.min.into()))?;
        columns.set_item("max", of(|row| row.max.into()))?;
        for (number, level) in LEVELS.iter().enumerate() {
            let values: Vec<f64> = rows.iter().map(|(_, row)| row.quantiles[number]).collect();
            columns.set_item(format!("q{:02.0}", level * 100.0), values.into_pyarray(py))?;
        }
        Ok(columns)
    }

    /// What was sampled: report, variable, unit, neurons, interval in ms.
    #[allow(clippy::type_complexity, reason = "a row of a table that Python names")]
    fn reports<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Vec<(String, String, String, Bound<'py, PyArray1<u32>>, f64)>> {
        let reports = self.look(py, record::recording::Recording::reports)?;
        let row = |report: record::layout::Report| {
            let nodes = report.nodes.into_pyarray(py);
            (
                report.name,
                report.variable,
                report.unit,
                nodes,
                report.every.as_ms(),
            )
        };
        Ok(reports.into_iter().map(row).collect())
    }

    /// The sampled states of a report: first time and step in ms, and a row for each sample.
    fn states<'py>(
        &self,
        py: Python<'py>,
        report: &str,
    ) -> PyResult<(f64, f64, Bound<'py, PyArray2<f32>>)> {
        let states = self.look(py, |file| file.states(report, ..))?;
        let values = array(py, &states.values)?;
        Ok((states.first.as_ms(), states.every.as_ms(), values))
    }

    /// Detections of every trigger and pulses of every stimulus: columns by name.
    fn stimulation<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let (found, sent) = self.look(py, |file| {
            let found = file.triggers()?.into_iter();
            let found = found
                .map(|name| Ok((file.detections(&name)?, name)))
                .collect::<Result<Vec<_>, RecordingError>>()?;
            let sent = file.pulsed()?.into_iter();
            let sent = sent
                .map(|name| Ok((file.pulses(&name)?, name)))
                .collect::<Result<Vec<_>, RecordingError>>()?;
            Ok((found, sent))
        })?;
        let (triggers, stimuli) = (PyDict::new(py), PyDict::new(py));
        for (rows, name) in found {
            let columns = PyDict::new(py);
            let ms = |time: fn(&record::sink::Detected) -> Time| {
                let times: Vec<f64> = rows.iter().map(|row| time(row).as_ms()).collect();
                times.into_pyarray(py)
            };
            columns.set_item("event_ms", ms(|row| row.event))?;
            columns.set_item("told_ms", ms(|row| row.told))?;
            triggers.set_item(name, columns)?;
        }
        for (rows, name) in sent {
            let columns = PyDict::new(py);
            let ms = |time: fn(&record::sink::Pulsed) -> Time| {
                let times: Vec<f64> = rows.iter().map(|row| time(row).as_ms()).collect();
                times.into_pyarray(py)
            };
            columns.set_item("event_ms", ms(|row| row.event))?;
            columns.set_item("time_ms", ms(|row| row.time))?;
            let delivered = PyList::new(py, rows.iter().map(|row| row.is_delivered))?;
            columns.set_item("delivered", delivered)?;
            stimuli.set_item(name, columns)?;
        }
        Ok((triggers, stimuli))
    }
}

/// `matrix` as an array of two dimensions.
pub fn array<'py>(py: Python<'py>, matrix: &Matrix) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let shape = (matrix.rows(), matrix.columns());
    let values = Array2::from_shape_vec(shape, matrix.values().to_vec());
    // A matrix holds as many values as its shape says.
    let values = values.map_err(error::recording)?;
    Ok(values.into_pyarray(py))
}

/// The columns of `synapses`.
pub fn synapses<'py>(
    py: Python<'py>,
    synapses: &[sharpwave::plasticity::Synapse],
) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let of = |value: fn(&sharpwave::plasticity::Synapse) -> u32| {
        let values: Vec<u32> = synapses.iter().map(value).collect();
        values.into_pyarray(py)
    };
    columns.set_item("source", of(|synapse| synapse.source))?;
    columns.set_item("target", of(|synapse| synapse.target))?;
    let delays: Vec<f64> = synapses
        .iter()
        .map(|synapse| synapse.delay.as_ms())
        .collect();
    columns.set_item("delay_ms", delays.into_pyarray(py))?;
    let weights: Vec<f64> = synapses.iter().map(|synapse| synapse.weight).collect();
    columns.set_item("weight", weights.into_pyarray(py))?;
    Ok(columns)
}

/// An array of Python's as a matrix.
pub fn matrix(name: &str, values: &Bound<'_, PyArray2<f32>>) -> PyResult<Matrix> {
    let values = values.readonly();
    let values = values.as_array();
    let (rows, columns) = values.dim();
    let matrix = Matrix::new(rows, columns, values.iter().copied().collect());
    matrix.ok_or_else(|| {
        error::model(format!(
            "`{name}`: found {rows} × {columns} values, expected a matrix"
        ))
    })
}

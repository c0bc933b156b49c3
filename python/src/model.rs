//! Model files: read, checked, run.

use std::path::{Path, PathBuf};

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde_json::json;
use sharpwave::config::{self, Options};
use sharpwave::experiment::error::ExperimentError;
use sharpwave::experiment::inputs::Inputs;
use sharpwave::experiment::{estimate, foraging, load, night, notice, recurrent, run};
use sharpwave::record::checkpoint;
use sharpwave::run::guard::Tripped;

use crate::attend::attend;
use crate::error;

/// A model: what a model file and its changes describe.
#[pyclass(frozen, module = "sharpwave._core")]
pub struct Model {
    pub(crate) model: config::Model,
    source: String,
    overrides: Vec<String>,
}

#[pymethods]
impl Model {
    /// Reads the model file `path` with `key=value` changes.
    #[staticmethod]
    #[pyo3(signature = (path, sets, data=None))]
    fn read(path: PathBuf, sets: Vec<String>, data: Option<PathBuf>) -> PyResult<Self> {
        let options = Options { sets, data };
        let model = config::read(&path, &options).map_err(error::model)?;
        let source = std::fs::read_to_string(&path);
        let source = source
            .map_err(|cause| error::model(format!("`{}`: cannot read: {cause}", path.display())))?;
        Ok(Self {
            model,
            source,
            overrides: options.sets,
        })
    }

    /// Reads the text of a model file, called `name` in messages; relative paths start from `folder`.
    #[staticmethod]
    #[pyo3(signature = (name, text, folder, sets, data=None))]
    fn parse(
        name: &str,
        text: String,
        folder: PathBuf,
        sets: Vec<String>,
        data: Option<PathBuf>,
    ) -> PyResult<Self> {
        let options = Options { sets, data };
        let model = config::parse(name, &text, &folder, &options).map_err(error::model)?;
        Ok(Self {
            model,
            source: text,
            overrides: options.sets,
        })
    }

    /// The model file with every default filled in.
    #[getter]
    fn resolved(&self) -> String {
        self.model.resolved()
    }

    /// What it describes: `network`, `sleep_replay`, `night`, `foraging`.
    #[getter]
    fn experiment(&self) -> &'static str {
        self.model.experiment()
    }

    /// What a run will take, as JSON: an estimate and what a run would warn of.
    fn check(&self, py: Python<'_>) -> PyResult<String> {
        let (checked, interrupt) = attend(py, None, None, |_| check(&self.model))?;
        if let Some(interrupt) = interrupt {
            return Err(interrupt);
        }
        let (estimate, warnings) = checked.map_err(error::model)?;
        Ok(json!({ "estimate": estimate, "warnings": warnings }).to_string())
    }

    /// Runs it into the new folder `out`. Gives the folder, whether the run came to its end, and its table in words.
    #[pyo3(signature = (out, threads=None, keep_seeds=false, progress=None))]
    fn run(
        &self,
        py: Python<'_>,
        out: PathBuf,
        threads: Option<usize>,
        keep_seeds: bool,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(PathBuf, bool, String)> {
        let options = run::Options {
            out: Some(out.clone()),
            keep_seeds,
            source: self.source.clone(),
            overrides: self.overrides.clone(),
        };
        let model = self.model.clone();
        let work = |watch: &crate::attend::Attention| {
            let finished = run::run(model, &options, watch)?;
            let summary = finished.summary.to_string();
            Ok((finished, summary))
        };
        let (done, interrupt) = attend(py, threads, progress, work)?;
        end(py, &out, done.map(Some), interrupt)
    }
}

/// Goes on with the run that `path` names. As `Model.run`.
#[pyfunction]
#[pyo3(signature = (path, sets, threads=None, progress=None))]
pub fn resume(
    py: Python<'_>,
    path: PathBuf,
    sets: Vec<String>,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<(PathBuf, bool, String)> {
    let work = |watch: &crate::attend::Attention| {
        Ok(match run::resume(&path, &sets, watch)? {
            run::Resumed::Finished(finished) => {
                let summary = finished.summary.to_string();
                Ok((*finished, summary))
            }
            run::Resumed::Complete(folder) => Err((folder, true)),
            run::Resumed::Stopped(folder) => Err((folder, false)),
        })
    };
    let (done, interrupt) = attend(py, threads, progress, work)?;
    match done {
        Ok(Ok(done)) => end(py, &path, Ok(Some(done)), interrupt),
        Ok(Err((_, false))) => end(py, &path, Ok(None), interrupt),
        Ok(Err((folder, true))) => Ok((folder, true, String::new())),
        Err(cause) => end(py, &path, Err(cause), interrupt),
    }
}

/// What a guard that stopped the run in `out` says, and how to go on where that can be done.
fn guarded(out: &Path, tripped: &Tripped) -> String {
    let limit = tripped.limit();
    match limit.filter(|_| out.join(checkpoint::FILE).is_file()) {
        Some(limit) => format!(
            "{tripped}\n  help: `sharpwave.resume({:?}, set={{\"{limit}\": ...}})` goes on from the last checkpoint under another \
             limit",
            out.display().to_string()
        ),
        None => tripped.to_string(),
    }
}

/// What a run tells Python at its end.
fn end(
    py: Python<'_>,
    out: &Path,
    done: Result<Option<(run::Finished, String)>, ExperimentError>,
    interrupt: Option<PyErr>,
) -> PyResult<(PathBuf, bool, String)> {
    let shown = out.display();
    let kept = format!(
        "stopped early; `{shown}/run.h5` is readable up to where the run stood, and `sharpwave.resume({:?})` goes on \
         from there",
        shown.to_string()
    );
    match (done, interrupt) {
        (Err(cause), None) => Err(error::model(cause)),
        (Ok(Some((finished, summary))), None) => match finished.tripped {
            Some(tripped) => Err(error::GuardError::new_err(guarded(
                &finished.directory,
                &tripped,
            ))),
            None => Ok((finished.directory, finished.complete, summary)),
        },
        (Ok(None), None) => Ok((out.to_owned(), false, String::new())),
        (done, Some(interrupt)) => {
            let text = match done {
                // The signal came too late to stop anything, but it came.
                Ok(Some((finished, _))) if finished.complete => {
                    format!("the run in `{shown}` is complete")
                }
                Ok(_) => kept,
                Err(_) => "stopped early; nothing was written".into(),
            };
            if interrupt.is_instance_of::<PyKeyboardInterrupt>(py) {
                return Err(PyKeyboardInterrupt::new_err(text));
            }
            Err(interrupt)
        }
    }
}

fn check(model: &config::Model) -> Result<(serde_json::Value, Vec<String>), ExperimentError> {
    match model {
        config::Model::Network(model) => {
            let loaded = load::load(&model.network)?;
            let estimate = recurrent::estimate::estimate(model, &loaded.plan()?)?;
            let warnings = notice::of_network(model, &loaded, &recurrent::bouts(model));
            estimate.check_memory(model)?;
            Ok((json!(estimate), warnings))
        }
        config::Model::SleepReplay(model) => {
            let inputs = Inputs::read(model)?;
            let estimate = estimate::estimate(model, &inputs)?;
            let warnings = notice::of_nights(model, &inputs, &model.bouts()?);
            Ok((json!(estimate), warnings))
        }
        config::Model::Night(model) => {
            night::check_inputs(model)?;
            let estimate = night::Estimate::new(model)?;
            estimate.check_memory(model)?;
            Ok((json!(estimate), notice::of_dreams(model)))
        }
        config::Model::Foraging(model) => {
            foraging::check_memory(model)?;
            Ok((json!(foraging::Estimate::new(model)), Vec::new()))
        }
    }
}

/// The model files that come with the package: name and text.
#[pyfunction]
pub fn shipped(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    static MODELS: include_dir::Dir<'_> =
        include_dir::include_dir!("$CARGO_MANIFEST_DIR/../models");
    let found = PyDict::new(py);
    for file in MODELS.files() {
        let path = file.path();
        let is_model = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        if let (true, Some(name), Some(text)) = (is_model, path.file_stem(), file.contents_utf8()) {
            found.set_item(name.to_string_lossy(), text)?;
        }
    }
    Ok(found)
}

/// The files that those models read: path from the folder of the model files, and content.
#[pyfunction]
pub fn shipped_files(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    static STDP: include_dir::Dir<'_> =
        include_dir::include_dir!("$CARGO_MANIFEST_DIR/../stimuli/stdp");
    let found = PyDict::new(py);
    for file in STDP.files() {
        let name = file.path().to_string_lossy();
        found.set_item(
            format!("../stimuli/stdp/{name}"),
            PyBytes::new(py, file.contents()),
        )?;
    }
    Ok(found)
}

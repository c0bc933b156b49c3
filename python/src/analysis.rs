//! Measures of recordings, and pages about them.

use std::path::PathBuf;

use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use sharpwave::analysis::table::{Cells, Table};
use sharpwave::base::time::Time;
use sharpwave::experiment::analyse::{Request, analyse as measure};
use sharpwave::experiment::report as page;

use crate::attend::attend;
use crate::error;

/// Takes `measures` of `file`. Gives for each its name, its settings, and its tables, a table as its name and its columns:
/// name, unit, meaning, values.
#[pyfunction]
#[pyo3(signature = (
    file, measures, start_ms=None, stop_ms=None, bouts=vec![], populations=vec![], sets=vec![], seed=1, size=None, threads=None
))]
#[allow(clippy::too_many_arguments, reason = "Python names them")]
pub fn analyse<'py>(
    py: Python<'py>,
    file: PathBuf,
    measures: Vec<String>,
    start_ms: Option<f64>,
    stop_ms: Option<f64>,
    bouts: Vec<String>,
    populations: Vec<String>,
    sets: Vec<String>,
    seed: u64,
    size: Option<u32>,
    threads: Option<usize>,
) -> PyResult<Bound<'py, PyList>> {
    let request = Request {
        file,
        measures,
        from: instant("start_ms", start_ms)?,
        to: instant("stop_ms", stop_ms)?,
        bouts,
        populations,
        sets,
        seed,
        size,
    };
    let (analysis, interrupt) = attend(py, threads, None, |_| measure(&request))?;
    if let Some(interrupt) = interrupt {
        return Err(interrupt);
    }
    let results = PyList::empty(py);
    for outcome in analysis.map_err(error::recording)?.results {
        let settings = PyDict::new(py);
        for (key, value) in outcome.settings() {
            settings.set_item(key, value)?;
        }
        let name = outcome.measure.spec.name;
        let tables = PyList::empty(py);
        for table in outcome.tables {
            tables.append(columns(py, table)?)?;
        }
        results.append((name, settings, tables))?;
    }
    Ok(results)
}

fn instant(name: &str, ms: Option<f64>) -> PyResult<Option<Time>> {
    let time = ms.map(Time::from_ms).transpose();
    time.map_err(|cause| error::recording(format!("`{name}`: {cause}")))
}

fn columns(py: Python<'_>, table: Table) -> PyResult<(String, Bound<'_, PyList>)> {
    let columns = PyList::empty(py);
    for column in table.columns {
        let values = match column.cells {
            Cells::Number(values) => values.into_pyarray(py).into_any(),
            Cells::Count(values) => values.into_pyarray(py).into_any(),
            Cells::Text(values) => PyList::new(py, values)?.into_any(),
        };
        columns.append((column.name, column.unit, column.doc, values))?;
    }
    Ok((table.name, columns))
}

/// Writes a page about `runs` to the new file `out`.
#[pyfunction]
pub fn report(py: Python<'_>, runs: Vec<PathBuf>, out: PathBuf) -> PyResult<()> {
    // On threads of its own: those of a process do not come along when it is forked.
    let work = |_: &_| page::write(&runs, &page::Options::default(), &out);
    let (written, interrupt) = attend(py, None, None, work)?;
    match interrupt {
        Some(interrupt) => Err(interrupt),
        None => written.map_err(error::recording),
    }
}

//! A look at HDF5 files before they are read: by a Python that knows this module alone, and that can be ended where the HDF5
//! library comes to no end.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use sharpwave::record::ahead::scout;
use sharpwave::run::aside;

/// What that Python does: it loads the module at its first argument, which looks at the file at its second.
const SCRIPT: &str = "\
import sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location('_core', sys.argv[1])
module = module_from_spec(spec)
spec.loader.exec_module(module)
sys.exit(module.look_ahead(sys.argv[2]))
";

/// This module's name in the package.
const MODULE: &str = "sharpwave._core";

thread_local! {
    /// What asks the work of this thread to stop, where another thread attends to it.
    static STOP: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };

    /// The exception that a signal raised while a file was looked at in this thread.
    static INTERRUPT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Has every HDF5 file looked at from now on.
pub fn install() {
    scout::install(command, stopped);
    // A thread that works aside would ask Python otherwise, which may have come to its end by then.
    aside::let_inherit(|| {
        let stop = STOP.with_borrow(Clone::clone);
        Box::new(move || STOP.set(stop))
    });
}

/// The work of this thread stops when `stop` becomes true; signals are for another thread.
pub fn obey(stop: &Arc<AtomicBool>) {
    STOP.set(Some(stop.clone()));
}

/// The exception that kept a file of this thread from being read, if one did.
pub fn interrupt() -> Option<PyErr> {
    INTERRUPT.take()
}

/// Looks at the file `path`, and gives the code to exit with. For the process that is sent ahead.
#[pyfunction]
pub fn look_ahead(path: PathBuf) -> u8 {
    scout::look(&path).err().unwrap_or(0)
}

fn command(path: &Path) -> Option<Command> {
    let (program, module) = Python::attach(|py| program(py).cloned())?;
    let mut command = Command::new(program);
    // Neither the user's folder nor installed packages have a say.
    command.args(["-I", "-S", "-c", SCRIPT]);
    command.args([module.as_path(), path]);
    Some(command)
}

/// The interpreter and the file of this module; nothing within a program that only embeds Python.
fn program(py: Python<'_>) -> Option<&(PathBuf, PathBuf)> {
    static PROGRAM: PyOnceLock<Option<(PathBuf, PathBuf)>> = PyOnceLock::new();
    let of = |module: &str, name: &str| -> PyResult<PathBuf> {
        py.import(module)?.getattr(name)?.extract()
    };
    let find = || {
        let program = of("sys", "executable").ok()?;
        let name = program.file_name()?.to_str()?;
        let module = of(MODULE, "__file__").ok()?;
        name.starts_with("python").then_some((program, module))
    };
    PROGRAM.get_or_init(py, find).as_ref()
}

fn stopped() -> bool {
    if let Some(stop) = STOP.with_borrow(Clone::clone) {
        return stop.load(Ordering::Relaxed);
    }
    let raised = Python::attach(|py| py.check_signals().err());
    if raised.is_some() {
        INTERRUPT.set(raised);
    }
    INTERRUPT.with_borrow(Option::is_some)
}

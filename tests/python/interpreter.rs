//! The Python that tests read files with.

use std::path::{Path, PathBuf};
use std::process::Command;

/// `SHARPWAVE_PYTHON`, or the interpreter that `.ci/with-tools --python` makes; without either, a line that says that the
/// test does nothing.
///
/// # Panics
/// If `SHARPWAVE_PYTHON` is set and lacks what the tests import.
pub fn python() -> Option<PathBuf> {
    const PACKAGES: &str = "import h5py, libsonata, numpy, safetensors";
    if let Some(named) = std::env::var_os("SHARPWAVE_PYTHON") {
        let works = Command::new(&named).args(["-c", PACKAGES]).status();
        let named = PathBuf::from(named);
        assert!(
            works.is_ok_and(|status| status.success()),
            "SHARPWAVE_PYTHON is `{}`, which cannot `{PACKAGES}`",
            named.display()
        );
        return Some(named);
    }
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/sharpwave-python");
    if !installed.exists() {
        eprintln!(
            "skipped: no `{}`; `.ci/with-tools --python` makes it",
            installed.display()
        );
        return None;
    }
    Some(installed)
}

//! What is asked about an HDF5 file before it is opened to be read.
//!
//! There are files at which the HDF5 library loops for ever or falls, one changed byte may be enough, and a thread within
//! the library cannot be stopped. So a process of its own is sent ahead ([`scout`]), which walks the file
//! ([`probe::walk`](super::probe::walk)) and can be ended. Who uses this crate as a library says what program that is: without
//! [`install`] files are read at once.

pub mod scout;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

/// Whether a file can be read to its end: the reason if not.
type Ask = dyn Fn(&Path) -> Result<(), String> + Send + Sync;

static ASK: OnceLock<Box<Ask>> = OnceLock::new();

/// Has `ask` look at every HDF5 file before it is opened to be read. The first call of a process counts. One that is told to
/// stop refuses the file: whoever reads it must hear of the stop before that error counts.
pub fn install(ask: impl Fn(&Path) -> Result<(), String> + Send + Sync + 'static) {
    // A second one, in tests of one process, would ask the same.
    let _ = ASK.set(Box::new(ask));
}

/// Files that this process has written, in which nobody has changed a byte since.
static OWN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// From now on the file at `path` is read at once: this process has written it. So it can be read after a stop, too.
pub fn trust(path: &Path) {
    if let Ok(mut own) = OWN.lock() {
        own.insert(path.to_owned());
    }
}

/// Looks at the file at `path` if a way is installed.
pub(super) fn ask(path: &Path) -> Result<(), String> {
    if OWN.lock().is_ok_and(|own| own.contains(path)) {
        return Ok(());
    }
    ASK.get().map_or(Ok(()), |ask| ask(path))
}

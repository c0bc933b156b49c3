//! What a fork leaves behind: other threads do not come along, and what they held stays locked for ever.

use std::process::id;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use pyo3::prelude::*;

use crate::error::SharpwaveError;

/// The process that works here, 0 before any did, and how much is under way in it.
static OWNER: AtomicU32 = AtomicU32::new(0);
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Work that is under way as long as this lives.
pub struct Work(());

/// Begins to work.
///
/// # Errors
/// As [`check`].
pub fn begin() -> PyResult<Work> {
    check()?;
    OWNER.store(id(), Ordering::SeqCst);
    UNDER_WAY.fetch_add(1, Ordering::SeqCst);
    Ok(Work(()))
}

impl Drop for Work {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Says whether files and locks can be used.
///
/// # Errors
/// If this process was forked from one that was at work.
pub fn check() -> PyResult<()> {
    let is_foreign = OWNER.load(Ordering::SeqCst) != id();
    match is_foreign && UNDER_WAY.load(Ordering::SeqCst) > 0 {
        true => Err(forked(
            "this process was forked while Sharpwave was at work in it, and what that held stays locked here",
        )),
        false => Ok(()),
    }
}

/// Something that a fork has spoilt.
pub fn forked(what: &str) -> PyErr {
    let help = "start processes by multiprocessing.get_context(\"spawn\")";
    SharpwaveError::new_err(format!("{what}\n  help: {help}"))
}

//! How many threads a command works on.

use std::num::NonZeroUsize;

use super::failure::Failure;

/// Runs `work` on `threads` threads, or one per core.
pub(super) fn with<T: Send>(
    threads: Option<NonZeroUsize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, NonZeroUsize::get))
        .build()
        .map_err(|error| Failure::input(format!("`--threads`: cannot start threads: {error}")))?;
    Ok(pool.install(work))
}

//! How many threads a command works on.

use std::num::NonZeroUsize;

use super::failure::Failure;

/// More threads than any machine has cores for; the system may take minutes to start and stop far more.
const MOST: usize = 1024;

/// Runs `work` on `threads` threads, or one per core.
pub(super) fn with<T: Send>(
    threads: Option<NonZeroUsize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Failure> {
    if let Some(threads) = threads.filter(|threads| threads.get() > MOST) {
        return Err(Failure::input(format!(
            "`--threads` is {threads}, expected at most {MOST}"
        )));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, NonZeroUsize::get))
        .build()
        .map_err(|error| Failure::input(format!("`--threads`: cannot start threads: {error}")))?;
    Ok(pool.install(work))
}

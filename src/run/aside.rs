//! Work that nothing can interrupt: a file read whole, or by a library.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::base::stop::Stopped;
use crate::run::progress::Watch;

/// How often to look.
const OFTEN: Duration = Duration::from_millis(50);

/// Does `work` on a thread of its own until `watch` says to stop. Then the thread is left to itself: it ends with its work
/// or with the program, and what it comes to is dropped.
///
/// # Errors
/// If `watch` said to stop.
pub fn aside<T: Send + 'static>(
    watch: &dyn Watch,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    let (done, result) = channel();
    // Where nobody waits any more, nobody is told.
    let worker = thread::spawn(move || drop(done.send(work())));
    loop {
        match result.recv_timeout(OFTEN) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) if watch.stopped() => return Err(Stopped),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Ok(()) => return Err(Stopped),
                Err(panic) => std::panic::resume_unwind(panic),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::progress::{Progress, Silent};
    use std::time::Instant;

    struct Over;

    impl Watch for Over {
        fn show(&self, _: &Progress<'_>) {}
        fn stopped(&self) -> bool {
            true
        }
    }

    #[test]
    fn work_is_waited_for_unless_there_is_to_be_an_end() {
        assert_eq!(aside(&Silent, || 7), Ok(7));
        let began = Instant::now();
        let (_open, never) = channel::<()>();
        assert_eq!(aside(&Over, move || never.recv().is_ok()), Err(Stopped));
        assert!(began.elapsed() < Duration::from_secs(5));
        let panics = std::panic::catch_unwind(|| aside(&Silent, || panic!("a bug")));
        assert!(panics.is_err());
    }
}

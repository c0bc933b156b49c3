//! Work that nothing can interrupt: a file read whole, or by a library.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use crate::base::stop::Stopped;
use crate::run::progress::Watch;

/// How often to look.
const OFTEN: Duration = Duration::from_millis(50);

/// What a thread takes over from the one that it works for, made in that one and called in its own.
pub type Heritage = Box<dyn FnOnce() + Send>;

static HERITAGE: OnceLock<fn() -> Heritage> = OnceLock::new();

/// Lets every thread that works aside take over what `heritage` makes in the thread that it works for, such as what asks that one to
/// stop. The first call counts.
pub fn let_inherit(heritage: fn() -> Heritage) {
    let _ = HERITAGE.set(heritage);
}

/// Does `work` on a thread of its own until `watch` says to stop. Then the thread is left to itself: it ends with its work
/// or with the program, and what it comes to is dropped. Where there can be no more threads, nothing stops it.
///
/// # Errors
/// If `watch` said to stop; work may have heard of that first, and failed.
pub fn aside<T: Send + 'static, E: Send + 'static>(
    watch: &dyn Watch,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, Stopped> {
    let (done, result) = channel();
    // A thread that cannot be started takes what it was given with it.
    let work = Arc::new(Mutex::new(Some(work)));
    let theirs = Arc::clone(&work);
    let heritage = HERITAGE.get().map(|make| make());
    let worker = thread::Builder::new().spawn(move || {
        if let Some(take_over) = heritage {
            take_over();
        }
        if let Some(work) = take(&theirs) {
            // Where nobody waits any more, nobody is told.
            let _ = done.send(work());
        }
    });
    let Ok(worker) = worker else {
        return take(&work).map(|work| work()).ok_or(Stopped);
    };
    loop {
        match result.recv_timeout(OFTEN) {
            Ok(Err(_)) if watch.stopped() => return Err(Stopped),
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

/// Frees `value` on a thread of its own: gigabytes take longer than whoever asked for a stop should wait, and a program that
/// ends need not wait at all.
pub fn free<T: Send + 'static>(value: T) {
    // Where there can be no more threads, it is freed here.
    let _ = thread::Builder::new().spawn(move || drop(value));
}

fn take<F>(work: &Mutex<Option<F>>) -> Option<F> {
    // Nobody panics while holding it.
    work.lock().unwrap_or_else(|held| held.into_inner()).take()
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
        let seven = || Ok::<_, ()>(7);
        assert_eq!(aside(&Silent, seven), Ok(Ok(7)));
        assert_eq!(aside(&Over, seven), Ok(Ok(7)));
        let began = Instant::now();
        let (_open, never) = channel::<()>();
        assert_eq!(aside(&Over, move || never.recv()), Err(Stopped));
        assert!(began.elapsed() < Duration::from_secs(5));
        let panics = std::panic::catch_unwind(|| aside::<(), ()>(&Silent, || panic!("a bug")));
        assert!(panics.is_err());
    }

    #[test]
    fn work_that_heard_of_the_end_and_failed_counts_as_stopped() {
        let fails = || Err::<(), _>("stopped early");
        assert_eq!(aside(&Over, fails), Err(Stopped));
        assert_eq!(aside(&Silent, fails), Ok(Err("stopped early")));
    }
}

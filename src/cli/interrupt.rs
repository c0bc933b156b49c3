//! Ctrl-C and its relatives: the first asks the run to stop where its file is whole, the second ends it at once.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of a program that Ctrl-C ended: 128 + SIGINT.
const INTERRUPTED: c_int = 130;

static STOP: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    /// Ends the process with no more ado. `std::process::exit` would let the HDF5 library close its files while another
    /// thread is writing them.
    safe fn _exit(status: c_int) -> !;
}

/// Catches SIGINT, SIGTERM and SIGHUP; true in the returned flag asks the run to stop.
pub(super) fn install() -> &'static AtomicBool {
    // What was set before is only told on a change; a handler is set next.
    let ignored = handler::ignore(handler::SIGHUP);
    let installed = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            _exit(INTERRUPTED);
        }
        tracing::warn!("stopping where the run file is whole; once more to quit at once");
    });
    if let Err(error) = installed {
        tracing::warn!("signals are not caught, so Ctrl-C ends a run at once: {error}");
    }
    if ignored {
        handler::ignore(handler::SIGHUP);
    }
    &STOP
}

/// Becomes true when somebody asks to stop and signals are caught.
pub(super) fn flag() -> &'static AtomicBool {
    &STOP
}

/// Ends the process at once with exit code `code`, whatever other threads are at.
pub(super) fn end_at_once(code: u8) -> ! {
    _exit(code.into())
}

/// A write beyond the largest file that is allowed (`ulimit -f`) fails from now on, where a signal would end the program.
pub(super) fn let_writes_fail() {
    handler::ignore(handler::SIGXFSZ);
}

/// A run under `nohup` goes on when its terminal closes: SIGHUP ignored at the start stays so.
#[cfg(unix)]
mod handler {
    use std::ffi::c_int;

    /// The same number on every Unix.
    pub(super) const SIGHUP: c_int = 1;
    /// On BSDs and Linux, but for its MIPS.
    pub(super) const SIGXFSZ: c_int = 25;
    /// `SIG_IGN` of signal.h.
    const IGNORE: usize = 1;

    unsafe extern "C" {
        /// signal(2); safe with `IGNORE`, the only handler given to it here.
        safe fn signal(number: c_int, handler: usize) -> usize;
    }

    /// Ignores the signal `number`, and tells whether it was ignored before.
    pub(super) fn ignore(number: c_int) -> bool {
        signal(number, IGNORE) == IGNORE
    }
}

#[cfg(not(unix))]
mod handler {
    pub(super) const SIGHUP: std::ffi::c_int = 1;
    pub(super) const SIGXFSZ: std::ffi::c_int = 25;

    pub(super) fn ignore(_number: std::ffi::c_int) -> bool {
        false
    }
}

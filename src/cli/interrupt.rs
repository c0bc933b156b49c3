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
    let ignored = hang_up::ignored();
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
        hang_up::ignore();
    }
    &STOP
}

/// A run under `nohup` goes on when its terminal closes: SIGHUP ignored at the start stays so.
#[cfg(unix)]
mod hang_up {
    use std::ffi::c_int;

    /// The same number on every Unix.
    const SIGHUP: c_int = 1;
    /// `SIG_IGN` of signal.h.
    const IGNORE: usize = 1;

    unsafe extern "C" {
        /// signal(2); safe with `IGNORE`, the only handler given to it here.
        safe fn signal(number: c_int, handler: usize) -> usize;
    }

    pub(super) fn ignored() -> bool {
        // What was set before is only told on a change; the caller sets a handler next.
        signal(SIGHUP, IGNORE) == IGNORE
    }

    pub(super) fn ignore() {
        signal(SIGHUP, IGNORE);
    }
}

#[cfg(not(unix))]
mod hang_up {
    pub(super) fn ignored() -> bool {
        false
    }

    pub(super) fn ignore() {}
}

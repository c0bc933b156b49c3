//! Memory that the system refuses: an error that says so, in place of an abort.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::sync::OnceLock;

use super::argument::Command;
use super::failure;
use super::interrupt::end_at_once;

/// The system's allocator, but that a refusal ends the program with an error and the exit code of what a user can mend.
/// Files stay readable up to their last flush, as after a kill.
pub struct Allocator;

// SAFETY: every call goes to `System` with the arguments that came, and what it answers goes back unless it is null, in
// which case the call does not return. So what `System` keeps is kept. There is no other way on stable Rust to come between
// a refusal and the abort that follows it.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller of this promises.
        granted(unsafe { System.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller of this promises.
        granted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller of this promises.
        granted(unsafe { System.realloc(pointer, layout, size) }, size)
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller of this promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[inline]
fn granted(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() {
        refuse(size);
    }
    pointer
}

/// What can be done where the command that runs takes too much; nothing of some.
static ADVICE: OnceLock<&str> = OnceLock::new();

/// Remembers what can be done where `command` takes too much.
pub(super) fn advise(command: &Command) {
    let advice = match command {
        Command::Run(_) | Command::Resume(_) => {
            "`sharpwave check` shows what a model takes; a run that had begun goes on from its last checkpoint with `sharpwave \
             resume`"
        }
        Command::Check(_) | Command::Train(_) | Command::Sweep(_) => {
            "`sharpwave check` shows what a model takes"
        }
        Command::Analyse(_) => {
            "fewer populations (`--population`), a shorter time (`--bout`, `--from`, `--to`) or wider bins take less"
        }
        _ => return,
    };
    ADVICE.get_or_init(|| advice);
}

/// Says that `size` bytes were refused, without asking for any, and ends the program.
#[cold]
fn refuse(size: usize) -> ! {
    let mut text = [0_u8; 256];
    let mut rest = &mut text[..];
    // There is room for the longest number.
    let _ = writeln!(
        rest,
        "error: out of memory: the system refused {size} bytes"
    );
    if let Some(advice) = ADVICE.get() {
        let _ = writeln!(rest, "  help: {advice}");
    }
    let room = rest.len();
    let _ = std::io::stderr().write_all(&text[..text.len() - room]);
    end_at_once(failure::INPUT)
}

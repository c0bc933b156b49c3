//! The `sharpwave` program: a thin shell over [`sharpwave::cli`].

use std::process::ExitCode;

/// Memory that the system refuses is an error, not an abort.
#[global_allocator]
static ALLOCATOR: sharpwave::cli::Allocator = sharpwave::cli::Allocator;

fn main() -> ExitCode {
    sharpwave::cli::main()
}

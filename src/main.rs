//! The `sharpwave` program: a thin shell over [`sharpwave::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    sharpwave::cli::main()
}

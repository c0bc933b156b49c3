//! `completions`: scripts that complete commands and options in a shell.

use clap::CommandFactory;

use super::argument::Arguments;
use super::failure::Failure;
use super::shell::Shell;

/// Prints the script for `kind`.
pub(super) fn run(kind: clap_complete::Shell, shell: &Shell) -> Result<(), Failure> {
    // Into memory first: the generator panics on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(kind, &mut Arguments::command(), "sharpwave", &mut script);
    shell.print(|out| out.write_all(&script))
}

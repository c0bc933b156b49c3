//! What a run's memory is held down by.

use std::fmt;

/// What holds the memory of this program down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Memory of the machine that nobody uses.
    Machine,
    /// The control group in which the program runs.
    Group,
    /// The address space that the program may use.
    Addresses,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Machine => "free on this machine",
            Self::Group => "left to its control group",
            Self::Addresses => "left of its address space (`ulimit -v`)",
        })
    }
}

//! An end that is asked for from outside.
//!
//! Whatever takes long asks now and then, at least five times a second, and gives up what it was doing.

/// Whoever may ask for an end.
#[derive(Clone, Copy)]
pub struct Stop<'a>(&'a (dyn Fn() -> bool + Sync));

/// What was asked for has been stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped early")]
pub struct Stopped;

impl<'a> Stop<'a> {
    /// Nobody.
    pub const NEVER: Stop<'static> = Stop(&|| false);

    /// Whoever `asked` speaks for.
    pub fn new(asked: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self(asked)
    }

    /// Asks.
    ///
    /// # Errors
    /// If there is to be an end.
    pub fn ask(self) -> Result<(), Stopped> {
        match (self.0)() {
            true => Err(Stopped),
            false => Ok(()),
        }
    }
}

//! Whoever watches a network being built, and may ask for an end to that.

/// A watcher. It is asked from several threads, at least five times a second on each.
pub trait Watch: Sync {
    /// Whether to stop.
    fn stopped(&self) -> bool;

    /// Takes note that about `done` of about `total` synapses have been drawn.
    fn assembled(&self, done: u64, total: u64);
}

/// Watches nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn stopped(&self) -> bool {
        false
    }

    fn assembled(&self, _done: u64, _total: u64) {}
}

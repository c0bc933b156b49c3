//! `--max-wall`: a run that is stopped by the clock.

use std::time::{Duration, Instant};

use crate::run::progress::{Progress, Watch};

/// Watches a run and asks it to stop once its time is up, counted from here.
pub(super) struct Limited<W> {
    watcher: W,
    end: Option<Instant>,
}

impl<W: Watch> Limited<W> {
    /// `watcher`, with `most` time; a time that no clock holds is no limit.
    pub(super) fn new(watcher: W, most: Option<Duration>) -> Self {
        Self {
            watcher,
            end: most.and_then(|most| Instant::now().checked_add(most)),
        }
    }
}

impl<W: Watch> Watch for Limited<W> {
    fn show(&self, progress: &Progress<'_>) {
        self.watcher.show(progress);
    }

    fn stopped(&self) -> bool {
        self.watcher.stopped() || self.end.is_some_and(|end| Instant::now() >= end)
    }
}

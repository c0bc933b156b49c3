//! One bar per running seed.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::text::{self, Pace};
use crate::experiment::progress::Progress;

/// Parts of a whole bar, finer than its columns.
const PARTS: f64 = 1000.0;

/// The bars of the seeds that run.
pub(super) struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
    seeds: BTreeMap<u64, ProgressBar>,
}

impl Bars {
    pub(super) fn new(all: MultiProgress) -> Self {
        let style = ProgressStyle::with_template("seed {prefix} {bar:16} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸ ");
        Self {
            all,
            style,
            seeds: BTreeMap::new(),
        }
    }

    /// Draws where `seed` stands; its bar goes with its last event.
    pub(super) fn show(&mut self, seed: u64, progress: &Progress<'_>, pace: Option<Pace>) {
        if let Progress::Done { .. } = progress {
            if let Some(bar) = self.seeds.remove(&seed) {
                bar.finish_and_clear();
                self.all.remove(&bar);
            }
            return;
        }
        let bar = self.seeds.entry(seed).or_insert_with(|| {
            let bar = ProgressBar::new(PARTS as u64)
                .with_style(self.style.clone())
                .with_prefix(seed.to_string());
            self.all.add(bar)
        });
        if let Some(share) = share(progress) {
            bar.set_position((share * PARTS) as u64);
        }
        bar.set_message(text::sentence(progress, pace));
    }
}

/// How much of the present stage is done, 0 to 1; `None` where nothing is under way.
fn share(progress: &Progress<'_>) -> Option<f64> {
    match *progress {
        Progress::Training { epoch, epochs, .. } => Some(epoch as f64 / epochs.max(1) as f64),
        Progress::Sleeping {
            simulated, total, ..
        } => Some(simulated.as_ms() / total.as_ms().max(f64::MIN_POSITIVE)),
        Progress::Tested { .. } | Progress::Done { .. } => None,
    }
}

//! One bar per running seed.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::text::{self, Pace};
use crate::run::progress::Progress;

/// Parts of a whole bar, finer than its columns.
const PARTS: f64 = 1000.0;

/// The bars of the seeds that run.
pub(super) struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
    seeds: BTreeMap<u64, Seed>,
    /// That of a sweep, once a run of it is done.
    sweep: Option<ProgressBar>,
}

/// Two lines, short enough for 80 columns: the bar and the stage, below them what is known of its outcome.
struct Seed {
    bar: ProgressBar,
    outcome: String,
}

impl Bars {
    pub(super) fn new(all: MultiProgress) -> Self {
        let style = ProgressStyle::with_template("seed {prefix} {bar:12} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸ ");
        Self {
            all,
            style,
            seeds: BTreeMap::new(),
            sweep: None,
        }
    }

    /// Draws where `number` stands; its bar goes with its last event.
    pub(super) fn show(&mut self, number: u64, progress: &Progress<'_>, pace: Option<Pace>) {
        if let Progress::Done { .. } = progress {
            if let Some(seed) = self.seeds.remove(&number) {
                seed.bar.finish_and_clear();
                self.all.remove(&seed.bar);
            }
            return;
        }
        if let Progress::Swept { done, of, .. } = *progress {
            return self.sweep(done, of, text::stage(progress, None));
        }
        let seed = self.seeds.entry(number).or_insert_with(|| Seed {
            bar: self.all.add(
                ProgressBar::new(PARTS as u64)
                    .with_style(self.style.clone())
                    .with_prefix(number.to_string()),
            ),
            outcome: String::new(),
        });
        let stage = text::stage(progress, pace);
        let Some(share) = share(progress) else {
            // Stays below the bar until there is something newer to tell.
            seed.outcome = stage;
            return;
        };
        let outcome = text::activity(progress).unwrap_or_else(|| seed.outcome.clone());
        seed.bar.set_position((share * PARTS) as u64);
        seed.bar.set_message(format!("{stage}\n  {outcome}"));
    }

    /// Draws how many runs of a sweep are done; the bar goes with the last of them.
    fn sweep(&mut self, done: usize, of: usize, last: String) {
        let bar = self.sweep.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{bar:12} {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            self.all
                .add(ProgressBar::new(of as u64).with_style(style.progress_chars("━╸ ")))
        });
        bar.set_position(done as u64);
        bar.set_message(last);
        if done == of {
            bar.finish_and_clear();
        }
    }
}

/// How much of the present stage is done, 0 to 1; `None` where nothing is under way.
fn share(progress: &Progress<'_>) -> Option<f64> {
    match *progress {
        Progress::Building { done, total, .. } => Some(done as f64 / total.max(1) as f64),
        Progress::Training { share, .. } => Some(share),
        Progress::Foraging { aeon, aeons, .. } => Some(aeon as f64 / aeons.max(1) as f64),
        Progress::Running {
            simulated, total, ..
        } => Some(simulated.as_ms() / total.as_ms().max(f64::MIN_POSITIVE)),
        Progress::Swept { .. } | Progress::Tested { .. } | Progress::Done { .. } => None,
    }
}

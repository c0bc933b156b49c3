//! What an experiment is to the one way in which all are run, and what it comes to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::experiment::desk::Desk;
use crate::experiment::error::ExperimentError;
use crate::experiment::foraging::summary as foraging;
use crate::experiment::night::summary as night;
use crate::experiment::recurrent::summary as rates;
use crate::experiment::summary;
use crate::run::guard::Tripped;

/// The table of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Summary {
    /// Accuracies.
    SleepReplay(summary::Summary),
    /// Rates.
    Network(rates::Summary),
    /// Tests of agents.
    Foraging(foraging::Summary),
    /// Accuracies, beside what each knows.
    Night(night::Summary),
}

impl Summary {
    /// Fingerprint of the first seed's spikes; empty where there is none.
    pub fn fingerprint(&self) -> String {
        let all = match self {
            Self::SleepReplay(summary) => &summary.fingerprints,
            Self::Network(summary) => &summary.fingerprints,
            Self::Foraging(summary) => &summary.fingerprints,
            Self::Night(summary) => &summary.scores.fingerprints,
        };
        all.first().cloned().unwrap_or_default()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SleepReplay(summary) => summary.fmt(f),
            Self::Network(summary) => summary.fmt(f),
            Self::Foraging(summary) => summary.fmt(f),
            Self::Night(summary) => summary.fmt(f),
        }
    }
}

/// What the jobs of an experiment came to.
pub(super) struct Outcome {
    pub(super) summary: Summary,
    /// Whether all came to their ends.
    pub(super) complete: bool,
    /// Whether all ended, be it that a guard stopped them: nothing is left to go on with.
    pub(super) ended: bool,
    pub(super) tripped: Option<Tripped>,
}

/// An experiment whose inputs have been read and found right.
pub(super) trait Experiment {
    /// Other files that the model reads.
    fn files(&self) -> Vec<PathBuf>;

    /// Wall time between checkpoints.
    fn checkpoint_every(&self) -> Option<Duration>;

    /// Bytes of its run files, without spikes whose number is not known before.
    fn disk_bytes(&self, keep_seeds: bool) -> Result<f64, ExperimentError>;

    /// What it writes beside its run files, by path in its folder.
    fn products(&self) -> Vec<PathBuf>;

    /// Whether it wants a page about itself.
    fn is_reported(&self) -> bool;

    /// Runs it, from where its jobs last saved themselves. If it comes to its end it has written all that it leaves.
    fn run(&self, desk: &Desk<'_>) -> Result<Outcome, ExperimentError>;
}

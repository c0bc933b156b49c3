//! The experiment "a network runs", with every default resolved, every formula evaluated and every unit converted.
//!
//! Populations, projections and stimuli are in the order of their names; targets and recorded populations in the order
//! in which the model file lists them.

mod record;

use std::time;

use crate::base::time::Duration;
use crate::engine::simulation::Keep;
use crate::network::Network;

pub use crate::run::guard::Limits as Guard;
pub use record::{Instants, Record, Recorded, RecordedWeights, SampledStates, Selection};

/// Populations tied by projections, driven from outside, for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkModel {
    /// The network; names of its parts are of ASCII letters, digits, `_` and `-`, and ascending. Its seed fits an `i64`.
    pub network: Network,
    /// Repetitions, with seeds `seed`, `seed + 1`, …; at least 1, and the last seed fits an `i64`.
    pub seeds: u64,
    /// Bouts, end to end: at least one; names are unique.
    pub bouts: Vec<Bout>,
    /// What ends a run that has left all bounds.
    pub guard: Guard,
    /// Wall time between checkpoints, at least a millisecond and in whole microseconds; `None` for no checkpoints.
    pub checkpoint_every: Option<time::Duration>,
    /// What goes into the run file.
    pub record: Record,
    /// What is drawn after the run.
    pub figures: Figures,
}

/// An uninterrupted stretch of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bout {
    /// Name: also of the random streams that begin with it, but for the first.
    pub name: String,
    /// How long it lasts, above zero.
    pub duration: Duration,
    /// Names of the stimuli that are on, none twice, in the order of the network.
    pub stimuli: Vec<String>,
    /// What is kept of the network's state before it.
    pub keep: Keep,
}

/// Name of the one bout of a model file that has a `duration` and no bouts.
pub const RUN: &str = "run";

impl NetworkModel {
    /// How long all bouts last together.
    pub fn duration(&self) -> Duration {
        let ps = self.bouts.iter().map(|bout| bout.duration.ps());
        Duration::from_ps(ps.fold(0, i64::saturating_add))
    }

    /// Whether the bouts are what a `duration` alone stands for.
    pub fn is_one_run(&self) -> bool {
        let all = self.network.stimuli.iter().map(|stimulus| &stimulus.name);
        matches!(&self.bouts[..], [bout] if bout.name == RUN && bout.keep == Keep::All && bout.stimuli.iter().eq(all))
    }
}

/// What is drawn after the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Spikes over time.
    pub raster: Option<Raster>,
}

/// Spikes over time, a dot each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Names of the populations shown, from the top; at least one, all of them recorded, none twice.
    pub populations: Vec<String>,
    /// Start, 0 or more.
    pub from: Duration,
    /// End, above the start and at most the duration of the run.
    pub to: Duration,
    /// Neurons shown of each population at most, at least 1, or `None` for all of them.
    pub neurons: Option<u32>,
}

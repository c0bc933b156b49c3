//! What sees every spike of a run.

use super::act::Act;
use super::activity;
use super::guard::Guard;
use super::watched::Watched;
use crate::base::time::Time;
use crate::engine::Observer;
use crate::record::error::RecordError;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;

/// Who looks at spikes, and for what.
pub(super) struct Watchers<'a, A> {
    pub(super) file: Option<&'a mut RunFile>,
    pub(super) failed: Option<RecordError>,
    pub(super) guard: &'a mut Guard,
    pub(super) watched: &'a Watched,
    pub(super) act: &'a mut A,
}

impl<A: Act> Observer for Watchers<'_, A> {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        // A network that explodes fills neither disk nor memory.
        if !self.guard.spikes(population, t, nodes.len()) || self.failed.is_some() {
            return;
        }
        if let Some(file) = &mut self.file {
            let recorded = self.watched.populations[population].recorded.as_ref();
            self.failed = file
                .spikes(population, t, &activity::recorded(recorded, nodes))
                .err();
        }
        self.act.spikes(population, t, nodes);
    }

    fn has_enough(&self) -> bool {
        self.guard.has_tripped() || self.failed.is_some()
    }
}

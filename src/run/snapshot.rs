//! Snapshots of weights: which projections are looked at, and when.

use crate::base::time::Time;
use crate::engine::simulation::Simulation;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::error::RunError;
use crate::run::instant::{Cuts, Ends, Instants};

/// All snapshots of a run. One at T shows the weights after everything that happens at T.
#[derive(Debug, Clone, Default)]
pub struct Snapshots {
    /// Dense projections: their numbers in the run file, and their names.
    projections: Vec<(usize, String)>,
    /// The same of sparse ones that learn.
    learning: Vec<(usize, String)>,
    cuts: Cuts,
}

impl Snapshots {
    /// Snapshots at `instants` of a run, of dense projections given by their numbers in the run file
    /// and their names.
    pub fn new(projections: Vec<(usize, String)>, instants: Instants) -> Self {
        Self {
            projections,
            learning: Vec::new(),
            cuts: Cuts::new(instants),
        }
    }

    /// With these sparse projections that learn, given likewise.
    pub fn with_learning(mut self, projections: Vec<(usize, String)>) -> Self {
        self.learning = projections;
        self
    }

    /// Where a run that stands at `now` and `ends` there has to be cut for the next snapshot.
    pub fn next_cut(&self, now: Time, ends: Ends) -> Time {
        self.cuts.next(now, ends)
    }

    /// Takes the snapshots for which the run was cut now, which `ends` there.
    ///
    /// # Errors
    /// If the run file cannot be written, or there is no such projection.
    pub fn take(
        &self,
        engine: &Simulation,
        ends: Ends,
        file: &mut RunFile,
    ) -> Result<(), RunError> {
        for instant in self.cuts.due(engine.now(), ends) {
            let label = instant.to_string();
            for (recorded, projection) in &self.projections {
                let weights = engine.weights(projection)?;
                file.weights(*recorded, &label, instant, &weights)?;
            }
            for (recorded, projection) in &self.learning {
                let synapses = engine.synapses_of(projection)?;
                file.synapses(*recorded, &label, instant, synapses)?;
            }
        }
        Ok(())
    }
}

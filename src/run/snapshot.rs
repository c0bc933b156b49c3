//! Snapshots of weights: when to look at which projections.
//!
//! A snapshot at T shows the weights after everything that happens at T: the run goes on to the tick after T, or to its
//! end, which nothing happens at. When one is due follows from the clock alone.

use crate::base::time::{Duration, Time};
use crate::engine::simulation::Simulation;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::error::RunError;
use crate::run::instant::Instants;

/// All snapshots of a run.
#[derive(Debug, Clone, Default)]
pub struct Snapshots {
    /// Dense projections: their numbers in the run file, and their names.
    projections: Vec<(usize, String)>,
    /// The same of sparse ones that learn.
    learning: Vec<(usize, String)>,
    instants: Option<Instants>,
    /// End of the run.
    end: Time,
}

const TICK: Duration = Duration::from_ps(1);

impl Snapshots {
    /// Snapshots at `instants` of a run that ends at `end`, of dense projections given by their numbers in the run file
    /// and their names.
    pub fn new(projections: Vec<(usize, String)>, instants: Instants, end: Time) -> Self {
        Self {
            projections,
            learning: Vec::new(),
            instants: Some(instants),
            end,
        }
    }

    /// With these sparse projections that learn, given likewise.
    pub fn with_learning(mut self, projections: Vec<(usize, String)>) -> Self {
        self.learning = projections;
        self
    }

    /// Where a run that stands at `now`, in a bout that ends at `stop`, has to be cut for the next snapshot.
    pub fn next_cut(&self, now: Time, stop: Time) -> Time {
        let next = self.next(now, stop).filter(|_| now < stop);
        next.map_or(Time::MAX, |next| cut(next, stop))
    }

    /// Takes the snapshots for which the run was cut now, in a bout that ends at `stop`.
    ///
    /// # Errors
    /// If the run file cannot be written, or there is no such projection.
    pub fn take(
        &self,
        engine: &Simulation,
        stop: Time,
        file: &mut RunFile,
    ) -> Result<(), RunError> {
        let now = engine.now();
        // At the end there may be two: of the last tick and of the end.
        let mut due = self.next(Time::from_ps(now.ps() - TICK.ps()), stop);
        while let Some(instant) = due.filter(|&instant| cut(instant, stop) == now) {
            let label = instant.to_string();
            for (recorded, projection) in &self.projections {
                let weights = engine.weights(projection)?;
                file.weights(*recorded, &label, instant, &weights)?;
            }
            for (recorded, projection) in &self.learning {
                let synapses = engine.synapses_of(projection)?;
                file.synapses(*recorded, &label, instant, synapses)?;
            }
            let after = instant.checked_add(TICK);
            due = after.and_then(|after| self.next(after, stop));
        }
        Ok(())
    }

    /// The first instant at or after `from` that belongs to a bout that ends at `stop`: the border between two bouts is
    /// the later one's.
    fn next(&self, from: Time, stop: Time) -> Option<Time> {
        let next = self.instants.as_ref()?.first_from(from, self.end)?;
        (next < stop || next == stop && stop == self.end).then_some(next)
    }
}

fn cut(instant: Time, stop: Time) -> Time {
    let after = instant.checked_add(TICK);
    after.map_or(stop, |after| after.min(stop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_cut_a_tick_after_each_instant_and_at_its_end() {
        let stop = Time::from_ps(25);
        let every = Instants::Every(Duration::from_ps(10));
        let snapshots = Snapshots::new(vec![(0, "p".into())], every, stop);
        let mut now = Time::ZERO;
        let mut cuts = Vec::new();
        while now < stop {
            now = snapshots.next_cut(now, stop);
            cuts.push(now.ps());
        }
        assert_eq!(cuts, [1, 11, 21, 25]);
        // A run that stands at an instant has it still before it; one that is over has none.
        assert_eq!(snapshots.next_cut(Time::from_ps(10), stop).ps(), 11);
        assert_eq!(snapshots.next_cut(stop, stop), Time::MAX);
    }

    #[test]
    fn the_border_of_two_bouts_belongs_to_the_later() {
        let (border, end) = (Time::from_ps(20), Time::from_ps(30));
        let every = Instants::Every(Duration::from_ps(10));
        let snapshots = Snapshots::new(vec![(0, "p".into())], every, end);
        assert_eq!(snapshots.next_cut(Time::from_ps(11), border), Time::MAX);
        assert_eq!(snapshots.next_cut(border, end).ps(), 21);
        assert_eq!(snapshots.next_cut(Time::from_ps(21), end), end);
    }
}

//! Snapshots of weights: when to look at which dense projections.
//!
//! A snapshot at T shows the weights after everything that happens at T: the run goes on to the tick after T, or to its
//! end, which nothing happens at. When one is due follows from the clock alone.

use crate::base::time::{Duration, Time};
use crate::config::network::{Instants, NetworkModel};
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::network;
use crate::record::layout::Projection;
use crate::record::sink::Sink;

/// All snapshots of a run.
#[derive(Debug)]
pub struct Snapshots {
    /// Names of the dense projections, in the order of [`projections`].
    projections: Vec<String>,
    instants: Option<Instants>,
    stop: Time,
}

const TICK: Duration = Duration::from_ps(1);

impl Snapshots {
    /// What `model` asks for.
    pub fn new(model: &NetworkModel) -> Self {
        let weights = model.record.weights.as_ref();
        Self {
            projections: asked(model)
                .map(|projection| projection.name.clone())
                .collect(),
            instants: weights.map(|weights| weights.instants.clone()),
            stop: Time::ZERO + model.duration,
        }
    }

    /// Where a run that stands at `now` has to be cut for the next snapshot.
    pub fn next_cut(&self, now: Time) -> Time {
        let next = self.next(now).filter(|_| now < self.stop);
        next.map_or(Time::MAX, |next| self.cut(next))
    }

    /// Takes the snapshots for which the run was cut now.
    ///
    /// # Errors
    /// If the run file cannot be written, or there is no such projection.
    pub fn take(&self, engine: &Simulation, file: &mut dyn Sink) -> Result<(), ExperimentError> {
        let now = engine.now();
        // At the end there may be two: of the last tick and of the end.
        let mut due = self.next(Time::from_ps(now.ps() - TICK.ps()));
        while let Some(instant) = due.filter(|&instant| self.cut(instant) == now) {
            let label = instant.to_string();
            for (recorded, projection) in self.projections.iter().enumerate() {
                file.weights(recorded, &label, instant, &engine.weights(projection)?)?;
            }
            due = instant.checked_add(TICK).and_then(|after| self.next(after));
        }
        Ok(())
    }

    fn next(&self, from: Time) -> Option<Time> {
        self.instants.as_ref()?.first_from(from, self.stop)
    }

    fn cut(&self, instant: Time) -> Time {
        let after = instant.checked_add(TICK);
        after.map_or(self.stop, |after| after.min(self.stop))
    }
}

/// The projections whose weights are recorded.
fn asked(model: &NetworkModel) -> impl Iterator<Item = &network::Projection> {
    let weights = model.record.weights.iter();
    let names = weights.flat_map(|weights| &weights.projections);
    names.filter_map(|name| {
        let mut projections = model.network.projections.iter();
        projections.find(|projection| projection.name == *name)
    })
}

/// The projections of the run file, in the order of [`Snapshots`].
pub fn projections(model: &NetworkModel) -> Vec<Projection> {
    let size = |name: &str| {
        model
            .network
            .find(name)
            .map_or(0, |known| known.size as usize)
    };
    asked(model)
        .map(|dense| Projection {
            name: dense.name.clone(),
            n_target: dense.targets.iter().map(|target| size(target)).sum(),
            n_source: size(&dense.source),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_cut_a_tick_after_each_instant_and_at_its_end() {
        let snapshots = Snapshots {
            projections: vec!["p".into()],
            instants: Some(Instants::Every(Duration::from_ps(10))),
            stop: Time::from_ps(25),
        };
        let mut now = Time::ZERO;
        let mut cuts = Vec::new();
        while now < snapshots.stop {
            now = snapshots.next_cut(now);
            cuts.push(now.ps());
        }
        assert_eq!(cuts, [1, 11, 21, 25]);
        // A run that stands at an instant has it still before it; one that is over has none.
        assert_eq!(snapshots.next_cut(Time::from_ps(10)).ps(), 11);
        assert_eq!(snapshots.next_cut(snapshots.stop), Time::MAX);
    }
}

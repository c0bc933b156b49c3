//! A network that runs: one simulated bout, whose spikes are summed up.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::config::network::NetworkModel;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::build;
use crate::experiment::recurrent::summary::Seed;
use crate::protocol::hypnogram::Bout;
use crate::record::run_file::RunFile;
use crate::run::act::{Act, pack, unpack};
use crate::run::activity::{Activity, Raster, Sums};
use crate::run::error::ResumeError;
use crate::run::progress::Watch;
use crate::run::watched::Watched;

/// The network of one seed.
pub(super) struct Runner<'a> {
    model: &'a NetworkModel,
    /// The network, until it runs.
    built: Option<Simulation>,
    activity: Activity,
    /// When its bout ended, with how many spikes of each population.
    end: Option<(Time, Vec<u64>)>,
}

/// What a checkpoint holds of it.
#[derive(Serialize, Deserialize)]
struct State<S> {
    activity: S,
    end: Option<(Time, Vec<u64>)>,
}

impl<'a> Runner<'a> {
    /// The network of `model`, which may have been `built` already.
    pub(super) fn new(
        model: &'a NetworkModel,
        watched: &Watched,
        built: Option<Simulation>,
    ) -> Self {
        let raster = model.figures.raster.as_ref().map(|raster| Raster {
            populations: &raster.populations,
            neurons: raster.neurons,
            from: raster.from,
            to: raster.to,
        });
        Self {
            model,
            built,
            activity: Activity::new(&watched.populations, model.record.rates_bin, raster),
            end: None,
        }
    }

    /// What there is to tell of its seed; `live` is where its bout stands, if it has not ended.
    pub(super) fn into_seed(self, fingerprint: String, live: Option<(Time, Vec<u64>)>) -> Seed {
        let nothing = || (Time::ZERO, vec![0; self.model.network.populations.len()]);
        let (stop, counts) = self.end.or(live).unwrap_or_else(nothing);
        Seed {
            seed: self.model.network.seed,
            fingerprint,
            stop,
            counts,
            activity: self.activity,
        }
    }
}

impl Act for Runner<'_> {
    type Error = ExperimentError;

    fn build(&mut self, _: &Bout, watch: &dyn Watch) -> Result<Simulation, ExperimentError> {
        match self.built.take() {
            Some(built) => Ok(built),
            None => build(self.model, watch),
        }
    }

    fn begin(&mut self, _: &Bout, _: Option<&mut RunFile>) -> Result<(), ExperimentError> {
        Ok(())
    }

    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        self.activity.spikes(population, t, nodes);
    }

    fn end(
        &mut self,
        _: &Bout,
        simulation: Simulation,
        _: Option<&mut RunFile>,
    ) -> Result<(), ExperimentError> {
        self.end = Some((simulation.now(), simulation.counts().to_vec()));
        Ok(())
    }

    fn step(
        &mut self,
        _: &Bout,
        _: Option<&mut RunFile>,
        _: &dyn Watch,
    ) -> Result<ControlFlow<()>, ExperimentError> {
        Ok(ControlFlow::Break(()))
    }

    fn save(&self) -> Result<Vec<u8>, ResumeError> {
        pack(&State {
            activity: self.activity.sums(),
            end: self.end.clone(),
        })
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError> {
        let state: State<Vec<Sums>> = unpack(bytes)?;
        self.end = state.end;
        match self.activity.restore(state.activity) {
            true => Ok(()),
            false => Err(ResumeError::State("found other populations".into())),
        }
    }
}

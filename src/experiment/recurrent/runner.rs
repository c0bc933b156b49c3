//! A network that runs: bouts of one simulation, whose spikes are summed up.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::base::bytes;
use crate::base::time::Time;
use crate::config::network::NetworkModel;
use crate::engine::simulation::{self, Detection, Keep, Pulse, Simulation};
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::recurrent::bouts::Part;
use crate::experiment::recurrent::build::build;
use crate::experiment::recurrent::recall::{Heard, Listener};
use crate::experiment::recurrent::summary::Seed;
use crate::network::Network;
use crate::protocol::hypnogram::Bout;
use crate::record::run_file::RunFile;
use crate::run::act::{Act, pack, unpack};
use crate::run::activity::{Activity, Raster, Sums};
use crate::run::check_graph;
use crate::run::error::ResumeError;
use crate::run::progress::Watch;
use crate::run::watched::Watched;

/// The network of one seed.
pub(super) struct Runner<'a> {
    model: &'a NetworkModel,
    /// The network with the data of its files, if they have been read.
    loaded: Option<&'a Network>,
    /// The network as built, before its first bout.
    fresh: Option<Simulation>,
    /// The network between two bouts.
    between: Option<Simulation>,
    /// Its state there, in place of the network itself, where that has been read back.
    kept: Option<Between>,
    activity: Activity,
    /// When each of its bouts ended, with how many spikes of each population from the start of the run on.
    ends: Vec<(Time, Vec<u64>)>,
    /// What listens for sequences.
    listeners: Vec<Listener>,
}

/// A network between two bouts.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Between {
    /// Hash over the network as built, by which it is known again.
    graph: u128,
    #[serde(with = "bytes")]
    simulation: Vec<u8>,
}

/// What a checkpoint holds of it.
#[derive(Serialize, Deserialize)]
struct State<S, H> {
    activity: S,
    heard: Vec<H>,
    between: Option<Between>,
    ends: Vec<(Time, Vec<u64>)>,
}

impl<'a> Runner<'a> {
    /// The network of `model`, which may have been built already: then it is `fresh`; `loaded` has the data of its files.
    pub(super) fn new(
        model: &'a NetworkModel,
        watched: &Watched,
        fresh: Option<Simulation>,
        loaded: Option<&'a Network>,
    ) -> Self {
        let raster = model.figures.raster.as_ref().map(|raster| Raster {
            populations: &raster.populations,
            neurons: raster.neurons,
            from: raster.from,
            to: raster.to,
        });
        Self {
            model,
            loaded,
            fresh,
            between: None,
            kept: None,
            activity: Activity::new(&watched.populations, model.record.rates_bin, raster),
            ends: Vec::new(),
            listeners: model
                .recalls
                .iter()
                .map(|recall| Listener::new(recall, model))
                .collect(),
        }
    }

    /// What there is to tell of its seed; `live` is where its bout stands, if it has not ended.
    pub(super) fn into_seed(self, fingerprint: String, live: Option<(Time, Vec<u64>)>) -> Seed {
        let (mut stop, mut counts) = (Time::ZERO, vec![0; self.model.network.populations.len()]);
        let mut bouts = Vec::new();
        for (end, so_far) in self.ends.into_iter().chain(live) {
            if end > stop {
                let in_it = so_far.iter().zip(&counts).map(|(now, before)| now - before);
                bouts.push(Part {
                    start: stop,
                    stop: end,
                    counts: in_it.collect(),
                });
            }
            (stop, counts) = (end, so_far);
        }
        Seed {
            bouts,
            seed: self.model.network.seed,
            fingerprint,
            stop,
            counts,
            activity: self.activity,
            recalls: self
                .listeners
                .into_iter()
                .map(Listener::into_cues)
                .collect(),
        }
    }
}

impl Act for Runner<'_> {
    type Error = ExperimentError;

    fn build(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<Option<Simulation>, ExperimentError> {
        let number = self
            .model
            .bouts
            .iter()
            .position(|known| known.name == bout.name);
        let number = number.unwrap_or(0) as u64;
        let begin = |network: &mut Simulation| {
            network.begin(&simulation::Bout {
                number,
                name: bout.name.clone(),
                start: bout.start,
                keep: bout.keep,
                on: bout.on.clone(),
                regime: bout.regime.clone(),
            })
        };
        if let Some(mut network) = self.between.take() {
            begin(&mut network)?;
            return Ok(Some(network));
        }
        let mut network = match self.fresh.take() {
            Some(network) => network,
            None => match unless_stopped(build(self.model, self.loaded, watch))? {
                Some(network) => network,
                None => return Ok(None),
            },
        };
        match &self.kept {
            Some(Between { graph, simulation }) => {
                let seed = self.model.network.seed;
                let checked = check_graph(&network, *graph, watch, seed);
                if unless_stopped(checked.map_err(ExperimentError::from))?.is_none() {
                    return Ok(None);
                }
                let loaded = network.load(simulation);
                loaded.map_err(|error| ResumeError::State(error.to_string()))?;
                begin(&mut network)?;
                self.kept = None;
            }
            None if number == 0 => begin(&mut network)?,
            // The state within a later bout is about to be loaded, and what is on is part of it.
            None => {}
        }
        Ok(Some(network))
    }

    fn begin(&mut self, bout: &Bout, _: Option<&mut RunFile>) -> Result<(), ExperimentError> {
        if bout.keep == Keep::Weights {
            self.activity.begin_anew();
            self.listeners.iter_mut().for_each(Listener::begin_anew);
        }
        Ok(())
    }

    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        self.activity.spikes(population, t, nodes);
        for listener in &mut self.listeners {
            listener.spikes(population, t, nodes);
        }
    }

    fn stimulation(&mut self, now: Time, _: &[Detection], pulses: &[Pulse]) {
        for listener in &mut self.listeners {
            listener.pulses(pulses, now);
        }
    }

    fn end(
        &mut self,
        _: &Bout,
        simulation: Simulation,
        _: Option<&mut RunFile>,
    ) -> Result<(), ExperimentError> {
        let end = (simulation.now(), simulation.counts().to_vec());
        self.ends.push(end);
        self.between = Some(simulation);
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

    fn finish(&mut self) {
        self.between = None;
    }

    fn save(&self) -> Result<Vec<u8>, ResumeError> {
        // As built it is built again.
        let between = self.between.as_ref().map(|network| {
            let simulation = network.save();
            let simulation = simulation.map_err(|error| ResumeError::State(error.to_string()))?;
            let graph = network.graph_hash();
            Ok::<_, ResumeError>(Between { graph, simulation })
        });
        let between = between.transpose()?;
        pack(&State {
            activity: self.activity.sums(),
            heard: self.listeners.iter().map(Listener::heard).collect(),
            between: between.or_else(|| self.kept.clone()),
            ends: self.ends.clone(),
        })
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError> {
        let state: State<Vec<Sums>, Heard> = unpack(bytes)?;
        if state.heard.len() != self.listeners.len() {
            return Err(ResumeError::State("found other sequences".into()));
        }
        for (listener, heard) in self.listeners.iter_mut().zip(state.heard) {
            listener.restore(heard);
        }
        (self.ends, self.kept) = (state.ends, state.between);
        match self.activity.restore(state.activity) {
            true => Ok(()),
            false => Err(ResumeError::State("found other populations".into())),
        }
    }
}

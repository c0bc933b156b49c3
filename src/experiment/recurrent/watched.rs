//! What is watched of a network, as its model file asks.

use std::collections::BTreeSet;

use crate::base::parameter::complete;
use crate::config::network::NetworkModel;
use crate::network::{self, Learning, Projection};
use crate::record::layout::{self, SynapseTable};
use crate::record::weight_statistics::ObservedProjection;
use crate::run::population::Population;
use crate::run::sampling::{Probe, Probed, Sampling};
use crate::run::snapshot::Snapshots;
use crate::run::watched::Watched;
use crate::run::weight_statistics::{Observed, WeightWatch};
use crate::stimulus;

/// What is watched of a run of `model`.
pub(super) fn watched(model: &NetworkModel) -> Watched {
    let populations = model.network.populations.iter();
    let population = |population: &network::Population| Population {
        name: population.name.clone(),
        size: population.size,
        model: population.model,
        recorded: model.record.recorded(&population.name).cloned(),
    };
    let probes = model.record.states.iter().flat_map(|states| {
        let mut populations = model.network.populations.iter();
        let population = populations.position(|known| known.name == states.population);
        let variables = states.variables.iter();
        variables.filter_map(move |&(variable, _)| {
            Some(Probe {
                of: Probed::Neurons {
                    population: population?,
                    variable,
                    neurons: states.neurons.clone(),
                },
                every: states.every,
            })
        })
    });
    let levels = model.record.modulators.iter().flat_map(|&every| {
        let modulators = model.network.modulators.iter();
        modulators.map(move |modulator| Probe {
            of: Probed::Modulator(modulator.name.clone()),
            every,
        })
    });
    let snapshots = model.record.weights.as_ref().map(|weights| {
        let names = |dense: bool| {
            let asked = asked(model).filter(move |projection| projection.is_dense() == dense);
            asked.map(|projection| projection.name.clone()).enumerate()
        };
        Snapshots::new(names(true).collect(), weights.instants.clone())
            .with_learning(names(false).collect())
    });
    Watched {
        populations: populations.map(population).collect(),
        sampling: Sampling::new(probes.chain(levels).collect()),
        snapshots: snapshots.unwrap_or_default(),
        weights: weights(model),
        rewired: (learning(model, |_| 0).into_iter().enumerate())
            .filter(|(_, table)| table.is_rewired)
            .map(|(number, table)| (table.name, number))
            .collect(),
        triggers: triggers(model),
        pulsed: pulsed(model),
        limits: model.guard.clone(),
    }
}

/// Names of the triggers of `model`.
pub(super) fn triggers(model: &NetworkModel) -> Vec<String> {
    let triggers = model.network.triggers.iter();
    triggers.map(|trigger| trigger.name.clone()).collect()
}

/// Names of the stimuli of `model` that come in pulses.
pub(super) fn pulsed(model: &NetworkModel) -> Vec<String> {
    let stimuli = model.network.stimuli.iter();
    let pulsed = stimuli.filter(|stimulus| {
        stimulus::entry(stimulus.kind.spec.name).is_ok_and(|entry| entry.pulsed)
    });
    pulsed.map(|stimulus| stimulus.name.clone()).collect()
}

/// What is observed of the weights of `model`.
fn weights(model: &NetworkModel) -> WeightWatch {
    let Some(statistics) = &model.record.weight_statistics else {
        return WeightWatch::default();
    };
    let named = statistics.projections.iter().filter_map(|name| {
        let mut projections = model.network.projections.iter();
        projections.find(|projection| projection.name == *name)
    });
    let observed = named.map(|projection| Observed {
        projection: projection.name.clone(),
        is_dense: projection.is_dense(),
        largest: projection.plasticity.as_ref().and_then(largest),
        bins: statistics.bins,
        // Those that come and go cannot be followed by their number.
        tracked: match model.network.rewired().any(|name| *name == projection.name) {
            true => 0,
            false => statistics.tracked,
        },
        pairs: statistics.pairs.clone(),
    });
    WeightWatch::new(observed.collect(), statistics.instants.clone())
}

/// The largest strength under a rule, if it has one.
fn largest(Learning { rule, .. }: &Learning) -> Option<f64> {
    /// What rules call it.
    const LARGEST: &str = "w_max";
    rule.spec.parameter(LARGEST)?;
    let values = complete(rule.spec, &rule.values).ok()?;
    Some(values[LARGEST])
}

/// The projections of whose weights statistics are recorded, as the run file has them.
pub(super) fn observed(model: &NetworkModel) -> Vec<ObservedProjection> {
    let statistics = model.record.weight_statistics.iter();
    let named = statistics.flat_map(|statistics| {
        let names = statistics.projections.iter();
        names.map(|name| ObservedProjection {
            name: name.clone(),
            bins: statistics.bins as usize,
        })
    });
    named.collect()
}

/// The projections whose weights are recorded.
fn asked(model: &NetworkModel) -> impl Iterator<Item = &Projection> {
    let weights = model.record.weights.iter();
    let names = weights.flat_map(|weights| &weights.projections);
    names.filter_map(|name| {
        let mut projections = model.network.projections.iter();
        projections.find(|projection| projection.name == *name)
    })
}

/// The sparse projections whose synapses are recorded, each with as many as `count` says: first those that are asked for, then
/// the others whose synapses come and go.
pub(super) fn learning(model: &NetworkModel, count: impl Fn(&str) -> usize) -> Vec<SynapseTable> {
    let sparse = asked(model).filter(|projection| !projection.is_dense());
    let mut names: Vec<&String> = sparse.map(|projection| &projection.name).collect();
    let rewired: BTreeSet<&String> = model.network.rewired().collect();
    let others: Vec<&String> = rewired
        .iter()
        .copied()
        .filter(|name| !names.contains(name))
        .collect();
    names.extend(others);
    let table = |name: &String| SynapseTable {
        name: name.clone(),
        is_rewired: rewired.contains(name),
        about: count(name),
    };
    names.into_iter().map(table).collect()
}

/// The dense projections whose weights are recorded, as the run file has them.
pub(super) fn projections(model: &NetworkModel) -> Vec<layout::Projection> {
    let size = |name: &str| {
        model
            .network
            .find(name)
            .map_or(0, |known| known.size as usize)
    };
    asked(model)
        .filter(|projection| projection.is_dense())
        .map(|dense| layout::Projection {
            name: dense.name.clone(),
            n_target: dense.targets.iter().map(|target| size(target)).sum(),
            n_source: size(&dense.source),
        })
        .collect()
}

//! A network as it is declared: what is divided into lanes and run by windows.

use std::collections::BTreeMap;

use crate::base::distribution::Distribution;
use crate::base::parameter::Values;
use crate::base::time::Time;
use crate::connection::Plan;
use crate::network::dense::DenseProjection;

/// Populations, projections and noise.
#[derive(Debug, Clone)]
pub struct Recurrent {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Parts that advance side by side, each a block of neurons with a noise stream of its own and so part of the
    /// model; `None` for a number that fits the caches.
    pub lanes: Option<u32>,
    /// Populations, names unique.
    pub populations: Vec<Population>,
    /// Sparse projections, names unique.
    pub projections: Vec<Projection>,
    /// Dense projections, names unique.
    pub dense: Vec<DenseProjection>,
    /// External noise, names unique.
    pub noise: Vec<Noise>,
    /// Currents from outside, names unique.
    pub currents: Vec<Current>,
    /// Spikes from outside, names unique.
    pub spikes: Vec<SpikeInput>,
}

/// Neurons of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Name of the model.
    pub model: &'static str,
    /// Values of the parameters that all its neurons share.
    pub values: Values,
    /// Parameters that are drawn for each neuron, from a stream of its own; none of them is in `values`.
    pub each: BTreeMap<&'static str, Distribution>,
    /// Membrane potential at t = 0; `None` for neurons that begin at rest, and for sources, which have none.
    pub v_m: Option<Distribution>,
}

/// Synapses from one population onto others.
#[derive(Debug, Clone)]
pub struct Projection {
    /// Index of the source population.
    pub source: usize,
    /// Indices of the target populations, which the plan counts as one, in this order: a spike finds one row for all.
    pub targets: Vec<usize>,
    /// Name, and all that decides the synapses.
    pub plan: Plan,
}

/// A current into every neuron of some populations, constant between steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Name.
    pub name: String,
    /// Indices of the populations.
    pub targets: Vec<usize>,
    /// From when on, ascending, and how many picoamperes; nothing flows before the first step.
    pub steps: Vec<(Time, f64)>,
}

/// Given spikes onto the neurons of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeInput {
    /// Name.
    pub name: String,
    /// Index of the population.
    pub target: usize,
    /// What a spike adds.
    pub weight: f32,
    /// When, and onto which neuron, in order of time; not before t = 0.
    pub spikes: Vec<(Time, u32)>,
}

/// Independent Poisson input to every neuron of some populations.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise {
    /// Name.
    pub name: String,
    /// Indices of the populations.
    pub targets: Vec<usize>,
    /// Rate onto each neuron in hertz.
    pub rate_hz: f64,
    /// What an event adds.
    pub weight: f64,
}

impl Recurrent {
    /// Those of the populations at the indices `of` that share model, parameters and currents, in the order of their
    /// names: only neurons of one kind share a group. A row of a dense projection spans a group, so its target is a kind
    /// of its own.
    pub fn kinds(&self, of: &[usize]) -> Vec<Vec<usize>> {
        let mut by_name = of.to_vec();
        by_name.sort_by(|&a, &b| self.populations[a].name.cmp(&self.populations[b].name));
        let mut kinds: Vec<Vec<usize>> = Vec::new();
        for p in by_name {
            let same = |kind: &&mut Vec<usize>| self.alike(kind[0], p);
            match kinds.iter_mut().find(same) {
                Some(kind) => kind.push(p),
                None => kinds.push(vec![p]),
            }
        }
        kinds
    }

    /// Whether the neurons of two populations can share a lane.
    fn alike(&self, a: usize, b: usize) -> bool {
        let [one, other] = [a, b].map(|p| {
            let Population {
                name: _,
                size: _,
                model,
                values,
                each,
                v_m: _,
            } = &self.populations[p];
            (model, values, each)
        });
        let currents = |p: usize| {
            let into = move |current: &&Current| current.targets.contains(&p);
            self.currents
                .iter()
                .filter(into)
                .map(|current| &current.name)
        };
        let dense = |p: usize| self.dense.iter().any(|projection| projection.target == p);
        one == other && currents(a).eq(currents(b)) && !dense(a) && !dense(b)
    }
}

//! A recurrent network with delays, as it is declared: what is divided into lanes and run by windows.

use crate::base::distribution::Distribution;
use crate::base::parameter::Values;
use crate::network::rule::Plan;

/// Populations, projections and noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrent {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Parts that advance side by side, each a block of neurons with a noise stream of its own and so part of the
    /// model; `None` for a number that fits the caches.
    pub lanes: Option<u32>,
    /// Populations, names unique.
    pub populations: Vec<Population>,
    /// Projections, names unique.
    pub projections: Vec<Projection>,
    /// External noise, names unique.
    pub noise: Vec<Noise>,
}

/// Neurons of one model that share their parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Name of the model.
    pub model: &'static str,
    /// Values of its parameters.
    pub values: Values,
    /// Membrane potential at t = 0.
    pub v_m: Distribution,
}

/// Synapses from one population onto others.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Index of the source population.
    pub source: usize,
    /// Indices of the target populations, which the plan counts as one, in this order: a spike finds one row for all.
    pub targets: Vec<usize>,
    /// Name, and all that decides the synapses.
    pub plan: Plan,
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
    /// What an event adds to the potential.
    pub weight: f64,
}

impl Recurrent {
    /// Populations that share model and parameters, in the order of their names: only neurons of one kind share lanes.
    pub fn kinds(&self) -> Vec<Vec<usize>> {
        let mut by_name: Vec<usize> = (0..self.populations.len()).collect();
        by_name.sort_by(|&a, &b| self.populations[a].name.cmp(&self.populations[b].name));
        let mut kinds: Vec<Vec<usize>> = Vec::new();
        for p in by_name {
            let Population { model, values, .. } = &self.populations[p];
            let same = |kind: &&mut Vec<usize>| {
                let first = &self.populations[kind[0]];
                (first.model, &first.values) == (*model, values)
            };
            match kinds.iter_mut().find(same) {
                Some(kind) => kind.push(p),
                None => kinds.push(vec![p]),
            }
        }
        kinds
    }
}

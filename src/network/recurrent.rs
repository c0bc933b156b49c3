//! A recurrent network with delays, as it is declared: what is divided into lanes and run by windows.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::Values;
use crate::base::time::Duration;
use crate::network::rule::{Plan, Rule};

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
    /// Name.
    pub name: String,
    /// Index of the source population.
    pub source: usize,
    /// Indices of the target populations; the rule holds for each by itself.
    pub targets: Vec<usize>,
    /// Who is paired with whom.
    pub rule: Rule,
    /// Whether a neuron may have a synapse onto itself.
    pub autapses: bool,
    /// Whether a pair may have several synapses.
    pub multapses: bool,
    /// Weight of each synapse.
    pub weight: Distribution,
    /// Time from the soma to each synapse in milliseconds.
    pub axonal_delay_ms: Distribution,
    /// Time from the synapse to the target's soma in milliseconds.
    pub dendritic_delay_ms: Distribution,
    /// Grid of drawn delays.
    pub delay_resolution: Duration,
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

impl Projection {
    /// Delay from soma to soma, if it can be told: the sum of two constants, or the one part that is drawn.
    fn delay_ms(&self) -> Option<Distribution> {
        let (axonal, dendritic) = (self.axonal_delay_ms, self.dendritic_delay_ms);
        match (axonal.constant(), dendritic.constant()) {
            (Some(a), Some(d)) => Distribution::new(Shape::Constant(a + d)).ok(),
            (Some(0.0), None) => Some(dendritic),
            (None, Some(0.0)) => Some(axonal),
            _ => None,
        }
    }
}

/// One part of a projection's delay is drawn and the other is not zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "projection `{projection}`: `axonal_delay` or `dendritic_delay` is drawn and the other is not zero\n  help: where \
     one of them is drawn, make it the whole delay and the other \"0 ms\""
)]
pub struct TwoDelays {
    /// The projection.
    pub projection: String,
}

impl Recurrent {
    /// What decides the synapses, one plan or several per projection, with the target populations of each.
    ///
    /// Rules that count incoming synapses are the same for all targets together as for each by itself, so that a
    /// spike finds one row for all of them; other rules have a plan per target.
    ///
    /// # Errors
    /// If a delay has two parts and one of them is drawn.
    pub fn plans(&self) -> Result<Vec<(usize, Vec<usize>, Plan)>, TwoDelays> {
        let mut plans = Vec::new();
        for (p, projection) in self.projections.iter().enumerate() {
            if projection.rule.is_per_target_neuron() || projection.targets.len() == 1 {
                plans.push((
                    p,
                    projection.targets.clone(),
                    self.plan(projection, &projection.name, &projection.targets)?,
                ));
                continue;
            }
            for &target in &projection.targets {
                let name = format!("{}.{}", projection.name, self.populations[target].name);
                plans.push((p, vec![target], self.plan(projection, &name, &[target])?));
            }
        }
        Ok(plans)
    }

    fn plan(
        &self,
        projection: &Projection,
        name: &str,
        targets: &[usize],
    ) -> Result<Plan, TwoDelays> {
        let mut own = None;
        let mut n_target = 0;
        for &target in targets {
            if target == projection.source {
                own = Some(n_target);
            }
            n_target += self.populations[target].size;
        }
        let delay_ms = projection.delay_ms().ok_or_else(|| TwoDelays {
            projection: projection.name.clone(),
        })?;
        Ok(Plan {
            name: name.to_owned(),
            seed: self.seed,
            n_source: self.populations[projection.source].size,
            n_target,
            own,
            rule: projection.rule,
            autapses: projection.autapses,
            multapses: projection.multapses,
            weight: projection.weight,
            delay_ms,
            delay_resolution: projection.delay_resolution,
        })
    }

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

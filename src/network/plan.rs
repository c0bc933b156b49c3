//! A network whose names have become numbers and whose data are here: what is divided into lanes and run by windows.

pub mod dense;
mod within;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::base::parameter::Values;
use crate::base::time::{Duration, Time};
use crate::connection::Plan;
pub use crate::network::population::Population;
use crate::network::{ParameterPath, Part};
use crate::neuron;
use crate::plasticity::Kinetics;
use crate::plasticity::homeostasis::{self, ActsOn};
use crate::stimulus::wave::Waves;
use crate::stimulus::{Begin, Spike};
use crate::synapse::short_term::ShortTerm;
use dense::DenseProjection;
pub use within::Within;

/// Populations, projections and what drives them.
#[derive(Debug, Clone)]
pub struct NetworkPlan {
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
    /// Matrices that are read the other way, names unique.
    pub tied: Vec<Tied>,
    /// External noise, names unique.
    pub noise: Vec<Noise>,
    /// Currents from outside, names unique.
    pub currents: Vec<Current>,
    /// Spikes from outside, names unique.
    pub spikes: Vec<SpikeInput>,
    /// Modulators, names unique.
    pub modulators: Vec<Modulator>,
    /// Slow forces on weights, names unique.
    pub homeostasis: Vec<Homeostasis>,
    /// Numbers that will change while it runs.
    pub changing: BTreeSet<ParameterPath>,
    /// What sets off pulses, names unique.
    pub triggers: Vec<Trigger>,
    /// Of each stimulus that comes in pulses when it does.
    pub pulses: Vec<Pulses>,
    /// What else is to be known of what comes from outside.
    pub outside: Outside,
}

/// Oscillations, and stimuli that change as they go.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outside {
    /// Names of oscillations.
    pub names: Vec<String>,
    /// The oscillations, which begin at 0.
    pub waves: Waves,
    /// Which stimuli follow which.
    pub swings: Vec<Swings>,
    /// Values of stimuli that draw their spikes, of those that may change.
    pub drawn: Vec<Drawn>,
}

/// What a stimulus goes up and down with.
#[derive(Debug, Clone, PartialEq)]
pub struct Swings {
    /// Name of the stimulus.
    pub stimulus: String,
    /// Numbers of the oscillations.
    pub which: Vec<usize>,
    /// For how long a current stays as it is.
    pub step: Duration,
}

/// A stimulus that draws its spikes.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Name.
    pub stimulus: String,
    /// Name of its entry in the registry.
    pub kind: &'static str,
    /// Values of its parameters, complete.
    pub values: Values,
}

/// A detector or a clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Name.
    pub name: String,
    /// Name of its entry in the registry.
    pub kind: &'static str,
    /// Values of its parameters, complete.
    pub values: Values,
    /// Index of the population that a detector watches.
    pub population: Option<usize>,
    /// Name of the projection whose weights one watches.
    pub projection: Option<String>,
    /// From the instant at which it can know until it tells; zero of a clock.
    pub latency: Duration,
    /// For so long after something was found nothing else is.
    pub refractory: Duration,
}

/// When a stimulus comes in pulses.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulses {
    /// Name of the stimulus.
    pub stimulus: String,
    /// Index of its trigger, if it has one.
    pub trigger: Option<usize>,
    /// From when the trigger tells to the pulse.
    pub delay: Duration,
    /// With which probability a pulse is delivered.
    pub probability: f64,
    /// For so long after a pulse began there is no other.
    pub refractory: Duration,
    /// Whether nothing is delivered.
    pub sham: bool,
}

/// A force that changes weights or neurons at declared instants.
#[derive(Debug, Clone, PartialEq)]
pub struct Homeostasis {
    /// Name.
    pub name: String,
    /// Name of its entry in the registry.
    pub kind: &'static str,
    /// Values of its parameters.
    pub values: Values,
    /// Names of projections that learn.
    pub projections: Vec<String>,
    /// Indices of populations.
    pub populations: Vec<usize>,
    /// It acts at every multiple of this.
    pub every: Duration,
}

/// A substance that acts on learning.
#[derive(Debug, Clone, PartialEq)]
pub struct Modulator {
    /// Name.
    pub name: String,
    /// How it decays.
    pub kinetics: Kinetics,
    /// Indices of the populations whose spikes release it.
    pub sources: Vec<usize>,
    /// Names of the triggers that release it.
    pub triggers: Vec<String>,
    /// How much one releases.
    pub amount: f64,
    /// From a spike to the release.
    pub delay: Duration,
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
    /// The rule that changes the weights, or none.
    pub plasticity: Option<Plasticity>,
    /// How much of their weight synapses pass on, if it depends on use.
    pub short_term: Option<ShortTerm>,
}

/// A matrix that is read the other way.
#[derive(Debug, Clone, PartialEq)]
pub struct Tied {
    /// Name.
    pub name: String,
    /// Index of the dense projection that has the matrix.
    pub of: usize,
    /// Index of the population whose spikes arrive: the target of that.
    pub source: usize,
    /// Index of the population that they arrive at: the source of that.
    pub target: usize,
    /// Factor from weight to what an arrival adds.
    pub gain: f64,
    /// From a spike to its arrival, above zero.
    pub axonal_delay: Duration,
}

/// A plasticity rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Plasticity {
    /// Name of the rule.
    pub rule: &'static str,
    /// Values of its parameters.
    pub values: Values,
    /// Index of the modulator that acts on it.
    pub modulator: Option<usize>,
    /// Who teaches its targets.
    pub teacher: Option<Teacher>,
    /// For a rule without bounds: a weight above this, without sign, ends a run.
    pub limit: Option<f64>,
    /// Which synapses learn.
    pub within: Within,
}

/// A population of as many neurons as the targets, whose spikes teach one of these each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Teacher {
    /// Its index.
    pub population: usize,
    /// From one of its spikes to the instant at which that counts as if it were one of the target's, above zero.
    pub delay: Duration,
}

impl Plasticity {
    /// How the modulator of `network` behaves that acts on it, if one does.
    pub fn kinetics(&self, network: &NetworkPlan) -> Option<Kinetics> {
        let modulator = network.modulators.get(self.modulator?)?;
        Some(modulator.kinetics)
    }
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
    /// Whether its steps count from pulses, not from when it is switched on.
    pub pulsed: bool,
}

/// Spikes onto the neurons of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeInput {
    /// Name.
    pub name: String,
    /// Index of the population.
    pub target: usize,
    /// What a spike adds.
    pub weight: f64,
    /// When, and onto which neuron.
    pub spikes: SpikeSource,
}

/// Where spikes from outside come from.
#[derive(Clone)]
pub enum SpikeSource {
    /// They are these, in order of time, counted from when the stimulus is switched on.
    List(Arc<[Spike]>),
    /// They come as time goes by.
    Drawn(Arc<Begin>),
}

impl SpikeSource {
    /// Spikes that it holds.
    pub fn held(&self) -> usize {
        match self {
            Self::List(spikes) => spikes.len(),
            Self::Drawn(_) => 0,
        }
    }
}

impl PartialEq for SpikeSource {
    /// Two that are drawn are equal if they are one.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Drawn(a), Self::Drawn(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl fmt::Debug for SpikeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(spikes) => write!(f, "List({})", spikes.len()),
            Self::Drawn(_) => write!(f, "Drawn"),
        }
    }
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

impl NetworkPlan {
    /// Whether synapses of the projection called `name` come and go.
    pub fn is_rewired(&self, name: &str) -> bool {
        let mut forces = self.homeostasis.iter();
        forces.any(|force| {
            let rewires = homeostasis::acts_on(force.kind) == Some(ActsOn::Wiring);
            rewires && force.projections.iter().any(|own| own == name)
        })
    }

    /// Whether a force acts on the neurons of the population at index `p`.
    pub fn is_adapted(&self, p: usize) -> bool {
        let mut forces = self.homeostasis.iter();
        forces.any(|force| force.populations.contains(&p))
    }

    /// Whether numbers of the part called `name` change while the network runs.
    pub fn is_changing(&self, part: Part, name: &str) -> bool {
        let mut changing = self.changing.iter();
        changing.any(|path| path.part == part && path.name == name)
    }

    /// Those of the populations at the indices `of` that share model, parameters and currents, in the order of their
    /// names: only neurons of one kind share a group. A row of a dense projection spans a group, so its target is a kind
    /// of its own; and so is one that changes.
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
                v_m: _,
                positions: _,
            } = &self.populations[p];
            (*model, values)
        });
        let currents = |p: usize| {
            let into = move |current: &&Current| current.targets.contains(&p);
            self.currents
                .iter()
                .filter(into)
                .map(|current| &current.name)
        };
        let alone = |p: usize| {
            let changes = self.is_changing(Part::Population, &self.populations[p].name);
            changes
                || self.is_adapted(p)
                || self.tied.iter().any(|tied| tied.target == p)
                || self.dense.iter().any(|projection| projection.target == p)
        };
        let go_together = one == other || differ_in_levels(one, other);
        go_together && currents(a).eq(currents(b)) && !alone(a) && !alone(b)
    }
}

/// Whether neurons of these models and values that are shared by each population differ in nothing but what each may have of its
/// own at no cost.
fn differ_in_levels((model, one): (&str, &Values), (other_model, other): (&str, &Values)) -> bool {
    let Ok(known) = neuron::model(model) else {
        return false;
    };
    let is_shared = |values: &Values| values.individual().next().is_none();
    let decides = |name: &&str| !known.levels.contains(name);
    let mut names = known.spec.parameters.iter().map(|known| known.name);
    model == other_model
        && is_shared(one)
        && is_shared(other)
        && names.all(|name| !decides(&name) || one.get(name) == other.get(name))
}

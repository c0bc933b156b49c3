//! The experiment "a network runs", with every default resolved, every formula evaluated and every unit converted.
//!
//! Populations, projections and stimuli are in the order of their names; targets and recorded populations in the order
//! in which the model file lists them.

mod dense;
mod record;
mod stimulus;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time;

use crate::base::distribution::Distribution;
use crate::base::parameter::{Dimension, Spec, Values};
use crate::base::time::Duration;
use crate::connection::{self, Delay, Edges, Plan, Space};
use crate::neuron;

pub use dense::{DenseProjection, Plasticity};
pub use record::{Instants, Record, Recorded, RecordedWeights, SampledStates, Selection};
pub use stimulus::{Current, Poisson, SpikeFile, Stimulus};

/// Populations tied by projections, driven from outside, for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkModel {
    /// Seed of everything that is drawn: connectivity, weights, delays, initial states, stimuli. Fits an `i64`.
    pub seed: u64,
    /// How long it runs, above zero.
    pub duration: Duration,
    /// Parts of the network that advance side by side, at least 1 and at most one per neuron; `None` leaves the choice
    /// to the engine. Each draws its noise from a stream of its own, so their number is part of the model, unlike the
    /// number of threads.
    pub lanes: Option<u32>,
    /// What ends a run that has left all bounds.
    pub guard: Guard,
    /// Wall time between checkpoints, at least a millisecond and in whole microseconds; `None` for no checkpoints.
    pub checkpoint_every: Option<time::Duration>,
    /// At least one; names are unique, of ASCII letters, digits, `_` and `-`, and ascending.
    pub populations: Vec<Population>,
    /// Names as in populations.
    pub projections: Vec<Projection>,
    /// Projections with the weights of a trained network; no name is also among `projections`.
    pub dense: Vec<DenseProjection>,
    /// Names as in populations.
    pub stimuli: Vec<Stimulus>,
    /// What goes into the run file.
    pub record: Record,
    /// What is drawn after the run.
    pub figures: Figures,
}

/// Mean rates of the neurons of a population that end a run when they are passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// Highest rate in hertz, above zero; `None` for no limit.
    pub max_rate_hz: Option<f64>,
    /// Lowest rate in hertz, above zero and below the highest; `None` for no limit.
    pub min_rate_hz: Option<f64>,
    /// Rates are taken over one such span after the other, above zero.
    pub window: Duration,
}

/// Neurons of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name, unique among populations.
    pub name: String,
    /// Neurons, 1 to 2³¹.
    pub size: u32,
    /// The neuron model.
    pub model: &'static Spec,
    /// Parameters that all neurons share, in range and in held units; consistent where `each` is empty.
    pub values: Values,
    /// The other parameters: drawn for each neuron, never constant, in held units. No draw can leave their range.
    pub each: BTreeMap<&'static str, Distribution>,
    /// Where its neurons start.
    pub initial: Initial,
}

/// States at the start of a run, drawn for each neuron.
#[derive(Debug, Clone, PartialEq)]
pub struct Initial {
    /// Membrane potential in millivolts; the resting potential where the model file is silent. Constants and the
    /// upper bound of a uniform distribution are at most the threshold that all neurons share. `None` where the model
    /// has no potential, and where each neuron starts at a resting potential of its own.
    pub v_m: Option<Distribution>,
}

/// An entry of a registry, with values for its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The entry.
    pub spec: &'static Spec,
    /// Values of its parameters, in held units and in range.
    pub values: Values,
}

/// Where the synapses of a projection come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    /// A rule makes them.
    Rule(Choice),
    /// They are read from a file, `rule = "from_file"`.
    File(EdgeFile),
}

/// A file that lists synapses, SONATA HDF5 or CSV. It counts sources within the source population, and targets over the
/// target populations one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// Name of the edge population in an HDF5 file, or `None` for the only one.
    pub population: Option<String>,
}

/// Synapses from one population onto others, made by one rule for all targets together.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Name, unique among projections.
    pub name: String,
    /// Name of the source population.
    pub source: String,
    /// Names of the target populations, at least one, none twice. The rule takes them for one population: their
    /// neurons one after the other.
    pub targets: Vec<String>,
    /// Who is connected with whom.
    pub connection: Connection,
    /// Whether a neuron may be connected with itself; true where a file says who is.
    pub autapses: bool,
    /// Weight of each synapse in the held unit of the targets' [`NetworkModel::weight`]; `None` for the weights of the
    /// file, which stand back where the model file gives `weight`.
    pub weight: Option<Distribution>,
    /// Time from the soma to the synapse in milliseconds, never negative. `None` for the delays of the file, which
    /// stand back where the model file gives `axonal_delay` or `dendritic_delay`.
    pub axonal_delay_ms: Option<Distribution>,
    /// Time from the synapse to the target's soma in milliseconds, never negative; 0 where the file has the delays.
    pub dendritic_delay_ms: Distribution,
    /// Drawn delays are rounded to a multiple of this, above zero.
    pub delay_resolution: Duration,
}

impl NetworkModel {
    /// The population called `name`.
    pub fn population(&self, name: &str) -> Option<&Population> {
        self.populations
            .iter()
            .find(|population| population.name == name)
    }

    /// What weights onto the populations `targets` are measured in; all of one model file agree.
    pub fn weight(&self, targets: &[String]) -> Dimension {
        let of = |name: &String| {
            neuron::model(self.population(name)?.model.name)
                .ok()?
                .weight
        };
        targets.iter().find_map(of).unwrap_or(Dimension::One)
    }

    /// What decides the synapses of `projection`, one of this model's; `edges` are those of its file, if it has one.
    pub fn plan(&self, projection: &Projection, edges: Option<&Arc<Edges>>) -> Option<Plan> {
        let size = |name: &str| Some(self.population(name)?.size);
        projection.plan(self.seed, &size, edges)
    }

    /// Numbers of sources and of targets of `projection`, one of this model's.
    pub fn sizes(&self, projection: &Projection) -> Option<(u32, u32)> {
        let size = |name: &str| Some(self.population(name)?.size);
        let (n_target, _) = projection.targets(&size)?;
        Some((size(&projection.source)?, n_target))
    }
}

impl Projection {
    /// What decides its synapses, where `size` tells the sizes of populations and `edges` are those of its file; `None`
    /// if a population is unknown, the targets are more than 32 bits count, edges are missing, or the
    /// rule's values contradict each other.
    pub(super) fn plan(
        &self,
        seed: u64,
        size: &dyn Fn(&str) -> Option<u32>,
        edges: Option<&Arc<Edges>>,
    ) -> Option<Plan> {
        let (n_target, own) = self.targets(size)?;
        Some(Plan {
            name: self.name.clone(),
            seed,
            space: Space {
                n_source: size(&self.source)?,
                n_target,
                own,
                autapses: self.autapses,
            },
            rule: match &self.connection {
                Connection::Rule(Choice { spec, values }) => {
                    connection::build(spec.name, values).ok()?
                }
                Connection::File(_) => connection::listed(Arc::clone(edges?)),
            },
            weight: self.weight,
            delay: self.axonal_delay_ms.map(|axonal| Delay {
                axonal,
                dendritic: self.dendritic_delay_ms,
            }),
            delay_resolution: self.delay_resolution,
        })
    }

    /// How many targets there are, and where among them the source population begins.
    fn targets(&self, size: &dyn Fn(&str) -> Option<u32>) -> Option<(u32, Option<u32>)> {
        let (mut n_target, mut own) = (0_u32, None);
        for target in &self.targets {
            if *target == self.source {
                own = Some(n_target);
            }
            n_target = n_target.checked_add(size(target)?)?;
        }
        Some((n_target, own))
    }
}

/// What is drawn after the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Spikes over time.
    pub raster: Option<Raster>,
}

/// Spikes over time, a dot each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Names of the populations shown, from the top; at least one, all of them recorded, none twice.
    pub populations: Vec<String>,
    /// Start, 0 or more.
    pub from: Duration,
    /// End, above the start and at most the duration of the run.
    pub to: Duration,
    /// Neurons shown of each population at most, at least 1, or `None` for all of them.
    pub neurons: Option<u32>,
}

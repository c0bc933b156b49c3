//! What a run file will hold, in plain data: everything in it is created before the run starts, because nothing can
//! be added to a file that is being written in single-writer-multiple-reader mode.

use std::sync::Arc;

use super::weight_statistics::ObservedProjection;
use crate::base::time::Duration;
use crate::position::Points;

/// The contents of a run file, fixed before the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Seed of the run that the file holds in full.
    pub seed: u64,
    /// The resolved model file (TOML).
    pub resolved: String,
    /// The model file as typed.
    pub source: String,
    /// What was given beside it in place of its values, `key=value`, in order.
    pub overrides: Vec<String>,
    /// What the run warned of before it began.
    pub warnings: Vec<String>,
    /// What the images of the data set are known again by, if there are any.
    pub data: Option<String>,
    /// Label of each task, in order.
    pub tasks: Vec<String>,
    /// Every population of the network, in the order of the indices given to [`Sink::spikes`](super::sink::Sink).
    pub populations: Vec<Population>,
    /// Whether scores of images held out for validation stand beside those of test images.
    pub is_validated: bool,
    /// Whether scores of training images do.
    pub scores_training: bool,
    /// Populations of which it is known where they lie, or whose neurons have values of their own.
    pub nodes: Vec<Nodes>,
    /// Projections whose weights are recorded, in the order of the indices given to
    /// [`Sink::weights`](super::sink::Sink).
    pub projections: Vec<Projection>,
    /// Sparse projections whose synapses are recorded, in the order of the indices given to
    /// [`Sink::synapses`](super::sink::Sink) and [`Sink::edits`](super::sink::Sink).
    pub synapses: Vec<SynapseTable>,
    /// Triggers, in the order of the indices given to [`Sink::detection`](super::sink::Sink::detection).
    pub triggers: Vec<String>,
    /// Stimuli that come in pulses, in the order of the indices given to [`Sink::pulse`](super::sink::Sink::pulse).
    pub pulsed: Vec<String>,
    /// Projections of whose weights statistics are recorded, in the order of the indices given to
    /// [`Sink::weight_statistics`](super::sink::Sink).
    pub observed: Vec<ObservedProjection>,
    /// Whether weights are compressed (gzip, bytes shuffled), which every HDF5 library reads; spikes never are.
    pub compress_weights: bool,
    /// States that are sampled, in the order of the indices given to
    /// [`Sink::frame`](super::sink::Sink::frame).
    pub reports: Vec<Report>,
}

impl Layout {
    /// Whether there is a table of scores: where there are tasks.
    pub(super) fn is_scored(&self) -> bool {
        !self.tasks.is_empty()
    }
}

/// Sparse synapses that are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynapseTable {
    /// Name of the projection, also of its group in `/synapses`.
    pub name: String,
    /// Whether synapses come and go: then each snapshot lists its own, and what came and went stands beside them.
    pub is_rewired: bool,
    /// About how many there are: pieces of the file are made to hold whole snapshots of so many.
    pub about: usize,
}

/// A population as the run file sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Name, also of its group in `/spikes`.
    pub name: String,
    /// Number of neurons.
    pub size: usize,
    /// How many of its neurons' spikes are recorded.
    pub recorded: usize,
}

/// What the neurons of a population have of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Nodes {
    /// Name of the population.
    pub population: String,
    /// How many they are.
    pub size: usize,
    /// Where each lies, if that is known.
    pub points: Option<Arc<Points>>,
    /// Parameters of which each has its own value.
    pub own: Vec<OwnValues>,
}

/// A parameter of which each neuron has its own value.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnValues {
    /// Its name.
    pub parameter: &'static str,
    /// The unit of the values.
    pub unit: &'static str,
    /// One for each neuron.
    pub values: Vec<f64>,
}

/// A dense projection whose weights are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// Name, also of its group in `/weights`.
    pub name: String,
    /// Neurons of the target population: rows of a snapshot.
    pub n_target: usize,
    /// Neurons of the source population: columns of a snapshot.
    pub n_source: usize,
}

/// One variable of some neurons of a population, sampled at 0, one interval, two intervals, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Name of its group in `/report`: the population's, or one that begins with it.
    pub name: String,
    /// The variable, as an attribute of the values.
    pub variable: String,
    /// Its unit, `""` for bare numbers.
    pub unit: String,
    /// The neurons, at least one: columns of a frame.
    pub nodes: Vec<u32>,
    /// Interval between two frames, above zero.
    pub every: Duration,
}

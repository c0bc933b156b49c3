//! Synapses from one population onto others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::distribution::Distribution;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::connection::{self, Connect, EdgeColumns, EdgeList, Edges};

pub use crate::connection::Delay;
use crate::synapse::dense::Dense;

/// Endings of files that hold the weights of a trained network.
pub const WEIGHT_ENDINGS: [&str; 10] = [
    "safetensors",
    "npz",
    "pt",
    "pth",
    "mat",
    "keras",
    "h5",
    "hdf5",
    "onnx",
    "nir",
];

/// Takes the weights of a layer of a trained network.
pub static WEIGHTS: Spec = Spec {
    name: "weights",
    summary: "Every source to every target, with the weights of a layer of a trained network.",
    equations: "",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(&WEIGHT_ENDINGS),
            "the weights, such as \"mlp.npz\"",
        ),
        ParameterSpec::new(
            "bias",
            Kind::Word(&["drop"]),
            "leaves biases in the file out",
        )
        .or(Default::Absent("refused")),
        ParameterSpec::new(
            "layer",
            Kind::Count {
                least: 1,
                most: u32::MAX as u64,
            },
            "which layer of the file, 1 for the first",
        ),
        ParameterSpec::quantity(
            "gain",
            Dimension::Weight,
            Range::Finite,
            "what a weight of 1 adds, in the unit of the target's weights; bounds and weights of rules and forces are those of the matrix, before it",
        ),
    ],
    source: "",
};

/// Reads the matrix of another projection the other way.
pub static TIED: Spec = Spec {
    name: "tied",
    summary: "The synapses of another projection the other way: spikes of its targets reach its sources through the one matrix, which \
              learns by its own rule alone.",
    equations: "a spike of j at t adds gain * w_ij to every i at t + axonal_delay, w_ij from i to j as it is right before that instant on the clock of i's soma",
    parameters: &[
        ParameterSpec::new(
            "of",
            Kind::Text,
            "the projection with `rule = \"weights\"` that has the matrix: from this one's target to this one's source",
        ),
        ParameterSpec::quantity(
            "gain",
            Dimension::Weight,
            Range::Finite,
            "what a weight of 1 adds, in the unit of the target's weights",
        ),
    ],
    source: "",
};

/// Every way of connecting as users see it: the connection rules, and those that take a weight for every pair.
pub fn rules() -> Vec<&'static Spec> {
    let mut rules = connection::specs();
    rules.extend([&WEIGHTS, &TIED]);
    rules
}

/// An entry of a registry, with values for its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The entry.
    pub spec: &'static Spec,
    /// Values of its parameters, in held units; those that are missing take their defaults.
    pub values: Values,
}

/// What changes the weights of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// The plasticity rule.
    pub rule: Choice,
    /// Name of the modulator that acts on it, if one does.
    pub modulator: Option<String>,
    /// Name of the population whose neurons teach one target each, of a rule that has a teacher.
    pub teacher: Option<String>,
    /// A weight above this, without sign, ends a run; `None` for the largest number there is. For rules without bounds.
    pub max_weight: Option<f64>,
    /// Neurons that store memory: synapses from these sources onto these targets learn, all others are static. Ascending, none
    /// twice, targets counted over the target populations one after the other; `None` for all.
    pub sources: Option<Vec<u32>>,
    /// See `sources`.
    pub targets: Option<Vec<u32>>,
}

impl Learning {
    /// By `rule` alone.
    pub fn new(rule: Choice) -> Self {
        Self {
            rule,
            modulator: None,
            teacher: None,
            max_weight: None,
            sources: None,
            targets: None,
        }
    }
}

/// Data that a network needs: in a file, or here.
#[derive(Debug, Clone, PartialEq)]
pub enum Given<F, T> {
    /// In this file, which is read before the network is assembled.
    File(F),
    /// Here.
    Here(Arc<T>),
}

/// A file that lists synapses, SONATA HDF5 or CSV. It counts sources within the source population, and targets over the
/// target populations one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// Name of the edge population in an HDF5 file, or `None` for the only one.
    pub population: Option<String>,
    /// A SONATA table of edge types, absolute, for what edges of an HDF5 file do not have themselves.
    pub types: Option<PathBuf>,
    /// Folder of the synapse models that the types name: their signs are taken.
    pub synapse_models: Option<PathBuf>,
    /// Columns of a table whose layout is not ours.
    pub columns: Option<EdgeColumns>,
}

impl EdgeFile {
    /// The only edge population of the file at `path`, without types.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            population: None,
            types: None,
            synapse_models: None,
            columns: None,
        }
    }
}

/// A layer of a trained network in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFile {
    /// `.safetensors`, `.npz`, `.pt`, `.pth`, `.mat`, `.keras`, `.h5`, `.onnx` or `.nir`, an absolute path.
    pub path: PathBuf,
    /// Leave biases in the file out; otherwise they are an error.
    pub drop_bias: bool,
    /// The file's layers by name, from input to output, where the model file gives them.
    pub layer_names: Option<Vec<String>>,
    /// Number of the layer in the file, from 1 for the one next to the input.
    pub layer: usize,
}

/// Who is connected with whom.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    /// Drawn by a connection rule.
    Rule(Choice),
    /// Listed, `rule = "from_file"`.
    Edges(Given<EdgeFile, Edges>),
    /// Every source with every target, a weight for each pair, `rule = "weights"`; the projection's weight is the factor
    /// from these to what an arrival adds.
    Matrix(Given<LayerFile, Dense>),
    /// The matrix of the projection of this name the other way, `rule = "tied"`; the projection's weight is a factor of its own.
    Tied(String),
}

impl Connection {
    /// The file that it is left to, if it is and that has not been read.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Edges(Given::File(file)) => Some(&file.path),
            Self::Matrix(Given::File(file)) => Some(&file.path),
            Self::Edges(_) | Self::Matrix(_) | Self::Rule(_) | Self::Tied(_) => None,
        }
    }
}

/// Synapses from one population onto others.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Name, unique among projections; names its random streams too.
    pub name: String,
    /// Name of the source population.
    pub source: String,
    /// Names of the target populations, at least one, none twice. The rule takes them for one population: their neurons
    /// one after the other.
    pub targets: Vec<String>,
    /// Who is connected with whom.
    pub connection: Connection,
    /// Whether a neuron may be connected with itself; true where a file says who is.
    pub autapses: bool,
    /// Weight of each synapse in the unit of the targets' neuron model; `None` for the weights of listed edges.
    pub weight: Option<Distribution>,
    /// Delay of each synapse; `None` for the delays of listed edges.
    pub delay: Option<Delay>,
    /// How much of a listed delay lies behind the synapse, `None` for what the list says; of others their dendritic part says it.
    pub listed_dendritic: Option<Duration>,
    /// Drawn delays are rounded to a multiple of this, above zero.
    pub delay_resolution: Duration,
    /// How weights fall with distance, if they do: values of the [profile](connection::WEIGHT_PROFILE) that they are
    /// multiplied with.
    pub weight_profile: Option<Values>,
    /// What changes the weights, if anything does.
    pub plasticity: Option<Learning>,
    /// How much of its weight a synapse passes on, if it depends on use: an entry of
    /// [`short_term::specs`](crate::synapse::short_term::specs).
    pub short_term: Option<Choice>,
}

impl Projection {
    /// An empty list for its edges between so many neurons, with the columns that the description leaves to them.
    pub fn edge_list(&self, n_source: u32, n_target: u32) -> EdgeList {
        EdgeList::new(
            n_source,
            n_target,
            self.weight.is_none(),
            self.delay.is_none(),
        )
        .with_dendritic(self.delay.is_none() && self.listed_dendritic.is_none())
    }

    /// The key that needs to know where neurons lie, if one does under `rule`.
    pub(super) fn needs_positions(&self, rule: &dyn Connect) -> Option<&'static str> {
        let by_distance = self.delay.is_some_and(|delay| delay.velocity.is_some());
        let delay = by_distance.then_some("axonal_delay");
        let weight = self.weight_profile.as_ref().map(|_| "weight_profile");
        match rule.is_spatial() {
            true => Some("rule"),
            false => delay.or(weight),
        }
    }

    /// Whether it has a weight for every pair.
    pub fn is_dense(&self) -> bool {
        matches!(self.connection, Connection::Matrix(_))
    }

    /// Whether it has no weights of its own.
    pub fn is_tied(&self) -> bool {
        matches!(self.connection, Connection::Tied(_))
    }
}

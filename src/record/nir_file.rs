//! Networks in the Neuromorphic Intermediate Representation (NIR): nodes with parameters, and edges, as HDF5.
//!
//! Source: Pedersen et al. 2024, Nat Commun 15:8122, and the files of its package, version 1.0.8. A group
//! `/node/nodes/<name>` has the text `type` and an array for each parameter, `/node/edges` pairs of names. Times are in
//! seconds, potentials and currents have no unit.

mod graph;
mod read;
mod write;

use crate::mlp::weight_file::{Problem, Tensor};

pub(crate) use graph::Link;
pub(crate) use read::read;
pub(super) use read::{layers, weights};
pub(crate) use write::write;

/// A network.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    /// Names of two nodes each: where from, where to.
    pub(crate) edges: Vec<(String, String)>,
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// Where so many values come in.
    Input(usize),
    /// Where so many go out.
    Output(usize),
    /// What leaves values as they are.
    Flatten,
    /// What lets values out later, each by its own time in seconds.
    Delay(Vec<f64>),
    /// `Linear` or `Affine`: (out, in), and a bias.
    Weights(Tensor, Option<Tensor>),
    /// Neurons that spike.
    Neurons(Neurons),
    /// Something without a counterpart here.
    Other(String),
}

/// Neurons of one node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neurons {
    pub(crate) model: &'static Model,
    /// As `model.parameters` has them, a value for each neuron.
    pub(crate) values: Vec<Vec<f64>>,
}

/// A kind of neurons.
#[derive(Debug, PartialEq)]
pub(crate) struct Model {
    /// Its name in NIR.
    pub(crate) name: &'static str,
    /// Its parameters there.
    pub(crate) parameters: &'static [&'static str],
}

/// Integrate and fire: dv/dt = r I.
pub(crate) static IF: Model = Model {
    name: "IF",
    parameters: &["r", "v_threshold", "v_reset"],
};

/// With a leak: tau dv/dt = v_leak - v + r I.
pub(crate) static LIF: Model = Model {
    name: "LIF",
    parameters: &["tau", "r", "v_leak", "v_threshold", "v_reset"],
};

/// With a current that decays: tau_syn dI/dt = -I + w_in S.
pub(crate) static CUBA_LIF: Model = Model {
    name: "CubaLIF",
    parameters: &[
        "tau_mem",
        "tau_syn",
        "r",
        "v_leak",
        "v_threshold",
        "v_reset",
        "w_in",
    ],
};

/// All of them.
static MODELS: [&Model; 3] = [&IF, &LIF, &CUBA_LIF];

impl Neurons {
    /// The one value that all neurons of the node `name` have of `parameter`, 0 of one that the model has not.
    ///
    /// # Errors
    /// If neurons differ.
    pub(crate) fn value(&self, name: &str, parameter: &str) -> Result<f64, Problem> {
        let place = self
            .model
            .parameters
            .iter()
            .position(|known| *known == parameter);
        let values = place.and_then(|place| self.values.get(place));
        let Some((&first, others)) = values.and_then(|values| values.split_first()) else {
            return Ok(0.0);
        };
        match others.iter().all(|value| *value == first) {
            true => Ok(first),
            false => {
                let found = format!("{parameter} that differs between neurons");
                Err(part(name, &found, "one value for all"))
            }
        }
    }
}

impl Graph {
    /// The nodes from the input to the output, if they form a chain.
    ///
    /// # Errors
    /// If they do not, or one has no counterpart here.
    pub(crate) fn chain(&self) -> Result<Vec<&Node>, Problem> {
        for node in &self.nodes {
            if let Kind::Other(kind) = &node.kind {
                return Err(part(&node.name, kind, graph::KINDS));
            }
        }
        let is_input = |node: &&Node| matches!(node.kind, Kind::Input(_));
        let mut inputs = self.nodes.iter().filter(is_input);
        let mut current = inputs
            .next()
            .ok_or_else(|| damaged("no node is an Input"))?;
        if let Some(second) = inputs.next() {
            return Err(part(
                &second.name,
                "a second Input",
                "one: a chain of layers",
            ));
        }
        let mut chain = vec![current];
        while !matches!(current.kind, Kind::Output(_)) {
            let mut next = self.edges.iter().filter(|(from, _)| *from == current.name);
            let (next, more) = (next.next(), next.count());
            let found = format!("{} nodes after it", more + usize::from(next.is_some()));
            let (Some((_, to)), 0) = (next, more) else {
                return Err(part(&current.name, &found, "one: a chain of layers"));
            };
            let node = self.nodes.iter().find(|node| node.name == *to);
            current = node.ok_or_else(|| damaged(format!("an edge leads to no node: `{to}`")))?;
            if chain.len() > self.nodes.len() || chain.iter().any(|known| known.name == *to) {
                return Err(part(to, "a way back to it", "a chain of layers"));
            }
            chain.push(current);
        }
        match self
            .nodes
            .iter()
            .find(|node| !chain.iter().any(|known| known.name == node.name))
        {
            Some(aside) => Err(part(
                &aside.name,
                "a node beside the chain",
                "a chain of layers",
            )),
            None => Ok(chain),
        }
    }
}

/// A node that has no counterpart here.
pub(crate) fn part(name: &str, found: &str, expected: &'static str) -> Problem {
    Problem::Part {
        what: "node",
        name: name.into(),
        found: found.into(),
        expected,
        help: "",
    }
}

fn damaged(detail: impl Into<String>) -> Problem {
    Problem::damaged(crate::mlp::weight_file::Format::Nir, detail)
}

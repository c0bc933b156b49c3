//! Edges that are given one by one.

use std::sync::Arc;

use crate::base::parameter::{Default, Kind, ParameterSpec, Spec};
use crate::connection::draw::{Lane, Partners, Visit};
use crate::connection::edge_columns::EdgeColumns;
use crate::connection::edges::Edges;
use crate::connection::error::RuleFault;
use crate::connection::rule::{Connect, Make, Rule};
use crate::connection::space::Space;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Edges,
};

/// The rule that connects as `edges` do.
pub(super) fn new(edges: Arc<Edges>) -> Arc<dyn Connect> {
    Arc::new(FromFile { edges })
}

/// Endings of files of edges: HDF5, sparse matrices and tables.
const FILES: &[&str] = &["h5", "hdf5", "npz", "csv", "tsv", "txt", "dat"];

static SPEC: Spec = Spec {
    name: super::LISTED,
    summary: "The synapses that a file lists: SONATA edges (.h5), a sparse matrix of SciPy (.npz, sources by targets) or CSV \
              (source,target[,weight][,delay_ms]). What a model file gives of weights and delays stands in place of what the file has.",
    equations: "",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(FILES),
            "the file of synapses, such as \"edges.h5\" or \"edges.npz\"",
        ),
        ParameterSpec::new(
            "population",
            Kind::Text,
            "the name of an edge population in the file",
        )
        .or(Default::Absent("the only one")),
        ParameterSpec::new(
            "types",
            Kind::File(&["csv"]),
            "SONATA's table of edge types, for weights and delays that edges of an HDF5 file have by type",
        )
        .or(Default::Absent("none")),
        ParameterSpec::new(
            "synapse_models",
            Kind::Folder,
            "the folder of the synapse models that types name: weights are multiplied by their `sign`",
        )
        .or(Default::Absent("none, all signs as they are")),
        ParameterSpec::new("columns", Kind::Table(EdgeColumns::KEYS), EdgeColumns::WHAT)
            .or(Default::Absent("those of a known layout")),
    ],
    source: "",
};

/// These edges. Autapses and multapses are as given, whatever is allowed.
#[derive(Debug)]
struct FromFile {
    edges: Arc<Edges>,
}

impl Connect for FromFile {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        let (n_source, n_target) = (space.n_source, space.n_target);
        let found = self.edges.sizes();
        if found == (n_source, n_target) {
            return Ok(());
        }
        Err(RuleFault::Sizes {
            found,
            n_source,
            n_target,
        })
    }

    fn expected_synapses(&self, _space: &Space) -> f64 {
        self.edges.len() as f64
    }

    fn certain_synapses(&self, lane: &Lane<'_>) -> u64 {
        let blocks = lane.blocks().iter();
        blocks
            .map(|block| self.edges.onto(block.targets()).len() as u64)
            .sum()
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        for block in lane.blocks() {
            for target in block.targets() {
                let sources = &self.edges.sources()[self.edges.onto(target..target + 1)];
                let local = block.local + (target - block.first);
                visit(target.into(), Partners::Onto(local, sources))?;
            }
        }
        Ok(())
    }

    fn edges(&self) -> Option<&Edges> {
        Some(&self.edges)
    }
}

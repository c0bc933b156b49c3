//! A SONATA circuit as a model file that references its nodes, edges, types and spikes.

mod description;
mod edge;
mod input;
mod neuron;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::base::shown::quoted;
use crate::network::check::is_name;
use crate::record::circuit_file::{self, CircuitFileError};
use description::Description;
use neuron::Kind;

/// Why a circuit cannot be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CircuitError {
    /// A description or model in JSON.
    #[error("`{}`: {problem}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Nodes or edges.
    #[error(transparent)]
    File(#[from] CircuitFileError),
    /// Something that has no counterpart here.
    #[error("{place}: found {found}, expected {expected}")]
    NoCounterpart {
        /// Where.
        place: String,
        /// What is there.
        found: String,
        /// What could be mapped.
        expected: String,
    },
}

/// A circuit as a model file.
#[derive(Debug, Clone, Default)]
pub struct Circuit {
    /// The text of the model file.
    pub text: String,
    /// What was mapped, a line each.
    pub mapped: Vec<String>,
    /// What was not, a line each.
    pub left: Vec<String>,
}

/// A population that was mapped.
struct Population {
    name: String,
    kind: Kind,
}

/// Reads the circuit that `path` describes: a `circuit_config.json`, with the `simulation_config.json` beside it if there is
/// one, or a `config.json` that names both. Paths in the model file start from `folder`, where it will be, if they lie below
/// it.
///
/// # Errors
/// If a file is missing or wrong, or a population has no counterpart here.
pub fn import(path: &Path, folder: &Path) -> Result<Circuit, CircuitError> {
    let description = Description::read(path)?;
    let mut circuit = Circuit::default();
    let text = &mut circuit.text;
    let _ = writeln!(
        text,
        "# From the SONATA circuit `{}`.\nschema = 1\nexperiment = \"network\"\nseed = 1\nduration = \"{} ms\"",
        path.display(),
        description.duration_ms()?,
    );
    let mut populations: Vec<Population> = Vec::new();
    for (nodes_file, types_file) in &description.nodes {
        let types = circuit_file::types(types_file, "node_type_id")?;
        for nodes in circuit_file::nodes(nodes_file)? {
            let place = format!("`{}`: population `{}`", nodes_file.display(), nodes.name);
            named(&place, &nodes.name)?;
            let place = neuron::Place {
                file: path_text(nodes_file, folder),
                shown: place,
                types: &types,
                folder: description.point_neurons.as_deref(),
            };
            let kind = neuron::map(&nodes, &place, &mut circuit)?;
            populations.push(Population {
                name: nodes.name,
                kind,
            });
        }
    }
    for (edges_file, types_file) in &description.edges {
        edge::map(
            edges_file,
            types_file.as_deref(),
            &description,
            &populations,
            folder,
            &mut circuit,
        )?;
    }
    input::map(&description, &populations, folder, &mut circuit)?;
    let recorded: Vec<String> = populations
        .iter()
        .filter(|population| population.kind != Kind::Virtual)
        .map(|population| quoted(&population.name))
        .collect();
    let _ = writeln!(
        circuit.text,
        "\n[record]\nspikes = [{}]",
        recorded.join(", ")
    );
    Ok(circuit)
}

/// Refuses names that tables of a model file cannot have.
fn named(place: &str, name: &str) -> Result<(), CircuitError> {
    match is_name(name) {
        true => Ok(()),
        false => Err(CircuitError::NoCounterpart {
            place: place.to_owned(),
            found: "that name".into(),
            expected: "one of ASCII letters, digits, `_` and `-`".into(),
        }),
    }
}

/// `path` as a text of a model file in `folder`.
pub(super) fn path_text(path: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = absolute(path);
    let near = path.strip_prefix(absolute(folder)).unwrap_or(&path);
    // A basic string of TOML has JSON's escapes.
    serde_json::Value::from(near.to_string_lossy()).to_string()
}

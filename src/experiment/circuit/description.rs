//! The JSON files that describe a circuit and its simulation.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::CircuitError;
use crate::base::file;

/// Simulated where no simulation is described.
const DEFAULT_MS: f64 = 1000.0;

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Description {
    /// Files of nodes, with their types.
    pub(super) nodes: Vec<(PathBuf, PathBuf)>,
    /// Files of edges, with their types.
    pub(super) edges: Vec<(PathBuf, Option<PathBuf>)>,
    /// Folder of the parameters of point neurons.
    pub(super) point_neurons: Option<PathBuf>,
    /// Folder of synapse models.
    pub(super) synapses: Option<PathBuf>,
    /// What the simulation says, with its paths resolved.
    pub(super) simulation: Map<String, Value>,
    /// Sets of nodes by name.
    pub(super) node_sets: Map<String, Value>,
    /// The file of the simulation, for messages.
    pub(super) simulation_file: PathBuf,
}

impl Description {
    /// Reads what `path` says, or the files that it names.
    pub(super) fn read(path: &Path) -> Result<Self, CircuitError> {
        let top = json(path)?;
        let named = |key: &str| top.get(key).and_then(Value::as_str).map(PathBuf::from);
        let (mut circuit, mut simulation) = (named("network"), named("simulation"));
        if top.contains_key("networks") {
            circuit = Some(path.to_owned());
            let beside = path.with_file_name("simulation_config.json");
            simulation = simulation.or_else(|| beside.is_file().then_some(beside));
        } else if top.contains_key("run") {
            simulation = Some(path.to_owned());
        }
        let circuit = circuit.ok_or_else(|| CircuitError::Json {
            path: path.to_owned(),
            problem: "found neither `networks` nor `network`, expected the description of a SONATA circuit".into(),
        })?;
        let mut description = Self::default();
        description.take_circuit(&circuit)?;
        if let Some(simulation) = simulation {
            description.simulation = json(&simulation)?;
            let sets = description.simulation.get("node_sets_file");
            if let Some(sets) = sets.and_then(Value::as_str) {
                description.node_sets = json(Path::new(sets))?;
            }
            description.simulation_file = simulation;
        }
        Ok(description)
    }

    fn take_circuit(&mut self, path: &Path) -> Result<(), CircuitError> {
        let circuit = json(path)?;
        let folder = |name: &str| {
            let folder = circuit.get("components").and_then(|all| all.get(name));
            folder.and_then(Value::as_str).map(PathBuf::from)
        };
        self.point_neurons = folder("point_neuron_models_dir");
        self.synapses = folder("synaptic_models_dir");
        let networks = |kind: &str| {
            let list = circuit.get("networks").and_then(|all| all.get(kind));
            list.and_then(Value::as_array).cloned().unwrap_or_default()
        };
        for nodes in networks("nodes") {
            let file = |key| need(path, &nodes, key);
            self.nodes
                .push((file("nodes_file")?, file("node_types_file")?));
        }
        for edges in networks("edges") {
            if edges.get("enabled").and_then(Value::as_bool) == Some(false) {
                continue;
            }
            let types = edges.get("edge_types_file").and_then(Value::as_str);
            let types = types.map(PathBuf::from);
            self.edges.push((need(path, &edges, "edges_file")?, types));
        }
        Ok(())
    }

    /// How long is simulated.
    pub(super) fn duration_ms(&self) -> Result<f64, CircuitError> {
        let Some(stop) = self.simulation.get("run").and_then(|run| run.get("tstop")) else {
            return Ok(DEFAULT_MS);
        };
        let ms = stop.as_f64().filter(|ms| *ms > 0.0);
        ms.ok_or_else(|| CircuitError::Json {
            path: self.simulation_file.clone(),
            problem: format!("run.tstop: found {stop}, expected milliseconds, more than 0"),
        })
    }
}

fn need(path: &Path, of: &Value, key: &str) -> Result<PathBuf, CircuitError> {
    let found = of.get(key).and_then(Value::as_str).map(PathBuf::from);
    found.ok_or_else(|| CircuitError::Json {
        path: path.to_owned(),
        problem: format!("networks: found {of}, expected `{key}` in it"),
    })
}

/// The object in the file at `path`, its manifest's variables filled in and its paths made to start from its folder.
pub(super) fn json(path: &Path) -> Result<Map<String, Value>, CircuitError> {
    let wrong = |problem: String| CircuitError::Json {
        path: path.to_owned(),
        problem,
    };
    let text = file::read(path).map_err(|error| wrong(format!("cannot read: {error}")))?;
    let value: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let Value::Object(mut object) = value else {
        return Err(wrong("found no object, expected one".into()));
    };
    let manifest = object.remove("manifest");
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut variables = known_variables(folder).map_err(|error| wrong(error.to_string()))?;
    for (name, value) in manifest.iter().filter_map(Value::as_object).flatten() {
        if let Some(text) = value.as_str() {
            // With or without the sign, as both are found.
            variables.insert(name.trim_start_matches('$').to_owned(), text.to_owned());
        }
    }
    let mut all = Value::Object(object);
    resolve("", &mut all, &variables, folder);
    match all {
        Value::Object(object) => Ok(object),
        _ => Ok(Map::new()),
    }
}

/// Variables that every file has without naming them, as in bmtk: its own `folder`, and where the program was started.
fn known_variables(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let here = std::env::current_dir()?;
    // An absolute path stays what it is wherever it is filled in.
    let known = [("configdir", here.join(folder)), ("workingdir", here)];
    let known = known.map(|(name, path)| (name.to_owned(), path.to_string_lossy().into_owned()));
    Ok(known.into())
}

/// Fills variables into every text, and makes those that then look like paths, or stand under a `key` of paths, start from `folder`.
fn resolve(key: &str, value: &mut Value, variables: &BTreeMap<String, String>, folder: &Path) {
    match value {
        Value::String(text) => {
            /// Variables within variables; deeper ones go in a circle.
            const DEEPEST: usize = 8;
            for _ in 0..DEEPEST {
                if !text.contains('$') {
                    break;
                }
                // Longest first, so that no name is taken for the beginning of another.
                let mut names: Vec<&String> = variables.keys().collect();
                names.sort_by_key(|name| std::cmp::Reverse(name.len()));
                for name in names {
                    for written in [format!("${{{name}}}"), format!("${name}")] {
                        *text = text.replace(&written, &variables[name]);
                    }
                }
            }
            let named = ["_file", "_dir"].iter().any(|end| key.ends_with(end));
            let is_path =
                named && !text.is_empty() || text.contains('/') || text.ends_with(".json");
            if is_path && Path::new(text.as_str()).is_relative() {
                *text = folder.join(text.as_str()).to_string_lossy().into_owned();
            }
        }
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| resolve(key, value, variables, folder)),
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                resolve(key, value, variables, folder);
            }
        }
        _ => {}
    }
}

//! Inputs of a simulation as stimuli.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use super::description::Description;
use super::{Circuit, CircuitError, Population, named, path_text};
use crate::base::shown::quoted;
use crate::record::circuit_file;

/// Writes the stimuli, and tells what else of the simulation is left.
pub(super) fn map(
    description: &Description,
    populations: &[Population],
    folder: &Path,
    circuit: &mut Circuit,
) -> Result<(), CircuitError> {
    let simulation = &description.simulation;
    let inputs = simulation.get("inputs").and_then(Value::as_object);
    for (name, input) in inputs.into_iter().flatten() {
        if input.get("enabled").and_then(Value::as_bool) == Some(false) {
            continue;
        }
        let of = |key: &str| input.get(key).and_then(Value::as_str);
        let (Some("spikes"), Some(file)) = (of("input_type"), of("input_file")) else {
            let kind = of("input_type").unwrap_or("without a type").escape_debug();
            circuit.left.push(format!("input {name}: {kind}"));
            continue;
        };
        named(&format!("input `{}`", name.escape_debug()), name)?;
        let set = input.get("node_set").unwrap_or(&Value::Null);
        let target = populations
            .iter()
            .find(|p| reaches(set, &p.name, description));
        let Some(target) = target else {
            circuit.left.push(format!(
                "input {name}: onto {set}, which is no whole population"
            ));
            continue;
        };
        let file = Path::new(file);
        let _ = writeln!(
            circuit.text,
            "\n[stimulus.{name}]\nkind = \"spikes\"\ntarget = {}\nweight = 1\nfile = {}",
            quoted(&target.name),
            path_text(file, folder),
        );
        let ending = file.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ["h5", "hdf5"].contains(&ending))
            && circuit_file::spike_populations(file)?.contains(&target.name)
        {
            let _ = writeln!(circuit.text, "population = {}", quoted(&target.name));
        }
        circuit
            .mapped
            .push(format!("input {name}: spikes onto {}", target.name));
    }
    let start = simulation.get("run").and_then(|run| run.get("tstart"));
    if let Some(start) = start.filter(|start| start.as_f64() != Some(0.0)) {
        circuit
            .left
            .push(format!("`run.tstart`, {start}: it runs from 0 on"));
    }
    for key in ["reports", "conditions"] {
        if simulation
            .get(key)
            .and_then(Value::as_object)
            .is_some_and(|all| !all.is_empty())
        {
            circuit.left.push(format!("`{key}` of the simulation"));
        }
    }
    Ok(())
}

/// Whether the node set `set`, a name or a description, is the whole population `name`.
fn reaches(set: &Value, name: &str, description: &Description) -> bool {
    let whole = |set: &Value| {
        let set = set.as_object().filter(|set| set.len() == 1);
        set.and_then(|set| set.get("population"))
            .and_then(Value::as_str)
            == Some(name)
    };
    match set.as_str() {
        Some(set) => match description.node_sets.get(set) {
            Some(described) => whole(described),
            None => set == name,
        },
        None => whole(set),
    }
}

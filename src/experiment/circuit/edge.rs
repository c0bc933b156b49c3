//! Edges of a circuit as projections.

use std::fmt::Write;
use std::path::Path;

use super::description::Description;
use super::neuron::Kind;
use super::{Circuit, CircuitError, Population, named, path_text};
use crate::base::shown::quoted;
use crate::record::circuit_file;

/// Writes the projections of a file of edges.
pub(super) fn map(
    file: &Path,
    types_file: Option<&Path>,
    description: &Description,
    populations: &[Population],
    folder: &Path,
    circuit: &mut Circuit,
) -> Result<(), CircuitError> {
    let types = types_file.map(|path| circuit_file::types(path, "edge_type_id"));
    let types = types.transpose()?;
    let all = circuit_file::edges(file)?;
    let several = all.len() > 1;
    for edges in all {
        let place = format!("`{}`: edges `{}`", file.display(), edges.name);
        named(&place, &edges.name)?;
        let end = |found: &Option<String>, which: &str| {
            let known = |name: &&String| populations.iter().find(|p| p.name == **name);
            found.as_ref().and_then(|name| known(&name)).ok_or_else(|| {
                CircuitError::NoCounterpart {
                    place: place.clone(),
                    found: format!(
                        "{which} population {}",
                        found
                            .as_ref()
                            .map_or("without a name".into(), |name| format!(
                                "`{}`",
                                name.escape_debug()
                            ))
                    ),
                    expected: "one of the circuit".into(),
                }
            })
        };
        let source = end(&edges.source, "a source")?;
        let target = end(&edges.target, "a target")?;
        if target.kind == Kind::Virtual {
            return Err(CircuitError::NoCounterpart {
                place,
                found: format!("virtual nodes `{}` as targets", target.name),
                expected: "neurons".into(),
            });
        }
        let text = &mut circuit.text;
        let name = &edges.name;
        let _ = writeln!(
            text,
            "\n[projection.{name}]\nsource = {}\ntarget = {}\nrule = \"from_file\"\nfile = {}",
            quoted(&source.name),
            quoted(&target.name),
            path_text(file, folder),
        );
        if several {
            let _ = writeln!(text, "population = {}", quoted(name));
        }
        let typed = |column: &str| {
            types
                .as_ref()
                .is_some_and(|types| types.columns().iter().any(|name| name == column))
        };
        if let Some(path) = types_file {
            let _ = writeln!(text, "types = {}", path_text(path, folder));
        }
        // NEURON's point processes take the sign from the synapse model, NEST's neurons from the weight.
        match (target.kind, typed("dynamics_params"), &description.synapses) {
            (Kind::IntFire, true, Some(models)) => {
                let _ = writeln!(text, "synapse_models = {}", path_text(models, folder));
            }
            (_, true, _) => circuit.left.push(format!(
                "edges {name}: the synapse models that `dynamics_params` names"
            )),
            _ => {}
        }
        let has =
            |column: &str| typed(column) || edges.attributes.iter().any(|name| name == column);
        for (column, key) in [("syn_weight", "weight"), ("delay", "axonal_delay")] {
            if !has(column) {
                circuit.left.push(format!(
                    "edges {name} have no `{column}`: write `{key}` into [projection.{name}]"
                ));
            }
        }
        let mapped = format!(
            "edges {name}: {} from {} to {}",
            edges.n, source.name, target.name
        );
        circuit.mapped.push(mapped);
    }
    Ok(())
}

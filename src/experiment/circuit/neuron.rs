//! Point neurons of a circuit as populations.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value};

use super::description::json;
use super::{Circuit, CircuitError, quoted};
use crate::record::circuit_file::Nodes;
use crate::record::type_table::TypeTable;

/// What a population becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A source of given spikes.
    Virtual,
    /// NEURON's `IntFire1`: weights have no unit, and synapse models give their signs.
    IntFire,
    /// Of NEST: weights in its units, signs in them.
    Nest,
}

/// Where the types of a population are.
pub(super) struct Place<'a> {
    /// The file of nodes as a text of the model file.
    pub(super) file: String,
    /// For messages.
    pub(super) shown: String,
    pub(super) types: &'a TypeTable,
    /// Of their parameters.
    pub(super) folder: Option<&'a Path>,
}

/// A parameter: name here, unit, name there, factor from there, its default there.
type Parameter = (&'static str, &'static str, &'static str, f64, f64);

/// A model that has a counterpart.
struct Model {
    templates: &'static [&'static str],
    kind: Kind,
    here: &'static str,
    parameters: &'static [Parameter],
    /// Keys that say nothing else.
    known: &'static [&'static str],
}

/// NEST's membrane potential at the start.
const V_M: &str = "V_m";

/// Parameters that NEST's integrate-and-fire neurons share, with NEST's defaults.
const NEST: [Parameter; 7] = [
    ("tau_m", "ms", "tau_m", 1.0, 10.0),
    ("c_m", "pF", "C_m", 1.0, 250.0),
    ("t_ref", "ms", "t_ref", 1.0, 2.0),
    ("e_l", "mV", "E_L", 1.0, -70.0),
    ("v_th", "mV", "V_th", 1.0, -55.0),
    ("v_reset", "mV", "V_reset", 1.0, -70.0),
    ("i_e", "pA", "I_e", 1.0, 0.0),
];

const NEST_EXP: [Parameter; 9] = [
    NEST[0],
    NEST[1],
    NEST[2],
    NEST[3],
    NEST[4],
    NEST[5],
    NEST[6],
    ("tau_syn_ex", "ms", "tau_syn_ex", 1.0, 2.0),
    ("tau_syn_in", "ms", "tau_syn_in", 1.0, 2.0),
];

static MODELS: [Model; 3] = [
    Model {
        templates: &["nrn:IntFire1"],
        kind: Kind::IntFire,
        here: "lif",
        // bmtk's files hold seconds, NEURON's defaults are milliseconds; the threshold is 1 by definition.
        parameters: &[
            ("tau_m", "ms", "tau", 1e3, 0.01),
            ("t_ref", "ms", "refrac", 1e3, 0.005),
            ("v_th", "mV", "", 1.0, 1.0),
        ],
        known: &["type"],
    },
    Model {
        templates: &["nest:iaf_psc_delta", "nest:iaf_psc_delta_ps"],
        kind: Kind::Nest,
        here: "lif",
        parameters: &NEST,
        known: &[],
    },
    Model {
        templates: &[
            "nest:iaf_psc_exp",
            "nest:iaf_psc_exp_ps",
            "nest:iaf_psc_exp_ps_lossless",
        ],
        kind: Kind::Nest,
        here: "lif_exp",
        parameters: &NEST_EXP,
        known: &[],
    },
];

/// Writes the population of `nodes`.
pub(super) fn map(
    nodes: &Nodes,
    place: &Place<'_>,
    circuit: &mut Circuit,
) -> Result<Kind, CircuitError> {
    let (name, size) = (&nodes.name, nodes.types.len());
    let mut model: Option<&'static Model> = None;
    let mut is_virtual = None;
    let mut types: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    for &number in &nodes.types {
        if types.contains_key(&number) {
            continue;
        }
        let here = format!("{}: node type {number}", place.shown);
        let refuse = |found: String, expected: &str| {
            let (place, expected) = (here.clone(), expected.to_owned());
            Err(CircuitError::NoCounterpart {
                place,
                found,
                expected,
            })
        };
        if !place.types.numbers().any(|known| known == number) {
            return refuse("no row in the table of types".into(), "one for each type");
        }
        let none = place.types.word(number, "model_type") == Some("virtual");
        if *is_virtual.get_or_insert(none) != none {
            return refuse(
                "virtual and other nodes in one population".into(),
                "a population of one kind",
            );
        }
        let mut parameters = Map::new();
        if !none {
            let template = place.types.word(number, "model_template").unwrap_or("none");
            let found = MODELS
                .iter()
                .find(|model| model.templates.contains(&template));
            let Some(found) = found else {
                let all: Vec<&str> = MODELS
                    .iter()
                    .flat_map(|model| model.templates)
                    .copied()
                    .collect();
                return refuse(
                    format!("model_template `{}`", template.escape_debug()),
                    &format!(
                        "a point neuron that has a counterpart here: {}",
                        all.join(", ")
                    ),
                );
            };
            if model.get_or_insert(found).here != found.here
                || model.is_some_and(|m| m.kind != found.kind)
            {
                return refuse(
                    format!("model_template `{template}` beside another model"),
                    "a population of one model",
                );
            }
            if let Some(file) = place.types.word(number, "dynamics_params") {
                let Some(folder) = place.folder else {
                    return refuse(
                        format!("dynamics_params `{}`", file.escape_debug()),
                        "`point_neuron_models_dir` among the components of the circuit",
                    );
                };
                parameters = json(&folder.join(file))?;
            }
        }
        types.insert(number, parameters);
    }
    let places = ["x", "y", "z", "positions", "model_name", "population"];
    let turned = |name: &str| name.starts_with("rotation_angle") || name.starts_with("orientation");
    let attributes = nodes.attributes.iter();
    let own = |attribute: &&String| {
        attribute.as_str() == "dynamics_params" && model.is_some() && !nodes.parameters.is_empty()
    };
    for attribute in attributes
        .filter(|name| !places.contains(&name.as_str()) && !turned(name))
        .filter(|name| !own(name))
    {
        circuit
            .left
            .push(format!("population {name}: `{attribute}` of single nodes"));
    }
    if nodes.attributes.iter().any(|attribute| attribute == "x") {
        circuit.left.push(format!(
            "population {name}: where nodes lie; `positions = {{ layout = \"file\", file = {}, population = {}, unit = \"um\" }}` takes it",
            place.file,
            quoted(name)
        ));
    }
    let text = &mut circuit.text;
    let Some(model) = model else {
        let _ = writeln!(
            text,
            "\n[population.{name}]\nneuron = \"relay\"\nsize = {size}"
        );
        circuit.mapped.push(format!(
            "population {name}: {size} virtual nodes as `relay`"
        ));
        return Ok(Kind::Virtual);
    };
    let _ = writeln!(
        text,
        "\n[population.{name}]\nneuron = \"{}\"\nsize = {size}",
        model.here
    );
    for &(here, unit, there, factor, default) in model.parameters {
        if nodes.parameters.iter().any(|own| own == there) {
            // bmtk's seconds, or the unit that is meant here.
            let unit = if factor == 1.0 { unit } else { "s" };
            let _ = writeln!(
                text,
                "{here} = {{ file = {}, population = \"{name}\", column = \"{there}\", unit = \"{unit}\" }}",
                place.file
            );
            circuit.mapped.push(format!(
                "population {name}: `{there}` of single nodes as `{here}`"
            ));
            continue;
        }
        let mut values = BTreeMap::new();
        for (number, parameters) in &types {
            let value = match parameters.get(there) {
                None => default,
                Some(value) => value.as_f64().ok_or_else(|| CircuitError::NoCounterpart {
                    place: format!("{}: node type {number}: {there}", place.shown),
                    found: value.to_string(),
                    expected: "a number".into(),
                })?,
            };
            values.insert(*number, value * factor);
        }
        let _ = writeln!(text, "{here} = {}", written(&nodes.types, &values, unit));
    }
    if model.kind == Kind::Nest {
        start(nodes, &types, place, circuit)?;
    }
    let foreign = nodes.parameters.iter();
    let known = |name: &&String| {
        let mut parameters = model.parameters.iter();
        parameters.any(|(.., there, _, _)| there == &name.as_str())
            || model.kind == Kind::Nest && name.as_str() == V_M
    };
    for parameter in foreign.filter(|name| !known(name)) {
        circuit
            .left
            .push(format!("population {name}: `{parameter}` of single nodes"));
    }
    for (number, parameters) in &types {
        let own = |key: &str| {
            model
                .parameters
                .iter()
                .any(|(.., there, _, _)| *there == key)
                || model.kind == Kind::Nest && key == V_M
        };
        let others = parameters
            .keys()
            .filter(|key| !own(key) && !model.known.contains(&key.as_str()));
        for key in others {
            let value = &parameters[key];
            circuit.left.push(format!(
                "population {name}: `{key}` = {value} of node type {number}"
            ));
        }
    }
    circuit.mapped.push(format!(
        "population {name}: {size} nodes of {} types as `{}`",
        types.len(),
        model.here
    ));
    Ok(model.kind)
}

/// Where NEST's neurons begin, unless that is at rest: at `V_m`, or else at its default, also where `E_L` is another.
fn start(
    nodes: &Nodes,
    types: &BTreeMap<u64, Map<String, Value>>,
    place: &Place<'_>,
    circuit: &mut Circuit,
) -> Result<(), CircuitError> {
    /// Of NEST's `V_m` and `E_L`.
    const DEFAULT_MV: f64 = -70.0;
    let own = |key: &str| nodes.parameters.iter().any(|own| own == key);
    let mut values = BTreeMap::new();
    let mut at_rest = !own("E_L");
    for (number, parameters) in types {
        let value = |key: &str| match parameters.get(key) {
            None => Ok(DEFAULT_MV),
            Some(value) => value.as_f64().ok_or_else(|| CircuitError::NoCounterpart {
                place: format!("{}: node type {number}: {key}", place.shown),
                found: value.to_string(),
                expected: "a number".into(),
            }),
        };
        let v_m = value(V_M)?;
        at_rest &= v_m == value("E_L")?;
        values.insert(*number, v_m);
    }
    let written = match (own(V_M), at_rest) {
        (true, _) => format!(
            "{{ file = {}, population = \"{}\", column = \"{V_M}\" }}",
            place.file, nodes.name
        ),
        (false, true) => return Ok(()),
        (false, false) => written(&nodes.types, &values, "mV"),
    };
    let _ = writeln!(circuit.text, "initial = {{ v_m = {written} }}");
    Ok(())
}

/// A value for all, or blocks of neurons with one value each.
fn written(types: &[u64], values: &BTreeMap<u64, f64>, unit: &str) -> String {
    let value = |number: u64| values.get(&number).copied().unwrap_or(f64::NAN);
    let first = types.first().map_or(0.0, |&number| value(number));
    if types.iter().all(|&number| value(number) == first) {
        return format!("\"{first} {unit}\"");
    }
    let blocks = types.chunk_by(|&a, &b| value(a) == value(b));
    let blocks = blocks.map(|block| format!("[{}, \"{} {unit}\"]", block.len(), value(block[0])));
    format!("[{}]", blocks.collect::<Vec<_>>().join(", "))
}

//! A network as NIR's nodes.

use std::collections::HashSet;
use std::path::Path;

use super::{MS_PER_S, NirError};
use crate::base::parameter::{Spec, Value, Values, complete};
use crate::base::time::{Duration, PS_PER_S};
use crate::config::Options;
use crate::config::network::{Bout, NetworkModel};
use crate::experiment::error::ExperimentError;
use crate::experiment::export::{self, ExportError, tables};
use crate::experiment::load;
use crate::mlp::weight_file::{Dtype, Tensor};
use crate::network::plan::{NetworkPlan, Population};
use crate::neuron::{lif, lif_exp};
use crate::record::edge_file::write::EdgeTable;
use crate::record::nir_file::{self, CUBA_LIF, Graph, Kind, LIF, Neurons, Node};

/// Different delays of a projection: each takes a matrix of its own.
const MOST_DELAYS: usize = 100;

/// What went into a NIR file.
#[derive(Debug, Clone)]
pub struct Exported {
    /// Its nodes.
    pub nodes: usize,
    /// What was left out, a line each.
    pub left: Vec<String>,
}

/// Writes the network of the model file at `path`, changed by `options`, to `out` for programs whose spikes last `dt_ms`:
/// `relay` as `Input`, `lif` as `LIF`, `lif_exp` as `CubaLIF`, projections as `Linear`, so that a weight adds as many mV or
/// pA as it has here.
///
/// # Errors
/// If the model is wrong, a population or projection has no counterpart in NIR, or `out` exists or cannot be written.
pub fn export(
    path: &Path,
    options: &Options,
    dt_ms: f64,
    out: &Path,
) -> Result<Exported, NirError> {
    let model = export::network(path, options)?;
    let loaded = load::load(&model.network).map_err(ExportError::from)?;
    let plan = loaded.plan().map_err(ExperimentError::from);
    let plan = plan.map_err(ExportError::from)?;
    let mut left = refuse(&plan)?;
    left.extend(of_bouts(&model));
    let dt = Duration::from_ms(dt_ms).map_err(|error| {
        no_counterpart(
            "step",
            "dt",
            &error.to_string(),
            "a time that a clock can count",
        )
    })?;
    let mut graph = Graph::default();
    for population in &plan.populations {
        let kind = node(population, dt_ms)?;
        let name = population.name.clone();
        graph.nodes.push(Node { name, kind });
    }
    let mut ends: Vec<bool> = vec![true; plan.populations.len()];
    for (source, targets, table) in tables(&plan)? {
        ends[source] = false;
        let mut delays: Vec<Duration> = table.edges.iter().map(|edge| edge.delay).collect();
        delays.sort_unstable();
        delays.dedup();
        if delays.iter().any(|delay| *delay < dt) {
            let said = format!(
                "delays of `{}` below {dt_ms} ms: NIR's spikes arrive a step later",
                table.name
            );
            left.push(said);
        }
        if delays.len() > MOST_DELAYS {
            let found = format!("{} different delays", delays.len());
            let expected = "100 or fewer, each of them weights of its own";
            return Err(no_counterpart("projection", &table.name, &found, expected));
        }
        let mut from = 0;
        for &target in &targets {
            let population = &plan.populations[target];
            if population.model == "relay" {
                let found = "a relay as target";
                return Err(no_counterpart("projection", &table.name, found, "neurons"));
            }
            let name = match targets.len() {
                1 => table.name.clone(),
                _ => format!("{}_{}", table.name, population.name),
            };
            for (k, &delay) in delays.iter().enumerate() {
                let name = match k {
                    0 => name.clone(),
                    k => format!("{name}_{}", k + 1),
                };
                let weights = matrix(&table, (from, population.size), delay, &name);
                let mut before = plan.populations[source].name.clone();
                if delay > dt {
                    let seconds = (delay.ps() - dt.ps()) as f64 / PS_PER_S;
                    let kind = Kind::Delay(vec![seconds; table.source.1 as usize]);
                    let name = format!("{name}_delay");
                    graph.edges.push((before, name.clone()));
                    before = name.clone();
                    graph.nodes.push(Node { name, kind });
                }
                graph.edges.push((before, name.clone()));
                graph.edges.push((name.clone(), population.name.clone()));
                let kind = Kind::Weights(weights, None);
                graph.nodes.push(Node { name, kind });
            }
            from += population.size;
        }
    }
    if ends.iter().all(|is_end| !is_end) {
        ends.fill(true);
    }
    let several = ends.iter().filter(|is_end| **is_end).count() > 1;
    for (population, _) in plan.populations.iter().zip(&ends).filter(|(_, end)| **end) {
        let name = match several {
            true => format!("output_{}", population.name),
            false => "output".into(),
        };
        graph.edges.push((population.name.clone(), name.clone()));
        let kind = Kind::Output(population.size as usize);
        graph.nodes.push(Node { name, kind });
    }
    let mut names = HashSet::new();
    if let Some(twice) = graph.nodes.iter().find(|node| !names.insert(&node.name)) {
        let found = "the name of another node";
        let expected = "a name of its own";
        return Err(no_counterpart("node", &twice.name, found, expected));
    }
    nir_file::write(out, &graph)?;
    let nodes = graph.nodes.len();
    Ok(Exported { nodes, left })
}

/// Refuses what NIR has no word for, and says what is left out.
fn refuse(plan: &NetworkPlan) -> Result<Vec<String>, NirError> {
    let dense = plan.dense.iter();
    let dense = dense.map(|one| {
        (
            &one.name,
            one.plasticity.is_some(),
            one.short_term.is_some(),
        )
    });
    let sparse = plan.projections.iter();
    let sparse = sparse.map(|one| {
        (
            &one.plan.name,
            one.plasticity.is_some(),
            one.short_term.is_some(),
        )
    });
    let mut left = Vec::new();
    for (name, is_plastic, is_short_term) in dense.chain(sparse) {
        if is_short_term {
            let found = "synapses that depend on use";
            return Err(no_counterpart("projection", name, found, "fixed ones"));
        }
        if is_plastic {
            left.push(format!(
                "that `{name}` learns: its weights are as they are built"
            ));
        }
    }
    if let Some(tied) = plan.tied.first() {
        let found = "a matrix read the other way";
        return Err(no_counterpart(
            "projection",
            &tied.name,
            found,
            "one of its own",
        ));
    }
    let given = plan.populations.iter().filter(|own| begins_elsewhere(own));
    left.extend(given.map(|own| format!("at which potentials `{}` begins", own.name)));
    let forces = plan.homeostasis.iter();
    left.extend(forces.map(|own| format!("that `homeostasis.{}` acts", own.name)));
    let stimuli = plan.noise.len() + plan.currents.len() + plan.spikes.len();
    if stimuli > 0 {
        left.push(format!(
            "{stimuli} stimuli: what comes in is no part of a graph"
        ));
    }
    Ok(left)
}

/// Whether neurons begin at another potential than that to which what NIR has of them leads by itself.
fn begins_elsewhere(population: &Population) -> bool {
    let spec = match population.model {
        "lif" => &lif::SPEC,
        "lif_exp" => &lif_exp::SPEC,
        _ => return false,
    };
    // What is wrong with them is told where they are written.
    let Ok(values) = complete(spec, &population.values) else {
        return false;
    };
    let number = |name| values.number(name);
    let rest = || Some(number("e_l")? + number("tau_m")? / number("c_m")? * number("i_e")?);
    match (&population.v_m, rest()) {
        (Some(Value::Number(start)), Some(rest)) => *start != rest,
        (Some(_), _) => true,
        (None, _) => number("i_e") != Some(0.0),
    }
}

/// What bouts of `model` change, which a graph has no time for.
fn of_bouts(model: &NetworkModel) -> Option<String> {
    let changes = |bout: &&Bout| {
        let altered = [&bout.factor, &bout.offset, &bout.value];
        altered.iter().any(|altered| !altered.is_empty())
    };
    let n = model.bouts.iter().filter(changes).count();
    (n > 0).then(|| match n {
        1 => "what a bout changes: a graph is as the network was declared".into(),
        n => format!("what {n} bouts change: a graph is as the network was declared"),
    })
}

/// A population as a node.
fn node(population: &Population, dt_ms: f64) -> Result<Kind, NirError> {
    let size = population.size as usize;
    let of = |spec: &'static Spec| -> Result<Values, NirError> {
        complete(spec, &population.values).map_err(|error| {
            no_counterpart("population", &population.name, &error.to_string(), "values")
        })
    };
    let (spec, model) = match population.model {
        "relay" => return Ok(Kind::Input(size)),
        "lif" => (&lif::SPEC, &LIF),
        "lif_exp" => (&lif_exp::SPEC, &CUBA_LIF),
        other => {
            let expected = "lif, lif_exp or relay";
            return Err(no_counterpart(
                "population",
                &population.name,
                other,
                expected,
            ));
        }
    };
    let values = of(spec)?;
    let number = |name: &str| {
        values.number(name).ok_or_else(|| {
            let found = format!("`{name}` of each neuron");
            no_counterpart("population", &population.name, &found, "one value for all")
        })
    };
    if number("t_ref")? != 0.0 {
        let found = "a refractory period";
        return Err(no_counterpart(
            "population",
            &population.name,
            found,
            "t_ref = 0",
        ));
    }
    if values.text("reset") == Some("subtract") {
        let found = "a reset by subtraction";
        return Err(no_counterpart(
            "population",
            &population.name,
            found,
            "one to v_reset",
        ));
    }
    let tau_ms = number("tau_m")?;
    let resistance = tau_ms / number("c_m")?;
    let rest = number("e_l")? + resistance * number("i_e")?;
    let (threshold, reset) = (number("v_th")?, number("v_reset")?);
    let each = match population.model {
        "lif" => vec![tau_ms / MS_PER_S, tau_ms / dt_ms, rest, threshold, reset],
        _ => {
            let syn_ms = number("tau_syn_ex")?;
            if syn_ms != number("tau_syn_in")? {
                let found = "two time constants of currents";
                return Err(no_counterpart("population", &population.name, found, "one"));
            }
            let w_in = syn_ms / dt_ms;
            let (tau, syn) = (tau_ms / MS_PER_S, syn_ms / MS_PER_S);
            vec![tau, syn, resistance, rest, threshold, reset, w_in]
        }
    };
    let values = each.into_iter().map(|value| vec![value; size]).collect();
    Ok(Kind::Neurons(Neurons { model, values }))
}

/// The weights of `table` that arrive after `delay` onto the `size` targets from number `from` on, (out, in); synapses of one
/// pair add up.
fn matrix(table: &EdgeTable, (from, size): (u32, u32), delay: Duration, name: &str) -> Tensor {
    let n_source = table.source.1 as usize;
    let mut values = vec![0.0_f32; size as usize * n_source];
    for edge in table.edges.iter().filter(|edge| edge.delay == delay) {
        if let Some(row) = edge.target.checked_sub(from).filter(|row| *row < size) {
            values[row as usize * n_source + edge.source as usize] += edge.weight as f32;
        }
    }
    Tensor {
        name: name.into(),
        shape: vec![size as usize, n_source],
        dtype: Dtype::F32,
        values,
    }
}

fn no_counterpart(what: &'static str, name: &str, found: &str, expected: &'static str) -> NirError {
    NirError::NoCounterpart {
        what,
        name: name.into(),
        found: found.into(),
        expected,
    }
}

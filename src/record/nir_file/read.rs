//! NIR files read.

use std::collections::HashMap;
use std::path::Path;

use hdf5::types::{TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Dataset, Group};

use super::{Graph, Kind, MODELS, Model, Neurons, Node, damaged};
use crate::base::shown::shown;
use crate::mlp::weight_file::{Format, Parts, Problem, Tensor};
use crate::record::cause::cause;
use crate::record::dataset::numbers;
use crate::record::open::open_whole;
use crate::record::weight_tensor::Source;
use crate::record::{heap, text_length};

/// Nodes that are read: networks have tens of them.
const MOST_NODES: usize = 1_000;

/// Edges that are read.
const MOST_EDGES: usize = 100_000;

/// Graphs within graphs: recurrent layers of snnTorch are one.
const DEEPEST: usize = 8;

/// The network in the file at `path`.
///
/// # Errors
/// If it is no NIR file, or damaged.
pub(crate) fn read(path: &Path) -> Result<Graph, Problem> {
    let mut source = Source::new(path, Format::Nir);
    let file = open_whole(path).map_err(|error| source.refused(&error))?;
    // Texts lie on heaps.
    heap::check(path, &[]).map_err(|what| source.damaged(what))?;
    let Ok(root) = file.group("node") else {
        return Err(damaged("it has no `/node`: no network of NIR"));
    };
    let mut graph = Graph::default();
    add(&mut source, &root, "", DEEPEST, &mut graph)?;
    Ok(graph)
}

/// Adds the nodes and edges of the graph `root`, whose own name with a dot behind it is `prefix`.
fn add(
    source: &mut Source<'_>,
    root: &Group,
    prefix: &str,
    depth: usize,
    graph: &mut Graph,
) -> Result<(), Problem> {
    let place = prefix.trim_end_matches('.');
    let (Ok(nodes), Ok(edges)) = (root.group("nodes"), root.dataset("edges")) else {
        let of = match place {
            "" => "`/node` has".into(),
            place => format!("the graph `{}` has", shown(place)),
        };
        return Err(damaged(format!("{of} no `nodes` or no `edges`")));
    };
    let names = nodes
        .member_names()
        .map_err(|error| source.refused(&error))?;
    // Those within an inner graph, by its name: where values come in and go out.
    let (mut ins, mut outs) = (HashMap::new(), HashMap::new());
    for name in names {
        let (group, whole) = (nodes.group(&name), format!("{prefix}{name}"));
        let group = group.map_err(|_| damaged(format!("`{}` is no node", shown(&whole))))?;
        match kind(source, &group, &whole)? {
            Kind::Other(kind) if kind == "NIRGraph" => {
                let Some(depth) = depth.checked_sub(1) else {
                    return Err(damaged(format!("`{}` is nested too deep", shown(&whole))));
                };
                let first = graph.nodes.len();
                add(source, &group, &format!("{whole}."), depth, graph)?;
                let inner = &mut graph.nodes[first..];
                ins.insert(
                    name.clone(),
                    opened(inner, &whole, |kind| matches!(kind, Kind::Input(_)))?,
                );
                outs.insert(
                    name,
                    opened(inner, &whole, |kind| matches!(kind, Kind::Output(_)))?,
                );
            }
            kind => graph.nodes.push(Node { name: whole, kind }),
        }
        if graph.nodes.len() > MOST_NODES {
            return Err(damaged(format!("more than {MOST_NODES} nodes")));
        }
    }
    let at = format!("{prefix}edges");
    if graph.edges.len() + edges.size() / 2 > MOST_EDGES {
        return Err(damaged(format!("more than {MOST_EDGES} edges")));
    }
    if edges.size() > 0 {
        source.check(&edges, &at, size_of::<VarLenUnicode>() as u64)?;
    }
    let ends = texts(source, &edges, &at)?;
    let ends = ends.ok_or_else(|| damaged(format!("`{}` are no texts", shown(&at))))?;
    let (pairs, rest) = ends.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(damaged(format!("`{}` are no pairs", shown(&at))));
    }
    let end = |name: &String, inner: &HashMap<String, String>| {
        let within = inner.get(name).cloned();
        within.unwrap_or_else(|| format!("{prefix}{name}"))
    };
    let pairs = pairs.iter();
    graph
        .edges
        .extend(pairs.map(|[from, to]| (end(from, &outs), end(to, &ins))));
    Ok(())
}

/// The one node of the inner graph `name` that `is_gate`, which lets values through from now on.
fn opened(
    inner: &mut [Node],
    name: &str,
    is_gate: impl Fn(&Kind) -> bool,
) -> Result<String, Problem> {
    let mut gates = inner.iter_mut().filter(|node| is_gate(&node.kind));
    match (gates.next(), gates.next()) {
        (Some(gate), None) => {
            gate.kind = Kind::Flatten;
            Ok(gate.name.clone())
        }
        _ => {
            let found = "a graph without, or with several, inputs or outputs";
            Err(super::part(name, found, "one Input and one Output in it"))
        }
    }
}

/// What the node `name` in `group` is.
fn kind(source: &mut Source<'_>, group: &Group, name: &str) -> Result<Kind, Problem> {
    let kind = group.dataset("type").ok();
    let kind = kind.filter(|kind| kind.size() == 1);
    let kind = kind.map(|kind| texts(source, &kind, &format!("{name}/type")));
    let kind = kind.transpose()?.flatten();
    let kind = kind.and_then(|texts| texts.into_iter().next());
    let kind = kind.ok_or_else(|| damaged(format!("node `{}` has no `type`", shown(name))))?;
    Ok(match kind.as_str() {
        "Input" => Kind::Input(size(source, group, name)?),
        "Output" => Kind::Output(size(source, group, name)?),
        "Flatten" => Kind::Flatten,
        "Delay" => Kind::Delay(values(source, group, name, "delay")?),
        "Linear" => Kind::Weights(array(source, group, name, "weight")?, None),
        "Affine" => Kind::Weights(
            array(source, group, name, "weight")?,
            Some(array(source, group, name, "bias")?),
        ),
        other => match MODELS.iter().find(|model| model.name == other) {
            Some(model) => Kind::Neurons(neurons(source, group, name, model)?),
            None => Kind::Other(kind),
        },
    })
}

fn neurons(
    source: &mut Source<'_>,
    group: &Group,
    name: &str,
    model: &'static Model,
) -> Result<Neurons, Problem> {
    let values = model.parameters.iter().map(|&parameter| {
        // Files of versions before 1.0.5 have no reset, which was 0 then.
        if parameter == "v_reset" && !group.link_exists(parameter) {
            return Ok(vec![0.0]);
        }
        values(source, group, name, parameter)
    });
    Ok(Neurons {
        model,
        values: values.collect::<Result<_, Problem>>()?,
    })
}

fn dataset(group: &Group, name: &str, parameter: &str) -> Result<Dataset, Problem> {
    let dataset = group.dataset(parameter);
    dataset.map_err(|_| damaged(format!("node `{}` has no `{parameter}`", shown(name))))
}

/// Finite numbers; those of single precision as they would be typed.
fn values(
    source: &mut Source<'_>,
    group: &Group,
    name: &str,
    parameter: &str,
) -> Result<Vec<f64>, Problem> {
    let dataset = dataset(group, name, parameter)?;
    let place = format!("{name}/{parameter}");
    source.check(&dataset, &place, size_of::<f64>() as u64)?;
    let wrong = || damaged(format!("`{}` are no finite numbers", shown(&place)));
    let mut values = numbers(&dataset, &place).map_err(|_| wrong())?;
    let kind = dataset.dtype().and_then(|kind| kind.to_descriptor());
    if matches!(kind, Ok(TypeDescriptor::Float(size)) if size as usize == 4) {
        for value in &mut values {
            *value = (*value as f32).to_string().parse().map_err(|_| wrong())?;
        }
    }
    match !values.is_empty() && values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(wrong()),
    }
}

/// How many values the `shape` of an input or output is of.
fn size(source: &mut Source<'_>, group: &Group, name: &str) -> Result<usize, Problem> {
    let shape = values(source, group, name, "shape")?;
    Ok(shape.iter().product::<f64>() as usize)
}

fn array(
    source: &mut Source<'_>,
    group: &Group,
    name: &str,
    parameter: &str,
) -> Result<Tensor, Problem> {
    let dataset = dataset(group, name, parameter)?;
    source.tensor(
        &dataset,
        &format!("{name}/{parameter}"),
        format!("{name}.{parameter}"),
    )
}

/// The texts of a dataset at `place` of texts of any length; `None` if it has none.
fn texts(
    source: &Source<'_>,
    dataset: &Dataset,
    place: &str,
) -> Result<Option<Vec<String>>, Problem> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let read = || match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::VarLenUnicode => {
            text_length::check(dataset)?;
            let texts = dataset.read_raw::<VarLenUnicode>()?;
            let texts = texts.iter().map(|each| text(each.as_bytes()));
            Ok(Some(texts.collect()))
        }
        TypeDescriptor::VarLenAscii => {
            text_length::check(dataset)?;
            let texts = dataset.read_raw::<VarLenAscii>()?;
            let texts = texts.iter().map(|each| text(each.as_bytes()));
            Ok(Some(texts.collect()))
        }
        _ => Ok(None),
    };
    read().map_err(|error: hdf5::Error| {
        source.damaged(format!("`{}`: {}", shown(place), cause(&error)))
    })
}

/// The weights of the network in the file at `path`, layer by layer, each with its bias, whatever they lie between.
///
/// # Errors
/// As [`read`], and if a node has no counterpart here.
pub(in crate::record) fn layers(path: &Path) -> Result<Vec<Vec<Tensor>>, Problem> {
    let graph = read(path)?;
    let weights = graph.weights()?.into_iter();
    let tensors = |(weight, bias): (&Tensor, Option<&Tensor>)| {
        std::iter::once(weight).chain(bias).cloned().collect()
    };
    Ok(weights.map(tensors).collect())
}

/// Weights of the file at `path` from input to output, and what is between them.
///
/// # Errors
/// As [`read`], and if the network is no chain of weights with neurons between them.
pub(in crate::record) fn weights(path: &Path) -> Result<Parts, Problem> {
    let graph = read(path)?;
    let (mut tensors, mut beside) = (Vec::new(), Vec::new());
    let mut is_driven = true;
    for node in graph.chain()? {
        match &node.kind {
            Kind::Weights(..) if !is_driven => {
                let found = "weights right after weights";
                return Err(super::part(&node.name, found, "neurons between them"));
            }
            Kind::Weights(weight, bias) => {
                is_driven = false;
                tensors.push(weight.clone());
                tensors.extend(bias.clone());
            }
            Kind::Neurons(neurons) => {
                is_driven = true;
                let each = neurons.model.parameters.iter().zip(&neurons.values);
                let each: Vec<String> = each.map(|(name, values)| spread(name, values)).collect();
                let (name, model) = (shown(&node.name), neurons.model.name);
                beside.push(format!("`{name}` is {model}: {}", each.join(", ")));
            }
            Kind::Delay(_) => beside.push(format!("`{}` (Delay) plays no part", shown(&node.name))),
            _ => {}
        }
    }
    Ok((tensors, beside))
}

/// A parameter's value, or its range.
fn spread(name: &str, values: &[f64]) -> String {
    let unit = if name.starts_with("tau") { " s" } else { "" };
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match low == high {
        true => format!("{name} {low}{unit}"),
        false => format!("{name} {low} to {high}{unit}"),
    }
}

//! ONNX files: chains of `MatMul` or `Gemm`, `Add` and `Relu`.
//!
//! Format: `onnx.proto` and `Operators.md` of ONNX 1.16 to 1.23. Nodes stand in the order in which they are computed, so
//! the network is followed from the graph's input on; whatever is not a layer, ReLU or without effect is refused by name.

mod chain;
mod constant;
mod message;
mod node;

use std::collections::HashMap;

use super::archive::Budget;
use super::error::looks_like;
use super::{Format, Parts, Problem};
use chain::Chain;
use constant::Constant;
use message::{Value, fields};
use node::Node;

/// Nodes that are read: two bytes make one, and a chain of layers has hundreds.
const MOST_NODES: usize = 100_000;

/// The weights of the graph, each followed by its bias, from input to output.
///
/// # Errors
/// If the file is no ONNX model, damaged, or no chain of linear layers with ReLU between them.
pub(super) fn read(bytes: &[u8]) -> Result<Parts, Problem> {
    let content = || Problem::Content {
        expected: Format::Onnx,
        found: looks_like(bytes),
    };
    let model = fields(bytes).map_err(|what| match looks_like(bytes) {
        "an unknown format" => damaged(what),
        _ => content(),
    })?;
    let graph = model.iter().find_map(|field| match field {
        (7, Value::Bytes(graph)) => Some(*graph),
        _ => None,
    });
    let graph = fields(graph.ok_or_else(content)?).map_err(damaged)?;
    let (mut nodes, mut constants) = (Vec::new(), HashMap::new());
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for (number, value) in graph {
        match number {
            1 if nodes.len() == MOST_NODES => {
                return Err(damaged(format!("more than {MOST_NODES} nodes")));
            }
            1 => nodes.push(Node::new(value.bytes(), nodes.len())?),
            5 => {
                let constant = Constant::new(value.bytes())?;
                constants.insert(constant.name.clone(), constant);
            }
            11 => inputs.push(name(value)?),
            12 => outputs.push(name(value)?),
            _ => {}
        }
    }
    // Until version 4 of the format initialisers were inputs too.
    inputs.retain(|input| !constants.contains_key(input));
    let [input] = &inputs[..] else {
        return Err(several("inputs", &inputs));
    };
    let mut chain = Chain::new(input, constants, Budget::of(bytes.len()));
    for node in &nodes {
        chain.follow(node)?;
    }
    match &outputs[..] {
        [output] => chain.end(output),
        _ => Err(several("outputs", &outputs)),
    }
}

/// The name in a `ValueInfoProto`.
fn name(value: Value<'_>) -> Result<String, Problem> {
    let fields = fields(value.bytes()).map_err(damaged)?;
    let name = fields.iter().find(|(number, _)| *number == 1);
    Ok(name.map_or_else(String::new, |(_, name)| name.text()))
}

fn several(what: &'static str, names: &[String]) -> Problem {
    /// Names that a message has room for.
    const MOST: usize = 8;
    let first: Vec<&str> = names.iter().map(String::as_str).take(MOST).collect();
    Problem::Part {
        what,
        name: first.join(", "),
        found: names.len().to_string(),
        expected: "one: a chain of layers",
        help: "",
    }
}

fn damaged(detail: impl Into<String>) -> Problem {
    Problem::damaged(Format::Onnx, detail)
}

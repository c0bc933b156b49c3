//! A network followed node by node.

use std::collections::HashMap;

use super::constant::Constant;
use super::damaged;
use super::node::Node;
use crate::base::shown::shown;
use crate::mlp::weight_file::archive::Budget;
use crate::mlp::weight_file::element::dimensions;
use crate::mlp::weight_file::{Parts, Problem, Tensor};

/// What may stand in a chain, for messages.
const OPERATIONS: &str = "MatMul, Gemm, Add, Relu, Softmax, Flatten, Reshape, Identity or Dropout";

/// A chain of layers, as far as it has been followed.
pub(super) struct Chain<'a> {
    /// The value that the next node must take.
    current: String,
    constants: HashMap<String, Constant<'a>>,
    budget: Budget,
    layers: Vec<Layer>,
    /// What is to say, a sentence each.
    beside: Vec<String>,
}

/// A layer, and what follows it.
struct Layer {
    /// (out, in).
    weights: Tensor,
    bias: Option<Tensor>,
    activation: Option<String>,
}

impl<'a> Chain<'a> {
    /// A chain that begins with the value `input`.
    pub(super) fn new(
        input: &str,
        constants: HashMap<String, Constant<'a>>,
        budget: Budget,
    ) -> Self {
        Self {
            current: input.into(),
            constants,
            budget,
            layers: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Adds what `node` does.
    ///
    /// # Errors
    /// If it is no part of a chain of linear layers with ReLU between them.
    pub(super) fn follow(&mut self, node: &Node<'a>) -> Result<(), Problem> {
        if node.operation == "Constant" {
            return self.constant(node);
        }
        let first = node.inputs.first();
        if node.operation == "Identity"
            && let Some(constant) = first.and_then(|name| self.constants.get(name))
        {
            let constant = constant.clone();
            self.name(node, constant);
            return Ok(());
        }
        let place = node.inputs.iter().position(|name| *name == self.current);
        match (node.operation.as_str(), place) {
            (
                "MatMul" | "Gemm" | "Add" | "Relu" | "Softmax" | "LogSoftmax" | "Flatten"
                | "Reshape" | "Identity" | "Dropout",
                None,
            ) => {
                let found = format!("{} of another value", node.operation);
                Err(part(
                    node,
                    &found,
                    "one chain, in which each node takes what the one before gives",
                ))
            }
            ("MatMul", Some(0)) => {
                let weights = self.array(node, 1, "weights")?.turned();
                self.layer(node, weights, None)
            }
            ("MatMul", _) => Err(part(node, "weights first", "the values first")),
            ("Gemm", Some(0)) => self.gemm(node),
            ("Gemm", _) => Err(part(node, "weights first", "the values first")),
            ("Add", Some(place)) => self.add(node, 1 - place.min(1)),
            ("Relu" | "Softmax" | "LogSoftmax", _) => self.apply(node),
            ("Flatten" | "Reshape" | "Identity", _) => Ok(()),
            ("Dropout", _) => {
                let said = format!("`{}` (Dropout) plays no part", shown(&node.name));
                self.beside.push(said);
                Ok(())
            }
            _ => Err(part(node, &node.operation, OPERATIONS)),
        }?;
        self.current = node.outputs.first().cloned().unwrap_or_default();
        Ok(())
    }

    /// Weights and biases, once the chain has come to `output`.
    ///
    /// # Errors
    /// If it has not, or has no layer.
    pub(super) fn end(mut self, output: &str) -> Result<Parts, Problem> {
        if *output != self.current {
            return Err(Problem::Part {
                what: "output",
                name: output.into(),
                found: format!("a chain that ends with `{}`", self.current),
                expected: "the output at its end",
                help: "",
            });
        }
        let Some(last) = self.layers.last() else {
            return Err(damaged("the graph has no MatMul or Gemm"));
        };
        let last = last.activation.as_deref().unwrap_or("none");
        let said = format!("what follows the last layer: {last}");
        self.beside.push(said);
        let mut tensors = Vec::new();
        for layer in self.layers {
            tensors.push(layer.weights);
            tensors.extend(layer.bias);
        }
        Ok((tensors, self.beside))
    }

    /// The array of a `Constant` node.
    fn constant(&mut self, node: &Node<'a>) -> Result<(), Problem> {
        // Other attributes hold no arrays: no matrix can come of them.
        if let Some(constant) = node.array("value")? {
            self.name(node, constant);
        }
        Ok(())
    }

    /// Gives a constant the name of the node's output.
    fn name(&mut self, node: &Node<'a>, mut constant: Constant<'a>) {
        if let Some(output) = node.outputs.first() {
            if constant.name.is_empty() {
                constant.name.clone_from(output);
            }
            self.constants.insert(output.clone(), constant);
        }
    }

    /// The array that is input number `place` of `node`.
    fn array(&mut self, node: &Node<'a>, place: usize, what: &str) -> Result<Tensor, Problem> {
        let name = node.inputs.get(place).map_or("", String::as_str);
        let Some(constant) = self.constants.get(name) else {
            let found = format!("{} with {what} that are computed", node.operation);
            return Err(part(node, &found, "initialisers"));
        };
        constant.tensor(&mut self.budget)
    }

    fn gemm(&mut self, node: &Node<'a>) -> Result<(), Problem> {
        if node.is_set("transA") {
            return Err(part(node, "Gemm with transA", "values as rows"));
        }
        let weights = self.array(node, 1, "weights")?;
        let weights = match node.is_set("transB") {
            true => weights,
            false => weights.turned(),
        };
        let bias = match node.inputs.get(2).filter(|name| !name.is_empty()) {
            Some(_) => {
                let bias = vector(node, self.array(node, 2, "biases")?)?;
                Some(scaled(bias, node.real("beta", 1.0)))
            }
            None => None,
        };
        self.layer(node, scaled(weights, node.real("alpha", 1.0)), bias)
    }

    fn layer(
        &mut self,
        node: &Node<'_>,
        weights: Tensor,
        bias: Option<Tensor>,
    ) -> Result<(), Problem> {
        if weights.shape.len() != 2 {
            let shape = dimensions(&weights.shape);
            let found = format!("{} with {shape}", node.operation);
            return Err(part(node, &found, "a matrix"));
        }
        if let Some(last) = self.layers.last()
            && last.activation.as_deref() != Some("Relu")
        {
            let before = last.activation.as_deref().unwrap_or("a layer");
            let found = format!("{} right after {before}", node.operation);
            return Err(part(node, &found, "Relu between layers"));
        }
        self.layers.push(Layer {
            weights,
            bias,
            activation: None,
        });
        Ok(())
    }

    /// An addition of a constant: the bias of the last layer.
    fn add(&mut self, node: &Node<'a>, place: usize) -> Result<(), Problem> {
        let bias = vector(node, self.array(node, place, "terms")?)?;
        match self.layers.last_mut() {
            Some(Layer {
                bias: own @ None,
                activation: None,
                ..
            }) => {
                *own = Some(bias);
                Ok(())
            }
            _ => Err(part(
                node,
                "Add that is no bias",
                "one right after a MatMul",
            )),
        }
    }

    fn apply(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        match self.layers.last_mut() {
            Some(layer) if layer.activation.is_none() => {
                layer.activation = Some(node.operation.clone());
                Ok(())
            }
            _ => {
                let found = format!("{} that follows no layer", node.operation);
                Err(part(node, &found, "it right after a layer"))
            }
        }
    }
}

/// A bias, which may be a row.
fn vector(node: &Node<'_>, mut bias: Tensor) -> Result<Tensor, Problem> {
    match bias.shape[..] {
        [_] => Ok(bias),
        [1, n] => {
            bias.shape = vec![n];
            Ok(bias)
        }
        _ => {
            let found = format!("{} of {}", node.operation, dimensions(&bias.shape));
            Err(part(node, &found, "a number for each neuron"))
        }
    }
}

fn scaled(mut tensor: Tensor, factor: f32) -> Tensor {
    if factor != 1.0 {
        tensor.values.iter_mut().for_each(|value| *value *= factor);
    }
    tensor
}

fn part(node: &Node<'_>, found: &str, expected: &'static str) -> Problem {
    Problem::Part {
        what: "node",
        name: node.name.clone(),
        found: found.into(),
        expected,
        help: "",
    }
}

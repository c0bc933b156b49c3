//! A chain of NIR's nodes as a model file.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

use super::{MS_PER_S, NO_LEAK_MS, NirError};
use crate::experiment::circuit::{Circuit, path_text};
use crate::mlp::weight_file::{Problem, Tensor};
use crate::network::check::is_name;
use crate::record::nir_file::{self, Kind, Neurons, part};

/// Reads the network in the NIR file at `path` as a model file that takes its weights from there; spikes last `dt_ms`. Paths in
/// the model file start from `folder`, where it will be. Biases are refused unless they are 0 or `drop_bias` leaves them out.
///
/// # Errors
/// If the file is wrong, or the network is no chain of weights and neurons that there are here.
pub fn import(
    path: &Path,
    folder: &Path,
    dt_ms: f64,
    drop_bias: bool,
) -> Result<Circuit, NirError> {
    let mut chain = Chain {
        circuit: Circuit::default(),
        file: path_text(path, folder),
        dt_ms,
        drop_bias,
        names: HashSet::new(),
        layers: 0,
        before: (String::new(), 0),
        has_biases: false,
        weights: None,
        spiking: Vec::new(),
    };
    let _ = writeln!(
        chain.circuit.text,
        "# From the NIR graph `{}`: a spike lasts {dt_ms} ms, and arrives as long after.\nschema = 1\nexperiment = \
         \"network\"\nseed = 1\nduration = \"1 s\"",
        path.display(),
    );
    chain
        .read(path)
        .map_err(|problem| NirError::File(problem.in_file(path)))?;
    let recorded: Vec<String> = chain
        .spiking
        .iter()
        .map(|name| format!("{name:?}"))
        .collect();
    let mut circuit = chain.circuit;
    let _ = writeln!(
        circuit.text,
        "\n[record]\nspikes = [{}]",
        recorded.join(", ")
    );
    let input = "what comes in: name a stimulus of the input, such as kind = \"poisson\"";
    circuit.left.push(input.into());
    Ok(circuit)
}

/// A chain, as far as it is written.
struct Chain {
    circuit: Circuit,
    /// The NIR file, as the model file names it.
    file: String,
    dt_ms: f64,
    drop_bias: bool,
    names: HashSet<String>,
    /// Layers of weights that are written.
    layers: usize,
    /// The last population, and its neurons.
    before: (String, usize),
    /// Whether the file has biases, which those who read weights from it must leave out.
    has_biases: bool,
    /// Weights that wait for their neurons: name and neurons.
    weights: Option<(String, usize)>,
    spiking: Vec<String>,
}

impl Chain {
    fn read(&mut self, path: &Path) -> Result<(), Problem> {
        let graph = nir_file::read(path)?;
        let mut nodes = graph.nodes.iter();
        self.has_biases = nodes.any(|node| matches!(node.kind, Kind::Weights(_, Some(_))));
        let mut chain = graph.chain()?.into_iter();
        chain.try_for_each(|node| self.add(&node.name, &node.kind))
    }

    fn add(&mut self, node: &str, kind: &Kind) -> Result<(), Problem> {
        match kind {
            Kind::Input(size) => {
                let name = self.named(node)?;
                let _ = writeln!(
                    self.circuit.text,
                    "\n[population.{name}]\nneuron = \"relay\"\nsize = {size}"
                );
                let mapped = format!("`{node}`: {size} inputs as relays");
                self.circuit.mapped.push(mapped);
                self.before = (name, *size);
                Ok(())
            }
            Kind::Weights(weight, bias) => self.weights(node, weight, bias.as_ref()),
            Kind::Neurons(neurons) => self.neurons(node, neurons),
            Kind::Output(_) => match self.weights.take() {
                Some((name, _)) => Err(part(
                    &name,
                    "weights before the output",
                    "neurons after them",
                )),
                None => Ok(()),
            },
            Kind::Flatten | Kind::Other(_) => Ok(()),
        }
    }

    fn weights(
        &mut self,
        node: &str,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<(), Problem> {
        if self.weights.is_some() {
            return Err(part(
                node,
                "weights right after weights",
                "neurons between them",
            ));
        }
        let expected = self.before.1;
        let &[n_out, n_in] = &weight.shape[..] else {
            return Err(part(node, "weights that are no matrix", "one of (out, in)"));
        };
        if n_in != expected {
            let found = format!("{n_in} inputs after {expected} neurons");
            return Err(part(node, &found, "as many"));
        }
        let is_biased = bias.is_some_and(|bias| bias.values.iter().any(|value| *value != 0.0));
        if is_biased && !self.drop_bias {
            let tensor = format!("{node}.bias");
            return Err(Problem::Bias { tensor });
        }
        if is_biased {
            self.circuit.left.push(format!("the biases of `{node}`"));
        }
        self.layers += 1;
        self.weights = Some((self.named(node)?, n_out));
        Ok(())
    }

    fn neurons(&mut self, node: &str, neurons: &Neurons) -> Result<(), Problem> {
        let Some((projection, size)) = self.weights.take() else {
            return Err(part(
                node,
                "neurons without weights",
                "Linear or Affine before them",
            ));
        };
        let name = self.named(node)?;
        let value = |parameter: &str| neurons.value(node, parameter);
        let above = |parameter: &str| match value(parameter)? {
            positive if positive > 0.0 => Ok(positive),
            other => {
                let found = format!("{parameter} = {other}");
                Err(part(node, &found, "a value above 0"))
            }
        };
        let dt_ms = self.dt_ms;
        let (model, membrane, gain) = match neurons.model.name {
            "IF" => {
                let gain = value("r")? * dt_ms / MS_PER_S;
                (
                    "lif",
                    format!("tau_m = \"{NO_LEAK_MS} ms\""),
                    format!("{gain} mV"),
                )
            }
            "LIF" => {
                let tau_ms = above("tau")? * MS_PER_S;
                let gain = value("r")? * dt_ms / tau_ms;
                (
                    "lif",
                    format!("tau_m = \"{tau_ms} ms\""),
                    format!("{gain} mV"),
                )
            }
            _ => {
                let (tau_ms, syn_ms) = (above("tau_mem")? * MS_PER_S, above("tau_syn")? * MS_PER_S);
                let capacitance = tau_ms / above("r")?;
                let gain = value("w_in")? * dt_ms / syn_ms;
                let lines = format!(
                    "tau_m = \"{tau_ms} ms\"\nc_m = \"{capacitance} pF\"\ntau_syn_ex = \"{syn_ms} ms\"\ntau_syn_in = \
                     \"{syn_ms} ms\""
                );
                ("lif_exp", lines, format!("{gain} pA"))
            }
        };
        let (threshold, reset, rest) = (value("v_threshold")?, value("v_reset")?, value("v_leak")?);
        let bias = if self.has_biases {
            "bias = \"drop\"\n"
        } else {
            ""
        };
        let (layer, file, source) = (self.layers, &self.file, &self.before.0);
        let _ = write!(
            self.circuit.text,
            "\n[population.{name}]\nneuron = \"{model}\"\nsize = {size}\n{membrane}\nv_th = \"{threshold} mV\"\nv_reset = \
             \"{reset} mV\"\ne_l = \"{rest} mV\"\n\n[projection.{projection}]\nsource = \"{source}\"\ntarget = \
             \"{name}\"\nrule = \"weights\"\nfile = {file}\nlayer = {layer}\n{bias}gain = \"{gain}\"\naxonal_delay = \
             \"{dt_ms} ms\"\n"
        );
        let leak = match neurons.model.name {
            "IF" => format!(" with a leak of {NO_LEAK_MS} ms, which is none"),
            _ => String::new(),
        };
        let kind = neurons.model.name;
        let mapped = format!(
            "`{node}`: {size} neurons {kind} as {model}{leak}, a threshold of {threshold} as so many mV; a weight of 1 of \
             `{projection}` adds {gain}"
        );
        self.circuit.mapped.push(mapped);
        self.spiking.push(name.clone());
        self.before = (name, size);
        Ok(())
    }

    /// What a node is called in a model file.
    fn named(&mut self, node: &str) -> Result<String, Problem> {
        let plain = |c: char| match is_name(c.encode_utf8(&mut [0; 4])) {
            true => c,
            false => '_',
        };
        let name: String = node.chars().map(plain).collect();
        match !name.is_empty() && self.names.insert(name.clone()) {
            true => Ok(name),
            false => Err(part(node, "that name twice or none", "names of their own")),
        }
    }
}

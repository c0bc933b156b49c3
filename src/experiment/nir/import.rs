//! A network of NIR's nodes as a model file.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use super::{MS_PER_S, NO_LEAK_MS, NirError};
use crate::base::shown::quoted;
use crate::experiment::circuit::{Circuit, path_text};
use crate::mlp::weight_file::Problem;
use crate::network::check::is_name;
use crate::record::nir_file::{self, Kind, Link, Neurons, Node, part};

/// Times in ms are written to the picosecond, which is what a clock here counts.
const PER_MS: f64 = 1e9;

/// Reads the network in the NIR file at `path` as a model file that takes its weights from there; spikes last `dt_ms`, and
/// arrive as long after, or later by the delays on their way. Paths in the model file start from `folder`, where it will be.
/// Biases are refused unless they are 0 or `drop_bias` leaves them out.
///
/// # Errors
/// If the file is wrong, or a node has no counterpart here.
pub fn import(
    path: &Path,
    folder: &Path,
    dt_ms: f64,
    drop_bias: bool,
) -> Result<Circuit, NirError> {
    let mut made = Made {
        circuit: Circuit::default(),
        file: path_text(path, folder),
        dt_ms,
        has_biases: false,
        taken: HashSet::new(),
        names: HashMap::new(),
        spiking: Vec::new(),
    };
    let _ = writeln!(
        made.circuit.text,
        "# From the NIR graph `{}`: a spike lasts {dt_ms} ms, and arrives as long after.\nschema = 1\nexperiment = \
         \"network\"\nseed = 1\nduration = \"1 s\"",
        path.display(),
    );
    made.read(path, drop_bias)
        .map_err(|problem| NirError::File(problem.in_file(path)))?;
    let recorded: Vec<String> = made.spiking.iter().map(|name| quoted(name)).collect();
    let mut circuit = made.circuit;
    let _ = writeln!(
        circuit.text,
        "\n[record]\nspikes = [{}]",
        recorded.join(", ")
    );
    let input = "what comes in: name a stimulus of the input, such as kind = \"poisson\"";
    circuit.left.push(input.into());
    Ok(circuit)
}

/// A network, as far as it is written.
struct Made {
    circuit: Circuit,
    /// The NIR file, as the model file names it.
    file: String,
    dt_ms: f64,
    /// Whether the file has biases, which those who read weights from it must leave out.
    has_biases: bool,
    /// Names in the model file.
    taken: HashSet<String>,
    /// Of each population's node: its name in the model file, and its neurons.
    names: HashMap<String, (String, usize)>,
    spiking: Vec<String>,
}

/// Neurons as a population here.
struct Counterpart {
    model: &'static str,
    /// Lines of membrane and currents.
    membrane: String,
    /// What a weight of 1 adds.
    gain: String,
    /// What is to say of the leak.
    leak: String,
}

impl Made {
    fn read(&mut self, path: &Path, drop_bias: bool) -> Result<(), Problem> {
        let graph = nir_file::read(path)?;
        let (populations, links) = graph.network()?;
        self.has_biases = links.iter().any(|link| link.bias.is_some());
        let mut said = HashSet::new();
        for link in links.iter().filter(|link| said.insert(link.layer)) {
            let biases = link.bias.map_or(&[][..], |bias| &bias.values);
            if biases.iter().any(|value| *value != 0.0) {
                let node = &link.node.name;
                if !drop_bias {
                    let tensor = format!("{node}.bias");
                    return Err(Problem::Bias { tensor });
                }
                self.circuit.left.push(format!("the biases of `{node}`"));
            }
        }
        for node in &populations {
            let size = match &node.kind {
                Kind::Input(size) => *size,
                _ => sized(node, &links)?,
            };
            let name = self.named(&node.name)?;
            self.names.insert(node.name.clone(), (name, size));
        }
        for link in &links {
            let (n_in, (_, size)) = (link.weight.shape[1], &self.names[&link.source.name]);
            if n_in != *size {
                let found = format!("{n_in} inputs after {size} neurons");
                return Err(part(&link.node.name, &found, "as many"));
            }
        }
        for node in populations {
            match &node.kind {
                Kind::Neurons(neurons) => self.neurons(node, neurons, &links)?,
                _ => self.input(node),
            }
        }
        Ok(())
    }

    fn input(&mut self, node: &Node) {
        let (name, size) = &self.names[&node.name];
        let _ = writeln!(
            self.circuit.text,
            "\n[population.{name}]\nneuron = \"relay\"\nsize = {size}"
        );
        let mapped = format!("`{}`: {size} inputs as relays", node.name);
        self.circuit.mapped.push(mapped);
    }

    /// A population with the projections onto it.
    fn neurons(
        &mut self,
        node: &Node,
        neurons: &Neurons,
        links: &[Link<'_>],
    ) -> Result<(), Problem> {
        let (name, size) = self.names[&node.name].clone();
        let value = |parameter: &str| neurons.value(&node.name, parameter);
        let Counterpart {
            model,
            membrane,
            gain,
            leak,
        } = self.counterpart(&node.name, neurons)?;
        let (threshold, reset, rest) = (value("v_threshold")?, value("v_reset")?, value("v_leak")?);
        let _ = write!(
            self.circuit.text,
            "\n[population.{name}]\nneuron = \"{model}\"\nsize = {size}\n{membrane}\nv_th = \"{threshold} mV\"\nv_reset = \
             \"{reset} mV\"\ne_l = \"{rest} mV\"\n"
        );
        let mut projections = Vec::new();
        for link in links.iter().filter(|link| link.target.name == node.name) {
            projections.push(self.projection(link, &name, &gain)?);
        }
        let kind = neurons.model.name;
        let projections = projections.join(", ");
        self.circuit.mapped.push(format!(
            "`{}`: {size} neurons {kind} as {model}{leak}, a threshold of {threshold} as so many mV; a weight of 1 of \
             {projections} adds {gain}",
            node.name
        ));
        self.spiking.push(name);
        Ok(())
    }

    /// A projection onto the population `target`; its name as messages have it.
    fn projection(&mut self, link: &Link<'_>, target: &str, gain: &str) -> Result<String, Problem> {
        // Weights between several populations are several projections.
        let first = is_plain(&link.node.name);
        let mut name = self.named(&first).ok();
        for number in 2.. {
            if name.is_some() {
                break;
            }
            name = self.named(&format!("{first}_{number}")).ok();
        }
        let name = name.unwrap_or(first);
        let delay_ms = ((link.delay_s * MS_PER_S + self.dt_ms) * PER_MS).round() / PER_MS;
        let bias = if self.has_biases {
            "bias = \"drop\"\n"
        } else {
            ""
        };
        let (layer, file, (source, _)) = (link.layer, &self.file, &self.names[&link.source.name]);
        let _ = write!(
            self.circuit.text,
            "\n[projection.{name}]\nsource = \"{source}\"\ntarget = \"{target}\"\nrule = \"weights\"\nfile = \
             {file}\nlayer = {layer}\n{bias}gain = \"{gain}\"\naxonal_delay = \"{delay_ms} ms\"\n"
        );
        Ok(match link.delay_s > 0.0 {
            true => format!("`{name}` (after {delay_ms} ms)"),
            false => format!("`{name}`"),
        })
    }

    /// What the neurons of the node `node` are here.
    fn counterpart(&self, node: &str, neurons: &Neurons) -> Result<Counterpart, Problem> {
        let value = |parameter: &str| neurons.value(node, parameter);
        let above = |parameter: &str| match value(parameter)? {
            positive if positive > 0.0 => Ok(positive),
            other => {
                let found = format!("{parameter} = {other}");
                Err(part(node, &found, "a value above 0"))
            }
        };
        let dt_ms = self.dt_ms;
        let of = |model, membrane, gain| Counterpart {
            model,
            membrane,
            gain,
            leak: String::new(),
        };
        Ok(match neurons.model.name {
            "IF" => {
                let gain = value("r")? * dt_ms / MS_PER_S;
                let membrane = format!("tau_m = \"{NO_LEAK_MS} ms\"");
                Counterpart {
                    leak: format!(
                        " with a leak of {NO_LEAK_MS} ms, so that what adds up to the threshold exactly stays just below it"
                    ),
                    ..of("lif", membrane, format!("{gain} mV"))
                }
            }
            "LIF" => {
                let tau_ms = above("tau")? * MS_PER_S;
                let gain = value("r")? * dt_ms / tau_ms;
                let membrane = format!("tau_m = \"{tau_ms} ms\"");
                of("lif", membrane, format!("{gain} mV"))
            }
            _ => {
                let (tau_ms, syn_ms) = (above("tau_mem")? * MS_PER_S, above("tau_syn")? * MS_PER_S);
                let capacitance = tau_ms / above("r")?;
                let gain = value("w_in")? * dt_ms / syn_ms;
                let membrane = format!(
                    "tau_m = \"{tau_ms} ms\"\nc_m = \"{capacitance} pF\"\ntau_syn_ex = \"{syn_ms} ms\"\ntau_syn_in = \
                     \"{syn_ms} ms\""
                );
                of("lif_exp", membrane, format!("{gain} pA"))
            }
        })
    }

    /// What a node is called in a model file.
    fn named(&mut self, node: &str) -> Result<String, Problem> {
        let name = is_plain(node);
        match !name.is_empty() && self.taken.insert(name.clone()) {
            true => Ok(name),
            false => Err(part(node, "that name twice or none", "names of their own")),
        }
    }
}

/// `node` in letters that names have in a model file.
fn is_plain(node: &str) -> String {
    let plain = |c: char| match is_name(c.encode_utf8(&mut [0; 4])) {
        true => c,
        false => '_',
    };
    node.chars().map(plain).collect()
}

/// How many neurons the node `target` has: as many as all weights onto it have outputs. Their inputs must be as many as their
/// sources have neurons.
fn sized(target: &Node, links: &[Link<'_>]) -> Result<usize, Problem> {
    let mut size = None;
    for link in links.iter().filter(|link| link.target.name == target.name) {
        let &[n_out, _] = &link.weight.shape[..] else {
            let found = "weights that are no matrix";
            return Err(part(&link.node.name, found, "one of (out, in)"));
        };
        match size {
            Some(size) if size != n_out => {
                let found = format!("{n_out} outputs onto {size} neurons");
                return Err(part(&link.node.name, &found, "as many"));
            }
            _ => size = Some(n_out),
        }
    }
    size.ok_or_else(|| {
        part(
            &target.name,
            "neurons without weights",
            "Linear or Affine before them",
        )
    })
}

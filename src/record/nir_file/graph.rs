//! What leads where in a network of NIR.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Graph, Kind, Node, damaged, part};
use crate::mlp::weight_file::{Problem, Tensor};

/// Ways through delays that are followed: each node of delays with two ways out doubles them.
const MOST_WAYS: usize = 10_000;

/// What is read, in the words of messages.
pub(super) const KINDS: &str = "Input, Linear, Affine, Delay, IF, LIF, CubaLIF, Flatten or Output";

/// Weights between two populations.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link<'a> {
    /// Number among all weights, from 1: that of the node in the order of [`Graph::weights`].
    pub(crate) layer: usize,
    /// Where spikes come from: an input, or neurons.
    pub(crate) source: &'a Node,
    /// The weights' node.
    pub(crate) node: &'a Node,
    pub(crate) weight: &'a Tensor,
    pub(crate) bias: Option<&'a Tensor>,
    /// What the delays on the way sum to, in seconds.
    pub(crate) delay_s: f64,
    /// The neurons.
    pub(crate) target: &'a Node,
}

/// Nodes by number, and which follow and precede them.
struct Ways<'a> {
    nodes: &'a [Node],
    next: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
}

impl<'a> Ways<'a> {
    fn new(graph: &'a Graph) -> Result<Self, Problem> {
        let nodes = &graph.nodes[..];
        if let Some((node, kind)) = nodes.iter().find_map(|node| match &node.kind {
            Kind::Other(kind) => Some((node, kind)),
            _ => None,
        }) {
            return Err(part(&node.name, kind, KINDS));
        }
        let numbers: HashMap<&str, usize> = nodes
            .iter()
            .enumerate()
            .map(|(number, node)| (node.name.as_str(), number))
            .collect();
        let number = |name: &str| {
            let number = numbers.get(name).copied();
            number.ok_or_else(|| damaged(format!("an edge names no node: `{name}`")))
        };
        let mut next = vec![Vec::new(); nodes.len()];
        let mut before = next.clone();
        let mut seen = HashSet::new();
        for (from, to) in &graph.edges {
            let (from, to) = (number(from)?, number(to)?);
            if seen.insert((from, to)) {
                next[from].push(to);
                before[to].push(from);
            }
        }
        Ok(Self {
            nodes,
            next,
            before,
        })
    }

    /// The nodes from `from` on, each as it is first come to from the inputs.
    fn walk(&self) -> Vec<usize> {
        let is_input = |&number: &usize| matches!(self.nodes[number].kind, Kind::Input(_));
        let mut queue: VecDeque<usize> = (0..self.nodes.len()).filter(is_input).collect();
        let mut seen: HashSet<usize> = queue.iter().copied().collect();
        let mut order = Vec::new();
        while let Some(number) = queue.pop_front() {
            order.push(number);
            let next = self.next[number].iter();
            queue.extend(next.copied().filter(|next| seen.insert(*next)));
        }
        order
    }

    /// What is next to the node `number`, beyond delays: number and summed delay.
    fn beyond(&self, number: usize, steps: &[Vec<usize>]) -> Result<Vec<(usize, f64)>, Problem> {
        let mut found = Vec::new();
        let mut ways: Vec<(usize, f64, usize)> =
            steps[number].iter().map(|&to| (to, 0.0, 1)).collect();
        let mut taken = 0;
        while let Some((at, delay_s, depth)) = ways.pop() {
            taken += 1;
            if depth > self.nodes.len() || taken > MOST_WAYS {
                let name = &self.nodes[at].name;
                return Err(part(
                    name,
                    "a way back to it, or too many ways",
                    "weights between",
                ));
            }
            let node = &self.nodes[at];
            let own_s = match &node.kind {
                Kind::Flatten => 0.0,
                Kind::Delay(each) => uniform(&node.name, each)?,
                _ => {
                    found.push((at, delay_s));
                    continue;
                }
            };
            ways.extend(steps[at].iter().map(|&to| (to, delay_s + own_s, depth + 1)));
        }
        found.reverse();
        Ok(found)
    }
}

/// The delay of the node `name`, if it is the same for all.
fn uniform(name: &str, each: &[f64]) -> Result<f64, Problem> {
    let first = each.first().copied().unwrap_or(0.0);
    if let Some(negative) = each.iter().find(|delay| **delay < 0.0) {
        let found = format!("a delay of {negative} s");
        return Err(part(name, &found, "a time that is not negative"));
    }
    match each.iter().all(|delay| *delay == first) {
        true => Ok(first),
        false => {
            let found = "delays that differ between neurons";
            Err(part(name, found, "one for all"))
        }
    }
}

impl Graph {
    /// Inputs and neurons in the order in which they are first come to from the inputs, and the weights between them, in the
    /// order of their layers.
    ///
    /// # Errors
    /// If a node has no counterpart here, or stands where it has none.
    pub(crate) fn network(&self) -> Result<(Vec<&Node>, Vec<Link<'_>>), Problem> {
        let ways = Ways::new(self)?;
        let order = ways.walk();
        if order.is_empty() {
            return Err(damaged("no node is an Input"));
        }
        if order.len() < self.nodes.len() {
            let reached: HashSet<usize> = order.iter().copied().collect();
            let aside = (0..self.nodes.len()).find(|number| !reached.contains(number));
            let name = aside.map_or("", |number| &self.nodes[number].name);
            return Err(part(
                name,
                "a node that no input leads to",
                "one on the way from an Input",
            ));
        }
        let mut nodes = self.nodes.iter();
        if !nodes.any(|node| matches!(node.kind, Kind::Neurons(_))) {
            return Err(damaged("no node is IF, LIF or CubaLIF"));
        }
        let (mut populations, mut links) = (Vec::new(), Vec::new());
        let mut layer = 0;
        for number in order {
            let node = &self.nodes[number];
            match &node.kind {
                Kind::Input(_) => populations.push(node),
                Kind::Neurons(_) => {
                    for (before, _) in ways.beyond(number, &ways.before)? {
                        if !matches!(self.nodes[before].kind, Kind::Weights(..)) {
                            return Err(part(
                                &node.name,
                                "neurons without weights",
                                "Linear or Affine before them",
                            ));
                        }
                    }
                    populations.push(node);
                }
                Kind::Weights(weight, bias) => {
                    layer += 1;
                    let between = (layer, node, weight, bias.as_ref());
                    ways.link(number, between, &mut links)?;
                }
                Kind::Output(_) | Kind::Flatten | Kind::Delay(_) | Kind::Other(_) => {}
            }
        }
        Ok((populations, links))
    }

    /// The weights, in the order of their layers, each with its bias.
    ///
    /// # Errors
    /// As [`Graph::network`].
    pub(crate) fn weights(&self) -> Result<Vec<(&Tensor, Option<&Tensor>)>, Problem> {
        let (_, links) = self.network()?;
        let mut links: Vec<&Link<'_>> = links.iter().collect();
        links.dedup_by_key(|link| link.layer);
        let weights = links.into_iter();
        Ok(weights.map(|link| (link.weight, link.bias)).collect())
    }
}

impl<'a> Ways<'a> {
    /// Adds what the weights `number` lie between.
    fn link(
        &self,
        number: usize,
        (layer, node, weight, bias): (usize, &'a Node, &'a Tensor, Option<&'a Tensor>),
        links: &mut Vec<Link<'a>>,
    ) -> Result<(), Problem> {
        let sources = self.beyond(number, &self.before)?;
        let targets = self.beyond(number, &self.next)?;
        if targets.is_empty() {
            return Err(part(
                &node.name,
                "weights that lead nowhere",
                "neurons after them",
            ));
        }
        for &(source, before_s) in &sources {
            for &(target, after_s) in &targets {
                let (source, target) = (&self.nodes[source], &self.nodes[target]);
                let between = (&source.kind, &target.kind);
                let (Kind::Input(_) | Kind::Neurons(_), Kind::Neurons(_)) = between else {
                    return Err(match between {
                        (Kind::Weights(..), _) | (_, Kind::Weights(..)) => {
                            let second = match between.0 {
                                Kind::Weights(..) => node,
                                _ => target,
                            };
                            let found = "weights right after weights";
                            part(&second.name, found, "neurons between them")
                        }
                        _ => part(
                            &node.name,
                            "weights before the output",
                            "neurons after them",
                        ),
                    });
                };
                links.push(Link {
                    layer,
                    source,
                    node,
                    weight,
                    bias,
                    delay_s: before_s + after_s,
                    target,
                });
                if links.len() > MOST_WAYS {
                    return Err(part(
                        &node.name,
                        "too many ways",
                        "fewer between populations",
                    ));
                }
            }
        }
        Ok(())
    }
}

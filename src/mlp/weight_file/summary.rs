//! What a weight file holds, for people: `sharpwave import`.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use super::element::{dimensions, listed};
use super::layer::plan;
use super::{Dtype, Format, Order, Stated, WeightFile};
use crate::base::shown::shown;

/// Longer tables are cut: no network that can sleep has as many layers.
const MOST_ROWS: usize = 60;

/// The content of a weight file and how it maps to layers. Its `Display` is a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The file.
    pub path: PathBuf,
    /// Its format.
    pub format: Format,
    /// Its tensors, in the order of [`WeightFile::tensors`].
    pub tensors: Vec<TensorSummary>,
    /// Neurons per layer, input first; empty where the tensors do not map to layers.
    pub sizes: Vec<usize>,
    /// By what the order of the layers is known; none where the tensors do not map to layers.
    pub order: Option<Order>,
    /// What else the file holds, a sentence each.
    pub beside: Vec<String>,
    /// Why the tensors do not map to layers.
    pub problem: Option<String>,
}

/// One tensor of a weight file.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSummary {
    /// Name in the file.
    pub name: String,
    /// Number format in the file.
    pub dtype: Dtype,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Smallest and largest finite value; none where there is no finite value or they were not read.
    pub range: Option<(f32, f32)>,
    /// How many values are NaN or infinite.
    pub non_finite: usize,
    /// What it is in the network.
    pub role: Role,
}

/// What a tensor is in the network. Layers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Weights of a layer.
    Weights {
        /// The layer.
        layer: usize,
    },
    /// Biases of a layer.
    Bias {
        /// The layer.
        layer: usize,
    },
    /// Nothing, or the tensors as a whole do not map.
    Unmapped,
}

/// Describes `file` and how [`to_mlp`](super::to_mlp) would map it, given the same `stated`.
pub fn describe(file: &WeightFile, stated: &Stated<'_>) -> Summary {
    let (layers, order, problem) = match plan(file, stated) {
        Ok((layers, order)) => (layers, Some(order), None),
        Err(problem) => (Vec::new(), None, Some(problem.to_string())),
    };
    let mut roles = HashMap::new();
    for (layer, planned) in (1..).zip(&layers) {
        roles.insert(&planned.weights.name, Role::Weights { layer });
        if let Some(bias) = planned.bias {
            roles.insert(&bias.name, Role::Bias { layer });
        }
    }
    let input = layers.first().map(|layer| layer.n_in);
    Summary {
        path: file.path.clone(),
        format: file.format,
        tensors: file
            .tensors
            .iter()
            .map(|tensor| {
                let finite = tensor.values.iter().copied().filter(|x| x.is_finite());
                TensorSummary {
                    name: tensor.name.clone(),
                    dtype: tensor.dtype.clone(),
                    shape: tensor.shape.clone(),
                    range: finite
                        .clone()
                        .reduce(f32::min)
                        .zip(finite.clone().reduce(f32::max)),
                    non_finite: tensor.values.len() - finite.count(),
                    role: roles.get(&tensor.name).copied().unwrap_or(Role::Unmapped),
                }
            })
            .collect(),
        sizes: input
            .into_iter()
            .chain(layers.iter().map(|layer| layer.n_out))
            .collect(),
        order,
        beside: file.beside.clone(),
        problem,
    }
}

impl Summary {
    /// Names of the weights, layer by layer.
    pub fn layer_names(&self) -> Vec<&str> {
        let mut layers: Vec<(usize, &str)> = self
            .tensors
            .iter()
            .filter_map(|tensor| match tensor.role {
                Role::Weights { layer } => Some((layer, tensor.name.as_str())),
                _ => None,
            })
            .collect();
        layers.sort_unstable();
        layers.into_iter().map(|(_, name)| name).collect()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = self.format.name();
        writeln!(f, "{} ({format})", self.path.display())?;
        let header = [
            "tensor", "format", "shape", "smallest", "largest", "maps to",
        ];
        let rows: Vec<[String; 6]> = std::iter::once(header.map(String::from))
            .chain(
                self.tensors
                    .iter()
                    .take(MOST_ROWS)
                    .map(TensorSummary::cells),
            )
            .collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        for [name, dtype, shape, smallest, largest, role] in &rows {
            let [n, d, s, low, high, _] = widths;
            writeln!(
                f,
                "  {name:n$}  {dtype:d$}  {shape:>s$}  {smallest:>low$}  {largest:>high$}  {role}"
            )?;
        }
        match self.tensors.len().saturating_sub(MOST_ROWS) {
            0 => {}
            more => writeln!(f, "  and {more} more")?,
        }
        for sentence in &self.beside {
            writeln!(f, "{sentence}")?;
        }
        match self.order {
            None => f.write_str("cannot be mapped to layers"),
            Some(order) => {
                let sizes = listed(&self.sizes, ", ");
                write!(
                    f,
                    "neurons per layer: {sizes}\norder of the layers: {order}"
                )
            }
        }
    }
}

impl TensorSummary {
    fn cells(&self) -> [String; 6] {
        let number = |value: f32| format!("{value:.4}");
        let (smallest, largest) = match self.range {
            Some((low, high)) => (number(low), number(high)),
            None => ("-".into(), "-".into()),
        };
        let mut role = match self.role {
            Role::Weights { layer } => format!("weights of layer {layer}"),
            Role::Bias { layer } => format!("bias of layer {layer}"),
            Role::Unmapped => "-".into(),
        };
        if self.non_finite > 0 {
            role.push_str(&format!(" ({} NaN or infinite)", self.non_finite));
        }
        [
            shown(&self.name).to_string(),
            shown(&self.dtype.to_string()).to_string(),
            dimensions(&self.shape),
            smallest,
            largest,
            role,
        ]
    }
}

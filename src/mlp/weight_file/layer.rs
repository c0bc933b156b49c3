//! Which tensor is which layer's weights or bias, and the network that they make.

use std::cmp::Ordering;

use ndarray::{Array1, Array2};

use super::element::index;
use super::{Format, Problem, Tensor, WeightFile, WeightFileError};
use crate::mlp::perceptron::{Layer, Mlp, Output};

/// What to do with biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    /// A bias is an error: the spiking network has none.
    Refuse,
    /// Biases are left out.
    Drop,
    /// Biases become part of the network.
    Keep,
}

/// The network that the tensors of `file` make, layers in the order of [`WeightFile::tensors`]. Where that order does
/// not fit and `expected_sizes` does, in the only way, tensors of a format without an order of its own are ordered by
/// their shapes.
///
/// `output` and `keep` are no part of weight files (see [`Mlp`]). `expected_sizes` are the neurons per layer that the
/// user stated or the data set needs, input first.
///
/// # Errors
/// If a tensor is not the weights or bias of a linear layer, weights are transposed or do not chain, a value is not
/// finite, there is a bias and `bias` refuses it, or the sizes are not those expected.
pub fn to_mlp(
    file: &WeightFile,
    bias: Bias,
    output: Output,
    keep: f32,
    expected_sizes: Option<&[usize]>,
) -> Result<Mlp, WeightFileError> {
    build(file, bias, expected_sizes)
        .map(|layers| Mlp {
            layers,
            output,
            keep,
        })
        .map_err(|problem| problem.in_file(&file.path))
}

fn build(
    file: &WeightFile,
    bias: Bias,
    expected_sizes: Option<&[usize]>,
) -> Result<Vec<Layer>, Problem> {
    let planned = plan(file, expected_sizes)?;
    if bias == Bias::Refuse
        && let Some(tensor) = planned.iter().find_map(|layer| layer.bias)
    {
        return Err(Problem::Bias {
            tensor: tensor.name.clone(),
        });
    }
    planned
        .into_iter()
        .map(|layer| {
            check_values(layer.weights)?;
            let weights =
                Array2::from_shape_vec((layer.n_out, layer.n_in), layer.weights.values.clone())
                    .map_err(|_| unmapped(layer.weights, "incomplete"))?;
            let bias = match layer.bias.filter(|_| bias == Bias::Keep) {
                Some(tensor) => {
                    check_values(tensor)?;
                    Some(Array1::from(tensor.values.clone()))
                }
                None => None,
            };
            Ok(Layer { weights, bias })
        })
        .collect()
}

/// A number format that can be read, and only finite numbers.
fn check_values(tensor: &Tensor) -> Result<(), Problem> {
    if tensor.dtype.size().is_none() {
        return Err(Problem::Dtype {
            tensor: tensor.name.clone(),
            dtype: tensor.dtype.clone(),
        });
    }
    match tensor.values.iter().position(|value| !value.is_finite()) {
        Some(bad) => Err(Problem::NotFinite {
            tensor: tensor.name.clone(),
            index: index(&tensor.shape, bad),
            value: tensor.values[bad],
        }),
        None => Ok(()),
    }
}

/// A layer and the tensors that it is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned<'a> {
    pub(super) weights: &'a Tensor,
    pub(super) n_out: usize,
    pub(super) n_in: usize,
    pub(super) bias: Option<&'a Tensor>,
}

/// The layers from input to output.
pub(super) fn plan<'a>(
    file: &'a WeightFile,
    expected_sizes: Option<&[usize]>,
) -> Result<Vec<Planned<'a>>, Problem> {
    if file.tensors.is_empty() {
        return Err(Problem::NoTensors);
    }
    let mut layers: Vec<Planned<'a>> = Vec::new();
    let mut biases = Vec::new();
    for tensor in &file.tensors {
        match kind(tensor, file.format)? {
            Kind::Weights { n_out, n_in } => layers.push(Planned {
                weights: tensor,
                n_out,
                n_in,
                bias: None,
            }),
            Kind::Bias => biases.push(tensor),
        }
    }
    for tensor in biases {
        let key = parameter(&tensor.name).layer;
        let layer = layers
            .iter_mut()
            .find(|layer| parameter(&layer.weights.name).layer == key)
            .ok_or_else(|| Problem::BiasWithoutLayer {
                tensor: tensor.name.clone(),
            })?;
        if tensor.shape != [layer.n_out] {
            return Err(Problem::BiasShape {
                tensor: tensor.name.clone(),
                shape: tensor.shape.clone(),
                weights: layer.weights.name.clone(),
                n_out: layer.n_out,
            });
        }
        layer.bias = Some(tensor);
    }
    arrange(layers, file.format, expected_sizes)
}

/// Checks that the layers chain and have the sizes expected.
fn arrange<'a>(
    layers: Vec<Planned<'a>>,
    format: Format,
    expected: Option<&[usize]>,
) -> Result<Vec<Planned<'a>>, Problem> {
    let shapes: Vec<[usize; 2]> = layers
        .iter()
        .map(|layer| [layer.n_out, layer.n_in])
        .collect();
    if fits(&shapes, expected) {
        return Ok(layers);
    }
    if let Some(found) = transposed(&shapes, expected) {
        return Err(Problem::Transposed {
            tensor: layers[found].weights.name.clone(),
            shape: shapes[found],
        });
    }
    if format != Format::PyTorch
        && let Some(ordered) = expected.and_then(|sizes| order_by_shape(&layers, sizes))
    {
        return Ok(ordered);
    }
    for pair in layers.windows(2) {
        if pair[1].n_in != pair[0].n_out {
            return Err(Problem::Chain {
                tensor: pair[1].weights.name.clone(),
                n_in: pair[1].n_in,
                previous: pair[0].weights.name.clone(),
                n_out: pair[0].n_out,
                order: match format {
                    Format::PyTorch => "in the order of the state dict",
                    _ => "by name, so name them in order: layer1.weight, layer2.weight, ...",
                },
            });
        }
    }
    Err(Problem::Sizes {
        found: layers
            .first()
            .map(|layer| layer.n_in)
            .into_iter()
            .chain(layers.iter().map(|layer| layer.n_out))
            .collect(),
        expected: expected.unwrap_or_default().to_vec(),
    })
}

/// Whether layers of `shapes` (out, in) chain and have the sizes expected.
fn fits(shapes: &[[usize; 2]], expected: Option<&[usize]>) -> bool {
    let chained = shapes.windows(2).all(|pair| pair[1][1] == pair[0][0]);
    chained
        && expected.is_none_or(|sizes| {
            sizes.len() == shapes.len() + 1
                && sizes
                    .windows(2)
                    .zip(shapes)
                    .all(|(size, shape)| *size == [shape[1], shape[0]])
        })
}

/// The first layer that is stored (in, out), if turning it, or turning all, makes the layers fit.
fn transposed(shapes: &[[usize; 2]], expected: Option<&[usize]>) -> Option<usize> {
    let turn = |[n_out, n_in]: [usize; 2]| [n_in, n_out];
    let all: Vec<[usize; 2]> = shapes.iter().copied().map(turn).collect();
    if fits(&all, expected) {
        return shapes.iter().position(|&[n_out, n_in]| n_out != n_in);
    }
    let mut turned = shapes.to_vec();
    (0..shapes.len()).find(|&l| {
        turned[l] = turn(shapes[l]);
        let found = fits(&turned, expected);
        turned[l] = shapes[l];
        found
    })
}

/// The layers in the order in which their shapes give `sizes`; none where there is no such order or more than one.
///
/// Without sizes no order is guessed: layers that chain in one direction chain in the other when read as transposed.
fn order_by_shape<'a>(layers: &[Planned<'a>], sizes: &[usize]) -> Option<Vec<Planned<'a>>> {
    if sizes.len() != layers.len() + 1 {
        return None;
    }
    sizes
        .windows(2)
        .map(|size| {
            let mut same = layers
                .iter()
                .filter(|layer| *size == [layer.n_in, layer.n_out]);
            same.next().filter(|_| same.next().is_none()).copied()
        })
        .collect()
}

/// What a tensor is to a network of linear layers.
enum Kind {
    Weights { n_out: usize, n_in: usize },
    Bias,
}

fn kind(tensor: &Tensor, format: Format) -> Result<Kind, Problem> {
    let name = tensor.name.to_lowercase();
    let last = name.rsplit(['.', '/']).next().unwrap_or_default();
    if ["running_mean", "running_var", "num_batches_tracked"].contains(&last) {
        return Err(unmapped(tensor, "a statistic of batch normalisation"));
    }
    if name.contains("embed") {
        return Err(unmapped(tensor, "an embedding"));
    }
    let named = parameter(&tensor.name).role;
    // Arrays of NumPy files are named freely, so there a matrix is taken for weights whatever its name.
    let free = matches!(format, Format::Npz | Format::Npy) && named.is_none();
    match (named, &tensor.shape[..]) {
        (Some(Parameter::Bias), _) => Ok(Kind::Bias),
        (Some(Parameter::Weights), &[n_out, n_in]) | (None, &[n_out, n_in])
            if named.is_some() || free =>
        {
            if n_out == 0 || n_in == 0 {
                return Err(Problem::EmptyLayer {
                    tensor: tensor.name.clone(),
                    shape: tensor.shape.clone(),
                });
            }
            Ok(Kind::Weights { n_out, n_in })
        }
        (Some(Parameter::Weights), [_]) => Err(unmapped(tensor, "the scale of a normalisation")),
        (Some(Parameter::Weights), [_, _, _] | [_, _, _, _] | [_, _, _, _, _]) => {
            Err(unmapped(tensor, "the kernel of a convolution"))
        }
        _ => Err(unmapped(tensor, "not the weights or bias of a layer")),
    }
}

fn unmapped(tensor: &Tensor, what: &'static str) -> Problem {
    Problem::NotLinear {
        tensor: tensor.name.clone(),
        shape: tensor.shape.clone(),
        what,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Weights,
    Bias,
}

/// What a tensor's name says of it.
struct NameParts {
    /// The layer that it belongs to: the name without the word for weights or bias.
    layer: String,
    /// Weights or bias, or none where the name does not say.
    role: Option<Parameter>,
}

/// Reads names such as `fc1.weight`, `layers/0/bias`, `W1`, `b_2`.
fn parameter(name: &str) -> NameParts {
    let start = name.rfind(['.', '/']).map_or(0, |dot| dot + 1);
    let (module, last) = name.split_at(start);
    let word = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &last[word.len()..];
    let role = match word.trim_end_matches('_').to_lowercase().as_str() {
        "weight" | "weights" | "w" => Some(Parameter::Weights),
        "bias" | "biases" | "b" => Some(Parameter::Bias),
        _ => None,
    };
    NameParts {
        layer: match role {
            Some(_) => format!("{module}{number}"),
            None => name.into(),
        },
        role,
    }
}

/// Alphabetical order with runs of digits compared as numbers: `fc2` before `fc10`.
pub(super) fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        let (Some(first_a), Some(first_b)) = (rest_a.chars().next(), rest_b.chars().next()) else {
            // One is the beginning of the other; equal numbers may still differ in leading zeros.
            return rest_a.len().cmp(&rest_b.len()).then_with(|| a.cmp(b));
        };
        if first_a.is_ascii_digit() && first_b.is_ascii_digit() {
            let (number_a, number_b);
            (number_a, rest_a) = split_number(rest_a);
            (number_b, rest_b) = split_number(rest_b);
            let order = number_a
                .len()
                .cmp(&number_b.len())
                .then_with(|| number_a.cmp(number_b));
            if order.is_ne() {
                return order;
            }
        } else if first_a != first_b {
            return first_a.cmp(&first_b);
        } else {
            rest_a = &rest_a[first_a.len_utf8()..];
            rest_b = &rest_b[first_b.len_utf8()..];
        }
    }
}

/// The digits at the beginning of `text` without leading zeros, and what follows.
fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests;

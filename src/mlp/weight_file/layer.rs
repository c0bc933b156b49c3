//! Which tensor is which layer's weights or bias, and the network that they make.

mod name;
mod order;

use std::collections::HashMap;

use ndarray::{Array1, Array2};

use super::element::index;
use super::{Format, Problem, Tensor, WeightFile, WeightFileError};
use crate::base::shown::{Shown, shown};
use crate::mlp::perceptron::{Layer, Mlp, Output};
use name::{NameParts, Parameter, parameter};

pub(super) use name::natural_order;
pub use order::Order;

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

/// What the user says of a file's layers.
#[derive(Debug, Clone, Copy)]
pub struct Stated<'a> {
    /// What to do with biases.
    pub bias: Bias,
    /// Neurons per layer, input first, where they are known or the data set needs them.
    pub sizes: Option<&'a [usize]>,
    /// The layers by name, from input to output: a tensor's name (`fc1.weight`) or its layer's (`fc1`), every layer once.
    pub names: Option<&'a [String]>,
}

impl Stated<'_> {
    /// Nothing but what becomes of biases.
    pub const fn nothing_but(bias: Bias) -> Self {
        Self {
            bias,
            sizes: None,
            names: None,
        }
    }
}

/// The network that the tensors of `file` make, layers in the order that [`Order`] tells.
///
/// `output` is no part of weight files (see [`Mlp`]).
///
/// # Errors
/// If a tensor is not the weights or bias of a linear layer, weights are transposed or do not chain, their order is not
/// settled, a value is not finite, there is a bias and it is refused, or names or sizes are not those stated.
pub fn to_mlp(
    file: &WeightFile,
    stated: &Stated<'_>,
    output: Output,
) -> Result<Mlp, WeightFileError> {
    build(file, stated)
        .map(|layers| Mlp {
            layers,
            output,
            keep: file.keep,
        })
        .map_err(|problem| problem.in_file(&file.path))
}

fn build(file: &WeightFile, stated: &Stated<'_>) -> Result<Vec<Layer>, Problem> {
    let (planned, _) = plan(file, stated)?;
    let bias = stated.bias;
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

impl Planned<'_> {
    /// The name of the weights.
    fn name(&self) -> &str {
        &self.weights.name
    }

    /// The name of the weights for messages.
    fn shown(&self) -> Shown<'_> {
        shown(&self.weights.name)
    }

    /// The names of the weights and of the layer.
    fn names(&self) -> (&str, String) {
        (&self.weights.name, layer_of(self.weights))
    }
}

/// The layers from input to output, and by what their order is known.
pub(super) fn plan<'a>(
    file: &'a WeightFile,
    stated: &Stated<'_>,
) -> Result<(Vec<Planned<'a>>, Order), Problem> {
    if file.tensors.is_empty() {
        return Err(Problem::NoTensors);
    }
    let mut layers: Vec<Planned<'a>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut biases = Vec::new();
    for tensor in &file.tensors {
        match kind(tensor, file.format, stated, layers.last())? {
            Kind::Weights { n_out, n_in } => {
                let key = layer_of(tensor);
                places.entry(key).or_insert(layers.len());
                layers.push(Planned {
                    weights: tensor,
                    n_out,
                    n_in,
                    bias: None,
                });
            }
            Kind::Bias => biases.push(tensor),
            Kind::BiasOfLast => {
                if let Some(layer) = layers.last_mut() {
                    layer.bias = Some(tensor);
                }
            }
        }
    }
    for tensor in biases {
        let key = parameter(&tensor.name, &tensor.shape).layer;
        let layer = places
            .get(&key)
            .and_then(|&place| layers.get_mut(place))
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
    if layers.is_empty() {
        return Err(Problem::NoTensors);
    }
    order::arrange(&layers, file.format, stated)
}

/// The layer that `weights` are of, by their name.
fn layer_of(weights: &Tensor) -> String {
    match parameter(&weights.name, &weights.shape) {
        // Weights that only the user knows for such.
        NameParts {
            role: Some(Parameter::Bias),
            ..
        } => weights.name.clone(),
        parts => parts.layer,
    }
}

/// What a tensor is to a network of linear layers.
enum Kind {
    Weights {
        n_out: usize,
        n_in: usize,
    },
    Bias,
    /// The bias of the layer just before it.
    BiasOfLast,
}

/// What `tensor` is; `last` is the layer before it.
fn kind(
    tensor: &Tensor,
    format: Format,
    stated: &Stated<'_>,
    last: Option<&Planned<'_>>,
) -> Result<Kind, Problem> {
    if format.has_order() {
        return in_order(tensor, last);
    }
    let name = tensor.name.to_lowercase();
    let word = name.rsplit(['.', '/']).next().unwrap_or_default();
    if ["running_mean", "running_var", "num_batches_tracked"].contains(&word) {
        return Err(unmapped(tensor, "a statistic of batch normalisation"));
    }
    if name.contains("embed") {
        return Err(unmapped(tensor, "an embedding"));
    }
    let is_stated = stated
        .names
        .is_some_and(|names| tensor.shape.len() == 2 && names.contains(&tensor.name));
    let named = match is_stated {
        true => Some(Parameter::Weights),
        false => parameter(&tensor.name, &tensor.shape).role,
    };
    // Arrays of NumPy and MATLAB files are named freely, so there a matrix is taken for weights whatever its name.
    let free = matches!(format, Format::Npz | Format::Npy | Format::Matlab) && named.is_none();
    match (named, &tensor.shape[..]) {
        (Some(Parameter::Bias), _) => Ok(Kind::Bias),
        // Of arrays without names, a vector is the bias of the matrix saved before it.
        (None, &[n])
            if format == Format::Npz
                && name::is_unnamed(&tensor.name)
                && last.is_some_and(|layer| layer.n_out == n && layer.bias.is_none()) =>
        {
            Ok(Kind::BiasOfLast)
        }
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

/// What `tensor` is in a file whose reader leaves nothing but weights, each followed by its bias.
fn in_order(tensor: &Tensor, last: Option<&Planned<'_>>) -> Result<Kind, Problem> {
    match (&tensor.shape[..], last) {
        (&[n_out, n_in], _) if n_out > 0 && n_in > 0 => Ok(Kind::Weights { n_out, n_in }),
        (&[_, _], _) => Err(Problem::EmptyLayer {
            tensor: tensor.name.clone(),
            shape: tensor.shape.clone(),
        }),
        (&[n], Some(layer)) if n == layer.n_out => Ok(Kind::BiasOfLast),
        (&[_], Some(layer)) => Err(Problem::BiasShape {
            tensor: tensor.name.clone(),
            shape: tensor.shape.clone(),
            weights: layer.weights.name.clone(),
            n_out: layer.n_out,
        }),
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

#[cfg(test)]
mod tests;

//! What a tensor's name says: weights or bias, of which layer, and where that stands among others.

use std::cmp::Ordering;
use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    Weights,
    Bias,
}

/// What a tensor's name says of it.
pub(super) struct NameParts {
    /// The layer that it belongs to: the name without the word for weights or bias.
    pub(super) layer: String,
    /// Weights or bias, or none where the name does not say.
    pub(super) role: Option<Parameter>,
}

/// Reads names such as `fc1.weight`, `layers/0/bias`, `fc1_weight`, `W1`, `b_2`, `hidden_b` of a tensor of `shape`.
pub(super) fn parameter(name: &str, shape: &[usize]) -> NameParts {
    let start = name.rfind(['.', '/']).map_or(0, |dot| dot + 1);
    let (module, last) = name.split_at(start);
    let stem = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &last[stem.len()..];
    let stem = stem.trim_end_matches('_');
    let (before, word) = stem.split_at(stem.rfind('_').map_or(0, |underscore| underscore + 1));
    let role = match word.to_lowercase().as_str() {
        "weight" | "weights" | "w" => Some(Parameter::Weights),
        "bias" | "biases" => Some(Parameter::Bias),
        // A matrix called `b` or `layer_b` is one of several: no bias has rows and columns.
        "b" if shape.len() == 1 || before.is_empty() && !is_matrix(shape) => Some(Parameter::Bias),
        _ => None,
    };
    NameParts {
        layer: match role {
            Some(_) => format!("{module}{before}{number}"),
            None => name.into(),
        },
        role,
    }
}

/// Whether an array of `shape` has more than one row and more than one column.
fn is_matrix(shape: &[usize]) -> bool {
    matches!(*shape, [rows, columns] if rows > 1 && columns > 1)
}

/// Whether `name` is one that NumPy gives to arrays without names: `arr_0`, `arr_1`, ...
pub(super) fn is_unnamed(name: &str) -> bool {
    name.strip_prefix("arr_").is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The places of `names` in the order of the numbers in them, if they differ in nothing else and no two are alike.
pub(super) fn numbered(names: &[&str]) -> Option<Vec<usize>> {
    let pattern = |name: &str| {
        let mut pattern = String::new();
        for c in name.chars() {
            if !c.is_ascii_digit() {
                pattern.push(c);
            } else if !pattern.ends_with('#') {
                pattern.push('#');
            }
        }
        pattern
    };
    let first = pattern(names.first()?);
    if !first.contains('#') || names.iter().any(|name| pattern(name) != first) {
        return None;
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| natural_order(names[a], names[b]));
    let different = |pair: &[usize]| {
        let without_zeros = |name: &str| -> Vec<String> {
            name.split(|c: char| !c.is_ascii_digit())
                .map(|number| number.trim_start_matches('0').to_owned())
                .collect()
        };
        without_zeros(names[pair[0]]) != without_zeros(names[pair[1]])
    };
    order.windows(2).all(different).then_some(order)
}

/// The places of the layers that `given` names among `layers` (the tensor's name and its layer's): `fc1.weight`, or
/// `fc1` for short.
///
/// # Errors
/// What is wrong with `given`, in words.
pub(super) fn given(given: &[String], layers: &[(&str, String)]) -> Result<Vec<usize>, Misnamed> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, (_, layer)) in layers.iter().enumerate() {
        places.insert(layer.trim_end_matches(['.', '/', '_']), place);
    }
    for (place, (name, _)) in layers.iter().enumerate() {
        places.insert(name, place);
    }
    let mut taken = vec![false; layers.len()];
    let mut order = Vec::with_capacity(given.len());
    for name in given {
        let Some(&place) = places.get(name.as_str()) else {
            return Err(Misnamed::Unknown(name.clone()));
        };
        if std::mem::replace(&mut taken[place], true) {
            return Err(Misnamed::Twice(name.clone()));
        }
        order.push(place);
    }
    match taken.iter().position(|taken| !taken) {
        Some(missing) => Err(Misnamed::Missing(layers[missing].0.into())),
        None => Ok(order),
    }
}

/// What is wrong with names that were given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misnamed {
    /// No layer is called so.
    Unknown(String),
    /// A layer is named a second time.
    Twice(String),
    /// A layer of the file is not named.
    Missing(String),
}

/// Alphabetical order with runs of digits compared as numbers: `fc2` before `fc10`.
pub(in crate::mlp::weight_file) fn natural_order(a: &str, b: &str) -> Ordering {
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

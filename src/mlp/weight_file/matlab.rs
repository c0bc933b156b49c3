//! MATLAB files of versions 5 to 7 (`save` without a flag): matrices, and networks as the DeepLearnToolbox keeps them. Those of
//! version 7.3 are HDF5; what is found in them becomes layers here too.
//!
//! Format: MathWorks, *MAT-File Format* (2024), level 5. A network is a struct with a cell `W` of matrices; the published
//! code on sleep replay has such, and matrices by themselves.

mod toolbox;
mod value;
mod write;

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::archive::Budget;
use super::element::{ByteOrder, gather};
use super::error::looks_like;
use super::{Format, KEEP, Problem, Tensor};
use crate::base::shown::shown;
use value::{Kind, element, matrix};
pub(crate) use value::{Numbers, Value};
pub(super) use write::write;

/// Length of the header: a text, then version and byte order.
const HEADER: usize = 128;

/// Where the version is.
const VERSION: usize = 124;

/// Where version 7.3 has its own header: behind that of a user, of 512 bytes.
const HDF5: (usize, &[u8]) = (512, b"\x89HDF\r\n\x1a\n");

/// The tensors of a file, and what else it holds.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Tensor>, Vec<String>), Problem> {
    let (at, signature) = HDF5;
    if bytes
        .get(at..)
        .is_some_and(|rest| rest.starts_with(signature))
    {
        let format = Format::Matlab;
        return Err(Problem::OnDisk { format });
    }
    let order = order(bytes)?;
    let mut budget = Budget::of(bytes.len());
    let (mut tensors, mut beside) = (Vec::new(), Vec::new());
    let mut rest = &bytes[HEADER..];
    while !rest.is_empty() {
        let (found, after) = element(rest, order)?;
        rest = after;
        let (name, value) = match found.kind {
            Kind::Matrix => matrix(found.data, order, &mut budget)?,
            Kind::Compressed => {
                let content = inflate(found.data, &mut budget)?;
                let (inner, _) = element(&content, order)?;
                if inner.kind != Kind::Matrix {
                    return Err(damaged("a compressed part is no array"));
                }
                matrix(inner.data, order, &mut budget)?
            }
            _ => return Err(damaged("found a part that is no array")),
        };
        add(&name, value, &mut tensors, &mut beside)?;
    }
    Ok((tensors, beside))
}

fn damaged(detail: impl Into<String>) -> Problem {
    Problem::damaged(Format::Matlab, detail)
}

/// The byte order that the header tells.
fn order(bytes: &[u8]) -> Result<ByteOrder, Problem> {
    let content = Problem::Content {
        expected: Format::Matlab,
        found: looks_like(bytes),
    };
    match bytes.get(VERSION..HEADER) {
        Some([_, 1, b'I', b'M']) => Ok(ByteOrder::Little),
        Some([1, _, b'M', b'I']) => Ok(ByteOrder::Big),
        _ => Err(content),
    }
}

fn inflate(data: &[u8], budget: &mut Budget) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    let mut decoder = ZlibDecoder::new(data);
    // A piece at a time, so that no more is made than the budget allows.
    loop {
        let before = content.len();
        let piece = decoder.by_ref().take(1 << 16).read_to_end(&mut content);
        piece.map_err(|error| damaged(format!("a compressed part: {error}")))?;
        let more = content.len() - before;
        if more == 0 {
            return Ok(content);
        }
        budget.take(more as u64)?;
    }
}

/// Takes the variable `name` apart.
///
/// # Errors
/// If it is a network whose layers do what has no counterpart here.
pub(crate) fn add(
    name: &str,
    value: Value,
    tensors: &mut Vec<Tensor>,
    beside: &mut Vec<String>,
) -> Result<(), Problem> {
    match value {
        Value::Numbers(numbers) if numbers.count() > 1 || numbers.count() == 1 && name == KEEP => {
            tensors.push(tensor(name, &numbers))
        }
        Value::Numbers(_) => beside.push(format!("`{}` is a single number or empty", shown(name))),
        Value::Cells(cells) => layers(name, &cells, None, tensors, beside),
        Value::Struct(fields) => {
            let of = |wanted: &str| fields.iter().find(|(field, _)| field == wanted);
            let Some((_, Value::Cells(cells))) = of("W") else {
                beside.push(format!("`{}` is a struct without a cell `W`", shown(name)));
                return Ok(());
            };
            toolbox::check(name, &fields)?;
            tensors.extend(toolbox::keep(name, &fields)?);
            let inputs = match of("size") {
                Some((_, Value::Numbers(sizes))) => sizes.values.first().copied(),
                _ => None,
            };
            layers(&format!("{name}.W"), cells, inputs, tensors, beside);
            let others: Vec<String> = fields
                .iter()
                .filter(|(field, _)| field != "W" && !toolbox::READ.contains(&field.as_str()))
                .map(|(field, _)| format!("`{}`", shown(field)))
                .collect();
            if !others.is_empty() {
                // So many as a line holds.
                let listed = others
                    .iter()
                    .take(12)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ");
                beside.push(format!("`{}` also has {listed}", shown(name)));
            }
        }
        Value::Text(_) => beside.push(format!("`{}` is text", shown(name))),
        Value::Other(what) => beside.push(format!("`{}` is {what}", shown(name))),
    }
    Ok(())
}

/// The matrices of a cell called `name` as layers; `inputs` of the first one, where that is known. The DeepLearnToolbox keeps
/// the bias of a layer as the first column of its matrix, and the published code on sleep replay leaves it out: the shapes tell.
fn layers(
    name: &str,
    cells: &[Value],
    inputs: Option<f32>,
    tensors: &mut Vec<Tensor>,
    beside: &mut Vec<String>,
) {
    let mut matrices = Vec::new();
    for cell in cells {
        match cell {
            Value::Numbers(numbers) if numbers.dims.len() == 2 => matrices.push(numbers),
            _ => {
                beside.push(format!("`{}` is a cell of more than matrices", shown(name)));
                return;
            }
        }
    }
    let chained = |pair: &[&Numbers]| pair[1].dims[1] == pair[0].dims[0] + 1;
    let biased = match (inputs, matrices.first()) {
        (Some(inputs), Some(first)) => first.dims[1] as f32 == inputs + 1.0,
        _ => matrices.len() > 1 && matrices.windows(2).all(chained),
    };
    for (number, matrix) in (1..).zip(matrices) {
        let whole = tensor(&format!("{name}{number}"), matrix);
        let [rows, columns] = [matrix.dims[0], matrix.dims[1]];
        if !biased || columns < 2 || whole.values.len() != rows * columns {
            tensors.push(whole);
            continue;
        }
        let part = |name: String, shape: Vec<usize>, first: usize| Tensor {
            values: gather(
                &whole.values,
                first,
                &shape,
                &[columns, 1][..shape.len()],
                shape.iter().product(),
            ),
            dtype: whole.dtype.clone(),
            name,
            shape,
        };
        let owner = name.strip_suffix('W').unwrap_or(name);
        let bias = part(format!("{owner}b{number}"), vec![rows], 0);
        tensors.push(part(whole.name.clone(), vec![rows, columns - 1], 1));
        tensors.push(bias);
    }
}

/// `numbers` in C order. MATLAB has no vectors: a row or column that is called as biases are is one.
fn tensor(name: &str, numbers: &Numbers) -> Tensor {
    let dims = &numbers.dims;
    let strides: Vec<usize> = dims
        .iter()
        .scan(1_usize, |stride, &size| {
            let own = *stride;
            *stride = stride.saturating_mul(size);
            Some(own)
        })
        .collect();
    let readable = numbers.dtype.size().is_some();
    let values = match readable {
        true => gather(&numbers.values, 0, dims, &strides, numbers.values.len()),
        false => Vec::new(),
    };
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    let is_bias = last.starts_with('b') || last.ends_with("_b");
    let shape = match dims[..] {
        [1, n] | [n, 1] if is_bias => vec![n],
        _ => dims.clone(),
    };
    Tensor {
        name: name.into(),
        shape,
        dtype: numbers.dtype.clone(),
        values,
    }
}

//! The parts of a MATLAB file: elements, and the arrays that they make.

use super::damaged;
use crate::mlp::weight_file::Problem;
use crate::mlp::weight_file::archive::Budget;
use crate::mlp::weight_file::element::{ByteOrder, Dtype, count};

/// Cells and structs within each other: a network has two, and each level is a call.
const DEEPEST: usize = 8;

/// Bytes in front of what an element holds.
const TAG: usize = 8;

/// Bytes of a text that are looked at.
const LONGEST_TEXT: usize = 256;

/// What an element holds, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int8,
    Uint8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Single,
    Double,
    Int64,
    Uint64,
    Utf8,
    Utf16,
    Matrix,
    Compressed,
    Other,
}

impl Kind {
    fn of(number: u32) -> Self {
        match number {
            1 => Self::Int8,
            2 => Self::Uint8,
            3 => Self::Int16,
            4 => Self::Uint16,
            5 => Self::Int32,
            6 => Self::Uint32,
            7 => Self::Single,
            9 => Self::Double,
            12 => Self::Int64,
            13 => Self::Uint64,
            14 => Self::Matrix,
            15 => Self::Compressed,
            16 => Self::Utf8,
            17 => Self::Utf16,
            _ => Self::Other,
        }
    }
}

/// A part of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) kind: Kind,
    pub(super) data: &'a [u8],
}

/// A variable, a field or a cell.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Numbers(Numbers),
    Cells(Vec<Value>),
    /// The fields of a single struct.
    Struct(Vec<(String, Value)>),
    /// A row of characters, as far as a word that means something here may go.
    Text(String),
    /// What it is, in words.
    Other(&'static str),
}

/// An array of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    /// Length of each dimension; the first index is the fastest.
    pub(crate) dims: Vec<usize>,
    /// What MATLAB calls a number of it.
    pub(crate) dtype: Dtype,
    /// Of an unsupported format none, but for a single number.
    pub(crate) values: Vec<f32>,
}

impl Numbers {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        count(&self.dims).unwrap_or(usize::MAX)
    }
}

/// The first element of `bytes`, and what follows it.
pub(super) fn element(bytes: &[u8], order: ByteOrder) -> Result<(Element<'_>, &[u8]), Problem> {
    let ends = || damaged(format!("ends {} bytes into a part", bytes.len()));
    let (tag, rest) = bytes.split_first_chunk::<4>().ok_or_else(ends)?;
    let first = number(*tag, order);
    // A small element: its length in the upper half, its data within the tag.
    let small = first >> 16;
    if small != 0 {
        let (data, rest) = rest.split_at_checked(4).ok_or_else(ends)?;
        let data = data
            .get(..small as usize)
            .ok_or_else(|| damaged("a small part is too long"))?;
        let kind = Kind::of(first & 0xFFFF);
        return Ok((Element { kind, data }, rest));
    }
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(ends)?;
    let length = number(*length, order) as usize;
    let kind = Kind::of(first);
    let (data, rest) = rest.split_at_checked(length).ok_or_else(|| {
        damaged(format!(
            "a part of {length} bytes is announced, {} follow",
            rest.len()
        ))
    })?;
    // All but compressed ones are filled up to eight bytes.
    let padding = match kind {
        Kind::Compressed => 0,
        _ => length.wrapping_neg() % 8,
    };
    Ok((
        Element { kind, data },
        rest.get(padding..).unwrap_or_default(),
    ))
}

fn number(mut bytes: [u8; 4], order: ByteOrder) -> u32 {
    if order == ByteOrder::Big {
        bytes.reverse();
    }
    u32::from_le_bytes(bytes)
}

/// The array in the data of a matrix element: its name and value.
pub(super) fn matrix(
    data: &[u8],
    order: ByteOrder,
    budget: &mut Budget,
) -> Result<(String, Value), Problem> {
    nested(data, order, budget, DEEPEST)
}

fn nested(
    data: &[u8],
    order: ByteOrder,
    budget: &mut Budget,
    depth: usize,
) -> Result<(String, Value), Problem> {
    if data.is_empty() {
        // What MATLAB leaves of an empty cell.
        return Ok((String::new(), Value::Other("empty")));
    }
    let (flags, rest) = element(data, order)?;
    let flags = words(flags, order)?;
    let flags = flags
        .first()
        .copied()
        .ok_or_else(|| damaged("an array has no flags"))?;
    let (dims, rest) = element(rest, order)?;
    let dims: Vec<usize> = words(dims, order)?
        .into_iter()
        .map(|size| size as usize)
        .collect();
    let (name, rest) = element(rest, order)?;
    let name = String::from_utf8_lossy(name.data).into_owned();
    let n = count(&dims).ok_or_else(|| damaged("an array is too large"))?;
    let [class, is_complex] = [flags & 0xFF, flags & 0x0800];
    let value = match class {
        _ if is_complex != 0 => Value::Other("complex"),
        1 if depth == 0 => Value::Other("nested too deep"),
        1 => Value::Cells(cells(n, rest, order, budget, depth - 1)?.0),
        2 if n != 1 => Value::Other("an array of structs"),
        2 if depth == 0 => Value::Other("nested too deep"),
        2 => Value::Struct(fields(rest, order, budget, depth - 1)?),
        4 => text(rest, order)?,
        5 => Value::Other("sparse"),
        6..=15 => Value::Numbers(numbers(class, dims, n, rest, order, budget)?),
        _ => Value::Other("an object or a function"),
    };
    Ok((name, value))
}

/// The numbers of an integer element of 32 bits.
fn words(element: Element<'_>, order: ByteOrder) -> Result<Vec<u32>, Problem> {
    match element.kind {
        Kind::Int32 | Kind::Uint32 => {
            let (words, _) = element.data.as_chunks::<4>();
            Ok(words.iter().map(|&word| number(word, order)).collect())
        }
        _ => Err(damaged("flags or dimensions are no whole numbers")),
    }
}

/// The first `n` arrays of `rest`, and what follows them.
fn cells<'a>(
    n: usize,
    mut rest: &'a [u8],
    order: ByteOrder,
    budget: &mut Budget,
    depth: usize,
) -> Result<(Vec<Value>, &'a [u8]), Problem> {
    let mut cells = Vec::new();
    for _ in 0..n {
        let (cell, after) = element(rest, order)?;
        if cell.kind != Kind::Matrix {
            return Err(damaged("a cell or field is no array"));
        }
        cells.push(nested(cell.data, order, budget, depth)?.1);
        rest = after;
    }
    Ok((cells, rest))
}

fn fields(
    rest: &[u8],
    order: ByteOrder,
    budget: &mut Budget,
    depth: usize,
) -> Result<Vec<(String, Value)>, Problem> {
    let (length, rest) = element(rest, order)?;
    let length = words(length, order)?.first().copied().unwrap_or(0) as usize;
    let (names, rest) = element(rest, order)?;
    if length == 0 {
        return Err(damaged("a struct's names have no length"));
    }
    // Each value takes a tag.
    if names.data.len().div_ceil(length) > rest.len() / TAG {
        return Err(damaged("a struct has more names than values"));
    }
    let names: Vec<String> = names
        .data
        .chunks(length)
        .map(|name| {
            let end = name
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(name.len());
            String::from_utf8_lossy(&name[..end]).into_owned()
        })
        .collect();
    let (values, _) = cells(names.len(), rest, order, budget, depth)?;
    Ok(names.into_iter().zip(values).collect())
}

/// An array of characters, in whichever of the ways MATLAB and others store them.
fn text(rest: &[u8], order: ByteOrder) -> Result<Value, Problem> {
    let (stored, _) = element(rest, order)?;
    let data = &stored.data[..stored.data.len().min(LONGEST_TEXT)];
    let bytes = || Value::Text(String::from_utf8_lossy(data).into_owned());
    Ok(match stored.kind {
        Kind::Int8 | Kind::Uint8 | Kind::Utf8 => bytes(),
        Kind::Int16 | Kind::Uint16 | Kind::Utf16 => {
            let (raw, _) = data.as_chunks::<2>();
            let units: Vec<u16> = raw
                .iter()
                .map(|&unit| match order {
                    ByteOrder::Big => u16::from_be_bytes(unit),
                    ByteOrder::Little => u16::from_le_bytes(unit),
                })
                .collect();
            Value::Text(String::from_utf16_lossy(&units))
        }
        _ => Value::Other("text"),
    })
}

/// The array of `n` numbers of a class; MATLAB stores whole numbers as narrow as they fit, whatever their class.
fn numbers(
    class: u32,
    dims: Vec<usize>,
    n: usize,
    rest: &[u8],
    order: ByteOrder,
    budget: &mut Budget,
) -> Result<Numbers, Problem> {
    const NAMES: [&str; 8] = [
        "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
    ];
    let dtype = match class {
        6 => Dtype::F64,
        7 => Dtype::F32,
        whole => Dtype::Unsupported(NAMES[(whole as usize).saturating_sub(8) % NAMES.len()].into()),
    };
    if dtype.size().is_none() && n != 1 {
        let values = Vec::new();
        return Ok(Numbers {
            dims,
            dtype,
            values,
        });
    }
    let (stored, _) = element(rest, order)?;
    budget.take(stored.data.len() as u64 * 4)?;
    let values = decode(stored, order)?;
    if values.len() != n {
        return Err(damaged(format!(
            "an array of {n} numbers holds {}",
            values.len()
        )));
    }
    Ok(Numbers {
        dims,
        dtype,
        values,
    })
}

/// The numbers of an element, rounded to f32.
fn decode(stored: Element<'_>, order: ByteOrder) -> Result<Vec<f32>, Problem> {
    let data = stored.data;
    let of_two = |signed: bool| -> Vec<f32> {
        let (raw, _) = data.as_chunks::<2>();
        let number = |mut bytes: [u8; 2]| {
            if order == ByteOrder::Big {
                bytes.reverse();
            }
            match signed {
                true => f32::from(i16::from_le_bytes(bytes)),
                false => f32::from(u16::from_le_bytes(bytes)),
            }
        };
        raw.iter().map(|&bytes| number(bytes)).collect()
    };
    let of_four = |signed: bool| -> Vec<f32> {
        let (raw, _) = data.as_chunks::<4>();
        let words = raw.iter().map(|&bytes| number(bytes, order));
        match signed {
            true => words.map(|word| word as i32 as f32).collect(),
            false => words.map(|word| word as f32).collect(),
        }
    };
    Ok(match stored.kind {
        Kind::Single => Dtype::F32.decode(data, order),
        Kind::Double => Dtype::F64.decode(data, order),
        Kind::Int8 => data.iter().map(|&byte| f32::from(byte as i8)).collect(),
        Kind::Uint8 => data.iter().map(|&byte| f32::from(byte)).collect(),
        Kind::Int16 => of_two(true),
        Kind::Uint16 => of_two(false),
        Kind::Int32 => of_four(true),
        Kind::Uint32 => of_four(false),
        Kind::Int64 | Kind::Uint64 => {
            let (raw, _) = data.as_chunks::<8>();
            let number = |mut bytes: [u8; 8]| {
                if order == ByteOrder::Big {
                    bytes.reverse();
                }
                match stored.kind {
                    Kind::Int64 => i64::from_le_bytes(bytes) as f32,
                    _ => u64::from_le_bytes(bytes) as f32,
                }
            };
            raw.iter().map(|&bytes| number(bytes)).collect()
        }
        Kind::Utf8 | Kind::Utf16 | Kind::Matrix | Kind::Compressed | Kind::Other => {
            return Err(damaged("numbers are stored in an unknown form"));
        }
    })
}

//! Arrays in an ONNX graph.

use std::rc::Rc;

use super::damaged;
use super::message::{Value, fields};
use crate::base::shown::shown;
use crate::mlp::weight_file::archive::Budget;
use crate::mlp::weight_file::element::{ByteOrder, Dtype, count, dimensions};
use crate::mlp::weight_file::{Problem, Tensor};

/// An array as it lies in the file: a `TensorProto`.
#[derive(Debug, Clone)]
pub(super) struct Constant<'a> {
    pub(super) name: String,
    shape: Rc<[usize]>,
    dtype: Dtype,
    data: Data<'a>,
}

/// Where the numbers of an array are.
#[derive(Debug, Clone)]
enum Data<'a> {
    /// In pieces of bytes, little-endian.
    Bytes(Rc<[&'a [u8]]>),
    /// In another file.
    Elsewhere,
}

/// The number of the first floating-point type, and so on, of `TensorProto.DataType`.
const TYPES: [(u64, Dtype); 4] = [
    (1, Dtype::F32),
    (10, Dtype::F16),
    (11, Dtype::F64),
    (16, Dtype::Bf16),
];

/// The names of the others, for messages.
const OTHERS: [(u64, &str); 9] = [
    (2, "uint8"),
    (3, "int8"),
    (4, "uint16"),
    (5, "int16"),
    (6, "int32"),
    (7, "int64"),
    (9, "bool"),
    (12, "uint32"),
    (13, "uint64"),
];

impl<'a> Constant<'a> {
    /// The array in a `TensorProto`.
    pub(super) fn new(message: &'a [u8]) -> Result<Self, Problem> {
        let (mut dims, mut kind, mut name, mut is_elsewhere) =
            (Vec::new(), 0, String::new(), false);
        let mut pieces = Vec::new();
        for (number, value) in fields(message).map_err(damaged)? {
            match number {
                1 => dims.extend(value.numbers().map_err(damaged)?),
                2 => kind = value.number(),
                // Floats in a row, floats one by one, doubles, raw bytes.
                4 | 9 | 10 if matches!(value, Value::Bytes(_)) => pieces.push(value.bytes()),
                8 => name = value.text(),
                14 => is_elsewhere = value.number() == 1,
                _ => {}
            }
        }
        let shape: Option<Rc<[usize]>> = dims
            .iter()
            .map(|&size| usize::try_from(size).ok())
            .collect();
        let dtype = TYPES.iter().find(|(number, _)| *number == kind);
        let dtype = dtype.map(|(_, dtype)| dtype.clone()).unwrap_or_else(|| {
            let other = OTHERS.iter().find(|(number, _)| *number == kind);
            Dtype::Unsupported(match other {
                Some((_, name)) => (*name).into(),
                None => format!("type {kind}"),
            })
        });
        Ok(Self {
            shape: shape.ok_or_else(|| damaged("an array is too large"))?,
            dtype,
            data: match is_elsewhere {
                true => Data::Elsewhere,
                false => Data::Bytes(pieces.into()),
            },
            name,
        })
    }

    /// It as a tensor.
    ///
    /// # Errors
    /// If its values lie in another file, or are not as many as its shape says.
    pub(super) fn tensor(&self, budget: &mut Budget) -> Result<Tensor, Problem> {
        let Data::Bytes(pieces) = &self.data else {
            return Err(Problem::Part {
                what: "initialiser",
                name: self.name.clone(),
                found: "values in another file".into(),
                expected: "them in this one",
                help: "\n  help: onnx.save(onnx.load(\"net.onnx\"), \"one.onnx\")",
            });
        };
        let mut tensor = Tensor {
            name: self.name.clone(),
            shape: self.shape.to_vec(),
            dtype: self.dtype.clone(),
            values: Vec::new(),
        };
        let Some(size) = self.dtype.size() else {
            return Ok(tensor);
        };
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        let expected = count(&self.shape).and_then(|count| count.checked_mul(size));
        if expected != Some(bytes) {
            let (name, shape) = (shown(&self.name), dimensions(&self.shape));
            return Err(damaged(format!(
                "initialiser `{name}` holds {bytes} bytes, expected {shape} of {}",
                self.dtype
            )));
        }
        // A chain may use it again and again.
        budget.take(bytes as u64 / size as u64 * size_of::<f32>() as u64)?;
        for piece in pieces.iter() {
            let values = self.dtype.decode(piece, ByteOrder::Little);
            tensor.values.extend(values);
        }
        match tensor.values.len() == bytes / size {
            true => Ok(tensor),
            false => Err(damaged("an array is cut within a number")),
        }
    }
}

//! Operations in an ONNX graph.

use super::constant::Constant;
use super::damaged;
use super::message::{Value, fields};
use crate::mlp::weight_file::Problem;

/// An operation: a `NodeProto`.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) name: String,
    /// The operation, with its domain in front where it is not ONNX's own.
    pub(super) operation: String,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    attributes: Vec<(String, Attribute<'a>)>,
}

/// What an attribute says, as far as it matters.
#[derive(Debug, Clone, Copy)]
enum Attribute<'a> {
    Real(f32),
    Whole(u64),
    Array(&'a [u8]),
    Other,
}

impl<'a> Node<'a> {
    /// The operation in a `NodeProto`; `place` counts from 0, for one without a name.
    pub(super) fn new(message: &'a [u8], place: usize) -> Result<Self, Problem> {
        let mut node = Self {
            name: format!("number {place}"),
            operation: String::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            attributes: Vec::new(),
        };
        let mut domain = String::new();
        for (number, value) in fields(message).map_err(damaged)? {
            match number {
                1 => node.inputs.push(value.text()),
                2 => node.outputs.push(value.text()),
                3 if !value.bytes().is_empty() => node.name = value.text(),
                4 => node.operation = value.text(),
                5 => node.attributes.push(attribute(value.bytes())?),
                7 => domain = value.text(),
                _ => {}
            }
        }
        if !matches!(domain.as_str(), "" | "ai.onnx") {
            node.operation = format!("{domain}.{}", node.operation);
        }
        Ok(node)
    }

    /// The real number of the attribute `name`, or `default`.
    pub(super) fn real(&self, name: &str, default: f32) -> f32 {
        match self.attribute(name) {
            Some(Attribute::Real(real)) => real,
            _ => default,
        }
    }

    /// Whether the whole number of the attribute `name` is there and not 0.
    pub(super) fn is_set(&self, name: &str) -> bool {
        matches!(self.attribute(name), Some(Attribute::Whole(whole)) if whole != 0)
    }

    /// The array of the attribute `name`.
    pub(super) fn array(&self, name: &str) -> Result<Option<Constant<'a>>, Problem> {
        match self.attribute(name) {
            Some(Attribute::Array(message)) => Constant::new(message).map(Some),
            _ => Ok(None),
        }
    }

    fn attribute(&self, name: &str) -> Option<Attribute<'a>> {
        let mut known = self.attributes.iter();
        let found = known.find(|(known, _)| known == name)?;
        Some(found.1)
    }
}

fn attribute(message: &[u8]) -> Result<(String, Attribute<'_>), Problem> {
    let (mut name, mut attribute) = (String::new(), Attribute::Other);
    for (number, value) in fields(message).map_err(damaged)? {
        match (number, value) {
            (1, name_of) => name = name_of.text(),
            (2, Value::Four(real)) => attribute = Attribute::Real(f32::from_le_bytes(real)),
            (3, Value::Number(whole)) => attribute = Attribute::Whole(whole),
            (5, Value::Bytes(array)) => attribute = Attribute::Array(array),
            _ => {}
        }
    }
    Ok((name, attribute))
}

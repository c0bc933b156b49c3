//! MATLAB files of version 7.3: HDF5 behind a header of 512 bytes.
//!
//! Arrays have their shape reversed, so that the values lie as in older files; a cell is a dataset of references to
//! what lies in `#refs#`, a struct a group. What an array is says its attribute `MATLAB_class`. Source: the files
//! themselves and the readers of them, hdf5storage 0.2 and mat73 0.65: MathWorks describes no more than that they are HDF5.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use hdf5::types::TypeDescriptor;
use hdf5::{Dataset, Group, Location, ObjectReference1, ReferencedObject};

use crate::base::file;
use crate::mlp::weight_file::matlab::{Numbers, Value, add};
use crate::mlp::weight_file::{Dtype, Format, Parts, Problem};
use crate::record::open::open_whole;
use crate::record::stored_text;
use crate::record::weight_tensor::Source;

/// Where the HDF5 file begins, and with what.
const HDF5: (u64, &[u8; 8]) = (512, b"\x89HDF\r\n\x1a\n");

/// Cells and structs within each other: a network has two, and each level is a call.
const DEEPEST: usize = 8;

/// Arrays and structs that are looked at: a cell or a group may lead to itself, and each level would multiply them.
const MOST_ARRAYS: usize = 10_000;

/// Groups that MATLAB keeps for itself.
const INTERNAL: [&str; 2] = ["#refs#", "#subsystem#"];

/// Whether the file at `path` is of version 7.3.
///
/// # Errors
/// If the system refuses.
pub(super) fn is_hdf5(path: &Path) -> Result<bool, Problem> {
    let (at, signature) = HDF5;
    let mut found = Vec::new();
    let mut file = file::open(path).map_err(Problem::read)?;
    file.seek(SeekFrom::Start(at))
        .and_then(|_| file.take(signature.len() as u64).read_to_end(&mut found))
        .map_err(Problem::read)?;
    Ok(found == signature)
}

/// The matrices of the file at `path`, and what else it holds.
///
/// # Errors
/// If it is damaged.
pub(super) fn read(path: &Path) -> Result<Parts, Problem> {
    let mut reader = Reader {
        source: Source::new(path, Format::Matlab),
        left: MOST_ARRAYS,
    };
    let file = open_whole(path).map_err(|error| reader.source.refused(&error))?;
    let (mut tensors, mut beside) = (Vec::new(), Vec::new());
    let names = file.member_names();
    for name in names.map_err(|error| reader.source.refused(&error))? {
        if INTERNAL.contains(&name.as_str()) {
            continue;
        }
        let value = reader.member(&file, &name, DEEPEST)?;
        add(&name, value, &mut tensors, &mut beside)?;
    }
    Ok((tensors, beside))
}

struct Reader<'a> {
    source: Source<'a>,
    /// Arrays that may still be looked at.
    left: usize,
}

impl Reader<'_> {
    /// The variable or field `name` of `group`.
    fn member(&mut self, group: &Group, name: &str, depth: usize) -> Result<Value, Problem> {
        if let Ok(dataset) = group.dataset(name) {
            return self.array(&dataset, name, depth);
        }
        let inner = group.group(name);
        let inner = inner.map_err(|_| self.source.damaged(format!("`{name}` cannot be opened")))?;
        self.structure(&inner, depth)
    }

    /// Counts an array, cell or struct.
    fn count(&mut self) -> Result<(), Problem> {
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| {
            let detail = format!("more than {MOST_ARRAYS} arrays, cells and structs");
            self.source.damaged(detail)
        })?;
        Ok(())
    }

    /// A group: a struct, or an array that is stored as one.
    fn structure(&mut self, group: &Group, depth: usize) -> Result<Value, Problem> {
        self.count()?;
        if group.attr("MATLAB_sparse").is_ok() {
            return Ok(Value::Other("sparse"));
        }
        let class = self.class(group)?;
        if class.as_deref() != Some("struct") {
            return Ok(Value::Other("an object or a function"));
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(Value::Other("nested too deep"));
        };
        let names = group.member_names();
        let names = names.map_err(|error| self.source.refused(&error))?;
        let fields = names.into_iter().map(|name| {
            let value = self.member(group, &name, depth)?;
            Ok((name, value))
        });
        Ok(Value::Struct(fields.collect::<Result<_, Problem>>()?))
    }

    fn array(&mut self, dataset: &Dataset, place: &str, depth: usize) -> Result<Value, Problem> {
        self.count()?;
        if dataset.attr("MATLAB_empty").is_ok() {
            // Its values are the lengths of its dimensions.
            return Ok(Value::Other("empty"));
        }
        let class = self.class(dataset)?;
        let kind = dataset.dtype().and_then(|kind| kind.to_descriptor());
        match (class.as_deref(), kind) {
            (_, Ok(TypeDescriptor::Compound(_))) => Ok(Value::Other("complex")),
            (Some("cell"), _) if depth == 0 => Ok(Value::Other("nested too deep")),
            (Some("cell"), _) => self.cells(dataset, place, depth - 1),
            (Some("char"), _) => Ok(text(dataset)),
            (Some("double" | "single") | None, Ok(TypeDescriptor::Float(_))) => {
                let tensor = self.source.tensor(dataset, place, String::new())?;
                Ok(Value::Numbers(Numbers {
                    dims: tensor.shape.into_iter().rev().collect(),
                    dtype: tensor.dtype,
                    values: tensor.values,
                }))
            }
            (class, Ok(TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_))) => {
                let class = class.unwrap_or("whole numbers");
                Ok(Value::Numbers(Numbers {
                    dims: dataset.shape().into_iter().rev().collect(),
                    dtype: Dtype::Unsupported(class.to_owned()),
                    values: single(dataset),
                }))
            }
            (None, _) => Ok(Value::Other("no array of numbers")),
            _ => Ok(Value::Other("an object or a function")),
        }
    }

    /// What the references of a cell lead to.
    fn cells(&mut self, dataset: &Dataset, place: &str, depth: usize) -> Result<Value, Problem> {
        self.source.check(dataset, place, size_of::<u64>() as u64)?;
        let references = dataset.read_raw::<ObjectReference1>();
        let references = references.map_err(|error| self.source.refused(&error))?;
        let cells = references
            .iter()
            .map(|reference| match dataset.dereference(reference) {
                Ok(ReferencedObject::Dataset(cell)) => self.array(&cell, place, depth),
                Ok(ReferencedObject::Group(cell)) => self.structure(&cell, depth),
                _ => {
                    let detail = format!("a cell of `{place}` leads nowhere");
                    Err(self.source.damaged(detail))
                }
            });
        Ok(Value::Cells(cells.collect::<Result<_, Problem>>()?))
    }

    /// What MATLAB calls such an array.
    fn class(&self, of: &Location) -> Result<Option<String>, Problem> {
        let Ok(attribute) = of.attr("MATLAB_class") else {
            return Ok(None);
        };
        let text = stored_text::text(self.source.path, &attribute);
        text.map_err(|_| self.source.damaged("`MATLAB_class` cannot be read"))
    }
}

/// An array of characters, which are stored as numbers of 16 bits.
fn text(dataset: &Dataset) -> Value {
    /// Longer ones are no words that mean something here.
    const LONGEST: usize = 256;
    let units = (dataset.size() <= LONGEST).then(|| dataset.read_raw::<u16>());
    match units {
        Some(Ok(units)) => Value::Text(String::from_utf16_lossy(&units)),
        _ => Value::Other("text"),
    }
}

/// The value of an array of one whole number.
fn single(dataset: &Dataset) -> Vec<f32> {
    let numbers = (dataset.size() == 1).then(|| dataset.read_raw::<i64>());
    let numbers = numbers.and_then(Result::ok).unwrap_or_default();
    numbers.into_iter().map(|number| number as f32).collect()
}

//! PyTorch state dicts: a zip archive with a pickle of names, shapes and strides (`data.pkl`) and one entry of raw
//! numbers per storage (`data/0`, ...). Layout: `torch/serialization.py`, `_save`; tensors: `torch/_utils.py`.

mod state_dict;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::archive::{Archive, Budget};
use super::element::{ByteOrder, Dtype, count, gather};
use super::error::looks_like;
use super::pickle::{self, Id, Name, Object, Objects};
use super::{Format, Problem, Tensor};
use crate::base::shown::shown;

/// The tensors of a state dict, or of the state dict in a checkpoint, in its order; and what was beside them.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Tensor>, Vec<String>), Problem> {
    // The pickle of an MLP takes about 200 bytes per tensor; its objects take up to 60 times as much memory.
    const LONGEST_PICKLE: u64 = 1 << 20;
    // Old layouts: pickles one after another, or (before 0.1.10) a tar archive.
    if bytes.starts_with(b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46")
        || bytes.get(257..262) == Some(b"ustar")
    {
        return Err(Problem::LegacyPyTorch);
    }
    if looks_like(bytes) == "a pickle" {
        return Err(Problem::NotAStateDict {
            found: "a pickle that torch.save did not write".into(),
        });
    }
    let mut archive = Archive::open(bytes, Format::PyTorch)?;
    let names = archive.names();
    if names.iter().any(|name| name.ends_with("constants.pkl")) {
        return Err(Problem::TorchScript);
    }
    let Some(prefix) = names.iter().find_map(|name| {
        let prefix = name.strip_suffix("data.pkl")?;
        (prefix.is_empty() || prefix.ends_with('/')).then_some(prefix)
    }) else {
        return Err(Problem::Content {
            expected: Format::PyTorch,
            found: "a zip archive without `data.pkl`",
        });
    };
    let pickle = format!("{prefix}data.pkl");
    if let Some(size) = archive.size(&pickle).filter(|&size| size > LONGEST_PICKLE) {
        return Err(Problem::damaged(
            Format::PyTorch,
            format!("data.pkl: {size} bytes, expected at most {LONGEST_PICKLE} for a state dict"),
        ));
    }
    let (objects, root) = pickle::read(&archive.read(&pickle)?)?;
    let order_entry = format!("{prefix}byteorder");
    let order = match archive.size(&order_entry) {
        // Files from before version 2.1 have no such entry; nearly all were written on little-endian machines.
        None => ByteOrder::Little,
        Some(_) => match archive.read(&order_entry)?.trim_ascii() {
            b"little" => ByteOrder::Little,
            b"big" => ByteOrder::Big,
            other => {
                return Err(Problem::damaged(
                    Format::PyTorch,
                    format!(
                        "byteorder: found `{}`, expected `little` or `big`",
                        shown(&String::from_utf8_lossy(other))
                    ),
                ));
            }
        },
    };
    let state_dict = state_dict::find(&objects, root)?;
    let mut storages = Storages {
        archive,
        budget: Budget::of(bytes.len()),
        data: format!("{prefix}data/"),
        order,
        read: HashMap::new(),
    };
    let tensors = state_dict
        .entries
        .into_iter()
        .map(|(name, tensor)| storages.tensor(&objects, name, tensor))
        .collect::<Result<_, _>>()?;
    Ok((tensors, state_dict.beside))
}

/// The archive's storages, each read once.
struct Storages<'a> {
    archive: Archive<'a>,
    /// For what tensors take out of storages: many tensors may view one.
    budget: Budget,
    /// What comes before a storage's key in its entry's name.
    data: String,
    order: ByteOrder,
    read: HashMap<String, Vec<f32>>,
}

impl Storages<'_> {
    /// Rebuilds the tensor `id`, called `name`.
    fn tensor(&mut self, objects: &Objects, name: &str, mut id: Id) -> Result<Tensor, Problem> {
        let damaged = |detail: &str| {
            Problem::damaged(
                Format::PyTorch,
                format!("data.pkl: tensor `{}`: {detail}", shown(name)),
            )
        };
        // A parameter wraps its tensor: (data, requires_grad, backward_hooks).
        if let Object::Call(Name::RebuildParameter, arguments) = objects.get(id) {
            id = match objects.get(*arguments) {
                Object::Tuple(items) => *items
                    .first()
                    .ok_or_else(|| damaged("a parameter without data"))?,
                _ => return Err(damaged("a parameter without data")),
            };
        }
        let Object::Call(Name::RebuildTensor, arguments) = objects.get(id) else {
            return Err(damaged("its description is not understood"));
        };
        // (storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
        let view = match objects.get(*arguments) {
            Object::Tuple(items) => match items[..] {
                [storage, offset, size, stride, ..] => {
                    View::new(objects, storage, offset, size, stride)
                }
                _ => None,
            },
            _ => None,
        }
        .ok_or_else(|| damaged("its description is not understood"))?;
        let values = match view.dtype.size() {
            None => Vec::new(),
            Some(size) => {
                let count = view.count().ok_or_else(|| {
                    damaged("its shape, strides and offset do not fit its storage")
                })?;
                self.budget.take(count as u64 * 4)?;
                gather(
                    self.storage(&view, size, name)?,
                    view.offset,
                    &view.shape,
                    &view.strides,
                    count,
                )
            }
        };
        Ok(Tensor {
            name: name.into(),
            shape: view.shape,
            dtype: view.dtype,
            values,
        })
    }

    /// The numbers of the storage that `view` looks at, for tensor `name`.
    fn storage(&mut self, view: &View<'_>, size: usize, name: &str) -> Result<&[f32], Problem> {
        // One storage has one number format (torch.save sees to it), so the key alone identifies its numbers; a file
        // that breaks this names another format and gets a place of its own.
        let key = format!("{}{}", view.key, view.dtype);
        match self.read.entry(key) {
            Entry::Occupied(read) => Ok(read.into_mut()),
            Entry::Vacant(place) => {
                let entry = format!("{}{}", self.data, view.key);
                let expected = view.length.checked_mul(size).map(|bytes| bytes as u64);
                let found = self.archive.size(&entry);
                if found.is_none() || found != expected {
                    return Err(Problem::damaged(
                        Format::PyTorch,
                        format!(
                            "tensor `{}`: entry `{}` {}, expected {} x {size} bytes",
                            shown(name),
                            shown(&entry),
                            found.map_or("is missing".into(), |n| format!("holds {n} bytes")),
                            view.length
                        ),
                    ));
                }
                let raw = self.archive.read(&entry)?;
                Ok(place.insert(view.dtype.decode(&raw, self.order)))
            }
        }
    }
}

/// Which elements of which storage a tensor shows.
struct View<'a> {
    /// The storage's name in the archive.
    key: &'a str,
    dtype: Dtype,
    /// Elements of the storage.
    length: usize,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl<'a> View<'a> {
    /// From the arguments of `_rebuild_tensor_v2`; none where they are not what it takes.
    fn new(objects: &'a Objects, storage: Id, offset: Id, size: Id, stride: Id) -> Option<Self> {
        let integer = |id: Id| match objects.get(id) {
            Object::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        };
        let integers = |id: Id| match objects.get(id) {
            Object::Tuple(items) => items.iter().map(|&item| integer(item)).collect(),
            _ => None,
        };
        // ("storage", type, key, location, number of elements)
        let Object::Persistent(identity) = objects.get(storage) else {
            return None;
        };
        let Object::Tuple(identity) = objects.get(*identity) else {
            return None;
        };
        let [kind, storage_type, key, _location, length] = identity[..] else {
            return None;
        };
        let (Object::Text(kind), Object::Name(Name::Storage(number)), Object::Text(key)) = (
            objects.get(kind),
            objects.get(storage_type),
            objects.get(key),
        ) else {
            return None;
        };
        let (shape, strides): (Vec<usize>, Vec<usize>) = (integers(size)?, integers(stride)?);
        (kind == "storage" && shape.len() == strides.len()).then_some(Self {
            key,
            dtype: match number.as_str() {
                "Half" => Dtype::F16,
                "BFloat16" => Dtype::Bf16,
                "Float" => Dtype::F32,
                "Double" => Dtype::F64,
                other => Dtype::Unsupported(other.into()),
            },
            length: integer(length)?,
            offset: integer(offset)?,
            shape,
            strides,
        })
    }

    /// The number of elements shown, if all of them lie inside the storage and are at most as many as it has.
    fn count(&self) -> Option<usize> {
        let count = count(&self.shape)?;
        if count == 0 {
            return Some(0);
        }
        let last = self
            .shape
            .iter()
            .zip(&self.strides)
            .try_fold(self.offset, |last, (&size, &stride)| {
                last.checked_add((size - 1).checked_mul(stride)?)
            })?;
        (last < self.length && count <= self.length).then_some(count)
    }
}

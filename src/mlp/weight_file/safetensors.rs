//! safetensors: a JSON header with names, formats, shapes and offsets, then the numbers.

use safetensors::{Dtype as Stored, SafeTensors};
use serde_json::Value;

use super::element::{ByteOrder, Dtype};
use super::error::looks_like;
use super::{Format, KEEP, Problem, Tensor};
use crate::base::shown::shown;

/// Length of the number that says how long the header is.
const PREFIX: usize = 8;

/// The tensors of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Tensor>, Problem> {
    check(bytes)?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| {
        Problem::damaged(Format::Safetensors, shown(&error.to_string()).to_string())
    })?;
    let tensors = file.iter().map(|(name, view)| {
        let dtype = match view.dtype() {
            Stored::F16 => Dtype::F16,
            Stored::BF16 => Dtype::Bf16,
            Stored::F32 => Dtype::F32,
            Stored::F64 => Dtype::F64,
            other => Dtype::Unsupported(other.to_string()),
        };
        Tensor {
            name: name.into(),
            shape: view.shape().to_vec(),
            values: dtype.decode(view.data(), ByteOrder::Little),
            dtype,
        }
    });
    Ok(tensors.chain(keep(bytes)).collect())
}

/// The factor on hidden activations, which stands among the metadata, as a tensor of one number.
fn keep(bytes: &[u8]) -> Option<Tensor> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
    let keep = metadata.metadata().as_ref()?.get(KEEP)?;
    Some(Tensor {
        name: KEEP.into(),
        shape: vec![1],
        dtype: Dtype::F32,
        values: vec![keep.parse().ok()?],
    })
}

/// Finds truncation before the crate does, to say by how much, and offsets so large that its sums could overflow.
fn check(bytes: &[u8]) -> Result<(), Problem> {
    let damaged = |detail: String| Err(Problem::damaged(Format::Safetensors, detail));
    let Some((&prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
        return damaged(format!("ends after byte {}", bytes.len()));
    };
    if rest.first().is_some_and(|&first| first != b'{') {
        return Err(Problem::Content {
            expected: Format::Safetensors,
            found: looks_like(bytes),
        });
    }
    let length = u64::from_le_bytes(prefix);
    let Some((header, data)) = usize::try_from(length)
        .ok()
        .and_then(|length| rest.split_at_checked(length))
    else {
        return damaged(format!(
            "a header of {length} bytes is announced, {} bytes follow",
            rest.len()
        ));
    };
    let header: Value = match serde_json::from_slice(header) {
        Ok(header) => header,
        Err(error) => return damaged(format!("header: {error}")),
    };
    for (name, info) in header.as_object().into_iter().flatten() {
        let end = info.pointer("/data_offsets/1").and_then(Value::as_u64);
        if let Some(end) = end.filter(|&end| end > data.len() as u64) {
            return damaged(format!(
                "`{}` ends at byte {end} of the data, of which there are {}",
                shown(name),
                data.len()
            ));
        }
    }
    Ok(())
}

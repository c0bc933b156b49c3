//! Texts in attributes that another program may have written.

use std::path::Path;

use hdf5::Attribute;
use hdf5::types::{FixedAscii, FixedUnicode, H5Type, TypeDescriptor, VarLenAscii, VarLenUnicode};

use super::dataset::Fault;
use super::{heap, text_length};

/// The text of an attribute in any of HDF5's ways of storing one: each is read as it is, since the library does not turn
/// one character set into another. `None` if it is none.
///
/// # Errors
/// If the heap that texts of any length lie on is damaged, the library might not come to its end; or if the file cannot hold
/// a text as long as it says.
pub(super) fn text(path: &Path, attribute: &Attribute) -> Result<Option<String>, Fault> {
    /// Long enough for any unit or name; a longer text is cut.
    const LONG: usize = 256;
    fn first<T: H5Type>(attribute: &Attribute, bytes: fn(&T) -> &[u8]) -> Option<Vec<u8>> {
        let texts = attribute.read_raw::<T>().ok()?;
        Some(bytes(texts.first()?).to_vec())
    }
    let kind = attribute.dtype()?.to_descriptor()?;
    if matches!(
        kind,
        TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii
    ) {
        heap::check(path, &[]).map_err(Fault::Unreadable)?;
        text_length::check(attribute)?;
    }
    let bytes = match kind {
        TypeDescriptor::VarLenUnicode => first::<VarLenUnicode>(attribute, |text| text.as_bytes()),
        TypeDescriptor::VarLenAscii => first::<VarLenAscii>(attribute, |text| text.as_bytes()),
        TypeDescriptor::FixedUnicode(_) => {
            first::<FixedUnicode<LONG>>(attribute, |text| text.as_bytes())
        }
        TypeDescriptor::FixedAscii(_) => {
            first::<FixedAscii<LONG>>(attribute, |text| text.as_bytes())
        }
        _ => None,
    };
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()))
}

//! Texts in attributes and datasets that another program may have written.

use std::path::Path;

use hdf5::Container;
use hdf5::types::{FixedAscii, FixedUnicode, H5Type, TypeDescriptor, VarLenAscii, VarLenUnicode};

use super::dataset::Fault;
use super::{heap, text_length};

/// The text of an attribute, or the first of several: see [`texts`].
///
/// # Errors
/// As [`texts`].
pub(super) fn text(path: &Path, attribute: &Container) -> Result<Option<String>, Fault> {
    let texts = texts(path, attribute)?;
    Ok(texts.and_then(|texts| texts.into_iter().next()))
}

/// The texts of an attribute or a dataset in any of HDF5's ways of storing them: each is read as it is, since the library does
/// not turn one character set into another. `None` if they are none.
///
/// # Errors
/// If the heap that texts of any length lie on is damaged, the library might not come to its end; or if the file cannot hold
/// texts as long as it says.
pub(super) fn texts(path: &Path, of: &Container) -> Result<Option<Vec<String>>, Fault> {
    /// Long enough for any unit or name; a longer text is cut.
    const LONG: usize = 256;
    fn each<T: H5Type>(of: &Container, bytes: fn(&T) -> &[u8]) -> Option<Vec<String>> {
        let texts = of.read_raw::<T>().ok()?;
        let lossy = |text: &T| String::from_utf8_lossy(bytes(text)).trim().to_owned();
        Some(texts.iter().map(lossy).collect())
    }
    let kind = of.dtype()?.to_descriptor()?;
    if matches!(
        kind,
        TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii
    ) {
        heap::check(path, &[]).map_err(Fault::Unreadable)?;
        text_length::check(of)?;
    }
    Ok(match kind {
        TypeDescriptor::VarLenUnicode => each::<VarLenUnicode>(of, |text| text.as_bytes()),
        TypeDescriptor::VarLenAscii => each::<VarLenAscii>(of, |text| text.as_bytes()),
        TypeDescriptor::FixedUnicode(_) => each::<FixedUnicode<LONG>>(of, |text| text.as_bytes()),
        TypeDescriptor::FixedAscii(_) => each::<FixedAscii<LONG>>(of, |text| text.as_bytes()),
        _ => None,
    })
}

//! Texts in an HDF5 file.

use hdf5::Group;
use hdf5::types::VarLenUnicode;

use super::column::fixed_column;
use super::header::string;

/// A dataset of one text.
pub(super) fn text_dataset(group: &Group, name: &str, text: &str) -> hdf5::Result<()> {
    group
        .new_dataset::<VarLenUnicode>()
        .create(name)?
        .write_scalar(&string(text))
}

/// A dataset of a text each.
pub(super) fn text_column<'a>(
    group: &Group,
    name: &str,
    texts: impl Iterator<Item = &'a String>,
) -> hdf5::Result<()> {
    fixed_column(group, name, texts.map(|text| string(text)))
}

//! Which model a run file holds.

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group};

use super::layout::Layout;
use super::text::{text_column, text_dataset};

/// Where files say it.
const CONFIG: &str = "config";
/// The model with every default, and what was typed beside its source.
const RESOLVED: &str = "resolved";
const OVERRIDES: &str = "overrides";

/// Says in `config` which model a file of `layout` holds.
pub(super) fn put(config: &Group, layout: &Layout) -> hdf5::Result<()> {
    text_dataset(config, RESOLVED, &layout.resolved)?;
    text_column(config, OVERRIDES, layout.overrides.iter())
}

/// Says it in `file`, the copy of one that may hold another.
pub(super) fn replace(file: &File, layout: &Layout) -> hdf5::Result<()> {
    let config = file.group(CONFIG)?;
    [RESOLVED, OVERRIDES]
        .iter()
        .try_for_each(|name| config.unlink(name))?;
    put(&config, layout)
}

/// The resolved model that `file` was written for.
pub(super) fn resolved(file: &File) -> hdf5::Result<String> {
    let value: VarLenUnicode = file.group(CONFIG)?.dataset(RESOLVED)?.read_scalar()?;
    Ok(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

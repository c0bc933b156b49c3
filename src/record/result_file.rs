//! Results of analyses as HDF5: a group for each table, a dataset for each of its columns.

use std::path::Path;
use std::str::FromStr;

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group};

use super::header::text_attribute;
use super::output::{OutputError, write_hdf5};

/// What the attribute `format` of such a file says.
pub const FORMAT: &str = "sharpwave analysis";

/// The values of a column.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// Numbers; NaN is undefined.
    Number(&'a [f64]),
    /// Whole numbers.
    Count(&'a [u64]),
    /// Names.
    Text(&'a [String]),
}

/// A column that is written.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// The unit of its values, empty for bare numbers; an attribute of the dataset.
    pub unit: &'a str,
    /// What its values are; another attribute.
    pub doc: &'a str,
    /// The values.
    pub values: Values<'a>,
}

/// A group that is written.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// Its path in the file; the groups above it come first.
    pub path: String,
    /// Its attributes.
    pub attributes: Vec<(&'a str, String)>,
    /// Its columns.
    pub columns: Vec<Column<'a>>,
}

/// Writes the new file `path`: `attributes` of the file, then `parts`. It appears whole or not at all.
///
/// # Errors
/// If it exists or cannot be written.
pub fn write(
    path: &Path,
    attributes: &[(&str, String)],
    parts: &[Part<'_>],
) -> Result<(), OutputError> {
    write_hdf5(path, |file| {
        text_attribute(file, "format", FORMAT)?;
        for (name, value) in attributes {
            text_attribute(file, name, value)?;
        }
        parts.iter().try_for_each(|part| put(file, part))
    })
}

/// Writes the first of `stem-001.h5`, `stem-002.h5`, … in `folder` that does not exist, and gives its path.
///
/// # Errors
/// If it cannot be written.
pub fn write_numbered(
    folder: &Path,
    stem: &str,
    attributes: &[(&str, String)],
    parts: &[Part<'_>],
) -> Result<std::path::PathBuf, OutputError> {
    let mut number = 1_u32;
    loop {
        let path = folder.join(format!("{stem}-{number:03}.h5"));
        match write(&path, attributes, parts) {
            Ok(()) => return Ok(path),
            Err(OutputError::Exists { .. }) if number < u32::MAX => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn put(file: &File, part: &Part<'_>) -> hdf5::Result<()> {
    let group = file.create_group(&part.path)?;
    for (name, value) in &part.attributes {
        text_attribute(&group, name, value)?;
    }
    for column in &part.columns {
        let dataset = match column.values {
            Values::Number(values) => dataset(&group, column.name, values)?,
            Values::Count(values) => dataset(&group, column.name, values)?,
            Values::Text(values) => {
                // A zero byte would end the text; there is none in a name.
                let texts = values
                    .iter()
                    .map(|text| VarLenUnicode::from_str(text).unwrap_or_default());
                dataset(&group, column.name, &texts.collect::<Vec<_>>())?
            }
        };
        text_attribute(&dataset, "units", column.unit)?;
        text_attribute(&dataset, "meaning", column.doc)?;
    }
    Ok(())
}

fn dataset<T: hdf5::H5Type>(
    group: &Group,
    name: &str,
    values: &[T],
) -> hdf5::Result<hdf5::Dataset> {
    let dataset = group.new_dataset::<T>().shape(values.len()).create(name)?;
    dataset.write_raw(values)?;
    Ok(dataset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_numbered_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["e".to_owned()];
        let column = |name, values| Column {
            name,
            unit: "Hz",
            doc: "",
            values,
        };
        let part = Part {
            path: "rate/rate".into(),
            attributes: vec![("source", "none".to_owned())],
            columns: vec![
                column("rate", Values::Number(&[f64::NAN])),
                column("population", Values::Text(&names)),
                column("n", Values::Count(&[3])),
            ],
        };
        let write =
            || write_numbered(folder.path(), "analysis", &[], std::slice::from_ref(&part)).unwrap();
        assert_eq!(write(), folder.path().join("analysis-001.h5"));
        let second = write();
        assert_eq!(second, folder.path().join("analysis-002.h5"));
        let file = File::open(&second).unwrap();
        let rates = file
            .dataset("rate/rate/rate")
            .unwrap()
            .read_raw::<f64>()
            .unwrap();
        assert!(rates[0].is_nan() && rates.len() == 1);
        assert_eq!(
            file.dataset("rate/rate/n")
                .unwrap()
                .read_raw::<u64>()
                .unwrap(),
            [3]
        );
    }
}

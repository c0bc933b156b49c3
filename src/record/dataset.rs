//! Populations and columns of HDF5 files that another program may have written.

use std::path::Path;

use hdf5::types::TypeDescriptor;
use hdf5::{Dataset, Group};

use super::cause::cause;
use super::whole;
use crate::base::suggest::{self, nearest};

/// What is wrong with a file.
pub(super) enum Fault {
    /// The library cannot read it.
    Unreadable(String),
    /// Something in it is not as it must be.
    Content {
        place: String,
        found: String,
        expected: String,
    },
    /// There is not one population to read.
    Population {
        problem: String,
        found: Vec<String>,
        help: String,
    },
}

impl Fault {
    pub(super) fn content(place: &str, found: impl ToString, expected: &str) -> Self {
        Self::Content {
            place: place.to_owned(),
            found: found.to_string(),
            expected: expected.to_owned(),
        }
    }
}

impl From<hdf5::Error> for Fault {
    fn from(error: hdf5::Error) -> Self {
        if error.contains_minor(hdf5::MinorErrorCode::NoFilter)
            || error.contains_minor(hdf5::MinorErrorCode::CantFilter)
        {
            Self::Unreadable(
                "is compressed by a filter that is not built in\n  help: \
                 `h5repack -f NONE IN.h5 OUT.h5` makes an uncompressed copy"
                    .to_owned(),
            )
        } else {
            Self::Unreadable(cause(&error))
        }
    }
}

/// The population `asked` for among the groups of `parent`, or the only one; `how` says how one is asked for.
///
/// # Errors
/// If there is none, or several and none is asked for.
pub(super) fn choose(parent: &Group, asked: Option<&str>, how: &str) -> Result<String, Fault> {
    let names = parent.member_names()?;
    let (problem, help) = match (asked, names.as_slice()) {
        (None, [only]) => return Ok(only.clone()),
        (None, _) => ("no population is named".to_owned(), how.to_owned()),
        (Some(name), names) if names.iter().any(|n| n == name) => return Ok(name.to_owned()),
        (Some(name), names) => (
            format!("has no population `{name}`"),
            nearest(name, names.iter().map(String::as_str)).map_or_else(
                || format!("expected `{name}`, or one population alone"),
                |near| format!("did you mean `{near}`?"),
            ),
        ),
    };
    Err(Fault::Population {
        problem,
        found: names,
        help,
    })
}

/// A one-dimensional dataset whose values can all be there, at `place` in the file at `path`; `expected` names what
/// `group` must have.
///
/// # Errors
/// If it is missing, has another shape, or the file does not hold its values.
pub(super) fn column(
    path: &Path,
    group: &Group,
    place: &str,
    name: &str,
    expected: &str,
) -> Result<Dataset, Fault> {
    let place = format!("{place}/{name}");
    let dataset = group
        .dataset(name)
        .map_err(|_| Fault::content(&place, "no such dataset", expected))?;
    if dataset.ndim() != 1 {
        let found = format!("{} dimensions", dataset.ndim());
        return Err(Fault::content(&place, found, "one"));
    }
    let file_bytes = || std::fs::metadata(path).map_or(0, |meta| meta.len());
    whole::check(&dataset, file_bytes, &mut Vec::new())
        .map_err(|found| Fault::content(&place, found, "a dataset that is all there"))?;
    Ok(dataset)
}

/// The values of a dataset of numbers.
///
/// # Errors
/// If it holds no numbers or cannot be read.
pub(super) fn numbers(dataset: &Dataset, place: &str) -> Result<Vec<f64>, Fault> {
    match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Float(_) | TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => {
            Ok(dataset.read_raw()?)
        }
        other => Err(Fault::content(
            place,
            format!("values of type {other}"),
            "numbers",
        )),
    }
}

/// The values of a dataset of ids or indices; HDF5 would turn negative ones into 0 in silence, so signed ones are read as
/// they are.
///
/// # Errors
/// If it does not hold whole numbers, one is negative, or it cannot be read.
pub(super) fn whole_numbers(dataset: &Dataset, place: &str) -> Result<Vec<u64>, Fault> {
    let whole = |(index, id): (usize, i64)| {
        let expected = "a whole number, not negative";
        u64::try_from(id).map_err(|_| Fault::content(&format!("{place}[{index}]"), id, expected))
    };
    match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Unsigned(_) => Ok(dataset.read_raw()?),
        TypeDescriptor::Integer(_) => {
            let signed = dataset.read_raw::<i64>()?;
            signed.into_iter().enumerate().map(whole).collect()
        }
        other => Err(Fault::content(
            place,
            format!("values of type {other}"),
            "whole numbers",
        )),
    }
}

/// Names of populations, or "none".
pub(super) fn listing(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => suggest::list(names),
    }
}

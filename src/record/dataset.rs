//! Populations and columns of HDF5 files that another program may have written.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

use hdf5::types::{H5Type, TypeDescriptor};
use hdf5::{Dataset, Group};

use super::cause::cause;
use super::whole;
use crate::base::suggest::{self, nearest};

/// What is wrong with a file.
#[derive(Debug)]
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

    /// What is wrong in a sentence, and how to mend it.
    pub(super) fn told(self) -> (String, Option<String>) {
        match self {
            Self::Unreadable(cause) => (format!("cannot read: {cause}"), None),
            Self::Content {
                place,
                found,
                expected,
            } => (format!("{place}: found {found}, expected {expected}"), None),
            Self::Population {
                problem,
                found,
                help,
            } => (
                format!("{problem}; the file has {}", listing(&found)),
                Some(help),
            ),
        }
    }

    /// No population `asked` for among those `found`, or several and none asked for.
    pub(super) fn no_population(asked: Option<&str>, found: Vec<String>) -> Self {
        let (problem, help) = match asked {
            None => (
                "no population is named".to_owned(),
                "set `population` to the one to read".to_owned(),
            ),
            Some(name) => (
                format!("has no population `{name}`"),
                nearest(name, found.iter().map(String::as_str)).map_or_else(
                    || format!("expected `{name}`, or one population alone"),
                    |near| format!("did you mean `{near}`?"),
                ),
            ),
        };
        Self::Population {
            problem,
            found,
            help,
        }
    }
}

impl From<hdf5::Error> for Fault {
    fn from(error: hdf5::Error) -> Self {
        Self::Unreadable(cause(&error))
    }
}

/// The population `asked` for among the groups of `parent`, or the only one.
///
/// # Errors
/// If there is none, or several and none is asked for.
pub(super) fn choose(parent: &Group, asked: Option<&str>) -> Result<String, Fault> {
    let names = parent.member_names()?;
    match (asked, names.as_slice()) {
        (None, [only]) => Ok(only.clone()),
        (Some(name), names) if names.iter().any(|n| n == name) => Ok(name.to_owned()),
        _ => Err(Fault::no_population(asked, names)),
    }
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
    of_dimensions(1, path, group, place, name, expected)
}

/// As [`column`], but with so many dimensions.
pub(super) fn of_dimensions(
    n: usize,
    path: &Path,
    group: &Group,
    place: &str,
    name: &str,
    expected: &str,
) -> Result<Dataset, Fault> {
    let place = format!("{place}/{name}");
    let dataset = group.dataset(name).map_err(|error| {
        let found = match group.link_exists(name) {
            true => format!("no dataset that can be opened ({})", cause(&error)),
            false => "no such dataset".to_owned(),
        };
        Fault::content(&place, found, expected)
    })?;
    if dataset.ndim() != n {
        let found = format!("{} dimensions", dataset.ndim());
        let expected = if n == 1 {
            "one".to_owned()
        } else {
            n.to_string()
        };
        return Err(Fault::content(&place, found, &expected));
    }
    readable(&dataset, &place)?;
    let file_bytes = || std::fs::metadata(path).map_or(0, |meta| meta.len());
    whole::check(&dataset, file_bytes, &mut Vec::new())
        .map_err(|found| Fault::content(&place, found, "a dataset that is all there"))?;
    Ok(dataset)
}

/// Refuses values that are packed by a filter which is not built in, before the library fails at the first of them.
pub(super) fn readable(dataset: &Dataset, place: &str) -> Result<(), Fault> {
    /// Filters that people meet, by the numbers under which the HDF Group has registered them.
    const NAMES: [(i32, &str); 10] = [
        (1, "gzip"),
        (4, "szip"),
        (307, "bzip2"),
        (32_000, "lzf"),
        (32_001, "blosc"),
        (32_004, "lz4"),
        (32_008, "bitshuffle"),
        (32_013, "zfp"),
        (32_015, "zstd"),
        (32_026, "blosc2"),
    ];
    let filters = dataset.filters();
    let missing = filters.iter().find(|filter| !filter.decode_enabled());
    let Some(number) = missing.map(hdf5::filters::Filter::id) else {
        return Ok(());
    };
    let name = NAMES.iter().find(|(known, _)| *known == number);
    let name = name.map_or_else(
        || format!("filter {number}"),
        |(_, name)| format!("{name} (filter {number})"),
    );
    let found = format!("values packed by {name}, which is not built in");
    let expected = "gzip, lzf or none; `h5repack -f NONE IN.h5 OUT.h5`, where it knows the filter, makes a plain copy";
    Err(Fault::content(place, found, expected))
}

/// The values of a dataset of numbers.
///
/// # Errors
/// If it holds no numbers or cannot be read.
pub(super) fn numbers(dataset: &Dataset, place: &str) -> Result<Vec<f64>, Fault> {
    numbers_within(dataset, place, 0..dataset.size())
}

/// Some of the values of a dataset of numbers.
///
/// # Errors
/// If it holds no numbers or cannot be read.
pub(super) fn numbers_within(
    dataset: &Dataset,
    place: &str,
    range: Range<usize>,
) -> Result<Vec<f64>, Fault> {
    match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Float(_) | TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => {
            read(dataset, range)
        }
        other => Err(Fault::content(
            place,
            format!("values of type {other}"),
            "numbers",
        )),
    }
}

/// The values of a dataset of ids or indices.
///
/// # Errors
/// As [`whole_numbers_within`].
pub(super) fn whole_numbers(dataset: &Dataset, place: &str) -> Result<Vec<u64>, Fault> {
    whole_numbers_within(dataset, place, 0..dataset.size())
}

/// Some of the values of a dataset of ids or indices; HDF5 would turn negative ones into 0 in silence, so signed ones are
/// read as they are. Some programs write them as floats.
///
/// # Errors
/// If it does not hold whole numbers, one is negative, or it cannot be read.
pub(super) fn whole_numbers_within(
    dataset: &Dataset,
    place: &str,
    range: Range<usize>,
) -> Result<Vec<u64>, Fault> {
    let start = range.start;
    let wrong = |index: usize, id: &dyn Display| {
        let expected = "a whole number, not negative";
        Fault::content(&format!("{place}[{}]", start + index), id, expected)
    };
    match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Unsigned(_) => read(dataset, range),
        TypeDescriptor::Integer(_) => {
            let signed = read::<i64>(dataset, range)?.into_iter().enumerate();
            let whole = |(index, id)| u64::try_from(id).map_err(|_| wrong(index, &id));
            signed.map(whole).collect()
        }
        TypeDescriptor::Float(_) => {
            /// From here on floats leave whole numbers out.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            let floats = read::<f64>(dataset, range)?.into_iter().enumerate();
            let whole =
                |(index, id): (usize, f64)| match id.fract() == 0.0 && (0.0..EXACT).contains(&id) {
                    true => Ok(id as u64),
                    false => Err(wrong(index, &id)),
                };
            floats.map(whole).collect()
        }
        other => Err(Fault::content(
            place,
            format!("values of type {other}"),
            "whole numbers",
        )),
    }
}

/// The values of a column in `range`.
pub(super) fn read<T: H5Type>(dataset: &Dataset, range: Range<usize>) -> Result<Vec<T>, Fault> {
    if range.len() == dataset.size() {
        return Ok(dataset.read_raw()?);
    }
    Ok(dataset
        .read_slice_1d::<T, _>(range)?
        .into_raw_vec_and_offset()
        .0)
}

/// Ranges of a column of `n` values that fit into memory one after the other; each holds whole chunks of the file, so that
/// none is unpacked twice.
pub(super) fn pieces(dataset: &Dataset) -> impl Iterator<Item = Range<usize>> + use<> {
    /// Values, unless a chunk is larger.
    const PIECE: usize = 1 << 18;
    let n = dataset.size();
    let chunk = dataset.chunk().and_then(|chunk| chunk.first().copied());
    let chunk = chunk.unwrap_or(1).clamp(1, n.max(1));
    let step = PIECE.div_ceil(chunk).saturating_mul(chunk);
    (0..n)
        .step_by(step)
        .map(move |from| from..n.min(from.saturating_add(step)))
}

/// Names of populations, or "none".
pub(super) fn listing(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => suggest::list(names),
    }
}
